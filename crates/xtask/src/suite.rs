//! `cargo xtask test`: every check that the repository has.

use std::env;
use std::process::Command;
use std::time::Instant;

use crate::command::{self, Failure};
use crate::dist;
use crate::need::{self, Consent, Need};
use crate::packages::{CERTIFICATES, GIT, KEYRING, MMDEBSTRAP, MUSL, SKOPEO, VENV};
use crate::workspace::Workspace;

const WASM: &str = "wasm32-unknown-unknown";

/// What the checks and the suite need, in the order in which one brings the next.
pub(crate) const NEEDS: &[Need] = &[
    Need::Packages(&[CERTIFICATES, GIT, KEYRING, MMDEBSTRAP, MUSL, SKOPEO, VENV]),
    Need::RustTarget(WASM),
    Need::RustTarget(dist::TARGET),
    Need::PythonTools,
    Need::Engine,
    Need::BaseImage,
];

/// Runs the checks one after the other; the first that fails ends the task.
pub(crate) fn run(workspace: &Workspace, consent: Consent, long: bool) -> Result<(), Failure> {
    let start = Instant::now();
    need::require(workspace, NEEDS, consent)?;
    for manifest in [
        "Cargo.toml",
        "crates/xtask/Cargo.toml",
        "examples/hello/Cargo.toml",
    ] {
        step(
            &format!("format of {manifest}"),
            &mut format_check(workspace, manifest),
        )?;
        step(
            &format!("lints of {manifest}"),
            &mut lints(workspace, manifest),
        )?;
    }
    step(
        "core for the browser",
        &mut workspace.cargo(&["build", "--package", "ecrane-core", "--target", WASM]),
    )?;
    println!("test: the binary that ships");
    dist::run(workspace)?;
    step(
        "the binary for development",
        &mut workspace.cargo(&["build", "--package", "ecrane"]),
    )?;
    step("tests", &mut tests(workspace, long)?)?;
    println!("test: all passed in {:.0} s", start.elapsed().as_secs_f32());
    Ok(())
}

fn step(name: &str, command: &mut Command) -> Result<(), Failure> {
    println!("test: {name}");
    command::run(command)
}

fn format_check(workspace: &Workspace, manifest: &str) -> Command {
    workspace.cargo(&["fmt", "--all", "--check", "--manifest-path", manifest])
}

fn lints(workspace: &Workspace, manifest: &str) -> Command {
    let words = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--manifest-path",
        manifest,
    ];
    let mut command = workspace.cargo(&words);
    // The packages that stand alone would make target folders of their own.
    command.args(["--target-dir".as_ref(), workspace.target.as_os_str()]);
    command.args(["--", "--deny", "warnings"]);
    command
}

/// The suite finds its programs on PATH and the binaries by two variables.
fn tests(workspace: &Workspace, long: bool) -> Result<Command, Failure> {
    let mut command = workspace.cargo(&["test", "--workspace", "--locked"]);
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = [workspace.tools().join("bin")]
        .into_iter()
        .chain(env::split_paths(&path));
    let path = env::join_paths(folders).map_err(|error| {
        Failure::new(format!(
            "the repository's path cannot stand in PATH: {error}"
        ))
    })?;
    command.env("PATH", path);
    command
        .env("ECRANE_BIN", workspace.ecrane())
        .env("ECRANE_DIST", workspace.dist());
    if long {
        command.env("ECRANE_LONG", "1");
    }
    Ok(command)
}

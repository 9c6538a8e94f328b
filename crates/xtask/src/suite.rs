//! `cargo xtask test`: every check that the repository has.

use std::env;
use std::process::Command;
use std::time::Instant;

use crate::command::{self, Failure};
use crate::dist;
use crate::fuzz;
use crate::github;
use crate::need::{self, Consent, Need};
use crate::packages::{
    BUILDAH, CERTIFICATES, CHROMIUM, CURL, CXX, GIT, KEYRING, MMDEBSTRAP, MUSL, NODE, NPM,
    REGISTRY, SKOPEO, VENV,
};
use crate::wasm;
use crate::web;
use crate::workspace::Workspace;

/// What the checks and the suite need, in the order in which one brings the next.
pub(crate) const NEEDS: &[Need] = &[
    Need::Packages(&[
        BUILDAH,
        CERTIFICATES,
        CHROMIUM,
        CURL,
        CXX,
        GIT,
        KEYRING,
        MMDEBSTRAP,
        MUSL,
        NODE,
        NPM,
        REGISTRY,
        SKOPEO,
        VENV,
    ]),
    Need::RustTarget(wasm::TARGET),
    Need::RustTarget(dist::TARGET),
    Need::PythonTools,
    Need::NodePackages(web::PACKAGES),
    Need::NodePackages(web::TEST_PACKAGES),
    Need::Engine,
    Need::BaseImage,
    Need::ModernEngine,
    Need::GitHub,
];

/// The packages that stand alone, then the workspace, which takes the longest: a lock file of theirs that is behind
/// shows at once.
const MANIFESTS: [&str; 4] = [
    "crates/xtask/Cargo.toml",
    "examples/hello/Cargo.toml",
    "fuzz/Cargo.toml",
    "Cargo.toml",
];

/// Runs the checks one after the other; the first that fails ends the task.
pub(crate) fn run(workspace: &Workspace, consent: Consent, long: bool) -> Result<(), Failure> {
    let start = Instant::now();
    need::require(workspace, NEEDS, consent)?;
    for manifest in MANIFESTS {
        step("format", &mut on(workspace, "fmt --all --check", manifest))?;
    }
    for manifest in MANIFESTS {
        let mut lints = on(
            workspace,
            "clippy --workspace --all-targets --locked",
            manifest,
        );
        let lints = lints.arg("--target-dir").arg(&workspace.target);
        step("lints", lints.args(["--", "--deny", "warnings"]))?;
    }
    let mut own = on(
        workspace,
        "test --quiet --locked",
        "crates/xtask/Cargo.toml",
    );
    step(
        "the build tasks",
        own.arg("--target-dir").arg(&workspace.target),
    )?;
    println!("test: the page, with its module");
    web::run(workspace)?;
    web::check(workspace)?;
    println!("test: the binary that ships");
    dist::binary(workspace)?;
    step(
        "the binary for development",
        workspace
            .cargo("build --package ecrane")
            .env(dist::PAGE, workspace.web()),
    )?;
    step("the suite", &mut suite(workspace, long)?)?;
    println!("test: the fuzz targets");
    fuzz::run(workspace, long)?;
    println!("test: all passed in {:.0} s", start.elapsed().as_secs_f32());
    Ok(())
}

fn step(name: &str, command: &mut Command) -> Result<(), Failure> {
    println!("test: {name}: {}", command::line(command));
    command::run(command)
}

fn on(workspace: &Workspace, words: &str, manifest: &str) -> Command {
    let mut command = workspace.cargo(words);
    command.args(["--manifest-path", manifest]);
    command
}

/// All tests of the workspace. They find their programs on PATH and what was made by variables of their own.
fn suite(workspace: &Workspace, long: bool) -> Result<Command, Failure> {
    // What tests count ("195 of 195") is shown, though they pass.
    let mut command = workspace.cargo("test --workspace --locked -- --show-output");
    let path = env::var_os("PATH").unwrap_or_default();
    let tools = workspace.tools().join("bin");
    let path =
        env::join_paths([tools].into_iter().chain(env::split_paths(&path))).map_err(|error| {
            Failure::new(format!(
                "the repository's path cannot stand in PATH: {error}"
            ))
        })?;
    command.env("PATH", path);
    command.env("ECRANE_BIN", workspace.ecrane());
    command.env("ECRANE_DIST", workspace.dist());
    command.env("ECRANE_WASM", workspace.wasm());
    command.env("ECRANE_WEB", workspace.web());
    // As the binary for development was built, so that it is not built anew.
    command.env(dist::PAGE, workspace.web());
    command.env("ECRANE_GITHUB", github::folder(workspace));
    if long {
        command.env("ECRANE_LONG", "1");
    }
    Ok(command)
}

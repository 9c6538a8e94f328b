//! `cargo xtask dist`: the static binary that ships.

use std::env;
use std::fs;
use std::path::Path;

use crate::command::{self, Failure};
use crate::need::Need;
use crate::packages::{MUSL, NODE, NPM};
use crate::wasm;
use crate::web;
use crate::workspace::Workspace;

/// What hosted runners are: the target of the binary and of the action's image.
pub(crate) const TARGET: &str = "x86_64-unknown-linux-musl";
/// The variable by which C code in the dependencies finds its compiler for [`TARGET`].
const C_COMPILER: &str = "CC_x86_64_unknown_linux_musl";

/// By which the program's build finds the page that it puts in.
pub(crate) const PAGE: &str = "ECRANE_PAGE";

pub(crate) const NEEDS: &[Need] = &[
    Need::Packages(&[MUSL, NODE, NPM]),
    Need::RustTarget(TARGET),
    Need::RustTarget(wasm::TARGET),
    Need::NodePackages(web::PACKAGES),
];

/// Builds the page, and the binary with the page in it.
pub(crate) fn run(workspace: &Workspace) -> Result<(), Failure> {
    web::run(workspace)?;
    binary(workspace)
}

/// Builds the binary with the page that is built, and puts it where the Dockerfile takes it from.
pub(crate) fn binary(workspace: &Workspace) -> Result<(), Failure> {
    let mut build = workspace.cargo("build --package ecrane --profile dist --target");
    build.arg(TARGET).env(PAGE, workspace.web());
    if env::var_os(C_COMPILER).is_none() {
        build.env(C_COMPILER, "musl-gcc");
    }
    command::run(&mut build)?;
    let built = workspace.target.join(TARGET).join("dist/ecrane");
    let size = place(&built, &workspace.dist()).map_err(|error| {
        Failure::new(format!(
            "`{}` could not be put into dist/: {error}",
            built.display()
        ))
    })?;
    println!("dist: dist/ecrane, {:.1} MB", size as f64 / 1e6);
    Ok(())
}

/// Copies a program to its place in one step: one that runs from there keeps its old file.
pub(crate) fn place(from: &Path, to: &Path) -> std::io::Result<u64> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    let half = to.with_extension("new");
    let size = fs::copy(from, &half)?;
    fs::rename(&half, to)?;
    Ok(size)
}

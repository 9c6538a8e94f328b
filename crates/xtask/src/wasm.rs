//! `cargo xtask wasm`: the module of ecrane-wasm, with its JavaScript and its types, as the page imports it.

use std::fs;

use crate::command::{self, Failure};
use crate::need::Need;
use crate::workspace::Workspace;

/// What a browser runs.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

pub(crate) const NEEDS: &[Need] = &[Need::RustTarget(TARGET)];

/// Builds the module into the target folder. Its compressed size is printed by the test that limits it.
pub(crate) fn run(workspace: &Workspace) -> Result<(), Failure> {
    let mut build =
        workspace.cargo("build --package ecrane-wasm --lib --locked --profile wasm --target");
    command::run(build.arg(TARGET))?;
    let built = workspace.target.join(TARGET).join("wasm/ecrane_wasm.wasm");
    let folder = workspace.wasm();
    let mut bindgen = workspace.cargo("run --quiet --package xbindgen --locked --");
    command::run(bindgen.arg(built).arg(&folder))?;
    let module = folder.join("ecrane_bg.wasm");
    let size = fs::metadata(&module)
        .map_err(|error| Failure::new(format!("`{}`: {error}", module.display())))?
        .len();
    println!("wasm: {}, {:.0} kB", module.display(), size as f64 / 1e3);
    Ok(())
}

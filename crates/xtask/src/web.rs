//! `cargo xtask web`: the page, from the module and `web/`, into `target/web`.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::command::{self, Failure};
use crate::need::Need;
use crate::packages::{NODE, NPM};
use crate::wasm;
use crate::workspace::Workspace;

/// Where the page's own packages are named.
pub(crate) const PACKAGES: &str = "web";
/// And those of its tests.
pub(crate) const TEST_PACKAGES: &str = "tests/page";

pub(crate) const NEEDS: &[Need] = &[
    Need::RustTarget(wasm::TARGET),
    Need::Packages(&[NODE, NPM]),
    Need::NodePackages(PACKAGES),
];

/// Builds the module, then the page that imports it.
pub(crate) fn run(workspace: &Workspace) -> Result<(), Failure> {
    wasm::run(workspace)?;
    hand_over(
        &workspace.wasm(),
        &workspace.root.join(PACKAGES).join("module"),
    )?;
    let mut build = npm(
        workspace,
        &["run", "build", "--", "--emptyOutDir", "--outDir"],
    );
    command::quietly(build.arg(workspace.web()))?;
    println!("web: {}", workspace.web().join("index.html").display());
    Ok(())
}

/// Whether the page's code fits its types, which the build does not ask.
pub(crate) fn check(workspace: &Workspace) -> Result<(), Failure> {
    command::run(&mut npm(workspace, &["run", "--silent", "check"]))
}

/// Shows the built page on loopback, until it is stopped.
pub(crate) fn serve(workspace: &Workspace) -> Result<(), Failure> {
    let mut serve = npm(workspace, &["run", "serve", "--", "--outDir"]);
    command::run(serve.arg(workspace.web()))
}

fn npm(workspace: &Workspace, words: &[&str]) -> Command {
    let mut command = Command::new("npm");
    command
        .args(words)
        .current_dir(workspace.root.join(PACKAGES));
    command
}

/// The page imports the module from its own folder: so its build knows no other.
fn hand_over(module: &Path, folder: &Path) -> Result<(), Failure> {
    let copy = || {
        fs::create_dir_all(folder)?;
        for file in fs::read_dir(module)? {
            let file = file?;
            fs::copy(file.path(), folder.join(file.file_name()))?;
        }
        Ok(())
    };
    copy().map_err(|error: std::io::Error| {
        Failure::new(format!(
            "`{}` could not be filled: {error}",
            folder.display()
        ))
    })
}

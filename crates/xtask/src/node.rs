//! Packages from the Node index, as a lock file names them.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::command::{self, Failure};
use crate::workspace::Workspace;

/// The list that the packages were made from stays beside them: another list makes them anew.
pub(crate) fn has_packages(workspace: &Workspace, folder: &str) -> bool {
    let [wanted, made] = lists(workspace, folder);
    matches!((fs::read(wanted), fs::read(made)), (Ok(wanted), Ok(made)) if wanted == made)
}

pub(crate) fn command(workspace: &Workspace, folder: &str) -> Command {
    let mut command = Command::new("npm");
    command
        .args(["ci", "--no-audit", "--no-fund"])
        .current_dir(workspace.root.join(folder));
    command
}

pub(crate) fn install_packages(workspace: &Workspace, folder: &str) -> Result<(), Failure> {
    command::quietly(&mut command(workspace, folder))?;
    let [wanted, made] = lists(workspace, folder);
    fs::copy(wanted, &made).map(drop).map_err(|error| {
        Failure::new(format!(
            "`{}` could not be written: {error}",
            made.display()
        ))
    })
}

fn lists(workspace: &Workspace, folder: &str) -> [PathBuf; 2] {
    let folder = workspace.root.join(folder);
    [
        folder.join("package-lock.json"),
        folder.join("node_modules/made-from.json"),
    ]
}

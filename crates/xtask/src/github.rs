//! GitHub's own description of its API, and the program that holds requests and answers to it.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::command::{self, Failure};
use crate::workspace::Workspace;

const PRISM: &str = "@stoplight/prism-cli@5.14.2";
/// 29 MB to download, of which 64 KB are kept.
const DESCRIPTION: &str = "@octokit/openapi@23.0.2";
/// In the package, and so in what `npm pack` makes of it.
const WHOLE: &str = "package/generated/api.github.com.json";
const CUT: &str = "tests/github/cut.mjs";

/// Where both are.
pub(crate) fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target.join("github")
}

/// The script that cut the description stays beside it: another script cuts anew.
pub(crate) fn is_here(workspace: &Workspace) -> bool {
    let folder = folder(workspace);
    let wanted = fs::read(workspace.root.join(CUT));
    let made = fs::read(folder.join("cut.mjs"));
    let prism = folder.join("node_modules/@stoplight/prism-cli").exists();
    matches!((wanted, made), (Ok(wanted), Ok(made)) if wanted == made && prism)
}

pub(crate) fn commands(workspace: &Workspace) -> Vec<Command> {
    let folder = folder(workspace);
    let mut make = Command::new("mkdir");
    make.arg("-p").arg(&folder);
    let mut install = Command::new("npm");
    install.args([
        "install",
        "--no-save",
        "--no-audit",
        "--no-fund",
        "--loglevel",
        "error",
    ]);
    install.arg("--prefix").arg(&folder).arg(PRISM);
    let mut pack = Command::new("npm");
    pack.args(["pack", "--loglevel", "error", "--pack-destination"]);
    pack.arg(&folder).arg(DESCRIPTION);
    let mut unpack = Command::new("tar");
    unpack.arg("-xzf").arg(folder.join(archive()));
    unpack
        .arg("-C")
        .arg(&folder)
        .args(["--strip-components=2", WHOLE]);
    let mut cut = Command::new("node");
    cut.arg(workspace.root.join(CUT));
    cut.arg(folder.join("api.github.com.json"))
        .arg(folder.join("github.json"));
    vec![make, install, pack, unpack, cut]
}

/// What `npm pack` calls its archive.
fn archive() -> String {
    let name = DESCRIPTION.trim_start_matches('@');
    format!("{}.tgz", name.replace(['/', '@'], "-"))
}

pub(crate) fn install(workspace: &Workspace) -> Result<(), Failure> {
    commands(workspace)
        .iter_mut()
        .try_for_each(command::quietly)?;
    let folder = folder(workspace);
    let done = || {
        fs::remove_file(folder.join(archive()))?;
        fs::remove_file(folder.join("api.github.com.json"))?;
        fs::copy(workspace.root.join(CUT), folder.join("cut.mjs"))
    };
    done()
        .map(drop)
        .map_err(|error| Failure::new(format!("`{}`: {error}", folder.display())))
}

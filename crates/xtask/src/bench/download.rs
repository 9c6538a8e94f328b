//! S11: what a workflow downloads.

use std::fs::File;
use std::process::{Command, Stdio};

use super::table::Count;
use crate::command::{self, Failure};
use crate::workspace::Workspace;

/// The action's image, built for the measuring.
pub(super) const IMAGE: &str = "ecrane-bench-action";

/// Builds it.
pub(super) fn build(workspace: &Workspace) -> Result<(), Failure> {
    let mut build = Command::new("docker");
    build.args(["build", "--quiet", "--tag", IMAGE, "."]);
    command::read(build.current_dir(&workspace.root)).map(drop)
}

fn packed(what: &'static str, bytes: usize, most: f64) -> Count {
    Count {
        id: "S11",
        what,
        found: bytes as f64 / 1e6,
        unit: "MB",
        most: Some(most),
    }
}

/// The program as it is downloaded, if this machine has what packs it.
pub(super) fn program(workspace: &Workspace) -> Vec<Count> {
    let pack = || {
        let program = File::open(workspace.dist()).ok()?;
        let mut pack = Command::new("xz");
        pack.args(["-9", "--stdout"]).stdin(Stdio::from(program));
        pack.output().ok().filter(|it| it.status.success())
    };
    let Some(program) = pack() else {
        return Vec::new();
    };
    vec![
        packed("the program, packed", program.stdout.len(), 8.0),
        Count::of_peer("S11", "  six JavaScript actions, once", 5.1, "MB"),
    ]
}

/// The same of the action's image, which is removed then.
pub(super) fn image() -> Result<[Count; 2], Failure> {
    let failed =
        |error: std::io::Error| Failure::new(format!("the image cannot be packed: {error}"));
    let mut save = Command::new("docker");
    let mut save = save
        .args(["save", IMAGE])
        .stdout(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    let mut pack = Command::new("gzip");
    let stream = save.stdout.take().map_or_else(Stdio::null, Stdio::from);
    let image = pack.stdin(stream).output().map_err(failed)?;
    save.wait().map_err(failed)?;
    command::read(Command::new("docker").args(["image", "rm", IMAGE]))?;
    Ok([
        packed("the action's image, packed", image.stdout.len(), 45.0),
        Count::of_peer("S11", "  buildx alone, once", 19.8, "MB"),
    ])
}

//! S12: a large layer that is pushed to a local ECR, beside Debian's docker-registry.

use std::process::Command;

use super::table::{Row, Target};
use super::{is_here, taken};
use crate::command::{self, Failure};
use crate::workspace::Workspace;

const LAYER: u64 = 2_000_000_000;
/// Each takes seconds, and gigabytes of the disk.
const RUNS: usize = 5;
/// In MB.
const PEAK: f64 = 100.0;
const PEER: &str = "docker-registry";

/// The push, and if the peer is on this machine its push, which is then the target.
pub(super) fn rows(workspace: &Workspace) -> Result<Vec<Row>, Failure> {
    let script = workspace.root.join("crates/xtask/src/bench/push.py");
    let mut push = Command::new("python3");
    push.arg(script)
        .args([RUNS.to_string(), LAYER.to_string()])
        .arg(workspace.target.join("bench/push"))
        .arg(workspace.dist());
    if is_here(PEER) {
        push.arg(PEER);
    }
    let figures = taken(&command::read(&mut push)?)?;
    let target = figures.get(1).map(|peer| Target {
        wall: peer.wall,
        peak: Some(PEAK),
    });
    let what = format!("push of a layer of {} GB", LAYER / 1_000_000_000);
    let names = [(what, target), (format!("  {PEER}"), None)];
    Ok(figures
        .into_iter()
        .zip(names)
        .map(|(taken, (what, target))| Row {
            id: "S12",
            what,
            taken,
            target,
        })
        .collect())
}

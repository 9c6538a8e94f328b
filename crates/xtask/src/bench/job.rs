//! S1, S2, S9, S11 and S13: the whole job where nothing changes, what it asks of AWS, a password, the program itself, and
//! the verdicts on a large repository that is not near.

use std::fs::File;
use std::process::{Command, Stdio};

use super::table::{Count, Row, Taken, Target};
use super::{PROCESS_RUNS, is_here};
use crate::command::{self, Failure};
use crate::workspace::Workspace;

const AWS: &str = "aws";
/// The usual chain of six JavaScript actions, where nothing changes: measured once, on two processors.
const SIX_ACTIONS: Taken = Taken {
    wall: 3740.0,
    processor: 4000.0,
    peak: None,
};

/// What takes time, and what is counted.
pub(super) fn rows(workspace: &Workspace) -> Result<(Vec<Row>, Vec<Count>), Failure> {
    let mut measure = Command::new("python3");
    measure
        .arg("-B")
        .arg(workspace.root.join("crates/xtask/src/bench/job.py"))
        .arg(PROCESS_RUNS.to_string())
        .arg(workspace.target.join("bench/job"))
        .arg(workspace.root.join("examples/hello/layout"))
        .arg(workspace.dist());
    let has_peer = is_here(AWS);
    if has_peer {
        measure.arg(AWS);
    }
    let printed = command::read(&mut measure)?;
    let lines: Vec<&str> = printed.lines().collect();
    let [taken @ .., first, unchanged] = lines.as_slice() else {
        return Err(Failure::new(format!("no figures: `{printed}`")));
    };
    let names = names()
        .into_iter()
        .filter(|(_, _, is_peer, _)| has_peer || !is_peer);
    let mut rows: Vec<Row> = super::taken(&taken.join("\n"))?
        .into_iter()
        .zip(names)
        .map(|(taken, (id, what, _, wall))| row(id, what, taken, wall))
        .collect();
    let elsewhere = "  six JavaScript actions, measured once";
    rows.insert(1, row("S1", elsewhere, SIX_ACTIONS, None));
    let calls = |what, count: &str, most| Count {
        id: "S9",
        what,
        found: count.parse().unwrap_or(f64::NAN),
        unit: "calls",
        most,
    };
    let mut counts = vec![
        calls("calls to AWS of a first run", first, 6.0),
        calls("calls to AWS where nothing changes", unchanged, 4.0),
    ];
    counts.extend(size(workspace));
    Ok((rows, counts))
}

/// In the order of the script: which, what, whether it is the AWS CLI, and the target in ms.
fn names() -> [(&'static str, &'static str, bool, Option<f64>); 5] {
    [
        ("S1", "the whole job, nothing changes", false, Some(60.0)),
        ("S1", "  aws: look, policy and password", true, None),
        (
            "S2",
            "credential-helper get (Go: 24 ms, once)",
            false,
            Some(15.0),
        ),
        ("S2", "  aws ecr get-login-password", true, None),
        (
            "S13",
            "verdicts on 100,000 images, 50 ms a call",
            false,
            Some(10_000.0),
        ),
    ]
}

fn row(id: &'static str, what: &str, taken: Taken, wall: Option<f64>) -> Row {
    Row {
        id,
        what: what.to_owned(),
        taken,
        target: wall.map(|wall| Target { wall, peak: None }),
    }
}

/// S11: the program as it is downloaded, if this machine has what packs it.
fn size(workspace: &Workspace) -> Option<Count> {
    let program = File::open(workspace.dist()).ok()?;
    let mut pack = Command::new("xz");
    pack.args(["-9", "--stdout"]).stdin(Stdio::from(program));
    let packed = pack.output().ok().filter(|it| it.status.success())?;
    Some(Count {
        id: "S11",
        what: "the program, packed",
        found: packed.stdout.len() as f64 / 1e6,
        unit: "MB",
        most: 8.0,
    })
}

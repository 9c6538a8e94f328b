//! S1, S2, S9, S11 and S13: the whole job where nothing changes, what it asks of AWS, a password, the program itself, and
//! the verdicts on a large repository that is not near.

use std::process::Command;

use super::table::{Count, Row, Taken, Target};
use super::{PROCESS_RUNS, download, is_here};
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
    let peers = Peers {
        aws: is_here(AWS),
        image: is_here("docker"),
    };
    if peers.image {
        download::build(workspace)?;
    }
    let mut measure = Command::new("python3");
    measure
        .arg("-B")
        .arg(workspace.root.join("crates/xtask/src/bench/job.py"))
        .arg(PROCESS_RUNS.to_string())
        .arg(workspace.target.join("bench/job"))
        .arg(workspace.root.join("examples/hello/layout"))
        .arg(workspace.dist())
        .arg(if peers.aws { AWS } else { "" })
        .arg(if peers.image { download::IMAGE } else { "" });
    let printed = command::read(&mut measure)?;
    let lines: Vec<&str> = printed.lines().collect();
    let [taken @ .., first, unchanged] = lines.as_slice() else {
        return Err(Failure::new(format!("no figures: `{printed}`")));
    };
    let names = names().into_iter().filter(|name| peers.has(name.needs));
    let mut rows: Vec<Row> = super::taken(&taken.join("\n"))?
        .into_iter()
        .zip(names)
        .map(|(taken, name)| row(name.id, name.what, taken, name.wall))
        .collect();
    rows.insert(
        1,
        row(
            "S1",
            "  six JavaScript actions, measured once",
            SIX_ACTIONS,
            None,
        ),
    );
    above_an_empty_container(&mut rows);
    let mut counts = calls(first, unchanged);
    counts.extend(download::program(workspace));
    if peers.image {
        counts.extend(download::image()?);
    }
    Ok((rows, counts))
}

/// What this machine has to measure with.
struct Peers {
    aws: bool,
    image: bool,
}

#[derive(Clone, Copy)]
enum Needs {
    Nothing,
    Aws,
    Image,
}

impl Peers {
    fn has(&self, needs: Needs) -> bool {
        match needs {
            Needs::Nothing => true,
            Needs::Aws => self.aws,
            Needs::Image => self.image,
        }
    }
}

struct Name {
    id: &'static str,
    what: &'static str,
    needs: Needs,
    /// The target in ms.
    wall: Option<f64>,
}

const IN_CONTAINER: &str = "  in a container of the action's image";
const EMPTY_CONTAINER: &str = "  that container, doing nothing";

/// In the order of the script.
fn names() -> [Name; 7] {
    let name = |id, what, needs, wall| Name {
        id,
        what,
        needs,
        wall,
    };
    [
        name(
            "S1",
            "the whole job, nothing changes",
            Needs::Nothing,
            Some(60.0),
        ),
        name("S1", "  aws: look, policy and password", Needs::Aws, None),
        name("S1", IN_CONTAINER, Needs::Image, None),
        name("S1", EMPTY_CONTAINER, Needs::Image, None),
        name(
            "S2",
            "credential-helper get (Go: 24 ms, once)",
            Needs::Nothing,
            Some(15.0),
        ),
        name("S2", "  aws ecr get-login-password", Needs::Aws, None),
        name(
            "S13",
            "verdicts on 100,000 images, 50 ms a call",
            Needs::Nothing,
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

/// What the job takes as the action, beside what any container takes.
fn above_an_empty_container(rows: &mut Vec<Row>) {
    let taken = |what: &str| Some(rows.iter().find(|row| row.what == what)?.taken);
    let (Some(job), Some(empty)) = (taken(IN_CONTAINER), taken(EMPTY_CONTAINER)) else {
        return;
    };
    let above = Taken {
        wall: job.wall - empty.wall,
        processor: job.processor - empty.processor,
        peak: None,
    };
    let end = rows.iter().take_while(|row| row.id == "S1").count();
    rows.insert(
        end,
        row("S1", "the job there, above that", above, Some(60.0)),
    );
}

/// S9: the calls to AWS.
fn calls(first: &str, unchanged: &str) -> Vec<Count> {
    let ours = |what, count: &str, most| Count {
        id: "S9",
        what,
        found: count.parse().unwrap_or(f64::NAN),
        unit: "calls",
        most: Some(most),
    };
    vec![
        ours("calls to AWS of a first run", first, 6.0),
        Count::of_peer("S9", "  actions that create and log in, once", 4.0, "calls"),
        ours("calls to AWS where nothing changes", unchanged, 4.0),
        Count::of_peer("S9", "  actions that create and log in, once", 3.0, "calls"),
    ]
}

//! S3, S4 and S14: an image of five layers that is pushed, and built and pushed, beside what others take for it.

use std::process::Command;

use super::table::{Row, Taken, Target};
use super::{PROCESS_RUNS, is_here, taken};
use crate::command::{self, Failure};
use crate::engine;
use crate::workspace::Workspace;

/// Of all layers, uncompressed.
const IMAGE: u64 = 200 << 20;
const REGISTRY: &str = "docker-registry";
const SKOPEO: &str = "skopeo";
const DOCKER: &str = "docker";
/// The runs of a push.
const PUSHES: [&str; 3] = ["first", "unchanged", "one layer changed"];
/// In ms.
const UNCHANGED: f64 = 25.0;

/// How far the registry is.
#[derive(Clone, Copy)]
enum Distance {
    /// On loopback.
    Near,
    /// 40 ms there and back, 100 MB/s.
    Far,
}

/// All rows for which this machine has what they need.
pub(super) fn rows(workspace: &Workspace) -> Result<Vec<Row>, Failure> {
    if !is_here(REGISTRY) {
        println!("bench: no `{REGISTRY}` here: S3, S4 and S14 are left out");
        return Ok(Vec::new());
    }
    let engine = engine::answers();
    let mut rows = pushes(workspace, Distance::Near, engine)?;
    if engine {
        rows.extend(builds(workspace)?);
    }
    rows.extend(pushes(workspace, Distance::Far, engine)?);
    Ok(rows)
}

fn pushes(workspace: &Workspace, distance: Distance, engine: bool) -> Result<Vec<Row>, Failure> {
    let (id, word) = match distance {
        Distance::Near => ("S3", "near"),
        Distance::Far => ("S14", "far"),
    };
    let mut peers = Vec::new();
    peers.extend(is_here(SKOPEO).then_some(SKOPEO));
    peers.extend(engine.then_some(DOCKER));
    let figures = measure(
        workspace,
        "pushes.py",
        &[&[word], peers.as_slice()].concat(),
    )?;
    let clients: Vec<&[Taken]> = figures.chunks(PUSHES.len()).collect();
    let mut rows = Vec::new();
    for (client, three) in clients.iter().enumerate() {
        for (run, (taken, name)) in three.iter().zip(PUSHES).enumerate() {
            let theirs = clients.iter().skip(1).zip(&peers);
            let theirs = theirs.filter_map(|(peer, name)| Some((*name, peer.get(run)?.wall)));
            let what = match client.checked_sub(1).and_then(|peer| peers.get(peer)) {
                Some(peer) => format!("  {peer}"),
                None => format!("push of 200 MiB, {name}"),
            };
            let wall = (client == 0)
                .then(|| push_target(distance, run, theirs))
                .flatten();
            let target = wall.map(|wall| Target { wall, peak: None });
            rows.push((
                run,
                Row {
                    id,
                    what,
                    taken: *taken,
                    target,
                },
            ));
        }
    }
    // Each figure of ours with those of the peers below it.
    rows.sort_by_key(|(run, _)| *run);
    Ok(rows.into_iter().map(|(_, row)| row).collect())
}

/// Near, skopeo is what is measured against; far, whoever is better.
fn push_target<'a>(
    distance: Distance,
    run: usize,
    theirs: impl Iterator<Item = (&'a str, f64)>,
) -> Option<f64> {
    let better = match distance {
        Distance::Near if run == 1 => return Some(UNCHANGED),
        Distance::Near => theirs
            .filter(|(name, _)| *name == SKOPEO)
            .map(|(_, wall)| wall)
            .next(),
        Distance::Far => theirs.map(|(_, wall)| wall).min_by(f64::total_cmp),
    };
    better.map(|wall| 0.85 * wall)
}

fn builds(workspace: &Workspace) -> Result<Vec<Row>, Failure> {
    let figures = measure(workspace, "builds.py", &[])?;
    let [first, second, their_first, their_second] = figures.as_slice() else {
        return Err(Failure::new(
            "builds.py: four lines of figures were expected",
        ));
    };
    let disk = IMAGE as f64 / 1e6 * 1.2;
    let row = |what: &str, taken: &Taken, wall: Option<f64>| Row {
        id: "S4",
        what: what.to_owned(),
        taken: *taken,
        target: wall.map(|wall| Target {
            wall,
            peak: Some(disk),
        }),
    };
    let pair = "  docker build, docker push";
    Ok(vec![
        row(
            "build and push of it, first; disk",
            first,
            Some(0.6 * their_first.wall),
        ),
        row(pair, their_first, None),
        row(
            "build and push of it, unchanged; disk",
            second,
            Some(their_second.wall),
        ),
        row(pair, their_second, None),
    ])
}

fn measure(workspace: &Workspace, script: &str, words: &[&str]) -> Result<Vec<Taken>, Failure> {
    let scripts = workspace.root.join("crates/xtask/src/bench");
    let mut measure = Command::new("python3");
    // -B: nothing is left beside the scripts.
    measure
        .arg("-B")
        .arg(scripts.join(script))
        .args([PROCESS_RUNS.to_string(), IMAGE.to_string()])
        .arg(workspace.target.join("bench/image"))
        .arg(workspace.dist())
        .args(words);
    taken(&command::read(&mut measure)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn far_away_the_better_peer_is_what_counts() {
        let check = |distance, run, expected| {
            let theirs = [(DOCKER, 100.0), (SKOPEO, 200.0)];
            assert_eq!(push_target(distance, run, theirs.into_iter()), expected);
        };
        check(Distance::Near, 0, Some(170.0));
        check(Distance::Near, 1, Some(UNCHANGED));
        check(Distance::Far, 1, Some(85.0));
        assert_eq!(push_target(Distance::Near, 0, std::iter::empty()), None);
    }
}

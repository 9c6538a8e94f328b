//! `cargo xtask bench`: the figures that depend on the machine, beside what others take on it in the same run.
//!
//! A figure is a function that gives rows. Nothing fails here: whether a target is held on a busy machine says
//! nothing about the code.

mod download;
mod image;
mod job;
mod page;
mod push;
mod table;
mod world;

use std::env;
use std::fs;
use std::process::Command;
use std::thread;

use crate::command::{self, Failure};
use crate::dist;
use crate::workspace::Workspace;
use table::{Row, Taken, Target};
use world::World;

pub(crate) use crate::dist::NEEDS;

/// Of as many runs each figure is the median.
const RUNS: usize = 20;
/// Of whole processes: some of them take seconds.
const PROCESS_RUNS: usize = 10;

/// Measures all figures and prints their table.
pub(crate) fn run(workspace: &Workspace) -> Result<(), Failure> {
    let world = World::write(&workspace.target.join("bench"))?;
    let mut rows = evaluation(workspace, &world)?;
    dist::run(workspace)?;
    let (job, counts) = job::rows(workspace)?;
    rows.extend(job);
    rows.extend(preview(workspace, &world)?);
    rows.extend(image::rows(workspace)?);
    rows.extend(push::rows(workspace)?);
    rows.extend(page::rows(workspace)?);
    table::print(&rows, &counts);
    if let Some(note) = busy() {
        println!("{note}");
    }
    Ok(())
}

/// What to know of the figures if other work was under way: the time by the clock is then of that work too.
fn busy() -> Option<String> {
    let told = fs::read_to_string("/proc/loadavg").ok()?;
    let load: f64 = told.split(' ').next()?.parse().ok()?;
    let processors = thread::available_parallelism().ok()?.get();
    // One is this task's own.
    (load > processors as f64).then(|| {
        format!("bench: the load is {load:.1} on {processors} processors: wall times are of other work too")
    })
}

/// S5: what the evaluation takes within a process.
fn evaluation(workspace: &Workspace, world: &World) -> Result<Vec<Row>, Failure> {
    let mut bench = workspace.cargo("bench --quiet --package ecrane-tests --bench evaluate --");
    bench
        .arg(&world.images)
        .arg(world::NOW)
        .arg(RUNS.to_string());
    bench.args([&world.ten, &world.fifty]);
    let printed = command::read(&mut bench)?;
    let images = format!("{} images", world::IMAGES);
    let figures = [
        (format!("read {images}"), None),
        (format!("evaluate 10 rules on {images}"), Some(10.0)),
        (format!("evaluate 50 rules on {images}"), Some(20.0)),
    ];
    let lines = taken(&printed)?.into_iter().zip(figures);
    Ok(lines
        .map(|(taken, (what, wall))| Row {
            id: "S5",
            what,
            taken,
            target: wall.map(|wall| Target { wall, peak: None }),
        })
        .collect())
}

/// S6: a whole process on a large list, beside scripts that do the same.
fn preview(workspace: &Workspace, world: &World) -> Result<Vec<Row>, Failure> {
    let size = fs::metadata(&world.part).map_or(0, |file| file.len());
    let scripts = workspace.root.join("crates/xtask/src/bench");
    let script = |program: &str, name: &str| {
        let mut command = Command::new(program);
        command.arg(scripts.join(name)).arg(&world.ten);
        command.arg(&world.part).arg(world::NOW);
        command
    };
    let mut ours = Command::new(workspace.dist());
    ours.args(["lifecycle", "preview"]).arg(&world.ten);
    ours.arg("--images").arg(&world.part);
    ours.args(["--now", world::NOW]);
    let mut json = Command::new(workspace.dist());
    json.args(ours.get_args()).arg("--json");
    let peers = [("node", "peer.js"), ("python3", "peer.py")];
    let peers = peers
        .into_iter()
        .filter(|(program, _)| is_here(program))
        .map(|(program, name)| {
            (
                format!("  {program}, a script"),
                script(program, name),
                None,
            )
        });
    let target = Some(Target {
        wall: 150.0,
        peak: Some(150.0),
    });
    let what = format!("preview of a list of {:.0} MB", size as f64 / 1e6);
    let mut commands = vec![(what, ours, target), ("  as JSON".to_owned(), json, None)];
    commands.extend(peers);

    let mut measure = Command::new("python3");
    measure.arg(scripts.join("measure.py"));
    measure.arg(PROCESS_RUNS.to_string());
    for (place, (_, command, _)) in commands.iter().enumerate() {
        if place > 0 {
            measure.arg("---");
        }
        measure.arg(command.get_program()).args(command.get_args());
    }
    let lines = taken(&command::read(&mut measure)?)?;
    let rows = lines.into_iter().zip(commands);
    Ok(rows
        .map(|(taken, (what, _, target))| Row {
            id: "S6",
            what,
            taken,
            target,
        })
        .collect())
}

/// Whether a program is on PATH.
fn is_here(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// Lines of numbers between tabs, wall and processor in milliseconds and the peak in MB.
fn taken(printed: &str) -> Result<Vec<Taken>, Failure> {
    let line = |line: &str| {
        let mut numbers = line.split('\t').map(|number| number.parse().ok());
        Some(Taken {
            wall: numbers.next()??,
            processor: numbers.next()??,
            peak: numbers.next().flatten(),
        })
    };
    let unreadable = |text: &str| Failure::new(format!("`{text}` is no line of figures"));
    printed
        .lines()
        .map(|text| line(text).ok_or_else(|| unreadable(text)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_as_they_are_printed() {
        let figures = taken("1.5\t1.25\n300\t200\t91.1").unwrap();
        let [evaluation, process] = figures.as_slice() else {
            panic!("{figures:?}");
        };
        assert_eq!((evaluation.wall, evaluation.peak), (1.5, None));
        assert_eq!((process.processor, process.peak), (200.0, Some(91.1)));
        assert_eq!(
            taken("error: no file").unwrap_err().to_string(),
            "`error: no file` is no line of figures"
        );
    }
}

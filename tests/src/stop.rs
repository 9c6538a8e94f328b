//! A run that is stopped: it ends soon, says so by its code, and leaves nothing.

mod anywhere;
mod first_process;
mod in_workflow;
mod own_builder;

use crate::harness::{LocalEcr, clean, succeed};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A promise to the user: the runner kills what has not ended 7.5 s after SIGINT.
const SOON: Duration = Duration::from_secs(5);

/// Starts a build that would take minutes, stops it in the middle, and gives
/// the exit code.
fn stopped_by(signal: &str) -> Option<i32> {
    let ecr = LocalEcr::start();
    let app = ecr.home().join("app");
    let work = ecr.home().join("work");
    std::fs::create_dir_all(&app).unwrap();
    std::fs::create_dir_all(&work).unwrap();
    // The mark makes it a step that no other test has in the engine's cache.
    let mark = format!("stopped-by-{signal}");
    let dockerfile = format!("FROM debian:trixie-slim\nRUN echo {mark} && sleep 300\n");
    std::fs::write(app.join("Dockerfile"), dockerfile).unwrap();

    let mut command = ecr.up(&["--repository", "app", "--tags", "v1", "--context"]);
    command
        .arg(&app)
        .env("TMPDIR", &work)
        .stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // BuildKit puts the step's number and the time before it, the classic builder nothing.
    assert!(
        lines.any(|line| line.unwrap().trim_end().ends_with(&mark)),
        "the build never reached its long step"
    );
    assert!(runs(&mark), "the step is not seen");
    // The shell has its own `kill`: a bare Debian has no program of that name.
    succeed(Command::new("sh").args(["-c", &format!("kill -{signal} {}", child.id())]));
    let begin = Instant::now();
    let status = child.wait().unwrap();
    assert!(begin.elapsed() < SOON, "it took {:?}", begin.elapsed());
    assert_eq!(entries(&work), 0, "a work folder was left");
    nothing_runs(&mark);
    no_container(&mark);
    status.code()
}

fn entries(folder: &Path) -> usize {
    std::fs::read_dir(folder).unwrap().count()
}

/// The engine needs a moment to notice that its client is gone. It lists no
/// container for a step of BuildKit: the processes are looked at.
fn nothing_runs(mark: &str) {
    let begin = Instant::now();
    while runs(mark) {
        assert!(begin.elapsed() < SOON, "the step still runs");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// The classic builder has a container for each step, which it removes when its
/// client is gone.
fn no_container(mark: &str) {
    let begin = Instant::now();
    let home = tempfile::tempdir().unwrap();
    loop {
        let mut list = clean("docker", home.path());
        list.args(["ps", "--all", "--no-trunc", "--format", "{{.Command}}"]);
        let listed = succeed(&mut list).stdout;
        if !listed.contains(mark) {
            return;
        }
        assert!(begin.elapsed() < SOON, "a container is left: {listed}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Whether a process of this machine has the mark in its command line.
fn runs(mark: &str) -> bool {
    let processes = std::fs::read_dir("/proc").unwrap();
    processes.flatten().any(|process| {
        // Those that end meanwhile have none, and what is no process neither.
        let line = std::fs::read(process.path().join("cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line).contains(mark)
    })
}

#[test]
fn ctrl_c_ends_a_build_and_leaves_nothing() {
    assert_eq!(stopped_by("INT"), Some(130));
}

#[test]
fn sigterm_ends_a_build_and_leaves_nothing() {
    assert_eq!(stopped_by("TERM"), Some(143));
}

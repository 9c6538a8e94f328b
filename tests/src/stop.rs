//! A run that is stopped: it ends soon, says so by its code, and leaves nothing.

mod anywhere;
mod first_process;
mod in_workflow;
mod own_builder;

use crate::harness::{LocalEcr, clean, succeed};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A promise to the user: the runner kills what has not ended 7.5 s after SIGINT.
const SOON: Duration = Duration::from_secs(5);

/// A folder with a build of minutes. The mark makes its step one that no other test
/// has in the engine's cache.
fn lay_slow_build(app: &Path, mark: &str) {
    std::fs::create_dir_all(app).unwrap();
    let dockerfile = format!("FROM debian:trixie-slim\nRUN echo {mark} && sleep 300\n");
    std::fs::write(app.join("Dockerfile"), dockerfile).unwrap();
}

/// Starts a build that would take minutes, stops it in the middle, and gives
/// the exit code.
fn stopped_by(signal: &str) -> Option<i32> {
    let ecr = LocalEcr::start();
    let app = ecr.home().join("app");
    let work = ecr.home().join("work");
    std::fs::create_dir_all(&work).unwrap();
    let mark = format!("stopped-by-{signal}");
    lay_slow_build(&app, &mark);

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
    assert!(is_for_this_user_alone(&work), "others may read the build");
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

fn is_for_this_user_alone(folder: &Path) -> bool {
    let modes = std::fs::read_dir(folder).unwrap();
    let mut modes = modes.map(|entry| entry.unwrap().metadata().unwrap().permissions().mode());
    modes.all(|mode| mode & 0o077 == 0)
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

/// What a run replaced, nobody else has: a run that was stopped tells of it too.
#[test]
fn what_a_stopped_run_had_done_is_handed_over() {
    let ecr = LocalEcr::start();
    let app = ecr.home().join("app");
    lay_slow_build(&app, "stopped-and-told");
    let policy = |days: u32| {
        json!({ "rules": [{
            "rulePriority": 1,
            "selection": { "tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": days },
            "action": { "type": "expire" },
        }]})
        .to_string()
    };
    let up = |words: &[&str], days| {
        let mut command = ecr.up(words);
        command.args(["--repository", "app", "--tags", "v1", "--lifecycle-policy"]);
        command.arg(policy(days));
        command
    };
    succeed(&mut up(&["--image", "examples/hello/layout"], 14));

    let mut command = up(&["--json", "--context", app.to_str().unwrap()], 30);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(
        lines.any(|line| line.unwrap().trim_end().ends_with("stopped-and-told")),
        "the build never reached its long step"
    );
    succeed(Command::new("sh").args(["-c", &format!("kill -INT {}", child.id())]));
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(130));
    let told: Value = serde_json::from_slice(&ended.stdout).unwrap();
    assert_eq!(
        told["error"],
        json!({
            "exit": 130,
            "message": "stopped\nbefore that, settings of the repository were changed; the lifecycle policy was put",
            "findings": [],
        })
    );
    let replaced: Value = serde_json::from_str(
        told["report"]["puts"][0]["replaces"]["policy"]
            .as_str()
            .unwrap(),
    )
    .unwrap();
    assert_eq!(replaced["rules"][0]["selection"]["countNumber"], 14);
}

//! As the first process of a container, which has no default for a signal and
//! nobody above it.

use super::{SOON, entries, nothing_runs, runs};
use crate::harness::{LocalEcr, binary, clean, root, succeed};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// The client that the container gets: it has none.
fn client() -> String {
    let found = succeed(Command::new("sh").args(["-c", "realpath \"$(command -v docker)\""]));
    found.stdout.trim().to_owned()
}

fn docker(home: &Path, words: &[&str]) -> Command {
    let mut command = clean("docker", home);
    command.args(words);
    command
}

fn logs(home: &Path, name: &str) -> String {
    succeed(&mut docker(home, &["logs", name])).stdout
}

fn stopped_by(signal: &str, code: &str) {
    let ecr = LocalEcr::start();
    let home = ecr.home();
    let (app, work) = (home.join("app"), home.join("work"));
    std::fs::create_dir_all(&app).unwrap();
    std::fs::create_dir_all(&work).unwrap();
    let mark = format!("first-process-by-{signal}");
    let dockerfile = format!("FROM debian:trixie-slim\nRUN echo {mark} && sleep 300\n");
    std::fs::write(app.join("Dockerfile"), dockerfile).unwrap();
    let host =
        std::env::var("DOCKER_HOST").unwrap_or_else(|_| "unix:///var/run/docker.sock".into());
    let socket = host.trim_start_matches("unix://");
    let mount = |from: &Path, to: &str| format!("{}:{to}", from.display());
    let name = format!("ecrane-stop-{signal}-{}", std::process::id());
    let mut run = docker(
        home,
        &["run", "--detach", "--network=host", "--name", &name],
    );
    for volume in [
        mount(binary(), "/ecrane"),
        mount(Path::new(&client()), "/usr/bin/docker"),
        mount(Path::new(socket), "/var/run/docker.sock"),
        mount(&app, "/app"),
        mount(&work, "/work"),
    ] {
        run.args(["--volume", &volume]);
    }
    for variable in [
        "TMPDIR=/work",
        "AWS_ACCESS_KEY_ID=local",
        "AWS_SECRET_ACCESS_KEY=local",
        "AWS_REGION=us-east-1",
    ] {
        run.args(["--env", variable]);
    }
    run.args([
        "debian:trixie-slim",
        "/ecrane",
        "up",
        "--endpoint-url",
        &ecr.url,
    ]);
    run.args(["--repository", "app", "--tags", "v1", "--context", "/app"]);
    succeed(run.current_dir(root()));
    let begin = Instant::now();
    while !runs(&mark) {
        assert!(begin.elapsed() < 6 * SOON, "{}", logs(home, &name));
        std::thread::sleep(Duration::from_millis(100));
    }

    let begin = Instant::now();
    succeed(&mut docker(home, &["kill", "--signal", signal, &name]));
    let ended = succeed(&mut docker(home, &["wait", &name])).stdout;
    assert!(begin.elapsed() < SOON, "it took {:?}", begin.elapsed());
    assert_eq!(ended.trim(), code, "{}", logs(home, &name));
    assert_eq!(entries(&work), 0, "a work folder was left");
    nothing_runs(&mark);
    succeed(&mut docker(home, &["rm", &name]));
}

#[test]
fn ctrl_c_ends_it_as_the_first_process() {
    stopped_by("INT", "130");
}

#[test]
fn sigterm_ends_it_as_the_first_process() {
    stopped_by("TERM", "143");
}

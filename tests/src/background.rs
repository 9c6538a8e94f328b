//! The local ECR in the background: found, started, ended.

use crate::harness::{LocalEcr, binary, clean, run, succeed};
use crate::up::app;
use serde_json::json;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

#[test]
fn a_look_leaves_no_server_behind() {
    let home = tempfile::tempdir().unwrap();
    let context = app(home.path(), "x");
    let ecrane = |words: &[&str]| {
        let mut command = clean(binary(), home.path());
        command.args(words).env("XDG_DATA_HOME", home.path());
        run(&mut command)
    };
    let words = [
        "--repository",
        "app",
        "--tags",
        "v1",
        "--dry-run",
        "--context",
        &context,
    ];
    let ran = ecrane(&[["up", "--local"].as_slice(), &words].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(
        ran.stdout.contains("(started for this look)"),
        "{}",
        ran.stdout
    );
    assert_eq!(ecrane(&["local", "status"]).code, Some(1));
}

#[test]
fn a_look_that_is_stopped_leaves_no_server_behind() {
    // So many images that it takes a while to read them.
    let seed = tempfile::NamedTempFile::new().unwrap();
    let images = json!([{ "count": 10_000, "tags": ["v{n}"], "pushed": "400d" }]);
    let text = json!({ "repositories": [{ "name": "app", "images": images }] });
    std::fs::write(seed.path(), text.to_string()).unwrap();
    let ecr = LocalEcr::start_with(&["--seed", seed.path().to_str().unwrap()]);
    let about = |words: &[&str]| {
        let mut command = ecr.ecrane(words);
        command.arg("--data").arg(ecr.data());
        command
    };
    succeed(&mut about(&["local", "stop"]));

    let mut look = ecr.up(&["--repository", "app", "--tags", "v1", "--dry-run"]);
    look.args(["--image", "examples/hello/layout"]);
    look.args(["--lifecycle-policy", "default"]);
    let mut look = look.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(look.stdout.take().unwrap()).lines();
    let begun = lines.any(|line| line.unwrap().contains("(started for this look)"));
    assert!(begun, "the look did not start a server");
    succeed(Command::new("sh").args(["-c", &format!("kill -TERM {}", look.id())]));
    assert_eq!(look.wait().unwrap().code(), Some(143));
    assert_eq!(run(&mut about(&["local", "status"])).code, Some(1));
}

#[test]
fn the_local_ecr_is_found_or_started_and_stopped() {
    let home = tempfile::tempdir().unwrap();
    let context = app(home.path(), "x");
    let ecrane = |words: &[&str]| {
        let mut command = clean(binary(), home.path());
        command.args(words).env("XDG_DATA_HOME", home.path());
        command
    };
    let up = [
        "up",
        "--local",
        "--repository",
        "app",
        "--tags",
        "v1",
        "--context",
        &context,
    ];
    let first = succeed(&mut ecrane(&up));
    assert!(
        first.stdout.contains("started in the background"),
        "{}",
        first.stdout
    );
    let second = succeed(&mut ecrane(&up));
    assert!(
        second.stdout.contains("already running"),
        "{}",
        second.stdout
    );
    assert!(second.stdout.contains("no changes"), "{}", second.stdout);
    succeed(&mut ecrane(&["local", "status"]));
    succeed(&mut ecrane(&["local", "stop"]));
    assert_eq!(run(&mut ecrane(&["local", "status"])).code, Some(1));
}

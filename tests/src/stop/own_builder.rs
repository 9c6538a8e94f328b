//! The builder that a run makes for itself goes with it.

use super::SOON;
use crate::harness::{LocalEcr, clean, succeed};
use crate::local::modern;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

/// A folder with a `docker` that says when it is to build, and waits then: the
/// builder's image cannot be pulled everywhere.
fn client(ecr: &LocalEcr) -> PathBuf {
    let folder = ecr.home().join("bin");
    std::fs::create_dir(&folder).unwrap();
    let program = folder.join("docker");
    let docker = modern::unpacked("bin/docker");
    let text = format!(
        "#!/bin/sh\n[ \"$2\" != build ] || {{ echo waiting; sleep 300; }}\nexec {} \"$@\"\n",
        docker.display()
    );
    std::fs::write(&program, text).unwrap();
    std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
    folder
}

/// The builders that buildx knows. The engine is the one of the classic store.
fn builders(ecr: &LocalEcr) -> String {
    let mut list = clean(modern::unpacked("bin/docker"), ecr.home());
    succeed(list.args(["buildx", "ls"])).stdout
}

#[test]
fn a_builder_of_the_run_is_removed_when_it_is_stopped() {
    let ecr = LocalEcr::start();
    modern::plug_in(&ecr);
    let app = ecr.home().join("app");
    std::fs::create_dir(&app).unwrap();
    std::fs::write(app.join("Dockerfile"), "FROM scratch\nCOPY Dockerfile /\n").unwrap();
    let platforms = ["--platforms", "linux/amd64,linux/arm64"];
    let mut up = ecr.up(&["--repository", "app", "--tags", "v1", "--context"]);
    let path = std::env::var("PATH").unwrap();
    let path = format!("{}:{path}", client(&ecr).display());
    up.arg(&app).args(platforms).env("PATH", path);
    let mut child = up.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut said = lines.by_ref().map(Result::unwrap);
    let title = said.find(|line| line.contains("a builder of its own"));
    assert!(title.unwrap().contains("for `platforms`"));
    assert!(said.any(|line| line.ends_with("waiting")));
    assert!(builders(&ecr).contains("ecrane-"), "{}", builders(&ecr));

    succeed(Command::new("sh").args(["-c", &format!("kill -TERM {}", child.id())]));
    let begin = Instant::now();
    let status = child.wait().unwrap();
    assert!(begin.elapsed() < SOON, "it took {:?}", begin.elapsed());
    assert_eq!(status.code(), Some(143));
    assert!(!builders(&ecr).contains("ecrane-"), "{}", builders(&ecr));
}

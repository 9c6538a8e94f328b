//! What a push does about what is there already, through `ecrane up`.

use crate::harness::{LocalEcr, Ran, run, succeed, writes};
use serde_json::Value;
use std::path::Path;

/// A layout that comes with the repository: nothing to build.
const LAYOUT: &str = "examples/hello/layout";

/// An app whose image is one file: nothing to pull, built in a moment.
fn app(folder: &Path, text: &str) -> String {
    let context = folder.join("app");
    std::fs::create_dir_all(&context).unwrap();
    let dockerfile = "FROM scratch\nCOPY page.txt /\nCMD [\"/page.txt\"]\n";
    std::fs::write(context.join("Dockerfile"), dockerfile).unwrap();
    std::fs::write(context.join("page.txt"), text).unwrap();
    context.to_str().unwrap().to_owned()
}

fn result(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap()
}

fn output<'a>(result: &'a Value, name: &str) -> &'a str {
    result["outputs"][name].as_str().unwrap()
}

/// What the push wrote, as `METHOD path` or the operation's name.
fn written(ecr: &LocalEcr, seen: usize) -> Vec<String> {
    let requests = ecr.log_since(seen);
    let text = |request: &Value| match request["operation"].as_str() {
        Some(operation) => operation.to_owned(),
        None => format!("{} {}", request["method"], request["path"]).replace('"', ""),
    };
    writes(&requests).into_iter().map(text).collect()
}

#[test]
fn what_is_at_all_tags_is_neither_built_nor_pushed() {
    let ecr = LocalEcr::start();
    let up = |tags: &str, words: &[&str]| {
        let mut command = ecr.up(&["--repository", "app", "--tags", tags]);
        command.args(words).arg("--json");
        command
    };
    let first = result(&succeed(&mut up("v1,latest", &["--image", LAYOUT])));

    // Neither an engine nor a Dockerfile of that content is needed.
    let context = app(ecr.home(), "other");
    let skip = ["--context", context.as_str(), "--skip-if-exists"];
    let seen = ecr.requests();
    let again = succeed(up("v1,latest", &skip).env("DOCKER_HOST", "unix:///nowhere.sock"));
    let kept = result(&again);
    assert_eq!(kept["outputs"], {
        let mut same = first["outputs"].clone();
        same["changed"] = "false".into();
        same
    });
    assert_eq!(written(&ecr, seen), Vec::<String>::new());
    assert!(
        again.stderr.contains("is there, not built"),
        "{}",
        again.stderr
    );

    // One tag more, and it is built: said why.
    let ran = run(up("v1,v2", &skip).env("DOCKER_HOST", "unix:///nowhere.sock"));
    assert_eq!(ran.code, Some(1));
    insta::assert_snapshot!(said(&ran.stderr), @"`skip-if-exists` skips nothing: not all of `v1`, `v2` are there");

    // The plan says the same.
    let plan = succeed(up("v1", &skip).arg("--dry-run")).stderr;
    assert!(plan.contains("=  └─ image"), "{plan}");

    // An image that cannot be pulled is none.
    let digest = output(&first, "digest");
    let id = format!("imageDigest={digest}");
    let archive = ["update-image-storage-class", "--repository-name", "app"];
    let archive = [&archive[..], &["--image-id", &id]].concat();
    ecr.aws(&[&archive[..], &["--target-storage-class", "ARCHIVE"]].concat());
    let ran = run(up("v1", &skip).env("DOCKER_HOST", "unix:///nowhere.sock"));
    insta::assert_snapshot!(said(&ran.stderr), @"`skip-if-exists` skips nothing: the image at `v1` is archived");
}

/// The line that says why something is not skipped.
fn said(stderr: &str) -> &str {
    let line = stderr.lines().find(|line| line.contains("skip-if-exists"));
    line.unwrap_or_else(|| panic!("nothing was said:\n{stderr}"))
}

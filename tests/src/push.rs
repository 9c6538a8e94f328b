//! What a push does about what is there already, through `ecrane up`.

use crate::harness::{LocalEcr, Ran, clean, run, succeed, writes};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

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

/// `ecrane up` of an app whose image says of which commit it is.
fn of_commit(ecr: &LocalEcr, commit: &str, created: &str, tags: &str) -> Command {
    let context = app(ecr.home(), commit);
    let label = |key, value| format!("org.opencontainers.image.{key}={value}");
    let labels = [
        label("source", "https://example.com/app"),
        label("revision", commit),
        label("created", created),
    ];
    let mut command = ecr.up(&["--repository", "app", "--tags", tags, "--json"]);
    command.args(["--context", &context, "--labels", &labels.join("\n")]);
    command
}

#[test]
fn an_older_commit_that_finishes_late_does_not_take_a_tag_back() {
    let ecr = LocalEcr::start();
    let newer = || of_commit(&ecr, "bbbbbbbbbb", "2026-01-02T00:00:00Z", "sha-b,latest");
    let older = || of_commit(&ecr, "aaaaaaaaaa", "2026-01-01T00:00:00Z", "sha-a,latest");
    let first = result(&succeed(&mut newer()));
    let latest = output(&first, "digest");

    let ran = succeed(&mut older());
    let late = result(&ran);
    let ours = output(&late, "digest");
    assert_ne!(ours, latest);
    let repository = format!("{}/app", ecr.address);
    assert_eq!(output(&late, "tags"), format!("{repository}:sha-a"));
    assert_eq!(output(&late, "held-tags"), format!("{repository}:latest"));
    assert_eq!(tag(&ecr, "latest"), latest);
    let warning = ran.stderr.lines().find(|line| line.starts_with("warning"));
    let warning = warning.unwrap().replace(latest, "THEIRS");
    insta::assert_snapshot!(warning, @"warning: `latest` stays where it is: THEIRS (commit bbbbbbb, 2026-01-02T00:00:00Z) is of a later commit than this image (commit aaaaaaa, 2026-01-01T00:00:00Z); `allow-older` would move it");
    let note = late["resources"][1]["note"].as_str().unwrap();
    let (_, note) = note.split_once('(').unwrap();
    let newest = latest.chars().take(19).collect::<String>();
    assert_eq!(note, format!("latest stays at {newest}, newer)"));

    // Told so, it goes back; and forward again without a word.
    succeed(older().arg("--allow-older"));
    assert_eq!(tag(&ecr, "latest"), ours);
    succeed(&mut newer());
    assert_eq!(tag(&ecr, "latest"), latest);
}

#[test]
fn an_immutable_tag_that_names_the_same_image_is_success() {
    let ecr = LocalEcr::start();
    // Another client packs the layers in its own way.
    let docker = |words: &[&str]| {
        let mut command = clean("docker", ecr.home());
        command.args(words);
        succeed(&mut command).stdout
    };
    let name = format!("{}/app:v1", ecr.address);
    docker(&["build", "--quiet", "--tag", &name, &app(ecr.home(), "same")]);
    let archive = ecr.home().join("app.tar");
    let archive = archive.to_str().unwrap();
    docker(&["save", "--output", archive, &name]);
    let create = ["create-repository", "--repository-name", "app"];
    ecr.aws(&[&create[..], &["--image-tag-mutability", "IMMUTABLE"]].concat());
    let mut skopeo = clean("skopeo", ecr.home());
    skopeo.args(["copy", "--dest-tls-verify=false"]).args([
        format!("--dest-creds=AWS:{}", ecr.password()),
        format!("docker-archive:{archive}"),
        format!("docker://{name}"),
    ]);
    succeed(&mut skopeo);
    let there = tag(&ecr, "v1");

    let up = |tags: &str, image: &str| {
        ecr.up(&[
            "--repository",
            "app",
            "--tags",
            tags,
            "--image",
            image,
            "--json",
        ])
    };
    let seen = ecr.requests();
    let ran = succeed(&mut up("v1", archive));
    assert_eq!(written(&ecr, seen), Vec::<String>::new());
    let same = result(&ran);
    assert_eq!(output(&same, "digest"), there);
    assert_eq!(output(&same, "changed"), "false");
    assert!(
        ran.stderr.contains("names the same image already"),
        "{}",
        ran.stderr
    );

    // A new tag names what is there.
    let more = result(&succeed(&mut up("v1,stable", archive)));
    assert_eq!(output(&more, "digest"), there);
    assert_eq!(tag(&ecr, "stable"), there);

    let seen = ecr.requests();
    let ran = run(&mut up("v1", LAYOUT));
    assert_eq!((ran.code, written(&ecr, seen).len()), (Some(1), 0));
    let said = ran.stderr.lines().last().unwrap().replace(&there, "THEIRS");
    insta::assert_snapshot!(said, @"error: the tag `v1` of `app` is immutable and names THEIRS; the image to push is sha256:22bdebbe293e1f685bb116335ffdd694be15c0f4877e66b8848cbc6459b2379f; choose another tag");
}

#[test]
fn layers_that_another_repository_has_are_mounted() {
    let ecr = LocalEcr::start();
    let up = |name: &str, words: &[&str]| {
        let mut command = ecr.up(&["--repository", name, "--tags", "v1", "--image", LAYOUT]);
        succeed(command.args(words)).stdout
    };
    up("base", &[]);
    // ECR does it only where the registry is set so: else the blob is uploaded,
    // with the upload that the answer began.
    let seen = ecr.requests();
    let first = up("one", &["--mount-from", "base"]);
    assert!(first.contains("pushed 2 of 2 blobs"), "{first}");
    let starts = written(&ecr, seen);
    let starts = starts.iter().filter(|it| it.starts_with("POST ")).count();
    assert_eq!(starts, 2);

    ecr.aws(&[
        "put-account-setting",
        "--name",
        "BLOB_MOUNTING",
        "--value",
        "ENABLED",
    ]);
    let second = up("two", &["--mount-from", "nowhere,base"]);
    assert!(second.contains("pushed 1 of 2 blobs"), "{second}");
    assert!(second.contains(", mounted 1\n"), "{second}");
    // Whole, as another client finds it.
    let mut copy = clean("skopeo", ecr.home());
    copy.args(["copy", "--src-tls-verify=false"]).args([
        format!("--src-creds=AWS:{}", ecr.password()),
        format!("docker://{}/two:v1", ecr.address),
        format!("dir:{}", ecr.home().join("two").display()),
    ]);
    succeed(&mut copy);
}

/// The digest at a tag.
fn tag(ecr: &LocalEcr, tag: &str) -> String {
    let id = format!("imageTag={tag}");
    let images = [
        "describe-images",
        "--repository-name",
        "app",
        "--image-ids",
        &id,
    ];
    let images = ecr.aws(&images);
    images["imageDetails"][0]["imageDigest"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// The line that says why something is not skipped.
fn said(stderr: &str) -> &str {
    let line = stderr.lines().find(|line| line.contains("skip-if-exists"));
    line.unwrap_or_else(|| panic!("nothing was said:\n{stderr}"))
}

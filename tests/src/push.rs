//! What a push does about what is there already, through `ecrane up`.

use crate::harness::{LocalEcr, Ran, clean, root, run, succeed, writes};
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
    let skip = [
        "--context",
        context.as_str(),
        "--builder-backend",
        "docker",
        "--skip-if-exists",
    ];
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
    docker(&["image", "rm", &name]);
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
    let starts = starts.iter().filter(|it| it.as_str() == "StartUpload");
    assert_eq!(starts.count(), 2);

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

#[test]
fn one_build_goes_to_several_registries() {
    let (here, there) = (LocalEcr::start(), LocalEcr::start());
    let context = app(here.home(), "everywhere");
    let to = format!("{},eu-west-1\n111122223333", there.address);
    let up = |tags: &str| {
        let mut command = here.up(&["--repository", "app", "--tags", tags, "--json"]);
        command.args(["--context", &context, "--push-to", &to]);
        command.args(["--lifecycle-policy", "default"]);
        command
    };
    let ran = succeed(&mut up("v1,latest"));
    let shown = ran
        .stderr
        .replace(&here.address, "HERE")
        .replace(&there.address, "THERE");
    let trees = shown
        .lines()
        .filter(|line| line.starts_with("in ") || line.starts_with(" +"));
    let trees: Vec<&str> = trees.map(str::trim_end).collect();
    insta::assert_snapshot!(trees[..8].join("\n"), @"
    in HERE
     +  repository            app
     +  ├─ lifecycle policy   app             1 rule
     +  └─ image              app:v1,latest   build and push
    in THERE
     +  repository            app
     +  ├─ lifecycle policy   app             1 rule
     +  └─ image              app:v1,latest   build and push
    ");
    assert_eq!(shown.matches("Build ").count(), 1, "{shown}");

    let result = result(&ran);
    let tags = output(&result, "tags").replace(&here.address, "HERE");
    insta::assert_snapshot!(tags.replace(&there.address, "THERE"), @"
    HERE/app:v1
    HERE/app:latest
    THERE/app:v1
    THERE/app:latest
    ");
    assert_eq!(output(&result, "registry"), here.address);
    assert_eq!(result["resources"].as_array().unwrap().len(), 12);

    // Every registry has it, with the policy.
    let digest = output(&result, "digest");
    assert_eq!(
        (tag(&here, "v1").as_str(), tag(&there, "v1").as_str()),
        (digest, digest)
    );
    for more in [
        &["--region", "eu-west-1"][..],
        &["--registry-id", "111122223333"],
    ] {
        let name = ["--repository-name", "app"];
        let images = here.aws(&[&["describe-images"], &name[..], more].concat());
        assert_eq!(images["imageDetails"][0]["imageDigest"], digest, "{more:?}");
        here.aws(&[&["get-lifecycle-policy"], &name[..], more].concat());
    }

    // Again: nothing is written anywhere; and with a reason, nothing is built.
    let (seen, other) = (here.requests(), there.requests());
    assert!(succeed(&mut up("v1,latest")).stderr.contains("no changes"));
    succeed(
        up("v1")
            .arg("--skip-if-exists")
            .env("DOCKER_HOST", "unix:///nowhere.sock"),
    );
    assert_eq!(
        (written(&here, seen).len(), written(&there, other).len()),
        (0, 0)
    );
}

#[test]
fn nothing_goes_anywhere_if_one_registry_refuses_and_a_failed_push_is_told() {
    let (here, there) = (LocalEcr::start(), LocalEcr::start());
    let up = |words: &[&str]| {
        let mut command = here.up(&["--repository", "app", "--tags", "v1", "--image", LAYOUT]);
        command.args(["--push-to", &there.address]).args(words);
        command
    };
    let said = |ran: &Ran| {
        let said = ran.stderr.replace(&here.address, "HERE");
        said.replace(&there.address, "THERE")
    };

    // A policy of somebody else, there only.
    let theirs = std::fs::read_to_string(root().join("examples/policies/lifecycle.json")).unwrap();
    there.aws(&["create-repository", "--repository-name", "app"]);
    let put = ["put-lifecycle-policy", "--repository-name", "app"];
    there.aws(&[&put[..], &["--lifecycle-policy-text", &theirs]].concat());
    let ran = run(&mut up(&["--lifecycle-policy", "default"]));
    assert_eq!((ran.code, writes(&here.log_since(0)).len()), (Some(3), 0));
    insta::assert_snapshot!(said(&ran), @"error: THERE: the repository `app` has another lifecycle policy that ecrane did not put; nothing was done. Replace it with `adopt: true`, or leave `lifecycle-policy` out");

    // The image cannot be put there: it is here, and both are said.
    let immutable = ["put-image-tag-mutability", "--repository-name", "app"];
    let mut other = there.up(&["--repository", "app", "--tags", "v1", "--context"]);
    succeed(other.arg(app(there.home(), "other")));
    there.aws(&[&immutable[..], &["--image-tag-mutability", "IMMUTABLE"]].concat());
    let taken = tag(&there, "v1");
    let ran = run(&mut up(&[]));
    assert_eq!(ran.code, Some(1));
    insta::assert_snapshot!(said(&ran).replace(&taken, "THEIRS"), @"
    error: THERE: the tag `v1` of `app` is immutable and names THEIRS; the image to push is sha256:22bdebbe293e1f685bb116335ffdd694be15c0f4877e66b8848cbc6459b2379f; choose another tag
    the image is in HERE with `v1`
    before that, the repository was made; HERE: the tag v1 was moved
    ");
    assert_eq!(tag(&there, "v1"), taken);
    tag(&here, "v1");

    let ran = run(up(&[]).args(["--push-to", "docker.io,12,1.dkr.ecr.x/app,eu-wets-1"]));
    assert_eq!(ran.code, Some(2));
    insta::assert_snapshot!(ran.stderr, @"
    error[input]: registry host is not one of Amazon ECR's
     --> push-to:1:1
      |
    1 | docker.io
      | ^
      |
      = help: credentials are sent to ECR and to loopback only, for example `123456789012.dkr.ecr.eu-central-1.amazonaws.com`

    error[input]: account id must have 12 digits, got 2
     --> push-to:1:3
      |
    1 | 12
      |   ^
      |
      = help: quote it in YAML: a leading zero of a bare number is lost

    error[input]: this names a repository
     --> push-to:1:1
      |
    1 | 1.dkr.ecr.x/app
      | ^^^^^^^^^^^^^^^
      |
      = help: give `1.dkr.ecr.x`: the repository has the same name in every registry

    error: 3 inputs are faulty; nothing was called
    ");
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

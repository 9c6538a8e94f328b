//! What comes out of an engine of the classic image store: only what the
//! repository lacks.

use crate::harness::{LocalEcr, Ran, clean, run, succeed};
use crate::local::auth_file;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

/// A folder with a `docker` that notes what it is asked for, and runs the lines
/// given before it does this.
fn client(ecr: &LocalEcr, word: &str, before: &str) -> PathBuf {
    let folder = ecr.home().join("bin");
    std::fs::create_dir_all(&folder).unwrap();
    let program = folder.join("docker");
    let path = std::env::var("PATH").unwrap();
    let text = format!(
        "#!/bin/sh\necho \"$1\" >> {home}/asked\nPATH={path}\n[ \"$1\" != {word} ] || {{\n{before}\n}}\nexec docker \"$@\"\n",
        home = ecr.home().display(),
    );
    std::fs::write(&program, text).unwrap();
    std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
    folder
}

/// Builds and pushes a context of these files, a layer each.
fn up(ecr: &LocalEcr, tags: &str, files: &[(&str, &str)]) -> Ran {
    let context = ecr.home().join("context");
    let _ = std::fs::remove_dir_all(&context);
    std::fs::create_dir_all(&context).unwrap();
    let mut dockerfile = "FROM scratch\n".to_owned();
    for (name, text) in files {
        std::fs::write(context.join(name), text).unwrap();
        dockerfile.push_str(&format!("COPY {name} /\n"));
    }
    std::fs::write(context.join("Dockerfile"), dockerfile).unwrap();
    let context = context.to_str().unwrap();
    let words = ["--repository", "app", "--tags", tags, "--context", context];
    let path = std::env::var("PATH").unwrap();
    let bin = ecr.home().join("bin");
    let mut command = ecr.up(&words);
    run(command.env("PATH", format!("{}:{path}", bin.display())))
}

/// How often the client was asked for this so far.
fn asked(ecr: &LocalEcr, word: &str) -> usize {
    let asked = std::fs::read_to_string(ecr.home().join("asked")).unwrap();
    asked.lines().filter(|asked| *asked == word).count()
}

/// The line on what was pushed.
fn pushed(ran: &Ran) -> &str {
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    let pushed = ran.stdout.lines().find(|line| line.starts_with("pushed "));
    let counts = pushed.and_then(|line| line.split(',').next());
    counts.unwrap_or("nothing")
}

/// The id by which an engine of the classic store knows what is at a tag.
fn image_id(ecr: &LocalEcr, tag: &str) -> String {
    let id = format!("imageTag={tag}");
    let words = [
        "batch-get-image",
        "--repository-name",
        "app",
        "--image-ids",
        &id,
    ];
    let manifest = ecr.aws(&words)["images"][0]["imageManifest"].clone();
    let manifest: serde_json::Value = serde_json::from_str(manifest.as_str().unwrap()).unwrap();
    manifest["config"]["digest"].as_str().unwrap().to_owned()
}

/// Another client copies the image, and checks every digest on the way.
fn pull(ecr: &LocalEcr, tag: &str) {
    let source = format!("docker://{}/app:{tag}", ecr.address);
    let target = format!("dir:{}", ecr.home().join(format!("pulled-{tag}")).display());
    let mut copy = clean("skopeo", ecr.home());
    copy.args(["copy", "--src-tls-verify=false", "--authfile"]);
    succeed(copy.arg(auth_file(ecr)).args([&source, &target]));
}

#[test]
fn an_image_that_is_there_is_not_saved_and_of_another_only_what_is_new() {
    let ecr = LocalEcr::start();
    client(&ecr, "save", ":");
    let mine = ("mine", ecr.address.as_str());
    let first = up(&ecr, "v1", &[mine, ("page", "one")]);
    assert_eq!(pushed(&first), "pushed 3 of 3 blobs");
    let again = up(&ecr, "v1", &[mine, ("page", "one")]);
    assert!(again.stdout.contains("no changes"), "{}", again.stdout);
    assert_eq!(asked(&ecr, "save"), 1);
    // A tag more is a manifest more.
    let tagged = up(&ecr, "v1,v2", &[mine, ("page", "one")]);
    assert_eq!(pushed(&tagged), "pushed 0 of 3 blobs");
    assert_eq!(asked(&ecr, "save"), 1);
    let changed = up(&ecr, "v1", &[mine, ("page", "two")]);
    assert_eq!(pushed(&changed), "pushed 2 of 3 blobs");
    assert_eq!(asked(&ecr, "save"), 2);
    pull(&ecr, "v1");
    pull(&ecr, "v2");
}

#[test]
fn what_the_docker_client_pushed_is_the_same_image() {
    let ecr = LocalEcr::start();
    client(&ecr, "save", ":");
    ecr.aws(&["create-repository", "--repository-name", "app"]);
    let files = [("mine", ecr.address.as_str()), ("page", "one")];
    up(&ecr, "v1", &files);
    let name = format!("{}/app:v2", ecr.address);
    let mut docker = clean("docker", ecr.home());
    succeed(docker.args(["image", "tag", &image_id(&ecr, "v1"), &name]));
    let config = ecr.home().join("docker");
    std::fs::create_dir_all(&config).unwrap();
    std::fs::copy(auth_file(&ecr), config.join("config.json")).unwrap();
    let mut docker = clean("docker", ecr.home());
    succeed(docker.env("DOCKER_CONFIG", &config).args(["push", &name]));
    let again = up(&ecr, "v2", &files);
    assert!(again.stdout.contains("no changes"), "{}", again.stdout);
    assert_eq!(asked(&ecr, "save"), 1);
    // Its layers serve another image too.
    let changed = up(&ecr, "v2", &[files[0], ("page", "two")]);
    assert_eq!(pushed(&changed), "pushed 2 of 3 blobs");
    pull(&ecr, "v2");
}

#[test]
fn what_the_repository_loses_meanwhile_is_exported_again() {
    let ecr = LocalEcr::start();
    client(&ecr, "save", ":");
    let files = [("mine", ecr.address.as_str()), ("page", "one")];
    assert_eq!(pushed(&up(&ecr, "v1", &files)), "pushed 3 of 3 blobs");
    let aws = ["delete-repository --force", "create-repository"]
        .map(|call| {
            let sign = format!(
                "AWS_ENDPOINT_URL_ECR={} AWS_DEFAULT_REGION=us-east-1 AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local",
                ecr.url
            );
            format!("{sign} aws ecr {call} --repository-name app > /dev/null")
        })
        .join("\n");
    client(&ecr, "save", &aws);
    let changed = up(&ecr, "v1", &[files[0], ("page", "two")]);
    assert_eq!(
        pushed(&changed),
        "pushed 3 of 3 blobs",
        "{}",
        changed.stderr
    );
    assert_eq!(asked(&ecr, "save"), 3);
    pull(&ecr, "v1");
}

/// The builder lists the engine's images, and another job removes one of them.
#[test]
fn a_build_that_tripped_over_an_image_that_went_is_begun_again() {
    let ecr = LocalEcr::start();
    let trip = |times: usize| {
        let home = ecr.home().display();
        client(
            &ecr,
            "build",
            &format!(
                "[ $(grep -cx build {home}/asked) -gt {times} ] || {{ echo 'unable to find image \"sha256:1a6a54409e3a\"' >&2; exit 1; }}"
            ),
        );
    };
    let mine = ("mine", ecr.address.as_str());
    trip(2);
    assert_eq!(pushed(&up(&ecr, "v1", &[mine])), "pushed 2 of 2 blobs");
    assert_eq!(asked(&ecr, "build"), 3);
    trip(9);
    let ran = up(&ecr, "v2", &[mine]);
    let said = ran.stderr.lines().last().unwrap();
    assert_eq!((ran.code, asked(&ecr, "build")), (Some(1), 6));
    insta::assert_snapshot!(said, @"error: `docker build` failed with exit status: 1; its output above says why");
}

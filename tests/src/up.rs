//! `ecrane up --local` with the real engine, seen by other clients.

use crate::harness::{LocalEcr, clean, run, succeed, writes};
use serde_json::Value;
use std::path::Path;

/// An app whose image is one file: nothing to pull, built in a moment.
pub(crate) fn app(folder: &Path, text: &str) -> String {
    let context = folder.join("app");
    std::fs::create_dir_all(&context).unwrap();
    std::fs::write(
        context.join("Dockerfile"),
        "FROM scratch\nCOPY page.txt /\nCMD [\"/page.txt\"]\n",
    )
    .unwrap();
    std::fs::write(context.join("page.txt"), text).unwrap();
    context.to_str().unwrap().to_owned()
}

fn output<'a>(result: &'a Value, name: &str) -> &'a str {
    result["outputs"][name].as_str().unwrap()
}

/// The calls to the AWS API, as against those to the registry.
fn aws_calls(requests: &[Value]) -> usize {
    requests
        .iter()
        .filter(|request| request["path"] == "/")
        .count()
}

fn marks(result: &Value) -> Vec<&str> {
    result["resources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["change"].as_str().unwrap())
        .collect()
}

#[test]
fn an_image_lands_in_a_governed_repository_and_other_clients_find_it() {
    let ecr = LocalEcr::start();
    let context = app(ecr.home(), "first");
    let words = [
        "--repository",
        "team/app",
        "--tags",
        "v1,latest",
        "--context",
        &context,
        "--scan-on-push",
        "true",
        "--image-tag-mutability",
        "MUTABLE",
        "--repository-tags",
        "team=a",
        "--lifecycle-policy",
        "default",
        "--json",
    ];
    let ran = succeed(&mut ecr.up(&words));
    let result: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(
        marks(&result),
        ["create", "create", "create"],
        "{}",
        ran.stderr
    );
    assert!(aws_calls(&ecr.log_since(0)) <= 6);
    let digest = output(&result, "digest");
    let image = format!("{}/team/app:v1", ecr.address);
    assert_eq!(output(&result, "image"), image);

    // skopeo, which nobody here wrote, gets the same digest.
    let password = ecr.password();
    let credentials = format!("--creds=AWS:{password}");
    let mut inspect = clean("skopeo", ecr.home());
    inspect.args([
        "inspect",
        "--tls-verify=false",
        &credentials,
        "--format={{.Digest}}",
    ]);
    let seen = succeed(inspect.arg(format!("docker://{image}"))).stdout;
    assert_eq!(seen.trim(), digest);

    // The service's own command sees repository, settings, policy and image.
    let repositories = ecr.aws(&["describe-repositories", "--repository-names", "team/app"]);
    let repository = &repositories["repositories"][0];
    assert_eq!(
        repository["repositoryUri"],
        output(&result, "repository-uri")
    );
    assert_eq!(repository["imageTagMutability"], "MUTABLE");
    assert_eq!(repository["imageScanningConfiguration"]["scanOnPush"], true);
    let policy = ecr.aws(&["get-lifecycle-policy", "--repository-name", "team/app"]);
    assert!(
        policy["lifecyclePolicyText"]
            .as_str()
            .unwrap()
            .contains("untagged")
    );
    let images = ecr.aws(&["describe-images", "--repository-name", "team/app"]);
    assert_eq!(images["imageDetails"][0]["imageDigest"], digest);
    assert_eq!(
        images["imageDetails"][0]["imageTags"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let arn = repository["repositoryArn"].as_str().unwrap();
    let tags = ecr.aws(&["list-tags-for-resource", "--resource-arn", arn]);
    assert!(tags["tags"].to_string().contains("ecrane:lifecycle"));

    // Again: nothing changes and nothing is written.
    let seen = ecr.requests();
    let again = succeed(&mut ecr.up(&words));
    let result: Value = serde_json::from_str(&again.stdout).unwrap();
    assert_eq!(marks(&result), ["same", "same", "same"]);
    assert_eq!(output(&result, "digest"), digest);
    assert!(again.stderr.contains("no changes"), "{}", again.stderr);
    let requests = ecr.log_since(seen);
    assert!((1..=4).contains(&aws_calls(&requests)));
    assert_eq!(writes(&requests), Vec::<&Value>::new());

    // The engine gets it too. (Last, because it forgets the build with the image.)
    assert_eq!(pulled_digest(&ecr, &image, &password), digest);
}

/// Pulls by the engine and says which digest it got.
fn pulled_digest(ecr: &LocalEcr, image: &str, password: &str) -> String {
    let docker = |words: &[&str]| {
        let mut command = clean("docker", ecr.home());
        command.args(words);
        command
    };
    succeed(&mut docker(&[
        "login",
        "--username",
        "AWS",
        "--password",
        password,
        &ecr.address,
    ]));
    succeed(&mut docker(&["pull", image]));
    let format = "--format={{index .RepoDigests 0}}";
    let digests = succeed(&mut docker(&["image", "inspect", format, image])).stdout;
    succeed(&mut docker(&["image", "rm", image]));
    digests.trim().split_once('@').unwrap().1.to_owned()
}

#[test]
fn a_changed_app_moves_the_tag_and_a_setting_is_changed_alone() {
    let ecr = LocalEcr::start();
    let context = app(ecr.home(), "first");
    let words = [
        "--repository",
        "app",
        "--tags",
        "v1",
        "--context",
        &context,
        "--json",
    ];
    succeed(&mut ecr.up(&words));
    let context = app(ecr.home(), "second");
    let seen = ecr.requests();
    let words = [
        "--repository",
        "app",
        "--tags",
        "v1",
        "--context",
        &context,
        "--json",
        "--scan-on-push",
        "true",
    ];
    let result: Value = serde_json::from_str(&succeed(&mut ecr.up(&words)).stdout).unwrap();
    assert_eq!(marks(&result), ["update", "update"]);
    let requests = ecr.log_since(seen);
    let operations: Vec<&str> = writes(&requests)
        .iter()
        .filter_map(|request| request["operation"].as_str())
        .collect();
    assert!(
        operations.contains(&"PutImageScanningConfiguration"),
        "{operations:?}"
    );
    assert!(!operations.contains(&"CreateRepository"), "{operations:?}");
    assert!(
        !operations.contains(&"PutLifecyclePolicy"),
        "{operations:?}"
    );
}

#[test]
fn a_dry_run_shows_the_plan_and_writes_nothing() {
    let ecr = LocalEcr::start();
    let context = app(ecr.home(), "x");
    let ran = succeed(&mut ecr.up(&[
        "--repository",
        "app",
        "--tags",
        "v1",
        "--context",
        &context,
        "--dry-run",
    ]));
    assert!(ran.stdout.contains(" +  repository"), "{}", ran.stdout);
    assert_eq!(writes(&ecr.log_since(0)), Vec::<&Value>::new());
}

/// A layout that comes with the repository: nothing to build.
const LAYOUT: &str = "examples/hello/layout";

#[test]
fn a_policy_of_somebody_else_is_not_replaced() {
    let ecr = LocalEcr::start();
    let theirs = r#"{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":500},"action":{"type":"expire"}}]}"#;
    ecr.aws(&["create-repository", "--repository-name", "app"]);
    let put = [
        "put-lifecycle-policy",
        "--repository-name",
        "app",
        "--lifecycle-policy-text",
        theirs,
    ];
    ecr.aws(&put);
    let seen = ecr.requests();
    let up = [
        "--repository",
        "app",
        "--tags",
        "v1",
        "--image",
        LAYOUT,
        "--lifecycle-policy",
    ];

    let ran = run(ecr.up(&up).arg("default"));
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert!(
        ran.stderr
            .contains("another lifecycle policy that ecrane did not put"),
        "{}",
        ran.stderr
    );
    assert_eq!(writes(&ecr.log_since(seen)), Vec::<&Value>::new());

    // The same meaning in other words is no difference.
    succeed(
        ecr.up(&up)
            .arg(theirs.replace("500}", "500, \"storageClass\": \"standard\"}")),
    );
    let policy = ecr.aws(&["get-lifecycle-policy", "--repository-name", "app"]);
    assert_eq!(policy["lifecyclePolicyText"], theirs);
}

#[test]
fn a_reference_to_another_registry_is_not_pushed_here() {
    let ecr = LocalEcr::start();
    let elsewhere = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:v9";
    let mut command = ecr.up(&[
        "--repository",
        "app",
        "--image",
        LAYOUT,
        "--tags",
        elsewhere,
    ]);
    let ran = run(&mut command);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("nothing was done"), "{}", ran.stderr);
    assert_eq!(writes(&ecr.log_since(0)), Vec::<&Value>::new());
}

#[test]
fn what_cannot_be_built_here_creates_nothing() {
    let ecr = LocalEcr::start();
    let context = app(ecr.home(), "x");
    let both = ["--platforms", "linux/amd64,linux/arm64"];
    let mut command = ecr.up(&["--repository", "app", "--tags", "v1", "--context", &context]);
    let ran = run(command.args(both));
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("one platform at a time"),
        "{}",
        ran.stderr
    );
    assert_eq!(ecr.requests(), 0);
}

#[test]
fn a_build_alone_asks_nobody() {
    let ecr = LocalEcr::start();
    let context = app(ecr.home(), "x");
    let words = [
        "--repository",
        "app",
        "--tags",
        "v1",
        "--push",
        "false",
        "--json",
    ];
    let mut command = clean(crate::harness::binary(), ecr.home());
    let ran = succeed(command.arg("up").args(words).args(["--context", &context]));
    let result: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(output(&result, "changed"), "false");
    assert!(output(&result, "digest").starts_with("sha256:"));
    assert_eq!(result["outputs"]["image-uri"], Value::Null);
}

#[test]
fn a_prebuilt_layout_is_pushed_without_an_engine() {
    let ecr = LocalEcr::start();
    let mut command = ecr.up(&["--repository", "app", "--tags", "v1", "--json", "--image"]);
    command.arg(LAYOUT).env("DOCKER_HOST", "unix:///nowhere");
    let result: Value = serde_json::from_str(&succeed(&mut command).stdout).unwrap();
    let images = ecr.aws(&["describe-images", "--repository-name", "app"]);
    assert_eq!(
        images["imageDetails"][0]["imageDigest"],
        output(&result, "digest")
    );
}

#[test]
fn an_image_of_the_engine_and_its_archive_are_the_same_image() {
    let ecr = LocalEcr::start();
    let context = app(ecr.home(), &ecr.address);
    let name = format!("{}/prebuilt:v1", ecr.address);
    let docker = |words: &[&str]| succeed(clean("docker", ecr.home()).args(words));
    docker(&["build", "--quiet", "--tag", &name, &context]);
    let archive = ecr.home().join("image.tar");
    let archive = archive.to_str().unwrap();
    docker(&["save", "--output", archive, &name]);

    let push = |image: &str| {
        let words = ["--repository", "app", "--tags", "v1", "--json", "--image"];
        let ran = succeed(ecr.up(&words).arg(image));
        serde_json::from_str::<Value>(&ran.stdout).unwrap()
    };
    let of_engine = push(&name);
    let seen = ecr.requests();
    let of_archive = push(archive);
    assert_eq!(output(&of_engine, "digest"), output(&of_archive, "digest"));
    assert!(writes(&ecr.log_since(seen)).is_empty(), "it was there");

    // A name without a tag is that of `latest`, whatever other images have it.
    let bare = format!("{}/prebuilt", ecr.address);
    let other = format!("{bare}:other");
    docker(&["tag", &name, &bare]);
    docker(&[
        "build",
        "--quiet",
        "--tag",
        &other,
        &app(ecr.home(), "other"),
    ]);
    let of_latest = push(&bare);
    assert_eq!(output(&of_engine, "digest"), output(&of_latest, "digest"));
    docker(&["image", "rm", &name, &bare, &other]);
}

#[test]
fn an_image_that_nobody_has_creates_nothing() {
    let ecr = LocalEcr::start();
    let seen = ecr.requests();
    let told = |image: &str| {
        let words = ["--repository", "app", "--tags", "v1", "--image", image];
        let ran = run(&mut ecr.up(&words));
        (ran.code, ran.stderr)
    };
    let (code, stderr) = told("no-such-image-here:v1");
    assert_eq!(code, Some(1));
    assert!(stderr.contains("no-such-image-here:v1"), "{stderr}");
    let (code, stderr) = told("dist/no-such-file.tar");
    assert_eq!(code, Some(2));
    assert!(
        stderr.contains("there is no such folder or file"),
        "{stderr}"
    );
    assert_eq!(ecr.requests(), seen);
}

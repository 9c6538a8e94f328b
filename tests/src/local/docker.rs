//! The engine: login, push, pull.

use super::{digest, images, password};
use crate::harness::{LocalEcr, Ran, clean, run, succeed};
use serde_json::json;
use std::process::Command;

/// The engine's client, with a configuration of its own.
fn docker(ecr: &LocalEcr, words: &[&str]) -> Command {
    let mut command = clean("docker", ecr.home());
    command.args(words);
    command
}

fn sign_in(ecr: &LocalEcr) {
    let password = password(ecr);
    let words = ["login", "--username", "AWS", "--password", &password];
    succeed(docker(ecr, &words).arg(&ecr.address));
}

/// Builds an image of one file under this name.
fn build(ecr: &LocalEcr, image: &str, text: &str) {
    let context = ecr.home().join("context");
    std::fs::create_dir_all(&context).unwrap();
    std::fs::write(
        context.join("Dockerfile"),
        "FROM scratch\nCOPY page.txt /\n",
    )
    .unwrap();
    std::fs::write(context.join("page.txt"), format!("{image} {text}")).unwrap();
    let context = context.to_str().unwrap();
    succeed(&mut docker(
        ecr,
        &["build", "--quiet", "--tag", image, context],
    ));
}

#[test]
fn the_engine_pushes_and_pulls() {
    let ecr = LocalEcr::start();
    let created = ecr.aws(&["create-repository", "--repository-name", "team/app"]);
    let uri = created["repository"]["repositoryUri"].as_str().unwrap();
    let image = format!("{uri}:v1");
    sign_in(&ecr);
    build(&ecr, &image, "first");
    let pushed = succeed(&mut docker(&ecr, &["push", &image])).stdout;
    let described = images(&ecr, "team/app");
    assert!(pushed.contains(digest(&described[0])), "{pushed}");
    assert_eq!(described[0]["imageTags"], json!(["v1"]));

    succeed(&mut docker(&ecr, &["image", "rm", &image]));
    let pulled = succeed(&mut docker(&ecr, &["pull", &image])).stdout;
    assert!(pulled.contains(digest(&described[0])), "{pulled}");
    succeed(&mut docker(&ecr, &["image", "rm", &image]));
}

#[test]
fn the_engine_gets_the_refusals_of_ecr() {
    let ecr = LocalEcr::start();
    let words = [
        "--repository-name",
        "app",
        "--image-tag-mutability",
        "IMMUTABLE",
    ];
    ecr.aws(&[["create-repository"].as_slice(), &words].concat());
    let image = format!("{}/app:v1", ecr.address);
    let refused = |image: &str| -> String {
        let Ran { code, stderr, .. } = run(&mut docker(&ecr, &["push", image]));
        assert_eq!(code, Some(1), "{stderr}");
        stderr
    };
    build(&ecr, &image, "first");
    let anonymous = refused(&image);
    assert!(
        anonymous.contains("no basic auth credentials"),
        "{anonymous}"
    );

    sign_in(&ecr);
    succeed(&mut docker(&ecr, &["push", &image]));
    succeed(&mut docker(&ecr, &["push", &image]));
    succeed(&mut docker(&ecr, &["image", "rm", &image]));
    build(&ecr, &image, "second");
    let moved = refused(&image);
    assert!(
        moved.contains("tag invalid: The image tag 'v1' already exists in the 'app' repository and cannot be overwritten because the tag is immutable."),
        "{moved}"
    );

    let nowhere = format!("{}/nope:v1", ecr.address);
    succeed(&mut docker(&ecr, &["tag", &image, &nowhere]));
    let unknown = refused(&nowhere);
    assert!(
        unknown.contains(
            "name unknown: The repository with name 'nope' does not exist in the registry with id"
        ),
        "{unknown}"
    );
    succeed(&mut docker(&ecr, &["image", "rm", &image, &nowhere]));
}

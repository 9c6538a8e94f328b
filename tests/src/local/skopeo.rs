//! skopeo, in both directions.

use super::{auth_file, image_folder};
use crate::harness::{LocalEcr, clean, run, succeed};
use std::process::Command;

/// `skopeo …` with the registry's password for both ends.
pub(super) fn skopeo(ecr: &LocalEcr, words: &[&str]) -> Command {
    let mut command = clean("skopeo", ecr.home());
    command.args(words).arg("--authfile").arg(auth_file(ecr));
    command
}

/// `skopeo copy …`, byte for byte: every digest stays, and is checked.
pub(super) fn copy(ecr: &LocalEcr, source: &str, target: &str) -> Command {
    let flags = ["--src-tls-verify=false", "--dest-tls-verify=false"];
    let words = ["copy", "--preserve-digests", source, target];
    let mut command = skopeo(ecr, &words);
    command.args(flags);
    command
}

#[test]
fn skopeo_copies_in_both_directions() {
    let ecr = LocalEcr::start();
    ecr.aws(&["create-repository", "--repository-name", "app"]);
    let source = image_folder(&ecr.home().join("image"), b"content");
    let target = format!("docker://{}/app:v1", ecr.address);
    succeed(&mut copy(&ecr, &source, &target));
    let back = format!("dir:{}", ecr.home().join("back").display());
    succeed(&mut copy(&ecr, &target, &back));
    let manifest = |folder: &str| std::fs::read(ecr.home().join(folder).join("manifest.json"));
    assert_eq!(manifest("back").unwrap(), manifest("image").unwrap());
    let list = [
        "list-tags",
        "--tls-verify=false",
        &format!("docker://{}/app", ecr.address),
    ];
    assert!(succeed(&mut skopeo(&ecr, &list)).stdout.contains("\"v1\""));
}

#[test]
fn skopeo_trusts_the_certificate_that_was_given() {
    let ecr = LocalEcr::start_with_tls();
    ecr.aws(&["create-repository", "--repository-name", "app"]);
    let source = image_folder(&ecr.home().join("image"), b"content");
    let target = format!("docker://{}/app:v1", ecr.address);
    let mut push = skopeo(&ecr, &["copy", &source, &target]);
    let doubt = run(&mut push).stderr;
    assert!(
        doubt.contains("certificate signed by unknown authority"),
        "{doubt}"
    );
    succeed(push.arg("--dest-cert-dir").arg(ecr.certificates()));
    let mut inspect = skopeo(&ecr, &["inspect", &target]);
    let inspected = succeed(inspect.arg("--cert-dir").arg(ecr.certificates())).stdout;
    assert!(inspected.contains("\"v1\""), "{inspected}");
}

//! The `aws` command.

use super::skopeo::copy;
use super::{image_folder, images};
use crate::harness::{LocalEcr, run, succeed};
use serde_json::json;

#[test]
fn the_aws_command_manages_repositories_and_images() {
    let ecr = LocalEcr::start();
    for name in ["a1", "b1", "c1"] {
        ecr.aws(&["create-repository", "--repository-name", name]);
    }
    // The client's own paginator puts the parts together.
    let all = ecr.aws(&["describe-repositories", "--page-size", "2"]);
    assert_eq!(all["repositories"].as_array().unwrap().len(), 3);

    let source = image_folder(&ecr.home().join("image"), b"content");
    for tag in ["v1", "v2"] {
        let target = format!("docker://{}/a1:{tag}", ecr.address);
        succeed(&mut copy(&ecr, &source, &target));
    }
    let on_a1 = |operation: &str, words: &[&str]| {
        ecr.aws(&[&[operation, "--repository-name", "a1"], words].concat())
    };
    let got = on_a1("batch-get-image", &["--image-ids", "imageTag=v1"]);
    let manifest = std::fs::read_to_string(ecr.home().join("image/manifest.json")).unwrap();
    assert_eq!(got["images"][0]["imageManifest"], manifest);
    let deleted = on_a1("batch-delete-image", &["--image-ids", "imageTag=v1"]);
    assert_eq!(deleted["failures"], json!([]));
    assert_eq!(images(&ecr, "a1")[0]["imageTags"], json!(["v2"]));
    on_a1(
        "put-image-scanning-configuration",
        &["--image-scanning-configuration", "scanOnPush=true"],
    );
    on_a1(
        "put-image-tag-mutability",
        &["--image-tag-mutability", "IMMUTABLE"],
    );

    let mut refused = ecr.aws_command(&["delete-repository", "--repository-name", "a1"]);
    let refused = run(&mut refused);
    assert_ne!(refused.code, Some(0));
    assert!(
        refused.stderr.contains("An error occurred (RepositoryNotEmptyException) when calling the DeleteRepository operation: The repository with name 'a1' in registry with id"),
        "{}",
        refused.stderr
    );
    on_a1("delete-repository", &["--force"]);
}

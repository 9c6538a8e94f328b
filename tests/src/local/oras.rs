//! The Python client `oras`: artifacts, and what refers to them.

use super::{images, password};
use crate::harness::{LocalEcr, clean, root, succeed};
use serde_json::{Value, json};

#[test]
fn oras_attaches_what_refers_to_an_artifact() {
    let ecr = LocalEcr::start();
    ecr.aws(&["create-repository", "--repository-name", "app"]);
    // Longer than a part, so that it is pushed in several.
    let text = "a bill of materials\n".repeat(10_000);
    std::fs::write(ecr.home().join("sbom.json"), &text).unwrap();
    let mut python = clean("python", ecr.home());
    python
        .arg(root().join("tests/oras/attach.py"))
        .args([&ecr.address, &password(&ecr)])
        .current_dir(ecr.home());
    let told: Value = serde_json::from_str(&succeed(&mut python).stdout).unwrap();

    assert_eq!(told["tags"], json!(["artifact", "sbom"]));
    let pulled = std::fs::read_to_string(ecr.home().join("pulled/sbom.json"));
    assert_eq!(pulled.unwrap(), text);
    let referrer = &told["referrers"]["manifests"][0];
    assert_eq!(referrer["digest"], told["attached"]);
    assert_eq!(referrer["annotations"]["about"], "the artifact");
    assert_eq!(told["subject_header"], told["artifact"]);
    assert_eq!(told["filtered"]["manifests"], json!([]));
    assert_eq!(told["filters_applied"], "artifactType");

    let described = images(&ecr, "app");
    let attached = described
        .iter()
        .find(|image| image["imageDigest"] == told["attached"])
        .unwrap();
    assert_eq!(attached["subjectManifestDigest"], told["artifact"]);
}

/// The recipe of the README: an image's name and its digest, as a run hands them
/// over, are all that an attestation takes.
#[test]
fn what_a_run_hands_over_is_enough_to_attach_to() {
    let ecr = LocalEcr::start();
    let image = ["--image", "examples/hello/layout", "--json"];
    let words = [
        &["--repository", "team/app", "--tags", "v1"],
        image.as_slice(),
    ]
    .concat();
    let report: Value = serde_json::from_str(&succeed(&mut ecr.up(&words)).stdout).unwrap();
    let output = |name: &str| report["outputs"][name].as_str().unwrap();
    let (name, digest) = (output("repository-uri"), output("digest"));
    assert_eq!(output("image-uri"), format!("{name}@{digest}"));

    std::fs::write(ecr.home().join("sbom.json"), "{}").unwrap();
    let mut python = clean("python", ecr.home());
    python
        .arg(root().join("tests/oras/attest.py"))
        .args([name, digest, &password(&ecr)])
        .current_dir(ecr.home());
    let told: Value = serde_json::from_str(&succeed(&mut python).stdout).unwrap();
    assert_eq!(told["referrers"], json!([told["attached"]]));
    let described = images(&ecr, "team/app");
    let refers = |image: &&Value| image["subjectManifestDigest"] == digest;
    let attached = described.iter().find(refers).unwrap();
    assert_eq!(attached["imageDigest"], told["attached"]);
}

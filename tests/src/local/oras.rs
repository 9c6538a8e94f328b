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

//! `ecrane images`, and a preview that asks the repository itself.

use crate::harness::{LocalEcr, clean, root, run, succeed};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// A layout that comes with the repository: nothing to build.
const LAYOUT: &str = "examples/hello/layout";
const KEEP_NONE: &str = r#"{"rules": [{"rulePriority": 1, "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1}, "action": {"type": "expire"}}]}"#;

const KEEP_DAYS: &str = r#"{"rules": [{"rulePriority": 1, "selection": {"tagStatus": "any", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 30}, "action": {"type": "expire"}}]}"#;

/// A repository `app` with an image `v1`, an index `all` of it, and a signature
/// of it.
fn repository() -> LocalEcr {
    let ecr = LocalEcr::start();
    up(&ecr, LAYOUT.as_ref(), "v1");
    let layout = root().join(LAYOUT);
    let image = read(&layout.join("index.json"))["manifests"][0].clone();
    let child = json!({
        "mediaType": image["mediaType"], "digest": image["digest"], "size": image["size"],
    });
    let mut signature = read(&blob(&layout, image["digest"].as_str().unwrap()));
    signature["subject"] = child.clone();
    let index = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [child],
    });
    for (manifest, media_type, tag) in [
        (&index, &index["mediaType"], "all"),
        (&signature, &image["mediaType"], "signature"),
    ] {
        up(&ecr, with_manifest(manifest, media_type).path(), tag);
    }
    ecr
}

fn up(ecr: &LocalEcr, layout: &Path, tag: &str) {
    let layout = layout.to_str().unwrap();
    let words = ["--repository", "app", "--tags", tag, "--image", layout];
    succeed(&mut ecr.up(&words));
}

fn read(file: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

fn blob(layout: &Path, digest: &str) -> PathBuf {
    layout.join("blobs").join(digest.replace(':', "/"))
}

/// The layout, with this manifest for its image.
fn with_manifest(manifest: &Value, media_type: &Value) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let source = format!("{}/.", root().join(LAYOUT).display());
    succeed(Command::new("cp").args(["-r", &source]).arg(folder.path()));
    let text = manifest.to_string();
    let hash = Sha256::digest(&text);
    let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    let digest = format!("sha256:{hash}");
    std::fs::write(blob(folder.path(), &digest), &text).unwrap();
    let entry = json!({"mediaType": media_type, "digest": digest, "size": text.len()});
    let index = json!({"schemaVersion": 2, "manifests": [entry]});
    std::fs::write(folder.path().join("index.json"), index.to_string()).unwrap();
    folder
}

#[test]
fn a_repository_is_listed_whole() {
    let ecr = repository();
    let seen = ecr.requests();
    let listed = succeed(&mut ecr.ecrane(&["images", "--repository", "app"])).stdout;
    let listed: Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(listed["complete"], true);
    let images = listed["imageDetails"].as_array().unwrap();
    let with = |key: &str| {
        images
            .iter()
            .find(|image| image.get(key).is_some())
            .unwrap()
    };
    let image = images
        .iter()
        .find(|it| it["imageTags"] == json!(["v1"]))
        .unwrap();
    assert_eq!(with("references")["imageTags"], json!(["all"]));
    assert_eq!(
        with("references")["references"],
        json!([image["imageDigest"]])
    );
    assert_eq!(
        with("subjectManifestDigest")["subjectManifestDigest"],
        image["imageDigest"]
    );
    let asked: Vec<Value> = ecr.log_since(seen);
    let operations: Vec<&str> = asked
        .iter()
        .map(|it| it["operation"].as_str().unwrap())
        .collect();
    assert_eq!(operations, ["DescribeImages", "BatchGetImage"]);
}

#[test]
fn a_preview_asks_the_repository_as_it_reads_a_file() {
    let ecr = repository();
    let policy = ecr.home().join("lifecycle.json");
    std::fs::write(&policy, KEEP_NONE).unwrap();
    let policy = policy.to_str().unwrap();
    let preview = |words: &[&str]| {
        let words = [
            &["lifecycle", "preview", policy, "--json", "--now", "+1d"],
            words,
        ]
        .concat();
        let ran = succeed(&mut ecr.ecrane(&words));
        serde_json::from_str::<Value>(&ran.stdout).unwrap()
    };
    let file = ecr.home().join("images.json");
    let listed = succeed(&mut ecr.ecrane(&["images", "--repository", "app"])).stdout;
    std::fs::write(&file, listed).unwrap();
    let asked = preview(&["--repository", "app"]);
    assert_eq!(asked, preview(&["--images", file.to_str().unwrap()]));
    assert_eq!(asked["summary"]["images"], 3);
    assert_eq!(
        asked["warnings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|it| it.as_str().unwrap().contains("references"))
            .count(),
        0
    );
}

#[test]
fn a_faulty_policy_asks_for_nothing() {
    let ecr = repository();
    let seen = ecr.requests();
    let policy = ecr.home().join("lifecycle.json");
    std::fs::write(&policy, r#"{"rules": [{}]}"#).unwrap();
    let words = [
        "lifecycle",
        "preview",
        policy.to_str().unwrap(),
        "--repository",
        "app",
    ];
    assert_eq!(run(&mut ecr.ecrane(&words)).code, Some(2));
    assert_eq!(ecr.requests(), seen);
}

#[test]
fn the_local_one_is_asked_by_its_folder() {
    let ecr = repository();
    let data = ecr.data();
    let mut command = clean(crate::harness::binary(), ecr.home());
    command
        .args(["images", "--repository", "nothing", "--local", "--data"])
        .arg(&data);
    let ran = run(&mut command);
    assert_eq!(ran.code, Some(1));
    insta::assert_snapshot!(ran.stderr.split(" (request").next().unwrap(), @"error: DescribeImages was refused: RepositoryNotFoundException: The repository with name 'nothing' does not exist in the registry with id '000000000000'");

    let empty = tempfile::tempdir().unwrap();
    let mut command = clean(crate::harness::binary(), empty.path());
    let ran = run(command.args(["images", "--repository", "app", "--local"]));
    assert_eq!(ran.code, Some(1));
    let told = ran.stderr.replace(empty.path().to_str().unwrap(), "HOME");
    insta::assert_snapshot!(told, @"error: no local ECR owns HOME/.local/share/ecrane: `ecrane local` starts one");
}

#[test]
fn a_local_repository_is_judged_by_its_own_clock() {
    let ecr = repository();
    let policy = ecr.home().join("lifecycle.json");
    std::fs::write(&policy, KEEP_DAYS).unwrap();
    let ecrane = |words: &[&str]| {
        let mut command = clean(crate::harness::binary(), ecr.home());
        succeed(command.args(words).arg("--data").arg(ecr.data())).stdout
    };
    let policy = policy.to_str().unwrap();
    let preview = || {
        let words = ["lifecycle", "preview", policy, "--repository", "app"];
        let told = ecrane(&[&words, ["--local", "--json"].as_slice()].concat());
        serde_json::from_str::<Value>(&told).unwrap()["summary"]["expire"].clone()
    };
    assert_eq!(preview(), 0);
    ecrane(&["local", "clock", "--advance", "31d"]);
    assert_ne!(preview(), 0);
}

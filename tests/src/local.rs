//! `ecrane local` as clients see it that nobody here wrote, a file for each.

mod aws;
mod docker;
mod kill;
mod registry;
mod skopeo;

use crate::harness::{LocalEcr, succeed};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The registry's password, asked for once: it is good for hours, and after a
/// restart too.
pub(super) fn password(ecr: &LocalEcr) -> String {
    let kept = ecr.home().join("password");
    std::fs::read_to_string(&kept).unwrap_or_else(|_| {
        let password = ecr.password();
        std::fs::write(&kept, &password).unwrap();
        password
    })
}

/// A file of signed-in registries, as every client but the engine's takes it.
pub(super) fn auth_file(ecr: &LocalEcr) -> PathBuf {
    let file = ecr.home().join("auth.json");
    let entry = json!({ "auth": base64(&format!("AWS:{}", password(ecr))) });
    let auths = json!({ "auths": { &ecr.address: entry } });
    std::fs::write(&file, auths.to_string()).unwrap();
    file
}

/// Standard base64, by the tool that every system has.
fn base64(text: &str) -> String {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, text).unwrap();
    let mut command = Command::new("base64");
    succeed(command.arg("--wrap=0").arg(file.path())).stdout
}

pub(super) fn images(ecr: &LocalEcr, repository: &str) -> Vec<Value> {
    let words = ["describe-images", "--repository-name", repository];
    let answer = ecr.aws(&words);
    answer["imageDetails"].as_array().unwrap().clone()
}

pub(super) fn digest(image: &Value) -> &str {
    image["imageDigest"].as_str().unwrap()
}

/// An image of one layer as a folder that skopeo reads (its `dir:` form).
pub(super) fn image_folder(folder: &Path, layer: &[u8]) -> String {
    std::fs::create_dir_all(folder).unwrap();
    let blob = |bytes: &[u8]| {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, bytes).unwrap();
        let sum = succeed(Command::new("sha256sum").arg(file.path())).stdout;
        let hex = sum.split_whitespace().next().unwrap().to_owned();
        std::fs::write(folder.join(&hex), bytes).unwrap();
        json!({ "digest": format!("sha256:{hex}"), "size": bytes.len() })
    };
    let mut layer = blob(layer);
    layer["mediaType"] = "application/vnd.oci.image.layer.v1.tar".into();
    let config = json!({
        "architecture": "amd64", "os": "linux",
        "rootfs": { "type": "layers", "diff_ids": [layer["digest"]] }
    });
    let mut config = blob(config.to_string().as_bytes());
    config["mediaType"] = "application/vnd.oci.image.config.v1+json".into();
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": config,
        "layers": [layer],
    });
    std::fs::write(folder.join("manifest.json"), manifest.to_string()).unwrap();
    std::fs::write(folder.join("version"), "Directory Transport Version: 1.1\n").unwrap();
    format!("dir:{}", folder.display())
}

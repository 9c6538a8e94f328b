//! `ecrane local` as clients see it that nobody here wrote, a file for each.

mod aws;
pub(crate) mod buildah;
mod docker;
mod kill;
mod large;
pub(crate) mod modern;
mod oras;
mod parallel;
mod registry;
mod sdk;
mod skopeo;
mod time;

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
pub(crate) fn auth_file(ecr: &LocalEcr) -> PathBuf {
    let file = ecr.home().join("auth.json");
    let entry = json!({ "auth": base64(&format!("AWS:{}", password(ecr))) });
    let auths = json!({ "auths": { &ecr.address: entry } });
    // Another client may read it just now.
    let draft = tempfile::NamedTempFile::new_in(ecr.home()).unwrap();
    std::fs::write(&draft, auths.to_string()).unwrap();
    draft.persist(&file).unwrap();
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
    let file = folder.join("layer");
    std::fs::write(&file, layer).unwrap();
    image_folder_of(folder, &file)
}

/// The same for a layer that is a file in the folder; the file takes its place in it.
pub(super) fn image_folder_of(folder: &Path, layer: &Path) -> String {
    let mut layer = named_by_digest(folder, layer);
    layer["mediaType"] = "application/vnd.oci.image.layer.v1.tar".into();
    let config = json!({
        "architecture": "amd64", "os": "linux",
        "rootfs": { "type": "layers", "diff_ids": [layer["digest"]] }
    });
    let file = folder.join("config");
    std::fs::write(&file, config.to_string()).unwrap();
    let mut config = named_by_digest(folder, &file);
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

/// Names a file by its digest; gives what a manifest says of it.
fn named_by_digest(folder: &Path, file: &Path) -> Value {
    let sum = succeed(Command::new("sha256sum").arg(file)).stdout;
    let hex = sum.split_whitespace().next().unwrap();
    let size = std::fs::metadata(file).unwrap().len();
    std::fs::rename(file, folder.join(hex)).unwrap();
    json!({ "digest": format!("sha256:{hex}"), "size": size })
}

//! Images made for the tests, as layouts on disk.

use ecrane_core::name::Digest;
use ecrane_core::push::Descriptor;
use ecrane_engine::layout::{self, Layout};
use flate2::{Compression, GzBuilder};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

pub(crate) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(crate) const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

/// A layout folder that is being written.
pub(crate) struct Folder {
    dir: TempDir,
}

impl Folder {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("blobs/sha256")).unwrap();
        fs::write(
            dir.path().join("oci-layout"),
            r#"{"imageLayoutVersion":"1.0.0"}"#,
        )
        .unwrap();
        Self { dir }
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn blob_path(&self, digest: &Digest) -> PathBuf {
        self.path().join("blobs/sha256").join(digest.hex())
    }

    pub(crate) fn add(&self, media_type: &str, bytes: &[u8]) -> Descriptor {
        let digest = Digest::from_sha256(&Sha256::digest(bytes).into());
        fs::write(self.blob_path(&digest), bytes).unwrap();
        Descriptor::new(media_type, digest, bytes.len() as u64)
    }

    /// An image whose layers hold one file each, of these sizes, random enough
    /// not to shrink.
    pub(crate) fn image(&self, architecture: &str, sizes: &[usize]) -> Descriptor {
        self.image_with(architecture, sizes, &json!({}), Compression::fast())
    }

    /// The same with these labels, and packed so.
    pub(crate) fn image_with(
        &self,
        architecture: &str,
        sizes: &[usize],
        labels: &Value,
        compression: Compression,
    ) -> Descriptor {
        let mut diff_ids = Vec::new();
        let mut layers = Vec::new();
        for (n, size) in sizes.iter().enumerate() {
            let tar = tar_of(&format!("{architecture}-{n}"), &noise(*size, n as u64));
            diff_ids.push(Digest::from_sha256(&Sha256::digest(&tar).into()));
            layers.push(pointer(&self.add(LAYER, &gzip(&tar, compression))));
        }
        let mut config = json!({
            "architecture": architecture, "os": "linux",
            "rootfs": {"type": "layers", "diff_ids": diff_ids},
        });
        if labels != &json!({}) {
            config["config"] = json!({"Labels": labels});
        }
        let config = self.add(CONFIG, config.to_string().as_bytes());
        let manifest = json!({
            "schemaVersion": 2, "mediaType": MANIFEST,
            "config": pointer(&config), "layers": layers,
        });
        self.add(MANIFEST, manifest.to_string().as_bytes())
    }

    /// An index of the images given, with their architectures.
    pub(crate) fn index(&self, images: &[(&str, &Descriptor)]) -> Descriptor {
        let manifests: Vec<_> = images
            .iter()
            .map(|(architecture, image)| {
                let mut entry = pointer(image);
                entry["platform"] = json!({"os": "linux", "architecture": architecture});
                entry
            })
            .collect();
        let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests});
        self.add(INDEX, index.to_string().as_bytes())
    }

    /// Names the roots in `index.json`.
    pub(crate) fn name(&self, roots: &[&Descriptor]) {
        let manifests: Vec<_> = roots.iter().map(|root| pointer(root)).collect();
        let index = json!({"schemaVersion": 2, "manifests": manifests});
        fs::write(self.path().join("index.json"), index.to_string()).unwrap();
    }

    pub(crate) fn read(&self) -> Layout {
        layout::read(self.path()).unwrap()
    }
}

/// One image, one large layer (its upload is a PATCH) and one small.
pub(crate) fn single() -> Folder {
    let folder = Folder::new();
    let image = folder.image("amd64", &[5 << 20, 1000]);
    folder.name(&[&image]);
    folder
}

/// A manifest that no folder holds.
pub(crate) fn pointing_nowhere() -> Descriptor {
    Descriptor::new(MANIFEST, Digest::from_sha256(&[0; 32]), 10)
}

pub(crate) fn pointer(descriptor: &Descriptor) -> Value {
    json!({
        "mediaType": descriptor.media_type,
        "digest": descriptor.digest,
        "size": descriptor.size,
    })
}

pub(crate) fn tar_of(name: &str, content: &[u8]) -> Vec<u8> {
    let mut header = tar::Header::new_ustar();
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    let mut tar = tar::Builder::new(Vec::new());
    tar.append_data(&mut header, name, content).unwrap();
    tar.into_inner().unwrap()
}

fn gzip(bytes: &[u8], compression: Compression) -> Vec<u8> {
    let mut encoder = GzBuilder::new().write(Vec::new(), compression);
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Text by a fixed rule that compresses as text does.
pub(crate) fn prose(size: usize) -> Vec<u8> {
    const WORDS: &[u8] = b"layer digest manifest index blob config tag push pull image ";
    let starts = noise(size, 7);
    let words = starts.iter().flat_map(|n| {
        let from = usize::from(*n) % (WORDS.len() - 8);
        &WORDS[from..from + 1 + usize::from(n >> 5)]
    });
    words.copied().take(size).collect()
}

/// Bytes by a fixed rule that do not compress (xorshift).
fn noise(size: usize, seed: u64) -> Vec<u8> {
    let mut x = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(size + 8);
    while bytes.len() < size {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        bytes.extend_from_slice(&x.to_le_bytes());
    }
    bytes.truncate(size);
    bytes
}

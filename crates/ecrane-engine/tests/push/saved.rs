//! Archives of `docker save` and of tools that write alike.

use crate::image::{self, Folder, pointer};
use crate::plain::{pull, pushed, skopeo};
use crate::registry::Server;
use ecrane_core::push::Known;
use ecrane_engine::archive::to_layout;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::io::Write;
use std::process::{Command, Output};

/// An archive that is being written, as engine 20.10 lays it out.
pub(crate) struct Archive(tar::Builder<Vec<u8>>);

impl Archive {
    pub(crate) fn new() -> Self {
        Self(tar::Builder::new(Vec::new()))
    }

    pub(crate) fn add(mut self, path: &str, bytes: &[u8]) -> Self {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        self.0.append_data(&mut header, path, bytes).unwrap();
        self
    }

    pub(crate) fn json(self, path: &str, value: &Value) -> Self {
        self.add(path, value.to_string().as_bytes())
    }

    pub(crate) fn link(mut self, path: &str, to: &str) -> Self {
        let mut header = tar::Header::new_ustar();
        header.set_entry_type(tar::EntryType::Symlink);
        header.set_size(0);
        self.0.append_link(&mut header, path, to).unwrap();
        self
    }

    pub(crate) fn bytes(self) -> Vec<u8> {
        self.0.into_inner().unwrap()
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    let digest: [u8; 32] = Sha256::digest(bytes).into();
    ecrane_core::name::Digest::from_sha256(&digest)
        .hex()
        .to_owned()
}

pub(crate) fn config(layers: &[&[u8]]) -> Value {
    let diff_ids: Vec<_> = layers
        .iter()
        .map(|l| format!("sha256:{}", hex(l)))
        .collect();
    json!({
        "architecture": "amd64", "os": "linux", "docker_version": "20.10.24",
        "rootfs": {"type": "layers", "diff_ids": diff_ids},
    })
}

pub(crate) fn saved(config: &str, layers: &[&str]) -> Value {
    json!([{"Config": config, "RepoTags": ["app:v1"], "Layers": layers}])
}

/// Two layers, the second one under two names.
fn legacy() -> Vec<u8> {
    let (one, two) = (
        image::tar_of("one", b"1"),
        image::tar_of("two", &image::prose(400_000)),
    );
    Archive::new()
        .json("c0ffee.json", &config(&[&one, &two, &two]))
        .add("a/VERSION", b"1.0")
        .add("a/layer.tar", &one)
        .add("b/layer.tar", &two)
        .link("c/layer.tar", "../b/layer.tar")
        .json(
            "manifest.json",
            &saved(
                "c0ffee.json",
                &["a/layer.tar", "b/layer.tar", "c/layer.tar"],
            ),
        )
        .add("repositories", b"{}")
        .bytes()
}

/// The image that comes out: its layers by media type and digest, or the error.
fn check(archive: &[u8], expected: &str) {
    let into = tempfile::tempdir().unwrap();
    let got = match to_layout(archive, &Known::default(), into.path(), |_| ()) {
        Ok(layout) => {
            let manifest: Value = serde_json::from_slice(&layout.plan().root.bytes).unwrap();
            let layers = manifest["layers"].as_array().unwrap().iter();
            let layers: Vec<_> = layers
                .map(|layer| {
                    let kind = layer["mediaType"].as_str().unwrap();
                    let kind = kind.rsplit('.').next().unwrap();
                    format!("{kind} {:.19}", layer["digest"].as_str().unwrap())
                })
                .collect();
            layers.join("\n")
        }
        Err(error) => error.to_string(),
    };
    assert_eq!(got, expected);
}

/// These digests are a promise: the same layer gives the same bytes on every
/// machine and with every version, or all layers are uploaded anew.
const COMPRESSED: &str =
    "tar+gzip sha256:e8a47881ecfb\ntar+gzip sha256:cd564667d9f9\ntar+gzip sha256:cd564667d9f9";

#[test]
fn a_layer_gives_the_same_bytes_everywhere() {
    check(&legacy(), COMPRESSED);
}

/// So is the manifest's own.
#[test]
fn an_image_gives_the_same_digest_everywhere() {
    let into = tempfile::tempdir().unwrap();
    let config =
        r#"{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}"#;
    let archive = Archive::new()
        .add("c.json", config.as_bytes())
        .json("manifest.json", &saved("c.json", &[]))
        .bytes();
    let layout = to_layout(archive.as_slice(), &Known::default(), into.path(), |_| ()).unwrap();
    let manifest = String::from_utf8(layout.plan().root.bytes.clone()).unwrap();
    insta::assert_snapshot!(manifest, @r#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:c5b1d63604f273462ef36fadac3182d43ae6a6138731cf594b314835cf1c034f","size":78},"layers":[]}"#);
}

#[test]
fn an_archive_may_be_compressed_as_a_whole() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&legacy()).unwrap();
    check(&encoder.finish().unwrap(), COMPRESSED);
}

/// Engine 25 wraps a layout around it whose manifest names no layers.
#[test]
fn the_manifest_of_an_engine_that_forgets_the_layers_is_not_believed() {
    let layer = image::tar_of("one", b"1");
    let config = config(&[&layer]).to_string();
    let blob = |bytes: &[u8]| format!("blobs/sha256/{}", hex(bytes));
    let manifest = json!({
        "schemaVersion": 2, "mediaType": image::MANIFEST,
        "config": {
            "mediaType": "application/vnd.oci.image.config.v1+json",
            "digest": format!("sha256:{}", hex(config.as_bytes())), "size": config.len(),
        },
        "layers": [],
    })
    .to_string();
    let index = json!({"schemaVersion": 2, "manifests": [{
        "mediaType": image::MANIFEST,
        "digest": format!("sha256:{}", hex(manifest.as_bytes())), "size": manifest.len(),
    }]});
    let archive = Archive::new()
        .add(&blob(config.as_bytes()), config.as_bytes())
        .add(&blob(&layer), &layer)
        .add(&blob(manifest.as_bytes()), manifest.as_bytes())
        .json("index.json", &index)
        .json(
            "manifest.json",
            &saved(&blob(config.as_bytes()), &[&blob(&layer)]),
        )
        .add("oci-layout", br#"{"imageLayoutVersion":"1.0.0"}"#)
        .bytes();
    check(&archive, COMPRESSED.lines().next().unwrap());
}

/// What the containerd store saves is a layout: nothing is made anew.
#[test]
fn a_layout_with_compressed_layers_keeps_its_digests() {
    let folder = Folder::new();
    let amd64 = folder.image("amd64", &[100]);
    let arm64 = folder.image("arm64", &[200]);
    let index = folder.index(&[("amd64", &amd64), ("arm64", &arm64)]);
    let mut archive = Archive::new();
    for blob in std::fs::read_dir(folder.path().join("blobs/sha256")).unwrap() {
        let path = blob.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        archive = archive.add(
            &format!("blobs/sha256/{name}"),
            &std::fs::read(path).unwrap(),
        );
    }
    let named = json!({"schemaVersion": 2, "manifests": [pointer(&index), pointer(&index)]});
    let archive = archive.json("index.json", &named).bytes();
    let into = tempfile::tempdir().unwrap();
    let layout = to_layout(archive.as_slice(), &Known::default(), into.path(), |_| ()).unwrap();
    assert_eq!(layout.plan().root.descriptor, index);
    assert_eq!(layout.plan().images.len(), 2);
}

#[test]
fn what_is_no_image_is_refused_in_one_sentence() {
    check(
        &image::tar_of("hello", b"hi"),
        "the archive holds no image: it has neither `manifest.json` nor `index.json`; make it with `docker save`",
    );
    check(
        b"not a tar",
        "cannot read the image archive: failed to read entire block",
    );
    let layer = image::tar_of("one", b"1");
    let whole = || Archive::new().json("c.json", &config(&[&layer]));
    check(
        &whole()
            .json("manifest.json", &saved("c.json", &["a/layer.tar"]))
            .bytes(),
        "the archive names `a/layer.tar`, which it does not hold; save the image again",
    );
    check(
        &whole()
            .add("a/layer.tar", &image::tar_of("one", b"2"))
            .json("manifest.json", &saved("c.json", &["a/layer.tar"]))
            .bytes(),
        "the layer `a/layer.tar` of the archive is damaged: its content has the digest sha256:e49a45699f826d3351168b2e9c8529d8df3c58a4dd0af09317227db6d4334292 instead of sha256:a6f6ee1cc215bd64641272406e5bee0cf633be38a2db877638218c723c389a35; save the image again",
    );
    let two = json!([
        {"Config": "c.json", "RepoTags": ["app:v1"], "Layers": []},
        {"Config": "d.json", "RepoTags": null, "Layers": []},
    ]);
    check(
        &whole().json("manifest.json", &two).bytes(),
        "the archive holds 2 images (app:v1, d.json); save the one that is meant",
    );
    check(
        &legacy()[..4000],
        "cannot read the image archive: unexpected EOF during skip",
    );
}

#[test]
fn nothing_is_written_outside_the_folder() {
    let layer = image::tar_of("one", b"1");
    let archive = Archive::new()
        .json("c.json", &config(&[&layer]))
        .link("blobs", "/tmp")
        .link("index.json", "../../escaped")
        .link("a/layer.tar", "../../../b/layer.tar")
        .add("b/layer.tar", &layer)
        .json("manifest.json", &saved("c.json", &["a/layer.tar"]))
        .bytes();
    check(&archive, COMPRESSED.lines().next().unwrap());
}

fn docker(arguments: &[&str]) -> Output {
    let output = Command::new("docker")
        .args(arguments)
        .output()
        .expect("docker is not installed; `cargo xtask setup` installs it");
    assert!(output.status.success(), "docker {arguments:?}: {output:?}");
    output
}

#[tokio::test]
async fn what_a_real_engine_saves_is_pushed_and_pulled() {
    let context = tempfile::tempdir().unwrap();
    let path = context.path().to_str().unwrap();
    std::fs::write(context.path().join("one"), "1").unwrap();
    std::fs::write(context.path().join("two"), "2").unwrap();
    let dockerfile = "FROM scratch\nCOPY one /\nCOPY two /\nCMD [\"/one\"]\n";
    std::fs::write(context.path().join("Dockerfile"), dockerfile).unwrap();
    let built = docker(&["build", "--quiet", path]);
    let id = String::from_utf8(built.stdout).unwrap().trim().to_owned();
    let archive = docker(&["save", &id]).stdout;
    docker(&["rmi", "--force", &id]);

    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let layout = to_layout(archive.as_slice(), &Known::default(), first.path(), |_| ()).unwrap();
    let again = to_layout(archive.as_slice(), &Known::default(), second.path(), |_| ()).unwrap();
    assert_eq!(layout.plan(), again.plan());

    let server = Server::start();
    let outcome = pushed(&server, &layout, &["v1"]).await;
    assert_eq!(skopeo(&server, "v1"), outcome.digest);
    pull(&server, "v1");
}

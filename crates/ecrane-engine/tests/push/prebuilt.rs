//! Images that other tools made, each in the form that the tool writes.

use crate::image::{self, Folder, pointer};
use crate::plain::{pull, pushed};
use crate::registry::Server;
use crate::saved::{Archive, config, hex, saved};
use ecrane_core::name::Digest;
use ecrane_engine::archive::{self, ArchiveError};
use ecrane_engine::layout::{self, Layout};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

/// The image by its digest if it is the one given, its layers by their kind.
fn told(layout: &Layout, original: &Digest) -> String {
    let manifest = &layout.plan().root;
    let read: Value = serde_json::from_slice(&manifest.bytes).unwrap();
    let layers = read["layers"].as_array().into_iter().flatten();
    let kinds: Vec<&str> = layers
        .map(|layer| layer["mediaType"].as_str().unwrap())
        .map(|kind| kind.rsplit('.').next().unwrap())
        .collect();
    let same = manifest.descriptor.digest == *original;
    let whose = if same { "as it was" } else { "converted" };
    format!("{whose}: {}", kinds.join(", "))
}

/// The layout that an archive becomes, or what is wrong with it.
fn read(bytes: &[u8]) -> Result<Layout, ArchiveError> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("image.tar");
    std::fs::write(&file, bytes).unwrap();
    archive::read(&file, &folder.path().join("layout"))
}

fn check(bytes: &[u8], original: &Digest, expected: &str) {
    let got = match read(bytes) {
        Ok(layout) => told(&layout, original),
        Err(error) => error.to_string(),
    };
    assert_eq!(got, expected);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// What names no image of a layout.
fn nothing() -> Digest {
    Digest::from_sha256(&[0; 32])
}

/// skopeo, buildah and podman write by one library.
fn skopeo(source: &Path, to: &str, words: &[&str]) {
    let source = format!("oci:{}:v1", source.display());
    let output = Command::new("skopeo")
        .args(["copy", "--quiet"])
        .args(words)
        .args([&source, to])
        .output()
        .expect("skopeo is not installed; `cargo xtask setup` installs it");
    assert!(output.status.success(), "{output:?}");
}

#[tokio::test]
async fn skopeo_buildah_and_podman() {
    let folder = Folder::new();
    let image = folder.image("amd64", &[1000, 2000]);
    let mut named = pointer(&image);
    named["annotations"] = json!({"org.opencontainers.image.ref.name": "v1"});
    let index = json!({"schemaVersion": 2, "manifests": [named]}).to_string();
    std::fs::write(folder.path().join("index.json"), index).unwrap();
    let into = tempfile::tempdir().unwrap();
    let server = Server::start();
    for (form, words, expected) in [
        (
            "oci-archive",
            [].as_slice(),
            "as it was: tar+gzip, tar+gzip",
        ),
        ("docker-archive", &[], "converted: tar+gzip, tar+gzip"),
        (
            "oci",
            &["--dest-compress-format", "zstd"],
            "converted: tar+zstd, tar+zstd",
        ),
    ] {
        let to = into.path().join(form);
        skopeo(
            folder.path(),
            &format!("{form}:{}:app:v1", to.display()),
            words,
        );
        let layout = match to.is_dir() {
            true => layout::read(&to).unwrap(),
            false => archive::read(&to, &into.path().join("layout")).unwrap(),
        };
        assert_eq!(told(&layout, &image.digest), expected, "{form}");
        pushed(&server, &layout, &[form]).await;
        pull(&server, form);
        let _ = std::fs::remove_dir_all(into.path().join("layout"));
    }
}

/// `podman save` links what older readers look for to what is there.
#[test]
fn podman_save() {
    let layer = image::tar_of("one", b"1");
    let (file, link) = (format!("{}.tar", hex(&layer)), "abc/layer.tar");
    let archive = Archive::new()
        .add(&file, &layer)
        .link(link, &format!("../{file}"))
        .json("c.json", &config(&[&layer]));
    let by_file = saved("c.json", &[&file]);
    let archive = archive.json("manifest.json", &by_file).bytes();
    check(&archive, &nothing(), "converted: tar+gzip");
}

/// `ko build --tarball`, `kaniko --tar-path` and `crane pull` write by one
/// library: names without an ending, layers compressed.
#[test]
fn ko_kaniko_and_crane_tarballs() {
    let raw = image::tar_of("one", b"1");
    let layer = gzip(&raw);
    let config = config(&[&raw]).to_string();
    let name = format!("sha256:{}", hex(config.as_bytes()));
    let file = format!("{}.tar.gz", hex(&layer));
    let archive = Archive::new()
        .add(&name, config.as_bytes())
        .add(&file, &layer)
        .json("manifest.json", &saved(&name, &[&file]))
        .bytes();
    check(&archive, &nothing(), "converted: tar+gzip");
}

/// `jib buildTar` and Bazel's `oci_load` as a tar.
#[test]
fn jib_and_bazel_tarballs() {
    let raw = image::tar_of("one", b"1");
    let layer = gzip(&raw);
    for path in [
        format!("{}.tar.gz", hex(&layer)),
        format!("blobs/sha256/{}", hex(&layer)),
    ] {
        let archive = Archive::new()
            .add(&path, &layer)
            .json("config.json", &config(&[&raw]))
            .json("manifest.json", &saved("config.json", &[&path]))
            .bytes();
        check(&archive, &nothing(), "converted: tar+gzip");
    }
}

/// `dockerTools.buildLayeredImage`: layers as they are, the whole compressed.
#[test]
fn nix_layered_images() {
    let layer = image::tar_of("nix/store/one", b"1");
    let path = format!("{}/layer.tar", hex(&layer));
    let archive = Archive::new()
        .add(&path, &layer)
        .json("c.json", &config(&[&layer]))
        .json("manifest.json", &saved("c.json", &[&path]))
        .bytes();
    check(&gzip(&archive), &nothing(), "converted: tar+gzip");
    check(&archive, &nothing(), "converted: tar+gzip");
}

/// An output of Bazel's `oci_image` links to its inputs.
#[test]
fn bazel_layouts_of_links() {
    let folder = image::single();
    let image = folder.read().plan().root.descriptor.clone();
    let out = tempfile::tempdir().unwrap();
    let blobs = out.path().join("image/blobs/sha256");
    std::fs::create_dir_all(&blobs).unwrap();
    for blob in std::fs::read_dir(folder.path().join("blobs/sha256")).unwrap() {
        let blob = blob.unwrap();
        symlink(blob.path(), blobs.join(blob.file_name())).unwrap();
    }
    for name in ["oci-layout", "index.json"] {
        symlink(
            folder.path().join(name),
            out.path().join("image").join(name),
        )
        .unwrap();
    }
    symlink(out.path().join("image"), out.path().join("link")).unwrap();
    let layout = layout::read(&out.path().join("link")).unwrap();
    assert_eq!(
        told(&layout, &image.digest),
        "as it was: tar+gzip, tar+gzip"
    );
}

/// An archive of a layout with these layers, of which the first is kept where
/// its `urls` say.
fn archived(kinds: &[(&str, &[u8])]) -> (Vec<u8>, Digest) {
    let folder = Folder::new();
    let raw: Vec<&[u8]> = kinds.iter().map(|(_, layer)| *layer).collect();
    let configuration = folder.add(
        "application/vnd.oci.image.config.v1+json",
        config(&raw).to_string().as_bytes(),
    );
    let layers = kinds.iter().map(|(kind, layer)| {
        let descriptor = folder.add(&format!("application/vnd.oci.image.layer.{kind}"), layer);
        if kind.starts_with("nondistributable") {
            std::fs::remove_file(folder.blob_path(&descriptor.digest)).unwrap();
        }
        pointer(&descriptor)
    });
    let manifest = json!({
        "schemaVersion": 2, "mediaType": image::MANIFEST,
        "config": pointer(&configuration), "layers": layers.collect::<Vec<_>>(),
    });
    let image = folder.add(image::MANIFEST, manifest.to_string().as_bytes());
    folder.name(&[&image]);
    let mut archive = tar::Builder::new(Vec::new());
    archive.append_dir_all(".", folder.path()).unwrap();
    (archive.into_inner().unwrap(), image.digest)
}

/// umoci, Bazel and others leave layers uncompressed. The image keeps its
/// digest: it may be signed.
#[test]
fn layouts_of_uncompressed_layers() {
    let layer = image::tar_of("one", b"1");
    let (archive, digest) = archived(&[("v1.tar", &layer)]);
    check(&archive, &digest, "as it was: tar");
    check(&gzip(&archive), &digest, "as it was: tar");
}

#[test]
fn layers_that_stay_elsewhere_are_named_only() {
    let (base, own) = (image::tar_of("one", b"1"), image::tar_of("two", b"2"));
    let (archive, digest) = archived(&[("nondistributable.v1.tar", &base), ("v1.tar", &own)]);
    let layout = read(&archive).unwrap();
    assert_eq!(told(&layout, &digest), "as it was: tar, tar");
    assert_eq!(layout.plan().blobs.len(), 2, "one layer, one configuration");
}

/// `ko build --oci-layout-path` adds to what is there.
#[test]
fn a_layout_of_several_images_says_which() {
    let folder = Folder::new();
    let one = folder.image("amd64", &[100]);
    let two = folder.image("arm64", &[200]);
    folder.name(&[&one, &two]);
    let error = layout::read(folder.path()).unwrap_err().to_string();
    let error = error.replace(&folder.path().display().to_string(), "FOLDER");
    insta::assert_snapshot!(error, @"the image layout `FOLDER` holds 2 images (sha256:41af58b1b611, sha256:bf154dd1db55); export the one that is meant");
}

#[test]
fn what_has_to_be_unpacked_first_is_said() {
    check(
        b"\x28\xb5\x2f\xfd and more",
        &nothing(),
        "the archive is compressed by zstd; unpack it first, as by `zstd --decompress`",
    );
    check(
        b"\xfd7zXZ\x00 and more",
        &nothing(),
        "the archive is compressed by xz; unpack it first, as by `xz --decompress`",
    );
    check(
        b"BZh91AY&SY and more",
        &nothing(),
        "the archive is compressed by bzip2; unpack it first, as by `bzip2 --decompress`",
    );
}

//! Layout folders and tars that cannot be pushed, and what is said of them.

use crate::image::{self, Folder};
use crate::registry::Server;
use ecrane_core::name::RepositoryName;
use ecrane_engine::layout;
use ecrane_engine::push::{Delivery, push};
use ecrane_engine::registry::{Patience, Registry};
use std::fs;

fn check(folder: &Folder, expected: &str) {
    let error = match layout::read(folder.path()) {
        Ok(layout) => format!("it is whole: {:?}", layout.plan()),
        Err(error) => error.to_string(),
    };
    let dir = folder.path().display().to_string();
    assert_eq!(error.replace(&dir, "DIR"), expected);
}

#[test]
fn a_folder_that_is_no_layout_is_named() {
    let folder = image::single();
    fs::write(
        folder.path().join("oci-layout"),
        r#"{"imageLayoutVersion":"2.0.0"}"#,
    )
    .unwrap();
    check(
        &folder,
        "`DIR` is an OCI image layout of version `2.0.0`; this program knows 1.0.0",
    );
    fs::remove_file(folder.path().join("oci-layout")).unwrap();
    check(
        &folder,
        "`DIR` is no OCI image layout: it has no file `oci-layout`",
    );
}

#[test]
fn one_image_must_be_meant() {
    let folder = image::single();
    folder.name(&[]);
    check(&folder, "the image layout `DIR` holds no image");
    let one = folder.image("amd64", &[10]);
    let two = folder.image("arm64", &[10]);
    folder.name(&[&one, &two]);
    check(
        &folder,
        "the image layout `DIR` holds 2 images (sha256:bdf820fae270, sha256:ec3c941787f9); export the one that is meant",
    );
    folder.name(&[&one, &one]);
    assert_eq!(folder.read().plan().root.descriptor, one);
}

#[test]
fn what_is_missing_or_cut_is_named() {
    let folder = image::single();
    let layer = folder.read().plan().blobs[0].clone();
    fs::write(folder.blob_path(&layer.digest), "short").unwrap();
    check(
        &folder,
        "sha256:4cfc34fc3585219159601df1c1b86125fe5bf7c46549c7b863932a7757ffc12f in the image layout is damaged: it has 5 bytes instead of 5529472; build or export the image again",
    );
    fs::remove_file(folder.blob_path(&layer.digest)).unwrap();
    check(
        &folder,
        "the image needs sha256:4cfc34fc3585219159601df1c1b86125fe5bf7c46549c7b863932a7757ffc12f (`application/vnd.oci.image.layer.v1.tar+gzip`), which the layout `DIR` does not hold; export the image with all its platforms, or one platform alone",
    );
    folder.name(&[&image::pointing_nowhere()]);
    check(
        &folder,
        "the image needs sha256:0000000000000000000000000000000000000000000000000000000000000000 (`application/vnd.oci.image.manifest.v1+json`), which the layout `DIR` does not hold; export the image with all its platforms, or one platform alone",
    );
}

/// Content is checked on its way out: the registry never gets it whole.
#[tokio::test]
async fn a_blob_that_is_not_what_its_name_says_is_not_pushed() {
    let server = Server::start();
    let folder = image::single();
    let layout = folder.read();
    let registry = Registry::new(&server.credentials(), Patience::default()).unwrap();
    for (n, blob) in layout.plan().blobs.iter().enumerate() {
        let repository: RepositoryName = format!("team/app{n}").parse().unwrap();
        let path = folder.blob_path(&blob.digest);
        let whole = fs::read(&path).unwrap();
        let mut bytes = whole.clone();
        *bytes.last_mut().unwrap() ^= 1;
        fs::write(&path, bytes).unwrap();
        let tag = ["v1".parse().unwrap()];
        let error = push(
            &registry,
            &repository,
            &Delivery::new(&layout, &tag),
            |_| {},
        )
        .await;
        let error = error.unwrap_err().to_string();
        let digest = &blob.digest;
        let start = format!("{digest} in the image layout is damaged: its content has the digest ");
        assert!(error.starts_with(&start), "{error}");
        let there = registry.repository(&repository).has_blob(blob).await;
        assert!(!there.unwrap(), "{digest} was stored");
        fs::write(&path, whole).unwrap();
    }
}

#[test]
fn a_layout_comes_out_of_its_tar_as_it_went_in() {
    let folder = image::single();
    let mut tar = tar::Builder::new(Vec::new());
    tar.append_dir_all(".", folder.path()).unwrap();
    let tar = tar.into_inner().unwrap();
    let into = tempfile::tempdir().unwrap();
    let unpacked = layout::unpack(tar.as_slice(), into.path()).unwrap();
    assert_eq!(unpacked.plan(), folder.read().plan());
}

/// A tar with one file of this name, which the tar library would not write.
fn tar_with(name: &str, content: &[u8]) -> Vec<u8> {
    let mut header = tar::Header::new_ustar();
    header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
    header.set_size(content.len() as u64);
    header.set_cksum();
    let mut tar = tar::Builder::new(Vec::new());
    tar.append(&header, content).unwrap();
    tar.into_inner().unwrap()
}

#[test]
fn a_tar_is_not_believed_about_names_and_places() {
    let unpack = |name: &str| {
        let parent = tempfile::tempdir().unwrap();
        let into = parent.path().join("a/b");
        let error = layout::unpack(tar_with(name, b"{}").as_slice(), &into).unwrap_err();
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 1);
        assert_eq!(fs::read_dir(parent.path().join("a")).unwrap().count(), 1);
        error
            .to_string()
            .replace(&into.display().to_string(), "DIR")
    };
    let empty = "cannot read `DIR/index.json`: No such file or directory (os error 2)";
    assert_eq!(unpack("../escaped"), empty);
    assert_eq!(unpack("blobs/sha256/../../../escaped"), empty);
    let zeros = "0".repeat(64);
    assert_eq!(
        unpack(&format!("blobs/sha256/{zeros}")),
        format!(
            "sha256:{zeros} in the image layout is damaged: its content has the digest sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a; build or export the image again"
        )
    );
}

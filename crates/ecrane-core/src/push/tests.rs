use super::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

/// Documents under made-up digests: core does not compute them.
#[derive(Default)]
struct Documents(BTreeMap<Digest, Vec<u8>>);

impl Documents {
    fn add(&mut self, name: u8, media_type: &str, document: &Value) -> Descriptor {
        let bytes = document.to_string().into_bytes();
        let descriptor = Descriptor::new(media_type, digest(name), bytes.len() as u64);
        self.0.insert(digest(name), bytes);
        descriptor
    }

    /// An image with the manifest `name`, the configuration `name + 1` and
    /// layers of the sizes given.
    fn image(&mut self, name: u8, architecture: &str, layers: &[(u8, u64)]) -> Descriptor {
        let diff_ids: Vec<_> = layers.iter().map(|(n, _)| digest(n + 100)).collect();
        let config = json!({
            "architecture": architecture, "os": "linux",
            "rootfs": {"type": "layers", "diff_ids": diff_ids},
        });
        let config = self.add(name + 1, CONFIG, &config);
        let layers = layers
            .iter()
            .map(|(n, size)| point(&Descriptor::new(LAYER, digest(*n), *size)));
        let manifest = json!({
            "schemaVersion": 2, "mediaType": MANIFEST,
            "config": point(&config), "layers": layers.collect::<Vec<_>>(),
        });
        self.add(name, MANIFEST, &manifest)
    }

    fn index(&mut self, name: u8, children: &[&Descriptor]) -> Descriptor {
        let manifests: Vec<_> = children.iter().map(|child| point(child)).collect();
        let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests});
        self.add(name, INDEX, &index)
    }
}

fn digest(n: u8) -> Digest {
    Digest::from_sha256(&[n; 32])
}

fn point(to: &Descriptor) -> Value {
    json!({"mediaType": to.media_type, "digest": to.digest, "size": to.size})
}

/// The plan as a list, each digest by its first byte.
fn show(documents: &Documents, root: &Descriptor) -> String {
    let plan = match plan(root, &documents.0) {
        Ok(plan) => plan,
        Err(error) => return error.to_string(),
    };
    let name = |of: &Digest| (0..=u8::MAX).find(|n| digest(*n) == *of).unwrap();
    let mut text = String::new();
    for blob in &plan.blobs {
        writeln!(text, "blob {} ({} bytes)", name(&blob.digest), blob.size).unwrap();
    }
    for manifest in plan.manifests.iter().chain([&plan.root]) {
        let kind = manifest.descriptor.kind();
        writeln!(text, "{kind:?} {}", name(&manifest.descriptor.digest)).unwrap();
    }
    for image in &plan.images {
        let layers: Vec<_> = image.diff_ids.iter().map(name).collect();
        let manifest = name(&image.manifest);
        writeln!(text, "image {manifest}: {} {layers:?}", image.platform).unwrap();
    }
    text
}

#[test]
fn one_image_is_its_blobs_then_its_manifest() {
    let mut documents = Documents::default();
    let root = documents.image(10, "amd64", &[(1, 100), (2, 7_000), (3, 40)]);
    insta::assert_snapshot!(show(&documents, &root), @r"
    blob 2 (7000 bytes)
    blob 11 (299 bytes)
    blob 1 (100 bytes)
    blob 3 (40 bytes)
    Manifest 10
    image 10: linux/amd64 [101, 102, 103]
    ");
}

#[test]
fn one_image_is_an_archive_for_every_engine_and_an_index_is_not() {
    let mut documents = Documents::default();
    let one = documents.image(1, "amd64", &[(10, 500), (11, 900)]);
    let other = documents.image(3, "arm64", &[(10, 500)]);
    let index = documents.index(5, &[&one, &other]);
    let archive = |root| archive_manifest(&plan(root, &documents.0).unwrap());
    let path = |n| format!("blobs/sha256/{}", format!("{n:02x}").repeat(32));
    let expected = json!([{
        "Config": path(2), "RepoTags": null, "Layers": [path(10), path(11)],
    }]);
    let written: Value = serde_json::from_str(&archive(&one).unwrap()).unwrap();
    assert_eq!(written, expected);
    assert_eq!(archive(&index), None);
}

#[test]
fn an_index_comes_after_its_images_and_a_shared_layer_once() {
    let mut documents = Documents::default();
    let amd64 = documents.image(10, "amd64", &[(1, 1000), (2, 10)]);
    let arm64 = documents.image(20, "arm64", &[(1, 1000), (3, 10)]);
    let inner = documents.index(30, &[&arm64]);
    let root = documents.index(40, &[&amd64, &inner, &amd64]);
    insta::assert_snapshot!(show(&documents, &root), @r"
    blob 1 (1000 bytes)
    blob 11 (225 bytes)
    blob 21 (225 bytes)
    blob 2 (10 bytes)
    blob 3 (10 bytes)
    Manifest 10
    Manifest 20
    Index 30
    Index 40
    image 10: linux/amd64 [101, 102]
    image 20: linux/arm64 [101, 103]
    ");
    assert_eq!(
        plan(&root, &documents.0).unwrap().bytes(),
        1470 + documents.manifests()
    );
}

impl Documents {
    fn manifests(&self) -> u64 {
        [10, 20, 30, 40]
            .iter()
            .map(|n| self.0[&digest(*n)].len() as u64)
            .sum()
    }
}

#[test]
fn an_attestation_is_pushed_and_is_no_image() {
    let mut documents = Documents::default();
    let config = json!({
        "architecture": "unknown", "os": "unknown",
        "rootfs": {"type": "layers", "diff_ids": [digest(101)]},
    });
    let config = documents.add(11, CONFIG, &config);
    let statement = Descriptor::new("application/vnd.in-toto+json", digest(1), 500);
    let manifest = json!({
        "schemaVersion": 2, "config": point(&config), "layers": [point(&statement)],
    });
    let attestation = documents.add(10, MANIFEST, &manifest);
    let root = documents.index(20, &[&attestation]);
    insta::assert_snapshot!(show(&documents, &root), @r"
    blob 1 (500 bytes)
    blob 11 (155 bytes)
    Manifest 10
    Index 20
    ");
}

#[test]
fn a_layer_that_must_stay_where_it_is_is_not_uploaded() {
    let mut documents = Documents::default();
    let config = json!({
        "architecture": "amd64", "os": "windows",
        "rootfs": {"type": "layers", "diff_ids": [digest(101)]},
    });
    let config = documents.add(11, CONFIG, &config);
    let layer = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
    let layer = Descriptor::new(layer, digest(1), 500);
    let manifest = json!({
        "schemaVersion": 2, "config": point(&config), "layers": [point(&layer)],
    });
    let root = documents.add(10, MANIFEST, &manifest);
    insta::assert_snapshot!(show(&documents, &root), @r"
    blob 11 (153 bytes)
    Manifest 10
    image 10: windows/amd64 [101]
    ");
}

#[test]
fn what_is_read_next_is_named() {
    let mut documents = Documents::default();
    let image = documents.image(10, "amd64", &[(1, 100)]);
    let root = documents.index(20, &[&image]);
    let next = |of: &Descriptor| named_documents(of, &documents.0[&of.digest]).unwrap();
    let images = next(&root);
    assert_eq!(images[0].digest, digest(10));
    let config = next(&image);
    assert_eq!(config[0].digest, digest(11));
    assert_eq!(next(&config[0]), []);
}

#[test]
fn an_image_that_is_not_whole_is_refused() {
    let mut documents = Documents::default();
    let amd64 = documents.image(10, "amd64", &[(1, 100)]);
    let arm64 = Descriptor::new(MANIFEST, digest(20), 400);
    let root = documents.index(30, &[&amd64, &arm64]);
    insta::assert_snapshot!(show(&documents, &root), @"the image names sha256:1414141414141414141414141414141414141414141414141414141414141414 (`application/vnd.oci.image.manifest.v1+json`), which is not there; export the image with all its platforms, or one platform alone");
}

#[test]
fn documents_that_contradict_each_other_are_refused() {
    let mut documents = Documents::default();
    let mut root = documents.image(10, "amd64", &[(1, 100)]);
    root.size += 1;
    insta::assert_snapshot!(show(&documents, &root), @"sha256:0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a should have 402 bytes but has 401");

    let index = json!({"schemaVersion": 2, "mediaType": INDEX, "config": {}, "manifests": []});
    let root = documents.add(
        20,
        "application/vnd.docker.distribution.manifest.list.v2+json",
        &index,
    );
    insta::assert_snapshot!(show(&documents, &root), @"sha256:1414141414141414141414141414141414141414141414141414141414141414 is named as `application/vnd.docker.distribution.manifest.list.v2+json` but calls itself `application/vnd.oci.image.index.v1+json`; a registry would refuse it");

    let root = documents.add(30, MANIFEST, &json!({"schemaVersion": 2}));
    insta::assert_snapshot!(show(&documents, &root), @"sha256:1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e does not read as an image document: missing field `config` at line 1 column 19");

    let root = documents.add(40, LAYER, &json!({}));
    insta::assert_snapshot!(show(&documents, &root), @"sha256:2828282828282828282828282828282828282828282828282828282828282828 has the media type `application/vnd.oci.image.layer.v1.tar+gzip`, which is no image manifest and no image index");
}

#[test]
fn an_image_without_the_layers_of_its_configuration_is_refused() {
    let mut documents = Documents::default();
    let image = documents.image(10, "amd64", &[(1, 100), (2, 100)]);
    let config = named_documents(&image, &documents.0[&image.digest]).unwrap();
    let manifest = json!({"schemaVersion": 2, "config": point(&config[0]), "layers": []});
    let root = documents.add(20, MANIFEST, &manifest);
    insta::assert_snapshot!(show(&documents, &root), @"sha256:1414141414141414141414141414141414141414141414141414141414141414 names 0 layers, but its configuration has 2; export the image again, by another way");
}

#[test]
fn only_sha256_names_content_in_ecr() {
    let mut documents = Documents::default();
    let sha512 = format!("sha512:{}", "a".repeat(128));
    let index = json!({"schemaVersion": 2, "manifests": [
        {"mediaType": MANIFEST, "digest": sha512, "size": 1},
    ]});
    let root = documents.add(10, INDEX, &index);
    assert!(show(&documents, &root).ends_with("; Amazon ECR knows `sha256:` digests only"));
}

#[test]
fn indexes_do_not_nest_without_end() {
    let mut documents = Documents::default();
    let mut root = documents.image(10, "amd64", &[]);
    for name in 20..40 {
        root = documents.index(name, &[&root]);
    }
    insta::assert_snapshot!(show(&documents, &root), @"the image's indexes are nested too deeply");
}

/// Of the layers with these diff_ids, those that are known.
fn known(documents: &Documents, roots: &[&Descriptor]) -> Known {
    let plans = roots.iter().map(|root| plan(root, &documents.0).unwrap());
    Known::of(plans.collect())
}

#[test]
fn earlier_images_say_what_their_layers_became() {
    let mut documents = Documents::default();
    let one = documents.image(1, "amd64", &[(10, 100), (11, 200)]);
    let two = documents.image(3, "arm64", &[(12, 300)]);
    let index = documents.index(5, &[&two]);
    let known = known(&documents, &[&one, &index]);
    let layer = |n: u8| known.layer(&digest(n)).map(|layer| layer.digest.clone());
    assert_eq!(layer(110), Some(digest(10)));
    assert_eq!(layer(111), Some(digest(11)));
    assert_eq!(layer(112), Some(digest(12)));
    assert_eq!(layer(10), None);
    // By its configuration a single image is known, and one of an index is not:
    // the tag names the index.
    let image = |n: u8| {
        known
            .image(&digest(n))
            .map(|plan| plan.root.descriptor.clone())
    };
    assert_eq!(image(2), Some(one));
    assert_eq!(image(4), None);
    assert!(known.among(&[digest(10), digest(1)]).has_no_layer());
    assert!(!known.among(&[digest(112)]).has_no_layer());
}

#[test]
fn a_layer_of_docker_is_one_of_the_oci_by_another_name() {
    let check = |theirs: &str, ours: Option<&str>| {
        let mut documents = Documents::default();
        let image = documents.image(1, "amd64", &[(10, 100)]);
        let text = documents.0.get_mut(&digest(1)).unwrap();
        *text = String::from_utf8(text.clone())
            .unwrap()
            .replace(LAYER, theirs)
            .into();
        let image = Descriptor::new(MANIFEST, image.digest, text.len() as u64);
        let known = known(&documents, &[&image]);
        let layer = known.layer(&digest(110));
        assert_eq!(
            layer.map(|layer| layer.media_type.as_str()),
            ours,
            "{theirs}"
        );
    };
    let docker = "application/vnd.docker.image.rootfs.diff.tar";
    check(LAYER, Some(LAYER));
    check(&format!("{docker}.gzip"), Some(LAYER));
    check(docker, Some("application/vnd.oci.image.layer.v1.tar"));
    check(
        &format!("{docker}.zstd"),
        Some("application/vnd.oci.image.layer.v1.tar+zstd"),
    );
    check(
        "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
        None,
    );
    check(&format!("{LAYER}+encrypted"), None);
    check("application/octet-stream", None);
}

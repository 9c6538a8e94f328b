//! Layers that the repository has already: neither compressed nor sent.

use crate::image;
use crate::plain::{pull, pushed, pushed_by};
use crate::registry::Server;
use crate::saved::{Archive, config, hex, saved};
use ecrane_core::push::Known;
use ecrane_engine::archive::to_layout;
use ecrane_engine::layout::{Held, Layout};
use ecrane_engine::registry::{Named, Patience, Registry};
use std::path::Path;

/// How an archive names its layers.
#[derive(Clone, Copy)]
pub(crate) enum Names {
    /// By folders, as engines before 25.
    Folders,
    /// By their digests.
    Digests,
}

/// An archive of these layers.
pub(crate) fn archive(names: Names, layers: &[&[u8]]) -> Vec<u8> {
    let path = |(number, layer): (usize, &&[u8])| match names {
        Names::Folders => format!("{number}/layer.tar"),
        Names::Digests => format!("blobs/sha256/{}", hex(layer)),
    };
    let paths: Vec<String> = layers.iter().enumerate().map(path).collect();
    let mut archive = Archive::new();
    for (path, layer) in paths.iter().zip(layers) {
        archive = archive.add(path, layer);
    }
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    archive
        .json("config.json", &config(layers))
        .json("manifest.json", &saved("config.json", &paths))
        .bytes()
}

/// What the repository has at the tag.
async fn known(server: &Server, tag: &str) -> Known {
    let registry = Registry::new(&server.credentials(), Patience::default()).unwrap();
    let (repository, tag) = ("team/app".parse().unwrap(), tag.parse().unwrap());
    let repository = registry.repository(&repository);
    let image = repository.image(Named::Tag(&tag)).await.unwrap();
    Known::of(image.into_iter().collect())
}

pub(crate) fn layers() -> [Vec<u8>; 3] {
    [
        image::tar_of("one", b"1"),
        image::tar_of("two", &image::prose(700_000)),
        image::tar_of("three", &image::prose(800_000)),
    ]
}

fn here(layout: &Layout) -> usize {
    let blobs = layout.plan().blobs.iter();
    blobs
        .filter(|blob| matches!(layout.blob(&blob.digest), Held::Here(_)))
        .count()
}

#[tokio::test]
async fn a_layer_that_the_repository_has_is_left_where_it_is() {
    let [one, two, three] = layers();
    for names in [Names::Folders, Names::Digests] {
        let server = Server::start();
        let into = tempfile::tempdir().unwrap();
        let to_layout = |layers: &[&[u8]], known: &Known, name: &str| {
            let archive = archive(names, layers);
            to_layout(archive.as_slice(), known, &into.path().join(name), |_| ()).unwrap()
        };
        let first = to_layout(&[&one, &two], &Known::default(), "first");
        pushed(&server, &first, &["v1"]).await;

        let known = known(&server, "v1").await;
        let second = to_layout(&[&one, &two, &three], &known, "second");
        assert_eq!(here(&second), 2, "the new layer and the configuration");
        let files = std::fs::read_dir(into.path().join("second/blobs/sha256")).unwrap();
        assert_eq!(
            files.count(),
            4,
            "these, the manifest and the archive's list"
        );
        let outcome = pushed(&server, &second, &["v2"]).await;
        assert_eq!((outcome.blobs.uploaded, outcome.blobs.present), (2, 2));
        pull(&server, "v2");

        // The same image from nothing is the same, byte for byte.
        let whole = to_layout(&[&one, &two, &three], &Known::default(), "whole");
        assert_eq!(whole.plan(), second.plan());
    }
}

#[tokio::test]
async fn an_image_that_the_repository_has_is_known_by_its_id() {
    let server = Server::start();
    let [one, two, _] = layers();
    let into = tempfile::tempdir().unwrap();
    let archive = archive(Names::Folders, &[&one, &two]);
    let layout = to_layout(archive.as_slice(), &Known::default(), into.path(), |_| ()).unwrap();
    pushed(&server, &layout, &["v1"]).await;
    let known = known(&server, "v1").await;
    let id = &layout.plan().images[0].config;
    let there = Layout::held_by_repository(known.image(id).unwrap().clone());
    let outcome = pushed(&server, &there, &["v1", "v2"]).await;
    assert_eq!((outcome.blobs.uploaded, outcome.writes), (0, 1));
    pull(&server, "v2");
}

/// The push ends before a tag moves, and says it in a way that can be acted on.
#[tokio::test]
async fn a_layer_that_is_gone_is_missed_before_a_tag_moves() {
    let [one, two, _] = layers();
    let into = tempfile::tempdir().unwrap();
    let server = Server::start();
    let to_layout = |layers: &[&[u8]], known: &Known, into: &Path| {
        let archive = archive(Names::Digests, layers);
        to_layout(archive.as_slice(), known, into, |_| ()).unwrap()
    };
    let first = to_layout(&[&one], &Known::default(), &into.path().join("first"));
    pushed(&server, &first, &["v1"]).await;
    let known = known(&server, "v1").await;
    let second = to_layout(&[&one, &two], &known, &into.path().join("second"));

    let other = Server::start();
    let registry = Registry::new(&other.credentials(), Patience::default()).unwrap();
    let pushed = pushed_by(&other, &second, &["v2"], |usual| usual).await;
    let error = pushed.unwrap_err();
    assert!(error.is_lost_content(), "{error}");
    let told = error.to_string().replace(&other.host, "HOST");
    insta::assert_snapshot!(told, @"`HOST` had sha256:e8a47881ecfbf714982d71c573c1469c58e2cae6031e929348843a0652c261f4 in `team/app` a moment ago and lost it; run again");
    let (repository, tag) = ("team/app".parse().unwrap(), "v2".parse().unwrap());
    let repository = registry.repository(&repository);
    assert_eq!(repository.find(Named::Tag(&tag)).await.unwrap(), None);
}

#[tokio::test]
async fn a_layer_is_what_its_name_says_or_is_refused() {
    let server = Server::start();
    let [one, two, _] = layers();
    let into = tempfile::tempdir().unwrap();
    let whole = archive(Names::Digests, &[&one]);
    let layout = to_layout(whole.as_slice(), &Known::default(), into.path(), |_| ()).unwrap();
    pushed(&server, &layout, &["v1"]).await;
    let path = format!("blobs/sha256/{}", hex(&one));
    let archive = Archive::new()
        .add(&path, &two)
        .json("config.json", &config(&[&one]))
        .json("manifest.json", &saved("config.json", &[&path]))
        .bytes();
    let known = known(&server, "v1").await;
    let error = to_layout(
        archive.as_slice(),
        &known,
        &into.path().join("second"),
        |_| (),
    );
    insta::assert_snapshot!(error.unwrap_err(), @"the layer `blobs/sha256/a6f6ee1cc215bd64641272406e5bee0cf633be38a2db877638218c723c389a35` of the archive is damaged: its content has the digest sha256:cc4dbcbe79270e5b8587b13166b4c7258919657f45c2f9592e88d530f6bc1c38 instead of sha256:a6f6ee1cc215bd64641272406e5bee0cf633be38a2db877638218c723c389a35; save the image again");
}

//! Pushes on which nothing goes wrong.

use crate::image::{self, Folder};
use crate::registry::Server;
use ecrane_core::name::{Digest, RepositoryName, Tag};
use ecrane_engine::layout::Layout;
use ecrane_engine::push::{Delivery, Outcome, PushError, Pushed, push};
use ecrane_engine::registry::{Patience, Registry};
use std::process::Command;

/// Pushes by the usual rules.
pub(crate) async fn pushed(server: &Server, layout: &Layout, tags: &[&str]) -> Pushed {
    pushed_by(server, layout, tags, |usual| usual)
        .await
        .unwrap()
}

/// Pushes by other rules than those that hold where nobody set any.
pub(crate) async fn pushed_by(
    server: &Server,
    layout: &Layout,
    tags: &[&str],
    rules: fn(Delivery<'_>) -> Delivery<'_>,
) -> Result<Pushed, PushError> {
    let registry = Registry::new(&server.credentials(), Patience::default()).unwrap();
    let repository: RepositoryName = "team/app".parse().unwrap();
    let tags: Vec<Tag> = tags.iter().map(|tag| tag.parse().unwrap()).collect();
    let delivery = rules(Delivery::new(layout, &tags));
    push(&registry, &repository, &delivery, |_| {}).await
}

/// What became of the tags and how much was sent, in one line.
pub(crate) fn line(pushed: &Pushed) -> String {
    let tags: Vec<_> = pushed
        .tags
        .iter()
        .map(|tag| match &tag.outcome {
            Outcome::Unchanged => format!("{} unchanged", tag.tag),
            Outcome::Moved { from: None } => format!("{} new", tag.tag),
            Outcome::Moved { from: Some(_) } => format!("{} moved", tag.tag),
            Outcome::Same { .. } => format!("{} the same", tag.tag),
            Outcome::Held(newer) => format!("{} held{}", tag.tag, newer.origin),
        })
        .collect();
    format!(
        "{}; {} blobs up, {} there; {} writes",
        tags.join(", "),
        pushed.blobs.uploaded,
        pushed.blobs.present,
        pushed.writes
    )
}

/// What another client sees at the tag.
pub(crate) fn skopeo(server: &Server, tag: &str) -> Digest {
    let output = Command::new("skopeo")
        .args(["inspect", "--raw", "--tls-verify=false"])
        .arg(format!("docker://{}/team/app:{tag}", server.host))
        .output()
        .expect("skopeo is not installed; `cargo xtask setup` installs it");
    assert!(output.status.success(), "{output:?}");
    use sha2::Digest as _;
    Digest::from_sha256(&sha2::Sha256::digest(&output.stdout).into())
}

/// Another client copies the whole image, and checks every digest on the way.
pub(crate) fn pull(server: &Server, tag: &str) {
    let into = tempfile::tempdir().unwrap();
    let output = Command::new("skopeo")
        .args(["copy", "--all", "--src-tls-verify=false"])
        .arg(format!("docker://{}/team/app:{tag}", server.host))
        .arg(format!("dir:{}", into.path().display()))
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[tokio::test]
async fn a_second_push_of_the_same_image_writes_nothing() {
    let server = Server::start();
    let folder = image::single();
    let layout = folder.read();
    let first = pushed(&server, &layout, &["v1", "latest"]).await;
    // Three uploads: POST and PUT, one of them with a PATCH; then two tags.
    assert_eq!(
        line(&first),
        "v1 new, latest new; 3 blobs up, 0 there; 9 writes"
    );
    let second = pushed(&server, &layout, &["v1", "latest"]).await;
    assert_eq!(
        line(&second),
        "v1 unchanged, latest unchanged; 0 blobs up, 3 there; 0 writes"
    );
    assert_eq!(skopeo(&server, "v1"), first.digest);
    pull(&server, "latest");
}

#[tokio::test]
async fn only_what_changed_is_sent() {
    let server = Server::start();
    let folder = Folder::new();
    let old = folder.image("amd64", &[2000, 3000]);
    folder.name(&[&old]);
    pushed(&server, &folder.read(), &["v1", "main"]).await;
    let new = folder.image("amd64", &[2000, 3001]);
    folder.name(&[&new]);
    let second = pushed(&server, &folder.read(), &["v2", "main"]).await;
    assert_eq!(
        line(&second),
        "v2 new, main moved; 2 blobs up, 1 there; 6 writes"
    );
    let from = Outcome::Moved {
        from: Some(old.digest),
    };
    assert_eq!(second.tags[1].outcome, from);
    assert_eq!(skopeo(&server, "main"), new.digest);
}

#[tokio::test]
async fn an_index_comes_with_all_its_platforms() {
    let server = Server::start();
    let folder = Folder::new();
    let amd64 = folder.image("amd64", &[1000]);
    let arm64 = folder.image("arm64", &[2000]);
    let index = folder.index(&[("amd64", &amd64), ("arm64", &arm64)]);
    folder.name(&[&index]);
    let first = pushed(&server, &folder.read(), &["v1"]).await;
    assert_eq!(line(&first), "v1 new; 4 blobs up, 0 there; 11 writes");
    assert_eq!(skopeo(&server, "v1"), index.digest);
    pull(&server, "v1");
    let second = pushed(&server, &folder.read(), &["v2"]).await;
    assert_eq!(line(&second), "v2 new; 0 blobs up, 4 there; 1 writes");
}

#[tokio::test]
async fn without_tags_the_image_goes_by_its_digest() {
    let server = Server::start();
    let folder = image::single();
    let first = pushed(&server, &folder.read(), &[]).await;
    assert_eq!(line(&first), "; 3 blobs up, 0 there; 8 writes");
    let second = pushed(&server, &folder.read(), &[]).await;
    assert_eq!(line(&second), "; 0 blobs up, 3 there; 0 writes");
}

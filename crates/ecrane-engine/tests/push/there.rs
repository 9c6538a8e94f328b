//! Pushes to tags that name another image already.

use crate::faults::run;
use crate::image::Folder;
use crate::plain::{line, pushed, pushed_by, skopeo};
use crate::proxy::answer;
use crate::registry::Server;
use ecrane_core::push::Descriptor;
use ecrane_core::repository::{MutabilitySetting, TagMutability};
use ecrane_engine::layout::Layout;
use ecrane_engine::push::{Backwards, Delivery, Outcome, Progress, Seen, push};
use ecrane_engine::registry::{Patience, Registry};
use flate2::Compression;
use serde_json::json;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

static IMMUTABLE: OnceLock<MutabilitySetting> = OnceLock::new();

fn immutable(delivery: Delivery<'_>) -> Delivery<'_> {
    Delivery {
        mutability: Some(IMMUTABLE.get_or_init(|| TagMutability::Immutable.into())),
        ..delivery
    }
}

fn backwards(delivery: Delivery<'_>) -> Delivery<'_> {
    Delivery {
        backwards: Backwards::Allowed,
        ..delivery
    }
}

/// One image of two platforms, its layers compressed so.
fn packed(folder: &Folder, compression: Compression) -> Descriptor {
    let image = |architecture| folder.image_with(architecture, &[3000], &json!({}), compression);
    folder.index(&[("amd64", &image("amd64")), ("arm64", &image("arm64"))])
}

fn layout(folder: &Folder, image: &Descriptor) -> Layout {
    folder.name(&[image]);
    folder.read()
}

#[tokio::test]
async fn the_same_image_packed_otherwise_is_at_the_immutable_tag_already() {
    let server = Server::start();
    let folder = Folder::new();
    let there = packed(&folder, Compression::none());
    let ours = packed(&folder, Compression::best());
    assert_ne!(there.digest, ours.digest);
    pushed(&server, &layout(&folder, &there), &["v1"]).await;

    let layout = layout(&folder, &ours);
    let again = pushed_by(&server, &layout, &["v1"], immutable)
        .await
        .unwrap();
    assert_eq!(line(&again), "v1 the same; 0 blobs up, 4 there; 0 writes");
    assert_eq!(again.digest, there.digest);

    // A tag that is new gets the image that is there, not a second one.
    let more = pushed_by(&server, &layout, &["v1", "stable"], immutable)
        .await
        .unwrap();
    assert_eq!(
        line(&more),
        "v1 the same, stable new; 0 blobs up, 4 there; 1 writes"
    );
    assert_eq!(skopeo(&server, "stable"), there.digest);
}

#[tokio::test]
async fn another_image_at_an_immutable_tag_is_shown_before_anything_is_sent() {
    let server = Server::start();
    let folder = Folder::new();
    let there = from(&folder, "aaaaaaaaaa", "2026-01-01T00:00:00Z");
    let ours = from(&folder, "bbbbbbbbbb", "2026-01-02T00:00:00Z");
    pushed(&server, &layout(&folder, &there), &["v1"]).await;
    let result = pushed_by(&server, &layout(&folder, &ours), &["v2", "v1"], immutable).await;
    assert_eq!(
        result.unwrap_err().to_string(),
        format!(
            "the tag `v1` of `team/app` is immutable and names {} (commit aaaaaaa, 2026-01-01T00:00:00Z); the image to push is {} (commit bbbbbbb, 2026-01-02T00:00:00Z); choose another tag",
            there.digest, ours.digest
        )
    );
    // A blob is asked for in vain: nothing of ours is there.
    let seen = pushed(&server, &layout(&folder, &ours), &[]).await;
    assert_eq!(line(&seen), "; 1 blobs up, 1 there; 3 writes");
}

/// An image that says of which commit it is.
fn from(folder: &Folder, commit: &str, created: &str) -> Descriptor {
    let labels = json!({
        "org.opencontainers.image.source": "https://example.com/app",
        "org.opencontainers.image.revision": commit,
        "org.opencontainers.image.created": created,
    });
    folder.image_with("amd64", &[500], &labels, Compression::fast())
}

#[tokio::test]
async fn a_tag_does_not_go_back_to_an_older_commit_unless_told_so() {
    let server = Server::start();
    let folder = Folder::new();
    let older = from(&folder, "aaaaaaaaaa", "2026-01-01T00:00:00Z");
    let newer = from(&folder, "bbbbbbbbbb", "2026-01-02T00:00:00Z");
    let newer_layout = layout(&folder, &newer);
    let older_layout = layout(&folder, &older);
    pushed(&server, &newer_layout, &["latest"]).await;

    let late = pushed(&server, &older_layout, &["sha-a", "latest"]).await;
    assert_eq!(
        line(&late),
        "sha-a new, latest held (commit bbbbbbb, 2026-01-02T00:00:00Z); 1 blobs up, 1 there; 3 writes"
    );
    assert_eq!(skopeo(&server, "latest"), newer.digest);

    // No tag is left: the image is there by its digest all the same.
    let alone = from(&folder, "cccccccccc", "2026-01-01T12:00:00Z");
    let alone = layout(&folder, &alone);
    let held = pushed(&server, &alone, &["latest"]).await;
    assert_eq!(
        line(&held),
        "latest held (commit bbbbbbb, 2026-01-02T00:00:00Z); 1 blobs up, 1 there; 3 writes"
    );
    let again = pushed(&server, &alone, &[]).await;
    assert_eq!(line(&again), "; 0 blobs up, 2 there; 0 writes");

    let moved = pushed_by(&server, &older_layout, &["latest"], backwards)
        .await
        .unwrap();
    assert_eq!(line(&moved), "latest moved; 0 blobs up, 2 there; 1 writes");
    // Forward is no question.
    let forward = pushed(&server, &newer_layout, &["latest"]).await;
    assert_eq!(
        line(&forward),
        "latest moved; 0 blobs up, 2 there; 1 writes"
    );
}

/// The question is asked again when the uploads are done: they take their time.
#[tokio::test(flavor = "multi_thread")]
async fn a_newer_commit_that_arrives_during_the_upload_keeps_the_tag() {
    let server = Server::start();
    let folder = Folder::new();
    let newer = from(&folder, "bbbbbbbbbb", "2026-01-02T00:00:00Z");
    let older = from(&folder, "aaaaaaaaaa", "2026-01-01T00:00:00Z");
    let newer_layout = layout(&folder, &newer);
    let older_layout = layout(&folder, &older);
    let registry = Registry::new(&server.credentials(), Patience::default()).unwrap();
    let tags = ["latest".parse().unwrap()];
    let repository = "team/app".parse().unwrap();
    let overtaken = AtomicBool::new(false);
    let overtake = |step| {
        if matches!(step, Progress::Uploaded(_)) && !overtaken.swap(true, Ordering::SeqCst) {
            // The push waits meanwhile, as for a slow line.
            let other = || {
                let runtime = tokio::runtime::Runtime::new().unwrap();
                runtime.block_on(pushed(&server, &newer_layout, &["latest"]))
            };
            std::thread::scope(|scope| scope.spawn(other).join().unwrap());
        }
    };
    let delivery = Delivery::new(&older_layout, &tags);
    let late = push(&registry, &repository, &delivery, overtake).await;
    let late = late.unwrap();
    assert_eq!(
        late.tags[0].outcome,
        Outcome::Held(Seen {
            digest: newer.digest.clone(),
            origin: newer_layout.plan().origin.clone(),
        })
    );
    assert_eq!(skopeo(&server, "latest"), newer.digest);
}

/// A role that may push and not pull is not kept from pushing.
#[tokio::test]
async fn what_may_not_be_read_holds_no_tag_and_is_said() {
    let server = Server::start();
    let folder = Folder::new();
    let newer = from(&folder, "bbbbbbbbbb", "2026-01-02T00:00:00Z");
    let older = from(&folder, "aaaaaaaaaa", "2026-01-01T00:00:00Z");
    pushed(&server, &layout(&folder, &newer), &["v1"]).await;
    let denied = answer("403 Forbidden", "", "DENIED", "not authorized");
    let fault = ("GET blob", denied, usize::MAX);
    let repository = "team/app".parse().unwrap();
    let older = layout(&folder, &older);
    let run = run(&server, &repository, &older, fault, Patience::default()).await;
    let moved = run.result.unwrap();
    assert_eq!(line(&moved), "v1 moved; 1 blobs up, 1 there; 3 writes");
    assert_eq!(
        moved.unjudged[0]
            .to_string()
            .replace(&run.proxy.host, "HOST"),
        format!(
            "whether {} is of a later commit is not known: `HOST` denies reading a configuration in `team/app`: not authorized; it takes the right `ecr:GetDownloadUrlForLayer`",
            newer.digest.short()
        )
    );
}

//! Blobs that nobody needs any more, and the space that they take.

use crate::blob_files::BlobFiles;
use crate::clock::Timestamp;
use crate::ecr::{Ecr, blocking};
use crate::refusal::Fault;
use crate::store::Store;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// How long a blob is kept that no image needs. The manifest of a push that is
/// under way may still come; a day is long for that.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);
/// How often to look when nothing was removed.
const INTERVAL: Duration = Duration::from_secs(60 * 60);

/// Collects whenever something was removed, and once in a while, until the
/// server stops.
pub(crate) async fn collect_until(ecr: Arc<Ecr>, mut stopped: watch::Receiver<bool>) {
    let mut clock = tokio::time::interval(INTERVAL);
    loop {
        tokio::select! {
            _ = clock.tick() => {}
            () = ecr.store.released().notified() => {}
            // An error means that the server has ended.
            _ = stopped.wait_for(|stopped| *stopped) => return,
        }
        // A disk that fails here fails for requests too, which say so.
        let _ = blocking(&ecr, |ecr| collect(&ecr.store, &ecr.files, ecr.clock.now())).await;
    }
}

/// Takes from repositories what no image has needed for long, and removes the
/// files of blobs that no repository holds.
fn collect(store: &Store, files: &BlobFiles, now: Timestamp) -> Result<(), Fault> {
    store.drop_loose_blobs(now, now.before(KEPT))?;
    files.remove_unheld(store)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::store::{NewImage, Registry, RepositoryKey};
    use ecrane_core::manifest;
    use ecrane_core::name::Digest;
    use serde_json::json;
    use sha2::{Digest as _, Sha256};
    use std::sync::Barrier;
    use tempfile::TempDir;

    /// A data directory and a time that passes when it is told to.
    struct World {
        data: TempDir,
        store: Store,
        files: BlobFiles,
        now: Timestamp,
    }

    fn key(name: &str) -> RepositoryKey {
        RepositoryKey {
            registry: Registry {
                account: "123456789012".parse().unwrap(),
                region: "eu-central-1".parse().unwrap(),
            },
            name: name.parse().unwrap(),
        }
    }

    fn digest(bytes: &[u8]) -> Digest {
        Digest::from_sha256(&Sha256::digest(bytes).into())
    }

    impl World {
        fn new() -> Self {
            let data = tempfile::tempdir().unwrap();
            let world = Self {
                store: Store::open(&data.path().join("ecr.redb")).unwrap(),
                files: BlobFiles::open(data.path()).unwrap(),
                now: Clock::default().now(),
                data,
            };
            world.create("app");
            world.create("other");
            world
        }

        fn create(&self, name: &str) {
            let RepositoryKey { registry, name } = key(name);
            let repository = json!({
                "id": 0, "registry": registry, "name": name, "created_at": self.now,
                "tag_mutability": { "setting": "MUTABLE", "exclusions": [] },
                "scan_on_push": false, "encryption": { "kind": "AES256" }, "tags": {}
            });
            let repository = serde_json::from_value(repository).unwrap();
            self.store.create_repository(repository).unwrap();
        }

        fn push(&self, repository: &str, bytes: &[u8]) -> Digest {
            let upload = self.files.upload(repository);
            std::fs::write(&upload, bytes).unwrap();
            let digest = digest(bytes);
            let record = || self.store.add_blob(&key(repository), &digest, 1);
            self.files.confirm(&upload, &digest, record).unwrap();
            digest
        }

        /// An image that needs the blob; gives its digest.
        fn image(&self, repository: &str, blob: &Digest) -> Digest {
            let manifest = format!(
                r#"{{"schemaVersion": 2, "mediaType": "{0}.manifest.v1+json", "layers": [],
                "config": {{"mediaType": "{0}.config.v1+json", "digest": "{blob}", "size": 1}}}}"#,
                "application/vnd.oci.image"
            );
            let read = manifest::read(None, manifest.as_bytes()).unwrap();
            let new = NewImage::new(read, manifest.into_bytes(), None, self.now);
            let digest = new.image.digest.clone();
            self.store.put_image(&key(repository), new).unwrap();
            digest
        }

        fn pass(&mut self, hours: u64) {
            self.now = self.now.after(Duration::from_secs(hours * 60 * 60));
            collect(&self.store, &self.files, self.now).unwrap();
        }

        /// Whether the repository holds the blob, and whether its file is there.
        fn has(&self, repository: &str, blob: &Digest) -> (bool, bool) {
            let size = self.store.blob_size(&key(repository), blob).unwrap();
            (size.is_some(), self.files.blob(blob).exists())
        }
    }

    #[test]
    fn a_blob_that_no_image_needs_is_kept_for_a_day() {
        let mut world = World::new();
        let blob = world.push("app", b"layer");
        world.pass(0);
        world.pass(23);
        assert_eq!(world.has("app", &blob), (true, true));
        world.pass(2);
        assert_eq!(world.has("app", &blob), (false, false));
    }

    #[test]
    fn who_asked_for_a_blob_finds_it_a_day_long() {
        let mut world = World::new();
        let blob = world.push("app", b"layer");
        world.pass(0);
        world.pass(23);
        world.store.renew_blob(&key("app"), &blob).unwrap();
        world.pass(2);
        world.pass(23);
        assert_eq!(world.has("app", &blob), (true, true));
        world.pass(2);
        assert_eq!(world.has("app", &blob), (false, false));
    }

    #[test]
    fn an_image_keeps_its_blobs_and_a_day_longer() {
        let mut world = World::new();
        let blob = world.push("app", b"layer");
        let image = world.image("app", &blob);
        world.pass(0);
        world.pass(1000);
        assert_eq!(world.has("app", &blob), (true, true));
        world.store.remove_image(&key("app"), &image).unwrap();
        world.pass(1000);
        assert_eq!(world.has("app", &blob), (true, true), "seen just now");
        world.pass(25);
        assert_eq!(world.has("app", &blob), (false, false));
    }

    #[test]
    fn a_file_goes_with_the_last_repository_that_holds_its_blob() {
        let mut world = World::new();
        let blob = world.push("app", b"layer");
        assert_eq!(world.push("other", b"layer"), blob);
        world.image("app", &blob);
        world.image("other", &blob);
        world.store.delete_repository(&key("app"), true).unwrap();
        world.pass(0);
        assert_eq!(world.has("other", &blob), (true, true));
        world.store.delete_repository(&key("other"), true).unwrap();
        world.pass(0);
        assert!(!world.files.blob(&blob).exists());
    }

    #[test]
    fn a_directory_of_the_first_format_learns_what_its_images_need() {
        let mut world = World::new();
        let (needed, loose) = (world.push("app", b"layer"), world.push("app", b"loose"));
        world.image("app", &needed);
        world.store.make_first_format();
        let World {
            data,
            store,
            files,
            now,
        } = world;
        drop(store);
        let store = Store::open(&data.path().join("ecr.redb")).unwrap();
        world = World {
            data,
            store,
            files,
            now,
        };
        world.pass(0);
        world.pass(25);
        assert_eq!(world.has("app", &needed), (true, true));
        assert_eq!(world.has("app", &loose), (false, false));
    }

    #[test]
    fn a_blob_that_is_pushed_again_before_its_file_goes_stays() {
        let mut world = World::new();
        let blob = world.push("app", b"layer");
        world.pass(0);
        let later = world.now.after(2 * KEPT);
        world.store.drop_loose_blobs(later, later).unwrap();
        assert_eq!(world.has("app", &blob), (false, true));
        world.push("app", b"layer");
        world.pass(0);
        assert_eq!(world.has("app", &blob), (true, true));
    }

    #[test]
    fn nothing_is_left_of_a_push_to_a_repository_that_is_gone() {
        let world = World::new();
        let upload = world.files.upload("late");
        std::fs::write(&upload, b"layer").unwrap();
        let blob = digest(b"layer");
        world.store.delete_repository(&key("app"), false).unwrap();
        let record = || world.store.add_blob(&key("app"), &blob, 5);
        assert!(world.files.confirm(&upload, &blob, record).is_err());
        world.files.remove_unheld(&world.store).unwrap();
        assert!(!world.files.blob(&blob).exists());
    }

    #[test]
    fn a_file_is_not_removed_under_who_pushes_its_blob() {
        let world = World::new();
        for content in 0..50_u8 {
            world.create("brief");
            world.push("brief", &[content]);
            world.store.delete_repository(&key("brief"), true).unwrap();
            let start = Barrier::new(2);
            std::thread::scope(|threads| {
                threads.spawn(|| {
                    start.wait();
                    world.files.remove_unheld(&world.store).unwrap();
                });
                start.wait();
                world.push("app", &[content]);
            });
            assert_eq!(world.has("app", &digest(&[content])), (true, true));
        }
    }
}

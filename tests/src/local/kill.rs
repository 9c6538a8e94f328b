//! What was confirmed survives `kill -9` (T10).

use super::registry::{Image, Repository, digest, noise};
use crate::harness::LocalEcr;
use serde_json::Value;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const PUSHERS: u64 = 4;

/// What the server has confirmed to any client.
#[derive(Clone, Default)]
struct Confirmed {
    blobs: Arc<Mutex<Vec<String>>>,
    images: Arc<Mutex<Vec<(String, Image)>>>,
}

/// Pushes images until the server is gone.
async fn push(repository: Repository, pusher: u64, round: u64, confirmed: Confirmed) {
    for image in 0.. {
        let seed = (round * PUSHERS + pusher) * 1_000_000 + image * 3;
        let mut blobs = Vec::new();
        for layer in 0..3 {
            let seed = seed + layer;
            // From a few bytes to half a megabyte.
            let length = 1 << (4 + seed % 16);
            let Ok(blob) = repository.push_blob(&noise(seed, length)).await else {
                return;
            };
            confirmed.blobs.lock().unwrap().push(blob.clone());
            blobs.push(blob);
        }
        let tag = format!("v{round}-{pusher}-{image}");
        let Ok(image) = repository.tag(&tag, &blobs).await else {
            return;
        };
        confirmed.images.lock().unwrap().push((tag, image));
    }
}

/// That every confirmed blob and image is there, and that every tag of these
/// that can be seen leads to a whole image, confirmed or not.
async fn verify(repository: &Repository, confirmed: &Confirmed, prefix: &str) {
    let blobs = std::mem::take(&mut *confirmed.blobs.lock().unwrap());
    for blob in &blobs {
        repository.verify_blob(blob).await;
    }
    let images = std::mem::take(&mut *confirmed.images.lock().unwrap());
    let tags = repository.tags().await;
    for (tag, image) in &images {
        repository.verify(image).await;
        assert!(tags.contains(tag), "{tag} is lost");
    }
    for tag in tags.iter().filter(|tag| tag.starts_with(prefix)) {
        let manifest = repository.get(&format!("/manifests/{tag}")).await.unwrap();
        let read: Value = serde_json::from_slice(&manifest).unwrap();
        let layers = read["layers"].as_array().unwrap();
        let blobs = layers.iter().chain([&read["config"]]);
        let image = Image {
            digest: digest(&manifest),
            blobs: blobs
                .map(|blob| blob["digest"].as_str().unwrap().to_owned())
                .collect(),
        };
        repository.verify(&image).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_confirmed_survives_a_kill() {
    let points = match std::env::var_os("ECRANE_LONG") {
        Some(_) => 100,
        None => 5,
    };
    let mut ecr = LocalEcr::start();
    ecr.aws(&["create-repository", "--repository-name", "app"]);
    let (mut blobs, mut images) = (0, 0);
    for round in 0..points {
        let repository = Repository::new(&ecr, "app");
        let confirmed = Confirmed::default();
        let pushers: Vec<_> = (0..PUSHERS)
            .map(|pusher| tokio::spawn(push(repository.clone(), pusher, round, confirmed.clone())))
            .collect();
        // Spread over half a second, which is some pushes.
        tokio::time::sleep(Duration::from_millis(20 + round * 97 % 500)).await;
        ecr.kill_and_restart();
        for pusher in pushers {
            pusher.await.unwrap();
        }
        blobs += confirmed.blobs.lock().unwrap().len();
        images += confirmed.images.lock().unwrap().len();
        let prefix = format!("v{round}-");
        verify(&Repository::new(&ecr, "app"), &confirmed, &prefix).await;
        let left = std::fs::read_dir(ecr.data().join("uploads")).unwrap();
        assert_eq!(left.count(), 0, "nothing of the cut uploads is left");
    }
    // The kills that followed took nothing either.
    verify(&Repository::new(&ecr, "app"), &Confirmed::default(), "v").await;
    println!("{points} kills: {blobs} confirmed blobs and {images} confirmed images, all there");
    assert!(images > 0, "the pushers did not come to a manifest");
}

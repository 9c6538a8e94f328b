//! A large layer: memory stays flat while it streams in and out (S12).

use super::image_folder_of;
use super::skopeo::copy;
use crate::harness::{LocalEcr, succeed};
use std::fs::File;

/// What the server may take.
const MOST: u64 = 100_000_000;

#[test]
fn memory_stays_flat_while_a_large_layer_streams() {
    let length = match std::env::var_os("ECRANE_LONG") {
        Some(_) => 2_000_000_000,
        None => 200_000_000,
    };
    let ecr = LocalEcr::start();
    ecr.aws(&["create-repository", "--repository-name", "app"]);
    let folder = ecr.home().join("image");
    std::fs::create_dir(&folder).unwrap();
    let layer = folder.join("layer");
    File::create(&layer).unwrap().set_len(length).unwrap();
    let source = image_folder_of(&folder, &layer);
    let image = format!("docker://{}/app:large", ecr.address);
    succeed(&mut copy(&ecr, &source, &image));
    let back = format!("dir:{}", ecr.home().join("back").display());
    succeed(&mut copy(&ecr, &image, &back));
    let peak = ecr.peak_memory();
    println!(
        "{:.1} MB at most for a layer of {length} bytes",
        peak as f64 / 1e6
    );
    assert!(peak <= MOST, "{peak} bytes");
}

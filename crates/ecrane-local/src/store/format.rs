//! The tables of a data directory, and what earlier versions of ecrane left.

#[cfg(test)]
use super::Store;
use super::images::has_related;
use super::{
    BLOB_IMAGES, BLOBS, COUNTERS, HOLDERS, IMAGE_BLOBS, IMAGE_TAGS, IMAGES, LOOSE_BLOBS, MANIFESTS,
    PARENTS, REFERRERS, REGISTRIES, REPOSITORIES, StoreError, TAGS, UNHELD_BLOBS, UNSEEN, VALUES,
    decode,
};
use redb::{Database, ReadableTable, WriteTransaction};
use serde::Deserialize;

const FORMAT: &str = "format";
/// Before format 2 it was not known which images need a blob.
const WITHOUT_NEEDS: u64 = 1;
const FORMAT_NOW: u64 = 2;

/// Makes the tables that are not there, and brings older ones up to date.
pub(super) fn prepare(database: &Database) -> Result<(), StoreError> {
    let write = database.begin_write()?;
    make_tables(&write)?;
    let found = write
        .open_table(COUNTERS)?
        .insert(FORMAT, FORMAT_NOW)?
        .map(|old| old.value());
    match found {
        None | Some(FORMAT_NOW) => {}
        Some(WITHOUT_NEEDS) => find_needs(&write)?,
        Some(found) => {
            return Err(StoreError::Format {
                found,
                now: FORMAT_NOW,
            });
        }
    }
    write.commit()?;
    Ok(())
}

/// Opening makes a table, so that a reader always finds it.
fn make_tables(write: &WriteTransaction) -> Result<(), StoreError> {
    write.open_table(REPOSITORIES)?;
    write.open_table(IMAGES)?;
    write.open_table(MANIFESTS)?;
    write.open_table(TAGS)?;
    write.open_table(IMAGE_TAGS)?;
    write.open_table(PARENTS)?;
    write.open_table(REFERRERS)?;
    write.open_table(BLOBS)?;
    write.open_table(HOLDERS)?;
    write.open_table(IMAGE_BLOBS)?;
    write.open_table(BLOB_IMAGES)?;
    write.open_table(LOOSE_BLOBS)?;
    write.open_table(UNHELD_BLOBS)?;
    write.open_table(REGISTRIES)?;
    write.open_table(VALUES)?;
    Ok(())
}

/// As much of a manifest as names its blobs; an index has none.
#[derive(Deserialize)]
struct Blobs {
    config: Option<Named>,
    #[serde(default)]
    layers: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    digest: String,
}

/// Reads from the manifests which images need a blob.
fn find_needs(write: &WriteTransaction) -> Result<(), StoreError> {
    let blobs = write.open_table(BLOBS)?;
    let mut image_blobs = write.open_table(IMAGE_BLOBS)?;
    let mut blob_images = write.open_table(BLOB_IMAGES)?;
    for entry in write.open_table(MANIFESTS)?.iter()? {
        let (place, manifest) = entry?;
        let (id, image) = place.value();
        let named: Blobs = decode(manifest.value())?;
        for Named { digest } in named.config.iter().chain(&named.layers) {
            if blobs.get((id, digest.as_str()))?.is_some() {
                image_blobs.insert((id, image, digest.as_str()), ())?;
                blob_images.insert((id, digest.as_str(), image), ())?;
            }
        }
    }
    let mut holders = write.open_table(HOLDERS)?;
    let mut loose = write.open_table(LOOSE_BLOBS)?;
    for entry in blobs.iter()? {
        let (place, _) = entry?;
        let (id, digest) = place.value();
        holders.insert((digest, id), ())?;
        if !has_related(&blob_images, id, digest)? {
            loose.insert((id, digest), UNSEEN)?;
        }
    }
    Ok(())
}

#[cfg(test)]
impl Store {
    /// Leaves the database as an ecrane of the first format would have.
    pub(crate) fn make_first_format(&self) {
        let write = self.database.begin_write().unwrap();
        write.delete_table(HOLDERS).unwrap();
        write.delete_table(IMAGE_BLOBS).unwrap();
        write.delete_table(BLOB_IMAGES).unwrap();
        write.delete_table(LOOSE_BLOBS).unwrap();
        write.delete_table(UNHELD_BLOBS).unwrap();
        let mut counters = write.open_table(COUNTERS).unwrap();
        counters.insert(FORMAT, WITHOUT_NEEDS).unwrap();
        drop(counters);
        write.commit().unwrap();
    }
}

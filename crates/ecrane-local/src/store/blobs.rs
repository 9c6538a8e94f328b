//! Which repository holds which blob, for which images, and which blobs nobody
//! needs any more.
//!
//! A push sends blobs first and the manifest that needs them last, and a client
//! does not send what the repository holds already. So a blob that no image
//! needs is kept for a while before it is collected.

use super::images::{has_related, related};
use super::repositories::find;
use super::{
    BLOB_IMAGES, BLOBS, HOLDERS, IMAGE_BLOBS, LOOSE_BLOBS, REPOSITORIES, RepositoryKey, Store,
    StoreError, UNHELD_BLOBS, UNSEEN,
};
use crate::clock::Timestamp;
use crate::refusal::Fault;
use ecrane_core::name::Digest;
use redb::{ReadableDatabase, ReadableTable, WriteTransaction};
use std::collections::HashSet;
use tokio::sync::Notify;

impl Store {
    /// Records that a blob, whole and on disk, was pushed to a repository. If
    /// that is gone by now, and no other holds the blob, its file may go.
    pub(crate) fn add_blob(
        &self,
        key: &RepositoryKey,
        digest: &Digest,
        size: u64,
    ) -> Result<(), Fault> {
        let write = self.database.begin_write()?;
        let found = find(&write.open_table(REPOSITORIES)?, key);
        match &found {
            Ok(repository) => hold(&write, repository.id, digest, size)?,
            Err(_) => note_if_unheld(&write, digest.as_str())?,
        }
        write.commit()?;
        if found.is_err() {
            self.released.notify_one();
        }
        found.map(drop)
    }

    /// Gives a repository the blob of another one, if that may be; says whether.
    ///
    /// ECR mounts a blob that an image of the other repository needs, between
    /// repositories of one registry with the same encryption. Source: "Blob
    /// mounting in Amazon ECR" in the user guide.
    pub(crate) fn mount_blob(
        &self,
        from: &RepositoryKey,
        to: &RepositoryKey,
        digest: &Digest,
    ) -> Result<bool, Fault> {
        let write = self.database.begin_write()?;
        let size = {
            let repositories = write.open_table(REPOSITORIES)?;
            let target = find(&repositories, to)?;
            let source = match find(&repositories, from) {
                Err(Fault::Refused(_)) => return Ok(false),
                other => other?,
            };
            let needed = has_related(&write.open_table(BLOB_IMAGES)?, source.id, digest.as_str())?;
            if !needed || source.encryption != target.encryption {
                return Ok(false);
            }
            let blobs = write.open_table(BLOBS)?;
            let size = blobs
                .get((source.id, digest.as_str()))?
                .map(|size| size.value());
            size.map(|size| (target.id, size))
        };
        let Some((id, size)) = size else {
            return Ok(false);
        };
        hold(&write, id, digest, size)?;
        write.commit()?;
        Ok(true)
    }

    /// The size of a blob, if this repository holds it.
    pub(crate) fn blob_size(
        &self,
        key: &RepositoryKey,
        digest: &Digest,
    ) -> Result<Option<u64>, Fault> {
        let read = self.database.begin_read()?;
        let repository = find(&read.open_table(REPOSITORIES)?, key)?;
        let size = read
            .open_table(BLOBS)?
            .get((repository.id, digest.as_str()))?
            .map(|size| size.value());
        Ok(size)
    }

    /// Whether an image of the repository needs the blob.
    pub(crate) fn is_needed(&self, key: &RepositoryKey, digest: &Digest) -> Result<bool, Fault> {
        let read = self.database.begin_read()?;
        let id = find(&read.open_table(REPOSITORIES)?, key)?.id;
        Ok(has_related(
            &read.open_table(BLOB_IMAGES)?,
            id,
            digest.as_str(),
        )?)
    }

    /// Keeps a blob that no image needs for as long again: a client that was
    /// told of it will not send it.
    pub(crate) fn renew_blob(&self, key: &RepositoryKey, digest: &Digest) -> Result<(), Fault> {
        let read = self.database.begin_read()?;
        let id = find(&read.open_table(REPOSITORIES)?, key)?.id;
        let place = (id, digest.as_str());
        let since = read.open_table(LOOSE_BLOBS)?.get(place)?;
        if since.is_none_or(|since| since.value() == UNSEEN) {
            return Ok(());
        }
        let write = self.database.begin_write()?;
        {
            let mut loose = write.open_table(LOOSE_BLOBS)?;
            // An image may have come to need it in between.
            let still_loose = loose.get(place)?.is_some();
            if still_loose {
                loose.insert(place, UNSEEN)?;
            }
        }
        write.commit()?;
        Ok(())
    }

    /// The blobs that any repository holds.
    pub(crate) fn all_blobs(&self) -> Result<HashSet<Digest>, StoreError> {
        let read = self.database.begin_read()?;
        let mut digests = HashSet::new();
        for entry in read.open_table(HOLDERS)?.iter()? {
            let (key, _) = entry?;
            digests.insert(key.value().0.parse()?);
        }
        Ok(digests)
    }

    /// Told when blobs may have become superfluous.
    pub(crate) fn released(&self) -> &Notify {
        &self.released
    }

    /// Takes from repositories the blobs that no image has needed since before
    /// `limit`. Those that are seen for the first time count from `now`.
    pub(crate) fn drop_loose_blobs(
        &self,
        now: Timestamp,
        limit: Timestamp,
    ) -> Result<(), StoreError> {
        let is_due = |since: i64| since == UNSEEN || since < limit.milliseconds();
        let read = self.database.begin_read()?;
        let mut due = Vec::new();
        for entry in read.open_table(LOOSE_BLOBS)?.iter()? {
            let (place, since) = entry?;
            if is_due(since.value()) {
                let (id, digest) = place.value();
                due.push((id, digest.parse::<Digest>()?));
            }
        }
        if due.is_empty() {
            return Ok(());
        }
        let write = self.database.begin_write()?;
        for (id, digest) in due {
            let place = (id, digest.as_str());
            let mut loose = write.open_table(LOOSE_BLOBS)?;
            let since = loose.get(place)?.map(|since| since.value());
            match since {
                Some(UNSEEN) => {
                    loose.insert(place, now.milliseconds())?;
                }
                Some(since) if is_due(since) => {
                    loose.remove(place)?;
                    drop(loose);
                    let_go(&write, id, &digest)?;
                }
                _ => {}
            }
        }
        write.commit()?;
        Ok(())
    }

    /// The blobs that no repository holds and whose files are still there.
    pub(crate) fn unheld_blobs(&self) -> Result<Vec<Digest>, StoreError> {
        let read = self.database.begin_read()?;
        let mut digests = Vec::new();
        for entry in read.open_table(UNHELD_BLOBS)?.iter()? {
            digests.push(entry?.0.value().parse()?);
        }
        Ok(digests)
    }

    /// Forgets blobs whose files are gone.
    pub(crate) fn forget_blobs(&self, digests: &[Digest]) -> Result<(), StoreError> {
        let write = self.database.begin_write()?;
        {
            let mut unheld = write.open_table(UNHELD_BLOBS)?;
            for digest in digests {
                unheld.remove(digest.as_str())?;
            }
        }
        write.commit()?;
        Ok(())
    }
}

/// Makes a repository a holder of a blob.
fn hold(write: &WriteTransaction, id: u64, digest: &Digest, size: u64) -> Result<(), StoreError> {
    let place = (id, digest.as_str());
    write.open_table(BLOBS)?.insert(place, size)?;
    write
        .open_table(HOLDERS)?
        .insert((digest.as_str(), id), ())?;
    write.open_table(UNHELD_BLOBS)?.remove(digest.as_str())?;
    if !has_related(&write.open_table(BLOB_IMAGES)?, id, digest.as_str())? {
        write.open_table(LOOSE_BLOBS)?.insert(place, UNSEEN)?;
    }
    Ok(())
}

/// Takes all blobs from a repository.
pub(super) fn let_go_of_all(write: &WriteTransaction, id: u64) -> Result<(), StoreError> {
    let mut digests: Vec<Digest> = Vec::new();
    for entry in write.open_table(BLOBS)?.range((id, "")..(id + 1, ""))? {
        digests.push(entry?.0.value().1.parse()?);
    }
    digests
        .iter()
        .try_for_each(|digest| let_go(write, id, digest))
}

/// Takes a blob from a repository; the last holder's file may go.
fn let_go(write: &WriteTransaction, id: u64, digest: &Digest) -> Result<(), StoreError> {
    let digest = digest.as_str();
    write.open_table(BLOBS)?.remove((id, digest))?;
    write.open_table(HOLDERS)?.remove((digest, id))?;
    note_if_unheld(write, digest)
}

/// Notes that a blob's file may go, if no repository holds it.
fn note_if_unheld(write: &WriteTransaction, digest: &str) -> Result<(), StoreError> {
    let holders = write.open_table(HOLDERS)?;
    let of_it = (digest, 0)..=(digest, u64::MAX);
    if holders.range(of_it)?.next().is_none() {
        write.open_table(UNHELD_BLOBS)?.insert(digest, ())?;
    }
    Ok(())
}

/// Notes that an image needs these blobs.
pub(super) fn need(
    write: &WriteTransaction,
    id: u64,
    image: &Digest,
    blobs: &[Digest],
) -> Result<(), StoreError> {
    let mut image_blobs = write.open_table(IMAGE_BLOBS)?;
    let mut blob_images = write.open_table(BLOB_IMAGES)?;
    let mut loose = write.open_table(LOOSE_BLOBS)?;
    for blob in blobs {
        image_blobs.insert((id, image.as_str(), blob.as_str()), ())?;
        blob_images.insert((id, blob.as_str(), image.as_str()), ())?;
        loose.remove((id, blob.as_str()))?;
    }
    Ok(())
}

/// Notes that an image is gone and needs its blobs no more.
pub(super) fn release(write: &WriteTransaction, id: u64, image: &Digest) -> Result<(), StoreError> {
    let mut image_blobs = write.open_table(IMAGE_BLOBS)?;
    let mut blob_images = write.open_table(BLOB_IMAGES)?;
    let mut loose = write.open_table(LOOSE_BLOBS)?;
    let blobs: Vec<Digest> = related(&image_blobs, id, image)?;
    for blob in &blobs {
        image_blobs.remove((id, image.as_str(), blob.as_str()))?;
        blob_images.remove((id, blob.as_str(), image.as_str()))?;
        if !has_related(&blob_images, id, blob.as_str())? {
            loose.insert((id, blob.as_str()), UNSEEN)?;
        }
    }
    Ok(())
}

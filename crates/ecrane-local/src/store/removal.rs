use super::blobs::release;
use super::images::{Selector, related, tagged};
use super::repositories::find;
use super::{
    IMAGE_TAGS, IMAGES, Image, MANIFESTS, PARENTS, REFERRERS, REPOSITORIES, RepositoryKey, Store,
    StoreError, TAGS, decode,
};
use crate::refusal::{Fault, Reason};
use ecrane_core::name::{Digest, Tag};
use redb::WriteTransaction;

/// What became of an image whose tag was removed.
pub(crate) enum TagRemoval {
    /// It has other tags and stays.
    Untagged(Digest),
    /// It was its last tag, and the image went with it.
    ImageRemoved(Digest),
}

impl Store {
    /// Removes a tag, and with its last tag the image, as ECR does.
    pub(crate) fn remove_tag(&self, key: &RepositoryKey, tag: &Tag) -> Result<TagRemoval, Fault> {
        let write = self.database.begin_write()?;
        let removal = {
            let id = find(&write.open_table(REPOSITORIES)?, key)?.id;
            let Some(digest) = tagged(&write.open_table(TAGS)?, id, tag)? else {
                return Err(Selector::Tag(tag.clone()).not_found().about(key));
            };
            let tags: Vec<Tag> = related(&write.open_table(IMAGE_TAGS)?, id, &digest)?;
            if tags.iter().any(|other| other != tag) {
                write.open_table(TAGS)?.remove((id, tag.as_str()))?;
                let mut image_tags = write.open_table(IMAGE_TAGS)?;
                image_tags.remove((id, digest.as_str(), tag.as_str()))?;
                TagRemoval::Untagged(digest)
            } else {
                remove(&write, key, id, &digest)?;
                TagRemoval::ImageRemoved(digest)
            }
        };
        write.commit()?;
        self.released().notify_one();
        Ok(removal)
    }

    /// Removes an image and all its tags; gives the tags that it had.
    pub(crate) fn remove_image(
        &self,
        key: &RepositoryKey,
        digest: &Digest,
    ) -> Result<Vec<Tag>, Fault> {
        let write = self.database.begin_write()?;
        let tags = {
            let id = find(&write.open_table(REPOSITORIES)?, key)?.id;
            remove(&write, key, id, digest)?
        };
        write.commit()?;
        self.released().notify_one();
        Ok(tags)
    }
}

/// Removes an image, unless an index needs it.
fn remove(
    write: &WriteTransaction,
    key: &RepositoryKey,
    id: u64,
    digest: &Digest,
) -> Result<Vec<Tag>, Fault> {
    let parents: Vec<Digest> = related(&write.open_table(PARENTS)?, id, digest)?;
    if !parents.is_empty() {
        return Err(Reason::ReferencedByManifestList(parents).about(key));
    }
    match forget(write, id, digest)? {
        Some(tags) => Ok(tags),
        None => Err(Selector::Digest(digest.clone()).not_found().about(key)),
    }
}

/// Removes an image and all that was known of it; gives its tags, if it was there.
pub(super) fn forget(
    write: &WriteTransaction,
    id: u64,
    digest: &Digest,
) -> Result<Option<Vec<Tag>>, StoreError> {
    let place = (id, digest.as_str());
    let image: Image = match write.open_table(IMAGES)?.remove(place)? {
        Some(record) => decode(record.value())?,
        None => return Ok(None),
    };
    write.open_table(MANIFESTS)?.remove(place)?;
    release(write, id, digest)?;
    let tags: Vec<Tag> = related(&write.open_table(IMAGE_TAGS)?, id, digest)?;
    let mut image_tags = write.open_table(IMAGE_TAGS)?;
    let mut all_tags = write.open_table(TAGS)?;
    for tag in &tags {
        image_tags.remove((id, digest.as_str(), tag.as_str()))?;
        all_tags.remove((id, tag.as_str()))?;
    }
    let mut parents = write.open_table(PARENTS)?;
    for child in &image.children {
        parents.remove((id, child.as_str(), digest.as_str()))?;
    }
    if let Some(subject) = &image.subject {
        let mut referrers = write.open_table(REFERRERS)?;
        referrers.remove((id, subject.as_str(), digest.as_str()))?;
    }
    Ok(Some(tags))
}

use super::repositories::find;
use super::{
    BLOBS, IMAGE_TAGS, IMAGES, Image, MANIFESTS, PARENTS, REFERRERS, REPOSITORIES, RepositoryKey,
    Store, StoreError, TAGS, decode, encode,
};
use crate::refusal::{Fault, Reason};
use ecrane_core::name::{Digest, Tag};
use redb::{ReadableDatabase, ReadableTable, WriteTransaction};
use std::ops::ControlFlow;

type Relation = (u64, &'static str, &'static str);

/// How a request names an image.
#[derive(Debug, Clone)]
pub(crate) enum Selector {
    /// By its digest.
    Digest(Digest),
    /// By a tag.
    Tag(Tag),
}

impl Selector {
    /// The refusal when there is no such image.
    pub(crate) fn not_found(&self) -> Reason {
        let (digest, tag) = match self {
            Self::Digest(digest) => (Some(digest.to_string()), None),
            Self::Tag(tag) => (None, Some(tag.to_string())),
        };
        Reason::ImageNotFound { digest, tag }
    }
}

/// An image as it is pushed.
pub(crate) struct NewImage {
    /// What is known about it. Of an index, `size` is found here.
    pub(crate) image: Image,
    /// The manifest's bytes.
    pub(crate) manifest: Vec<u8>,
    /// The blobs that must be in the repository.
    pub(crate) blobs: Vec<Digest>,
    /// The tag that it is given.
    pub(crate) tag: Option<Tag>,
}

/// An image and its tags.
pub(crate) struct ImageId {
    /// The image.
    pub(crate) image: Image,
    /// Its tags, sorted.
    pub(crate) tags: Vec<Tag>,
}

/// What became of an image whose tag was removed.
pub(crate) enum TagRemoval {
    /// It has other tags and stays.
    Untagged(Digest),
    /// It was its last tag, and the image went with it.
    ImageRemoved(Digest),
}

impl Store {
    /// Stores a manifest and gives it its tag, if all that it needs is there.
    pub(crate) fn put_image(&self, key: &RepositoryKey, new: NewImage) -> Result<(), Fault> {
        let write = self.database.begin_write()?;
        {
            let repository = find(&write.open_table(REPOSITORIES)?, key)?;
            let id = repository.id;
            let current = match &new.tag {
                Some(tag) => tagged(&write.open_table(TAGS)?, id, tag)?,
                None => None,
            };
            if let (Some(tag), Some(current)) = (&new.tag, &current)
                && *current != new.image.digest
                && !repository.tag_mutability.may_move(tag)
            {
                return Err(Reason::TagImmutable(tag.clone()).about(key));
            }
            check_blobs(&write, key, id, &new.blobs)?;
            let image = with_largest_child(&write, key, id, new.image)?;
            insert_image(&write, id, &image, &new.manifest)?;
            if let Some(tag) = &new.tag {
                move_tag(&write, id, tag, current.as_ref(), &image.digest)?;
            }
        }
        write.commit()?;
        Ok(())
    }

    /// The image that is meant, its tags, and its manifest's bytes.
    pub(crate) fn image(
        &self,
        key: &RepositoryKey,
        selector: &Selector,
    ) -> Result<(ImageId, Vec<u8>), Fault> {
        let read = self.database.begin_read()?;
        let id = find(&read.open_table(REPOSITORIES)?, key)?.id;
        let digest = match selector {
            Selector::Digest(digest) => Some(digest.clone()),
            Selector::Tag(tag) => tagged(&read.open_table(TAGS)?, id, tag)?,
        };
        let Some(digest) = digest else {
            return Err(selector.not_found().about(key));
        };
        let images = read.open_table(IMAGES)?;
        let manifests = read.open_table(MANIFESTS)?;
        let place = (id, digest.as_str());
        let (Some(record), Some(manifest)) = (images.get(place)?, manifests.get(place)?) else {
            return Err(selector.not_found().about(key));
        };
        let image = ImageId {
            image: decode(record.value())?,
            tags: related(&read.open_table(IMAGE_TAGS)?, id, &digest)?,
        };
        Ok((image, manifest.value().to_vec()))
    }

    /// Visits the images of a repository by digest, from the given digest on
    /// (and with it), until the visitor has enough.
    pub(crate) fn visit_images(
        &self,
        key: &RepositoryKey,
        from: &str,
        mut visit: impl FnMut(ImageId) -> ControlFlow<()>,
    ) -> Result<(), Fault> {
        let read = self.database.begin_read()?;
        let id = find(&read.open_table(REPOSITORIES)?, key)?.id;
        let tags = read.open_table(IMAGE_TAGS)?;
        for entry in read.open_table(IMAGES)?.range((id, from)..(id + 1, ""))? {
            let (_, record) = entry?;
            let image: Image = decode(record.value())?;
            let tags = related(&tags, id, &image.digest)?;
            if visit(ImageId { image, tags }).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// The tags of a repository after the given one, sorted, at most `limit`.
    pub(crate) fn tags(
        &self,
        key: &RepositoryKey,
        after: &str,
        limit: usize,
    ) -> Result<Vec<String>, Fault> {
        let read = self.database.begin_read()?;
        let id = find(&read.open_table(REPOSITORIES)?, key)?.id;
        let mut tags = Vec::new();
        for entry in read.open_table(TAGS)?.range((id, after)..(id + 1, ""))? {
            let (place, _) = entry?;
            let (_, tag) = place.value();
            if tags.len() == limit {
                break;
            }
            if tag != after {
                tags.push(tag.to_owned());
            }
        }
        Ok(tags)
    }

    /// The images whose manifests name this one as their subject.
    pub(crate) fn referrers(
        &self,
        key: &RepositoryKey,
        subject: &Digest,
    ) -> Result<Vec<Image>, Fault> {
        let read = self.database.begin_read()?;
        let id = find(&read.open_table(REPOSITORIES)?, key)?.id;
        let images = read.open_table(IMAGES)?;
        let referrers: Vec<Digest> = related(&read.open_table(REFERRERS)?, id, subject)?;
        let mut found = Vec::new();
        for digest in referrers {
            if let Some(record) = images.get((id, digest.as_str()))? {
                found.push(decode(record.value())?);
            }
        }
        Ok(found)
    }

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
        Ok(tags)
    }
}

fn tagged(
    tags: &impl ReadableTable<(u64, &'static str), &'static str>,
    id: u64,
    tag: &Tag,
) -> Result<Option<Digest>, StoreError> {
    let digest = tags.get((id, tag.as_str()))?;
    Ok(digest.map(|digest| digest.value().parse()).transpose()?)
}

/// What a relation holds for one digest.
fn related<T>(
    relation: &impl ReadableTable<Relation, ()>,
    id: u64,
    digest: &Digest,
) -> Result<Vec<T>, StoreError>
where
    T: std::str::FromStr<Err = ecrane_core::name::NameError>,
{
    let mut found = Vec::new();
    for entry in relation.range((id, digest.as_str(), "")..)? {
        let (key, ()) = {
            let (key, value) = entry?;
            value.value();
            (key, ())
        };
        let (owner, of, other) = key.value();
        if owner != id || of != digest.as_str() {
            break;
        }
        found.push(other.parse()?);
    }
    Ok(found)
}

fn check_blobs(
    write: &WriteTransaction,
    key: &RepositoryKey,
    id: u64,
    needed: &[Digest],
) -> Result<(), Fault> {
    let blobs = write.open_table(BLOBS)?;
    let mut missing = Vec::new();
    for digest in needed {
        if blobs.get((id, digest.as_str()))?.is_none() {
            missing.push(digest.clone());
        }
    }
    if missing.is_empty() {
        Ok(())
    } else {
        Err(Reason::LayersNotFound(missing).about(key))
    }
}

/// Checks that an index's children are there; its size is its largest child's.
fn with_largest_child(
    write: &WriteTransaction,
    key: &RepositoryKey,
    id: u64,
    mut image: Image,
) -> Result<Image, Fault> {
    let images = write.open_table(IMAGES)?;
    let mut missing = Vec::new();
    for child in &image.children {
        match images.get((id, child.as_str()))? {
            Some(record) => {
                let child: Image = decode(record.value())?;
                image.size = image.size.max(child.size);
            }
            None => missing.push(child.clone()),
        }
    }
    if missing.is_empty() {
        Ok(image)
    } else {
        Err(Reason::ReferencedImagesNotFound(missing).about(key))
    }
}

/// An image that is there keeps its record: a second push does not renew it.
fn insert_image(
    write: &WriteTransaction,
    id: u64,
    image: &Image,
    manifest: &[u8],
) -> Result<(), StoreError> {
    let place = (id, image.digest.as_str());
    let mut images = write.open_table(IMAGES)?;
    if images.get(place)?.is_some() {
        return Ok(());
    }
    images.insert(place, encode(image)?.as_slice())?;
    write.open_table(MANIFESTS)?.insert(place, manifest)?;
    let digest = image.digest.as_str();
    let mut parents = write.open_table(PARENTS)?;
    for child in &image.children {
        parents.insert((id, child.as_str(), digest), ())?;
    }
    if let Some(subject) = &image.subject {
        let mut referrers = write.open_table(REFERRERS)?;
        referrers.insert((id, subject.as_str(), digest), ())?;
    }
    Ok(())
}

fn move_tag(
    write: &WriteTransaction,
    id: u64,
    tag: &Tag,
    from: Option<&Digest>,
    to: &Digest,
) -> Result<(), StoreError> {
    let mut image_tags = write.open_table(IMAGE_TAGS)?;
    if let Some(from) = from {
        image_tags.remove((id, from.as_str(), tag.as_str()))?;
    }
    image_tags.insert((id, to.as_str(), tag.as_str()), ())?;
    write
        .open_table(TAGS)?
        .insert((id, tag.as_str()), to.as_str())?;
    Ok(())
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
    let place = (id, digest.as_str());
    let image: Image = match write.open_table(IMAGES)?.remove(place)? {
        Some(record) => decode(record.value())?,
        None => return Err(Selector::Digest(digest.clone()).not_found().about(key)),
    };
    write.open_table(MANIFESTS)?.remove(place)?;
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
    Ok(tags)
}

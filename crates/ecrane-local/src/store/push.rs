use super::blobs::need;
use super::images::tagged;
use super::repositories::{create, find};
use super::{
    BLOBS, IMAGE_TAGS, IMAGES, Image, ImageStatus, MANIFESTS, PARENTS, REFERRERS, REPOSITORIES,
    Repository, RepositoryKey, Store, StoreError, TAGS, TaggedImage, decode, encode,
};
use crate::clock::Timestamp;
use crate::refusal::{Fault, Reason};
use ecrane_core::manifest::Manifest;
use ecrane_core::name::{Digest, Tag};
use redb::{ReadableTable, WriteTransaction};

/// An image as it is pushed.
#[derive(Debug, Clone)]
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

impl NewImage {
    /// The image of a manifest that is pushed now.
    pub(crate) fn new(
        read: Manifest,
        manifest: Vec<u8>,
        tag: Option<Tag>,
        pushed_at: Timestamp,
    ) -> Self {
        let image = Image {
            digest: read.digest,
            media_type: read.media_type,
            artifact_media_type: read.artifact_media_type,
            artifact_type: read.artifact_type,
            manifest_size: read.manifest_size,
            size: read.size,
            children: read.children,
            subject: read.subject,
            annotations: read.annotations,
            pushed_at,
            pulled_at: None,
            archived_at: None,
            activated_at: None,
            status: ImageStatus::Active,
            scan_asked: false,
        };
        Self {
            image,
            manifest,
            blobs: read.blobs,
            tag,
        }
    }
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
            need(&write, id, &image.digest, &new.blobs)?;
            if let Some(tag) = &new.tag {
                move_tag(&write, id, tag, current.as_ref(), &image.digest)?;
            }
        }
        write.commit()?;
        Ok(())
    }
}

/// An image that is made without a push: its blobs need not be there.
pub(crate) struct LoadedImage {
    /// The image and its tags.
    pub(crate) image: TaggedImage,
    /// The manifest's bytes.
    pub(crate) manifest: Vec<u8>,
}

impl Store {
    /// Creates a repository with its images.
    pub(crate) fn load(
        &self,
        repository: Repository,
        images: Vec<LoadedImage>,
    ) -> Result<(), Fault> {
        let write = self.database.begin_write()?;
        let id = create(&write, repository)?.id;
        for LoadedImage {
            image: TaggedImage { image, tags },
            manifest,
        } in images
        {
            insert_image(&write, id, &image, &manifest)?;
            for tag in &tags {
                move_tag(&write, id, tag, None, &image.digest)?;
            }
        }
        write.commit()?;
        Ok(())
    }
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

/// An image that is there keeps its record: a second push does not renew it. One
/// in the archive is restored.
fn insert_image(
    write: &WriteTransaction,
    id: u64,
    image: &Image,
    manifest: &[u8],
) -> Result<(), StoreError> {
    let place = (id, image.digest.as_str());
    let mut images = write.open_table(IMAGES)?;
    let known = images.get(place)?.map(|record| decode(record.value()));
    if let Some(mut known) = known.transpose()? {
        known = restored(known, image.pushed_at);
        images.insert(place, encode(&known)?.as_slice())?;
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

fn restored(mut known: Image, now: Timestamp) -> Image {
    if known.status != ImageStatus::Active {
        known.restore(now);
    }
    known
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

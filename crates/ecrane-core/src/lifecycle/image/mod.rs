//! A repository's images, as columns.
//!
//! A repository holds up to 100,000 images, and a policy is evaluated at every
//! keystroke of its author. So the images are read once and kept in the order
//! in which every count goes through them: newest first. All that a rule asks
//! for is then a range or a bit.

mod collect;
mod column;
mod moment;
mod read;
mod relations;

#[cfg(test)]
mod tests;

pub use collect::{Added, Collector, Detail, SharedTag};
pub use moment::{Moment, NoMoment};
pub use read::{Listing, read};

pub(super) use collect::MAX_IMAGES;
pub(super) use column::{Column, Lists, Texts};
use relations::Relations;

use super::rule::StorageClass;

/// An image of one [`Images`]: its place in the order, the newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ImageId(u32);

impl ImageId {
    /// For places that were counted from the images themselves, of which there
    /// are fewer than [`MAX_IMAGES`](collect::MAX_IMAGES).
    pub(super) fn new(place: usize) -> Self {
        Self(u32::try_from(place).unwrap_or(u32::MAX))
    }

    /// The image at a place in the order, from 0.
    pub fn at(place: u32) -> Self {
        Self(place)
    }

    /// The place in the order, from 0.
    pub fn place(self) -> usize {
        self.0 as usize
    }
}

/// `imageStatus` of the ECR API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ImageStatus {
    /// `ACTIVE`: can be pulled. What `DescribeImages` means by saying nothing.
    #[default]
    Active,
    /// `ARCHIVED`: cannot be pulled until it is restored.
    Archived,
    /// `ACTIVATING`: is being restored.
    Activating,
    /// One that was not there when this was written.
    Unknown,
}

/// What an image's manifest is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum MediaKind {
    /// A manifest of its own.
    #[default]
    Image,
    /// An index, also called manifest list: a manifest of manifests.
    Index,
}

impl MediaKind {
    /// The media types of indexes.
    pub const INDEXES: [&'static str; 2] = [
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
    ];

    /// Of `imageManifestMediaType`.
    pub fn of(media_type: &str) -> Self {
        if Self::INDEXES.contains(&media_type) {
            Self::Index
        } else {
            Self::Image
        }
    }
}

/// How much of the repository a listing shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Extent {
    /// Nobody said. `DescribeImages` leaves archived images out unless it is
    /// asked for them, so there may be more.
    #[default]
    Unsaid,
    /// Every image, archived ones too.
    Whole,
    /// A part: there was a next page.
    CutShort,
}

/// The images of a repository, newest first: by the time of the push or, once
/// restored, by that of the restoring; among equals the smaller digest.
#[derive(Debug, Clone)]
pub struct Images {
    /// In the order in which they came: they are read seldom, and take longer to
    /// put in another order than all the rest.
    pub(super) digests: Texts,
    pub(super) digest_places: Column<usize>,
    /// In alphabetical order, so that those with one prefix are neighbours.
    pub(super) tags: Texts,
    /// Whose each tag is: a tag names one image.
    pub(super) tag_owners: Vec<ImageId>,
    /// The places of each image's tags in `tags`.
    pub(super) image_tags: Lists<u32>,
    /// The clock of `sinceImagePushed` and of every count.
    pub(super) pushed: Column<Moment>,
    /// The clock of `sinceImagePulled`.
    pub(super) pulled: Column<Moment>,
    /// The clock of `sinceImageTransitioned`.
    pub(super) archived: Column<Option<Moment>>,
    pub(super) restored: Column<bool>,
    pub(super) status: Column<ImageStatus>,
    pub(super) sizes: Column<u64>,
    pub(super) relations: Relations,
    /// Indexes whose children nobody told.
    pub(super) unread_indexes: Vec<ImageId>,
    pub(super) extent: Extent,
}

impl Images {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.pushed.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every image, newest first.
    pub fn ids(&self) -> impl Iterator<Item = ImageId> + use<> {
        (0..self.len()).map(ImageId::new)
    }

    /// Its digest, with the algorithm.
    pub fn digest(&self, id: ImageId) -> &str {
        self.digests.get(self.digest_places.at(id))
    }

    /// Its tags, in alphabetical order.
    pub fn tags(&self, id: ImageId) -> impl ExactSizeIterator<Item = &str> {
        let places = self.image_tags.of(id).iter();
        places.map(|place| self.tags.get(*place as usize))
    }

    /// When it was pushed or, once restored, restored.
    pub fn pushed(&self, id: ImageId) -> Moment {
        self.pushed.at(id)
    }

    /// When it was last pulled, if that was since the push or the restoring.
    pub fn last_pull(&self, id: ImageId) -> Option<Moment> {
        Some(self.pulled.at(id)).filter(|pulled| *pulled > self.pushed(id))
    }

    /// The indexes that hold it.
    pub fn indexes_of(&self, id: ImageId) -> &[ImageId] {
        self.relations.parents.of(id)
    }

    /// Indexes of which nobody told what they hold.
    pub fn unread_indexes(&self) -> &[ImageId] {
        &self.unread_indexes
    }

    /// Bytes, as ECR counts them: layers that images share count in each.
    pub fn size(&self, id: ImageId) -> u64 {
        self.sizes.at(id)
    }

    /// How much of the repository this is.
    pub fn extent(&self) -> Extent {
        self.extent
    }

    pub(super) fn is_untagged(&self, id: ImageId) -> bool {
        self.image_tags.of(id).is_empty()
    }

    /// Whether images may be missing here because they are not archived.
    pub(super) fn lacks_active(&self) -> bool {
        let archived = |status| status == ImageStatus::Archived;
        self.extent != Extent::Whole && !self.is_empty() && self.status.iter().all(archived)
    }

    /// Whether images may be missing here because they are archived.
    pub(super) fn may_lack_archived(&self) -> bool {
        let told = |status| status != ImageStatus::Active;
        self.extent != Extent::Whole && !self.status.iter().any(told)
    }
}

impl ImageStatus {
    /// The storage class. That of an image that is being restored is not
    /// documented: here it is still the archive, from which less goes.
    pub fn storage_class(self) -> StorageClass {
        match self {
            Self::Active => StorageClass::Standard,
            Self::Archived | Self::Activating | Self::Unknown => StorageClass::Archive,
        }
    }
}

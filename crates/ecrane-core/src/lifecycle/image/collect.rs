//! Bringing images together, wherever they come from.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{Hash, Hasher};

use super::{
    Column, Extent, ImageId, ImageStatus, Images, Lists, MediaKind, Moment, Relations, Texts,
};
use crate::sorting;

/// The most images taken: ten times what a repository can hold.
pub(in crate::lifecycle) const MAX_IMAGES: usize = 1_000_000;

/// One image, as `DescribeImages` tells of it.
#[derive(Debug, Clone)]
pub struct Detail<'t> {
    /// `imageDigest`.
    pub digest: Cow<'t, str>,
    /// `imageTags`.
    pub tags: Vec<Cow<'t, str>>,
    /// `imagePushedAt`.
    pub pushed: Moment,
    /// `lastRecordedPullTime`.
    pub pulled: Option<Moment>,
    /// `lastArchivedAt`.
    pub archived: Option<Moment>,
    /// `lastActivatedAt`: when it was last restored from the archive.
    pub activated: Option<Moment>,
    /// `imageStatus`.
    pub status: ImageStatus,
    /// What `imageManifestMediaType` says.
    pub kind: MediaKind,
    /// `imageSizeInBytes`.
    pub size: u64,
    /// The digests in an index, if they were asked for: `DescribeImages` does
    /// not tell them.
    pub references: Option<Vec<Cow<'t, str>>>,
    /// `subjectManifestDigest`: the image that this one refers to.
    pub subject: Option<Cow<'t, str>>,
}

/// Images that are being collected, as columns in the order in which they come.
/// Texts are copied while they are at hand: once the images are put in their
/// order, each would be looked for in all of 30 MB.
#[derive(Debug, Default)]
pub struct Collector<'t> {
    digests: Texts,
    pushed: Vec<Moment>,
    pulled: Vec<Moment>,
    archived: Vec<Option<Moment>>,
    restored: Vec<bool>,
    status: Vec<ImageStatus>,
    sizes: Vec<u64>,
    /// Whether it is an index whose children nobody told.
    unread: Vec<bool>,
    tags: Texts,
    tag_owners: Vec<Known>,
    /// What is in an index.
    references: Vec<(Known, Cow<'t, str>)>,
    subjects: Vec<(Known, Cow<'t, str>)>,
    known: HashMap<Key<'t>, Known>,
}

/// `sha256:` and 64 digits.
const BYTES_OF_DIGEST: usize = 71;
/// About what a tag has.
const BYTES_OF_TAG: usize = 24;

/// An image by its place in the order in which it came.
type Known = usize;

/// A digest to find an image by. It is random already: the end of it tells it
/// from all others, and hashing the whole of 100,000 is what reading them would
/// take most of its time for.
#[derive(Debug, PartialEq, Eq)]
struct Key<'t>(Cow<'t, str>);

impl Hash for Key<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self.0.as_bytes().last_chunk::<16>() {
            Some(end) => state.write_u128(u128::from_ne_bytes(*end)),
            None => self.0.hash(state),
        }
    }
}

/// A tag that two images are said to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedTag {
    /// The tag.
    pub tag: String,
    /// The digests of the two.
    pub digests: [String; 2],
}

/// Tags with the image that each is on.
struct OwnedTags {
    tags: Texts,
    owners: Vec<Known>,
}

impl OwnedTags {
    fn last(&self) -> Option<(&str, Known)> {
        let owner = self.owners.last()?;
        Some((self.tags.get(self.owners.len() - 1), *owner))
    }
}

/// Whether an image was there before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// It was not.
    New,
    /// It was: it has the tags and the children of both now, and all else of the
    /// first.
    Merged,
}

impl<'t> Collector<'t> {
    /// With room for so many images; there may be more. A column that grows is
    /// copied each time, and memory that is new to the process is what takes
    /// longest.
    pub(super) fn with_room(images: usize) -> Self {
        Self {
            digests: Texts::with_room(images, images * BYTES_OF_DIGEST),
            pushed: Vec::with_capacity(images),
            pulled: Vec::with_capacity(images),
            archived: Vec::with_capacity(images),
            restored: Vec::with_capacity(images),
            status: Vec::with_capacity(images),
            sizes: Vec::with_capacity(images),
            unread: Vec::with_capacity(images),
            tags: Texts::with_room(images, images * BYTES_OF_TAG),
            tag_owners: Vec::with_capacity(images),
            known: HashMap::with_capacity(images),
            ..Self::default()
        }
    }

    /// Adds an image.
    pub fn add(&mut self, image: Detail<'t>) -> Added {
        let next = self.len();
        let (known, added) = match self.known.entry(Key(image.digest)) {
            Entry::Occupied(known) => (*known.get(), Added::Merged),
            Entry::Vacant(new) => {
                self.digests.push(&new.key().0);
                (*new.insert(next), Added::New)
            }
        };
        for tag in &image.tags {
            self.tags.push(tag);
            self.tag_owners.push(known);
        }
        let is_untold = image.references.is_none();
        let references = image.references.into_iter().flatten();
        self.references
            .extend(references.map(|child| (known, child)));
        if added == Added::Merged {
            if let Some(before) = self.unread.get_mut(known) {
                *before &= is_untold;
            }
            return added;
        }
        let pulled = since_pull(image.pulled, image.activated);
        self.unread
            .push(image.kind == MediaKind::Index && is_untold);
        self.subjects
            .extend(image.subject.map(|subject| (known, subject)));
        self.pushed.push(image.activated.unwrap_or(image.pushed));
        self.pulled.push(pulled.unwrap_or(image.pushed));
        self.archived.push(image.archived);
        self.restored.push(image.activated.is_some());
        self.status.push(image.status);
        self.sizes.push(image.size);
        added
    }

    /// How many different images were added.
    pub fn len(&self) -> usize {
        self.digests.len()
    }

    /// Whether none was.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The images as columns. Of a repository no two have the same tag: where
    /// the data say so, they are wrong.
    ///
    /// # Errors
    /// The tags that two have.
    pub fn images(self, extent: Extent) -> Result<Images, Vec<SharedTag>> {
        let times = self.pushed.iter().map(|pushed| pushed.newest_first());
        let order: Vec<Known> = in_order(times, &self.digests);
        let mut ids = vec![ImageId::default(); order.len()];
        for (id, known) in order.iter().enumerate() {
            if let Some(known) = ids.get_mut(*known) {
                *known = ImageId::new(id);
            }
        }
        let tags = self.sorted_tags()?;
        Ok(self.columns(&order, tags, &ids, extent))
    }

    /// The tags in alphabetical order. Each is looked for once: they lie all over
    /// the memory.
    fn sorted_tags(&self) -> Result<OwnedTags, Vec<SharedTag>> {
        let count = self.tags.len();
        let firsts = (0..count).map(|place| sorting::first_bytes(self.tags.get(place)));
        let mut sorted = OwnedTags {
            tags: Texts::with_room(count, count * BYTES_OF_TAG),
            owners: Vec::with_capacity(count),
        };
        let mut shared = Vec::new();
        for place in in_order(firsts, &self.tags) {
            let tag = self.tags.get(place);
            let owner = self.tag_owners.get(place).copied().unwrap_or_default();
            match sorted.last() {
                Some((same, before)) if same == tag && before == owner => continue,
                Some((same, before)) if same == tag => shared.push(SharedTag {
                    tag: tag.to_owned(),
                    digests: [before, owner].map(|known| self.digests.get(known).to_owned()),
                }),
                _ => {}
            }
            sorted.tags.push(tag);
            sorted.owners.push(owner);
        }
        if shared.is_empty() {
            Ok(sorted)
        } else {
            Err(shared)
        }
    }

    fn columns(self, order: &[Known], tags: OwnedTags, ids: &[ImageId], extent: Extent) -> Images {
        let id = |known: Known| ids.get(known).copied().unwrap_or_default();
        let find = |digest: &Cow<'t, str>| self.known.get(&Key(digest.clone())).copied().map(id);
        let children = self.references.iter();
        let children = children.filter_map(|(list, child)| Some((id(*list), find(child)?)));
        let referring = self.subjects.iter();
        let referring: Vec<_> = referring
            .map(|(referrer, subject)| (id(*referrer), find(subject)))
            .collect();
        let owners: Vec<ImageId> = tags.owners.into_iter().map(id).collect();
        let of_images: Vec<(ImageId, u32)> = owners.iter().copied().zip(0..).collect();
        let unread: Column<bool> = arranged(&self.unread, order);
        let ids = (0..order.len()).map(ImageId::new);
        Images {
            digest_places: order.iter().copied().collect(),
            tags: tags.tags,
            tag_owners: owners,
            image_tags: Lists::new(order.len(), &of_images),
            pushed: arranged(&self.pushed, order),
            pulled: arranged(&self.pulled, order),
            archived: arranged(&self.archived, order),
            restored: arranged(&self.restored, order),
            status: arranged(&self.status, order),
            sizes: arranged(&self.sizes, order),
            relations: Relations::new(order.len(), children.collect(), &referring),
            unread_indexes: ids.filter(|id| unread.at(*id)).collect(),
            extent,
            digests: self.digests,
        }
    }
}

/// The places of texts, ordered by the number of each and, where these are the
/// same, by the texts.
fn in_order(numbers: impl Iterator<Item = u128>, texts: &Texts) -> Vec<usize> {
    sorting::in_order(numbers.collect(), &|a, b| {
        texts.get(a).cmp(texts.get(b)).then(a.cmp(&b))
    })
}

/// A column in the order of the counts.
fn arranged<T: Copy + Default>(column: &[T], order: &[Known]) -> Column<T> {
    let values = order.iter().map(|known| column.get(*known));
    values
        .map(|value| value.copied().unwrap_or_default())
        .collect()
}

/// The time that `sinceImagePulled` goes by, if not that of the push: of the
/// last pull or, where there was none since, of the restoring.
fn since_pull(pulled: Option<Moment>, activated: Option<Moment>) -> Option<Moment> {
    match (pulled, activated) {
        (Some(pulled), Some(activated)) => Some(pulled.max(activated)),
        (since, None) | (None, since) => since,
    }
}

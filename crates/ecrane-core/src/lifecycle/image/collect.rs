//! Bringing images together, wherever they come from.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::hash::{Hash, Hasher};

use super::{Column, Extent, ImageId, ImageStatus, Images, Lists, MediaKind, Moment, Texts};

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

/// Images that are being collected.
#[derive(Debug, Default)]
pub struct Collector<'t> {
    details: Vec<Detail<'t>>,
    /// Where each one is in `details`.
    places: HashMap<Key<'t>, usize>,
}

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
pub struct SharedTag<'t> {
    /// The tag.
    pub tag: Cow<'t, str>,
    /// The digests of the two.
    pub digests: [Cow<'t, str>; 2],
}

/// Whether an image was there before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// It was not.
    New,
    /// It was: it has the tags of both now, and all else of the first.
    Merged,
}

impl<'t> Collector<'t> {
    /// With room for so many images; there may be more.
    pub(super) fn with_room(images: usize) -> Self {
        Self {
            details: Vec::with_capacity(images),
            places: HashMap::with_capacity(images),
        }
    }

    /// Adds an image.
    pub fn add(&mut self, detail: Detail<'t>) -> Added {
        let place = self.details.len();
        let key = Key(detail.digest.clone());
        let known = *self.places.entry(key).or_insert(place);
        match self.details.get_mut(known) {
            Some(before) => {
                before.tags.extend(detail.tags);
                before.references = before.references.take().or(detail.references);
                Added::Merged
            }
            None => {
                self.details.push(detail);
                Added::New
            }
        }
    }

    /// How many different images were added.
    pub fn len(&self) -> usize {
        self.details.len()
    }

    /// Whether none was.
    pub fn is_empty(&self) -> bool {
        self.details.is_empty()
    }

    /// The images as columns. Of a repository no two have the same tag: where
    /// the data say so, they are wrong.
    pub fn images(self, extent: Extent) -> Result<Images, Vec<SharedTag<'t>>> {
        let Self { details, places } = self;
        let order = newest_first(&details);
        let mut ids = vec![ImageId::default(); details.len()];
        for (id, known) in order.iter().enumerate() {
            if let Some(known) = ids.get_mut(*known) {
                *known = ImageId::new(id);
            }
        }
        let find = |digest: &Cow<'t, str>| {
            let known = places.get(&Key(digest.clone()))?;
            ids.get(*known).copied()
        };
        let order: Vec<&Detail<'t>> = order.iter().filter_map(|at| details.get(*at)).collect();
        let tags = sorted_tags(&order)?;
        Ok(columns(&order, &tags, find, extent))
    }
}

/// The places of images in the order of the counts.
fn newest_first(details: &[Detail<'_>]) -> Vec<usize> {
    let digest = |place: usize| details.get(place).map(|detail| &detail.digest);
    let mut order: Vec<(Reverse<Moment>, usize)> = details
        .iter()
        .zip(0..)
        .map(|(detail, place)| (Reverse(pushed(detail)), place))
        .collect();
    order.sort_unstable_by(|(a_time, a), (b_time, b)| {
        a_time.cmp(b_time).then_with(|| digest(*a).cmp(&digest(*b)))
    });
    order.into_iter().map(|(_, place)| place).collect()
}

/// The time that counts go by.
fn pushed(detail: &Detail<'_>) -> Moment {
    detail.activated.unwrap_or(detail.pushed)
}

/// The time that `sinceImagePulled` goes by: of the last pull or, where there
/// was none since, of the restoring or the push.
fn pulled(detail: &Detail<'_>) -> Moment {
    match (detail.pulled, detail.activated) {
        (Some(pulled), Some(activated)) => pulled.max(activated),
        (Some(since), None) | (None, Some(since)) => since,
        (None, None) => detail.pushed,
    }
}

type Tag<'a> = (&'a str, ImageId);

/// Every tag with its image, in alphabetical order.
fn sorted_tags<'a, 't>(order: &[&'a Detail<'t>]) -> Result<Vec<Tag<'a>>, Vec<SharedTag<'t>>> {
    let tags = |(place, detail): (usize, &&'a Detail<'t>)| {
        let id = ImageId::new(place);
        let tags = detail.tags.iter();
        tags.map(move |tag| (first_bytes(tag), tag.as_ref(), id))
    };
    let mut tags: Vec<(u128, &str, ImageId)> = order.iter().enumerate().flat_map(tags).collect();
    tags.sort_unstable();
    tags.dedup();
    let neighbours = tags.iter().zip(tags.iter().skip(1));
    let shared: Vec<SharedTag<'t>> = neighbours
        .filter(|((_, tag, _), (_, next, _))| tag == next)
        .map(|((_, tag, first), (_, _, second))| SharedTag {
            tag: Cow::Owned((*tag).to_owned()),
            digests: [*first, *second].map(|id| match order.get(id.place()) {
                Some(detail) => detail.digest.clone(),
                None => Cow::default(),
            }),
        })
        .collect();
    if shared.is_empty() {
        Ok(tags.into_iter().map(|(_, tag, id)| (tag, id)).collect())
    } else {
        Err(shared)
    }
}

/// A number that orders texts as their first sixteen bytes do: one comparison
/// for most pairs.
fn first_bytes(text: &str) -> u128 {
    let mut first = [0; 16];
    for (byte, of) in first.iter_mut().zip(text.bytes()) {
        *byte = of;
    }
    u128::from_be_bytes(first)
}

fn columns<'t>(
    order: &[&Detail<'t>],
    tags: &[Tag<'_>],
    find: impl Fn(&Cow<'t, str>) -> Option<ImageId>,
    extent: Extent,
) -> Images {
    let count = order.len();
    let with_ids = || (0..).map(ImageId::new).zip(order.iter().copied());
    let children: Vec<(ImageId, ImageId)> = with_ids()
        .flat_map(|(id, detail)| {
            let references = detail.references.iter().flatten();
            references.filter_map(&find).map(move |child| (id, child))
        })
        .filter(|(list, child)| list != child)
        .collect();
    let subjects: Column<Option<ImageId>> = order
        .iter()
        .map(|detail| detail.subject.as_ref().and_then(&find))
        .collect();
    let referrers = with_ids()
        .filter_map(|(id, _)| Some((subjects.at(id)?, id)))
        .collect();
    let lost = with_ids()
        .filter(|(id, detail)| detail.subject.is_some() && subjects.at(*id).is_none())
        .map(|(id, _)| id)
        .collect();
    let unread_indexes = with_ids()
        .filter(|(_, detail)| detail.kind == MediaKind::Index && detail.references.is_none())
        .map(|(id, _)| id)
        .collect();
    let reversed = |(a, b): &(ImageId, ImageId)| (*b, *a);
    let parents = Lists::new(count, children.iter().map(reversed).collect());
    let children = Lists::new(count, children);
    let referrers = Lists::new(count, referrers);
    let is_related = |id: &ImageId| {
        subjects.at(*id).is_some()
            || [&parents, &children, &referrers]
                .iter()
                .any(|lists| !lists.of(*id).is_empty())
    };
    let related = (0..count).map(ImageId::new).filter(is_related).collect();
    let tag_pairs = tags.iter().zip(0..).map(|((_, id), place)| (*id, place));
    Images {
        digests: order.iter().map(|detail| detail.digest.as_ref()).collect(),
        tags: tags.iter().map(|(tag, _)| *tag).collect::<Texts>(),
        tag_owners: tags.iter().map(|(_, id)| *id).collect(),
        image_tags: Lists::new(count, tag_pairs.collect()),
        pushed: order.iter().map(|detail| pushed(detail)).collect(),
        pulled: order.iter().map(|detail| pulled(detail)).collect(),
        archived: order.iter().map(|detail| detail.archived).collect(),
        restored: order
            .iter()
            .map(|detail| detail.activated.is_some())
            .collect(),
        status: order.iter().map(|detail| detail.status).collect(),
        sizes: order.iter().map(|detail| detail.size).collect(),
        parents,
        children,
        subjects,
        referrers,
        related,
        lost,
        unread_indexes,
        extent,
    }
}

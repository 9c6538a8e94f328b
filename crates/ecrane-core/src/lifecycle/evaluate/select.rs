//! Which images a rule selects by their tags.

use std::ops::Range;

use super::set::ImageSet;
use crate::lifecycle::image::{ImageId, Images};
use crate::lifecycle::rule::{TagList, TagSelection};
use crate::sorting;

/// The images whose tags satisfy a rule, of any storage class.
///
/// Of a list, every entry must be matched by some tag of the image, not all by
/// one tag. Source: Amazon ECR user guide, "Examples of lifecycle policies",
/// "Filtering on multiple tags in a single rule".
pub(super) fn select(tags: &TagSelection, images: &Images) -> ImageSet {
    let entries: Vec<Entry<'_>> = match tags {
        TagSelection::Any => return ImageSet::all(images.len()),
        TagSelection::Untagged => {
            return ImageSet::filled(images.len(), |id| images.is_untagged(id));
        }
        TagSelection::Tagged(TagList::Prefixes(prefixes)) => prefixes
            .iter()
            .map(|prefix| Entry::prefix(prefix.as_str()))
            .collect(),
        TagSelection::Tagged(TagList::Patterns(patterns)) => patterns
            .iter()
            .map(|pattern| Entry::pattern(pattern.as_str()))
            .collect(),
    };
    every(&entries, images)
}

/// The images that each entry has a tag of.
fn every(entries: &[Entry<'_>], images: &Images) -> ImageSet {
    let mut entries: Vec<(Range<usize>, &Entry<'_>)> = entries
        .iter()
        .map(|entry| (entry.range(images), entry))
        .collect();
    // The fewer tags an entry is held against, the fewer images are left for
    // the next.
    sorting::sort_by_key(&mut entries, |(range, _)| (range.len(), 0));
    let mut selected: Option<ImageSet> = None;
    for (range, entry) in entries {
        match &mut selected {
            None => selected = Some(entry.owners(range, images)),
            Some(selected) if selected.len() < range.len() => {
                selected.retain(|id| entry.is_on(id, images));
            }
            Some(selected) => selected.keep(&entry.owners(range, images)),
        }
    }
    selected.unwrap_or_else(|| ImageSet::all(images.len()))
}

/// What an entry of a list says of a tag.
struct Entry<'e> {
    /// How the tag begins.
    head: &'e str,
    rest: Rest<'e>,
}

/// What comes after the beginning.
enum Rest<'e> {
    Nothing,
    Anything,
    /// These parts in this order, with anything around each, and then the end.
    Parts(Vec<&'e str>, &'e str),
}

impl<'e> Entry<'e> {
    /// A star in a prefix is a star.
    fn prefix(head: &'e str) -> Self {
        Self {
            head,
            rest: Rest::Anything,
        }
    }

    fn pattern(pattern: &'e str) -> Self {
        let Some((head, rest)) = pattern.split_once('*') else {
            return Self {
                head: pattern,
                rest: Rest::Nothing,
            };
        };
        let (middles, tail) = rest.rsplit_once('*').unwrap_or(("", rest));
        let middles: Vec<&str> = middles.split('*').filter(|part| !part.is_empty()).collect();
        let rest = if middles.is_empty() && tail.is_empty() {
            Rest::Anything
        } else {
            Rest::Parts(middles, tail)
        };
        Self { head, rest }
    }

    /// The places of the tags that begin so: they are neighbours.
    fn range(&self, images: &Images) -> Range<usize> {
        let head = self.head;
        let start = images.tags.partition_point(|tag| tag < head);
        match self.rest {
            Rest::Nothing => start..images.tags.partition_point(|tag| tag <= head),
            _ => {
                let end = images
                    .tags
                    .partition_point(|tag| tag < head || tag.starts_with(head));
                start..end
            }
        }
    }

    /// The images with such a tag among those in this range.
    fn owners(&self, range: Range<usize>, images: &Images) -> ImageSet {
        let mut found = ImageSet::none(images.len());
        let owners = images.tag_owners.get(range.clone()).unwrap_or_default();
        for (place, owner) in range.zip(owners) {
            if self.ends(images.tags.get(place)) {
                found.insert(*owner);
            }
        }
        found
    }

    fn is_on(&self, id: ImageId, images: &Images) -> bool {
        images
            .tags(id)
            .any(|tag| tag.starts_with(self.head) && self.ends(tag))
    }

    /// Whether a tag that begins with the head goes on as it must.
    fn ends(&self, tag: &str) -> bool {
        let after_head = tag.as_bytes().get(self.head.len()..).unwrap_or_default();
        match &self.rest {
            Rest::Nothing => after_head.is_empty(),
            Rest::Anything => true,
            // The parts are taken at their first places: if they fit anywhere,
            // they fit there.
            Rest::Parts(middles, tail) => {
                let between = after_head.strip_suffix(tail.as_bytes());
                between
                    .and_then(|between| {
                        let mut parts = middles.iter();
                        parts.try_fold(between, |left, part| after(left, part.as_bytes()))
                    })
                    .is_some()
            }
        }
    }
}

/// What comes after the first place of a part. Tags are short: for them this is
/// faster than a search that prepares itself.
fn after<'t>(text: &'t [u8], part: &[u8]) -> Option<&'t [u8]> {
    let Some((first, rest)) = part.split_first() else {
        return Some(text);
    };
    let mut left = text;
    loop {
        let at = left.iter().position(|byte| byte == first)?;
        left = left.get(at + 1..)?;
        if let Some(after) = left.strip_prefix(rest) {
            return Some(after);
        }
    }
}

//! Which images a rule selects by their tags.

use super::set::ImageSet;
use crate::lifecycle::image::Images;
use crate::lifecycle::rule::{TagList, TagSelection};

/// The images whose tags satisfy a rule, of any storage class.
///
/// Of a list, every entry must be matched by some tag of the image, not all by
/// one tag. Source: Amazon ECR user guide, "Examples of lifecycle policies",
/// "Filtering on multiple tags in a single rule".
pub(super) fn select(tags: &TagSelection, images: &Images) -> ImageSet {
    let untagged = || ImageSet::filled(images.len(), |id| images.is_untagged(id));
    let every = |entries: &mut dyn Iterator<Item = ImageSet>| {
        let mut selected = ImageSet::all(images.len());
        for entry in entries {
            selected.keep(&entry);
        }
        selected
    };
    match tags {
        TagSelection::Any => ImageSet::all(images.len()),
        TagSelection::Untagged => untagged(),
        TagSelection::Tagged(TagList::Prefixes(prefixes)) => {
            let prefixes = prefixes.iter().map(|prefix| prefix.as_str());
            every(&mut prefixes.map(|prefix| with_prefix(prefix, images)))
        }
        TagSelection::Tagged(TagList::Patterns(patterns)) => {
            let patterns = patterns.iter().map(|pattern| pattern.as_str());
            every(&mut patterns.map(|pattern| matching(pattern, images)))
        }
    }
}

/// The places of the tags that begin so: they are neighbours.
fn range(prefix: &str, images: &Images) -> (usize, usize) {
    let start = images.tags.partition_point(|tag| tag < prefix);
    let end = images
        .tags
        .partition_point(|tag| tag < prefix || tag.starts_with(prefix));
    (start, end)
}

fn with_prefix(prefix: &str, images: &Images) -> ImageSet {
    let (start, end) = range(prefix, images);
    let mut found = ImageSet::none(images.len());
    for owner in images.tag_owners.get(start..end).unwrap_or_default() {
        found.insert(*owner);
    }
    found
}

/// Only tags that begin as the pattern does are held against its rest.
fn matching(pattern: &str, images: &Images) -> ImageSet {
    let Some((head, rest)) = pattern.split_once('*') else {
        return named(pattern, images);
    };
    let rest = rest.trim_start_matches('*');
    if rest.is_empty() {
        return with_prefix(head, images);
    }
    let (middles, tail) = rest.rsplit_once('*').unwrap_or(("", rest));
    let middles: Vec<&str> = middles.split('*').filter(|part| !part.is_empty()).collect();
    let (start, end) = range(head, images);
    let owners = images.tag_owners.get(start..end).unwrap_or_default();
    let mut found = ImageSet::none(images.len());
    for (place, owner) in (start..end).zip(owners) {
        let after_head = images.tags.get(place).get(head.len()..).unwrap_or_default();
        // The parts between the stars are taken at their first places: if they
        // fit anywhere, they fit there.
        let fits = after_head.strip_suffix(tail).is_some_and(|between| {
            let mut parts = middles.iter();
            parts
                .try_fold(between, |left, part| Some(left.split_once(part)?.1))
                .is_some()
        });
        if fits {
            found.insert(*owner);
        }
    }
    found
}

/// A pattern without a star is a whole tag.
fn named(tag: &str, images: &Images) -> ImageSet {
    let mut found = ImageSet::none(images.len());
    let place = images.tags.partition_point(|other| other < tag);
    if place < images.tags.len() && images.tags.get(place) == tag {
        for owner in images.tag_owners.get(place..=place).unwrap_or_default() {
            found.insert(*owner);
        }
    }
    found
}

//! Tags as languages: what a rule can select, and whether other rules leave
//! any of it.
//!
//! # Tags
//! A legal tag has 1 to 128 of letters, digits, `_`, `.` and `-`, and does not
//! begin with the last two. ECR's own API takes up to 300 characters, but no
//! client can push or pull a tag longer than 128 (OCI distribution
//! specification 1.1), so longer ones are left out here. A prefix or a pattern
//! stands for a regular set of tags ([`Entry`]).
//!
//! # Images
//! To a rule an image is a set of tags. `any` selects every set, `untagged` the
//! empty one, and a list L₁ … Lₙ selects the sets that have some tag in every
//! Lᵢ, which may be the same tag for several i.
//!
//! # Deciding that nothing is left
//! A list that selects a set selects every larger set too. So if some set that
//! the rule selects is left by all earlier lists, then so is the smaller one
//! that keeps one tag tᵢ in Lᵢ for each i, and only such sets are looked at.
//!
//! What earlier lists see of a tag is which of their entries it hits. The sets
//! of hits that a tag of Lᵢ can have are read off the product of the automata
//! of Lᵢ and of all those entries. By the same argument only the smallest hits
//! matter. Whether one choice of hits for each Lᵢ exists, the union of which
//! holds no earlier list completely, is then a finite search, and the tags
//! found on the way are the witness. A set of hits that already holds an
//! earlier list is dropped as soon as it is seen.
//!
//! The product can grow beyond all measure, for fifty patterns of four `*` each.
//! A [`Budget`] ends such a search, and the answer is [`NotDecided`].

mod entry;
mod walk;

#[cfg(test)]
mod tests;

pub(super) use entry::Entry;
pub(super) use walk::{Budget, NotDecided, common_tag};

use super::rule::TagSelection;
use walk::{Onward, walk};

/// Which images a rule selects, as a condition on their tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Images {
    /// Every image.
    Any,
    /// Those without a tag.
    Untagged,
    /// Those with a tag for every entry.
    WithTags(Vec<Entry>),
}

impl Images {
    pub(super) fn of(tags: &TagSelection) -> Self {
        match tags {
            TagSelection::Any => Self::Any,
            TagSelection::Untagged => Self::Untagged,
            TagSelection::Tagged(list) => Self::WithTags(Entry::of_list(list)),
        }
    }

    /// Whether an image with these tags is one of them.
    pub(super) fn include(&self, tags: &[&str]) -> bool {
        match self {
            Self::Any => true,
            Self::Untagged => tags.is_empty(),
            Self::WithTags(entries) => entries
                .iter()
                .all(|entry| tags.iter().any(|tag| entry.matches(tag))),
        }
    }

    /// Whether every image is one of them, or every tagged one.
    pub(super) fn is_catch_all(&self) -> bool {
        match self {
            Self::Any => true,
            Self::Untagged => false,
            Self::WithTags(entries) => entries.iter().all(Entry::is_every_tag),
        }
    }
}

/// The tags of an image that is one of `images` and of none of `others`; no
/// tags for an untagged image. None if there is no such image.
pub(super) fn left_over(
    images: &Images,
    others: &[&Images],
    budget: &mut Budget,
) -> Result<Option<Vec<String>>, NotDecided> {
    let untagged_taken = others.iter().any(|other| other.include(&[]));
    let every = [Entry::every()];
    let entries: &[Entry] = match images {
        Images::Untagged if untagged_taken => return Ok(None),
        Images::Any | Images::Untagged if !untagged_taken => return Ok(Some(Vec::new())),
        Images::Any | Images::Untagged => &every,
        Images::WithTags(entries) => entries,
    };
    if others.iter().any(|other| **other == Images::Any) {
        return Ok(None);
    }
    let lists = lists(others);
    let lists = overlapping(entries, &lists, budget)?;
    if lists.is_empty() {
        return one_tag_each(entries, budget);
    }
    let claims = Claims::of(&lists)?;
    let mut choices = vec![Choice::default()];
    for entry in entries {
        let hits = smallest_hits(entry, &claims, budget)?;
        let mut wider = Smallest::default();
        for choice in &choices {
            for hit in &hits {
                budget.spend(1)?;
                wider.add(choice.and(hit), &claims);
            }
        }
        choices = wider.0;
    }
    Ok(choices.into_iter().next().map(|choice| choice.tags))
}

/// Tags of an image that these entries select.
pub(super) fn one_tag_each(
    entries: &[Entry],
    budget: &mut Budget,
) -> Result<Option<Vec<String>>, NotDecided> {
    let mut tags = Vec::new();
    for entry in entries {
        match common_tag(&[entry], budget)? {
            Some(tag) if tags.contains(&tag) => {}
            Some(tag) => tags.push(tag),
            None => return Ok(None),
        }
    }
    Ok(Some(tags))
}

fn lists<'e>(images: &[&'e Images]) -> Vec<&'e [Entry]> {
    images
        .iter()
        .filter_map(|images| match images {
            Images::WithTags(entries) => Some(entries.as_slice()),
            Images::Any | Images::Untagged => None,
        })
        .collect()
}

/// The lists that tags of these entries can satisfy at all.
fn overlapping<'e>(
    entries: &[Entry],
    lists: &[&'e [Entry]],
    budget: &mut Budget,
) -> Result<Vec<&'e [Entry]>, NotDecided> {
    let mut kept = Vec::new();
    for list in lists {
        let mut reachable = true;
        for wanted in *list {
            reachable = reachable && meets_one(wanted, entries, budget)?;
        }
        if reachable {
            kept.push(*list);
        }
    }
    Ok(kept)
}

fn meets_one(wanted: &Entry, entries: &[Entry], budget: &mut Budget) -> Result<bool, NotDecided> {
    for entry in entries {
        if common_tag(&[wanted, entry], budget)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Entries that are hit, one bit each.
type Hits = u128;

/// The earlier lists, over their distinct entries.
struct Claims<'e> {
    entries: Vec<&'e Entry>,
    lists: Vec<Hits>,
}

impl<'e> Claims<'e> {
    fn of(lists: &[&'e [Entry]]) -> Result<Self, NotDecided> {
        let mut entries: Vec<&Entry> = Vec::new();
        for entry in lists.iter().copied().flatten() {
            if !entries.contains(&entry) {
                entries.push(entry);
            }
        }
        if entries.len() > 128 {
            return Err(NotDecided);
        }
        let bits = |list: &&[Entry]| hits(&entries, |entry| list.contains(entry));
        let lists = lists.iter().map(bits).collect();
        Ok(Self { entries, lists })
    }

    /// Whether one of the lists has all its entries hit.
    fn claim(&self, hits: Hits) -> bool {
        self.lists.iter().any(|list| list & !hits == 0)
    }
}

fn hits(entries: &[&Entry], is_hit: impl Fn(&Entry) -> bool) -> Hits {
    let bits = entries.iter().enumerate();
    bits.filter(|(_, entry)| is_hit(entry))
        .fold(0, |hits, (bit, _)| hits | 1 << bit)
}

/// Tags, and what they hit.
#[derive(Debug, Clone, Default)]
struct Choice {
    hits: Hits,
    tags: Vec<String>,
}

impl Choice {
    fn and(&self, other: &Self) -> Self {
        let mut tags = self.tags.clone();
        tags.extend(
            other
                .tags
                .iter()
                .filter(|tag| !self.tags.contains(tag))
                .cloned(),
        );
        Self {
            hits: self.hits | other.hits,
            tags,
        }
    }
}

/// Choices of which none hits all that another does.
#[derive(Default)]
struct Smallest(Vec<Choice>);

impl Smallest {
    fn add(&mut self, choice: Choice, claims: &Claims<'_>) {
        let smaller = |kept: &Choice| kept.hits & !choice.hits == 0;
        if claims.claim(choice.hits) || self.0.iter().any(smaller) {
            return;
        }
        self.0.retain(|kept| choice.hits & !kept.hits != 0);
        self.0.push(choice);
    }
}

/// The smallest hits that a tag of `entry` can have, without claimed ones.
fn smallest_hits(
    entry: &Entry,
    claims: &Claims<'_>,
    budget: &mut Budget,
) -> Result<Vec<Choice>, NotDecided> {
    let mut automata = vec![entry];
    automata.extend(&claims.entries);
    let mut smallest = Smallest::default();
    let hit_by = |states: &[u16], accepts: fn(&Entry, u16) -> bool| {
        let pairs = claims.entries.iter().zip(states.iter().skip(1));
        pairs.enumerate().fold(0, |hits, (bit, (entry, state))| {
            hits | Hits::from(accepts(entry, *state)) << bit
        })
    };
    walk(&automata, budget, |states, tag| {
        let state = states.first().copied().unwrap_or(entry::DEAD);
        if state == entry::DEAD || claims.claim(hit_by(states, Entry::accepts_for_good)) {
            return Onward::Prune;
        }
        if entry.accepts(state) {
            let hits = hit_by(states, Entry::accepts);
            let tags = vec![tag.to_owned()];
            smallest.add(Choice { hits, tags }, claims);
            if hits == 0 {
                return Onward::Stop;
            }
        }
        Onward::Continue
    })?;
    Ok(smallest.0)
}

/// Tags that satisfy both lists, where the first list needs every one of them.
pub(super) fn both_claim(
    entries: &[Entry],
    others: &[Entry],
    budget: &mut Budget,
) -> Result<Option<Vec<String>>, NotDecided> {
    let mut wanted: Vec<Vec<&Entry>> = entries.iter().map(|entry| vec![entry]).collect();
    if !shared_out(&mut wanted, others, budget)? {
        return Ok(None);
    }
    let mut tags = Vec::new();
    for wanted in &wanted {
        match common_tag(wanted, budget)? {
            Some(tag) if tags.contains(&tag) => {}
            Some(tag) => tags.push(tag),
            None => return Ok(None),
        }
    }
    Ok(Some(tags))
}

/// Gives every one of `others` to one of the tags that are wanted, so that
/// each tag can still be had.
fn shared_out<'e>(
    wanted: &mut Vec<Vec<&'e Entry>>,
    others: &'e [Entry],
    budget: &mut Budget,
) -> Result<bool, NotDecided> {
    let Some((first, rest)) = others.split_first() else {
        return Ok(true);
    };
    for index in 0..wanted.len() {
        let Some(tag) = wanted.get_mut(index) else {
            break;
        };
        tag.push(first);
        if common_tag(tag, budget)?.is_some() && shared_out(wanted, rest, budget)? {
            return Ok(true);
        }
        if let Some(tag) = wanted.get_mut(index) {
            tag.pop();
        }
    }
    Ok(false)
}

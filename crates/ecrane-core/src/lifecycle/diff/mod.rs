//! What changes from one policy to another, rule by rule.

mod images;

pub use images::{Hands, ImageChange, ImageName, diff_images};

use serde::Serialize;

use super::explain::{RuleInWords, in_words};
use super::meaning::{does_the_same, selects_the_same};
use super::rule::{Policy, Rule, StorageClass};

/// A difference between two policies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Change {
    /// A rule is only in the new policy.
    Added {
        /// That rule.
        new: RuleInWords,
    },
    /// A rule is only in the old policy.
    Removed {
        /// That rule.
        old: RuleInWords,
    },
    /// A rule selects the same, and does something else with it.
    Changed {
        /// As it was.
        old: RuleInWords,
        /// As it is.
        new: RuleInWords,
    },
    /// A rule does the same, and comes before others that it came after, or the
    /// other way round.
    Moved {
        /// As it was.
        old: RuleInWords,
        /// As it is.
        new: RuleInWords,
    },
}

/// Which rules change from `old` to `new`. Nothing where the two have the same
/// meaning: see [`same_meaning`](super::same_meaning).
///
/// The rules of the new policy come first, in the order in which they are
/// applied, then those that it has no more.
pub fn diff(old: &Policy, new: &Policy) -> Vec<Change> {
    let old = old.by_priority();
    let new = new.by_priority();
    let partners = partners(&old, &new);
    let in_place = in_place(&new, &partners);
    let mut changes = Vec::new();
    for ((rule, partner), in_place) in new.iter().zip(&partners).zip(in_place) {
        let before = partner.and_then(|partner| old.get(partner));
        let Some(before) = before else {
            changes.push(Change::Added {
                new: in_words(rule),
            });
            continue;
        };
        let (old, new) = (in_words(before), in_words(rule));
        if !in_place {
            changes.push(Change::Moved {
                old: old.clone(),
                new: new.clone(),
            });
        }
        if !does_the_same(before, rule) {
            changes.push(Change::Changed { old, new });
        }
    }
    let gone = old.iter().enumerate();
    let gone = gone.filter(|(place, _)| !partners.contains(&Some(*place)));
    changes.extend(gone.map(|(_, rule)| Change::Removed {
        old: in_words(rule),
    }));
    changes
}

/// For each new rule the place of the old one that it is: the one that does the
/// same, else one that selects the same.
fn partners(old: &[&Rule], new: &[&Rule]) -> Vec<Option<usize>> {
    let mut partners: Vec<Option<usize>> = vec![None; new.len()];
    for is_partner in [does_the_same, selects_the_same] {
        for (place, rule) in new.iter().enumerate() {
            if partners.get(place).is_some_and(Option::is_some) {
                continue;
            }
            let mut free = old
                .iter()
                .enumerate()
                .filter(|(place, _)| !partners.contains(&Some(*place)));
            let found = free.find(|(_, other)| is_partner(other, rule));
            let found = found.map(|(place, _)| place);
            if let Some(partner) = partners.get_mut(place) {
                *partner = found;
            }
        }
    }
    partners
}

/// Which rules kept their place among those of their storage class: that of
/// another class selects none of their images.
fn in_place(new: &[&Rule], partners: &[Option<usize>]) -> Vec<bool> {
    let mut in_place = vec![false; new.len()];
    for class in [StorageClass::Standard, StorageClass::Archive] {
        let of_class = |rule: &Rule| rule.selection.count_type.storage_class() == class;
        let rules = new.iter().zip(partners);
        let partners: Vec<Option<usize>> = rules
            .map(|(rule, partner)| partner.filter(|_| of_class(rule)))
            .collect();
        let in_order = longest_in_order(&partners).into_iter();
        for (in_place, in_order) in in_place.iter_mut().zip(in_order) {
            *in_place |= in_order;
        }
    }
    in_place
}

/// Of the rules with a partner, as many as keep their order: the fewest are said
/// to have moved.
fn longest_in_order(partners: &[Option<usize>]) -> Vec<bool> {
    // For each rule: the length of the longest row that ends with it, and the
    // rule before it in that row. At most 50 rules: the square is small.
    let mut rows: Vec<(usize, Option<usize>)> = Vec::new();
    for (index, partner) in partners.iter().enumerate() {
        let earlier = partners.iter().zip(&rows).enumerate().take(index);
        let best = earlier
            .filter(|(_, (other, _))| other.is_some() && *other < partner)
            .max_by_key(|(_, (_, row))| row.0);
        rows.push(match best {
            Some((before, (_, row))) => (row.0 + 1, Some(before)),
            None => (usize::from(partner.is_some()), None),
        });
    }
    let mut in_place = vec![false; partners.len()];
    let longest = rows.iter().enumerate().max_by_key(|(_, row)| row.0);
    let mut at = longest.filter(|(_, row)| row.0 > 0).map(|(last, _)| last);
    while let Some(index) = at {
        if let Some(place) = in_place.get_mut(index) {
            *place = true;
        }
        at = rows.get(index).and_then(|row| row.1);
    }
    in_place
}

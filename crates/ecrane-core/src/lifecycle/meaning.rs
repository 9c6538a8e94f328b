//! When two policies do the same.

use std::num::NonZeroU32;

use super::rule::{Action, CountType, Policy, Rule, TagList, TagSelection};

use crate::sorting;

/// Whether two policies do the same to every image of every repository, as far
/// as can be seen rule by rule.
///
/// Without effect, and so not compared: the order of the rules in the
/// document, the order and repetition of list entries, a spelled-out default
/// such as `"storageClass": "standard"`, descriptions, and the priorities
/// themselves as long as they put the rules in the same order. The prefix `v`
/// and the pattern `v*` are the same. No image is in two storage classes, so the
/// order among rules of different classes is without effect too.
pub fn same_meaning(a: &Policy, b: &Policy) -> bool {
    meaning(a) == meaning(b)
}

/// Whether two rules do the same, wherever they are applied.
pub(super) fn does_the_same(a: &Rule, b: &Rule) -> bool {
    rule_meaning(a) == rule_meaning(b)
}

/// Whether two rules select the same images.
pub(super) fn selects_the_same(a: &Rule, b: &Rule) -> bool {
    let class = |rule: &Rule| rule.selection.count_type.storage_class();
    rule_meaning(a).tags == rule_meaning(b).tags && class(a) == class(b)
}

/// What a rule does, in a form where equal rules are equal values.
#[derive(PartialEq)]
struct Meaning<'p> {
    tags: Tags<'p>,
    count_type: CountType,
    count_number: NonZeroU32,
    action: Action,
}

#[derive(PartialEq)]
enum Tags<'p> {
    Any,
    Untagged,
    /// Sorted, each once: a pattern that ends in its only `*` is a prefix.
    Every {
        prefixes: Vec<&'p str>,
        patterns: Vec<&'p str>,
    },
}

/// The rules of each storage class in their order, one class after the other.
fn meaning(policy: &Policy) -> Vec<Meaning<'_>> {
    let mut rules = policy.by_priority();
    sorting::sort_by_key(&mut rules, |rule| {
        (rule.selection.count_type.storage_class() as usize, 0)
    });
    rules.into_iter().map(rule_meaning).collect()
}

fn rule_meaning(rule: &Rule) -> Meaning<'_> {
    let tags = match &rule.selection.tags {
        TagSelection::Any => Tags::Any,
        TagSelection::Untagged => Tags::Untagged,
        TagSelection::Tagged(list) => every(list),
    };
    Meaning {
        tags,
        count_type: rule.selection.count_type,
        count_number: rule.selection.count_number,
        action: rule.action,
    }
}

fn every(list: &TagList) -> Tags<'_> {
    let (prefixes, patterns) = match list {
        TagList::Prefixes(prefixes) => {
            let prefixes = prefixes.iter().map(|prefix| prefix.as_str());
            (prefixes.collect::<Vec<_>>(), Vec::new())
        }
        TagList::Patterns(all) => {
            let (mut prefixes, mut patterns) = (Vec::new(), Vec::new());
            for pattern in all.iter().map(|pattern| pattern.as_str()) {
                match pattern.strip_suffix('*') {
                    Some(start) if !start.contains('*') => prefixes.push(start),
                    _ => patterns.push(pattern),
                }
            }
            (prefixes, patterns)
        }
    };
    Tags::Every {
        prefixes: sorting::sorted(&prefixes),
        patterns: sorting::sorted(&patterns),
    }
}

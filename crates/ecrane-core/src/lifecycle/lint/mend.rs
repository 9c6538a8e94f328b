//! Mending what can be mended without asking.

use std::num::NonZeroU32;

use super::super::fault::MAX_RULES;
use super::super::rule::{Policy, Rule, RulePriority, StorageClass, TagList, TagSelection};

/// The same policy with one rule for each entry of a list, which makes the OR
/// of a list that is an AND: what `list-is-and` most often finds missing.
///
/// The rules are numbered anew from 1, in the order in which they were applied.
/// A list that is there twice is kept once, as ECR wants it: the first rule
/// would claim everything anyway. None where no list has two entries, and where
/// more than 50 rules would come of it.
pub fn one_rule_per_entry(policy: &Policy) -> Option<Policy> {
    let mut rules: Vec<Rule> = Vec::new();
    for rule in policy.by_priority() {
        for tags in one_by_one(&rule.selection.tags) {
            let class = rule.selection.count_type.storage_class();
            if is_there(&rules, &tags, class) {
                continue;
            }
            let mut rule = rule.clone();
            rule.selection.tags = tags;
            rules.push(rule);
        }
    }
    let changed = policy.rules().iter().any(has_several_entries);
    if !changed || rules.len() > MAX_RULES {
        return None;
    }
    let numbers = (1..).filter_map(NonZeroU32::new);
    for (rule, number) in rules.iter_mut().zip(numbers) {
        rule.priority = RulePriority(number);
    }
    Some(Policy::new(rules))
}

fn has_several_entries(rule: &Rule) -> bool {
    one_by_one(&rule.selection.tags).len() > 1
}

fn one_by_one(tags: &TagSelection) -> Vec<TagSelection> {
    match tags {
        TagSelection::Any | TagSelection::Untagged => vec![tags.clone()],
        TagSelection::Tagged(TagList::Patterns(patterns)) => patterns
            .iter()
            .map(|pattern| TagSelection::Tagged(TagList::Patterns(vec![pattern.clone()])))
            .collect(),
        TagSelection::Tagged(TagList::Prefixes(prefixes)) => prefixes
            .iter()
            .map(|prefix| TagSelection::Tagged(TagList::Prefixes(vec![prefix.clone()])))
            .collect(),
    }
}

fn is_there(rules: &[Rule], tags: &TagSelection, class: StorageClass) -> bool {
    rules.iter().any(|rule| {
        rule.selection.tags == *tags && rule.selection.count_type.storage_class() == class
    })
}

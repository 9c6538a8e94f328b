//! A policy in plain sentences, and what it would do to an image with given tags.

use std::fmt;

use serde::Serialize;

use super::language::Images;
use super::phrase;
use super::rule::{Policy, Rule, StorageClass};
use crate::name::Tag;

/// A rule in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleInWords {
    /// Its number; the lowest is applied first.
    pub rule_priority: u32,
    /// What it selects: `images with a tag that begins with `v``.
    pub selects: String,
    /// What becomes of those: `all but the newest 10 are expired`.
    pub outcome: String,
    /// What its author wrote.
    pub description: Option<String>,
}

/// The rules of a policy in words, the first applied first.
pub fn explain(policy: &Policy) -> Vec<RuleInWords> {
    policy.by_priority().into_iter().map(in_words).collect()
}

pub(super) fn in_words(rule: &Rule) -> RuleInWords {
    RuleInWords {
        rule_priority: rule.priority.get(),
        selects: phrase::images(rule),
        outcome: phrase::outcome(rule),
        description: rule.description.clone(),
    }
}

/// What a policy would do to an image, whatever else the repository holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Fate {
    /// The tags of the image; none for an untagged one.
    pub tags: Vec<String>,
    /// While it can be pulled.
    pub standard: Claim,
    /// Once it is archived.
    pub archive: Claim,
}

/// Which rule an image belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Claim {
    /// The first rule that selects the image; none, and it stays.
    pub claimed_by: Option<u32>,
    /// What becomes of it, and when.
    pub fate: String,
    /// Later rules that select it too, and count it, and never remove it.
    pub also_selected_by: Vec<u32>,
}

/// What becomes of an image with these tags; no tags for an untagged one.
pub fn fate(policy: &Policy, tags: &[Tag]) -> Fate {
    let tags: Vec<&str> = tags.iter().map(Tag::as_str).collect();
    Fate {
        standard: claim(policy, &tags, StorageClass::Standard),
        archive: claim(policy, &tags, StorageClass::Archive),
        tags: tags.into_iter().map(str::to_owned).collect(),
    }
}

fn claim(policy: &Policy, tags: &[&str], class: StorageClass) -> Claim {
    let mut selecting = policy.by_priority().into_iter().filter(|rule| {
        let images = Images::of(&rule.selection.tags);
        rule.selection.count_type.storage_class() == class && images.include(tags)
    });
    let first = selecting.next();
    let fate = match first {
        None => "stays: no rule selects it".to_owned(),
        Some(rule) if phrase::keeps_all(rule) => "stays".to_owned(),
        Some(rule) => phrase::fate(rule),
    };
    Claim {
        claimed_by: first.map(|rule| rule.priority.get()),
        fate,
        also_selected_by: selecting.map(|rule| rule.priority.get()).collect(),
    }
}

impl fmt::Display for Claim {
    /// What becomes of the image, by which rule, and which others count it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.fate)?;
        if let Some(rule) = self.claimed_by {
            write!(f, ", by rule {rule}")?;
        }
        let also: Vec<String> = self.also_selected_by.iter().map(u32::to_string).collect();
        match also.as_slice() {
            [] => Ok(()),
            [one] => write!(f, "; rule {one} only counts it"),
            _ => write!(f, "; rules {} only count it", also.join(", ")),
        }
    }
}

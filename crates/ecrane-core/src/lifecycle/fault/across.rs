//! What can be wrong between rules.

use super::{Code, Words, error};
use crate::lifecycle::rule::StorageClass;

/// A fault between two rules. `rule` and `other` are their places in the
/// document; ECR's limits are per storage class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::lifecycle) enum AcrossFault {
    /// Two rules with one priority.
    DuplicatePriority {
        priority: u32,
        rule: usize,
        other: usize,
    },
    /// Two rules for untagged images.
    DuplicateUntagged { class: StorageClass, other: usize },
    /// Two rules for all images.
    DuplicateAny { class: StorageClass, other: usize },
    /// A rule for all images before another.
    AnyNotLast {
        class: StorageClass,
        priority: u32,
        highest: u32,
        other: usize,
    },
    /// Two rules with the same tags.
    DuplicateTagList { name: &'static str, other: usize },
}

impl AcrossFault {
    pub(super) fn words(&self) -> Words {
        match self {
            Self::DuplicatePriority {
                priority,
                rule,
                other,
            } => error(
                Code::DuplicatePriority,
                format!("`rulePriority` {priority} is used by rules[{other}] and rules[{rule}]"),
            )
            .help("give every rule its own number; gaps are fine, and the lowest is applied first"),
            Self::DuplicateUntagged { class, other } => error(
                Code::DuplicateUntagged,
                format!("only one `untagged` rule is taken per storage class, and rules[{other}] is one for `{class}`"),
            )
            .help("keep one of the two"),
            Self::DuplicateAny { class, other } => error(
                Code::DuplicateAny,
                format!("only one `any` rule is taken per storage class, and rules[{other}] is one for `{class}`"),
            )
            .help("keep one of the two"),
            Self::AnyNotLast {
                class,
                priority,
                highest,
                other,
            } => error(
                Code::AnyNotLast,
                format!("an `any` rule must have the highest `rulePriority` of storage class `{class}`: it has {priority}, and rules[{other}] has {highest}"),
            )
            .help(format!(
                "give it a number above {highest}: it is applied last, as it selects what all others left"
            )),
            Self::DuplicateTagList { name, other } => error(
                Code::DuplicateTagList,
                format!("rules[{other}] has the same `{name}`"),
            )
            .help("the later rule would never get an image: join the two, or change one list"),
        }
    }
}

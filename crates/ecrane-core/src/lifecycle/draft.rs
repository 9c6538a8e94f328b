//! A rule that is being read: what was found for each of its properties.

use std::num::NonZeroU32;

use super::rule::{
    Action, CountType, CountUnit, Rule, RulePriority, Selection, StorageClass, TagList, TagPattern,
    TagPrefix, TagSelection, TagStatus,
};
use super::shape::{Field, Listed};
use crate::diagnostic::Span;

/// What every dialect's reader makes of a rule. Checks between properties and
/// between rules work on this, so they also run when something else is wrong.
pub(super) struct Draft {
    /// Place in the document, from 0.
    pub(super) index: usize,
    /// The whole rule.
    pub(super) place: Span,
    /// `rules[0]`
    pub(super) path: String,
    /// The path of the object with the tags and the count.
    pub(super) selection_path: String,
    /// Where something is blamed that the selection lacks.
    pub(super) selection_place: Span,
    pub(super) action_place: Span,
    pub(super) priority: Field<NonZeroU32>,
    pub(super) description: Field<String>,
    pub(super) status: Field<TagStatus>,
    pub(super) patterns: Field<Vec<Listed>>,
    pub(super) prefixes: Field<Vec<Listed>>,
    pub(super) storage_class: Field<StorageClass>,
    pub(super) count_type: Field<CountType>,
    pub(super) count_unit: Field<CountUnit>,
    pub(super) count_number: Field<NonZeroU32>,
    pub(super) action: Field<Action>,
    pub(super) target: Field<StorageClass>,
}

impl Draft {
    /// A draft of the rule at `place`, of which nothing was read yet.
    pub(super) fn blank(index: usize, place: Span) -> Self {
        let opening = Span::new(place.start, place.start + 1);
        Self {
            index,
            place,
            path: format!("rules[{index}]"),
            selection_path: format!("rules[{index}]"),
            selection_place: opening,
            action_place: opening,
            priority: Field::Absent,
            description: Field::Absent,
            status: Field::Absent,
            patterns: Field::Absent,
            prefixes: Field::Absent,
            storage_class: Field::Absent,
            count_type: Field::Absent,
            count_unit: Field::Absent,
            count_number: Field::Absent,
            action: Field::Absent,
            target: Field::Absent,
        }
    }

    /// The storage class the rule is for. What it counts says so more surely
    /// than `storageClass`, which is easily forgotten.
    pub(super) fn class(&self) -> StorageClass {
        match (self.count_type.value(), self.storage_class.value()) {
            (Some(count_type), _) => count_type.storage_class(),
            (None, Some(class)) => *class,
            (None, None) => StorageClass::Standard,
        }
    }

    /// The rule, if everything it needs was found. Whether it all goes
    /// together was checked before.
    pub(super) fn rule(&self) -> Option<Rule> {
        let tags = match self.status.value()? {
            TagStatus::Any => TagSelection::Any,
            TagStatus::Untagged => TagSelection::Untagged,
            TagStatus::Tagged => TagSelection::Tagged(self.tag_list()?),
        };
        Some(Rule {
            priority: RulePriority(*self.priority.value()?),
            description: self.description.value().cloned(),
            selection: Selection {
                tags,
                count_type: *self.count_type.value()?,
                count_number: *self.count_number.value()?,
            },
            action: *self.action.value()?,
        })
    }

    fn tag_list(&self) -> Option<TagList> {
        if let Some(patterns) = self.patterns.value() {
            let patterns = patterns.iter().map(|entry| TagPattern(entry.text.clone()));
            return Some(TagList::Patterns(patterns.collect()));
        }
        let prefixes = self.prefixes.value()?.iter();
        let prefixes = prefixes.map(|entry| TagPrefix(entry.text.clone()));
        Some(TagList::Prefixes(prefixes.collect()))
    }
}

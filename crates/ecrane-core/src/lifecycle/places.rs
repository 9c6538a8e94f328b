//! Where the rules of a policy stand in the text they were read from.

use super::draft::Draft;
use super::shape::{Field, Listed};
use crate::diagnostic::Span;

/// A value of the text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) span: Span,
    /// Such as `rules[0].selection.countNumber`; none for a rule that is not
    /// in the text.
    pub(super) path: Option<String>,
}

impl Place {
    /// Whether a value of this path is in here.
    pub(super) fn contains(&self, path: &str) -> bool {
        let own = self.path.as_deref();
        let rest = own.and_then(|own| path.strip_prefix(own));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    }
}

/// The places of one rule. All are the start of the text for the rule that an
/// empty Crosswalk document stands for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct RulePlaces {
    pub(super) rule: Place,
    /// Of `rulePriority`, in a dialect that has it.
    pub(super) priority: Span,
    pub(super) description: Place,
    /// The list of tags, or `tagStatus` where there is none.
    pub(super) tags: Place,
    /// The entries of the list.
    pub(super) entries: Vec<Place>,
    /// The number of images or days.
    pub(super) count: Place,
    pub(super) action: Place,
}

impl RulePlaces {
    pub(super) fn of(draft: &Draft) -> Self {
        let in_selection = |name: &str, place: Option<Span>| Place {
            span: place.unwrap_or(draft.selection_place),
            path: Some(format!("{}.{name}", draft.selection_path)),
        };
        let patterns = ("tagPatternList", &draft.patterns);
        let prefixes = ("tagPrefixList", &draft.prefixes);
        let (name, list) = if draft.patterns.is_absent() {
            prefixes
        } else {
            patterns
        };
        let tags = match list.place() {
            Some(place) => in_selection(name, Some(place)),
            None => in_selection("tagStatus", draft.status.place()),
        };
        Self {
            rule: Place {
                span: draft.place,
                path: Some(draft.path.clone()),
            },
            priority: draft.priority.place().unwrap_or(draft.selection_place),
            description: Place {
                span: draft.description.place().unwrap_or(draft.selection_place),
                path: Some(format!("{}.description", draft.path)),
            },
            entries: entries(list, tags.path.as_deref().unwrap_or_default()),
            tags,
            count: in_selection("countNumber", draft.count_number.place()),
            action: Place {
                span: draft.action.place().unwrap_or(draft.action_place),
                path: Some(format!("{}.action", draft.path)),
            },
        }
    }
}

fn entries(list: &Field<Vec<Listed>>, path: &str) -> Vec<Place> {
    let entries = list.value().map(Vec::as_slice).unwrap_or_default();
    let places = entries.iter().enumerate();
    places
        .map(|(index, entry)| Place {
            span: entry.place,
            path: Some(format!("{path}[{index}]")),
        })
        .collect()
}

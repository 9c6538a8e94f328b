//! The rules of ECR that the rules of a document come to.

use std::num::NonZeroU32;

use super::super::Document;
use super::super::fault::{ExpansionFault, Finding, MAX_CHARACTERS, MAX_RULES};
use super::super::places::{Place, RulePlaces};
use super::super::rule::{
    Action, CountType, Policy, Rule, RulePriority, Selection, StorageClass, TagList, TagPattern,
    TagSelection,
};
use super::super::shape::Listed;
use super::limit::Counted;
use super::{Stated, listed};
use crate::diagnostic::Span;

/// More images than a repository can hold, and more days than matter: a rule
/// with this number marks nothing and still claims what it selects.
const NEVER: NonZeroU32 = NonZeroU32::MIN.saturating_add(999_998);

/// A rule of ECR with where it comes from.
struct Expanded {
    rule: Rule,
    places: RulePlaces,
    /// The rule of the document; none for `protect`.
    source: Option<usize>,
    place: Span,
}

/// The policy of a document that has no fault so far.
pub(super) fn expand(
    protected: &[Listed],
    stated: &[Stated],
    findings: &mut Vec<Finding>,
) -> Document {
    let mut rules = of_class(StorageClass::Standard, protected, stated);
    rules.extend(of_class(StorageClass::Archive, protected, stated));
    let numbers = (1..).filter_map(NonZeroU32::new);
    for (expanded, number) in rules.iter_mut().zip(numbers) {
        expanded.rule.priority = RulePriority(number);
    }
    report_too_many(&rules, findings);
    report_too_long(&rules, findings);
    let (rules, places) = rules.into_iter().map(|it| (it.rule, it.places)).unzip();
    Document {
        policy: Some(Policy::new(rules)),
        places,
        embedded: Vec::new(),
    }
}

/// The rules of one storage class: what is protected first, `any` last. A rule
/// that says nothing of the class still keeps its images from those after it.
fn of_class(class: StorageClass, protected: &[Listed], stated: &[Stated]) -> Vec<Expanded> {
    let (any, mut stated): (Vec<_>, Vec<_>) = stated.iter().partition(|it| it.images.is_any());
    stated.extend(any);
    // Without another rule there is nothing to protect from.
    while stated.pop_if(|it| it.limit.of(class).is_none()).is_some() {}
    if stated.is_empty() {
        return Vec::new();
    }
    let rules = stated.into_iter().flat_map(|it| expanded(it, class));
    let mut all: Vec<Expanded> = listed("protect", protected)
        .into_iter()
        .map(|(pattern, place)| protection(class, pattern, &place))
        .collect();
    all.extend(rules);
    all
}

/// How a rule counts that only claims.
fn claiming(class: StorageClass) -> CountType {
    match class {
        StorageClass::Standard => CountType::ImageCountMoreThan,
        StorageClass::Archive => CountType::SinceImageTransitioned,
    }
}

fn protection(class: StorageClass, pattern: String, place: &Place) -> Expanded {
    let tags = TagSelection::Tagged(TagList::Patterns(vec![TagPattern(pattern)]));
    let places = RulePlaces {
        rule: place.clone(),
        priority: place.span,
        description: place.clone(),
        tags: place.clone(),
        entries: vec![place.clone()],
        count: place.clone(),
        action: place.clone(),
    };
    Expanded {
        rule: rule(None, tags, claiming(class), NEVER, Action::Expire),
        places,
        source: None,
        place: place.span,
    }
}

/// What one rule of the document comes to in one storage class.
fn expanded(stated: &Stated, class: StorageClass) -> Vec<Expanded> {
    let silent = Counted {
        count_type: claiming(class),
        number: NEVER,
        action: Action::Expire,
        place: itself(stated),
    };
    let counted = stated.limit.of(class).unwrap_or(&silent);
    let selections = stated.images.selections().into_iter();
    selections
        .map(|(tags, place, entries)| one(stated, counted, tags, place, entries))
        .collect()
}

fn one(
    stated: &Stated,
    counted: &Counted,
    tags: TagSelection,
    place: Place,
    entries: Vec<Place>,
) -> Expanded {
    let itself = itself(stated);
    let (text, description) = match &stated.description {
        Some((text, place)) => (Some(text.clone()), place.clone()),
        None => (None, itself.clone()),
    };
    let (count_type, number) = (counted.count_type, counted.number);
    Expanded {
        rule: rule(text, tags, count_type, number, counted.action),
        places: RulePlaces {
            rule: itself,
            priority: stated.place,
            description,
            tags: place,
            entries,
            count: counted.place.clone(),
            action: counted.place.clone(),
        },
        source: Some(stated.index),
        place: stated.place,
    }
}

fn itself(stated: &Stated) -> Place {
    Place {
        span: stated.place,
        path: Some(stated.path.clone()),
    }
}

fn rule(
    description: Option<String>,
    tags: TagSelection,
    count_type: CountType,
    count_number: NonZeroU32,
    action: Action,
) -> Rule {
    Rule {
        // Numbered when all are there.
        priority: RulePriority(NonZeroU32::MIN),
        description,
        selection: Selection {
            tags,
            count_type,
            count_number,
        },
        action,
    }
}

fn report_too_many(rules: &[Expanded], findings: &mut Vec<Finding>) {
    if let Some(first) = rules.get(MAX_RULES) {
        let (count, rule) = (rules.len(), first.source);
        let fault = ExpansionFault::TooManyRules { count, rule };
        findings.push(Finding::new(fault, first.place).at(path(first)));
    }
}

/// Blames the rule with which the policy becomes too long.
fn report_too_long(rules: &[Expanded], findings: &mut Vec<Finding>) {
    // Each rule is followed by a comma, or by what closes the whole.
    let mut total = "{\"rules\":[]}".len().saturating_sub(1);
    let mut first = None;
    for expanded in rules {
        // Only a map with keys that are no strings can fail to serialise.
        let json = serde_json::to_string(&expanded.rule).unwrap_or_default();
        total += json.chars().count() + 1;
        if total > MAX_CHARACTERS && first.is_none() {
            first = Some(expanded);
        }
    }
    if let Some(first) = first {
        let (characters, rule) = (total, first.source);
        let fault = ExpansionFault::TooLong { characters, rule };
        findings.push(Finding::new(fault, first.place).at(path(first)));
    }
}

fn path(expanded: &Expanded) -> String {
    expanded
        .source
        .map_or("protect".to_owned(), |index| format!("rules[{index}]"))
}

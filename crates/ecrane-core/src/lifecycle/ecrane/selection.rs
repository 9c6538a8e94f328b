//! Which images a rule is about.

use super::super::codes::Code;
use super::super::fault::{ExpansionFault, Fault, Finding, ImagesFault, ListFault};
use super::super::node::{Node, Value};
use super::super::places::Place;
use super::super::rule::{TagList, TagPattern, TagSelection, Word};
use super::super::seen::Seen;
use super::super::shape::{Field, Known, Listed, Object};
use super::super::value::pattern_fault;
use super::{Stated, listed};
use crate::sorting;

const TAGS: &[Known] = &[Known::optional("any-of"), Known::optional("all-of")];

/// A pattern with its place.
type Entry = (String, Place);

/// The images of a rule.
pub(super) enum Images {
    /// Those with a tag like one of these.
    AnyOf(Vec<Entry>),
    /// Those with tags like all of these; the place is that of the list.
    AllOf(Vec<Entry>, Place),
    /// Those without a tag.
    Untagged(Place),
    /// All that the other rules leave.
    Any(Place),
}

/// A word for images that are not chosen by their tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Others {
    Untagged,
    Any,
}

impl Word for Others {
    const ALL: &'static [Self] = &[Self::Untagged, Self::Any];

    fn word(self) -> &'static str {
        match self {
            Self::Untagged => "untagged",
            Self::Any => "any",
        }
    }
}

impl Images {
    /// What each rule of ECR selects for these, with the places of its list and
    /// of the entries.
    pub(super) fn selections(&self) -> Vec<(TagSelection, Place, Vec<Place>)> {
        let patterns = |entries: &[Entry]| {
            let patterns = entries.iter().map(|(text, _)| TagPattern(text.clone()));
            TagSelection::Tagged(TagList::Patterns(patterns.collect()))
        };
        let places = |entries: &[Entry]| entries.iter().map(|(_, place)| place.clone()).collect();
        match self {
            Self::AnyOf(entries) => entries
                .iter()
                .map(|entry| {
                    let alone = std::slice::from_ref(entry);
                    (patterns(alone), entry.1.clone(), places(alone))
                })
                .collect(),
            Self::AllOf(entries, place) => {
                vec![(patterns(entries), place.clone(), places(entries))]
            }
            Self::Untagged(place) => vec![(TagSelection::Untagged, place.clone(), Vec::new())],
            Self::Any(place) => vec![(TagSelection::Any, place.clone(), Vec::new())],
        }
    }

    pub(super) fn is_any(&self) -> bool {
        matches!(self, Self::Any(_))
    }
}

/// The images of a rule: by `tags` or by `images`.
pub(super) fn images(rule: &Object<'_>, findings: &mut Vec<Finding>) -> Option<Images> {
    match (rule.get("tags"), rule.get("images")) {
        (Some(_), None) => tags(rule, findings),
        (None, Some(_)) => others(rule, findings),
        (Some(first), Some(second)) => {
            let names = ("tags", "images");
            let finding = Finding::new(ImagesFault::Two { names }, second.name_span);
            let finding = finding.at(rule.path_of("images"));
            findings.push(finding.label(first.name_span, "and here"));
            None
        }
        (None, None) => {
            let finding = Finding::new(ImagesFault::Missing, rule.place);
            findings.push(finding.at(rule.path_of("tags")));
            None
        }
    }
}

fn others(rule: &Object<'_>, findings: &mut Vec<Finding>) -> Option<Images> {
    let word = rule.word("images", Code::Selection, Others::ALL, findings);
    let Field::Given(word, span) = word else {
        return None;
    };
    let path = Some(rule.path_of("images"));
    let place = Place { span, path };
    Some(match word {
        Others::Untagged => Images::Untagged(place),
        Others::Any => Images::Any(place),
    })
}

fn tags(rule: &Object<'_>, findings: &mut Vec<Finding>) -> Option<Images> {
    let node = &rule.get("tags")?.node;
    if !matches!(node.value, Value::Object(_)) {
        let pattern = rule.field("tags", findings, pattern);
        let path = Some(rule.path_of("tags"));
        let Field::Given(pattern, span) = pattern else {
            return None;
        };
        return Some(Images::AnyOf(vec![(pattern, Place { span, path })]));
    }
    let tags = rule.inner("tags", findings)?;
    tags.report_unknown(TAGS, |_| None, findings);
    let any = tags.tags("any-of", pattern_fault, findings);
    let all = tags.tags("all-of", pattern_fault, findings);
    match (any, all) {
        (Field::Given(entries, _), Field::Absent) => {
            let path = tags.path_of("any-of");
            Some(Images::AnyOf(listed(&path, &entries)))
        }
        (Field::Absent, Field::Given(entries, span)) => {
            let path = tags.path_of("all-of");
            let entries = listed(&path, &entries);
            let path = Some(path);
            Some(Images::AllOf(entries, Place { span, path }))
        }
        (Field::Absent, Field::Absent) => {
            let finding = Finding::new(ImagesFault::NoList, tags.place);
            findings.push(finding.at(tags.path));
            None
        }
        (any, all) => {
            if let (Some(first), Some(second)) = (any.place(), all.place()) {
                let names = ("any-of", "all-of");
                let finding = Finding::new(ImagesFault::Two { names }, second);
                let finding = finding.at(tags.path_of("all-of"));
                findings.push(finding.label(first, "and here"));
            }
            None
        }
    }
}

/// One pattern. A list is not guessed at: that is how images are lost.
fn pattern(node: &Node) -> Result<String, Fault> {
    match &node.value {
        Value::String(text) if text.trim().is_empty() => {
            Err(ListFault::Blank { name: "tags" }.into())
        }
        Value::String(text) => match pattern_fault(text) {
            Some(fault) => Err(fault.into()),
            None => Ok(text.clone()),
        },
        Value::Array(_) => Err(ImagesFault::AmbiguousList.into()),
        Value::Number(text) => {
            let text = text.clone();
            Err(ImagesFault::Number { text }.into())
        }
        _ => Err(ImagesFault::Type { found: node.kind() }.into()),
    }
}

/// Stands for `protect` among the rules.
const PROTECT: usize = usize::MAX;

/// ECR takes no two rules with the same tags, and a second one would never get
/// an image.
pub(super) fn report_duplicates(
    protected: &[Listed],
    stated: &[Stated],
    findings: &mut Vec<Finding>,
) {
    let mut seen = Seen::default();
    let protected = listed("protect", protected)
        .into_iter()
        .map(|(text, place)| (vec![text], place, None));
    let stated = stated.iter().flat_map(|rule| {
        let selections = rule.images.selections().into_iter();
        selections.map(|(tags, place, _)| (key(&tags), place, Some(rule.index)))
    });
    for (key, place, rule) in protected.chain(stated) {
        let span = place.span;
        let name = format!("{} {}", key.len(), key.join("\n"));
        let Some((before, first)) = seen.before(name, rule.unwrap_or(PROTECT), span) else {
            continue;
        };
        let fault = match key.as_slice() {
            [] => ExpansionFault::DuplicateAny,
            [word] if word.is_empty() => ExpansionFault::DuplicateUntagged,
            _ => ExpansionFault::DuplicateTags {
                before: (before != PROTECT).then_some(before),
            },
        };
        let mut finding = Finding::new(fault, span).label(first, "first here");
        finding.path = place.path;
        findings.push(finding);
    }
}

/// What makes two selections the same. No pattern is empty, so that the empty
/// word can stand for untagged images, and no word for all.
fn key(tags: &TagSelection) -> Vec<String> {
    match tags {
        TagSelection::Any => Vec::new(),
        TagSelection::Untagged => vec![String::new()],
        TagSelection::Tagged(list) => {
            let entries = sorting::sorted(&list.entries()).into_iter();
            entries.map(str::to_owned).collect()
        }
    }
}

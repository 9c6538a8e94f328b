//! Mending the text of a policy, where what was meant is plain.
//!
//! Only what a finding is about is rewritten: the rest of the text, with its
//! indentation and the order of its properties, stays as somebody wrote it.

use super::super::codes::Code;
use super::super::dialect::Dialect;
use super::super::language::{Budget, Entry, Images, left_over};
use super::super::places::{Place, RulePlaces};
use super::super::rule::{Rule, TagList, TagSelection};
use super::super::{Checked, read};
use super::STEPS;
use crate::diagnostic::{Diagnostic, Severity, Span};
use crate::sorting;

/// Why a finding is left as it is: what ECR would not take, in the words of its
/// fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotMended(String);

/// The text with one finding of it mended: a list becomes one rule per entry
/// (`list-is-and`), the narrower entries first, and a prefix loses the `*` at
/// its end (`prefix-with-star`). `checked` is what was read of the text.
///
/// Rules that come after get another `rulePriority` only where theirs is taken.
/// What is mended may have findings that it had not before: ask again until
/// there is nothing. None for a finding that only its author can mend.
///
/// # Errors
/// ECR would not take what comes of it, such as a policy of more than 50 rules.
pub fn mend(
    text: &str,
    checked: &Checked,
    finding: &Diagnostic,
) -> Option<Result<String, NotMended>> {
    let numbered = numbers_its_rules(checked)?;
    let rules = rules(checked);
    let about = rules
        .iter()
        .position(|(rule, places)| bodies(text, rule, places, finding).is_some())?;
    let mut edits = Vec::new();
    let mut free = 1;
    for (index, (rule, places)) in rules.into_iter().enumerate() {
        let mended = (index == about).then(|| bodies(text, rule, places, finding));
        let bodies = mended.flatten().unwrap_or_else(|| vec![Vec::new()]);
        let first = free.max(rule.priority.get());
        free = first.saturating_add(u32::try_from(bodies.len()).ok()?);
        let moved = numbered && first != rule.priority.get();
        if index == about || moved {
            edits.push(copies(text, places, bodies, numbered.then_some(first))?);
        }
    }
    let mended = rewritten(text, Span::new(0, text.len()), edits)?;
    let again = read(&mended, checked.dialect);
    let mut faults = again.diagnostics.iter();
    Some(match faults.find(|it| it.severity == Severity::Error) {
        Some(fault) => Err(NotMended(fault.message.clone())),
        None => Ok(mended),
    })
}

/// Whether [`mend`] knows something for this finding.
pub fn is_mendable(text: &str, checked: &Checked, finding: &Diagnostic) -> bool {
    let may_be = numbers_its_rules(checked).is_some();
    let known = [Code::ListIsAnd, Code::PrefixWithStar].map(Code::id);
    let may_be = may_be && known.contains(&finding.code);
    let mut rules = rules(checked).into_iter();
    may_be && rules.any(|(rule, places)| bodies(text, rule, places, finding).is_some())
}

/// Whether rules have their numbers in the text; none where they are not mended.
fn numbers_its_rules(checked: &Checked) -> Option<bool> {
    match checked.dialect? {
        // Strings with policies in them would have to be written anew.
        _ if checked.is_around() => None,
        Dialect::Ecr => Some(true),
        // The order of the rules is their priority.
        Dialect::Awsx => Some(false),
        // The rules of ecrane cannot have what is mended here.
        Dialect::Ecrane | Dialect::CloudFormation | Dialect::TerraformPlan => None,
    }
}

/// The rules with their places, the first applied first.
fn rules(checked: &Checked) -> Vec<(&Rule, &RulePlaces)> {
    let rules = checked.policy.iter().flat_map(|policy| policy.rules());
    let mut rules: Vec<_> = rules.zip(&checked.places).collect();
    sorting::sort_by_key(&mut rules, |(rule, _)| (rule.priority.place(), 0));
    rules
}

/// Another text for a stretch.
struct Edit {
    span: Span,
    text: String,
}

/// A rule once for each body, numbered from `first` on where there are numbers.
fn copies(
    text: &str,
    places: &RulePlaces,
    bodies: Vec<Vec<Edit>>,
    first: Option<u32>,
) -> Option<Edit> {
    let span = places.rule.span;
    let copies: Option<Vec<String>> = bodies
        .into_iter()
        .zip(0..)
        .map(|(body, nth)| {
            let number = first.and_then(|first| priority(text, places, first.saturating_add(nth)));
            rewritten(text, span, body.into_iter().chain(number))
        })
        .collect();
    let between = format!(",{}", indentation(text, span));
    Some(Edit {
        span,
        text: copies?.join(&between),
    })
}

/// What changes in a rule to mend the finding, for each rule that comes of it;
/// none if the finding is not about this rule or cannot be mended.
fn bodies(
    text: &str,
    rule: &Rule,
    places: &RulePlaces,
    finding: &Diagnostic,
) -> Option<Vec<Vec<Edit>>> {
    let is_about =
        |code: Code, place: &Place| finding.code == code.id() && finding.path == place.path;
    let TagSelection::Tagged(list) = &rule.selection.tags else {
        return None;
    };
    if is_about(Code::ListIsAnd, &places.tags) {
        return Some(one_by_one(text, list, places));
    }
    let entries = list.entries().into_iter().zip(&places.entries);
    let mut starred = entries.filter(|(_, place)| is_about(Code::PrefixWithStar, place));
    Some(vec![vec![without_star(starred.next()?)?]])
}

/// The list with one of its entries, for each of them.
fn one_by_one(text: &str, list: &TagList, places: &RulePlaces) -> Vec<Vec<Edit>> {
    let starts = places.entries.iter().map(|place| place.span.start);
    let ends = places.entries.iter().map(|place| place.span.end);
    let all = Span::new(
        starts.min().unwrap_or_default(),
        ends.max().unwrap_or_default(),
    );
    let alone = |index: usize| {
        let Span { start, end } = places.entries.get(index)?.span;
        Some(vec![Edit {
            span: all,
            text: text.get(start..end)?.to_owned(),
        }])
    };
    narrower_first(list).into_iter().filter_map(alone).collect()
}

/// The places of the entries in an order in which each gets images: what
/// another one includes before that one, and of two that are the same the first.
fn narrower_first(list: &TagList) -> Vec<usize> {
    let images: Vec<Images> = Entry::of_list(list)
        .into_iter()
        .map(|entry| Images::WithTags(vec![entry]))
        .collect();
    let mut budget = Budget::new(STEPS);
    let mut is_within = |narrow: usize, wide: usize| {
        let (Some(narrow), Some(wide)) = (images.get(narrow), images.get(wide)) else {
            return false;
        };
        // What matches no tag is within everything, and no reason to reorder.
        let some = left_over(narrow, &[], &mut budget) != Ok(None);
        some && left_over(narrow, &[wide], &mut budget) == Ok(None)
    };
    let mut order: Vec<usize> = Vec::new();
    for entry in 0..images.len() {
        let wider = order.iter().position(|other| is_within(entry, *other));
        match wider {
            None => order.push(entry),
            Some(at) if order.get(at).is_some_and(|other| is_within(*other, entry)) => {}
            Some(at) => order.insert(at, entry),
        }
    }
    order
}

fn without_star((entry, place): (&str, &Place)) -> Option<Edit> {
    let prefix = entry.trim_end_matches('*');
    // A star inside means that a pattern was wanted: it is not for us to say which.
    let plain = !prefix.is_empty() && !prefix.contains('*');
    plain.then(|| Edit {
        span: place.span,
        text: super::super::json::quoted(prefix),
    })
}

/// The number after `"rulePriority":`.
fn priority(text: &str, places: &RulePlaces, number: u32) -> Option<Edit> {
    let Span { start, end } = places.priority;
    let property = text.get(start..end)?;
    let (_, value) = property.rsplit_once(':')?;
    Some(Edit {
        span: Span::new(end - value.trim_start().len(), end),
        text: number.to_string(),
    })
}

/// The white space before a rule, which goes before each that comes of it.
fn indentation(text: &str, rule: Span) -> &str {
    let before = text.get(..rule.start).unwrap_or_default();
    before.get(before.trim_end().len()..).unwrap_or_default()
}

/// A stretch of the text with some parts of it replaced.
fn rewritten(text: &str, within: Span, edits: impl IntoIterator<Item = Edit>) -> Option<String> {
    let mut edits: Vec<Edit> = edits.into_iter().collect();
    sorting::sort_by_key(&mut edits, |edit| (edit.span.start, 0));
    let mut rewritten = String::new();
    let mut done = within.start;
    for edit in edits {
        rewritten.push_str(text.get(done..edit.span.start)?);
        rewritten.push_str(&edit.text);
        done = edit.span.end;
    }
    rewritten.push_str(text.get(done..within.end)?);
    Some(rewritten)
}

//! Mending the text of a policy, where what was meant is plain.
//!
//! Only what a finding is about is rewritten: the rest of the text, with its
//! indentation and the order of its properties, stays as somebody wrote it.

use super::super::codes::Code;
use super::super::dialect::Dialect;
use super::super::places::{Place, RulePlaces};
use super::super::rule::{Rule, TagList, TagSelection};
use super::super::{Checked, read};
use crate::diagnostic::{Diagnostic, Span};

/// The text with those of `findings` mended that can be: a list becomes one rule
/// per entry (`list-is-and`), and a prefix loses the `*` at its end
/// (`prefix-with-star`). `checked` is what was read of the text.
///
/// Rules that come after get another `rulePriority` only where theirs is taken.
/// None where there is nothing to mend, and where ECR would not take what comes
/// of it, such as a policy of more than 50 rules. What is mended may have
/// findings that it had not before: ask again until there is nothing.
pub fn mend(text: &str, checked: &Checked, findings: &[Diagnostic]) -> Option<String> {
    let numbered = match checked.dialect? {
        Dialect::Ecr => true,
        // The order of the rules is their priority.
        Dialect::Awsx => false,
        // Its rules cannot have what is mended here.
        Dialect::Ecrane => return None,
        // Their strings would have to be written anew.
        Dialect::CloudFormation | Dialect::TerraformPlan => return None,
    };
    let rules = checked.policy.as_ref()?.rules().iter();
    let mut rules: Vec<(&Rule, &RulePlaces)> = rules.zip(&checked.places).collect();
    rules.sort_by_key(|(rule, _)| rule.priority);

    let mut edits = Vec::new();
    let mut expected = 0;
    let mut free = 1;
    for (rule, places) in rules {
        let bodies = bodies(text, rule, places, findings);
        expected += bodies.len();
        let first = free.max(rule.priority.get());
        free = first.saturating_add(u32::try_from(bodies.len()).ok()?);
        let moved = numbered && first != rule.priority.get();
        if bodies.len() == 1 && bodies.iter().all(Vec::is_empty) && !moved {
            continue;
        }
        let mut copies = Vec::new();
        for (body, number) in bodies.into_iter().zip(first..) {
            let number = numbered.then(|| priority(text, places, number)).flatten();
            copies.push(rewritten(
                text,
                places.rule.span,
                body.into_iter().chain(number),
            )?);
        }
        edits.push(Edit {
            span: places.rule.span,
            text: copies.join(&format!(",{}", indentation(text, places.rule.span))),
        });
    }
    if edits.is_empty() {
        return None;
    }
    let mended = rewritten(text, Span::new(0, text.len()), edits)?;
    let again = read(&mended, checked.dialect).policy?;
    (again.rules().len() == expected).then_some(mended)
}

/// Another text for a stretch.
struct Edit {
    span: Span,
    text: String,
}

/// What changes in a rule, for each rule that comes of it.
fn bodies(text: &str, rule: &Rule, places: &RulePlaces, findings: &[Diagnostic]) -> Vec<Vec<Edit>> {
    let is_about = |code: Code, place: &Place| {
        let mut findings = findings.iter();
        findings.any(|finding| finding.code == code.id() && finding.path == place.path)
    };
    let TagSelection::Tagged(list) = &rule.selection.tags else {
        return vec![Vec::new()];
    };
    if is_about(Code::ListIsAnd, &places.tags) {
        return one_by_one(text, list, places);
    }
    let entries = list.entries().into_iter().zip(&places.entries);
    let starred = entries.filter(|(_, place)| is_about(Code::PrefixWithStar, place));
    vec![starred.filter_map(without_star).collect()]
}

/// The list with one of its entries, for each of them.
fn one_by_one(text: &str, list: &TagList, places: &RulePlaces) -> Vec<Vec<Edit>> {
    let starts = places.entries.iter().map(|place| place.span.start);
    let ends = places.entries.iter().map(|place| place.span.end);
    let all = Span::new(
        starts.min().unwrap_or_default(),
        ends.max().unwrap_or_default(),
    );
    let entries = list.entries();
    let alone = |(index, place): (usize, &Place)| {
        let earlier = entries.get(..index).unwrap_or_default();
        let again = entries
            .get(index)
            .is_some_and(|entry| earlier.contains(entry));
        let entry = text.get(place.span.start..place.span.end)?;
        (!again).then(|| {
            vec![Edit {
                span: all,
                text: entry.to_owned(),
            }]
        })
    };
    places
        .entries
        .iter()
        .enumerate()
        .filter_map(alone)
        .collect()
}

fn without_star((entry, place): (&str, &Place)) -> Option<Edit> {
    let prefix = entry.trim_end_matches('*');
    // A star inside means that a pattern was wanted: it is not for us to say which.
    let plain = !prefix.is_empty() && !prefix.contains('*');
    plain.then(|| Edit {
        span: place.span,
        text: serde_json::Value::from(prefix).to_string(),
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
    edits.sort_by_key(|edit| edit.span.start);
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

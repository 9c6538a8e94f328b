//! Mending the text of a policy, where what was meant is plain.
//!
//! Only what a finding is about is rewritten: the rest of the text, with its
//! indentation and the order of its properties, stays as somebody wrote it.

use super::super::codes::Code;
use super::super::dialect::Dialect;
use super::super::fault::shown;
use super::super::language::{Budget, Entry, Images, left_over};
use super::super::places::{Place, RulePlaces};
use super::super::rule::{Policy, Rule, TagList, TagSelection};
use super::super::{Checked, read};
use super::{STEPS, lint};
use crate::diagnostic::{Diagnostic, Severity, Span};
use crate::sorting;

/// Why a finding is left as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotMended {
    /// The policy would have a fault.
    #[error("ECR would not take what comes of it: {0}")]
    Refused(String),
    /// One thing would be mended and another broken.
    #[error("what comes of it would have `{code}` at {path}: {message}")]
    Brings {
        /// What it would have.
        code: &'static str,
        /// Where it would stand.
        path: String,
        /// The words of that finding.
        message: String,
    },
    /// What the list selects then depends on what this entry was meant to be.
    #[error("no tag matches {0}: mend that first")]
    MatchesNothing(String),
    /// Nobody knows what is safe.
    #[error("its patterns overlap in too many ways to decide what is safe")]
    NotDecided,
}

/// The text with one finding of it mended: a list loses the entries that include
/// another, or else becomes one rule per entry (`list-is-and`), and a prefix
/// loses the `*` at its end (`prefix-with-star`). `checked` is what was read of
/// the text.
///
/// Rules that come after get another `rulePriority` only where theirs is taken.
/// A list without stars may be an AND, which is mended next: ask again until
/// there is nothing. None for a finding that only its author can mend.
///
/// # Errors
/// It cannot be known to be better: ECR would not take what comes of it, such as
/// a policy of more than 50 rules, or there would be a finding that was not there.
pub fn mend(
    text: &str,
    checked: &Checked,
    finding: &Diagnostic,
) -> Option<Result<String, NotMended>> {
    let numbered = numbers_its_rules(checked)?;
    let rules = rules(checked);
    let (about, bodies) = rules
        .iter()
        .enumerate()
        .find_map(|(index, (rule, places))| Some((index, bodies(text, rule, places, finding)?)))?;
    let bodies = match bodies {
        Ok(bodies) => bodies,
        Err(reason) => return Some(Err(reason)),
    };
    let copied = (rule_of(checked, finding), bodies.len());
    let mended = with_bodies(text, &rules, (about, bodies), numbered)?;
    let again = read(&mended, checked.dialect).for_repository(checked.mutability);
    let mut faults = again.diagnostics.iter();
    if let Some(fault) = faults.find(|it| it.severity == Severity::Error) {
        return Some(Err(NotMended::Refused(fault.message.clone())));
    }
    let new = brought(checked, &again, copied).find(|new| is_worse(finding, new));
    Some(match new {
        Some(new) => Err(NotMended::Brings {
            code: new.code,
            path: new.path.unwrap_or_default(),
            message: new.message,
        }),
        None => Ok(mended),
    })
}

/// The text with one rule once for each body, and as few others moved as can be.
fn with_bodies(
    text: &str,
    rules: &[(&Rule, &RulePlaces)],
    (about, bodies): (usize, Vec<Vec<Edit>>),
    numbered: bool,
) -> Option<String> {
    let mut bodies = Some(bodies);
    let mut edits = Vec::new();
    let mut free = 1;
    for (index, (rule, places)) in rules.iter().enumerate() {
        let mended = bodies.take_if(|_| index == about);
        let bodies = mended.unwrap_or_else(|| vec![Vec::new()]);
        let first = free.max(rule.priority.get());
        free = first.saturating_add(u32::try_from(bodies.len()).ok()?);
        let moved = numbered && first != rule.priority.get();
        if index == about || moved {
            edits.push(copies(text, places, bodies, numbered.then_some(first))?);
        }
    }
    rewritten(text, Span::new(0, text.len()), edits)
}

/// Whether what comes of mending one finding is a reason not to. Without its star
/// a rule has images for the first time, and so what is to be known of them.
fn is_worse(mended: &Diagnostic, new: &Diagnostic) -> bool {
    let probable_mistake = new.severity <= Severity::Warning && new.code != Code::ListIsAnd.id();
    probable_mistake || mended.code == Code::ListIsAnd.id()
}

/// What is found in the policy after and was not before in the rule that it is
/// in. Of one rule there may be several after.
fn brought(
    before: &Checked,
    after: &Checked,
    (copied, copies): (Option<usize>, usize),
) -> impl Iterator<Item = Diagnostic> {
    let origin = move |rule: usize| {
        let copy = rule.saturating_sub(copied.unwrap_or(rule));
        rule - copy.min(copies.saturating_sub(1))
    };
    let known: Vec<_> = lint(before)
        .iter()
        .map(|it| (it.code, it.severity, rule_of(before, it)))
        .collect();
    let found = lint(after).into_iter();
    found.filter(move |it| {
        let rule = rule_of(after, it).map(origin);
        // Of a rule that does nothing there are not to be several.
        let again = copies > 1 && rule == copied && it.code == Code::UnreachableRule.id();
        again || !known.contains(&(it.code, it.severity, rule))
    })
}

/// The rule that a finding is in, counted in the text.
fn rule_of(checked: &Checked, finding: &Diagnostic) -> Option<usize> {
    let path = finding.path.as_deref()?;
    let mut rules = checked.places.iter();
    rules.position(|places| places.rule.contains(path))
}

/// Whether [`mend`] knows something for this finding.
pub fn is_mendable(text: &str, checked: &Checked, finding: &Diagnostic) -> bool {
    let may_be = numbers_its_rules(checked).is_some();
    let known = [Code::ListIsAnd, Code::PrefixWithStar].map(Code::id);
    let may_be = may_be && known.contains(&finding.code);
    let mut rules = rules(checked).into_iter();
    may_be && rules.any(|(rule, places)| bodies(text, rule, places, finding).is_some())
}

/// Whether each rule selects the images that it selected before, whatever its
/// list says. Where that is not decided, no.
pub fn selects_as_before(before: &Policy, after: &Policy) -> bool {
    let images = |policy: &Policy| -> Vec<Images> {
        let rules = policy.by_priority().into_iter();
        rules.map(|rule| Images::of(&rule.selection.tags)).collect()
    };
    let (before, after) = (images(before), images(after));
    let mut budget = Budget::new(STEPS);
    let mut is_within =
        |one: &Images, other: &Images| left_over(one, &[other], &mut budget) == Ok(None);
    let mut pairs = before.iter().zip(&after);
    before.len() == after.len()
        && pairs.all(|(before, after)| is_within(before, after) && is_within(after, before))
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
) -> Option<Result<Vec<Vec<Edit>>, NotMended>> {
    let is_about =
        |code: Code, place: &Place| finding.code == code.id() && finding.path == place.path;
    let TagSelection::Tagged(list) = &rule.selection.tags else {
        return None;
    };
    if is_about(Code::ListIsAnd, &places.tags) {
        return narrowest(list, STEPS)
            .map(|narrowest| lists(text, places, &narrowest))
            .transpose();
    }
    let entries = list.entries().into_iter().zip(&places.entries);
    let mut starred = entries.filter(|(_, place)| is_about(Code::PrefixWithStar, place));
    Some(Ok(vec![vec![without_star(starred.next()?)?]]))
}

/// The list with these entries alone, or with one of them for each if they are
/// all that it has.
fn lists(text: &str, places: &RulePlaces, kept: &[usize]) -> Option<Vec<Vec<Edit>>> {
    let spans: Vec<Span> = places.entries.iter().map(|place| place.span).collect();
    let (first, last) = (spans.first()?, spans.last()?);
    let between = text.get(first.end..spans.get(1)?.start)?;
    let entries = kept.iter().map(|index| {
        let span = spans.get(*index)?;
        text.get(span.start..span.end)
    });
    let entries: Vec<&str> = entries.collect::<Option<_>>()?;
    let list = |text: String| {
        let span = Span::new(first.start, last.end);
        vec![Edit { span, text }]
    };
    Some(match entries.len() == spans.len() {
        true => entries.into_iter().map(|it| list(it.to_owned())).collect(),
        false => vec![list(entries.join(between))],
    })
}

/// The places of the entries that include no other one, and of two that are the
/// same the first: an image with the narrower has the wider anyway.
pub(super) fn narrowest(list: &TagList, steps: usize) -> Result<Vec<usize>, NotMended> {
    let mut budget = Budget::new(steps);
    let mut kept: Vec<(usize, Images)> = Vec::new();
    for (index, (entry, text)) in Entry::of_list(list)
        .into_iter()
        .zip(list.entries())
        .enumerate()
    {
        let entry = Images::WithTags(vec![entry]);
        let mut is_within = |narrow: &Images, wide: &[&Images]| {
            let left = left_over(narrow, wide, &mut budget);
            left.map(|left| left.is_none())
                .map_err(|_| NotMended::NotDecided)
        };
        if is_within(&entry, &[])? {
            return Err(NotMended::MatchesNothing(shown(text)));
        }
        let mut includes = false;
        let mut narrower = Vec::new();
        for (index, other) in kept {
            includes = includes || is_within(&other, &[&entry])?;
            if includes || !is_within(&entry, &[&other])? {
                narrower.push((index, other));
            }
        }
        kept = narrower;
        if !includes {
            kept.push((index, entry));
        }
    }
    Ok(kept.into_iter().map(|(index, _)| index).collect())
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

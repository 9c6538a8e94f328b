//! What ECR accepts and its author probably does not mean.
//!
//! A lint here needs nothing but the policy. It is a warning where the policy
//! most likely does something else than was meant, and else advice: what to
//! know about a policy that may well be right.

mod archive;
mod description;
mod help;
mod images;
mod loss;
mod mend;
mod order;
mod tags;
mod untagged;

#[cfg(test)]
mod tests;

pub use mend::{NotMended, is_mendable, mend, selects_as_before};

use super::codes::Code;
use super::evaluate::Verdicts;
use super::language::{Budget, Images};
use super::places::{Place, RulePlaces};
use super::rule::{Action, CountType, Rule, StorageClass, TagList};
use super::{Checked, Dialect, Policy, phrase};
use crate::diagnostic::{Diagnostic, Label, Severity, in_text_order};
use crate::repository::TagMutability;
use crate::sorting;

/// How many steps the questions about tag languages may take for one policy.
/// Policies in public use need some thousands.
const STEPS: usize = 2_000_000;

/// A hundred years, in days. ECR is there since 2015: a limit of ten or twenty
/// years is reached.
const CENTURY: u32 = 36_500;

/// Everything about a policy that is accepted and questionable, in the order of
/// the text. Nothing where there is no policy: its errors come first.
///
/// Not in here are the lints that need the images of a repository: see
/// [`Checked::with_image_lints`].
pub fn lint(checked: &Checked) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let embedded = checked.embedded.iter();
    let embedded = embedded.map(|it| {
        let mutability = it.mutability.or(checked.mutability);
        (&it.policy, &it.places, mutability)
    });
    let alone = (&checked.policy, &checked.places, checked.mutability);
    // One that is embedded alone is there twice.
    let alone = checked.embedded.is_empty().then_some(alone);
    for (policy, places, mutability) in embedded.chain(alone) {
        if let Some(policy) = policy {
            lint_policy(policy, places, mutability, &mut found);
        }
    }
    // Who writes `all-of` has said what the list means.
    if checked.dialect == Some(Dialect::Ecrane) {
        found.retain(|diagnostic| diagnostic.code != Code::ListIsAnd.id());
    }
    if let Some(dialect) = checked.dialect {
        for diagnostic in &mut found {
            let help = help::in_dialect(dialect, diagnostic.code).map(str::to_owned);
            diagnostic.help = help.or(diagnostic.help.take());
        }
    }
    in_text_order(&mut found);
    found
}

fn lint_policy(
    policy: &Policy,
    places: &[RulePlaces],
    mutability: Option<TagMutability>,
    found: &mut Vec<Diagnostic>,
) {
    let rules = placed(policy, places);
    let mut budget = Budget::new(STEPS);
    tags::lint(&rules, &mut budget, found);
    untagged::lint(&rules, found);
    loss::lint(&rules, &mut budget, found);
    archive::lint(&rules, &mut budget, found);
    description::lint(&rules, found);
    if mutability == Some(TagMutability::Immutable) {
        found.extend(loss::cache_immutable(&rules));
    }
    // The only questions that can use up the budget: last, to leave the others
    // theirs.
    order::lint(&rules, &mut budget, found);
}

/// What is questionable about a policy on given images: rules that select or
/// remove none of them. The verdicts are those of this policy.
pub fn lint_images(checked: &Checked, verdicts: &Verdicts<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if let Some(policy) = &checked.policy {
        images::lint(&placed(policy, &checked.places), verdicts, &mut found);
    }
    found
}

/// The rules with their places, the first applied first.
fn placed<'p>(policy: &'p Policy, places: &[RulePlaces]) -> Vec<Placed<'p>> {
    let places = places.iter().cloned();
    let places = places.chain(std::iter::repeat_with(RulePlaces::default));
    let rules = policy.rules().iter().zip(places);
    let mut rules: Vec<Placed<'_>> = rules.map(Placed::new).collect();
    sorting::sort_by_key(&mut rules, |placed| (placed.rule.priority.place(), 0));
    rules
}

/// A rule with its images and its place in the text.
struct Placed<'p> {
    rule: &'p Rule,
    images: Images,
    places: RulePlaces,
}

impl<'p> Placed<'p> {
    fn new((rule, places): (&'p Rule, RulePlaces)) -> Self {
        let images = Images::of(&rule.selection.tags);
        Self {
            rule,
            images,
            places,
        }
    }

    fn class(&self) -> StorageClass {
        self.rule.selection.count_type.storage_class()
    }

    fn number(&self) -> u32 {
        self.rule.selection.count_number.get()
    }

    fn counts_images(&self) -> bool {
        self.rule.selection.count_type == CountType::ImageCountMoreThan
    }

    fn expires(&self) -> bool {
        self.rule.action == Action::Expire
    }

    /// Whether nothing that it claims ever goes: it keeps all, it counts to more
    /// than the one image it can select, or it wants so many years that nobody
    /// asks what becomes of the images.
    fn protects(&self) -> bool {
        let never = if self.counts_images() {
            self.selects_one_at_most()
        } else {
            self.number() >= CENTURY
        };
        never || phrase::keeps_all(self.rule)
    }

    /// Whether it wants a tag by its whole name: only one image has that.
    fn selects_one_at_most(&self) -> bool {
        let super::TagSelection::Tagged(TagList::Patterns(patterns)) = &self.rule.selection.tags
        else {
            return false;
        };
        let mut patterns = patterns.iter();
        patterns.any(|pattern| !pattern.as_str().contains('*'))
    }

    fn name(&self) -> String {
        phrase::name(self.rule)
    }

    /// The literal text of each entry of its list, without stars, in lower case.
    fn words(&self) -> Vec<String> {
        let super::TagSelection::Tagged(list) = &self.rule.selection.tags else {
            return Vec::new();
        };
        let entries = list.entries().into_iter();
        let words = entries.map(|entry| entry.trim_matches('*').to_ascii_lowercase());
        words.collect()
    }
}

/// The rules of one storage class, the first applied first.
fn of_class<'r, 'p>(rules: &'r [Placed<'p>], class: StorageClass) -> Vec<&'r Placed<'p>> {
    rules.iter().filter(|rule| rule.class() == class).collect()
}

/// The rule that claims a standard image with these tags.
fn claimer<'r, 'p>(rules: &'r [Placed<'p>], tags: &[&str]) -> Option<&'r Placed<'p>> {
    let mut rules = rules.iter();
    rules.find(|rule| rule.class() == StorageClass::Standard && rule.images.include(tags))
}

fn finding(
    severity: Severity,
    code: Code,
    place: &Place,
    message: String,
    help: &str,
) -> Diagnostic {
    Diagnostic {
        code: code.id(),
        severity,
        message,
        span: place.span,
        labels: Vec::new(),
        help: Some(help.to_owned()),
        path: place.path.clone(),
    }
}

/// A probable mistake.
fn warning(code: Code, place: &Place, message: String, help: &str) -> Diagnostic {
    finding(Severity::Warning, code, place, message, help)
}

/// Good to know.
fn advice(code: Code, place: &Place, message: String, help: &str) -> Diagnostic {
    finding(Severity::Info, code, place, message, help)
}

/// Points at the rules that a finding is about, too.
fn pointing_at(mut diagnostic: Diagnostic, rules: &[&Placed<'_>]) -> Diagnostic {
    diagnostic.labels = rules
        .iter()
        .map(|rule| Label {
            span: rule.places.tags.span,
            text: rule.name(),
        })
        .collect();
    diagnostic
}

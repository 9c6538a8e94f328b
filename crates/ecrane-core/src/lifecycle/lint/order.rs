//! Rules that take images from one another.

use super::super::codes::Code;
use super::super::language::{Budget, Images, NotDecided, both_claim, left_over, one_tag_each};
use super::super::phrase;
use super::super::rule::{Rule, StorageClass};
use super::{Placed, advice, claimer, of_class, pointing_at, warning};
use crate::diagnostic::Diagnostic;
use crate::sorting;

pub(super) fn lint(rules: &[Placed<'_>], budget: &mut Budget, found: &mut Vec<Diagnostic>) {
    let examples: Vec<Option<Vec<String>>> = rules
        .iter()
        .map(|rule| example(&rule.images, budget))
        .collect();
    let of = |rule| drags(rule, rules, &examples);
    found.extend(rules.iter().zip(&examples).filter_map(of));
    for class in [StorageClass::Standard, StorageClass::Archive] {
        let rules = of_class(rules, class);
        for (index, rule) in rules.iter().enumerate().skip(1) {
            // What selects nothing is told by `never-matches`.
            if selects_nothing(&rule.images, budget) == Ok(true) {
                continue;
            }
            let earlier = rules.get(..index).unwrap_or_default();
            found.extend(shadowed(rule, earlier, budget));
        }
    }
}

/// The tags of an image that a rule for some tags selects.
fn example(images: &Images, budget: &mut Budget) -> Option<Vec<String>> {
    match images {
        Images::WithTags(entries) => one_tag_each(entries, budget).ok().flatten(),
        Images::Any | Images::Untagged => None,
    }
}

fn selects_nothing(images: &Images, budget: &mut Budget) -> Result<bool, NotDecided> {
    match images {
        Images::WithTags(entries) => Ok(one_tag_each(entries, budget)?.is_none()),
        Images::Any | Images::Untagged => Ok(false),
    }
}

fn shadowed(rule: &Placed<'_>, earlier: &[&Placed<'_>], budget: &mut Budget) -> Option<Diagnostic> {
    match leaves_nothing(rule, earlier, budget) {
        Ok(true) => Some(unreachable_rule(rule, earlier, budget)),
        Ok(false) => partly_shadowed(rule, earlier, budget),
        Err(NotDecided) => Some(advice(
            Code::UnreachableRule,
            &rule.places.tags,
            "whether earlier rules claim everything that this one selects was not decided: their patterns overlap in too many ways".to_owned(),
            "patterns with fewer `*` are easier to decide, for people too",
        )),
    }
}

fn leaves_nothing(
    rule: &Placed<'_>,
    earlier: &[&Placed<'_>],
    budget: &mut Budget,
) -> Result<bool, NotDecided> {
    let others: Vec<&Images> = earlier.iter().map(|other| &other.images).collect();
    Ok(left_over(&rule.images, &others, budget)?.is_none())
}

fn unreachable_rule(rule: &Placed<'_>, earlier: &[&Placed<'_>], budget: &mut Budget) -> Diagnostic {
    let takers = takers(rule, earlier, budget);
    let claim = if takers.len() == 1 {
        "claims"
    } else {
        "together claim"
    };
    let names = phrase::names(&rules_of(&takers));
    let message = format!("no image gets to this rule: {names} {claim} everything that it selects");
    let help =
        format!("apply it before {names}, or remove it: a rule that gets no image does nothing");
    let finding = warning(Code::UnreachableRule, &rule.places.tags, message, &help);
    pointing_at(finding, &takers)
}

/// As few of the earlier rules as leave nothing.
fn takers<'r, 'p>(
    rule: &Placed<'_>,
    earlier: &[&'r Placed<'p>],
    budget: &mut Budget,
) -> Vec<&'r Placed<'p>> {
    let mut takers = earlier.to_vec();
    // The earliest are tried last, so that they are the ones that stay.
    for index in (0..earlier.len()).rev() {
        let mut fewer = takers.clone();
        fewer.remove(index);
        if leaves_nothing(rule, &fewer, budget) == Ok(true) {
            takers = fewer;
        }
    }
    takers
}

fn rules_of<'p>(placed: &[&Placed<'p>]) -> Vec<&'p Rule> {
    placed.iter().map(|placed| placed.rule).collect()
}

/// Earlier rules that claim some of what this one selects. A rule for all that
/// is left is meant to come after others.
fn partly_shadowed(
    rule: &Placed<'_>,
    earlier: &[&Placed<'_>],
    budget: &mut Budget,
) -> Option<Diagnostic> {
    if rule.images.is_catch_all() {
        return None;
    }
    let mut witness = None;
    let mut takers = Vec::new();
    for other in earlier {
        let shared = shared_image(&rule.images, &other.images, budget)
            .ok()
            .flatten();
        if let Some(tags) = shared {
            witness.get_or_insert(tags);
            takers.push(*other);
        }
    }
    let claim = if takers.len() == 1 { "claims" } else { "claim" };
    let names = phrase::names(&rules_of(&takers));
    let message = format!(
        "{names} {claim} part of what this rule selects, such as {}",
        phrase::image_tagged(&witness?)
    );
    let help = "this rule counts such an image, and never removes it: the first rule that selects an image decides";
    let finding = advice(Code::PartlyShadowed, &rule.places.tags, message, help);
    Some(pointing_at(finding, &takers))
}

fn shared_image(
    images: &Images,
    others: &Images,
    budget: &mut Budget,
) -> Result<Option<Vec<String>>, NotDecided> {
    match (images, others) {
        (Images::WithTags(entries), Images::WithTags(others)) => {
            both_claim(entries, others, budget)
        }
        _ => Ok(None),
    }
}

/// A rule that removes early, before one that keeps long: an image with the tags
/// of both goes by the first.
fn drags(
    (rule, short_lived): (&Placed<'_>, &Option<Vec<String>>),
    rules: &[Placed<'_>],
    examples: &[Option<Vec<String>>],
) -> Option<Diagnostic> {
    let short_lived = short_lived.as_deref().filter(|_| !rule.protects())?;
    let mut later = rules
        .iter()
        .zip(examples)
        .filter(|(other, _)| other.rule.priority > rule.rule.priority && keeps_longer(other, rule));
    let (longer, tags) = later.find_map(|(other, long_lived)| {
        let tags = short_lived.iter().chain(long_lived.iter().flatten());
        let image: Vec<&str> = tags.map(String::as_str).collect();
        let first = claimer(rules, &image)?;
        let drags = long_lived.is_some() && first.rule.priority == rule.rule.priority;
        drags.then(|| (other, sorting::sorted(&image)))
    })?;
    let tags: Vec<String> = tags.into_iter().map(str::to_owned).collect();
    let message = format!(
        "{} {} by this rule, though {} would keep it longer",
        phrase::image_tagged(&tags),
        if rule.expires() {
            "is expired"
        } else {
            "is archived"
        },
        longer.name()
    );
    let help =
        "a rule that is to keep an image must be applied first: give it the lower `rulePriority`";
    let finding = advice(Code::ShortLivedTagDrags, &rule.places.tags, message, help);
    Some(pointing_at(finding, &[longer]))
}

fn keeps_longer(other: &Placed<'_>, rule: &Placed<'_>) -> bool {
    let same_type = other.rule.selection.count_type == rule.rule.selection.count_type;
    let standard = other.class() == StorageClass::Standard && rule.class() == other.class();
    standard && (other.protects() || (same_type && other.number() > rule.number()))
}

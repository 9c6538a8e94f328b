//! Images that somebody needs and a rule may take.

use super::super::codes::Code;
use super::super::language::{Budget, Images, one_tag_each};
use super::super::phrase;
use super::super::rule::{CountType, StorageClass};
use super::{Placed, advice, claimer, of_class, warning};
use crate::diagnostic::Diagnostic;
use crate::sorting;

/// How tags begin that a deployment uses.
const DEPLOYED: &[&str] = &[
    "deploy", "latest", "live", "main", "master", "prod", "release", "stable",
];
/// How tags begin that an image gets when it is promoted.
const PROMOTED: &[&str] = &[
    "deploy", "live", "prod", "qa", "release", "stable", "stage", "staging", "uat",
];
/// Usual tags of a build cache.
const CACHES: &[&str] = &["buildcache", "build-cache", "cache"];

pub(super) fn lint(rules: &[Placed<'_>], budget: &mut Budget, found: &mut Vec<Diagnostic>) {
    let standard = of_class(rules, StorageClass::Standard);
    for (index, rule) in standard.iter().enumerate() {
        let earlier = standard.get(..index).unwrap_or_default();
        found.extend(no_floor(rule, earlier));
    }
    // It is the same for every rule, so it is told once.
    found.extend(standard.iter().find_map(|rule| retag_keeps_age(rule)));
    found.extend(latest_at_risk(rules, budget));
    found.extend(cache_tag_expires(rules));
}

fn no_floor(rule: &Placed<'_>, earlier: &[&Placed<'_>]) -> Option<Diagnostic> {
    // What is pulled is in use: only the unused goes.
    if rule.rule.selection.count_type != CountType::SinceImagePushed || rule.protects() {
        return None;
    }
    let floor = |other: &&Placed<'_>| {
        let selects_some = match &other.images {
            Images::Any => true,
            Images::Untagged => false,
            // A list of two hardly selects anything.
            Images::WithTags(entries) => entries.len() == 1,
        };
        selects_some && (other.counts_images() || other.protects())
    };
    let goes = if rule.expires() {
        "expired"
    } else {
        "archived"
    };
    let days = phrase::days(rule.number());
    let help =
        "a rule applied before it with `imageCountMoreThan` keeps the newest that it selects";
    if rule.images.is_catch_all() {
        if earlier.iter().any(floor) {
            return None;
        }
        let everything = everything_left(rule, earlier);
        let keeps_some = |other: &&Placed<'_>| other.counts_images() || other.protects();
        let no_rule = if earlier.iter().any(keeps_some) {
            ""
        } else {
            ": no rule keeps the newest images"
        };
        let message = format!(
            "{days} after the last push {everything} is {goes}, also what is in use{no_rule}"
        );
        let report = if rule.expires() { warning } else { advice };
        return Some(report(Code::NoFloor, &rule.places.count, message, help));
    }
    if !begins_with_one_of(rule, DEPLOYED) {
        return None;
    }
    let message = format!(
        "{days} after the last push all {} are {goes}, also what is in use",
        phrase::images(rule.rule)
    );
    Some(advice(Code::NoFloor, &rule.places.count, message, help))
}

/// What a rule for everything gets.
fn everything_left(rule: &Placed<'_>, earlier: &[&Placed<'_>]) -> &'static str {
    let tagged = matches!(rule.images, Images::WithTags(_));
    let shares = |other: &&Placed<'_>| !tagged || !matches!(other.images, Images::Untagged);
    match (tagged, earlier.iter().any(shares)) {
        (false, false) => "everything",
        (false, true) => "everything that no earlier rule claims",
        (true, false) => "every tagged image",
        (true, true) => "every tagged image that no earlier rule claims",
    }
}

fn begins_with_one_of(rule: &Placed<'_>, words: &[&str]) -> bool {
    let known = |entry: &String| words.iter().any(|word| entry.starts_with(word));
    rule.words().iter().any(known)
}

fn retag_keeps_age(rule: &Placed<'_>) -> Option<Diagnostic> {
    let by_push =
        rule.counts_images() || rule.rule.selection.count_type == CountType::SinceImagePushed;
    if !by_push || rule.protects() || !begins_with_one_of(rule, PROMOTED) {
        return None;
    }
    let message = if rule.counts_images() {
        "newest means last pushed: an image that is promoted by giving it this tag keeps its push time, and may be the first to go"
    } else {
        "the days run from the push: an image that is promoted by giving it this tag does not start anew"
    };
    let help = "leave room in the number for the age that an image has when it is promoted";
    let code = Code::RetagKeepsAge;
    Some(advice(code, &rule.places.count, message.to_owned(), help))
}

fn latest_at_risk(rules: &[Placed<'_>], budget: &mut Budget) -> Option<Diagnostic> {
    // Who names it elsewhere meant that rule for it.
    let named = |other: &Placed<'_>| other.words().iter().any(|word| word == "latest");
    let (rule, image) = match claimer(rules, &["latest"])? {
        // A rule for everything does not know `latest` from any other image.
        rule if !rule.protects() && rule.images.is_catch_all() => (
            rule,
            "an image in use, such as the one tagged `latest`,".to_owned(),
        ),
        rule if !rule.protects() => (rule, "the image tagged `latest`".to_owned()),
        rule if named(rule) => {
            let (taker, tags) = taker_by_another_tag(rules, rule, "latest", budget)?;
            (taker, phrase::image_tagged(&tags))
        }
        _ => return None,
    };
    let message = format!("{image} {}", phrase::fate(rule.rule));
    let help = "to keep it whatever happens, apply this first: `\"tagPatternList\": [\"latest\"]` with `imageCountMoreThan` 1";
    let elsewhere = !named(rule) && rules.iter().any(named);
    let report = if elsewhere { warning } else { advice };
    Some(report(Code::LatestAtRisk, &rule.places.tags, message, help))
}

/// A rule before the one that keeps `tag`, which takes the image where it has
/// some other tag too; with the tags of such an image.
fn taker_by_another_tag<'r, 'p>(
    rules: &'r [Placed<'p>],
    keeper: &Placed<'_>,
    tag: &str,
    budget: &mut Budget,
) -> Option<(&'r Placed<'p>, Vec<String>)> {
    let earlier = |rule: &&Placed<'_>| rule.rule.priority < keeper.rule.priority;
    rules.iter().filter(earlier).find_map(|rule| {
        let Images::WithTags(entries) = &rule.images else {
            return None;
        };
        let tags = one_tag_each(entries, budget).ok().flatten()?;
        let image: Vec<&str> = tags.iter().map(String::as_str).chain([tag]).collect();
        let image = sorting::sorted(&image);
        let first = claimer(rules, &image)?;
        let takes = first.rule.priority == rule.rule.priority && !rule.protects();
        let owned = |tags: Vec<&str>| tags.into_iter().map(str::to_owned).collect();
        takes.then(|| (rule, owned(image)))
    })
}

fn cache_tag_expires(rules: &[Placed<'_>]) -> Option<Diagnostic> {
    let mut taken = CACHES.iter();
    let (tag, rule) = taken.find_map(|tag| {
        let rule = claimer(rules, &[tag])?;
        (!rule.protects()).then_some((tag, rule))
    })?;
    let message = format!(
        "a build cache kept under the tag `{tag}` {}",
        phrase::fate(rule.rule)
    );
    let help = "if builds keep their cache in this repository, apply a rule for its tag first that removes nothing, or keep the cache in a repository of its own";
    let code = Code::CacheTagExpires;
    Some(advice(code, &rule.places.tags, message, help))
}

/// Where tags are immutable: a rule that is for a build cache by its name.
pub(super) fn cache_immutable(rules: &[Placed<'_>]) -> Option<Diagnostic> {
    let rule = rules.iter().find(|rule| begins_with_one_of(rule, CACHES))?;
    let message = format!(
        "tags of this repository are immutable, and a build cache is exported to the same tag again and again: only the first export of {} succeeds",
        phrase::images(rule.rule)
    );
    let help = "keep the cache in a repository of its own with mutable tags, or exclude its tags from immutability";
    let code = Code::CacheImmutable;
    Some(warning(code, &rule.places.tags, message, help))
}

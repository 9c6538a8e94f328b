//! Images without a tag: what is left of a tag that moved on, and the children
//! of multi-platform images.

use super::super::codes::Code;
use super::super::phrase::counted;
use super::super::rule::{StorageClass, TagSelection};
use super::{Placed, advice, of_class};
use crate::diagnostic::Diagnostic;

/// So few images are soon outrun by rebuilds of one tag.
const FEW: u32 = 10;

pub(super) fn lint(rules: &[Placed<'_>], found: &mut Vec<Diagnostic>) {
    let standard = of_class(rules, StorageClass::Standard);
    for (index, rule) in standard.iter().enumerate() {
        let earlier = standard.get(..index).unwrap_or_default();
        found.extend(any_counts_children(rule, earlier));
        found.extend(untagged_count_kills_rollback(rule));
    }
    found.extend(untagged_keeps_children(&standard));
    found.extend(no_untagged_rule(&standard));
}

fn is_untagged(rule: &Placed<'_>) -> bool {
    rule.rule.selection.tags == TagSelection::Untagged
}

fn any_counts_children(rule: &Placed<'_>, earlier: &[&Placed<'_>]) -> Option<Diagnostic> {
    let tagged = matches!(rule.rule.selection.tags, TagSelection::Tagged(_));
    if tagged || !rule.counts_images() || rule.protects() {
        return None;
    }
    let images = counted(rule.number(), "image");
    let builds = counted(rule.number(), "build");
    let claimed = if is_untagged(rule) || earlier.iter().all(|rule| is_untagged(rule)) {
        ""
    } else {
        ". What earlier rules claim is counted too: when that is newer, all that is left to this rule goes"
    };
    let message = format!(
        "each platform of a multi-platform image is counted here, and so is each signature or attestation stored as an image: {images} can be less than {builds}{claimed}"
    );
    let help = "count tagged images with `tagPatternList`, or choose a number for all that one build pushes";
    Some(advice(
        Code::AnyCountsChildren,
        &rule.places.count,
        message,
        help,
    ))
}

fn untagged_count_kills_rollback(rule: &Placed<'_>) -> Option<Diagnostic> {
    if !is_untagged(rule) || !rule.counts_images() || rule.number() > FEW {
        return None;
    }
    let stay = match rule.number() {
        1 => "image stays".to_owned(),
        number => format!("{number} stay"),
    };
    let message = format!(
        "of the images that a moved tag leaves behind only the newest {stay}, also where an older one is deployed, or rolled back to, by its digest"
    );
    let help = "count days instead: `sinceImagePushed` with as many as you may want to go back";
    let code = Code::UntaggedCountKillsRollback;
    Some(advice(code, &rule.places.count, message, help))
}

fn untagged_keeps_children(standard: &[&Placed<'_>]) -> Option<Diagnostic> {
    // For a count, `any-counts-children` tells of the children.
    let by_age = |rule: &&&Placed<'_>| is_untagged(rule) && !rule.counts_images();
    let rule = standard.iter().find(by_age)?;
    let indexes_go = |rule: &&Placed<'_>| !is_untagged(rule) && !rule.protects();
    if rule.protects() || standard.iter().any(indexes_go) {
        return None;
    }
    let message = "the untagged children of a multi-platform image stay as long as its index, and no rule removes images with a tag";
    let help = "this is right where all images with a tag are to stay; else add a rule for them";
    let code = Code::UntaggedKeepsChildren;
    Some(advice(code, &rule.places.tags, message.to_owned(), help))
}

fn no_untagged_rule(standard: &[&Placed<'_>]) -> Option<Diagnostic> {
    let last = standard.last()?;
    if standard.iter().any(|rule| rule.images.include(&[])) {
        return None;
    }
    let message = "no rule selects images without a tag: what a moved tag leaves behind piles up";
    let help = "add a rule with `\"tagStatus\": \"untagged\"` and `sinceImagePushed`";
    let code = Code::NoUntaggedRule;
    Some(advice(code, &last.places.tags, message.to_owned(), help))
}

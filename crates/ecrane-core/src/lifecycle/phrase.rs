//! Rules in words: one place, so that a finding and an explanation say the
//! same of a rule.

use super::fault::shown;
use super::rule::{Action, CountType, Rule, StorageClass, TagList, TagSelection};

/// `rule 2`, by its `rulePriority`.
pub(super) fn name(rule: &Rule) -> String {
    format!("rule {}", rule.priority)
}

/// `rule 2 (prod*)`, by its `rulePriority` and its tags.
pub(super) fn title(rule: &Rule) -> String {
    let tags = match &rule.selection.tags {
        TagSelection::Any => "any".to_owned(),
        TagSelection::Untagged => "untagged".to_owned(),
        TagSelection::Tagged(TagList::Prefixes(prefixes)) => {
            joined(prefixes.iter().map(|it| (it.as_str(), "*")))
        }
        TagSelection::Tagged(TagList::Patterns(patterns)) => {
            joined(patterns.iter().map(|it| (it.as_str(), "")))
        }
    };
    format!("{} ({tags})", name(rule))
}

fn joined<'a>(entries: impl Iterator<Item = (&'a str, &'static str)>) -> String {
    let entries = entries.map(|(entry, end)| {
        let visible: String = entry.chars().flat_map(char::escape_debug).collect();
        visible + end
    });
    entries.collect::<Vec<_>>().join(" and ")
}

/// `rule 1`, `rules 1 and 3`.
pub(super) fn names(rules: &[&Rule]) -> String {
    let numbers: Vec<String> = rules.iter().map(|rule| rule.priority.to_string()).collect();
    match numbers.split_last() {
        Some((last, [])) => format!("rule {last}"),
        Some((last, rest)) => format!("rules {} and {last}", rest.join(", ")),
        None => "no rule".to_owned(),
    }
}

/// The images that a rule selects: `images with a tag that begins with `v``.
pub(super) fn images(rule: &Rule) -> String {
    let archived = match rule.selection.count_type.storage_class() {
        StorageClass::Standard => "",
        StorageClass::Archive => "archived ",
    };
    match &rule.selection.tags {
        TagSelection::Any => format!("all {archived}images"),
        TagSelection::Untagged => format!("{archived}images without a tag"),
        TagSelection::Tagged(list) => {
            let entries = entries(list);
            format!("{archived}images with {}", entries.join(" and with "))
        }
    }
}

/// What each entry of a list wants: `a tag that begins with `v``.
pub(super) fn entries(list: &TagList) -> Vec<String> {
    match list {
        TagList::Prefixes(prefixes) => prefixes
            .iter()
            .map(|prefix| format!("a tag that begins with {}", shown(prefix.as_str())))
            .collect(),
        TagList::Patterns(patterns) => patterns
            .iter()
            .map(|pattern| tag_like(pattern.as_str()))
            .collect(),
    }
}

fn tag_like(pattern: &str) -> String {
    let parts: Vec<&str> = pattern.split('*').collect();
    match parts.as_slice() {
        [_, _, ..] if pattern.trim_matches('*').is_empty() => "any tag".to_owned(),
        [tag] => format!("the tag {}", shown(tag)),
        [start, ""] => format!("a tag that begins with {}", shown(start)),
        ["", end] => format!("a tag that ends with {}", shown(end)),
        ["", middle, ""] => format!("a tag that contains {}", shown(middle)),
        _ => format!("a tag like {}", shown(pattern)),
    }
}

/// What happens to an image that the rule claims, and when: `is expired once it
/// was pushed more than 14 days ago`.
pub(super) fn fate(rule: &Rule) -> String {
    let verb = match rule.action {
        Action::Expire => "is expired",
        Action::Transition => "is archived",
    };
    let number = rule.selection.count_number.get();
    let since = |event: &str| format!("{verb} once it was {event} more than {} ago", days(number));
    match rule.selection.count_type {
        CountType::ImageCountMoreThan => {
            let newer = match number {
                1 => "a newer image is".to_owned(),
                _ => format!("{number} newer images are"),
            };
            format!("{verb} once {newer} among those the rule selects")
        }
        CountType::SinceImagePushed => since("pushed"),
        CountType::SinceImagePulled => since("last pulled"),
        CountType::SinceImageTransitioned => since("archived"),
    }
}

/// `1 day`, `14 days`.
pub(super) fn days(number: u32) -> String {
    counted(number, "day")
}

/// `1 image`, `10 images`.
pub(super) fn counted(number: u32, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}s"),
    }
}

/// An image by its tags: `an image tagged `a` and `b``.
pub(super) fn image_tagged(tags: &[String]) -> String {
    let tags: Vec<String> = tags.iter().map(|tag| shown(tag)).collect();
    match tags.as_slice() {
        [] => "an image without a tag".to_owned(),
        _ => format!("an image tagged {}", tags.join(" and ")),
    }
}

/// What a rule does with what it selects, all of it: `all but the newest 10 are
/// expired`.
pub(super) fn outcome(rule: &Rule) -> String {
    let done = match rule.action {
        Action::Expire => "expired",
        Action::Transition => "archived",
    };
    let number = rule.selection.count_number.get();
    let since = |event: &str| {
        format!(
            "each is {done} once it was {event} more than {} ago",
            days(number)
        )
    };
    match (rule.selection.count_type, number) {
        _ if keeps_all(rule) => "all of them stay".to_owned(),
        (CountType::ImageCountMoreThan, 1) => format!("all but the newest one are {done}"),
        (CountType::ImageCountMoreThan, _) => format!("all but the newest {number} are {done}"),
        (CountType::SinceImagePushed, _) => since("pushed"),
        (CountType::SinceImagePulled, _) => since("last pulled"),
        (CountType::SinceImageTransitioned, _) => since("archived"),
    }
}

/// More images than a repository can hold: a rule that keeps as many keeps all.
/// Source: "Amazon ECR service quotas", images per repository.
const MOST_IMAGES: u32 = 100_000;

/// Whether a rule keeps all that it claims, however much that is. A rule by age
/// does not: every image gets as old one day.
pub(super) fn keeps_all(rule: &Rule) -> bool {
    let counts_images = rule.selection.count_type == CountType::ImageCountMoreThan;
    counts_images && rule.selection.count_number.get() >= MOST_IMAGES
}

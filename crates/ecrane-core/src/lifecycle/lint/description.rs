//! Descriptions that name another number than the rule has.

use super::super::codes::Code;
use super::super::phrase::counted;
use super::{Placed, warning};
use crate::diagnostic::Diagnostic;

const WORDS: &[(&str, u32)] = &[
    ("one", 1),
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("twenty", 20),
    ("thirty", 30),
];
/// After one of these, a number is the rule's.
const BEFORE: &[&str] = &["last", "latest", "newest", "only", "recent", "than"];

pub(super) fn lint(rules: &[Placed<'_>], found: &mut Vec<Diagnostic>) {
    found.extend(rules.iter().filter_map(disagrees));
}

fn disagrees(rule: &Placed<'_>) -> Option<Diagnostic> {
    let description = rule.rule.description.as_deref()?;
    let named = numbers(description);
    let first = *named.first()?.start();
    if named.iter().any(|range| range.contains(&rule.number())) {
        return None;
    }
    let noun = if rule.counts_images() { "image" } else { "day" };
    let message = format!(
        "the description says {first}, and the rule {}",
        counted(rule.number(), noun)
    );
    let help = "the description has no effect: change the one that is wrong";
    let code = Code::DescriptionDisagrees;
    Some(warning(code, &rule.places.description, message, help))
}

/// The numbers of images or days that a text names, each as what it may mean: a
/// month has 28 to 31 days. A number that names something else, as in `Rule 1`,
/// is none of them.
fn numbers(text: &str) -> Vec<std::ops::RangeInclusive<u32>> {
    let lower = text.to_ascii_lowercase();
    let words: Vec<&str> = lower
        .split(|character: char| character.is_ascii() && !character.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let mut numbers = Vec::new();
    for (index, word) in words.iter().enumerate() {
        let Some(number) = number(word) else {
            continue;
        };
        let before = index.checked_sub(1).and_then(|before| words.get(before));
        let told = before.is_some_and(|before| BEFORE.contains(before));
        let rest = words.get(index + 1..).unwrap_or_default();
        match unit(rest) {
            Some((fewest, most)) => {
                numbers.push(number.saturating_mul(fewest)..=number.saturating_mul(most));
            }
            None if told => numbers.push(number..=number),
            None => {}
        }
    }
    numbers
}

fn number(word: &str) -> Option<u32> {
    let named = WORDS.iter().find(|(name, _)| *name == word);
    named
        .map(|(_, number)| *number)
        .or_else(|| word.trim_end_matches('d').parse().ok())
}

/// What is counted, if it is named soon after the number: how many days at least
/// and at most, or 1 for images.
fn unit(after: &[&str]) -> Option<(u32, u32)> {
    after.iter().take(3).find_map(|word| match *word {
        "image" | "images" | "day" | "days" => Some((1, 1)),
        "week" | "weeks" => Some((7, 7)),
        "month" | "months" => Some((28, 31)),
        "year" | "years" => Some((365, 366)),
        _ => None,
    })
}

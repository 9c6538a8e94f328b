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
/// After one of these, a number names a rule.
const NAMES: &[&str] = &["rule", "step", "priority"];
/// They change the number before them or are one that is not read.
const MULTIPLES: &[&str] = &[
    "dozen", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred", "thousand",
];

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

/// A word of a description.
#[derive(Clone, Copy)]
enum Word<'a> {
    Number(u32),
    /// A number in a way that is not understood, such as `twenty-one` or `10-20`.
    Unread,
    Other(&'a str),
}

/// What a number counts: how many days at least and at most, or 1 for images.
enum Unit {
    Of(u32, u32),
    /// Parts of a day: no number of days is the same.
    Hours,
}

/// The numbers of images or days that a text names, each as what it may mean: a
/// month has 28 to 31 days. A number that names something else, as in `Rule 1`,
/// is none of them. None at all where one of them is not understood.
fn numbers(text: &str) -> Vec<std::ops::RangeInclusive<u32>> {
    let lower = text.to_ascii_lowercase();
    let words = words(&lower);
    let mut numbers = Vec::new();
    for (index, word) in words.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| words.get(before));
        if matches!(before, Some(Word::Other(name)) if NAMES.contains(name)) {
            continue;
        }
        // `twenty one` is neither 20 nor 1.
        if matches!((before, word), (Some(Word::Number(_)), Word::Number(_))) {
            return Vec::new();
        }
        let after = words.get(index + 1..).unwrap_or_default();
        match (word, unit_after(after)) {
            (Word::Number(number), Some(Unit::Of(fewest, most))) => {
                numbers.push(number.saturating_mul(fewest)..=number.saturating_mul(most));
            }
            (Word::Number(_), Some(Unit::Hours)) | (Word::Unread, Some(_)) => return Vec::new(),
            (Word::Number(_) | Word::Unread, None) | (Word::Other(_), _) => {}
        }
    }
    numbers
}

fn words(lower: &str) -> Vec<Word<'_>> {
    let inside = |character: char| character.is_alphanumeric() || "-,.~".contains(character);
    let words = lower.split(|character| !inside(character));
    let words = words.map(|word| word.trim_matches(|it: char| !it.is_alphanumeric()));
    let words = words.filter(|word| !word.is_empty());
    let words = words.flat_map(|word| match parts(word) {
        Some((number, unit)) => vec![number, unit],
        None => vec![word],
    });
    words.map(read).collect()
}

/// `30-day` and `30d`, as the number and the unit.
fn parts(word: &str) -> Option<(&str, &str)> {
    if let Some(days) = word.strip_suffix('d')
        && days.bytes().all(|byte| byte.is_ascii_digit())
    {
        return Some((days, "days"));
    }
    word.split_once('-').filter(|(_, it)| unit(it).is_some())
}

fn read(word: &str) -> Word<'_> {
    let named = |word: &str| WORDS.iter().find(|(name, _)| *name == word);
    if let Some((_, number)) = named(word) {
        return Word::Number(*number);
    }
    let first = word.split('-').next().unwrap_or(word);
    if MULTIPLES.contains(&first) || (first != word && named(first).is_some()) {
        return Word::Unread;
    }
    if !word.starts_with(|first: char| first.is_ascii_digit()) {
        return Word::Other(word);
    }
    let mut groups = word.split(',');
    let thousands =
        groups.next().is_some_and(|group| group.len() <= 3) && groups.all(|group| group.len() == 3);
    let digits = if thousands {
        word.split(',').collect()
    } else {
        word.to_owned()
    };
    digits.parse().map_or(Word::Unread, Word::Number)
}

/// What is counted, if it is named soon after the number, before another one.
fn unit_after(after: &[Word<'_>]) -> Option<Unit> {
    let near = after.iter().take(3).map_while(|word| match word {
        Word::Other(word) => Some(*word),
        Word::Number(_) | Word::Unread => None,
    });
    near.filter_map(unit).next()
}

fn unit(word: &str) -> Option<Unit> {
    match word {
        "image" | "images" | "tag" | "tags" | "version" | "versions" | "day" | "days" => {
            Some(Unit::Of(1, 1))
        }
        "week" | "weeks" => Some(Unit::Of(7, 7)),
        "month" | "months" => Some(Unit::Of(28, 31)),
        "year" | "years" => Some(Unit::Of(365, 366)),
        "hour" | "hours" | "minute" | "minutes" | "h" => Some(Unit::Hours),
        _ => None,
    }
}

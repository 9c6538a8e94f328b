//! Lists of prefixes and patterns that say something else than they seem to.

use super::super::TagSelection;
use super::super::codes::Code;
use super::super::fault::shown;
use super::super::language::{Budget, Entry, Images, NotDecided, common_tag, left_over};
use super::super::phrase;
use super::super::rule::TagList;
use super::mend::narrowest;
use super::{Placed, warning};
use crate::diagnostic::Diagnostic;

/// Steps to find out which entries of one list include another: of what people
/// write it takes some hundreds, and the other questions keep theirs.
const INCLUSION_STEPS: usize = 50_000;

pub(super) fn lint(rules: &[Placed<'_>], budget: &mut Budget, found: &mut Vec<Diagnostic>) {
    for rule in rules {
        let TagSelection::Tagged(list) = &rule.rule.selection.tags else {
            continue;
        };
        found.extend(list_is_and(rule, list, budget));
        for (index, text) in list.entries().into_iter().enumerate() {
            found.extend(entry_without_tags(rule, list, index, text));
        }
    }
}

/// Two entries are a list that wants both. It is no finding where every image
/// with the one has the other anyway, as for an entry that is there twice.
fn list_is_and(rule: &Placed<'_>, list: &TagList, budget: &mut Budget) -> Option<Diagnostic> {
    let Images::WithTags(entries) = &rule.images else {
        return None;
    };
    let alone = |entry: &Entry| {
        let one = Images::WithTags(vec![entry.clone()]);
        left_over(&one, &[&rule.images], budget).transpose()
    };
    let message = match entries.iter().find_map(alone)? {
        Ok(tags) => format!(
            "a list is an AND, so {} is not selected: every entry must be matched by some tag of the image",
            phrase::image_tagged(&tags)
        ),
        Err(NotDecided) => {
            "a list is an AND: every entry must be matched by some tag of the image".to_owned()
        }
    };
    let narrowest = narrowest(list, INCLUSION_STEPS).ok();
    let help = if narrowest.is_some_and(|kept| kept.len() < entries.len()) {
        "leave out what includes another entry: to an AND it adds nothing; for an OR write one rule per entry"
    } else if rule.counts_images() {
        "for an OR write one rule per entry, each with a count of its own"
    } else {
        "for an OR write one rule per entry"
    };
    Some(warning(Code::ListIsAnd, &rule.places.tags, message, help))
}

/// An entry that no legal tag matches.
fn entry_without_tags(
    rule: &Placed<'_>,
    list: &TagList,
    index: usize,
    text: &str,
) -> Option<Diagnostic> {
    let Images::WithTags(entries) = &rule.images else {
        return None;
    };
    let place = rule.places.entries.get(index).unwrap_or(&rule.places.tags);
    let starred = matches!(list, TagList::Prefixes(_)) && text.contains('*');
    if starred {
        return Some(prefix_with_star(text, place));
    }
    // One entry alone is decided in as many steps as it has characters.
    let mut budget = Budget::new(1_000_000);
    let entry: &Entry = entries.get(index)?;
    if common_tag(&[entry], &mut budget) != Ok(None) {
        return None;
    }
    let message = match illegal(text) {
        Some(character) => {
            let named = named(character);
            format!("no tag can match this: a tag has no {named} there")
        }
        None => "no tag can match this: it would be too long for a tag".to_owned(),
    };
    Some(warning(
        Code::NeverMatches,
        place,
        message,
        "a tag begins with an ASCII letter, a digit or `_`, and goes on with those, `.` and `-`",
    ))
}

fn prefix_with_star(text: &str, place: &super::Place) -> Diagnostic {
    let help = match text.trim_end_matches('*') {
        "" => "for every tag write `\"tagPatternList\": [\"*\"]`".to_owned(),
        start if start.contains('*') => {
            let pattern = shown(&format!("{start}*"));
            format!("for a wildcard write `tagPatternList`; as a pattern this prefix is {pattern}")
        }
        start => format!(
            "write the prefix {}, or the same as a pattern",
            shown(start)
        ),
    };
    let message = format!(
        "`*` in a prefix is literal, and no tag contains one: {} matches nothing",
        shown(text)
    );
    warning(Code::PrefixWithStar, place, message, &help)
}

/// The first character that no tag has at its place.
fn illegal(text: &str) -> Option<char> {
    let characters = text.chars().enumerate();
    let mut illegal = characters.filter(|(index, character)| {
        let inside =
            character.is_ascii_alphanumeric() || matches!(character, '_' | '.' | '-' | '*');
        !inside || (*index == 0 && matches!(character, '.' | '-'))
    });
    illegal.next().map(|(_, character)| character)
}

/// A character so that an invisible one is seen.
fn named(character: char) -> String {
    let code = format!("U+{:04X}", u32::from(character));
    if character.is_ascii_graphic() {
        format!("`{character}`")
    } else if character.is_alphanumeric() {
        format!("`{character}` ({code})")
    } else {
        code
    }
}

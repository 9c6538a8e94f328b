//! Places in a text that is a string of another text.

use super::super::fault::Finding;
use super::super::places::{Place, RulePlaces};
use crate::diagnostic::Span;

/// Where each character of a string is in the document that holds it.
///
/// The string is read once more, beside its value: in quotes an escape is one
/// character, and in a block of YAML the indentation is none.
pub(super) struct Inner {
    /// Where each character begins in the value, and its place in the document.
    characters: Vec<(usize, Span)>,
    whole: Span,
}

impl Inner {
    /// Of the value `text` that is written at `place` of `document`.
    pub(super) fn of(document: &str, place: Span, text: &str) -> Self {
        let raw = document.get(place.start..place.end).unwrap_or_default();
        let mut walk = Walk::of(raw);
        let mut characters = Vec::with_capacity(text.len());
        for (at, character) in text.char_indices() {
            let after = text.get(at + character.len_utf8()..).unwrap_or_default();
            let Some(found) = walk.next(character, after) else {
                break;
            };
            let span = Span::new(place.start + found.start, place.start + found.end);
            characters.push((at, span));
        }
        Self {
            characters,
            whole: place,
        }
    }

    /// The place in the document of a place in the value.
    pub(super) fn span(&self, span: Span) -> Span {
        let first = self.characters.partition_point(|(at, _)| *at < span.start);
        let after = self.characters.partition_point(|(at, _)| *at < span.end);
        let start = match self.characters.get(first) {
            Some((_, place)) => place.start,
            None => self
                .characters
                .last()
                .map_or(self.whole.start, |(_, place)| place.end),
        };
        let last = after.checked_sub(1).and_then(|at| self.characters.get(at));
        let end = last.map_or(start, |(_, place)| place.end);
        Span::new(start, end.max(start))
    }

    pub(super) fn finding(&self, mut finding: Finding, path: &str) -> Finding {
        finding.span = self.span(finding.span);
        for label in &mut finding.labels {
            label.span = self.span(label.span);
        }
        finding.path = Some(below(path, finding.path.as_deref()));
        finding
    }

    pub(super) fn rule(&self, places: RulePlaces, path: &str) -> RulePlaces {
        let place = |place: Place| Place {
            span: self.span(place.span),
            path: Some(below(path, place.path.as_deref())),
        };
        RulePlaces {
            rule: place(places.rule),
            priority: self.span(places.priority),
            description: place(places.description),
            tags: place(places.tags),
            entries: places.entries.into_iter().map(place).collect(),
            count: place(places.count),
            action: place(places.action),
        }
    }
}

fn below(path: &str, inner: Option<&str>) -> String {
    inner.map_or_else(|| path.to_owned(), |inner| format!("{path}.{inner}"))
}

/// How a string is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    /// Of JSON or YAML, with escapes.
    DoubleQuoted,
    /// `''` is one quote.
    SingleQuoted,
    /// As it is: a word, or a block.
    Bare,
}

struct Walk<'r> {
    raw: &'r str,
    at: usize,
    style: Style,
}

impl<'r> Walk<'r> {
    fn of(raw: &'r str) -> Self {
        let (style, at) = match raw.chars().next() {
            Some('"') => (Style::DoubleQuoted, 1),
            Some('\'') => (Style::SingleQuoted, 1),
            _ => (Style::Bare, 0),
        };
        Self { raw, at, style }
    }

    /// The place of the next character of the value; `after` is what follows it
    /// there. None where the two do not go together.
    fn next(&mut self, character: char, after: &str) -> Option<Span> {
        loop {
            let rest = self.raw.get(self.at..).unwrap_or_default();
            let first = rest.chars().next()?;
            if self.style == Style::DoubleQuoted && first == '\\' {
                let escape = escape(rest);
                if !is_break(escape.chars().nth(1)?) {
                    return Some(self.take(escape.len()));
                }
                // The line goes on in the next one.
                self.take(escape.len());
                self.skip_indentation("");
            } else if self.style == Style::SingleQuoted && rest.starts_with("''") {
                return Some(self.take(2));
            } else if is_break(first) && matches!(character, ' ' | '\n') {
                let place = self.take(line_break(rest));
                self.skip_indentation(after);
                return Some(place);
            } else if first == character {
                return Some(self.take(first.len_utf8()));
            } else if first.is_whitespace() {
                self.take(first.len_utf8());
            } else {
                return None;
            }
        }
    }

    fn take(&mut self, bytes: usize) -> Span {
        let start = self.at;
        self.at += bytes;
        Span::new(start, self.at)
    }

    /// Skips the spaces that are there more than in the value.
    fn skip_indentation(&mut self, after: &str) {
        let spaces = |text: &str| text.len() - text.trim_start_matches(' ').len();
        let rest = self.raw.get(self.at..).unwrap_or_default();
        self.at += spaces(rest).saturating_sub(spaces(after));
    }
}

fn is_break(character: char) -> bool {
    matches!(character, '\n' | '\r')
}

fn line_break(rest: &str) -> usize {
    if rest.starts_with("\r\n") { 2 } else { 1 }
}

/// The escape at the start of a text: of a character above U+FFFF, JSON writes
/// two.
fn escape(rest: &str) -> &str {
    let after = rest.get(1..).unwrap_or_default();
    let length = match after.chars().next() {
        Some('u') if is_high_surrogate(after) => 12,
        Some('u') => 6,
        Some('x') => 4,
        Some('U') => 10,
        Some('\r') => 1 + line_break(after),
        Some(other) => 1 + other.len_utf8(),
        None => 1,
    };
    rest.get(..length).unwrap_or(rest)
}

fn is_high_surrogate(escape: &str) -> bool {
    let digits = escape.get(1..5).unwrap_or_default();
    let high = u32::from_str_radix(digits, 16).is_ok_and(|unit| (0xd800..0xdc00).contains(&unit));
    high && escape.get(5..7) == Some("\\u")
}

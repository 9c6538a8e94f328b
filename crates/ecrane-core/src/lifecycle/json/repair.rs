//! A first pass over the characters of a JSON text.
//!
//! It reports what no later pass can tell apart or survive, and puts something
//! harmless of the same length in its place. So every offset in the repaired
//! text is one in the text as given.

use super::super::fault::{Finding, TextFault};
use super::super::node::MAX_DEPTH;
use super::syntax;
use crate::diagnostic::Span;

/// The text without what the parser cannot be trusted with.
pub(super) struct Repaired {
    pub(super) text: String,
    /// Offsets after strings that the text does not close, in order.
    pub(super) closed: Vec<usize>,
}

/// Reports byte order marks, invisible characters, typographic quotes, control
/// characters and unclosed strings. Nothing comes back if brackets are nested
/// too deeply.
pub(super) fn repair(text: &str, findings: &mut Vec<Finding>) -> Option<Repaired> {
    let mut pass = Pass {
        characters: text.char_indices().peekable(),
        repaired: Repaired {
            text: String::with_capacity(text.len()),
            closed: Vec::new(),
        },
        depth: 0,
        findings,
    };
    pass.document(text)?;
    Some(pass.repaired)
}

struct Pass<'t, 'f> {
    characters: std::iter::Peekable<std::str::CharIndices<'t>>,
    repaired: Repaired,
    depth: usize,
    findings: &'f mut Vec<Finding>,
}

impl Pass<'_, '_> {
    fn document(&mut self, text: &str) -> Option<()> {
        while let Some((at, character)) = self.characters.next() {
            match character {
                '"' | '\'' => self.string(at, character),
                '“' | '”' | '„' | '‟' => self.typographic_string(at, character),
                '/' => self.comment(text, at),
                '{' | '[' => self.open(at, character)?,
                '}' | ']' => {
                    self.depth = self.depth.saturating_sub(1);
                    self.keep(character);
                }
                '\u{feff}' if at == 0 => {
                    let place = Span::new(0, character.len_utf8());
                    self.findings
                        .push(Finding::new(TextFault::ByteOrderMark, place));
                    self.blank(character);
                }
                ' ' | '\t' | '\n' | '\r' => self.keep(character),
                _ if is_invisible(character) => self.invisible(at, character),
                _ => self.keep(character),
            }
        }
        Some(())
    }

    fn keep(&mut self, character: char) {
        self.repaired.text.push(character);
    }

    fn blank(&mut self, character: char) {
        let blanks = std::iter::repeat_n(' ', character.len_utf8());
        self.repaired.text.extend(blanks);
    }

    fn report(&mut self, at: usize, character: char, message: String, help: &str) {
        let place = Span::new(at, at + character.len_utf8());
        self.findings.push(syntax(place, message, Some(help)));
    }

    fn open(&mut self, at: usize, bracket: char) -> Option<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let place = Span::new(at, at + 1);
            self.findings.push(Finding::new(TextFault::TooDeep, place));
            return None;
        }
        self.keep(bracket);
        Some(())
    }

    fn invisible(&mut self, at: usize, character: char) {
        let message = format!(
            "the invisible character U+{:04X} is no JSON",
            u32::from(character)
        );
        self.report(at, character, message, "replace it by a space");
        self.blank(character);
    }

    fn typographic_string(&mut self, at: usize, quote: char) {
        let message = format!("`{quote}` is a typographic quote, not the `\"` of JSON");
        self.report(at, quote, message, "write straight double quotes");
        self.repaired.text.push_str("  ");
        self.keep('"');
        self.rest_of_string(at, '"', true);
    }

    fn string(&mut self, at: usize, quote: char) {
        self.keep(quote);
        self.rest_of_string(at, quote, false);
    }

    /// Copies a string up to its closing quote. A string ends with its line:
    /// its author forgot the quote, or pressed return.
    fn rest_of_string(&mut self, start: usize, quote: char, typographic: bool) {
        while let Some((at, character)) = self.characters.next() {
            match character {
                '\n' | '\r' => {
                    let message = "control character: the line ends inside a string".to_owned();
                    let help = "close the string with `\"`, or write `\\n` for a line break";
                    let place = Span::new(start, at);
                    self.findings.push(syntax(place, message, Some(help)));
                    self.keep(quote);
                    self.repaired.closed.push(at + 1);
                    return;
                }
                '“' | '”' | '‟' if typographic => {
                    self.keep('"');
                    self.repaired.text.push_str("  ");
                    return;
                }
                '\\' => {
                    self.keep(character);
                    let escaped = self.characters.next_if(|(_, next)| !next.is_control());
                    if let Some((_, escaped)) = escaped {
                        self.keep(escaped);
                    }
                }
                _ if u32::from(character) < 0x20 => {
                    let code = u32::from(character);
                    let message = format!("control character U+{code:04X} in a string");
                    let help = format!("write `\\u{code:04x}`");
                    self.report(at, character, message, &help);
                    self.blank(character);
                }
                _ => {
                    self.keep(character);
                    if character == quote {
                        return;
                    }
                }
            }
        }
    }

    /// Copies a comment: quotes and brackets in it are none.
    fn comment(&mut self, text: &str, at: usize) {
        self.keep('/');
        let rest = text.get(at..).unwrap_or_default();
        let length = if rest.starts_with("//") {
            rest.find('\n')
        } else if rest.starts_with("/*") {
            let inside = rest.get(2..).unwrap_or_default();
            inside.find("*/").map(|end| end + "/**/".len())
        } else {
            Some(1)
        };
        let end = at + length.unwrap_or(rest.len());
        while let Some((_, character)) = self.characters.next_if(|(next, _)| *next < end) {
            self.keep(character);
        }
    }
}

/// Characters that look like nothing, and that JSON does not take between
/// values.
fn is_invisible(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

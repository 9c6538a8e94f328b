//! A line of comma-separated entries, each with its place.

use super::slip::Slip;
use crate::diagnostic::Span;

/// One `key=value` of a line, or a value alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// The key in lower case; `None` where there is no `=`.
    pub key: Option<String>,
    /// Where the key stands; with none, where the value does.
    pub key_span: Span,
    /// The value, its quotes taken off.
    pub value: String,
    /// Where the value stands.
    pub value_span: Span,
    /// Whether the value stands in the line as it is: no quote in it was doubled.
    verbatim: bool,
}

impl Entry {
    /// A stretch of the value as a stretch of the line.
    pub(super) fn within(&self, span: Span) -> Span {
        if self.verbatim {
            let from = self.value_span.start;
            Span::new(from + span.start, from + span.end)
        } else {
            self.value_span
        }
    }
}

/// Takes a line apart: commas separate, `"` around a whole entry holds it
/// together, and in it `""` is one quote (RFC 4180). Empty entries are dropped.
///
/// # Errors
/// A quote that never closes, or that is not around a whole entry.
pub(super) fn entries(line: &str) -> Result<Vec<Entry>, Slip> {
    let mut entries = Vec::new();
    let mut rest = Some(line);
    while let Some(text) = rest {
        let at = line.len() - text.trim_start().len();
        let (field, next) = match text.trim_start().strip_prefix('"') {
            Some(quoted) => quoted_field(quoted, at)?,
            None => plain_field(text, line.len() - text.len())?,
        };
        if !field.text.trim().is_empty() {
            entries.push(field.entry());
        }
        rest = next;
    }
    Ok(entries)
}

/// The text of a field, and where its first byte stands in the line.
struct Field {
    text: String,
    at: usize,
    end: usize,
    verbatim: bool,
}

fn plain_field(text: &str, at: usize) -> Result<(Field, Option<&str>), Slip> {
    let (field, next) = match text.split_once(',') {
        Some((field, next)) => (field, Some(next)),
        None => (text, None),
    };
    if let Some(quote) = field.find('"') {
        let span = Span::new(at + quote, at + quote + 1);
        return Err(
            Slip::error(span, "a quote stands in the middle of an entry")
                .help("quotes go around the whole entry, for example `\"pattern=a{1,2}\"`"),
        );
    }
    let field = Field {
        text: field.to_owned(),
        at,
        end: at + field.len(),
        verbatim: true,
    };
    Ok((field, next))
}

/// `quoted` starts after the opening quote, which stands at `at`.
fn quoted_field(quoted: &str, at: usize) -> Result<(Field, Option<&str>), Slip> {
    let mut text = String::new();
    let mut verbatim = true;
    let mut rest = quoted;
    let after = loop {
        let Some((part, after)) = rest.split_once('"') else {
            let span = Span::new(at, at + 1);
            return Err(Slip::error(span, "this quote is never closed")
                .help("an entry in quotes ends with `\"`"));
        };
        text.push_str(part);
        let Some(more) = after.strip_prefix('"') else {
            break after;
        };
        text.push('"');
        verbatim = false;
        rest = more;
    };
    let end = at + quoted.len() - after.len();
    let next = match after.trim_start().strip_prefix(',') {
        Some(next) => Some(next),
        None if after.trim().is_empty() => None,
        None => {
            let span = Span::new(end + 1, end + 1 + after.len());
            return Err(Slip::error(span, "text follows a closing quote")
                .help("write a comma after it, or double a quote that is meant as one"));
        }
    };
    let field = Field {
        text,
        at: at + 1,
        end,
        verbatim,
    };
    Ok((field, next))
}

impl Field {
    fn entry(&self) -> Entry {
        // The first `=` separates, unless nothing stands before it, or braces
        // do, in which it is an option's.
        let split = self
            .text
            .split_once('=')
            .filter(|(key, _)| !key.is_empty() && !key.contains("{{"));
        let (key, value) = match split {
            Some((key, value)) => (Some(key), value),
            None => (None, self.text.as_str()),
        };
        let value_at = self.text.len() - value.len();
        let value_span = self.trimmed(value, value_at);
        Entry {
            key: key.map(|key| key.trim().to_ascii_lowercase()),
            key_span: key.map_or(value_span, |key| self.trimmed(key, 0)),
            value: value.trim().to_owned(),
            value_span,
            verbatim: self.verbatim,
        }
    }

    /// Where a part of the text stands that begins at its byte `from`.
    fn trimmed(&self, part: &str, from: usize) -> Span {
        if !self.verbatim {
            return Span::new(self.at, self.end);
        }
        let blank = part.len() - part.trim_start().len();
        let start = self.at + from + blank;
        Span::new(start, start + part.trim().len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every entry as `key|value`, and where the value stands.
    fn check(line: &str, expected: &[&str]) {
        let found: Vec<String> = match entries(line) {
            Ok(entries) => entries
                .iter()
                .map(|entry| {
                    let key = entry.key.as_deref().unwrap_or("-");
                    let span = entry.value_span;
                    format!("{key}|{} {}..{}", entry.value, span.start, span.end)
                })
                .collect(),
            Err(slip) => vec![format!("{} at {}", slip.message, slip.span.start)],
        };
        assert_eq!(found, expected, "{line}");
    }

    #[test]
    fn commas_separate_and_quotes_hold_together() {
        check("type=sha", &["type|sha 5..8"]);
        check(" Type = raw , v1 ", &["type|raw 8..11", "-|v1 14..16"]);
        check("a==b,=c,,", &["a|=b 2..4", "-|=c 5..7"]);
        check(
            r#"type=match, "pattern=\d{1,2}" ,group=1"#,
            &[
                "type|match 5..10",
                r"pattern|\d{1,2} 21..28",
                "group|1 37..38",
            ],
        );
        check(r#""a=say ""x""""#, &[r#"a|say "x" 1..12"#]);
    }

    #[test]
    fn a_quote_is_around_a_whole_entry() {
        check(
            r#"pattern="a,b""#,
            &["a quote stands in the middle of an entry at 8"],
        );
        check(r#""a=b"#, &["this quote is never closed at 0"]);
        check(r#""a"=b"#, &["text follows a closing quote at 3"]);
    }
}

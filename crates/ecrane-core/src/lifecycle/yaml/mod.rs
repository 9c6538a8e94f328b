//! YAML with the place of every value.
//!
//! What lets one place stand for another, or for more than is written there
//! (aliases, merge keys), is refused: a reader of the file sees all of it, and
//! a small file stays small. Values are those of YAML's core schema.

mod places;
mod scalar;

use saphyr_parser::{Event, Parser, ScanError, StrInput, Tag};

use super::fault::{Finding, TextFault};
use super::node::{MAX_DEPTH, Node, Property, Value};
use super::seen::Seen;
use crate::diagnostic::Span;
use places::Places;

/// How many patterns without their quotes are read past.
const MAX_STARS: usize = 50;

/// Reads `text`, which must not be blank. Reports to `findings`, and gives no
/// value when the text ends up unreadable.
pub(super) fn read(text: &str, findings: &mut Vec<Finding>) -> Option<Node> {
    let mark = '\u{feff}';
    if text.starts_with(mark) {
        let place = Span::new(0, mark.len_utf8());
        findings.push(Finding::new(TextFault::ByteOrderMark, place));
    }
    report_controls(text, findings);
    // What people forget most is told, and read on as if it were a word.
    let mut mended = text.to_owned();
    for _ in 0..MAX_STARS {
        let mut found = Vec::new();
        match attempt(&mended, &mut found) {
            Err(Stop::Star(at)) => {
                findings.push(star(at));
                mended.replace_range(at..at + 1, "x");
            }
            read => {
                findings.extend(found);
                return read.ok();
            }
        }
    }
    None
}

fn attempt(text: &str, findings: &mut Vec<Finding>) -> Result<Node, Stop> {
    let body = text.trim_start_matches('\u{feff}');
    let mut reader = Reader {
        parser: Parser::new_from_str(body),
        text,
        places: Places::of(body, text.len() - body.len()),
        depth: 0,
        findings,
    };
    reader.document()
}

/// Why the reader cannot go on.
enum Stop {
    /// For a fault that is reported.
    Fault,
    /// For a pattern that begins with `*` and has no quotes.
    Star(usize),
}

struct Reader<'t, 'f> {
    parser: Parser<'t, StrInput<'t>>,
    text: &'t str,
    places: Places,
    depth: usize,
    findings: &'f mut Vec<Finding>,
}

impl<'t> Reader<'t, '_> {
    fn document(&mut self) -> Result<Node, Stop> {
        let root = loop {
            match self.next()? {
                (Event::StreamStart | Event::DocumentStart(_), _) => {}
                (Event::StreamEnd, _) => {
                    self.findings
                        .push(Finding::new(TextFault::Blank, Span::default()));
                    return Err(Stop::Fault);
                }
                (event, place) => break self.node(event, place)?,
            }
        };
        // Past the document there may be a mark of its end, and nothing else.
        while let Ok((event, place)) = self.next() {
            match event {
                Event::StreamEnd => break,
                Event::DocumentStart(_) => {
                    let message = "a second document begins here";
                    self.report(place, message, "one file holds one document");
                    break;
                }
                _ => {}
            }
        }
        Ok(root)
    }

    fn next(&mut self) -> Result<(Event<'t>, Span), Stop> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => {
                let place = self.places.span(span.start.index(), span.end.index());
                Ok((event, place))
            }
            Some(Err(error)) => Err(self.stop(&error)),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn report(&mut self, place: Span, message: impl Into<String>, help: &str) {
        self.findings.push(syntax(place, message, help));
    }

    fn node(&mut self, event: Event<'t>, place: Span) -> Result<Node, Stop> {
        let (value, span, tag) = match event {
            Event::Scalar(text, style, _, tag) => {
                let span = self.without_space(place);
                let value = scalar::value(&text, style, tag.as_deref());
                return Ok(tagged(Node { span, value }, tag.as_deref()));
            }
            Event::SequenceStart(_, tag) => {
                let (nodes, end) = self.nested(place, Self::elements)?;
                let end = end.max(nodes.last().map_or(0, |node| node.span.end));
                (Value::Array(nodes), Span::new(place.start, end), tag)
            }
            Event::MappingStart(_, tag) => {
                let (properties, end) = self.nested(place, Self::properties)?;
                let end = end.max(properties.last().map_or(0, |it| it.node.span.end));
                // Without a brace, an object begins with its first name.
                let braced = self
                    .text
                    .get(place.start..)
                    .is_some_and(|it| it.starts_with('{'));
                let first = properties.first().filter(|_| !braced);
                let start = first.map_or(place.start, |first| first.name_span.start);
                (
                    Value::Object(properties),
                    Span::new(start, end.max(start)),
                    tag,
                )
            }
            Event::Alias(_) => {
                let help = "write the value out; a text that begins with `*` needs quotes";
                self.report(place, "aliases are not read", help);
                (Value::Null, place, None)
            }
            _ => (Value::Null, place, None),
        };
        Ok(tagged(Node { span, value }, tag.as_deref()))
    }

    /// Reads what is inside brackets or indented, and where it ends for sure.
    fn nested<T>(
        &mut self,
        place: Span,
        inside: fn(&mut Self) -> Result<(T, usize), Stop>,
    ) -> Result<(T, usize), Stop> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            self.findings.push(Finding::new(TextFault::TooDeep, place));
            return Err(Stop::Fault);
        }
        let read = inside(self);
        self.depth -= 1;
        read
    }

    fn elements(&mut self) -> Result<(Vec<Node>, usize), Stop> {
        let mut nodes = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, place) => return Ok((nodes, self.bracket(place))),
                (event, place) => nodes.push(self.node(event, place)?),
            }
        }
    }

    fn properties(&mut self) -> Result<(Vec<Property>, usize), Stop> {
        let mut seen = Seen::default();
        let mut properties = Vec::new();
        loop {
            let (name, name_span) = match self.next()? {
                (Event::MappingEnd, place) => return Ok((properties, self.bracket(place))),
                (Event::Scalar(name, ..), place) => (name.into_owned(), self.without_space(place)),
                (event, place) => {
                    let key = self.node(event, place)?;
                    let help = "write a word before the `:`";
                    self.report(key.span, "a list or an object cannot be a name", help);
                    (String::new(), key.span)
                }
            };
            if name == "<<" {
                let help = "write out the properties that it would bring";
                self.report(name_span, "merge keys are not read", help);
            } else if let Some((_, first)) = seen.before(name.clone(), 0, name_span) {
                let fault = TextFault::DuplicateProperty { name: name.clone() };
                let finding = Finding::new(fault, name_span);
                self.findings.push(finding.label(first, "first here"));
            }
            let (event, place) = self.next()?;
            let node = self.node(event, place)?;
            properties.push(Property {
                name,
                name_span,
                node,
            });
        }
    }

    /// The end of a closing bracket. What only ends by its indentation has none.
    fn bracket(&self, place: Span) -> usize {
        let rest = self.text.get(place.start..).unwrap_or_default();
        if rest.starts_with(['}', ']']) {
            place.start + 1
        } else {
            0
        }
    }

    /// A block of text ends, for the parser, where the next value begins.
    fn without_space(&self, place: Span) -> Span {
        let text = self.text.get(place.start..place.end).unwrap_or_default();
        Span::new(place.start, place.start + text.trim_end().len())
    }

    /// Says where and why the parser could not go on.
    fn stop(&mut self, error: &ScanError) -> Stop {
        let at = self.places.byte(error.marker().index());
        // What is missing at the end is missed after its last character.
        let at = match self.text.trim_end().char_indices().next_back() {
            Some((last, _)) => at.min(last),
            None => at,
        };
        let rest = self.text.get(at..).unwrap_or_default();
        let end = at + rest.chars().next().map_or(0, char::len_utf8);
        if let Some(star) = self.star(at) {
            return Stop::Star(star);
        }
        let help = if error.info().contains("tabs") {
            "indent with spaces"
        } else {
            "put text with special characters in quotes, and indent alike what belongs together"
        };
        self.report(Span::new(at, end), error.info(), help);
        Stop::Fault
    }

    /// A `*` that begins a value, at a place or just before it.
    fn star(&self, at: usize) -> Option<usize> {
        let star = [Some(at), at.checked_sub(1)].into_iter().flatten();
        star.filter(|star| self.text.get(*star..*star + 1) == Some("*"))
            .find(|star| {
                let before = self.text.get(..*star).unwrap_or_default();
                before.ends_with([' ', '\t', '\n', '[', '{', ','])
            })
    }
}

fn star(at: usize) -> Finding {
    syntax(
        Span::new(at, at + 1),
        "a value that begins with `*` is an alias in YAML",
        "put the pattern in quotes: `\"*-arm64\"`",
    )
}

fn syntax(place: Span, message: impl Into<String>, help: &str) -> Finding {
    let fault = TextFault::YamlSyntax {
        message: message.into(),
        help: help.to_owned(),
    };
    Finding::new(fault, place)
}

/// YAML forbids most control characters, and the parser takes them.
fn report_controls(text: &str, findings: &mut Vec<Finding>) {
    let controls = text
        .match_indices(|it: char| it.is_control() && !matches!(it, '\t' | '\n' | '\r' | '\u{85}'));
    findings.extend(controls.map(|(at, found)| {
        let code = found.chars().map(u32::from).next().unwrap_or_default();
        let message = format!("control character U+{code:04X}");
        let help = "remove it, or write an escape between double quotes";
        syntax(Span::new(at, at + found.len()), message, help)
    }));
}

/// Keeps a tag that is not YAML's own: it says that the value is not what it
/// looks like.
fn tagged(node: Node, tag: Option<&Tag>) -> Node {
    let Some(tag) = tag.filter(|tag| !tag.is_yaml_core_schema() && !tag.suffix.is_empty()) else {
        return node;
    };
    let span = node.span;
    let value = Value::Tagged(tag.suffix.clone(), Box::new(node));
    Node { span, value }
}

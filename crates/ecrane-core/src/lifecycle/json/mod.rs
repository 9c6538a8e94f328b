//! JSON with the place of every value, read to the end past its faults.
//!
//! The grammar is strict, the reader is not: what JSON forbids and people
//! write (comments, trailing commas, single quotes, …) is reported and read on,
//! so that one run shows every fault of a text.

mod repair;
mod tokens;

use jsonc_parser::common::Ranged;
use jsonc_parser::errors::{ParseError, ParseErrorKind};
use jsonc_parser::{CollectOptions, CommentCollectionStrategy, ParseOptions, ast, parse_to_ast};
use serde::de::IgnoredAny;

use super::fault::{Fault, Finding, TextFault, shown};
use super::node::{Node, Property, Value};
use super::seen::Seen;
use crate::diagnostic::Span;

/// Reads `text`, which must not be blank. Reports to `findings`, and gives no
/// value when the text ends up unreadable.
pub(super) fn read(text: &str, findings: &mut Vec<Finding>) -> Option<Node> {
    let repaired = repair::repair(text, findings)?;
    let options = CollectOptions {
        comments: CommentCollectionStrategy::AsTokens,
        tokens: true,
    };
    // Every leniency of the parser is on, and its use is found in the tokens.
    let parsed = match parse_to_ast(&repaired.text, &options, &ParseOptions::default()) {
        Ok(parsed) => parsed,
        // Past a quote that had to be guessed, the parser may only stumble
        // over the guess.
        Err(_) if !repaired.closed.is_empty() => return None,
        Err(error) => {
            findings.push(unreadable(&repaired.text, &error));
            return None;
        }
    };
    let tokens = parsed.tokens.unwrap_or_default();
    tokens::report(&repaired, &tokens, findings);
    if !findings.iter().any(is_syntax) {
        findings.extend(refused_by_strict_reader(&repaired.text));
    }
    parsed.value.map(|value| node(&value, findings))
}

/// Whether it says that the text is no JSON, or no YAML.
pub(super) fn is_syntax(finding: &Finding) -> bool {
    matches!(
        finding.fault,
        Fault::Text(TextFault::Syntax { .. } | TextFault::YamlSyntax { .. })
    )
}

/// The parser's leniencies are known; this catches one that is not.
fn refused_by_strict_reader(text: &str) -> Option<Finding> {
    let error = serde_json::from_str::<IgnoredAny>(text).err()?;
    let line_start: usize = text
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .sum();
    let at = (line_start + error.column().saturating_sub(1)).min(text.len());
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    Some(syntax(Span::new(at, at), message, None))
}

/// A text as JSON has it: in quotes.
pub(super) fn quoted(text: &str) -> String {
    // Writing a text to memory cannot fail.
    serde_json::to_string(text).unwrap_or_default()
}

fn syntax(span: Span, message: impl Into<String>, help: Option<&str>) -> Finding {
    let fault = TextFault::Syntax {
        message: message.into(),
        help: help.map(str::to_owned),
    };
    Finding::new(fault, span)
}

fn span(range: jsonc_parser::common::Range) -> Span {
    Span::new(range.start, range.end)
}

/// Where and why the parser could not go on, in words for the person who
/// wrote the text.
fn unreadable(text: &str, error: &ParseError) -> Finding {
    use ParseErrorKind as Kind;
    let place = span(error.range());
    let written = text.get(place.start..place.end).unwrap_or_default();
    let opening = Span::new(place.start, place.start + 1);
    let (place, message, help) = match error.kind() {
        Kind::MultipleRootJsonValues => (
            place,
            "trailing characters: the document has ended before this".to_owned(),
            Some("one file holds one document"),
        ),
        Kind::UnterminatedObject => (
            opening,
            "this `{` is never closed".to_owned(),
            Some("add the missing `}`"),
        ),
        Kind::UnterminatedArray => (
            opening,
            "this `[` is never closed".to_owned(),
            Some("add the missing `]`"),
        ),
        Kind::UnexpectedWord | Kind::UnexpectedToken => (
            place,
            format!("{} is no JSON value", shown(written)),
            Some("put text in double quotes; `true`, `false` and `null` are written in lower case"),
        ),
        Kind::ExpectedColonAfterObjectKey => (
            place,
            "expected `:` between a property and its value".to_owned(),
            None,
        ),
        Kind::UnterminatedCommentBlock => (
            Span::new(place.start, place.start + 2),
            "comments are not JSON, and this one is never closed".to_owned(),
            Some("remove it"),
        ),
        Kind::UnexpectedComma => (place, "a value is missing before this `,`".to_owned(), None),
        Kind::String(_) if written.to_ascii_lowercase().starts_with("\\ud") => (
            place,
            format!(
                "{} is no character: a lone surrogate, or no four digits",
                shown(written)
            ),
            Some("write the character itself"),
        ),
        other => (place, lower_first(&other.to_string()), None),
    };
    syntax(place, message, help)
}

fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => std::iter::once(first.to_ascii_lowercase())
            .chain(characters)
            .collect(),
        None => String::new(),
    }
}

/// Depth is limited by `repair`, so this may call itself.
fn node(value: &ast::Value<'_>, findings: &mut Vec<Finding>) -> Node {
    let place = span(value.range());
    let value = match value {
        ast::Value::NullKeyword(_) => Value::Null,
        ast::Value::BooleanLit(literal) => Value::Boolean(literal.value),
        ast::Value::NumberLit(literal) => Value::Number(literal.value.to_owned()),
        ast::Value::StringLit(literal) => Value::String(literal.value.clone().into_owned()),
        ast::Value::Array(array) => Value::Array(
            array
                .elements
                .iter()
                .map(|element| node(element, findings))
                .collect(),
        ),
        ast::Value::Object(object) => Value::Object(properties(object, findings)),
    };
    Node { span: place, value }
}

fn properties(object: &ast::Object<'_>, findings: &mut Vec<Finding>) -> Vec<Property> {
    let mut seen = Seen::default();
    let mut properties = Vec::with_capacity(object.properties.len());
    for property in &object.properties {
        let name = property.name.as_str();
        let name_span = span(property.name.range());
        if let Some((_, first)) = seen.before(name.to_owned(), 0, name_span) {
            let fault = TextFault::DuplicateProperty {
                name: name.to_owned(),
            };
            findings.push(Finding::new(fault, name_span).label(first, "first here"));
        }
        properties.push(Property {
            name: name.to_owned(),
            name_span,
            node: node(&property.value, findings),
        });
    }
    properties
}

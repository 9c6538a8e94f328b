//! What ecrane finds in a text, and how it is shown.
//!
//! A [`Diagnostic`] names a place by byte offsets. Every view of it (a
//! terminal, the JSON of `--json`, an annotation on a pull request) is made
//! from the same value, so the words are the same everywhere.

mod position;
mod render;

use serde::Serialize;

use crate::sorting;

pub use position::{Lines, Position};
pub use render::{Colour, render};

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The text cannot be used.
    Error,
    /// The text can be used, and probably does not do what is meant.
    Warning,
    /// Good to know.
    Info,
}

impl Severity {
    /// The word used in every output: `error`, `warning` or `info`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

/// A stretch of a text, in bytes; `end` is the first byte after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset after the last byte.
    pub end: usize,
}

impl Span {
    /// The stretch from `start` up to `end`.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }
}

/// A second place that explains a finding, such as the rule it collides with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is to be seen there.
    pub text: String,
}

/// One finding in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable name in kebab-case, such as `count-unit-required`.
    pub code: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong, as half a sentence: lower case, no full stop.
    pub message: String,
    /// Where it is wrong.
    pub span: Span,
    /// Other places that explain it.
    pub labels: Vec<Label>,
    /// What to do about it.
    pub help: Option<String>,
    /// The value it is about, such as `rules[0].selection.countUnit`.
    pub path: Option<String>,
}

/// Whether one of them is an error.
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics
        .iter()
        .any(|diagnostic| diagnostic.severity == Severity::Error)
}

/// Puts diagnostics in the order in which somebody reads the text.
pub fn in_text_order(diagnostics: &mut Vec<Diagnostic>) {
    sorting::sort_by_key(diagnostics, |it| (it.span.start, it.span.end));
}

/// A text with the name people know it by.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// File name, or what stands for it (`lifecycle-policy`).
    pub name: &'a str,
    /// The whole text that the spans point into.
    pub text: &'a str,
}

/// A diagnostic as `--json` prints it.
#[derive(Debug, Clone, Serialize)]
pub struct View<'a> {
    /// See [`Diagnostic::code`].
    pub code: &'static str,
    /// See [`Diagnostic::severity`].
    pub severity: Severity,
    /// See [`Diagnostic::message`].
    pub message: &'a str,
    /// See [`Diagnostic::help`]; `null` when there is none.
    pub help: Option<&'a str>,
    /// See [`Diagnostic::path`]; `null` when it is about the whole text.
    pub path: Option<&'a str>,
    /// Where, as lines and columns.
    pub range: Range,
}

/// A span as lines and columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Range {
    /// The first character.
    pub start: Position,
    /// After the last character.
    pub end: Position,
}

impl Diagnostic {
    /// The JSON view; `lines` is of the text that the diagnostic is about.
    pub fn view(&self, lines: &Lines<'_>) -> View<'_> {
        View {
            code: self.code,
            severity: self.severity,
            message: &self.message,
            help: self.help.as_deref(),
            path: self.path.as_deref(),
            range: lines.range(self.span),
        }
    }
}

/// A diagnostic as the data of a workflow annotation.
///
/// This is not yet the text of a workflow command: only the code that prints
/// those knows how to escape them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation {
    /// Which of the three kinds of annotation; [`Severity::Info`] is a notice.
    pub severity: Severity,
    /// The file, as the caller named it.
    pub file: String,
    /// First line, from 1.
    pub line: usize,
    /// Last line, from 1.
    pub end_line: usize,
    /// First column in characters, from 1.
    pub column: usize,
    /// Column after the last character. The runner wants it only when the
    /// annotation stays on one line.
    pub end_column: usize,
    /// Short heading: the code.
    pub title: String,
    /// Message and help.
    pub message: String,
}

/// The annotations for the diagnostics of one file.
pub fn annotations(source: Source<'_>, diagnostics: &[Diagnostic]) -> Vec<Annotation> {
    let lines = Lines::new(source.text);
    diagnostics
        .iter()
        .map(|diagnostic| {
            let range = lines.range(diagnostic.span);
            let message = match &diagnostic.help {
                Some(help) => format!("{}\n{help}", diagnostic.message),
                None => diagnostic.message.clone(),
            };
            Annotation {
                severity: diagnostic.severity,
                file: source.name.to_owned(),
                line: range.start.line,
                end_line: range.end.line,
                column: range.start.column,
                end_column: range.end.column,
                title: diagnostic.code.to_owned(),
                message,
            }
        })
        .collect()
}

/// The JSON views of all diagnostics of one text.
pub fn views<'a>(text: &str, diagnostics: &'a [Diagnostic]) -> Vec<View<'a>> {
    let lines = Lines::new(text);
    diagnostics
        .iter()
        .map(|diagnostic| diagnostic.view(&lines))
        .collect()
}

#[cfg(test)]
mod tests;

//! Byte offsets as lines and columns.

use serde::Serialize;

use super::{Range, Span};

/// A place as people and editors name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Position {
    /// Line, from 1. A line ends with a line feed.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Offset in bytes from the start of the text.
    pub offset: usize,
}

/// Where the lines of a text begin.
#[derive(Debug, Clone)]
pub struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    /// Finds the lines of `text`.
    pub fn new(text: &'a str) -> Self {
        let after_breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        Self {
            text,
            starts: std::iter::once(0).chain(after_breaks).collect(),
        }
    }

    /// The place of a byte offset. One that is past the end, or inside a
    /// character, counts as the nearest place before it.
    pub fn position(&self, offset: usize) -> Position {
        let offset = self.text.floor_char_boundary(offset);
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.line_start(line);
        let before = self.text.get(start..offset).unwrap_or_default();
        Position {
            line,
            column: before.chars().count() + 1,
            offset,
        }
    }

    /// Both ends of a span.
    pub fn range(&self, span: Span) -> Range {
        Range {
            start: self.position(span.start),
            end: self.position(span.end.max(span.start)),
        }
    }

    /// The whole lines that a span touches: the number of the first, where it
    /// begins, and the text from there to the end of the last.
    pub(super) fn around(&self, span: Span) -> (usize, usize, &'a str) {
        let range = self.range(span);
        let start = self.line_start(range.start.line);
        let end = match self.starts.get(range.end.line) {
            Some(next) => next.saturating_sub(1),
            None => self.text.len(),
        };
        let text = self.text.get(start..end.max(start)).unwrap_or_default();
        (range.start.line, start, text)
    }

    fn line_start(&self, line: usize) -> usize {
        let index = line.saturating_sub(1);
        self.starts.get(index).copied().unwrap_or_default()
    }
}

//! The parser counts characters; everything here counts bytes.

use crate::diagnostic::Span;

/// Where the characters of a text begin.
///
/// Only characters outside ASCII make a difference: after which of them, by
/// count, how many bytes there are more than characters.
pub(super) struct Places {
    surplus: Vec<(usize, usize)>,
    base: usize,
    length: usize,
}

impl Places {
    /// Of a text that begins `base` bytes into the whole.
    pub(super) fn of(text: &str, base: usize) -> Self {
        let mut total = 0;
        let characters = text.chars().enumerate();
        let wide = characters.filter(|(_, character)| !character.is_ascii());
        let surplus = wide.map(|(index, character)| {
            total += character.len_utf8() - 1;
            (index + 1, total)
        });
        Self {
            surplus: surplus.collect(),
            base,
            length: text.len(),
        }
    }

    /// The offset in bytes of a character, by its count.
    pub(super) fn byte(&self, index: usize) -> usize {
        let before = self.surplus.partition_point(|(after, _)| *after <= index);
        let last = before.checked_sub(1).and_then(|at| self.surplus.get(at));
        let within = index + last.map_or(0, |(_, surplus)| *surplus);
        self.base + within.min(self.length)
    }

    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.byte(start), self.byte(end))
    }
}

//! Byte offsets as offsets in UTF-16 units.

use ecrane_core::diagnostic::Span;

/// A text as JavaScript counts it.
///
/// Only characters outside ASCII make a difference. Their places are kept, so
/// that an offset is found by searching them and not by walking the text again.
pub(crate) struct Units {
    /// Where such a character ends in bytes, and how many bytes the text has
    /// more than units up to there.
    surplus: Vec<(usize, usize)>,
}

impl Units {
    pub(crate) fn of(text: &str) -> Self {
        let mut total = 0;
        let wide = text.char_indices().filter(|(_, it)| !it.is_ascii());
        let surplus = wide.map(|(at, character)| {
            total += character.len_utf8() - character.len_utf16();
            (at + character.len_utf8(), total)
        });
        Self {
            surplus: surplus.collect(),
        }
    }

    /// Where a stretch of the text begins and ends.
    pub(crate) fn range(&self, span: Span) -> (usize, usize) {
        (self.offset(span.start), self.offset(span.end))
    }

    /// The offset in units of an offset in bytes that lies between two
    /// characters.
    pub(crate) fn offset(&self, bytes: usize) -> usize {
        let before = self.surplus.partition_point(|(end, _)| *end <= bytes);
        let last = before.checked_sub(1).and_then(|at| self.surplus.get(at));
        bytes - last.map_or(0, |(_, surplus)| *surplus)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_boundary_is_where_javascript_counts_it() {
        for text in ["", "plain", "é", "aé€𝄞z", "𝄞𝄞", "\u{feff}{}"] {
            let units = Units::of(text);
            let (mut bytes, mut expected) = (0, 0);
            for character in text.chars() {
                assert_eq!(units.offset(bytes), expected, "{text:?} at {bytes}");
                bytes += character.len_utf8();
                expected += character.len_utf16();
            }
            assert_eq!(units.offset(bytes), expected, "{text:?} at its end");
        }
    }
}

//! Byte offsets as offsets in UTF-16 units.

use ecrane_core::diagnostic::Span;

/// So many bytes are counted anew for an offset.
const BLOCK: usize = 1024;

/// A text as JavaScript counts it: with the units that are before each block of
/// it, so that an offset is found by a look at one block, and a text of
/// megabytes needs no more than one pass. ASCII needs none: there a unit is a
/// byte.
pub(crate) struct Units<'t> {
    text: &'t [u8],
    before: Option<Vec<usize>>,
}

impl<'t> Units<'t> {
    pub(crate) fn of(text: &'t str) -> Self {
        let text = text.as_bytes();
        let before = (!text.is_ascii()).then(|| {
            let mut total = 0;
            let before = text.chunks(BLOCK).map(|block| {
                let before = total;
                total += units(block);
                before
            });
            before.collect()
        });
        Self { text, before }
    }

    /// Where a stretch of the text begins and ends.
    pub(crate) fn range(&self, span: Span) -> (usize, usize) {
        (self.offset(span.start), self.offset(span.end))
    }

    /// The offset in units of an offset in bytes that lies between two
    /// characters.
    pub(crate) fn offset(&self, bytes: usize) -> usize {
        let Some(before) = &self.before else {
            return bytes;
        };
        // The end of the text may be the end of its last block.
        let block = (bytes / BLOCK).min(before.len().saturating_sub(1));
        let before = before.get(block).copied().unwrap_or_default();
        let rest = self.text.get(block * BLOCK..bytes);
        before + rest.map_or(0, units)
    }
}

/// Every character has one first byte, and is one unit; one of four bytes is two.
fn units(bytes: &[u8]) -> usize {
    let mut units = 0;
    for byte in bytes {
        units += usize::from(*byte & 0xc0 != 0x80) + usize::from(*byte >= 0xf0);
    }
    units
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_boundary_is_where_javascript_counts_it() {
        let texts = ["", "plain", "é", "aé€𝄞z", "𝄞𝄞", "\u{feff}{}"];
        let long = texts.map(|text| text.repeat(700));
        for text in texts.into_iter().chain(long.iter().map(String::as_str)) {
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

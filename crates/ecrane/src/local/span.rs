//! A span of time, as people write it: `30d`, `12h`, `90m`.

use std::str::FromStr;

/// So many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span(u64);

impl Span {
    pub(crate) fn seconds(self) -> u64 {
        self.0
    }
}

/// A text that is no span of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no span of time: write it as `30d`, `12h` or `90m`")]
pub(crate) struct NoSpan(String);

impl FromStr for Span {
    type Err = NoSpan;

    fn from_str(text: &str) -> Result<Self, NoSpan> {
        let written = text.strip_prefix('+').unwrap_or(text);
        let units = [('d', 24 * 60 * 60), ('h', 60 * 60), ('m', 60)];
        let read = |(unit, seconds)| {
            let number: u32 = written.strip_suffix(unit)?.parse().ok()?;
            Some(Self(u64::from(number) * seconds))
        };
        let span = units.into_iter().find_map(read);
        span.ok_or_else(|| NoSpan(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<u64>) {
        let span = text.parse::<Span>().ok().map(Span::seconds);
        assert_eq!(span, expected, "{text}");
    }

    #[test]
    fn spans_have_a_unit() {
        check("30d", Some(2_592_000));
        check("+30d", Some(2_592_000));
        check("12h", Some(43_200));
        check("90m", Some(5_400));
        for text in ["30", "d", "-1d", "1w", "1.5d", "5000000000d"] {
            check(text, None);
        }
    }
}

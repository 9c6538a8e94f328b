use std::fmt;

/// A pattern over names: `*` stands for zero or more characters, everything
/// else for itself, and the whole name must match.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pattern(String);

impl Pattern {
    /// Any text is a pattern.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Whether the whole name matches.
    ///
    /// Greedy: every part between stars is taken at its first place, so the time
    /// is linear in practice and no pattern can make it explode.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        let mut parts = self.0.split('*');
        let Some(rest) = name.strip_prefix(parts.next().unwrap_or_default()) else {
            return false;
        };
        let Some(last) = parts.next_back() else {
            return rest.is_empty();
        };
        parts
            .try_fold(rest, |rest, part| {
                rest.split_once(part).map(|(_, after)| after)
            })
            .is_some_and(|rest| rest.ends_with(last))
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

//! Regular expressions of rules, which people write for JavaScript.

use super::slip::Slip;
use crate::diagnostic::Span;
use regex_lite::{Regex, RegexBuilder};

/// A regular expression.
#[derive(Debug, Clone)]
pub(super) struct Matcher {
    regex: Regex,
    /// The flag `g`: a group's number is that of a match.
    every: bool,
}

impl Matcher {
    /// Reads `PATTERN`, or `/PATTERN/FLAGS`.
    ///
    /// # Errors
    /// Where and why it cannot be used.
    pub(super) fn with_flags(text: &str) -> Result<Self, Slip> {
        let slashes = text
            .strip_prefix('/')
            .and_then(|rest| rest.rsplit_once('/'));
        match slashes.filter(|(pattern, _)| !pattern.is_empty()) {
            Some((pattern, flags)) => Self::read(pattern, flags, 1),
            None => Self::plain(text),
        }
    }

    /// Reads `PATTERN`.
    ///
    /// # Errors
    /// Where and why it cannot be used.
    pub(super) fn plain(text: &str) -> Result<Self, Slip> {
        Self::read(text, "", 0)
    }

    fn read(pattern: &str, flags: &str, at: usize) -> Result<Self, Slip> {
        let mut builder = RegexBuilder::new(pattern);
        let mut every = false;
        for (offset, flag) in flags.char_indices() {
            match flag {
                'i' => drop(builder.case_insensitive(true)),
                'm' => drop(builder.multi_line(true)),
                's' => drop(builder.dot_matches_new_line(true)),
                'g' => every = true,
                'u' => {}
                _ => {
                    let from = at + pattern.len() + 1 + offset;
                    let span = Span::new(from, from + flag.len_utf8());
                    let message = format!("the flag `{flag}` is not known here");
                    return Err(
                        Slip::error(span, message).help("known are `i`, `m`, `s`, `g` and `u`")
                    );
                }
            }
        }
        let span = Span::new(at, at + pattern.len());
        let regex = builder.build().map_err(|error| {
            let slip = Slip::error(
                span,
                format!("this regular expression cannot be used: {error}"),
            );
            let look_around = ["(?=", "(?!", "(?<=", "(?<!"];
            if look_around.iter().any(|start| pattern.contains(start)) {
                slip.help("there is no look-around here: match more, and take a `group` of it")
            } else {
                slip
            }
        })?;
        Ok(Self { regex, every })
    }

    /// How many groups there are; the whole match is not one.
    pub(super) fn groups(&self) -> usize {
        self.regex.captures_len() - 1
    }

    /// Whether a group of this number can be there.
    pub(super) fn has_group(&self, group: usize) -> bool {
        self.every || group <= self.groups()
    }

    /// Whether anything in `text` matches.
    pub(super) fn matches(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// The group of the first match; group 0 is all of it.
    pub(super) fn group(&self, text: &str, group: usize) -> Option<String> {
        let found = if self.every {
            self.regex.find_iter(text).nth(group)
        } else {
            self.regex.captures(text).and_then(|found| found.get(group))
        };
        found.map(|found| found.as_str().to_owned())
    }
}

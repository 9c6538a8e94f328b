//! How many images a change of policy may cost.

use std::fmt;
use std::str::FromStr;

/// How many images a new policy may remove that are kept today. Nothing said
/// means none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaxRemove {
    /// So many.
    Images(usize),
    /// So many of a hundred, rounded down.
    Percent(u8),
}

impl Default for MaxRemove {
    fn default() -> Self {
        Self::Images(0)
    }
}

impl MaxRemove {
    /// The number of images, of so many in the repository.
    pub fn of(self, images: usize) -> usize {
        match self {
            Self::Images(limit) => limit,
            Self::Percent(percent) => images.saturating_mul(usize::from(percent)) / 100,
        }
    }
}

impl fmt::Display for MaxRemove {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Images(limit) => limit.fmt(f),
            Self::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

/// A text that is no such limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoLimit(String);

impl fmt::Display for NoLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is no number of images: write `25`, or a share such as `10%`",
            self.0.escape_debug()
        )
    }
}

impl std::error::Error for NoLimit {}

impl FromStr for MaxRemove {
    type Err = NoLimit;

    fn from_str(text: &str) -> Result<Self, NoLimit> {
        let none = || NoLimit(text.to_owned());
        // A sign is taken by Rust's numbers, and means nothing here.
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        match text.strip_suffix('%') {
            Some(percent) if digits(percent) => match percent.parse() {
                Ok(percent @ 0..=100) => Ok(Self::Percent(percent)),
                _ => Err(none()),
            },
            None if digits(text) => text.parse().map(Self::Images).map_err(|_| none()),
            _ => Err(none()),
        }
    }
}

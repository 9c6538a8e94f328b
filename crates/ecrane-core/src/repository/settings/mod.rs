//! The settings of a repository, each a type.

mod encryption;
mod mutability;
mod tags;

pub use encryption::{Encryption, EncryptionType};
pub use mutability::{MutabilitySetting, TagFilter, TagMutability};
pub use tags::ResourceTags;

use crate::name::{Pattern, RepositoryName};
use std::fmt;

/// Whether the registry scans an image when it is pushed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScanOnPush {
    /// It does.
    On,
    /// It does not.
    Off,
}

impl From<bool> for ScanOnPush {
    fn from(on: bool) -> Self {
        if on { Self::On } else { Self::Off }
    }
}

impl fmt::Display for ScanOnPush {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::On => "on",
            Self::Off => "off",
        })
    }
}

/// Whether a repository that does not exist may be created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Creation {
    /// It may.
    Allowed,
    /// It may not.
    Forbidden,
    /// It may if its name matches: a mistyped name makes no repository.
    IfNameMatches(Pattern),
}

impl Creation {
    /// Whether this repository may be created.
    #[must_use]
    pub fn allows(&self, name: &RepositoryName) -> bool {
        match self {
            Self::Allowed => true,
            Self::Forbidden => false,
            Self::IfNameMatches(pattern) => pattern.matches(name.as_str()),
        }
    }
}

/// Why a setting's text is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingError {
    /// Byte offset in the text.
    pub at: usize,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

impl SettingError {
    fn new(at: usize, message: String, help: &str) -> Self {
        Self {
            at,
            message,
            help: help.to_owned(),
        }
    }
}

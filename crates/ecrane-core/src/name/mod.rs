//! The names of the field, parsed once: after that a name is known to be good.
//!
//! A function that takes a [`RepositoryName`] cannot be given an account id, a
//! tag or a name that Amazon ECR would refuse.

mod account;
mod digest;
mod pattern;
mod reference;
mod region;
mod registry;
mod repository;
mod role;
mod session;
mod tag;

pub use account::AccountId;
pub use digest::{Digest, short};
pub use pattern::Pattern;
pub use reference::Reference;
pub use region::{Partition, Region};
pub use registry::{Endpoint, RegistryHost};
pub use repository::RepositoryName;
pub use role::RoleArn;
pub use session::{Audience, ExternalId, SessionName};
pub use tag::Tag;

use std::fmt;

/// Which kind of name was expected where a [`NameError`] arose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameKind {
    /// An AWS account id.
    Account,
    /// An AWS Region.
    Region,
    /// A registry host.
    Registry,
    /// A repository name.
    Repository,
    /// An image tag.
    Tag,
    /// An image digest.
    Digest,
    /// A role's ARN.
    Role,
    /// The name of a role's session.
    Session,
    /// An external id.
    ExternalId,
    /// Whom a token is for.
    Audience,
}

impl fmt::Display for NameKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Account => "account id",
            Self::Region => "region",
            Self::Registry => "registry host",
            Self::Repository => "repository name",
            Self::Tag => "tag",
            Self::Digest => "digest",
            Self::Role => "role",
            Self::Session => "session name",
            Self::ExternalId => "external id",
            Self::Audience => "audience",
        })
    }
}

/// Why a text is not a name, and where in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameError {
    /// The kind of name that was expected.
    pub kind: NameKind,
    /// The text as given.
    pub text: String,
    /// Byte offset of the first character that does not fit; the length of the
    /// text where something is missing at its end.
    pub at: usize,
    /// What is wrong, in words that follow the kind's name.
    pub message: String,
    /// What to write instead, where that is clear.
    pub help: Option<String>,
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.message)?;
        match &self.help {
            Some(help) => write!(f, "; {help}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for NameError {}

impl NameError {
    fn new(kind: NameKind, text: &str, at: usize, message: impl Into<String>) -> Self {
        Self {
            kind,
            text: text.to_owned(),
            at,
            message: message.into(),
            help: None,
        }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Refuses what no name may hold, and says it in a way that cannot hide:
/// control characters and look-alikes are named by their code point.
fn refuse_invisible(kind: NameKind, text: &str) -> Result<(), NameError> {
    let Some((at, c)) = text
        .char_indices()
        .find(|(_, c)| c.is_control() || c.is_whitespace() || !c.is_ascii())
    else {
        return Ok(());
    };
    let column = text.char_indices().take_while(|(i, _)| *i < at).count() + 1;
    let code = format!("U+{:04X}", u32::from(c));
    let what = if c.is_control() {
        format!("holds the control character {code} at column {column}")
    } else if c.is_whitespace() {
        format!("holds a space at column {column}")
    } else {
        format!("holds the non-ASCII character `{c}` ({code}) at column {column}")
    };
    Err(NameError::new(kind, text, at, what))
}

/// The parts that every name kept as one string shares.
macro_rules! string_name {
    ($name:ident) => {
        impl $name {
            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
use string_name;

#[cfg(test)]
mod tests;

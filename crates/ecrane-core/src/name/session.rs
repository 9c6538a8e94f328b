//! What a session of a role is asked for with.

use super::{NameError, NameKind, string_name};
use std::str::FromStr;

/// The name of a role's session, which the logs of AWS show.
///
/// Source: `roleSessionNameType` in the AWS STS API reference.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionName(String);
string_name!(SessionName);

/// What the owner of a role asks those to name who may take it.
///
/// Source: `externalIdType` in the AWS STS API reference.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExternalId(String);
string_name!(ExternalId);

/// For whom a token is issued that says which job it is.
///
/// Any text is one; what AWS takes stands in its identity provider.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Audience(String);
string_name!(Audience);

impl Audience {
    /// That of the identity providers which GitHub's and AWS's guides make.
    #[must_use]
    pub fn of_sts() -> Self {
        Self("sts.amazonaws.com".to_owned())
    }
}

/// Letters and signs that names in IAM are made of.
pub(super) const fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '=' | ',' | '.' | '@' | '-')
}

fn check(
    kind: NameKind,
    text: &str,
    longest: usize,
    good: impl Fn(char) -> bool,
    signs: &str,
) -> Result<String, NameError> {
    const LEAST: usize = 2;
    super::refuse_invisible(kind, text)?;
    if let Some(at) = text.find(|c| !good(c)) {
        let message = format!("must be of letters, digits and `{signs}`");
        return Err(NameError::new(kind, text, at, message));
    }
    let length = text.len();
    if !(LEAST..=longest).contains(&length) {
        let message = format!("must have {LEAST} to {longest} characters, not {length}");
        return Err(NameError::new(kind, text, length.min(longest), message));
    }
    Ok(text.to_owned())
}

impl FromStr for SessionName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        check(NameKind::Session, text, 64, is_word, "+=,.@-_").map(Self)
    }
}

impl FromStr for ExternalId {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let good = |c| is_word(c) || matches!(c, ':' | '/');
        check(NameKind::ExternalId, text, 1224, good, "+=,.@:/-_").map(Self)
    }
}

impl FromStr for Audience {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        super::refuse_invisible(NameKind::Audience, text)?;
        Ok(Self(text.to_owned()))
    }
}

//! Parameters as types. What the service model says of them was checked before,
//! see [`super::model`].

use super::error::ApiError;
use crate::refusal::name_rule;
use ecrane_core::name::{AccountId, NameKind, RepositoryName};
use serde::Serialize;
use serde_json::Value;

/// The repository that the request names, if it is a name: for the log.
pub(super) fn named_repository(parameters: &Value) -> Option<String> {
    let name: RepositoryName = parameters.get("repositoryName")?.as_str()?.parse().ok()?;
    Some(name.to_string())
}

/// An account id.
pub(super) fn account(name: &str, text: &str) -> Result<AccountId, ApiError> {
    text.parse()
        .map_err(|_| ApiError::parameter(name, name_rule(NameKind::Account)))
}

/// A repository's name.
pub(super) fn repository_name(text: &str) -> Result<RepositoryName, ApiError> {
    text.parse()
        .map_err(|_| ApiError::parameter("repositoryName", name_rule(NameKind::Repository)))
}

/// A word of the service model, as it is written.
pub(super) fn text(word: &impl Serialize) -> String {
    let value = serde_json::to_value(word).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

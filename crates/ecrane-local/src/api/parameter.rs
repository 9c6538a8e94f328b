//! Parameters, checked as the service model says and refused in its words.

use super::error::ApiError;
use crate::refusal::name_rule;
use ecrane_core::name::{AccountId, NameKind, RepositoryName};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A parameter that may not be left out.
pub(super) fn required<T>(name: &str, value: Option<T>) -> Result<T, ApiError> {
    value.ok_or_else(|| ApiError::parameter(name, "must not be null"))
}

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
pub(super) fn repository_name(name: &str, text: &str) -> Result<RepositoryName, ApiError> {
    let length = text.chars().count();
    length_between(name, length, 2, 256)?;
    text.parse()
        .map_err(|_| ApiError::parameter(name, name_rule(NameKind::Repository)))
}

/// A length within bounds.
pub(super) fn length_between(
    name: &str,
    length: usize,
    least: usize,
    most: usize,
) -> Result<(), ApiError> {
    let rule = if length < least {
        format!("must have length greater than or equal to {least}")
    } else if length > most {
        format!("must have length less than or equal to {most}")
    } else {
        return Ok(());
    };
    Err(ApiError::parameter(name, rule))
}

/// A number within bounds.
pub(super) fn number_between(
    name: &str,
    number: i64,
    least: i64,
    most: i64,
) -> Result<(), ApiError> {
    let rule = if number < least {
        format!("must have value greater than or equal to {least}")
    } else if number > most {
        format!("must have value less than or equal to {most}")
    } else {
        return Ok(());
    };
    Err(ApiError::parameter(name, rule))
}

/// One of a fixed set of words; `values` is the set, for the message.
pub(super) fn one_of<T: DeserializeOwned>(
    name: &str,
    text: String,
    values: &str,
) -> Result<T, ApiError> {
    serde_json::from_value(Value::String(text)).map_err(|_| {
        ApiError::parameter(
            name,
            format_args!("Member must satisfy enum value set: [{values}]"),
        )
    })
}

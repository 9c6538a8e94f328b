use super::call::{Call, answer};
use super::error::{ApiError, Code};
use crate::clock::Timestamp;
use crate::refusal::Reason;
use crate::store::Repository;
use ecrane_core::lifecycle::{Policy, service_message};
use ecrane_core::name::{AccountId, RepositoryName};
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PutParameters {
    lifecycle_policy_text: String,
}

/// `PutLifecyclePolicy`.
pub(super) fn put(call: &Call<'_>) -> Result<Value, ApiError> {
    let key = call.repository()?;
    let PutParameters {
        lifecycle_policy_text: text,
    } = call.parameters()?;
    check(&text)?;
    let now = call.ecr.clock.now();
    let (repository, text) = call.ecr.store.update_repository(&key, |repository| {
        repository.lifecycle_policy = Some(text.clone());
        repository.lifecycle_put_at = Some(now);
        repository.lifecycle_evaluated_at = None;
        Ok(text)
    })?;
    answer(&policy(&repository, &text, None))
}

/// The policy, unless the service would refuse it.
pub(super) fn check(text: &str) -> Result<Policy, ApiError> {
    match service_message(text) {
        Ok(policy) => Ok(policy),
        Err(message) => Err(ApiError::new(Code::InvalidParameter, message)),
    }
}

/// `GetLifecyclePolicy`.
pub(super) fn get(call: &Call<'_>) -> Result<Value, ApiError> {
    let key = call.repository()?;
    let repository = call.ecr.store.repository(&key)?;
    match &repository.lifecycle_policy {
        Some(text) => answer(&policy(&repository, text, evaluated(&repository))),
        None => Err(Reason::LifecyclePolicyNotFound.about(&key).into()),
    }
}

/// `DeleteLifecyclePolicy`.
pub(super) fn delete(call: &Call<'_>) -> Result<Value, ApiError> {
    let key = call.repository()?;
    let (repository, text) = call.ecr.store.update_repository(&key, |repository| {
        repository
            .lifecycle_policy
            .take()
            .ok_or(Reason::LifecyclePolicyNotFound)
    })?;
    answer(&policy(&repository, &text, evaluated(&repository)))
}

/// The answer of all three operations.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PolicyShape<'a> {
    registry_id: &'a AccountId,
    repository_name: &'a RepositoryName,
    lifecycle_policy_text: &'a str,
    /// When the policy was last carried out, in epoch seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_evaluated_at: Option<f64>,
}

/// When the policy was last carried out. ECR says never with a zero.
fn evaluated(repository: &Repository) -> Option<f64> {
    let evaluated = repository.lifecycle_evaluated_at;
    Some(evaluated.map_or(0.0, Timestamp::epoch_seconds))
}

fn policy<'a>(
    repository: &'a Repository,
    text: &'a str,
    last_evaluated_at: Option<f64>,
) -> PolicyShape<'a> {
    PolicyShape {
        registry_id: &repository.registry.account,
        repository_name: &repository.name,
        lifecycle_policy_text: text,
        last_evaluated_at,
    }
}

use super::call::{Call, answer};
use super::error::{ApiError, Code};
use crate::refusal::Reason;
use crate::store::Repository;
use ecrane_core::lifecycle::service_message;
use ecrane_core::name::{AccountId, RepositoryName};
use serde::{Deserialize, Serialize};
use serde_json::Value;

const NEVER: Option<f64> = Some(0.0);

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
    let (repository, text) = call.ecr.store.update_repository(&key, |repository| {
        repository.lifecycle_policy = Some(text.clone());
        Ok(text)
    })?;
    answer(&policy(&repository, &text, None))
}

/// Refuses a policy that the service would refuse.
fn check(text: &str) -> Result<(), ApiError> {
    match service_message(text) {
        Ok(_) => Ok(()),
        Err(message) => Err(ApiError::new(Code::InvalidParameter, message)),
    }
}

/// `GetLifecyclePolicy`.
pub(super) fn get(call: &Call<'_>) -> Result<Value, ApiError> {
    let key = call.repository()?;
    let repository = call.ecr.store.repository(&key)?;
    match &repository.lifecycle_policy {
        Some(text) => answer(&policy(&repository, text, NEVER)),
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
    answer(&policy(&repository, &text, NEVER))
}

/// The answer of all three operations.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PolicyShape<'a> {
    registry_id: &'a AccountId,
    repository_name: &'a RepositoryName,
    lifecycle_policy_text: &'a str,
    /// When the policy was last carried out, in epoch seconds: here never,
    /// which ECR says with a zero.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_evaluated_at: Option<f64>,
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

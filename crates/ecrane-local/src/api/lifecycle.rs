use super::call::Call;
use super::error::ApiError;
use super::parameter;
use crate::refusal::Reason;
use crate::store::Repository;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PutParameters {
    lifecycle_policy_text: Option<String>,
}

/// `PutLifecyclePolicy`.
pub(super) fn put(call: &Call<'_>) -> Result<Value, ApiError> {
    let key = call.repository()?;
    let parameters: PutParameters = call.parameters()?;
    let text = parameter::required("lifecyclePolicyText", parameters.lifecycle_policy_text)?;
    check(&text)?;
    let (repository, text) = call.ecr.store.update_repository(&key, |repository| {
        repository.lifecycle_policy = Some(text.clone());
        Ok(text)
    })?;
    Ok(policy(&repository, &text))
}

/// Refuses a policy that the service would refuse.
fn check(text: &str) -> Result<(), ApiError> {
    parameter::length_between("LifecyclePolicyText", text.chars().count(), 100, 30_720)
}

/// `GetLifecyclePolicy`.
pub(super) fn get(call: &Call<'_>) -> Result<Value, ApiError> {
    let key = call.repository()?;
    let repository = call.ecr.store.repository(&key)?;
    match &repository.lifecycle_policy {
        Some(text) => Ok(evaluated(policy(&repository, text), &repository)),
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
    Ok(evaluated(policy(&repository, &text), &repository))
}

fn policy(repository: &Repository, text: &str) -> Value {
    json!({
        "registryId": repository.registry.account,
        "repositoryName": repository.name,
        "lifecyclePolicyText": text,
    })
}

/// Says when the policy was last carried out: never, and ECR puts the epoch.
fn evaluated(mut answer: Value, _: &Repository) -> Value {
    answer["lastEvaluatedAt"] = 0.into();
    answer
}

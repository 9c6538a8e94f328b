//! Who may use a repository or a registry. The policies are checked and kept;
//! nobody's request is refused by them here.

use super::call::Call;
use super::error::ApiError;
use crate::refusal::{Fault, Reason};
use crate::store::{RegistrySettings, Repository};
use ecrane_core::repository::AccessPolicy;
use serde::Deserialize;
use serde_json::{Map, Value, json};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parameters {
    policy_text: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OfRepository {
    policy_text: String,
    #[serde(default)]
    force: bool,
}

/// `SetRepositoryPolicy`.
pub(super) fn set(call: &Call<'_>) -> Result<Value, ApiError> {
    let key = call.repository()?;
    let OfRepository { policy_text, force } = call.parameters()?;
    call.ecr.store.repository(&key)?;
    let read = AccessPolicy::read(&policy_text);
    if read.policy.is_none() && !(force && read.is_good_if_forced()) {
        return Err(no_policy_of_repository());
    }
    let (repository, text) = call.ecr.store.update_repository(&key, |repository| {
        repository.policy = Some(policy_text.clone());
        Ok(policy_text)
    })?;
    Ok(of_repository(&repository, &text))
}

/// `GetRepositoryPolicy`.
pub(super) fn get(call: &Call<'_>) -> Result<Value, ApiError> {
    let key = call.repository()?;
    let repository = call.ecr.store.repository(&key)?;
    match &repository.policy {
        Some(text) => Ok(of_repository(&repository, text)),
        None => Err(Reason::RepositoryPolicyNotFound.about(&key).into()),
    }
}

/// `DeleteRepositoryPolicy`.
pub(super) fn delete(call: &Call<'_>) -> Result<Value, ApiError> {
    let key = call.repository()?;
    let (repository, text) = call.ecr.store.update_repository(&key, |repository| {
        let policy = repository.policy.take();
        policy.ok_or(Reason::RepositoryPolicyNotFound)
    })?;
    Ok(of_repository(&repository, &text))
}

fn of_repository(repository: &Repository, text: &str) -> Value {
    json!({
        "registryId": repository.registry.account,
        "repositoryName": repository.name,
        "policyText": text,
    })
}

/// `PutRegistryPolicy`.
pub(super) fn put_of_registry(call: &Call<'_>) -> Result<Value, ApiError> {
    let Parameters { policy_text } = call.parameters()?;
    check_of_registry(&policy_text)?;
    let put = |settings: &mut RegistrySettings| {
        settings.policy = Some(policy_text.clone());
        Ok(policy_text)
    };
    of_registry(call, call.ecr.store.update_registry(&call.registry, put))
}

/// `GetRegistryPolicy`.
pub(super) fn get_of_registry(call: &Call<'_>) -> Result<Value, ApiError> {
    let settings = call.ecr.store.registry_settings(&call.registry)?;
    let not_found = || Reason::RegistryPolicyNotFound.in_registry(&call.registry);
    of_registry(call, settings.policy.ok_or_else(not_found))
}

/// `DeleteRegistryPolicy`.
pub(super) fn delete_of_registry(call: &Call<'_>) -> Result<Value, ApiError> {
    let take = |settings: &mut RegistrySettings| {
        let policy = settings.policy.take();
        policy.ok_or(Reason::RegistryPolicyNotFound)
    };
    of_registry(call, call.ecr.store.update_registry(&call.registry, take))
}

fn of_registry(call: &Call<'_>, text: Result<String, Fault>) -> Result<Value, ApiError> {
    Ok(json!({ "registryId": call.registry.account, "policyText": text? }))
}

/// Refuses what is no policy of a repository.
pub(super) fn check_of_repository(text: &str) -> Result<(), ApiError> {
    let read = AccessPolicy::read(text).policy;
    read.map(drop).ok_or_else(no_policy_of_repository)
}

fn no_policy_of_repository() -> ApiError {
    ApiError::parameter("PolicyText", "Invalid repository policy provided")
}

/// Refuses what is no policy of a registry.
fn check_of_registry(text: &str) -> Result<(), ApiError> {
    match serde_json::from_str(text).is_ok_and(|document| is_policy(&document)) {
        true => Ok(()),
        false => {
            let rule = "Invalid registry policy provided";
            Err(ApiError::parameter("PolicyText", rule))
        }
    }
}

/// Source: "Grammar of the IAM JSON policy language" in the IAM user guide.
fn is_policy(document: &Value) -> bool {
    let Value::Object(document) = document else {
        return false;
    };
    let known = ["Version", "Id", "Statement"];
    let version = document.get("Version").and_then(Value::as_str);
    let statements = match document.get("Statement") {
        Some(Value::Array(statements)) => statements.as_slice(),
        Some(statement) => std::slice::from_ref(statement),
        None => &[],
    };
    document.keys().all(|key| known.contains(&key.as_str()))
        && matches!(version, None | Some("2008-10-17" | "2012-10-17"))
        && !statements.is_empty()
        && statements.iter().all(|statement| match statement {
            Value::Object(statement) => is_statement(statement),
            _ => false,
        })
}

fn is_statement(statement: &Map<String, Value>) -> bool {
    let known = [
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    ];
    let has_one_of = |names: [&str; 2]| {
        let given = names.iter().filter(|name| statement.contains_key(**name));
        given.count() == 1
    };
    let actions = statement
        .get("Action")
        .or_else(|| statement.get("NotAction"));
    let effect = statement.get("Effect").and_then(Value::as_str);
    statement.keys().all(|key| known.contains(&key.as_str()))
        && matches!(effect, Some("Allow" | "Deny"))
        && has_one_of(["Principal", "NotPrincipal"])
        && has_one_of(["Action", "NotAction"])
        && has_one_of(["Resource", "NotResource"])
        && actions.is_some_and(are_actions)
        && statement.get("Condition").is_none_or(Value::is_object)
}

fn are_actions(actions: &Value) -> bool {
    let is_action = |action: &Value| {
        action.as_str().is_some_and(|action| {
            action == "*"
                || action
                    .split_once(':')
                    .is_some_and(|(service, _)| service == "ecr")
        })
    };
    match actions {
        Value::Array(actions) => !actions.is_empty() && actions.iter().all(is_action),
        action => is_action(action),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(statement: &Value, expected: bool) {
        let document = json!({ "Version": "2012-10-17", "Statement": [statement] });
        assert_eq!(is_policy(&document), expected, "{document}");
    }

    #[test]
    fn a_registrys_policy_has_what_it_needs() {
        let replicate = json!({
            "Effect": "Allow",
            "Principal": "*",
            "Action": ["ecr:ReplicateImage"],
            "Resource": "*",
        });
        check(&replicate, true);
        let changed = |name: &str, value: Value| {
            let mut statement = replicate.clone();
            statement[name] = value;
            statement
        };
        check(&changed("Action", "*".into()), true);
        check(&changed("Action", "s3:GetObject".into()), false);
        check(&changed("Action", json!([])), false);
        check(&changed("Effect", "allow".into()), false);
        check(&changed("Principals", "*".into()), false);
        check(&changed("NotResource", "*".into()), false);
        assert!(!is_policy(&json!({ "Statement": [] })));
        assert!(!is_policy(&json!([])));
    }
}

//! Settings of a registry that are kept and have no effect here: which images
//! are signed, and whose pulls are not recorded.

use super::call::{Call, answer};
use super::error::ApiError;
use super::images::{ImageIdentifier, find};
use super::page::PageParameters;
use crate::refusal::Reason;
use crate::store::{RegistrySettings, SigningRule};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Deserialize, Serialize)]
struct Signing {
    rules: Vec<SigningRule>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SigningParameters {
    signing_configuration: Signing,
}

/// `PutSigningConfiguration`.
pub(super) fn put_signing(call: &Call<'_>) -> Result<Value, ApiError> {
    let SigningParameters {
        signing_configuration,
    } = call.parameters()?;
    call.ecr.store.update_registry(&call.registry, |settings| {
        settings.signing = Some(signing_configuration.rules.clone());
        Ok(())
    })?;
    Ok(json!({ "signingConfiguration": signing_configuration }))
}

/// `GetSigningConfiguration`.
pub(super) fn get_signing(call: &Call<'_>) -> Result<Value, ApiError> {
    let settings = call.ecr.store.registry_settings(&call.registry)?;
    match settings.signing {
        Some(rules) => Ok(signing(call, rules)),
        None => Err(Reason::SigningConfigurationNotFound
            .in_registry(&call.registry)
            .into()),
    }
}

/// `DeleteSigningConfiguration`.
pub(super) fn delete_signing(call: &Call<'_>) -> Result<Value, ApiError> {
    let take = |settings: &mut RegistrySettings| {
        let rules = settings.signing.take();
        rules.ok_or(Reason::SigningConfigurationNotFound)
    };
    let rules = call.ecr.store.update_registry(&call.registry, take)?;
    Ok(signing(call, rules))
}

fn signing(call: &Call<'_>, rules: Vec<SigningRule>) -> Value {
    json!({ "registryId": call.registry.account, "signingConfiguration": Signing { rules } })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ImageParameters {
    image_id: ImageIdentifier,
}

/// `DescribeImageSigningStatus`: nothing is signed here, so there is none.
pub(super) fn signing_status(call: &Call<'_>) -> Result<Value, ApiError> {
    let key = call.repository()?;
    let ImageParameters { image_id } = call.parameters()?;
    let found = find(call, &key, &image_id)?;
    Ok(json!({
        "registryId": key.registry.account,
        "repositoryName": key.name,
        "imageId": ImageIdentifier::found(&found, image_id.image_tag),
        "signingStatuses": [],
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PrincipalParameters {
    principal_arn: String,
}

/// `RegisterPullTimeUpdateExclusion`.
pub(super) fn register_exclusion(call: &Call<'_>) -> Result<Value, ApiError> {
    let PrincipalParameters { principal_arn } = call.parameters()?;
    let now = call.ecr.clock.now();
    call.ecr.store.update_registry(&call.registry, |settings| {
        let exclusions = &mut settings.pull_time_exclusions;
        match exclusions.insert(principal_arn.clone(), now) {
            Some(_) => Err(Reason::ExclusionAlreadyExists(principal_arn.clone())),
            None => Ok(()),
        }
    })?;
    Ok(json!({ "principalArn": principal_arn, "createdAt": now.epoch_seconds() }))
}

/// `DeregisterPullTimeUpdateExclusion`.
pub(super) fn deregister_exclusion(call: &Call<'_>) -> Result<Value, ApiError> {
    let PrincipalParameters { principal_arn } = call.parameters()?;
    call.ecr.store.update_registry(&call.registry, |settings| {
        match settings.pull_time_exclusions.remove(&principal_arn) {
            Some(_) => Ok(()),
            None => Err(Reason::ExclusionNotFound(principal_arn.clone())),
        }
    })?;
    Ok(json!({ "principalArn": principal_arn }))
}

/// `ListPullTimeUpdateExclusions`.
pub(super) fn list_exclusions(call: &Call<'_>) -> Result<Value, ApiError> {
    let paging: PageParameters = call.parameters()?;
    let page = paging.page()?;
    let settings = call.ecr.store.registry_settings(&call.registry)?;
    let principals = settings.pull_time_exclusions.into_keys();
    let mut principals: Vec<String> = principals
        .filter(|principal| *principal > page.after)
        .collect();
    let next_token = page.cut(&mut principals, Clone::clone);
    answer(&Exclusions {
        pull_time_update_exclusions: principals,
        next_token,
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Exclusions {
    pull_time_update_exclusions: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

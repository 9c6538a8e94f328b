//! Where a registry copies its images to.

use super::call::Call;
use super::error::ApiError;
use super::images::{ImageIdentifier, find};
use crate::push;
use crate::refusal::Fault;
use crate::store::{ReplicationDestination, ReplicationRule, Selector};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Deserialize, Serialize)]
struct Replication {
    rules: Vec<ReplicationRule>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parameters {
    replication_configuration: Replication,
}

/// `PutReplicationConfiguration`.
pub(super) fn put(call: &Call<'_>) -> Result<Value, ApiError> {
    let Parameters {
        replication_configuration,
    } = call.parameters()?;
    let here = ReplicationDestination {
        region: call.registry.region.clone(),
        registry_id: call.registry.account.clone(),
    };
    let rules = &replication_configuration.rules;
    if rules.iter().any(|rule| rule.destinations.contains(&here)) {
        return Err(ApiError::parameter(
            "replicationConfiguration",
            "Replication destination cannot be the same as the source registry",
        ));
    }
    call.ecr.store.update_registry(&call.registry, |settings| {
        settings.replication.clone_from(rules);
        Ok(())
    })?;
    Ok(json!({ "replicationConfiguration": replication_configuration }))
}

/// `DescribeRegistry`.
pub(super) fn describe_registry(call: &Call<'_>) -> Result<Value, ApiError> {
    let settings = call.ecr.store.registry_settings(&call.registry)?;
    let replication = Replication {
        rules: settings.replication,
    };
    Ok(json!({
        "registryId": call.registry.account,
        "replicationConfiguration": replication,
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ImageParameters {
    image_id: ImageIdentifier,
}

/// `DescribeImageReplicationStatus`: whether the image is where it is copied to.
/// A copy is made with the push, so there is none in progress.
pub(super) fn status(call: &Call<'_>) -> Result<Value, ApiError> {
    let key = call.repository()?;
    let ImageParameters { image_id } = call.parameters()?;
    let found = find(call, &key, &image_id)?;
    let store = &call.ecr.store;
    let selector = Selector::Digest(found.image.digest.clone());
    let mut statuses = Vec::new();
    for destination in push::destinations(&store.registry_settings(&key.registry)?, &key) {
        let copy = store.image(&push::counterpart(&key, &destination), &selector);
        let status = match copy {
            Ok(_) => "COMPLETE",
            Err(Fault::Refused(_)) => "FAILED",
            Err(fault) => return Err(fault.into()),
        };
        statuses.push(json!({
            "region": destination.region,
            "registryId": destination.registry_id,
            "status": status,
        }));
    }
    Ok(json!({
        "repositoryName": key.name,
        "imageId": ImageIdentifier::found(&found, image_id.image_tag),
        "replicationStatuses": statuses,
    }))
}

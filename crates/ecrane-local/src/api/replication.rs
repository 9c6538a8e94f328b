//! Where a registry copies its images to.

use super::call::Call;
use super::error::ApiError;
use crate::store::{ReplicationDestination, ReplicationRule};
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

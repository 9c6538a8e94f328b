//! When which repositories are scanned, for a whole registry. There is no
//! scanner here: it is a setting only.

use super::call::Call;
use super::error::ApiError;
use super::parameter;
use crate::refusal::{Fault, Reason, Refusal};
use crate::store::{
    NameFilter, RegistryScanning, Repository, RepositoryKey, ScanningRule, matches_wildcard,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PutParameters {
    scan_type: Option<String>,
    rules: Option<Vec<ScanningRule>>,
}

/// `PutRegistryScanningConfiguration`. What is left out is the default again.
pub(super) fn put(call: &Call<'_>) -> Result<Value, ApiError> {
    let PutParameters { scan_type, rules } = call.parameters()?;
    let default = RegistryScanning::default();
    let scanning = RegistryScanning {
        scan_type: scan_type.unwrap_or(default.scan_type),
        rules: rules.unwrap_or_default(),
    };
    check(&scanning)?;
    call.ecr.store.update_registry(&call.registry, |settings| {
        settings.scanning = scanning.clone();
        Ok(())
    })?;
    Ok(json!({ "registryScanningConfiguration": scanning }))
}

/// Source: `PutRegistryScanningConfiguration` and "Scan filters" in the user guide.
fn check(scanning: &RegistryScanning) -> Result<(), ApiError> {
    let basic = scanning.scan_type == "BASIC";
    for (place, rule) in scanning.rules.iter().enumerate() {
        let same = |other: &ScanningRule| other.scan_frequency == rule.scan_frequency;
        if scanning.rules.iter().take(place).any(same) {
            return Err(ApiError::parameter(
                "rules",
                "must not have two rules of the same scanFrequency",
            ));
        }
        if basic && rule.scan_frequency == "CONTINUOUS_SCAN" {
            return Err(ApiError::parameter(
                "scanFrequency",
                "must be SCAN_ON_PUSH or MANUAL with scanType BASIC",
            ));
        }
    }
    Ok(())
}

/// `GetRegistryScanningConfiguration`.
pub(super) fn get(call: &Call<'_>) -> Result<Value, ApiError> {
    let settings = call.ecr.store.registry_settings(&call.registry)?;
    Ok(json!({
        "registryId": call.registry.account,
        "scanningConfiguration": settings.scanning,
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NamesParameters {
    repository_names: Vec<String>,
}

/// The shape `RepositoryScanningConfiguration` of the service model.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Scanning {
    repository_arn: String,
    repository_name: String,
    scan_on_push: bool,
    scan_frequency: String,
    applied_scan_filters: Vec<NameFilter>,
}

/// `BatchGetRepositoryScanningConfiguration`: what the registry's rules and the
/// repositories' own setting come to.
pub(super) fn of_repositories(call: &Call<'_>) -> Result<Value, ApiError> {
    let NamesParameters { repository_names } = call.parameters()?;
    let scanning = call.ecr.store.registry_settings(&call.registry)?.scanning;
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for name in &repository_names {
        let key = RepositoryKey {
            registry: call.registry.clone(),
            name: parameter::repository_name(name)?,
        };
        match call.ecr.store.repository(&key) {
            Ok(repository) => found.push(applied(&scanning, &repository)),
            Err(Fault::Refused(
                ref refusal @ Refusal {
                    reason: Reason::RepositoryNotFound,
                    ..
                },
            )) => failures.push(json!({
                "repositoryName": name,
                "failureCode": "REPOSITORY_NOT_FOUND",
                "failureReason": refusal.to_string(),
            })),
            Err(fault) => return Err(fault.into()),
        }
    }
    Ok(json!({ "scanningConfigurations": found, "failures": failures }))
}

fn applied(scanning: &RegistryScanning, repository: &Repository) -> Scanning {
    let fits = |filter: &NameFilter| matches_wildcard(&filter.filter, repository.name.as_str());
    // The rule that scans most often is the one that counts.
    let frequencies = ["CONTINUOUS_SCAN", "SCAN_ON_PUSH"];
    let rule = frequencies.iter().find_map(|frequency| {
        let mut rules = scanning.rules.iter();
        rules.find(|rule| {
            rule.scan_frequency == *frequency && rule.repository_filters.iter().any(fits)
        })
    });
    let frequency = match rule {
        Some(rule) => rule.scan_frequency.as_str(),
        None if repository.scan_on_push => "SCAN_ON_PUSH",
        None => "MANUAL",
    };
    let filters = rule.map(|rule| rule.repository_filters.iter());
    Scanning {
        repository_arn: repository.arn(),
        repository_name: repository.name.to_string(),
        scan_on_push: frequency != "MANUAL",
        scan_frequency: frequency.to_owned(),
        applied_scan_filters: filters
            .into_iter()
            .flatten()
            .filter(|filter| fits(filter))
            .cloned()
            .collect(),
    }
}

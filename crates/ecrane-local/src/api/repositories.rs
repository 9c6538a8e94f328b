use super::call::{Call, answer};
use super::error::ApiError;
use super::page::PageParameters;
use super::parameter;
use super::settings::{
    self, EncryptionParameters, EncryptionShape, ExclusionFilterShape, MutabilityParameters,
    ScanningParameters, ScanningShape,
};
use super::tags::{self, TagParameters};
use crate::ecr::Ecr;
use crate::store::{Mutability, Repository, RepositoryKey};
use ecrane_core::name::{AccountId, RepositoryName};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateParameters {
    tags: Option<Vec<TagParameters>>,
    image_scanning_configuration: Option<ScanningParameters>,
    encryption_configuration: Option<EncryptionParameters>,
}

/// `CreateRepository`.
pub(super) fn create(call: &Call<'_>) -> Result<Value, ApiError> {
    let key = call.repository()?;
    let parameters: CreateParameters = call.parameters()?;
    let mutability: MutabilityParameters = call.parameters()?;
    let mut repository = Repository {
        id: 0,
        registry: key.registry.clone(),
        name: key.name.clone(),
        created_at: call.ecr.clock.now(),
        tag_mutability: mutability.parse()?,
        scan_on_push: settings::scan_on_push(parameters.image_scanning_configuration),
        encryption: settings::encryption(parameters.encryption_configuration)?,
        tags: BTreeMap::new(),
        lifecycle_policy: None,
        lifecycle_put_at: None,
        lifecycle_evaluated_at: None,
        policy: None,
    };
    repository
        .add_tags(tags::parse(parameters.tags.unwrap_or_default())?)
        .map_err(|reason| reason.about(&key))?;
    let repository = call.ecr.store.create_repository(repository)?;
    answer(&OneRepository {
        repository: describe_one(call.ecr, &repository),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DescribeParameters {
    repository_names: Option<Vec<String>>,
}

/// `DescribeRepositories`: those that are named, or all in parts.
pub(super) fn describe(call: &Call<'_>) -> Result<Value, ApiError> {
    let registry = call.registry()?;
    let DescribeParameters { repository_names } = call.parameters()?;
    let paging: PageParameters = call.parameters()?;
    let Some(names) = repository_names else {
        let page = paging.page()?;
        let mut found = call
            .ecr
            .store
            .repositories(&registry, &page.after, page.limit + 1)
            .map_err(crate::refusal::Fault::from)?;
        let next = page.cut(&mut found, |repository| repository.name.to_string());
        return listing(call.ecr, &found, next);
    };
    if paging.is_given() {
        return Err(ApiError::parameter(
            "maxResults",
            "must not be given with 'repositoryNames'",
        ));
    }
    let mut found = Vec::new();
    for name in &names {
        let key = RepositoryKey {
            registry: registry.clone(),
            name: parameter::repository_name(name)?,
        };
        found.push(call.ecr.store.repository(&key)?);
    }
    listing(call.ecr, &found, None)
}

#[derive(Deserialize)]
struct DeleteParameters {
    #[serde(default)]
    force: Option<bool>,
}

/// `DeleteRepository`; one with images only with `force`.
pub(super) fn delete(call: &Call<'_>) -> Result<Value, ApiError> {
    let key = call.repository()?;
    let DeleteParameters { force } = call.parameters()?;
    let repository = call
        .ecr
        .store
        .delete_repository(&key, force.unwrap_or(false))?;
    answer(&OneRepository {
        repository: describe_one(call.ecr, &repository),
    })
}

fn listing(
    ecr: &Ecr,
    repositories: &[Repository],
    next_token: Option<String>,
) -> Result<Value, ApiError> {
    let repositories = repositories.iter();
    answer(&RepositoryList {
        repositories: repositories.map(|one| describe_one(ecr, one)).collect(),
        next_token,
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RepositoryList<'a> {
    repositories: Vec<RepositoryShape<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
struct OneRepository<'a> {
    repository: RepositoryShape<'a>,
}

/// The shape `Repository` of the service model.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RepositoryShape<'a> {
    repository_arn: String,
    registry_id: &'a AccountId,
    repository_name: &'a RepositoryName,
    repository_uri: String,
    created_at: f64,
    image_tag_mutability: Mutability,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    image_tag_mutability_exclusion_filters: Vec<ExclusionFilterShape<'a>>,
    image_scanning_configuration: ScanningShape,
    encryption_configuration: EncryptionShape<'a>,
}

fn describe_one<'a>(ecr: &Ecr, repository: &'a Repository) -> RepositoryShape<'a> {
    RepositoryShape {
        repository_arn: repository.arn(),
        registry_id: &repository.registry.account,
        repository_name: &repository.name,
        repository_uri: ecr.repository_uri(repository),
        created_at: repository.created_at.epoch_seconds(),
        image_tag_mutability: repository.tag_mutability.setting,
        image_tag_mutability_exclusion_filters: settings::exclusions(&repository.tag_mutability),
        image_scanning_configuration: ScanningShape {
            scan_on_push: repository.scan_on_push,
        },
        encryption_configuration: EncryptionShape {
            encryption_type: repository.encryption.kind,
            kms_key: repository.encryption.kms_key.as_deref(),
        },
    }
}

use super::call::Call;
use super::error::ApiError;
use super::page::PageParameters;
use super::parameter;
use super::settings::{self, EncryptionParameters, MutabilityParameters, ScanningParameters};
use super::tags::{self, TagParameters};
use crate::ecr::Ecr;
use crate::store::{Repository, RepositoryKey};
use serde::Deserialize;
use serde_json::{Value, json};

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
    let repository = Repository {
        id: 0,
        registry: key.registry,
        name: key.name,
        created_at: call.ecr.clock.now(),
        tag_mutability: mutability.parse()?,
        scan_on_push: settings::scan_on_push(parameters.image_scanning_configuration),
        encryption: settings::encryption(parameters.encryption_configuration)?,
        tags: tags::parse(parameters.tags.unwrap_or_default())?,
        lifecycle_policy: None,
    };
    tags::check_number(&repository.tags)?;
    let repository = call.ecr.store.create_repository(repository)?;
    Ok(json!({ "repository": describe_one(call.ecr, &repository) }))
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
        return Ok(listing(call.ecr, &found, next));
    };
    parameter::length_between("repositoryNames", names.len(), 1, 100)?;
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
            name: parameter::repository_name("repositoryNames", name)?,
        };
        found.push(call.ecr.store.repository(&key)?);
    }
    Ok(listing(call.ecr, &found, None))
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
    Ok(json!({ "repository": describe_one(call.ecr, &repository) }))
}

fn listing(ecr: &Ecr, repositories: &[Repository], next: Option<String>) -> Value {
    let repositories: Vec<Value> = repositories
        .iter()
        .map(|repository| describe_one(ecr, repository))
        .collect();
    let mut answer = json!({ "repositories": repositories });
    if let Some(next) = next {
        answer["nextToken"] = next.into();
    }
    answer
}

/// The shape `Repository` of the service model.
fn describe_one(ecr: &Ecr, repository: &Repository) -> Value {
    let mut answer = json!({
        "repositoryArn": repository.arn(),
        "registryId": repository.registry.account,
        "repositoryName": repository.name,
        "repositoryUri": ecr.repository_uri(repository),
        "createdAt": repository.created_at.epoch_seconds(),
        "imageTagMutability": repository.tag_mutability.setting,
        "imageScanningConfiguration": { "scanOnPush": repository.scan_on_push },
        "encryptionConfiguration": { "encryptionType": repository.encryption.kind },
    });
    settings::add_exclusions(&mut answer, &repository.tag_mutability);
    if let Some(key) = &repository.encryption.kms_key {
        answer["encryptionConfiguration"]["kmsKey"] = key.as_str().into();
    }
    answer
}

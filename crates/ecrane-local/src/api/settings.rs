use super::call::{Call, answer};
use super::error::ApiError;
use super::parameter;
use crate::store::{Encryption, EncryptionType, Mutability, TagMutability};
use ecrane_core::name::{AccountId, RepositoryName};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const MOST_STARS: usize = 2;

/// The parameters that set which tags may move.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MutabilityParameters {
    image_tag_mutability: Option<Mutability>,
    image_tag_mutability_exclusion_filters: Option<Vec<ExclusionFilter>>,
}

/// Of the one type that there is, `WILDCARD`.
#[derive(Deserialize)]
struct ExclusionFilter {
    filter: String,
}

impl MutabilityParameters {
    /// The setting; all tags are mutable where nothing is said.
    pub(super) fn parse(self) -> Result<TagMutability, ApiError> {
        let setting = self.image_tag_mutability.unwrap_or(Mutability::Mutable);
        let filters = self.image_tag_mutability_exclusion_filters;
        let name = "imageTagMutabilityExclusionFilters";
        let takes_filters = matches!(
            setting,
            Mutability::ImmutableWithExclusion | Mutability::MutableWithExclusion
        );
        if takes_filters != filters.is_some() {
            let can = if takes_filters { "can't be" } else { "must be" };
            let word = parameter::text(&setting);
            let rule = format!(
                "ImageTagMutabilityExclusionFilters {can} null when imageTagMutability is set as {word}"
            );
            return Err(ApiError::parameter(name, rule));
        }
        let filters = filters.unwrap_or_default();
        let exclusions = filters
            .into_iter()
            .map(|filter| exclusion(name, filter))
            .collect::<Result<_, _>>()?;
        Ok(TagMutability {
            setting,
            exclusions,
        })
    }
}

fn exclusion(name: &str, ExclusionFilter { filter }: ExclusionFilter) -> Result<String, ApiError> {
    if filter.matches('*').count() > MOST_STARS {
        return Err(ApiError::parameter(
            name,
            format_args!("must have at most {MOST_STARS} wildcards"),
        ));
    }
    Ok(filter)
}

/// The shape `ImageTagMutabilityExclusionFilter` of the service model.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ExclusionFilterShape<'a> {
    filter_type: &'static str,
    filter: &'a str,
}

/// The exceptions from a setting, in the service's shape.
pub(super) fn exclusions(mutability: &TagMutability) -> Vec<ExclusionFilterShape<'_>> {
    let filters = mutability.exclusions.iter();
    filters
        .map(|filter| ExclusionFilterShape {
            filter_type: "WILDCARD",
            filter,
        })
        .collect()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MutabilityShape<'a> {
    registry_id: &'a AccountId,
    repository_name: &'a RepositoryName,
    image_tag_mutability: Mutability,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    image_tag_mutability_exclusion_filters: Vec<ExclusionFilterShape<'a>>,
}

/// `PutImageTagMutability`.
pub(super) fn put_mutability(call: &Call<'_>) -> Result<Value, ApiError> {
    let key = call.repository()?;
    let parameters: MutabilityParameters = call.parameters()?;
    let mutability = parameters.parse()?;
    let (repository, ()) = call.ecr.store.update_repository(&key, |repository| {
        repository.tag_mutability = mutability;
        Ok(())
    })?;
    answer(&MutabilityShape {
        registry_id: &repository.registry.account,
        repository_name: &repository.name,
        image_tag_mutability: repository.tag_mutability.setting,
        image_tag_mutability_exclusion_filters: exclusions(&repository.tag_mutability),
    })
}

/// Whether a push starts a scan.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ScanningParameters {
    scan_on_push: Option<bool>,
}

/// No, where nothing is said.
pub(super) fn scan_on_push(parameters: Option<ScanningParameters>) -> bool {
    parameters
        .and_then(|parameters| parameters.scan_on_push)
        .unwrap_or(false)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PutScanningParameters {
    image_scanning_configuration: ScanningParameters,
}

/// The shape `ImageScanningConfiguration` of the service model.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ScanningShape {
    pub(super) scan_on_push: bool,
}

/// The shape `EncryptionConfiguration` of the service model.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EncryptionShape<'a> {
    pub(super) encryption_type: EncryptionType,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) kms_key: Option<&'a str>,
}

/// `PutImageScanningConfiguration`.
pub(super) fn put_scanning(call: &Call<'_>) -> Result<Value, ApiError> {
    let key = call.repository()?;
    let parameters: PutScanningParameters = call.parameters()?;
    let scan_on_push = scan_on_push(Some(parameters.image_scanning_configuration));
    let (repository, ()) = call.ecr.store.update_repository(&key, |repository| {
        repository.scan_on_push = scan_on_push;
        Ok(())
    })?;
    Ok(json!({
        "registryId": repository.registry.account,
        "repositoryName": repository.name,
        "imageScanningConfiguration": { "scanOnPush": repository.scan_on_push },
    }))
}

/// How a new repository is to be encrypted.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EncryptionParameters {
    encryption_type: EncryptionType,
    kms_key: Option<String>,
}

/// AES256 where nothing is said.
pub(super) fn encryption(parameters: Option<EncryptionParameters>) -> Result<Encryption, ApiError> {
    let Some(EncryptionParameters {
        encryption_type: kind,
        kms_key,
    }) = parameters
    else {
        return Ok(Encryption::default());
    };
    if kms_key.is_some() && kind == EncryptionType::Aes256 {
        return Err(ApiError::parameter(
            "kmsKey",
            "must not be given with encryptionType AES256",
        ));
    }
    Ok(Encryption { kind, kms_key })
}

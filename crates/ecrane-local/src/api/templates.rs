//! Repository creation templates: what a push makes of a repository that is not
//! there, and a copy in the registry that it is made to.

use super::call::{Call, answer};
use super::error::{ApiError, Code};
use super::page::PageParameters;
use super::settings::{
    self, EncryptionParameters, EncryptionShape, ExclusionFilterShape, MutabilityParameters,
};
use super::tags::{self, TagParameters};
use super::{lifecycle, policies};
use crate::refusal::Reason;
use crate::store::{AppliedFor, Mutability, RegistrySettings, Template};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Deserialize)]
struct PrefixParameter {
    prefix: String,
}

/// What an operation says; what it leaves out stays, or is the default.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parameters {
    description: Option<String>,
    encryption_configuration: Option<EncryptionParameters>,
    resource_tags: Option<Vec<TagParameters>>,
    image_tag_mutability: Option<Mutability>,
    repository_policy: Option<String>,
    lifecycle_policy: Option<String>,
    applied_for: Option<Vec<AppliedFor>>,
    custom_role_arn: Option<String>,
}

/// `CreateRepositoryCreationTemplate`.
pub(super) fn create(call: &Call<'_>) -> Result<Value, ApiError> {
    let PrefixParameter { prefix } = call.parameters()?;
    let now = call.ecr.clock.now();
    let mut template = Template {
        description: None,
        tag_mutability: Default::default(),
        encryption: Default::default(),
        tags: Default::default(),
        policy: None,
        lifecycle_policy: None,
        applied_for: Vec::new(),
        role: None,
        created_at: now,
        updated_at: now,
    };
    change(call, &mut template)?;
    let put = |settings: &mut RegistrySettings| {
        if settings.templates.contains_key(&prefix) {
            return Err(Reason::TemplateAlreadyExists(prefix.clone()));
        }
        settings.templates.insert(prefix.clone(), template.clone());
        Ok(())
    };
    call.ecr.store.update_registry(&call.registry, put)?;
    one(call, &prefix, &template)
}

/// Makes of a template what the operation says.
fn change(call: &Call<'_>, template: &mut Template) -> Result<(), ApiError> {
    let parameters: Parameters = call.parameters()?;
    if parameters.image_tag_mutability.is_some() {
        let mutability: MutabilityParameters = call.parameters()?;
        template.tag_mutability = mutability.parse()?;
    }
    if let Some(encryption) = parameters.encryption_configuration {
        template.encryption = settings::encryption(Some(encryption))?;
    }
    if let Some(all) = parameters.resource_tags {
        template.tags = tags::parse(all)?;
    }
    if let Some(text) = parameters.repository_policy {
        template.policy = some(text, policies::check_of_repository)?;
    }
    if let Some(text) = parameters.lifecycle_policy {
        template.lifecycle_policy = some(text, |text| lifecycle::check(text).map(drop))?;
    }
    if let Some(applied_for) = parameters.applied_for {
        template.applied_for = applied_for;
    }
    if template.applied_for.is_empty() {
        let message = "The template must be applied for at least one of REPLICATION, PULL_THROUGH_CACHE and CREATE_ON_PUSH";
        return Err(ApiError::new(Code::Validation, message));
    }
    template.description = parameters
        .description
        .or_else(|| template.description.take());
    template.role = parameters.custom_role_arn.or_else(|| template.role.take());
    Ok(())
}

/// An empty text takes the policy away.
fn some(
    text: String,
    check: impl FnOnce(&str) -> Result<(), ApiError>,
) -> Result<Option<String>, ApiError> {
    if text.is_empty() {
        return Ok(None);
    }
    check(&text)?;
    Ok(Some(text))
}

/// `UpdateRepositoryCreationTemplate`.
pub(super) fn update(call: &Call<'_>) -> Result<Value, ApiError> {
    let PrefixParameter { prefix } = call.parameters()?;
    let mut template = find(call, &prefix)?;
    change(call, &mut template)?;
    template.updated_at = call.ecr.clock.now();
    call.ecr.store.update_registry(&call.registry, |settings| {
        settings.templates.insert(prefix.clone(), template.clone());
        Ok(())
    })?;
    one(call, &prefix, &template)
}

fn find(call: &Call<'_>, prefix: &str) -> Result<Template, ApiError> {
    let mut templates = call.ecr.store.registry_settings(&call.registry)?.templates;
    let not_found = || Reason::TemplateNotFound(prefix.to_owned()).in_registry(&call.registry);
    Ok(templates.remove(prefix).ok_or_else(not_found)?)
}

/// `DeleteRepositoryCreationTemplate`.
pub(super) fn delete(call: &Call<'_>) -> Result<Value, ApiError> {
    let PrefixParameter { prefix } = call.parameters()?;
    let template = call.ecr.store.update_registry(&call.registry, |settings| {
        let template = settings.templates.remove(&prefix);
        template.ok_or_else(|| Reason::TemplateNotFound(prefix.clone()))
    })?;
    one(call, &prefix, &template)
}

#[derive(Deserialize)]
struct DescribeParameters {
    prefixes: Option<Vec<String>>,
}

/// `DescribeRepositoryCreationTemplates`.
pub(super) fn describe(call: &Call<'_>) -> Result<Value, ApiError> {
    let DescribeParameters { prefixes } = call.parameters()?;
    let paging: PageParameters = call.parameters()?;
    let page = paging.page()?;
    let templates = call.ecr.store.registry_settings(&call.registry)?.templates;
    let wanted = |prefix: &String| {
        prefixes.as_ref().is_none_or(|all| all.contains(prefix)) && *prefix > page.after
    };
    let mut found: Vec<(String, Template)> = templates
        .into_iter()
        .filter(|(prefix, _)| wanted(prefix))
        .collect();
    let next_token = page.cut(&mut found, |(prefix, _)| prefix.clone());
    answer(&Templates {
        registry_id: call.registry.account.to_string(),
        repository_creation_templates: found
            .iter()
            .map(|(prefix, template)| shape(prefix, template))
            .collect(),
        next_token,
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Templates<'a> {
    registry_id: String,
    repository_creation_templates: Vec<TemplateShape<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

fn one(call: &Call<'_>, prefix: &str, template: &Template) -> Result<Value, ApiError> {
    Ok(json!({
        "registryId": call.registry.account,
        "repositoryCreationTemplate": answer(&shape(prefix, template))?,
    }))
}

/// The shape `RepositoryCreationTemplate` of the service model.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TemplateShape<'a> {
    prefix: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    encryption_configuration: EncryptionShape<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resource_tags: Vec<Value>,
    image_tag_mutability: Mutability,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    image_tag_mutability_exclusion_filters: Vec<ExclusionFilterShape<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repository_policy: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lifecycle_policy: Option<&'a str>,
    applied_for: &'a [AppliedFor],
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_role_arn: Option<&'a str>,
    created_at: f64,
    updated_at: f64,
}

fn shape<'a>(prefix: &'a str, template: &'a Template) -> TemplateShape<'a> {
    TemplateShape {
        prefix,
        description: template.description.as_deref(),
        encryption_configuration: EncryptionShape {
            encryption_type: template.encryption.kind,
            kms_key: template.encryption.kms_key.as_deref(),
        },
        resource_tags: tags::shapes(&template.tags),
        image_tag_mutability: template.tag_mutability.setting,
        image_tag_mutability_exclusion_filters: settings::exclusions(&template.tag_mutability),
        repository_policy: template.policy.as_deref(),
        lifecycle_policy: template.lifecycle_policy.as_deref(),
        applied_for: &template.applied_for,
        custom_role_arn: template.role.as_deref(),
        created_at: template.created_at.epoch_seconds(),
        updated_at: template.updated_at.epoch_seconds(),
    }
}

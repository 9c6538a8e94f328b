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
use crate::store::{AppliedFor, Encryption, Mutability, RegistrySettings, TagMutability, Template};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

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

/// What an operation makes of a template, checked.
struct Change {
    description: Option<String>,
    encryption: Option<Encryption>,
    tags: Option<BTreeMap<String, String>>,
    tag_mutability: Option<TagMutability>,
    policy: Option<PolicyChange>,
    lifecycle_policy: Option<PolicyChange>,
    applied_for: Option<Vec<AppliedFor>>,
    role: Option<String>,
}

/// What becomes of a template's policy.
enum PolicyChange {
    Put(String),
    Remove,
}

/// `CreateRepositoryCreationTemplate`.
pub(super) fn create(call: &Call<'_>) -> Result<Value, ApiError> {
    let PrefixParameter { prefix } = call.parameters()?;
    let now = call.ecr.clock.now();
    let mut template = Template::new(now);
    let change = Change::read(call)?;
    if change.applied_for.is_none() {
        return Err(applied_for_nothing());
    }
    change.apply(&mut template);
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

impl Change {
    fn read(call: &Call<'_>) -> Result<Self, ApiError> {
        let parameters: Parameters = call.parameters()?;
        let tag_mutability = match parameters.image_tag_mutability {
            Some(_) => Some(call.parameters::<MutabilityParameters>()?.parse()?),
            None => None,
        };
        let encryption = parameters.encryption_configuration;
        let lifecycle_policy = parameters.lifecycle_policy;
        if parameters.applied_for.as_ref().is_some_and(Vec::is_empty) {
            return Err(applied_for_nothing());
        }
        Ok(Self {
            description: parameters.description,
            encryption: encryption
                .map(|encryption| settings::encryption(Some(encryption)))
                .transpose()?,
            tags: parameters.resource_tags.map(tags::parse).transpose()?,
            tag_mutability,
            policy: parameters
                .repository_policy
                .map(|text| PolicyChange::read(text, policies::check_of_repository))
                .transpose()?,
            lifecycle_policy: lifecycle_policy
                .map(|text| PolicyChange::read(text, |text| lifecycle::check(text).map(drop)))
                .transpose()?,
            applied_for: parameters.applied_for,
            role: parameters.custom_role_arn,
        })
    }

    fn apply(self, template: &mut Template) {
        set(&mut template.encryption, self.encryption);
        set(&mut template.tags, self.tags);
        set(&mut template.tag_mutability, self.tag_mutability);
        set(&mut template.policy, self.policy.map(PolicyChange::text));
        let lifecycle_policy = self.lifecycle_policy.map(PolicyChange::text);
        set(&mut template.lifecycle_policy, lifecycle_policy);
        set(&mut template.applied_for, self.applied_for);
        template.description = self.description.or_else(|| template.description.take());
        template.role = self.role.or_else(|| template.role.take());
    }
}

fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}

fn applied_for_nothing() -> ApiError {
    let message = "The template must be applied for at least one of REPLICATION, PULL_THROUGH_CACHE and CREATE_ON_PUSH";
    ApiError::new(Code::Validation, message)
}

impl PolicyChange {
    /// An empty text takes the policy away.
    fn read(
        text: String,
        check: impl FnOnce(&str) -> Result<(), ApiError>,
    ) -> Result<Self, ApiError> {
        if text.is_empty() {
            return Ok(Self::Remove);
        }
        check(&text)?;
        Ok(Self::Put(text))
    }

    fn text(self) -> Option<String> {
        match self {
            Self::Put(text) => Some(text),
            Self::Remove => None,
        }
    }
}

/// `UpdateRepositoryCreationTemplate`.
pub(super) fn update(call: &Call<'_>) -> Result<Value, ApiError> {
    let PrefixParameter { prefix } = call.parameters()?;
    let change = Change::read(call)?;
    let now = call.ecr.clock.now();
    let template = call.ecr.store.update_registry(&call.registry, |settings| {
        let template = settings.templates.get_mut(&prefix);
        let template = template.ok_or_else(|| Reason::TemplateNotFound(prefix.clone()))?;
        change.apply(template);
        template.updated_at = now;
        Ok(template.clone())
    })?;
    one(call, &prefix, &template)
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

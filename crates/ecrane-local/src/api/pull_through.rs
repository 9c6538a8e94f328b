//! Pull-through cache rules. They are kept; nothing is fetched from elsewhere.

use super::call::{Call, answer};
use super::error::{ApiError, Code};
use super::page::PageParameters;
use crate::refusal::Reason;
use crate::store::{PullThroughRule, ROOT};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Which upstreams there are: their hosts, or with a dot what their hosts end
/// with; what they are called, and whether they want credentials. Source: "Sync an upstream registry with an
/// Amazon ECR private registry" in the user guide.
const UPSTREAMS: &[(&str, &str, bool)] = &[
    ("public.ecr.aws", "ecr-public", false),
    ("registry.k8s.io", "k8s", false),
    ("quay.io", "quay", false),
    ("registry-1.docker.io", "docker-hub", true),
    ("ghcr.io", "github-container-registry", true),
    (".azurecr.io", "azure-container-registry", true),
    ("registry.gitlab.com", "gitlab-container-registry", true),
    ("cgr.dev", "chainguard", true),
    (".amazonaws.com", "ecr", false),
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateParameters {
    ecr_repository_prefix: String,
    upstream_registry_url: String,
    upstream_registry: Option<String>,
    credential_arn: Option<String>,
    custom_role_arn: Option<String>,
    upstream_repository_prefix: Option<String>,
}

/// `CreatePullThroughCacheRule`.
pub(super) fn create(call: &Call<'_>) -> Result<Value, ApiError> {
    let registry = call.registry()?;
    let parameters: CreateParameters = call.parameters()?;
    let prefix = parameters.ecr_repository_prefix;
    let url = parameters.upstream_registry_url;
    let upstream = UPSTREAMS.iter().find(|(host, _, _)| is_at(&url, host));
    let Some((_, name, wants_credentials)) = upstream else {
        let message = format!("The upstream registry URL '{url}' is not supported");
        return Err(ApiError::new(Code::UnsupportedUpstreamRegistry, message));
    };
    if *wants_credentials && parameters.credential_arn.is_none() {
        let message = format!("The upstream registry '{url}' requires a credentialArn");
        return Err(ApiError::new(Code::Validation, message));
    }
    let now = call.ecr.clock.now();
    let rule = PullThroughRule {
        upstream: parameters
            .upstream_registry
            .unwrap_or_else(|| (*name).to_owned()),
        upstream_url: url,
        credential: parameters.credential_arn,
        role: parameters.custom_role_arn,
        upstream_prefix: parameters
            .upstream_repository_prefix
            .unwrap_or_else(|| ROOT.to_owned()),
        created_at: now,
        updated_at: now,
    };
    call.ecr.store.update_registry(&registry, |settings| {
        if settings.pull_through.contains_key(&prefix) {
            return Err(Reason::RuleAlreadyExists(prefix.clone()));
        }
        settings.pull_through.insert(prefix.clone(), rule.clone());
        Ok(())
    })?;
    answer(&shape(&prefix, &rule, registry.account.to_string()))
}

/// Whether a registry's URL, with or without its scheme, is that of the upstream.
fn is_at(url: &str, upstream: &str) -> bool {
    let host = url.strip_prefix("https://").unwrap_or(url);
    if upstream.starts_with('.') {
        let name = host.strip_suffix(upstream);
        name.is_some_and(|name| !name.is_empty() && !name.contains('/'))
    } else {
        host == upstream
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PrefixParameters {
    ecr_repository_prefix: String,
    credential_arn: Option<String>,
    custom_role_arn: Option<String>,
}

/// `UpdatePullThroughCacheRule`.
pub(super) fn update(call: &Call<'_>) -> Result<Value, ApiError> {
    let registry = call.registry()?;
    let parameters: PrefixParameters = call.parameters()?;
    let prefix = parameters.ecr_repository_prefix;
    let now = call.ecr.clock.now();
    let rule = call.ecr.store.update_registry(&registry, |settings| {
        let rule = settings.pull_through.get_mut(&prefix);
        let rule = rule.ok_or_else(|| Reason::RuleNotFound(prefix.clone()))?;
        rule.credential = parameters.credential_arn.or_else(|| rule.credential.take());
        rule.role = parameters.custom_role_arn.or_else(|| rule.role.take());
        rule.updated_at = now;
        Ok(rule.clone())
    })?;
    answer(&shape(&prefix, &rule, registry.account.to_string()))
}

/// `DeletePullThroughCacheRule`.
pub(super) fn delete(call: &Call<'_>) -> Result<Value, ApiError> {
    let registry = call.registry()?;
    let PrefixParameters {
        ecr_repository_prefix: prefix,
        ..
    } = call.parameters()?;
    let rule = call.ecr.store.update_registry(&registry, |settings| {
        let rule = settings.pull_through.remove(&prefix);
        rule.ok_or_else(|| Reason::RuleNotFound(prefix.clone()))
    })?;
    answer(&shape(&prefix, &rule, registry.account.to_string()))
}

/// `ValidatePullThroughCacheRule`: no upstream is reached from here, and it says
/// so.
pub(super) fn validate(call: &Call<'_>) -> Result<Value, ApiError> {
    let registry = call.registry()?;
    let PrefixParameters {
        ecr_repository_prefix: prefix,
        ..
    } = call.parameters()?;
    let settings = call.ecr.store.registry_settings(&registry)?;
    let rule = settings
        .pull_through
        .get(&prefix)
        .ok_or_else(|| Reason::RuleNotFound(prefix.clone()).in_registry(&registry))?;
    Ok(json!({
        "ecrRepositoryPrefix": prefix,
        "registryId": registry.account,
        "upstreamRegistryUrl": rule.upstream_url,
        "upstreamRepositoryPrefix": rule.upstream_prefix,
        "isValid": false,
        "failure": "ecrane local does not reach upstream registries",
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DescribeParameters {
    ecr_repository_prefixes: Option<Vec<String>>,
}

/// `DescribePullThroughCacheRules`.
pub(super) fn describe(call: &Call<'_>) -> Result<Value, ApiError> {
    let registry = call.registry()?;
    let DescribeParameters {
        ecr_repository_prefixes: prefixes,
    } = call.parameters()?;
    let paging: PageParameters = call.parameters()?;
    let page = paging.page()?;
    let rules = call.ecr.store.registry_settings(&registry)?.pull_through;
    let missing = |prefix: &&String| !rules.contains_key(*prefix);
    if let Some(prefix) = prefixes.iter().flatten().find(missing) {
        return Err(Reason::RuleNotFound(prefix.clone())
            .in_registry(&registry)
            .into());
    }
    let wanted = |prefix: &String| {
        prefixes.as_ref().is_none_or(|all| all.contains(prefix)) && *prefix > page.after
    };
    let mut found: Vec<(String, PullThroughRule)> = rules
        .clone()
        .into_iter()
        .filter(|(prefix, _)| wanted(prefix))
        .collect();
    let next_token = page.cut(&mut found, |(prefix, _)| prefix.clone());
    let account = registry.account.to_string();
    answer(&Rules {
        pull_through_cache_rules: found
            .iter()
            .map(|(prefix, rule)| shape(prefix, rule, account.clone()))
            .collect(),
        next_token,
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rules<'a> {
    pull_through_cache_rules: Vec<RuleShape<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// The shape `PullThroughCacheRule` of the service model.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RuleShape<'a> {
    ecr_repository_prefix: &'a str,
    upstream_registry_url: &'a str,
    upstream_registry: &'a str,
    upstream_repository_prefix: &'a str,
    registry_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    credential_arn: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_role_arn: Option<&'a str>,
    created_at: f64,
    updated_at: f64,
}

fn shape<'a>(prefix: &'a str, rule: &'a PullThroughRule, registry_id: String) -> RuleShape<'a> {
    RuleShape {
        ecr_repository_prefix: prefix,
        upstream_registry_url: &rule.upstream_url,
        upstream_registry: &rule.upstream,
        upstream_repository_prefix: &rule.upstream_prefix,
        registry_id,
        credential_arn: rule.credential.as_deref(),
        custom_role_arn: rule.role.as_deref(),
        created_at: rule.created_at.epoch_seconds(),
        updated_at: rule.updated_at.epoch_seconds(),
    }
}

#[cfg(test)]
mod tests {
    use super::is_at;

    #[test]
    fn an_upstream_is_known_by_its_whole_host() {
        for (url, upstream, expected) in [
            ("quay.io", "quay.io", true),
            ("https://quay.io", "quay.io", true),
            ("notquay.io", "quay.io", false),
            ("evil.example/quay.io", "quay.io", false),
            ("mine.azurecr.io", ".azurecr.io", true),
            ("evil.example/x.azurecr.io", ".azurecr.io", false),
            (".azurecr.io", ".azurecr.io", false),
        ] {
            assert_eq!(is_at(url, upstream), expected, "{url}");
        }
    }
}

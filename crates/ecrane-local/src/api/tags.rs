//! AWS resource tags of repositories (image tags are in `images` and `batch`).

use super::call::Call;
use super::error::{ApiError, Code};
use crate::store::{Registry, RepositoryKey};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Source: "Tagging a private repository" in the Amazon ECR user guide.
const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 256;

/// A tag as requests carry it.
#[derive(Deserialize)]
pub(super) struct TagParameters {
    #[serde(rename = "Key")]
    key: String,
    #[serde(rename = "Value")]
    value: String,
}

/// Tags that keep the rules, each key once.
pub(super) fn parse(tags: Vec<TagParameters>) -> Result<BTreeMap<String, String>, ApiError> {
    let invalid = |message: &str| Err(ApiError::new(Code::InvalidTagParameter, message));
    let mut parsed = BTreeMap::new();
    for TagParameters { key, value } in tags {
        if !(1..=LONGEST_KEY).contains(&key.chars().count()) {
            return invalid("Tag keys must have a length between 1 and 128");
        }
        if value.chars().count() > LONGEST_VALUE {
            return invalid("Tag values must have a length between 0 and 256");
        }
        if key
            .get(..4)
            .is_some_and(|start| start.eq_ignore_ascii_case("aws:"))
        {
            return invalid("Tag keys must not begin with aws:");
        }
        if parsed.insert(key, value).is_some() {
            return invalid("Duplicate tag keys found");
        }
    }
    Ok(parsed)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResourceParameters {
    resource_arn: String,
}

/// The repository of an ARN: `arn:aws:ecr:REGION:ACCOUNT:repository/NAME`.
fn resource(call: &Call<'_>) -> Result<RepositoryKey, ApiError> {
    let ResourceParameters { resource_arn } = call.parameters()?;
    parse_arn(&resource_arn).ok_or_else(|| ApiError::parameter("resourceArn", "Invalid ARN"))
}

fn parse_arn(arn: &str) -> Option<RepositoryKey> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", partition, "ecr", region, account, resource] = parts.as_slice() else {
        return None;
    };
    let registry = Registry {
        account: account.parse().ok()?,
        region: region.parse().ok()?,
    };
    let name = resource.strip_prefix("repository/")?.parse().ok()?;
    (registry.region.partition().arn_name() == *partition)
        .then_some(RepositoryKey { registry, name })
}

#[derive(Deserialize)]
struct TagResourceParameters {
    tags: Vec<TagParameters>,
}

/// `TagResource`: adds tags and replaces those of the same key.
pub(super) fn put(call: &Call<'_>) -> Result<Value, ApiError> {
    let key = resource(call)?;
    let TagResourceParameters { tags } = call.parameters()?;
    let tags = parse(tags)?;
    call.ecr
        .store
        .update_repository(&key, |repository| repository.add_tags(tags))?;
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UntagResourceParameters {
    tag_keys: Vec<String>,
}

/// `UntagResource`; keys that are not there are no fault.
pub(super) fn remove(call: &Call<'_>) -> Result<Value, ApiError> {
    let key = resource(call)?;
    let UntagResourceParameters { tag_keys } = call.parameters()?;
    call.ecr.store.update_repository(&key, |repository| {
        repository.tags.retain(|key, _| !tag_keys.contains(key));
        Ok(())
    })?;
    Ok(json!({}))
}

/// `ListTagsForResource`.
pub(super) fn list(call: &Call<'_>) -> Result<Value, ApiError> {
    let repository = call.ecr.store.repository(&resource(call)?)?;
    Ok(json!({ "tags": shapes(&repository.tags) }))
}

/// Tags in the service's shape.
pub(super) fn shapes(tags: &BTreeMap<String, String>) -> Vec<Value> {
    tags.iter()
        .map(|(key, value)| json!({ "Key": key, "Value": value }))
        .collect()
}

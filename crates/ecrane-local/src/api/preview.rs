//! Lifecycle policy previews.

use super::call::{Call, answer};
use super::error::ApiError;
use super::images::{ImageIdentifier, TagStatus};
use super::lifecycle::check;
use super::page::PageParameters;
use crate::ecr::Ecr;
use crate::lifecycle::{Progress, Removal, removals};
use crate::refusal::{Fault, Reason};
use crate::store::{ImageStatus, RepositoryKey, StoreError};
use ecrane_core::lifecycle::{Action, Policy};
use ecrane_core::name::{AccountId, Digest, RepositoryName, Tag};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StartParameters {
    lifecycle_policy_text: Option<String>,
}

/// `StartLifecyclePolicyPreview`: of the policy given, else of the repository's.
/// It is computed while others are served.
pub(super) fn start(call: &Call<'_>) -> Result<Value, ApiError> {
    let key = call.repository()?;
    let repository = call.ecr.store.repository(&key)?;
    let StartParameters {
        lifecycle_policy_text,
    } = call.parameters()?;
    let text = lifecycle_policy_text
        .or(repository.lifecycle_policy)
        .ok_or_else(|| Reason::LifecyclePolicyNotFound.about(&key))?;
    let policy = check(&text)?;
    let (id, now) = (repository.id, call.ecr.clock.now());
    if !call.ecr.previews.begin(id, &text, now) {
        return Err(Reason::PreviewInProgress.about(&key).into());
    }
    let answer = json!({
        "registryId": key.registry.account,
        "repositoryName": key.name,
        "lifecyclePolicyText": text,
        "status": "IN_PROGRESS",
    });
    let ecr = Arc::clone(call.ecr);
    // Nobody waits for it: it says itself when it is done.
    drop(tokio::task::spawn_blocking(move || {
        ecr.previews.end(id, compute(&ecr, &key, &policy));
    }));
    Ok(answer)
}

fn compute(ecr: &Ecr, key: &RepositoryKey, policy: &Policy) -> Result<Vec<Removal>, StoreError> {
    match ecr.store.images(key) {
        Ok(images) => removals(policy, &images, ecr.clock.now()),
        // The repository is gone, and its images with it.
        Err(Fault::Refused(_)) => Ok(Vec::new()),
        Err(Fault::Store(error)) => Err(error),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GetParameters {
    image_ids: Option<Vec<ImageIdentifier>>,
    filter: Option<Filter>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Filter {
    tag_status: Option<TagStatus>,
}

/// `GetLifecyclePolicyPreview`: the images that would go, the newest first.
pub(super) fn get(call: &Call<'_>) -> Result<Value, ApiError> {
    let key = call.repository()?;
    let repository = call.ecr.store.repository(&key)?;
    let parameters: GetParameters = call.parameters()?;
    let paging: PageParameters = call.parameters()?;
    if parameters.image_ids.is_some() && paging.is_given() {
        return Err(ApiError::parameter(
            "maxResults",
            "must not be given with 'imageIds'",
        ));
    }
    let page = paging.page()?;
    let preview = call
        .ecr
        .previews
        .last(repository.id, call.ecr.clock.now())
        .ok_or_else(|| Reason::PreviewNotFound.about(&key))?;
    let mut shape = PreviewShape {
        registry_id: &key.registry.account,
        repository_name: &key.name,
        lifecycle_policy_text: &preview.policy,
        status: match preview.progress {
            Progress::Running => "IN_PROGRESS",
            Progress::Complete(_) => "COMPLETE",
            Progress::Failed => "FAILED",
            Progress::Expired => "EXPIRED",
        },
        preview_results: Vec::new(),
        summary: None,
        next_token: None,
    };
    let Progress::Complete(removals) = &preview.progress else {
        return answer(&shape);
    };
    let after = removals
        .iter()
        .position(|removal| removal.image.image.digest.as_str() == page.after);
    let rest = removals.get(after.map_or(0, |place| place + 1)..);
    let wanted = rest
        .unwrap_or_default()
        .iter()
        .filter(|removal| parameters.wants(removal));
    let mut found: Vec<&Removal> = wanted.take(page.limit.saturating_add(1)).collect();
    shape.next_token = page.cut(&mut found, |removal| removal.image.image.digest.to_string());
    shape.preview_results = found.into_iter().map(result).collect();
    shape.summary = Some(summary(removals));
    answer(&shape)
}

impl GetParameters {
    fn wants(&self, removal: &Removal) -> bool {
        let image = &removal.image;
        let named = |id: &ImageIdentifier| {
            let digest = |digest: &String| image.image.digest.as_str() == digest;
            let tag = |tag: &String| image.tags.iter().any(|own| own.as_str() == tag);
            id.image_digest.as_ref().is_none_or(digest) && id.image_tag.as_ref().is_none_or(tag)
        };
        let ids = self.image_ids.as_ref();
        let tag_status = self.filter.as_ref().and_then(|filter| filter.tag_status);
        ids.is_none_or(|ids| ids.iter().any(named))
            && tag_status.is_none_or(|status| status.has(image))
    }
}

/// The shape `GetLifecyclePolicyPreviewResponse` of the service model.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PreviewShape<'a> {
    registry_id: &'a AccountId,
    repository_name: &'a RepositoryName,
    lifecycle_policy_text: &'a str,
    status: &'static str,
    preview_results: Vec<ResultShape<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<Summary>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// The shape `LifecyclePolicyPreviewResult` of the service model.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultShape<'a> {
    #[serde(skip_serializing_if = "<[Tag]>::is_empty")]
    image_tags: &'a [Tag],
    image_digest: &'a Digest,
    image_pushed_at: f64,
    action: ActionShape,
    applied_rule_priority: u32,
    storage_class: &'static str,
}

/// The shape `LifecyclePolicyRuleAction` of the service model.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ActionShape {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_storage_class: Option<&'static str>,
}

fn result(removal: &Removal) -> ResultShape<'_> {
    let image = &removal.image.image;
    let (kind, target_storage_class) = match removal.action {
        Action::Expire => ("EXPIRE", None),
        Action::Transition => ("TRANSITION", Some("ARCHIVE")),
    };
    ResultShape {
        image_tags: &removal.image.tags,
        image_digest: &image.digest,
        image_pushed_at: image.pushed_at.epoch_seconds(),
        action: ActionShape {
            kind,
            target_storage_class,
        },
        applied_rule_priority: removal.priority,
        storage_class: match image.status {
            ImageStatus::Active => "STANDARD",
            ImageStatus::Archived | ImageStatus::Activating => "ARCHIVE",
        },
    }
}

/// The shape `LifecyclePolicyPreviewSummary` of the service model.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    expiring_image_total_count: usize,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    transitioning_image_total_counts: Vec<Transitioning>,
}

/// The shape `TransitioningImageTotalCount` of the service model.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Transitioning {
    target_storage_class: &'static str,
    image_total_count: usize,
}

fn summary(removals: &[Removal]) -> Summary {
    let count = |action| removals.iter().filter(|one| one.action == action).count();
    let transitioning = match count(Action::Transition) {
        0 => Vec::new(),
        image_total_count => vec![Transitioning {
            target_storage_class: "ARCHIVE",
            image_total_count,
        }],
    };
    Summary {
        expiring_image_total_count: count(Action::Expire),
        transitioning_image_total_counts: transitioning,
    }
}

//! What refers to an image.

use super::call::{Call, answer};
use super::error::{ApiError, Code};
use super::images::StatusFilter;
use super::page::PageParameters;
use crate::store::{Image, ImageStatus};
use ecrane_core::name::Digest;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// The usual length of a part. Source: `ListImageReferrers` in the API reference.
const USUAL: i64 = 20;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parameters {
    subject_id: Subject,
    filter: Option<Filter>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Subject {
    image_digest: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Filter {
    artifact_types: Option<Vec<String>>,
    artifact_status: Option<StatusFilter>,
}

/// The shape `ImageReferrer` of the service model.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Referrer {
    digest: Digest,
    media_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    artifact_type: Option<String>,
    size: u64,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<String, String>,
    artifact_status: ImageStatus,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Referrers {
    referrers: Vec<Referrer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// `ListImageReferrers`: those that are active, where no status is asked for.
pub(super) fn list(call: &Call<'_>) -> Result<Value, ApiError> {
    let key = call.repository()?;
    let Parameters { subject_id, filter } = call.parameters()?;
    let paging: PageParameters = call.parameters()?;
    let page = paging.page_of(USUAL)?;
    let subject: Digest = subject_id.image_digest.parse().map_err(|_| {
        ApiError::new(
            Code::InvalidParameter,
            "Invalid request parameters: image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'",
        )
    })?;
    let filter = filter.unwrap_or_default();
    let status = filter.artifact_status.unwrap_or(StatusFilter::Active);
    let is_wanted = |image: &Image| {
        let types = filter.artifact_types.as_ref();
        let own = image.artifact_media_type.as_ref();
        status.has(image.status)
            && types
                .is_none_or(|types| types.is_empty() || own.is_some_and(|own| types.contains(own)))
    };
    let mut found: Vec<Image> = call
        .ecr
        .store
        .referrers(&key, &subject)?
        .into_iter()
        .filter(|image| image.digest.as_str() > page.after.as_str() && is_wanted(image))
        .collect();
    let next_token = page.cut(&mut found, |image| image.digest.to_string());
    answer(&Referrers {
        referrers: found.into_iter().map(referrer).collect(),
        next_token,
    })
}

fn referrer(image: Image) -> Referrer {
    Referrer {
        digest: image.digest,
        media_type: image.media_type,
        artifact_type: image.artifact_media_type,
        size: image.manifest_size,
        annotations: image.annotations,
        artifact_status: image.status,
    }
}

use super::call::{Call, answer};
use super::error::{ApiError, Code};
use super::page::PageParameters;
use super::scans::{NO_SCANNER, ScanStatus};
use crate::clock::Timestamp;
use crate::refusal::Reason;
use crate::store::{ImageStatus, RepositoryKey, Selector, TaggedImage};
use ecrane_core::name::{AccountId, Digest, RepositoryName, Tag};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::ops::ControlFlow;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListParameters {
    filter: Option<Filter>,
    image_ids: Option<Vec<ImageIdentifier>>,
}

/// The shape `ImageIdentifier` of the service model, in both directions.
#[derive(Deserialize, Serialize, Clone)]
#[serde(rename_all = "camelCase")]
pub(super) struct ImageIdentifier {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) image_digest: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) image_tag: Option<String>,
}

impl ImageIdentifier {
    /// An image that was found, by the tag that it was asked for by.
    pub(super) fn found(image: &TaggedImage, tag: Option<String>) -> Self {
        Self {
            image_digest: Some(image.image.digest.to_string()),
            image_tag: tag,
        }
    }

    /// An image, by its digest and one of its tags if it has any.
    pub(super) fn new(digest: &Digest, tag: Option<&Tag>) -> Self {
        Self {
            image_digest: Some(digest.to_string()),
            image_tag: tag.map(ToString::to_string),
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Filter {
    tag_status: Option<TagStatus>,
    image_status: Option<StatusFilter>,
}

/// Whether an image is listed for its tags.
#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum TagStatus {
    Tagged,
    Untagged,
    Any,
}

/// Whether an image is listed for its storage class.
#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum StatusFilter {
    Active,
    Archived,
    Activating,
    Any,
}

/// Which images a listing shows.
struct Shown {
    tags: TagStatus,
    status: StatusFilter,
}

impl Filter {
    /// Active images only, where nothing is said.
    fn shown(self) -> Shown {
        Shown {
            tags: self.tag_status.unwrap_or(TagStatus::Any),
            status: self.image_status.unwrap_or(StatusFilter::Active),
        }
    }
}

impl TagStatus {
    /// Whether it lists an image.
    pub(super) fn has(self, image: &TaggedImage) -> bool {
        match self {
            Self::Tagged => !image.tags.is_empty(),
            Self::Untagged => image.tags.is_empty(),
            Self::Any => true,
        }
    }
}

impl StatusFilter {
    /// Whether it lists an image of that status.
    pub(super) fn has(self, status: ImageStatus) -> bool {
        match self {
            Self::Active => status == ImageStatus::Active,
            Self::Archived => status == ImageStatus::Archived,
            Self::Activating => status == ImageStatus::Activating,
            Self::Any => true,
        }
    }
}

impl Shown {
    fn has(&self, image: &TaggedImage) -> bool {
        self.tags.has(image) && self.status.has(image.image.status)
    }
}

/// `DescribeImages`: those that are named, or all in parts.
pub(super) fn describe(call: &Call<'_>) -> Result<Value, ApiError> {
    let key = call.repository()?;
    let parameters: ListParameters = call.parameters()?;
    let paging: PageParameters = call.parameters()?;
    if let Some(ids) = parameters.image_ids {
        if paging.is_given() {
            return Err(ApiError::parameter(
                "maxResults",
                "must not be given with 'imageIds'",
            ));
        }
        return describe_named(call, &key, &ids);
    }
    let shown = parameters.filter.unwrap_or_default().shown();
    let page = paging.page()?;
    let mut found = Vec::new();
    call.ecr.store.visit_images(&key, &page.after, |image| {
        if image.image.digest.as_str() != page.after && shown.has(&image) {
            found.push(image);
        }
        enough(found.len() > page.limit)
    })?;
    let next = page.cut(&mut found, |image| image.image.digest.to_string());
    answer(&details(&key, &found, next))
}

fn describe_named(
    call: &Call<'_>,
    key: &RepositoryKey,
    ids: &[ImageIdentifier],
) -> Result<Value, ApiError> {
    let mut found = Vec::new();
    for id in ids {
        found.push(find(call, key, id)?);
    }
    answer(&details(key, &found, None))
}

/// The image that is meant; a digest and a tag must mean the same.
pub(super) fn find(
    call: &Call<'_>,
    key: &RepositoryKey,
    id: &ImageIdentifier,
) -> Result<TaggedImage, ApiError> {
    let not_found = || Reason::ImageNotFound {
        digest: id.image_digest.clone(),
        tag: id.image_tag.clone(),
    };
    let selector = match (&id.image_digest, &id.image_tag) {
        (Some(digest), _) => digest.parse().ok().map(Selector::Digest),
        (None, Some(tag)) => tag.parse().ok().map(Selector::Tag),
        (None, None) => {
            return Err(ApiError::new(
                Code::InvalidParameter,
                "Invalid request parameters: both tag and digest cannot be null",
            ));
        }
    };
    let selector = selector.ok_or_else(|| not_found().about(key))?;
    let (image, _) = call.ecr.store.image(key, &selector)?;
    let other_tag = |tag: &String| image.tags.iter().all(|own| own.as_str() != tag);
    if id.image_tag.as_ref().is_some_and(other_tag) {
        return Err(not_found().about(key).into());
    }
    Ok(image)
}

/// The shape `ImageDetail` of the service model.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ImageDetail<'a> {
    registry_id: &'a AccountId,
    repository_name: &'a RepositoryName,
    image_digest: &'a Digest,
    #[serde(skip_serializing_if = "<[Tag]>::is_empty")]
    image_tags: &'a [Tag],
    image_size_in_bytes: u64,
    image_pushed_at: f64,
    image_manifest_media_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    artifact_media_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject_manifest_digest: Option<&'a Digest>,
    image_status: ImageStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_recorded_pull_time: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_archived_at: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_activated_at: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_scan_status: Option<ScanStatus>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ImageDetails<'a> {
    image_details: Vec<ImageDetail<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

fn details<'a>(
    key: &'a RepositoryKey,
    images: &'a [TaggedImage],
    next_token: Option<String>,
) -> ImageDetails<'a> {
    let image_details = images
        .iter()
        .map(|TaggedImage { image, tags }| ImageDetail {
            registry_id: &key.registry.account,
            repository_name: &key.name,
            image_digest: &image.digest,
            image_tags: tags,
            image_size_in_bytes: image.size,
            image_pushed_at: image.pushed_at.epoch_seconds(),
            image_manifest_media_type: &image.media_type,
            artifact_media_type: image.artifact_media_type.as_deref(),
            subject_manifest_digest: image.subject.as_ref(),
            image_status: image.status,
            last_recorded_pull_time: image.pulled_at.map(Timestamp::epoch_seconds),
            last_archived_at: image.archived_at.map(Timestamp::epoch_seconds),
            last_activated_at: image.activated_at.map(Timestamp::epoch_seconds),
            image_scan_status: image.scan_asked.then_some(NO_SCANNER),
        });
    ImageDetails {
        image_details: image_details.collect(),
        next_token,
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ImageIds {
    image_ids: Vec<ImageIdentifier>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// `ListImages`: an entry for each tag, and one for each image without any.
pub(super) fn list(call: &Call<'_>) -> Result<Value, ApiError> {
    let key = call.repository()?;
    let parameters: ListParameters = call.parameters()?;
    let shown = parameters.filter.unwrap_or_default().shown();
    let paging: PageParameters = call.parameters()?;
    let page = paging.page()?;
    // A place in this list is a digest and one of its tags.
    let (digest, _) = page.after.split_once(' ').unwrap_or_default();
    let mut found: Vec<(String, ImageIdentifier)> = Vec::new();
    call.ecr.store.visit_images(&key, digest, |image| {
        if shown.has(&image) {
            let entries = entries(&image).into_iter();
            found.extend(entries.filter(|(place, _)| *place > page.after));
        }
        enough(found.len() > page.limit)
    })?;
    let next_token = page.cut(&mut found, |(place, _)| place.clone());
    answer(&ImageIds {
        image_ids: found.into_iter().map(|(_, id)| id).collect(),
        next_token,
    })
}

fn entries(TaggedImage { image, tags }: &TaggedImage) -> Vec<(String, ImageIdentifier)> {
    let digest = &image.digest;
    if tags.is_empty() {
        return vec![(format!("{digest} "), ImageIdentifier::new(digest, None))];
    }
    let tags = tags.iter();
    tags.map(|tag| {
        (
            format!("{digest} {tag}"),
            ImageIdentifier::new(digest, Some(tag)),
        )
    })
    .collect()
}

fn enough(enough: bool) -> ControlFlow<()> {
    if enough {
        ControlFlow::Break(())
    } else {
        ControlFlow::Continue(())
    }
}

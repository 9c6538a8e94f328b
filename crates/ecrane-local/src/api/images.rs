use super::call::Call;
use super::error::ApiError;
use super::page::PageParameters;
use super::parameter;
use crate::refusal::Reason;
use crate::store::{ImageId, ImageStatus, RepositoryKey, Selector};
use serde::Deserialize;
use serde_json::{Value, json};
use std::ops::ControlFlow;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListParameters {
    filter: Option<Filter>,
    image_ids: Option<Vec<ImageIdParameters>>,
}

/// The shape `ImageIdentifier` of the service model.
#[derive(Deserialize, Clone)]
#[serde(rename_all = "camelCase")]
pub(super) struct ImageIdParameters {
    /// A digest, as it was given.
    pub(super) image_digest: Option<String>,
    /// A tag, as it was given.
    pub(super) image_tag: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Filter {
    tag_status: Option<String>,
    image_status: Option<String>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "UPPERCASE")]
enum TagStatus {
    Tagged,
    Untagged,
    Any,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "UPPERCASE")]
enum StatusFilter {
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
    fn parse(self) -> Result<Shown, ApiError> {
        let tags = match self.tag_status {
            Some(word) => parameter::one_of("tagStatus", word, "TAGGED, UNTAGGED, ANY")?,
            None => TagStatus::Any,
        };
        let status = match self.image_status {
            Some(word) => {
                parameter::one_of("imageStatus", word, "ACTIVE, ARCHIVED, ACTIVATING, ANY")?
            }
            None => StatusFilter::Active,
        };
        Ok(Shown { tags, status })
    }
}

impl Shown {
    fn has(&self, image: &ImageId) -> bool {
        let tags = match self.tags {
            TagStatus::Tagged => !image.tags.is_empty(),
            TagStatus::Untagged => image.tags.is_empty(),
            TagStatus::Any => true,
        };
        let status = match self.status {
            StatusFilter::Active => image.image.status == ImageStatus::Active,
            StatusFilter::Archived => image.image.status == ImageStatus::Archived,
            StatusFilter::Activating => image.image.status == ImageStatus::Activating,
            StatusFilter::Any => true,
        };
        tags && status
    }
}

/// `DescribeImages`: those that are named, or all in parts.
pub(super) fn describe(call: &Call<'_>) -> Result<Value, ApiError> {
    let key = call.repository()?;
    let parameters: ListParameters = call.parameters()?;
    let paging: PageParameters = call.parameters()?;
    if let Some(ids) = parameters.image_ids {
        parameter::length_between("imageIds", ids.len(), 1, 100)?;
        if paging.is_given() {
            return Err(ApiError::parameter(
                "maxResults",
                "must not be given with 'imageIds'",
            ));
        }
        return describe_named(call, &key, &ids);
    }
    let shown = parameters.filter.unwrap_or_default().parse()?;
    let page = paging.page()?;
    let mut found = Vec::new();
    call.ecr.store.visit_images(&key, &page.after, |image| {
        if image.image.digest.as_str() != page.after && shown.has(&image) {
            found.push(image);
        }
        enough(found.len() > page.limit)
    })?;
    let next = page.cut(&mut found, |image| image.image.digest.to_string());
    let details: Vec<Value> = found.iter().map(|image| detail(&key, image)).collect();
    Ok(with_next("imageDetails", details, next))
}

fn describe_named(
    call: &Call<'_>,
    key: &RepositoryKey,
    ids: &[ImageIdParameters],
) -> Result<Value, ApiError> {
    let mut details = Vec::new();
    for id in ids {
        let not_found = || Reason::ImageNotFound {
            digest: id.image_digest.clone(),
            tag: id.image_tag.clone(),
        };
        let selector = match (&id.image_digest, &id.image_tag) {
            (Some(digest), _) => digest.parse().ok().map(Selector::Digest),
            (None, Some(tag)) => tag.parse().ok().map(Selector::Tag),
            (None, None) => {
                return Err(ApiError::parameter(
                    "imageIds",
                    "must have imageDigest or imageTag",
                ));
            }
        };
        let selector = selector.ok_or_else(|| not_found().about(key))?;
        let (image, _) = call.ecr.store.image(key, &selector)?;
        let other_tag = |tag: &String| image.tags.iter().all(|own| own.as_str() != tag);
        if id.image_tag.as_ref().is_some_and(other_tag) {
            return Err(not_found().about(key).into());
        }
        details.push(detail(key, &image));
    }
    Ok(json!({ "imageDetails": details }))
}

/// The shape `ImageDetail` of the service model.
fn detail(key: &RepositoryKey, ImageId { image, tags }: &ImageId) -> Value {
    let mut detail = json!({
        "registryId": key.registry.account,
        "repositoryName": key.name,
        "imageDigest": image.digest,
        "imageSizeInBytes": image.size,
        "imagePushedAt": image.pushed_at.epoch_seconds(),
        "imageManifestMediaType": image.media_type,
        "imageStatus": image.status,
    });
    if !tags.is_empty() {
        detail["imageTags"] = json!(tags);
    }
    if let Some(media_type) = &image.artifact_media_type {
        detail["artifactMediaType"] = media_type.as_str().into();
    }
    if let Some(subject) = &image.subject {
        detail["subjectManifestDigest"] = subject.as_str().into();
    }
    detail
}

/// `ListImages`: an entry for each tag, and one for each image without any.
pub(super) fn list(call: &Call<'_>) -> Result<Value, ApiError> {
    let key = call.repository()?;
    let parameters: ListParameters = call.parameters()?;
    let shown = parameters.filter.unwrap_or_default().parse()?;
    let paging: PageParameters = call.parameters()?;
    let page = paging.page()?;
    // A place in this list is a digest and one of its tags.
    let (digest, _) = page.after.split_once(' ').unwrap_or_default();
    let mut found: Vec<(String, Value)> = Vec::new();
    call.ecr.store.visit_images(&key, digest, |image| {
        if shown.has(&image) {
            let entries = entries(&image).into_iter();
            found.extend(entries.filter(|(place, _)| *place > page.after));
        }
        enough(found.len() > page.limit)
    })?;
    let next = page.cut(&mut found, |(place, _)| place.clone());
    let ids: Vec<Value> = found.into_iter().map(|(_, id)| id).collect();
    Ok(with_next("imageIds", ids, next))
}

fn entries(ImageId { image, tags }: &ImageId) -> Vec<(String, Value)> {
    let digest = &image.digest;
    if tags.is_empty() {
        return vec![(format!("{digest} "), json!({ "imageDigest": digest }))];
    }
    tags.iter()
        .map(|tag| {
            let id = json!({ "imageDigest": digest, "imageTag": tag });
            (format!("{digest} {tag}"), id)
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

fn with_next(name: &str, entries: Vec<Value>, next: Option<String>) -> Value {
    let mut answer = json!({ name: entries });
    if let Some(next) = next {
        answer["nextToken"] = next.into();
    }
    answer
}

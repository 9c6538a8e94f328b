//! Operations on up to a hundred images, each of which fails by itself.

use super::call::Call;
use super::error::ApiError;
use super::images::ImageIdParameters;
use super::parameter;
use crate::refusal::{Fault, Reason, Refusal};
use crate::store::{ImageId, RepositoryKey, Selector, TagRemoval};
use ecrane_core::name::{Digest, Tag};
use serde::Deserialize;
use serde_json::{Value, json};

const MOST_IMAGES: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BatchParameters {
    image_ids: Option<Vec<ImageIdParameters>>,
    accepted_media_types: Option<Vec<String>>,
}

/// Why one image of a batch failed: the service's code and words.
struct Failure {
    code: &'static str,
    reason: String,
}

impl Failure {
    fn new(code: &'static str, reason: impl Into<String>) -> Self {
        Self {
            code,
            reason: reason.into(),
        }
    }

    fn not_found() -> Self {
        Self::new("ImageNotFound", "Requested image not found")
    }

    fn entry(self, id: &ImageIdParameters) -> Value {
        json!({
            "imageId": requested(id),
            "failureCode": self.code,
            "failureReason": self.reason,
        })
    }
}

/// One image's outcome: done, or failed by itself, or everything failed.
type Outcome<T> = Result<Result<T, Failure>, Fault>;

/// The image's own fault becomes its failure; the others end the batch.
fn by_itself<T>(result: Result<T, Fault>) -> Outcome<T> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(Fault::Refused(Refusal {
            reason: Reason::ImageNotFound { .. },
            ..
        })) => Ok(Err(Failure::not_found())),
        Err(Fault::Refused(
            ref refusal @ Refusal {
                reason: Reason::ReferencedByManifestList(_),
                ..
            },
        )) => Ok(Err(Failure::new(
            "ImageReferencedByManifestList",
            refusal.to_string(),
        ))),
        Err(fault) => Err(fault),
    }
}

/// An image as a request of a batch names it.
struct Requested {
    digest: Option<Digest>,
    tag: Option<Tag>,
}

fn parse(id: &ImageIdParameters) -> Result<Requested, Failure> {
    let digest = match &id.image_digest {
        Some(digest) => Some(digest.parse().map_err(|_| {
            Failure::new(
                "InvalidImageDigest",
                "Invalid request parameters: image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'",
            )
        })?),
        None => None,
    };
    // A tag that cannot be is a tag that is not there.
    let tag = match &id.image_tag {
        Some(tag) => Some(tag.parse().map_err(|_| Failure::not_found())?),
        None => None,
    };
    if digest.is_none() && tag.is_none() {
        return Err(Failure::new(
            "MissingDigestAndTag",
            "Invalid request parameters: both tag and digest cannot be null",
        ));
    }
    Ok(Requested { digest, tag })
}

fn selector(Requested { digest, tag }: &Requested) -> Option<Selector> {
    let by_tag = tag.clone().map(Selector::Tag);
    by_tag.or_else(|| digest.clone().map(Selector::Digest))
}

/// The image that is meant; a digest and a tag must mean the same.
fn find(
    call: &Call<'_>,
    key: &RepositoryKey,
    requested: &Requested,
) -> Outcome<(ImageId, Vec<u8>)> {
    let Some(selector) = selector(requested) else {
        return Ok(Err(Failure::not_found()));
    };
    let found = match by_itself(call.ecr.store.image(key, &selector))? {
        Ok(found) => found,
        Err(failure) => return Ok(Err(failure)),
    };
    let other = |digest: &Digest| *digest != found.0.image.digest;
    if requested.digest.as_ref().is_some_and(other) {
        return Ok(Err(Failure::new(
            "ImageTagDoesNotMatchDigest",
            "Requested tag does not match the requested digest",
        )));
    }
    Ok(Ok(found))
}

fn batch(
    call: &Call<'_>,
) -> Result<(RepositoryKey, BatchParameters, Vec<ImageIdParameters>), ApiError> {
    let key = call.repository()?;
    let mut parameters: BatchParameters = call.parameters()?;
    let ids = parameter::required("imageIds", parameters.image_ids.take())?;
    parameter::length_between("imageIds", ids.len(), 1, MOST_IMAGES)?;
    // No image can fail by itself in a repository that is not there.
    call.ecr.store.repository(&key)?;
    Ok((key, parameters, ids))
}

/// `BatchGetImage`: manifests, byte for byte as they were pushed.
pub(super) fn get(call: &Call<'_>) -> Result<Value, ApiError> {
    let (key, parameters, ids) = batch(call)?;
    let mut images = Vec::new();
    let mut failures = Vec::new();
    for id in &ids {
        let found = match parse(id) {
            Ok(requested) => find(call, &key, &requested)?,
            Err(failure) => Err(failure),
        };
        let found = found.and_then(|found| {
            let accepted = parameters.accepted_media_types.as_ref();
            match accepted.is_none_or(|types| types.contains(&found.0.image.media_type)) {
                true => Ok(found),
                false => Err(Failure::not_found()),
            }
        });
        match found {
            Ok((image, manifest)) => {
                let mut image_id = json!({ "imageDigest": image.image.digest });
                if let Some(tag) = &id.image_tag {
                    image_id["imageTag"] = tag.as_str().into();
                }
                images.push(json!({
                    "registryId": key.registry.account,
                    "repositoryName": key.name,
                    "imageId": image_id,
                    "imageManifest": String::from_utf8_lossy(&manifest),
                    "imageManifestMediaType": image.image.media_type,
                }));
            }
            Err(failure) => failures.push(failure.entry(id)),
        }
    }
    Ok(json!({ "images": images, "failures": failures }))
}

/// `BatchDeleteImage`: by digest the image and all its tags; by tag that tag,
/// and the image with its last one.
pub(super) fn delete(call: &Call<'_>) -> Result<Value, ApiError> {
    let (key, _, ids) = batch(call)?;
    let mut deleted = Vec::new();
    let mut failures = Vec::new();
    for id in &ids {
        let done = match parse(id) {
            Ok(requested) => delete_one(call, &key, &requested)?,
            Err(failure) => Err(failure),
        };
        match done {
            Ok(ids) => deleted.extend(ids),
            Err(failure) => failures.push(failure.entry(id)),
        }
    }
    Ok(json!({ "imageIds": deleted, "failures": failures }))
}

fn delete_one(call: &Call<'_>, key: &RepositoryKey, requested: &Requested) -> Outcome<Vec<Value>> {
    if requested.digest.is_some() && requested.tag.is_some() {
        // The pair is checked before anything goes.
        if let Err(failure) = find(call, key, requested)? {
            return Ok(Err(failure));
        }
    }
    let store = &call.ecr.store;
    match selector(requested) {
        Some(Selector::Tag(tag)) => Ok(by_itself(store.remove_tag(key, &tag))?.map(|removal| {
            let (TagRemoval::Untagged(digest) | TagRemoval::ImageRemoved(digest)) = removal;
            vec![json!({ "imageDigest": digest, "imageTag": tag })]
        })),
        Some(Selector::Digest(digest)) => {
            Ok(by_itself(store.remove_image(key, &digest))?.map(|tags| removed(&digest, &tags)))
        }
        None => Ok(Err(Failure::not_found())),
    }
}

fn removed(digest: &Digest, tags: &[Tag]) -> Vec<Value> {
    if tags.is_empty() {
        return vec![json!({ "imageDigest": digest })];
    }
    tags.iter()
        .map(|tag| json!({ "imageDigest": digest, "imageTag": tag }))
        .collect()
}

/// The identifier as it was given.
fn requested(id: &ImageIdParameters) -> Value {
    let mut answer = json!({});
    if let Some(digest) = &id.image_digest {
        answer["imageDigest"] = digest.as_str().into();
    }
    if let Some(tag) = &id.image_tag {
        answer["imageTag"] = tag.as_str().into();
    }
    answer
}

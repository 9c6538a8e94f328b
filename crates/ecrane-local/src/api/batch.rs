//! Operations on up to a hundred images, each of which fails by itself.

use super::call::{Call, answer};
use super::error::ApiError;
use super::images::ImageIdentifier;
use crate::push;
use crate::refusal::{Fault, Reason, Refusal};
use crate::store::{ImageStatus, RepositoryKey, Selector, TagRemoval, TaggedImage};
use ecrane_core::name::{AccountId, Digest, RepositoryName, Tag};
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BatchParameters {
    image_ids: Vec<ImageIdentifier>,
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

    fn inaccessible() -> Self {
        Self::new("ImageInaccessible", "Requested image is archived")
    }

    fn of(self, image_id: ImageIdentifier) -> ImageFailure {
        ImageFailure {
            image_id,
            failure_code: self.code,
            failure_reason: self.reason,
        }
    }
}

/// The shape `ImageFailure` of the service model.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ImageFailure {
    image_id: ImageIdentifier,
    failure_code: &'static str,
    failure_reason: String,
}

/// The shape `Image` of the service model.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ImageShape<'a> {
    pub(super) registry_id: &'a AccountId,
    pub(super) repository_name: &'a RepositoryName,
    pub(super) image_id: ImageIdentifier,
    pub(super) image_manifest: String,
    pub(super) image_manifest_media_type: String,
}

#[derive(Serialize)]
struct Got<'a> {
    images: Vec<ImageShape<'a>>,
    failures: Vec<ImageFailure>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Deleted {
    image_ids: Vec<ImageIdentifier>,
    failures: Vec<ImageFailure>,
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

fn parse(id: &ImageIdentifier) -> Result<Requested, Failure> {
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
) -> Outcome<(TaggedImage, Vec<u8>)> {
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
) -> Result<(RepositoryKey, BatchParameters, Vec<ImageIdentifier>), ApiError> {
    let key = call.repository()?;
    let mut parameters: BatchParameters = call.parameters()?;
    let ids = std::mem::take(&mut parameters.image_ids);
    // No image can fail by itself in a repository that is not there.
    call.ecr.store.repository(&key)?;
    Ok((key, parameters, ids))
}

/// `BatchGetImage`: manifests, byte for byte as they were pushed.
pub(super) fn get(call: &Call<'_>) -> Result<Value, ApiError> {
    let (key, parameters, ids) = batch(call)?;
    let accepted = parameters.accepted_media_types.as_ref();
    let is_accepted = |media_type: &String| accepted.is_none_or(|types| types.contains(media_type));
    let mut got = Got {
        images: Vec::new(),
        failures: Vec::new(),
    };
    for id in ids {
        let found = match parse(&id) {
            Ok(requested) => find(call, &key, &requested)?,
            Err(failure) => Err(failure),
        };
        match found {
            Ok((found, _)) if found.image.status != ImageStatus::Active => {
                got.failures.push(Failure::inaccessible().of(id));
            }
            Ok((found, manifest)) if is_accepted(&found.image.media_type) => {
                got.images.push(ImageShape {
                    registry_id: &key.registry.account,
                    repository_name: &key.name,
                    image_id: ImageIdentifier {
                        image_digest: Some(found.image.digest.to_string()),
                        image_tag: id.image_tag,
                    },
                    image_manifest: String::from_utf8_lossy(&manifest).into_owned(),
                    image_manifest_media_type: found.image.media_type,
                });
            }
            Ok(_) => got.failures.push(Failure::not_found().of(id)),
            Err(failure) => got.failures.push(failure.of(id)),
        }
    }
    answer(&got)
}

/// `BatchDeleteImage`: by digest the image and all its tags; by tag that tag,
/// and the image with its last one.
pub(super) fn delete(call: &Call<'_>) -> Result<Value, ApiError> {
    let (key, _, ids) = batch(call)?;
    let mut deleted = Deleted {
        image_ids: Vec::new(),
        failures: Vec::new(),
    };
    for id in ids {
        let done = match parse(&id) {
            Ok(requested) => delete_one(call, &key, &requested)?,
            Err(failure) => Err(failure),
        };
        match done {
            Ok(ids) => deleted.image_ids.extend(ids),
            Err(failure) => deleted.failures.push(failure.of(id)),
        }
    }
    answer(&deleted)
}

fn delete_one(
    call: &Call<'_>,
    key: &RepositoryKey,
    requested: &Requested,
) -> Outcome<Vec<ImageIdentifier>> {
    if requested.digest.is_some() && requested.tag.is_some() {
        // The pair is checked before anything goes.
        if let Err(failure) = find(call, key, requested)? {
            return Ok(Err(failure));
        }
    }
    let ecr = call.ecr;
    match selector(requested) {
        Some(Selector::Tag(tag)) => {
            Ok(by_itself(push::remove_tag(ecr, key, &tag))?.map(|removal| {
                let (TagRemoval::Untagged(digest) | TagRemoval::ImageRemoved(digest)) = removal;
                vec![ImageIdentifier::new(&digest, Some(&tag))]
            }))
        }
        Some(Selector::Digest(digest)) => {
            Ok(by_itself(push::remove_image(ecr, key, &digest))?
                .map(|tags| removed(&digest, &tags)))
        }
        None => Ok(Err(Failure::not_found())),
    }
}

fn removed(digest: &Digest, tags: &[Tag]) -> Vec<ImageIdentifier> {
    if tags.is_empty() {
        return vec![ImageIdentifier::new(digest, None)];
    }
    let tags = tags.iter();
    tags.map(|tag| ImageIdentifier::new(digest, Some(tag)))
        .collect()
}

//! Putting a manifest by the AWS API.

use super::batch::ImageShape;
use super::call::{Call, answer};
use super::error::{ApiError, Code};
use super::images::ImageIdentifier;
use crate::push;
use crate::refusal::{Fault, Reason, name_rule};
use crate::store::{NewImage, RepositoryKey, Selector};
use ecrane_core::manifest;
use ecrane_core::name::{Digest, NameKind, Tag};
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parameters {
    image_manifest: String,
    image_manifest_media_type: Option<String>,
    image_tag: Option<String>,
    image_digest: Option<String>,
}

#[derive(Serialize)]
struct Put<'a> {
    image: ImageShape<'a>,
}

/// `PutImage`. One that is there already, by that tag if any, is refused.
pub(super) fn put(call: &Call<'_>) -> Result<Value, ApiError> {
    let key = call.repository()?;
    let Parameters {
        image_manifest,
        image_manifest_media_type,
        image_tag,
        image_digest,
    } = call.parameters()?;
    let tag: Option<Tag> = image_tag
        .map(|tag| tag.parse())
        .transpose()
        .map_err(|_| ApiError::parameter("imageTag", name_rule(NameKind::Tag)))?;
    push::make_repository(call.ecr, &key)?;
    call.ecr.store.repository(&key)?;
    let read = manifest::read(
        image_manifest_media_type.as_deref(),
        image_manifest.as_bytes(),
    )
    .map_err(|fault| ApiError::new(Code::InvalidParameter, fault.to_string()))?;
    if image_digest.is_some_and(|digest| digest != read.digest.as_str()) {
        let message = "The specified image digest does not match the digest that Amazon ECR calculated for the image";
        return Err(ApiError::new(Code::ImageDigestDoesNotMatch, message));
    }
    let (digest, media_type) = (read.digest.clone(), read.media_type.clone());
    if is_there(call, &key, &digest, tag.as_ref())? {
        let there = Reason::ImageAlreadyExists(Box::new((digest, tag)));
        return Err(there.about(&key).into());
    }
    let now = call.ecr.clock.now();
    let bytes = image_manifest.clone().into_bytes();
    push::put_image(
        call.ecr,
        &key,
        &NewImage::new(read, bytes, tag.clone(), now),
    )?;
    answer(&Put {
        image: ImageShape {
            registry_id: &key.registry.account,
            repository_name: &key.name,
            image_id: ImageIdentifier::new(&digest, tag.as_ref()),
            image_manifest,
            image_manifest_media_type: media_type,
        },
    })
}

fn is_there(
    call: &Call<'_>,
    key: &RepositoryKey,
    digest: &Digest,
    tag: Option<&Tag>,
) -> Result<bool, ApiError> {
    let selector = Selector::Digest(digest.clone());
    match call.ecr.store.image(key, &selector) {
        Ok((found, _)) => Ok(tag.is_none_or(|tag| found.tags.contains(tag))),
        Err(Fault::Refused(_)) => Ok(false),
        Err(fault) => Err(fault.into()),
    }
}

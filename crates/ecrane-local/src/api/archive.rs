//! Moving an image into the archive and back.

use super::call::Call;
use super::error::ApiError;
use super::images::{ImageIdentifier, find};
use crate::refusal::Reason;
use crate::store::{Image, ImageStatus};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parameters {
    image_id: ImageIdentifier,
    target_storage_class: Target,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
enum Target {
    Standard,
    Archive,
}

/// `UpdateImageStorageClass`. The children of an index and what refers to an
/// image follow it, and have no storage class of their own.
pub(super) fn update(call: &Call<'_>) -> Result<Value, ApiError> {
    let key = call.repository()?;
    let Parameters {
        image_id,
        target_storage_class: target,
    } = call.parameters()?;
    let digest = find(call, &key, &image_id)?.image.digest;
    let now = call.ecr.clock.now();
    let change = |image: &mut Image| {
        match (target, image.status) {
            (Target::Archive, ImageStatus::Active) => image.archive(now),
            (Target::Standard, ImageStatus::Archived | ImageStatus::Activating) => {
                image.restore(now);
            }
            // It is there already.
            (Target::Archive, _) | (Target::Standard, ImageStatus::Active) => {}
        }
    };
    let status = call.ecr.store.move_family(&key, &digest, change)?;
    let status = status.ok_or_else(|| Reason::StorageClassFixed(digest.clone()).about(&key))?;
    Ok(json!({
        "registryId": key.registry.account,
        "repositoryName": key.name,
        "imageId": ImageIdentifier { image_digest: Some(digest.to_string()), image_tag: image_id.image_tag },
        "imageStatus": status,
    }))
}

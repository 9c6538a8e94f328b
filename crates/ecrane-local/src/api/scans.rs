//! Scans. There is no scanner here, and every scan says so: a client that waits
//! for one sees it fail at once instead of waiting in vain.

use super::call::Call;
use super::error::ApiError;
use super::images::{ImageIdentifier, find};
use crate::refusal::Reason;
use crate::store::{ImageStatus, RepositoryKey, TaggedImage};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The shape `ImageScanStatus` of the service model.
#[derive(Serialize)]
pub(super) struct ScanStatus {
    status: &'static str,
    description: &'static str,
}

/// What becomes of every scan.
pub(super) const NO_SCANNER: ScanStatus = ScanStatus {
    status: "FAILED",
    description: "ecrane local has no scanner: nothing was looked at",
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parameters {
    image_id: ImageIdentifier,
}

/// `StartImageScan`.
pub(super) fn start(call: &Call<'_>) -> Result<Value, ApiError> {
    let key = call.repository()?;
    let Parameters { image_id } = call.parameters()?;
    let found = find(call, &key, &image_id)?;
    let digest = found.image.digest.clone();
    if found.image.status != ImageStatus::Active {
        return Err(Reason::ImageArchived(digest).about(&key).into());
    }
    if !found.image.children.is_empty() {
        return Err(Reason::ScanUnsupported(digest).about(&key).into());
    }
    let asked = |image: &mut crate::store::Image| image.scan_asked = true;
    call.ecr.store.update_image(&key, &digest, asked)?;
    Ok(answer(&key, &found, image_id))
}

/// `DescribeImageScanFindings`.
pub(super) fn findings(call: &Call<'_>) -> Result<Value, ApiError> {
    let key = call.repository()?;
    let Parameters { image_id } = call.parameters()?;
    let found = find(call, &key, &image_id)?;
    let on_push = call.ecr.store.repository(&key)?.scan_on_push;
    if !(found.image.scan_asked || on_push) {
        let digest = found.image.digest;
        return Err(Reason::ScanNotFound(digest).about(&key).into());
    }
    Ok(answer(&key, &found, image_id))
}

fn answer(key: &RepositoryKey, found: &TaggedImage, id: ImageIdentifier) -> Value {
    json!({
        "registryId": key.registry.account,
        "repositoryName": key.name,
        "imageId": ImageIdentifier::found(found, id.image_tag),
        "imageScanStatus": NO_SCANNER,
    })
}

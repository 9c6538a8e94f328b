//! Layers by the AWS API: what the registry does with blobs, in other words.

use super::call::Call;
use super::error::{ApiError, Code};
use crate::push;
use crate::refusal::{Fault, Reason, SMALLEST_PART, name_rule};
use crate::store::RepositoryKey;
use crate::uploads::{PartFault, Turn, Upload, Uploads};
use axum::body::Body;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ecrane_core::name::{Digest, NameKind};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::runtime::Handle;

/// The size of the parts that clients are asked to send: 10 MiB, as ECR asks.
const PART: u64 = 10 << 20;

/// `InitiateLayerUpload`.
pub(super) fn initiate(call: &Call<'_>) -> Result<Value, ApiError> {
    let key = call.repository()?;
    push::make_repository(call.ecr, &key)?;
    // Operations run where they may wait.
    let upload = Handle::current().block_on(Upload::begin(call.ecr, &key))?;
    let id = upload.id().to_owned();
    call.ecr.uploads.keep(upload);
    Ok(json!({ "uploadId": id, "partSize": PART }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PartParameters {
    upload_id: String,
    part_first_byte: u64,
    part_last_byte: u64,
    layer_part_blob: String,
}

/// `UploadLayerPart`.
pub(super) fn upload_part(call: &Call<'_>) -> Result<Value, ApiError> {
    let key = call.repository()?;
    let parameters: PartParameters = call.parameters()?;
    let part = STANDARD
        .decode(&parameters.layer_part_blob)
        .map_err(|_| ApiError::new(Code::Serialization, "The layer part is not Base64"))?;
    let first = parameters.part_first_byte;
    let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
    if length == 0 || first.checked_add(length - 1) != Some(parameters.part_last_byte) {
        return Err(ApiError::parameter(
            "partLastByte",
            "must be the place of the last byte of layerPartBlob",
        ));
    }
    let id = parameters.upload_id;
    let mut upload = turn(call, &key, &id)?;
    let size = upload.size();
    if first != size {
        let reason = Reason::LayerPartInvalid {
            upload: id,
            first,
            size,
        };
        return Err(reason.about(&key).into());
    }
    Handle::current()
        .block_on(upload.append(Body::from(part)))
        .map_err(|fault| match fault {
            PartFault::Body(error) => ApiError::new(Code::Server, error.to_string()),
            PartFault::Disk(error) => Fault::from(error).into(),
        })?;
    Ok(json!({
        "registryId": key.registry.account,
        "repositoryName": key.name,
        "uploadId": id,
        "lastByteReceived": parameters.part_last_byte,
    }))
}

fn turn(call: &Call<'_>, key: &RepositoryKey, id: &str) -> Result<Turn, ApiError> {
    Ok(Handle::current().block_on(call.ecr.uploads.turn(key, id))?)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CompleteParameters {
    upload_id: String,
    layer_digests: Vec<String>,
}

/// `CompleteLayerUpload`.
pub(super) fn complete(call: &Call<'_>) -> Result<Value, ApiError> {
    let key = call.repository()?;
    let CompleteParameters {
        upload_id: id,
        layer_digests,
    } = call.parameters()?;
    let digests = layer_digests.iter().map(|digest| parse(digest));
    let digests: Vec<Digest> = digests.collect::<Result<_, _>>()?;
    let Some(digest) = digests.first() else {
        return Err(ApiError::parameter(
            "layerDigests",
            name_rule(NameKind::Digest),
        ));
    };
    let upload = turn(call, &key, &id)?;
    let in_parts = upload
        .first_part()
        .is_some_and(|first| first < upload.size());
    if in_parts
        && upload
            .first_part()
            .is_some_and(|first| first < SMALLEST_PART)
    {
        return Err(Reason::LayerPartTooSmall.about(&key).into());
    }
    if call.ecr.store.blob_size(&key, digest)?.is_some() {
        call.ecr.uploads.cancel(&upload);
        return Err(Reason::LayerAlreadyExists(digest.clone())
            .about(&key)
            .into());
    }
    Handle::current().block_on(Uploads::confirm(call.ecr, upload, digest))?;
    Ok(json!({
        "registryId": key.registry.account,
        "repositoryName": key.name,
        "uploadId": id,
        "layerDigest": digest,
    }))
}

fn parse(digest: &str) -> Result<Digest, ApiError> {
    let rule = || ApiError::parameter("layerDigests", name_rule(NameKind::Digest));
    digest.parse().map_err(|_| rule())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CheckParameters {
    layer_digests: Vec<String>,
}

/// `BatchCheckLayerAvailability`.
pub(super) fn check(call: &Call<'_>) -> Result<Value, ApiError> {
    let key = call.repository()?;
    let CheckParameters { layer_digests } = call.parameters()?;
    call.ecr.store.repository(&key)?;
    let (mut layers, mut failures) = (Vec::new(), Vec::new());
    for text in layer_digests {
        let Ok(digest) = text.parse::<Digest>() else {
            failures.push(json!({
                "layerDigest": text,
                "failureCode": "InvalidLayerDigest",
                "failureReason": "Invalid request parameters: layer digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'",
            }));
            continue;
        };
        layers.push(match call.ecr.store.blob_size(&key, &digest)? {
            Some(size) => json!({
                "layerDigest": digest,
                "layerAvailability": "AVAILABLE",
                "layerSize": size,
            }),
            None => json!({ "layerDigest": digest, "layerAvailability": "UNAVAILABLE" }),
        });
    }
    Ok(json!({ "layers": layers, "failures": failures }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UrlParameters {
    layer_digest: String,
}

/// `GetDownloadUrlForLayer`: an address that gives the layer to whoever has it.
pub(super) fn download_url(call: &Call<'_>) -> Result<Value, ApiError> {
    let key = call.repository()?;
    let UrlParameters { layer_digest } = call.parameters()?;
    let digest: Digest = layer_digest
        .parse()
        .map_err(|_| ApiError::parameter("layerDigest", name_rule(NameKind::Digest)))?;
    let store = &call.ecr.store;
    if store.blob_size(&key, &digest)?.is_none() {
        return Err(Reason::LayersNotFound(vec![digest]).about(&key).into());
    }
    if !store.is_needed(&key, &digest)? {
        return Err(Reason::LayerInaccessible(digest).about(&key).into());
    }
    let path = call.ecr.layer_path(&key, &digest);
    Ok(json!({
        "downloadUrl": format!("{}{path}", call.ecr.url()),
        "layerDigest": digest,
    }))
}

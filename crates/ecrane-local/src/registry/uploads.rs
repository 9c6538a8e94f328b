//! Uploads, as the registry speaks of them.
//!
//! Two habits of ECR are kept, because clients trip over them: a part is
//! answered with 201, and `Range` stays at the end of the first part.

use super::error::RegistryError;
use super::{CONTENT_DIGEST, Call, empty, set};
use crate::ecr::{Ecr, blocking};
use crate::push;
use crate::store::{AccountSetting, RepositoryKey};
use crate::uploads::{Upload, Uploads};
use axum::body::Body;
use axum::extract::Query;
use axum::http::{HeaderMap, Response, StatusCode, header};
use ecrane_core::name::Digest;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize, Default)]
struct Parameters {
    digest: Option<String>,
    mount: Option<String>,
    from: Option<String>,
}

impl Parameters {
    fn of(call: &Call) -> Self {
        Query::try_from_uri(call.request.uri()).map_or_else(|_| Self::default(), |Query(all)| all)
    }

    fn digest(&self) -> Result<Option<Digest>, RegistryError> {
        let digest = self.digest.as_deref().map(str::parse).transpose()?;
        Ok(digest)
    }

    /// The repository that a blob may be taken from, and the blob. What is no
    /// name is not refused: the client is to upload the blob then.
    fn mount(&self, to: &RepositoryKey) -> Option<(RepositoryKey, Digest)> {
        let from = RepositoryKey {
            registry: to.registry.clone(),
            name: self.from.as_deref()?.parse().ok()?,
        };
        Some((from, self.mount.as_deref()?.parse().ok()?))
    }
}

/// Begins an upload; with `digest` the body is all of it, with `mount` it is not
/// needed if the blob can be taken from another repository.
pub(super) async fn start(call: Call) -> Result<Response<Body>, RegistryError> {
    let parameters = Parameters::of(&call);
    let (ecr, to) = (&call.ecr, &call.repository);
    let key = to.clone();
    blocking(ecr, move |ecr| push::make_repository(ecr, &key)).await?;
    if let Some((from, digest)) = parameters.mount(to)
        && mount(ecr, from, to, &digest).await?
    {
        return Ok(created(to, &digest));
    }
    let digest = parameters.digest()?;
    let mut upload = Upload::begin(ecr, to).await?;
    let Some(digest) = digest else {
        let response = answer(to, &upload, StatusCode::ACCEPTED);
        ecr.uploads.keep(upload);
        return Ok(response);
    };
    upload.append(call.request.into_body()).await?;
    Uploads::confirm(&call.ecr, Box::new(upload), &digest).await?;
    Ok(created(&call.repository, &digest))
}

/// Takes a blob from another repository, if that may be: the account setting
/// for it is off by default.
async fn mount(
    ecr: &Arc<Ecr>,
    from: RepositoryKey,
    to: &RepositoryKey,
    digest: &Digest,
) -> Result<bool, RegistryError> {
    let (to, digest) = (to.clone(), digest.clone());
    let mounted = blocking(ecr, move |ecr| {
        let setting = AccountSetting::BlobMounting;
        let setting = ecr.store.account_setting(&to.registry, setting)?;
        Ok(setting == "ENABLED" && ecr.store.mount_blob(&from, &to, &digest)?)
    });
    Ok(mounted.await?)
}

/// How far an upload has come, as ECR tells it.
pub(super) async fn status(call: Call, id: &str) -> Result<Response<Body>, RegistryError> {
    let upload = call.ecr.uploads.turn(&call.repository, id).await?;
    Ok(answer(&call.repository, &upload, StatusCode::NO_CONTENT))
}

/// Adds a part.
pub(super) async fn append(call: Call, id: &str) -> Result<Response<Body>, RegistryError> {
    let mut upload = call.ecr.uploads.turn(&call.repository, id).await?;
    if let Some(refusal) = refuse_gap(&call, &upload) {
        return Ok(refusal);
    }
    upload.append(call.request.into_body()).await?;
    Ok(answer(&call.repository, &upload, StatusCode::CREATED))
}

/// Adds the last part, if there is one, and makes the upload a blob.
pub(super) async fn finish(call: Call, id: &str) -> Result<Response<Body>, RegistryError> {
    let digest = Parameters::of(&call).digest()?.ok_or_else(|| {
        let message = "The query must name the digest of the upload";
        RegistryError::new(StatusCode::BAD_REQUEST, "DIGEST_INVALID", message)
    })?;
    let mut upload = call.ecr.uploads.turn(&call.repository, id).await?;
    if let Some(refusal) = refuse_gap(&call, &upload) {
        return Ok(refusal);
    }
    upload.append(call.request.into_body()).await?;
    Uploads::confirm(&call.ecr, upload, &digest).await?;
    Ok(created(&call.repository, &digest))
}

/// Ends an upload.
pub(super) async fn cancel(call: Call, id: &str) -> Result<Response<Body>, RegistryError> {
    let upload = call.ecr.uploads.turn(&call.repository, id).await?;
    call.ecr.uploads.cancel(&upload);
    Ok(empty(StatusCode::NO_CONTENT))
}

/// A part that says where it begins must begin where the upload ends.
fn refuse_gap(call: &Call, upload: &Upload) -> Option<Response<Body>> {
    let start = content_start(call.request.headers())?;
    if start == upload.size() {
        return None;
    }
    let message = format!(
        "First byte of the layer part is {start} instead of {}",
        upload.size()
    );
    let status = StatusCode::RANGE_NOT_SATISFIABLE;
    let refusal = RegistryError::new(status, "BLOB_UPLOAD_INVALID", message);
    let mut response = refusal.into_response();
    describe(&mut response, &call.repository, upload);
    Some(response)
}

/// Where `Content-Range` says that the body begins. The registry's form of it
/// has no unit.
fn content_start(headers: &HeaderMap) -> Option<u64> {
    let range = headers.get(header::CONTENT_RANGE)?.to_str().ok()?;
    let range = range.strip_prefix("bytes ").unwrap_or(range);
    range.split_once('-')?.0.parse().ok()
}

/// A blob that is in its repository now.
fn created(repository: &RepositoryKey, digest: &Digest) -> Response<Body> {
    let mut response = empty(StatusCode::CREATED);
    let location = format!("/v2/{}/blobs/{digest}", repository.name);
    set(&mut response, header::LOCATION, location);
    set(&mut response, CONTENT_DIGEST, digest.as_str());
    response
}

fn answer(repository: &RepositoryKey, upload: &Upload, status: StatusCode) -> Response<Body> {
    let mut response = empty(status);
    describe(&mut response, repository, upload);
    response
}

/// Where an upload goes on, and how far ECR says that it is.
fn describe(response: &mut Response<Body>, repository: &RepositoryKey, upload: &Upload) {
    let location = format!("/v2/{}/blobs/uploads/{}", repository.name, upload.id());
    set(response, header::LOCATION, location);
    let last = upload.first_part().unwrap_or(1).saturating_sub(1);
    set(response, header::RANGE, format!("0-{last}"));
    set(response, "docker-upload-uuid", upload.id());
}

//! Uploads: bytes that come in parts, are hashed as they come, and become a
//! blob when the client names their digest and is right.
//!
//! Two habits of ECR are kept, because clients trip over them: a part is
//! answered with 201, and `Range` stays at the end of the first part.

use super::error::RegistryError;
use super::{CONTENT_DIGEST, Call, empty, set};
use crate::ecr::{Ecr, blocking};
use crate::store::RepositoryKey;
use axum::body::Body;
use axum::extract::Query;
use axum::http::{HeaderMap, Response, StatusCode, header};
use ecrane_core::name::Digest;
use futures_util::StreamExt;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::io::SeekFrom;
use std::path::PathBuf;
use std::sync::{Arc, Mutex as PlainMutex, MutexGuard, PoisonError};
use tokio::fs::File;
use tokio::io::{AsyncSeekExt, AsyncWriteExt, BufWriter};
use tokio::sync::Mutex;

/// How much of an upload is in memory at once.
const CHUNK: usize = 256 << 10;

/// The uploads in progress. They end with the server; what was confirmed stays.
#[derive(Default)]
pub(crate) struct Uploads {
    open: PlainMutex<HashMap<String, Arc<Mutex<Upload>>>>,
}

/// One upload. What it says is true up to the last part that came in whole.
struct Upload {
    id: String,
    repository: RepositoryKey,
    path: PathBuf,
    file: File,
    hasher: Sha256,
    size: u64,
    first_part: Option<u64>,
}

#[derive(Deserialize)]
struct Parameters {
    digest: Option<String>,
}

impl Uploads {
    fn all(&self) -> MutexGuard<'_, HashMap<String, Arc<Mutex<Upload>>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, call: &Call, id: &str) -> Result<Arc<Mutex<Upload>>, RegistryError> {
        let found = self.all().get(id).map(Arc::clone);
        found.ok_or_else(|| unknown(&call.repository, id))
    }
}

fn unknown(repository: &RepositoryKey, id: &str) -> RegistryError {
    let message = format!(
        "Upload with id '{id}' in repository with name '{}' cannot be found",
        repository.name
    );
    RegistryError::new(StatusCode::NOT_FOUND, "BLOB_UPLOAD_UNKNOWN", message)
}

/// Begins an upload; with `digest` the body is all of it. `mount` is ignored,
/// as ECR does while the account setting for it is off.
pub(super) async fn start(call: Call) -> Result<Response<Body>, RegistryError> {
    let key = call.repository.clone();
    blocking(&call.ecr, move |ecr| ecr.store.repository(&key)).await?;
    let id = uuid::Uuid::new_v4().to_string();
    let path = call.ecr.files.upload(&id);
    let mut upload = Upload {
        file: File::create_new(&path).await?,
        id,
        repository: call.repository.clone(),
        path,
        hasher: Sha256::new(),
        size: 0,
        first_part: None,
    };
    if let Some(digest) = digest_parameter(&call)? {
        let (_, body) = call.request.into_parts();
        let done = match upload.append(body).await {
            Ok(()) => confirm(&call.ecr, &upload, &digest).await,
            Err(error) => Err(error),
        };
        // A failed upload leaves nothing; a confirmed one has moved.
        let _ = tokio::fs::remove_file(&upload.path).await;
        return done;
    }
    let response = upload.answer(StatusCode::ACCEPTED);
    let id = upload.id.clone();
    let upload = Arc::new(Mutex::new(upload));
    call.ecr.uploads.all().insert(id, upload);
    Ok(response)
}

/// How far an upload has come, as ECR tells it.
pub(super) async fn status(call: Call, id: &str) -> Result<Response<Body>, RegistryError> {
    let upload = call.ecr.uploads.find(&call, id)?;
    let upload = upload.lock().await;
    upload.check(&call, id)?;
    Ok(upload.answer(StatusCode::NO_CONTENT))
}

/// Adds a part.
pub(super) async fn append(call: Call, id: &str) -> Result<Response<Body>, RegistryError> {
    let upload = call.ecr.uploads.find(&call, id)?;
    let mut upload = upload.lock().await;
    upload.check(&call, id)?;
    if let Some(refusal) = upload.refuse_gap(call.request.headers()) {
        return Ok(refusal);
    }
    upload.append(call.request.into_body()).await?;
    Ok(upload.answer(StatusCode::CREATED))
}

/// Adds the last part, if there is one, and makes the upload a blob.
pub(super) async fn finish(call: Call, id: &str) -> Result<Response<Body>, RegistryError> {
    let digest = digest_parameter(&call)?.ok_or_else(|| {
        let message = "The query must name the digest of the upload";
        RegistryError::new(StatusCode::BAD_REQUEST, "DIGEST_INVALID", message)
    })?;
    let upload = call.ecr.uploads.find(&call, id)?;
    let mut upload = upload.lock().await;
    upload.check(&call, id)?;
    if let Some(refusal) = upload.refuse_gap(call.request.headers()) {
        return Ok(refusal);
    }
    let ecr = Arc::clone(&call.ecr);
    upload.append(call.request.into_body()).await?;
    let response = confirm(&ecr, &upload, &digest).await;
    ecr.uploads.all().remove(id);
    let _ = tokio::fs::remove_file(&upload.path).await;
    response
}

/// Ends an upload.
pub(super) async fn cancel(call: Call, id: &str) -> Result<Response<Body>, RegistryError> {
    let upload = call.ecr.uploads.find(&call, id)?;
    let upload = upload.lock().await;
    upload.check(&call, id)?;
    call.ecr.uploads.all().remove(id);
    tokio::fs::remove_file(&upload.path).await?;
    Ok(empty(StatusCode::NO_CONTENT))
}

fn digest_parameter(call: &Call) -> Result<Option<Digest>, RegistryError> {
    let parameters = Query::<Parameters>::try_from_uri(call.request.uri());
    match parameters.ok().and_then(|Query(query)| query.digest) {
        Some(digest) => Ok(Some(digest.parse()?)),
        None => Ok(None),
    }
}

/// Makes a whole upload a blob of its repository, if its digest is right.
async fn confirm(
    ecr: &Arc<Ecr>,
    upload: &Upload,
    digest: &Digest,
) -> Result<Response<Body>, RegistryError> {
    let actual = Digest::from_sha256(&upload.hasher.clone().finalize().into());
    if actual != *digest {
        let message =
            format!("provided digest {digest} did not match uploaded content, which has {actual}");
        let status = StatusCode::BAD_REQUEST;
        return Err(RegistryError::new(status, "DIGEST_INVALID", message));
    }
    let (key, path, size) = (upload.repository.clone(), upload.path.clone(), upload.size);
    blocking(ecr, move |ecr| {
        ecr.files.confirm(&path, &actual)?;
        ecr.store.add_blob(&key, &actual, size)
    })
    .await?;
    let mut response = empty(StatusCode::CREATED);
    let location = format!("/v2/{}/blobs/{digest}", upload.repository.name);
    set(&mut response, header::LOCATION, location);
    set(&mut response, CONTENT_DIGEST, digest.as_str());
    Ok(response)
}

impl Upload {
    /// Refuses the id in another repository, and after the upload's end.
    fn check(&self, call: &Call, id: &str) -> Result<(), RegistryError> {
        let open = call.ecr.uploads.all().contains_key(id);
        if open && self.repository == call.repository {
            Ok(())
        } else {
            Err(unknown(&call.repository, id))
        }
    }

    /// Writes and hashes a part. A part that breaks off counts for nothing:
    /// the next one begins where this one did.
    async fn append(&mut self, body: Body) -> Result<(), RegistryError> {
        self.file.set_len(self.size).await?;
        self.file.seek(SeekFrom::Start(self.size)).await?;
        let mut hasher = self.hasher.clone();
        let mut size = self.size;
        let mut file = BufWriter::with_capacity(CHUNK, &mut self.file);
        let mut body = body.into_data_stream();
        while let Some(bytes) = body.next().await {
            let bytes = bytes.map_err(RegistryError::broken_body)?;
            hasher.update(&bytes);
            file.write_all(&bytes).await?;
            size = size.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        }
        file.flush().await?;
        if self.first_part.is_none() && size > 0 {
            self.first_part = Some(size);
        }
        self.hasher = hasher;
        self.size = size;
        Ok(())
    }

    /// A part that says where it begins must begin where the upload ends.
    fn refuse_gap(&self, headers: &HeaderMap) -> Option<Response<Body>> {
        let range = headers.get(header::CONTENT_RANGE)?.to_str().ok()?;
        let range = range.strip_prefix("bytes ").unwrap_or(range);
        let (start, _) = range.split_once('-')?;
        let start: u64 = start.parse().ok()?;
        (start != self.size).then(|| self.answer(StatusCode::RANGE_NOT_SATISFIABLE))
    }

    fn answer(&self, status: StatusCode) -> Response<Body> {
        let mut response = empty(status);
        let location = format!("/v2/{}/blobs/uploads/{}", self.repository.name, self.id);
        set(&mut response, header::LOCATION, location);
        let last = self.first_part.unwrap_or(1).saturating_sub(1);
        set(&mut response, header::RANGE, format!("0-{last}"));
        set(&mut response, "docker-upload-uuid", &self.id);
        response
    }
}

use super::error::RegistryError;
use super::{CONTENT_DIGEST, Call, empty, set};
use crate::ecr::{Ecr, blocking};
use crate::store::RepositoryKey;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Response, StatusCode, header};
use ecrane_core::name::Digest;
use std::io::{ErrorKind, SeekFrom};
use std::sync::Arc;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

/// How much of a blob is in memory at once.
const CHUNK: usize = 256 << 10;

/// Where the blob is to be had. ECR sends clients to another service for it, and
/// some of them cannot follow: they find out here.
pub(super) async fn redirect(call: Call, digest: Digest) -> Result<Response<Body>, RegistryError> {
    size(&call.ecr, call.repository.clone(), &digest, false).await?;
    let mut response = empty(StatusCode::TEMPORARY_REDIRECT);
    // Without the host: the client knows by which name it reaches this one.
    let location = call.ecr.layer_path(&call.repository, &digest);
    set(&mut response, header::LOCATION, location);
    Ok(response)
}

/// A blob, or the part of it that a `Range` asks for.
pub(super) async fn get(call: Call, digest: Digest) -> Result<Response<Body>, RegistryError> {
    let is_head = call.request.method() == Method::HEAD;
    let size = size(&call.ecr, call.repository, &digest, is_head).await?;
    let Ok(range) = range(call.request.headers(), size) else {
        let mut response = empty(StatusCode::RANGE_NOT_SATISFIABLE);
        let sizes = format!("bytes */{size}");
        set(&mut response, header::CONTENT_RANGE, sizes);
        return Ok(response);
    };
    let (start, length) = range.unwrap_or((0, size));
    let mut response = if is_head {
        empty(StatusCode::OK)
    } else {
        Response::new(content(&call.ecr, &digest, start, length).await?)
    };
    if range.is_some() {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        let last = start + length - 1;
        let range = format!("bytes {start}-{last}/{size}");
        set(&mut response, header::CONTENT_RANGE, range);
    }
    set(&mut response, header::ACCEPT_RANGES, "bytes");
    set(&mut response, header::CONTENT_LENGTH, length.to_string());
    let binary = "application/octet-stream";
    set(&mut response, header::CONTENT_TYPE, binary);
    set(&mut response, CONTENT_DIGEST, digest.as_str());
    Ok(response)
}

/// How large the blob is. Who only asks may be about to need it, and will not
/// send it again: it is not collected soon.
async fn size(
    ecr: &Arc<Ecr>,
    key: RepositoryKey,
    digest: &Digest,
    is_head: bool,
) -> Result<u64, RegistryError> {
    let wanted = digest.clone();
    let size = blocking(ecr, move |ecr| {
        let size = ecr.store.blob_size(&key, &wanted)?;
        if is_head && size.is_some() {
            ecr.store.renew_blob(&key, &wanted)?;
        }
        Ok(size)
    });
    size.await?.ok_or_else(|| unknown(digest))
}

/// The bytes of a part, as they are read.
async fn content(
    ecr: &Ecr,
    digest: &Digest,
    start: u64,
    length: u64,
) -> Result<Body, RegistryError> {
    let mut file = match File::open(ecr.files.blob(digest)).await {
        // It has just been collected.
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(unknown(digest)),
        other => other?,
    };
    file.seek(SeekFrom::Start(start)).await?;
    let part = ReaderStream::with_capacity(file.take(length), CHUNK);
    Ok(Body::from_stream(part))
}

/// A blob that is not in the repository.
fn unknown(digest: &Digest) -> RegistryError {
    let message = format!("blob unknown to registry: {digest}");
    RegistryError::new(StatusCode::NOT_FOUND, "BLOB_UNKNOWN", message)
}

/// The part that is asked for, as start and length. Forms that are not a single
/// range of bytes are ignored, as RFC 9110 section 14.2 allows.
fn range(headers: &HeaderMap, size: u64) -> Result<Option<(u64, u64)>, ()> {
    let range = headers
        .get(header::RANGE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("bytes="))
        .and_then(|range| range.split_once('-'));
    let Some((first, last)) = range else {
        return Ok(None);
    };
    let (start, end) = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => (first, last.saturating_add(1).min(size)),
        (Ok(first), Err(_)) if last.is_empty() => (first, size),
        (Err(_), Ok(suffix)) if first.is_empty() => (size.saturating_sub(suffix), size),
        _ => return Ok(None),
    };
    if start >= end {
        return Err(());
    }
    Ok(Some((start, end - start)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &str, expected: Result<Option<(u64, u64)>, ()>) {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, value.parse().unwrap());
        assert_eq!(range(&headers, 100), expected, "{value}");
    }

    #[test]
    fn ranges() {
        check("bytes=0-9", Ok(Some((0, 10))));
        check("bytes=90-", Ok(Some((90, 10))));
        check("bytes=-10", Ok(Some((90, 10))));
        check("bytes=-1000", Ok(Some((0, 100))));
        check("bytes=50-1000", Ok(Some((50, 50))));
        check("bytes=100-", Err(()));
        check("bytes=-0", Err(()));
        check("bytes=9-0", Ok(None));
        check("bytes=0-1,5-6", Ok(None));
        check("items=0-1", Ok(None));
    }
}

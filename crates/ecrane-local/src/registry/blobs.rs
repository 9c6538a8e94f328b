use super::error::RegistryError;
use super::{CONTENT_DIGEST, Call, empty, set};
use crate::ecr::blocking;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Response, StatusCode, header};
use ecrane_core::name::Digest;
use std::io::SeekFrom;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

/// How much of a blob is in memory at once.
const CHUNK: usize = 256 << 10;

/// A blob, or the part of it that a `Range` asks for.
pub(super) async fn get(call: Call, digest: Digest) -> Result<Response<Body>, RegistryError> {
    let (key, wanted) = (call.repository.clone(), digest.clone());
    let size = blocking(&call.ecr, move |ecr| ecr.store.blob_size(&key, &wanted)).await?;
    let Some(size) = size else {
        return Err(unknown(&digest));
    };
    let Ok(range) = range(call.request.headers(), size) else {
        let mut response = empty(StatusCode::RANGE_NOT_SATISFIABLE);
        set(
            &mut response,
            header::CONTENT_RANGE,
            format!("bytes */{size}"),
        );
        return Ok(response);
    };
    let (start, length) = range.unwrap_or((0, size));
    let mut response = if call.request.method() == Method::HEAD {
        empty(StatusCode::OK)
    } else {
        let mut file = File::open(call.ecr.files.blob(&digest)).await?;
        file.seek(SeekFrom::Start(start)).await?;
        let part = ReaderStream::with_capacity(file.take(length), CHUNK);
        Response::new(Body::from_stream(part))
    };
    if range.is_some() {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        let last = start + length - 1;
        let range = format!("bytes {start}-{last}/{size}");
        set(&mut response, header::CONTENT_RANGE, range);
    }
    set(&mut response, header::ACCEPT_RANGES, "bytes");
    set(&mut response, header::CONTENT_LENGTH, length.to_string());
    set(
        &mut response,
        header::CONTENT_TYPE,
        "application/octet-stream",
    );
    set(&mut response, CONTENT_DIGEST, digest.as_str());
    Ok(response)
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

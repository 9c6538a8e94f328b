use super::call::{Answer, Body, Call, Refusal};
use super::error::{Operation, RegistryError};
use super::{Repository, location::Target};
use crate::content;
use ecrane_core::name::RepositoryName;
use ecrane_core::push::Descriptor;
use futures_util::TryStreamExt;
use reqwest::header::LOCATION;
use reqwest::{Method, StatusCode};
use sha2::{Digest as _, Sha256};
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;
use tokio_util::io::ReaderStream;

/// Blobs up to this size, in bytes, go with the request that closes the upload:
/// at 100 MB/s and 40 ms a round trip, sending them costs less than asking.
const ONE_REQUEST: u64 = 4 * 1024 * 1024;
/// Read from disk and handed to the connection at once, in bytes.
const CHUNK: usize = 256 * 1024;

/// The content of one blob on its way: opened anew for each attempt.
pub(super) struct Stream<'a> {
    blob: &'a Descriptor,
    file: &'a Path,
    progress: &'a (dyn Fn(u64) + Send + Sync),
    state: Arc<State>,
}

/// What the body, which the HTTP client owns, tells the one who waits for it.
#[derive(Default)]
struct State {
    sent: AtomicU64,
    moved: Notify,
    failure: Mutex<Option<RegistryError>>,
}

impl<'a> Stream<'a> {
    fn new(
        blob: &'a Descriptor,
        file: &'a Path,
        progress: &'a (dyn Fn(u64) + Send + Sync),
    ) -> Self {
        Self {
            blob,
            file,
            progress,
            state: Arc::default(),
        }
    }

    pub(super) fn size(&self) -> u64 {
        self.blob.size
    }

    /// Resolves when more of the body has been taken by the connection.
    pub(super) async fn moved(&self) {
        self.state.moved.notified().await;
        (self.progress)(self.state.sent.load(Ordering::Relaxed));
    }

    /// Why the body itself failed, if it did.
    pub(super) fn failure(&self) -> Option<RegistryError> {
        let mut failure = self.state.failure.lock();
        failure.as_mut().unwrap_or_else(|e| e.get_mut()).take()
    }

    /// A body that reads the file, and breaks off before its last chunk if the
    /// content is not what the digest says: the registry never gets it whole.
    pub(super) async fn open(&self) -> Result<reqwest::Body, RegistryError> {
        let unreadable = |cause| RegistryError::File {
            path: self.file.to_owned(),
            cause,
        };
        let open = async {
            let file = tokio::fs::File::open(self.file).await?;
            let size = file.metadata().await?.len();
            Ok((file, size))
        };
        let (file, size) = open
            .await
            .map_err(|error: io::Error| unreadable(error.to_string()))?;
        if size != self.blob.size {
            let should = self.blob.size;
            return Err(unreadable(format!(
                "it has {size} bytes instead of {should}"
            )));
        }
        self.state.sent.store(0, Ordering::Relaxed);
        let mut check = Check {
            blob: self.blob.clone(),
            path: self.file.to_owned(),
            hash: Sha256::new(),
            state: Arc::clone(&self.state),
        };
        let chunks = ReaderStream::with_capacity(file, CHUNK);
        let chunks = chunks.map_err({
            let state = Arc::clone(&self.state);
            let path = self.file.to_owned();
            move |error| {
                let cause = error.to_string();
                fail(
                    &state,
                    RegistryError::File {
                        path: path.clone(),
                        cause,
                    },
                );
                error
            }
        });
        Ok(reqwest::Body::wrap_stream(chunks.and_then(move |chunk| {
            std::future::ready(check.pass(&chunk).map(|()| chunk))
        })))
    }
}

struct Check {
    blob: Descriptor,
    path: std::path::PathBuf,
    hash: Sha256,
    state: Arc<State>,
}

impl Check {
    fn pass(&mut self, chunk: &[u8]) -> io::Result<()> {
        self.hash.update(chunk);
        let length = chunk.len() as u64;
        let sent = self.state.sent.fetch_add(length, Ordering::Relaxed) + length;
        if sent >= self.blob.size {
            let real = content::finish(std::mem::take(&mut self.hash));
            if real != self.blob.digest || sent > self.blob.size {
                let digest = self.blob.digest.clone();
                fail(&self.state, RegistryError::Damaged { digest, real });
                return Err(io::Error::other(format!("{} changed", self.path.display())));
            }
        }
        self.state.moved.notify_one();
        Ok(())
    }
}

fn fail(state: &State, error: RegistryError) {
    *state.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
}

/// How a blob came to the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// Its content was sent.
    Uploaded,
    /// The registry took it over from another repository.
    Mounted,
}

/// What the registry says to the beginning of an upload.
enum Start {
    /// The content may come there.
    Open(Target),
    /// It is not needed.
    Mounted,
}

impl Repository<'_> {
    /// Uploads a blob that the repository lacks. `progress` hears how many of
    /// its bytes have been handed to the connection; it starts at 0 again when
    /// a broken upload does.
    ///
    /// A broken upload is begun anew: ECR's `Range` does not say how far it came.
    ///
    /// A blob that the repository `source` of the same registry has is taken over
    /// from there, if the registry does such a thing: ECR does where blob mounting
    /// is switched on and both repositories are encrypted alike. Where it does not,
    /// its answer has begun the upload.
    ///
    /// # Errors
    /// See [`RegistryError`].
    pub async fn upload(
        &self,
        blob: &Descriptor,
        file: &Path,
        source: Option<&RepositoryName>,
        progress: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<Arrival, RegistryError> {
        let stream = Stream::new(blob, file, progress);
        let again = AtomicBool::new(false);
        let resent = AtomicBool::new(false);
        let heals = |error: &RegistryError| match error {
            // Bytes fell over on the way, once. Twice is a defect somewhere.
            RegistryError::BrokenUpload {
                digest_differs: true,
                ..
            } => !resent.swap(true, Ordering::Relaxed),
            RegistryError::BrokenUpload { .. } => true,
            other => other.heals(),
        };
        let attempt = || async {
            // The answer may have been lost, not the upload.
            let first = !again.swap(true, Ordering::Relaxed);
            if !first && self.has_blob(blob).await? {
                return Ok(Arrival::Uploaded);
            }
            self.upload_once(&stream, source.filter(|_| first)).await
        };
        self.registry.patience.retry(heals, attempt).await
    }

    async fn upload_once(
        &self,
        stream: &Stream<'_>,
        source: Option<&RepositoryName>,
    ) -> Result<Arrival, RegistryError> {
        let mounted = match source {
            Some(source) => self.mount(stream.blob, source).await?,
            None => None,
        };
        let target = match mounted {
            Some(Start::Mounted) => return Ok(Arrival::Mounted),
            Some(Start::Open(target)) => target,
            None => self.start_upload().await?,
        };
        self.send_content(stream, target).await?;
        Ok(Arrival::Uploaded)
    }

    /// Asks for the blob of another repository. None: the registry does not like
    /// the question, and an upload is still to be begun.
    async fn mount(
        &self,
        blob: &Descriptor,
        source: &RepositoryName,
    ) -> Result<Option<Start>, RegistryError> {
        let mut target = self.at("blobs/uploads/")?;
        target
            .url
            .query_pairs_mut()
            .append_pair("mount", blob.digest.as_str())
            .append_pair("from", source.as_str());
        let call = self.call(Operation::StartUpload, Method::POST, target);
        match self.registry.patiently(&call).await? {
            Ok(answer) if answer.status == StatusCode::CREATED => Ok(Some(Start::Mounted)),
            Ok(answer) => Ok(Some(Start::Open(self.next(call.operation, &answer)?))),
            Err(_) => Ok(None),
        }
    }

    async fn send_content(&self, stream: &Stream<'_>, target: Target) -> Result<(), RegistryError> {
        if stream.size() <= ONE_REQUEST {
            let call = self.commit(target, stream, Body::File(stream));
            return self.settle(&call, self.registry.once(&call).await?);
        }
        let call = Call {
            body: Body::File(stream),
            ..self.call(Operation::SendBlob, Method::PATCH, target)
        };
        let answer = match self.registry.once(&call).await? {
            Ok(answer) => answer,
            Err(refusal) => return Err(self.upload_error(call.operation, refusal)),
        };
        let target = match answer.headers.get(LOCATION) {
            Some(_) => self.next(call.operation, &answer)?,
            None => call.target,
        };
        let call = self.commit(target, stream, Body::None);
        self.settle(&call, self.registry.patiently(&call).await?)
    }

    async fn start_upload(&self) -> Result<Target, RegistryError> {
        let target = self.at("blobs/uploads/")?;
        let call = self.call(Operation::StartUpload, Method::POST, target);
        match self.registry.patiently(&call).await? {
            Ok(answer) => self.next(call.operation, &answer),
            Err(refusal) => Err(self.upload_error(call.operation, refusal)),
        }
    }

    fn commit<'a>(&'a self, mut target: Target, stream: &Stream<'_>, body: Body<'a>) -> Call<'a> {
        target
            .url
            .query_pairs_mut()
            .append_pair("digest", stream.blob.digest.as_str());
        Call {
            body,
            ..self.call(Operation::CommitBlob, Method::PUT, target)
        }
    }

    fn settle(
        &self,
        call: &Call<'_>,
        answer: Result<Answer, Refusal>,
    ) -> Result<(), RegistryError> {
        match answer {
            Ok(_) => Ok(()),
            Err(refusal) => Err(self.upload_error(call.operation, refusal)),
        }
    }

    fn next(&self, operation: Operation, answer: &Answer) -> Result<Target, RegistryError> {
        let location = answer.headers.get(LOCATION).map(|value| value.as_bytes());
        self.registry
            .location(operation, &answer.url, location.unwrap_or_default())
    }

    fn upload_error(&self, operation: Operation, refusal: Refusal) -> RegistryError {
        let digest_differs = refusal.code == "DIGEST_INVALID";
        let lost = matches!(
            refusal.code.as_str(),
            "BLOB_UPLOAD_UNKNOWN" | "BLOB_UPLOAD_INVALID"
        ) || refusal.status == StatusCode::RANGE_NOT_SATISFIABLE
            // The session of an upload, not the repository, is what is unknown.
            || (refusal.status == StatusCode::NOT_FOUND
                && operation != Operation::StartUpload
                && refusal.code != "NAME_UNKNOWN");
        if digest_differs || lost {
            return RegistryError::BrokenUpload {
                registry: self.registry.host(),
                operation,
                status: refusal.status.as_u16(),
                message: refusal.message,
                digest_differs,
            };
        }
        self.refused(operation, refusal)
    }
}

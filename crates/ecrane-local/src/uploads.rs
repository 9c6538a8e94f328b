//! Uploads: bytes that come in parts, are hashed as they come, and become a
//! blob when the client names their digest and is right.
//!
//! They end with the server: what was confirmed stays, and a client that was cut
//! off begins its blob anew.

use crate::ecr::{Ecr, blocking};
use crate::refusal::{Fault, Reason};
use crate::store::{RepositoryKey, StoreError};
use axum::body::Body;
use ecrane_core::name::Digest;
use futures_util::StreamExt;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::io::{self, SeekFrom};
use std::path::PathBuf;
use std::sync::{Arc, Mutex as PlainMutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::fs::File;
use tokio::io::{AsyncSeekExt, AsyncWriteExt, BufWriter};
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::task::JoinHandle;

/// How much of an upload is in memory at once.
const CHUNK: usize = 256 << 10;
/// After as many bytes the system is told to write them to disk, while more come
/// in: the client does not wait for all of it at the end.
const FLUSHED: usize = 64 << 20;
/// An upload that nobody added to for so long is given up.
const PATIENCE: Duration = Duration::from_secs(24 * 60 * 60);

/// The uploads in progress, by their ids.
#[derive(Default)]
pub(crate) struct Uploads {
    open: PlainMutex<HashMap<String, Arc<Mutex<Upload>>>>,
}

/// An upload that no other request works on now.
pub(crate) type Turn = OwnedMutexGuard<Upload>;

/// One upload. What it says is true up to the last part that came in whole.
pub(crate) struct Upload {
    id: String,
    repository: RepositoryKey,
    path: PathBuf,
    file: File,
    hasher: Sha256,
    size: u64,
    first_part: Option<u64>,
    used: Instant,
}

/// Why a part was not added.
#[derive(Debug)]
pub(crate) enum PartFault {
    /// The client stopped sending, or sent what is no HTTP body.
    Body(axum::Error),
    /// The disk failed.
    Disk(io::Error),
}

impl From<io::Error> for PartFault {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}

impl Uploads {
    fn all(&self) -> MutexGuard<'_, HashMap<String, Arc<Mutex<Upload>>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps an upload open for the requests that follow.
    pub(crate) fn keep(&self, upload: Upload) {
        let abandoned = |upload: &Arc<Mutex<Upload>>| {
            let idle = upload.try_lock().map(|upload| upload.used.elapsed());
            idle.is_ok_and(|idle| idle > PATIENCE)
        };
        let mut all = self.all();
        all.retain(|_, upload| !abandoned(upload));
        all.insert(upload.id.clone(), Arc::new(Mutex::new(upload)));
    }

    /// The upload of that id, once no other request works on it.
    pub(crate) async fn turn(&self, key: &RepositoryKey, id: &str) -> Result<Turn, Fault> {
        let unknown = || Reason::UploadNotFound(id.to_owned()).about(key);
        let upload = self.all().get(id).map(Arc::clone).ok_or_else(unknown)?;
        let mut turn = upload.lock_owned().await;
        // The request before may have ended it.
        if turn.repository != *key || !self.all().contains_key(id) {
            return Err(unknown());
        }
        turn.used = Instant::now();
        Ok(turn)
    }

    /// Ends an upload; nothing of it stays.
    pub(crate) fn cancel(&self, turn: &Turn) {
        self.all().remove(&turn.id);
    }

    /// Makes a whole upload a blob of its repository, if its digest is right.
    ///
    /// From here on it is no longer open, and goes on to its end whether or not
    /// the client waits for that.
    pub(crate) async fn confirm<U>(ecr: &Arc<Ecr>, upload: U, digest: &Digest) -> Result<(), Fault>
    where
        U: std::ops::Deref<Target = Upload> + Send + 'static,
    {
        let about = upload.repository.clone();
        if upload.size == 0 {
            return Err(Reason::UploadEmpty(upload.id.clone()).about(&about));
        }
        ecr.uploads.all().remove(&upload.id);
        let actual = Digest::from_sha256(&upload.hasher.clone().finalize().into());
        if actual != *digest {
            return Err(Reason::LayerDigestDiffers.about(&about));
        }
        blocking(ecr, move |ecr| {
            let record = || ecr.store.add_blob(&upload.repository, &actual, upload.size);
            ecr.files.confirm(&upload.path, &actual, record)
        })
        .await
    }
}

impl Upload {
    /// Begins an upload to a repository that is there.
    pub(crate) async fn begin(ecr: &Arc<Ecr>, key: &RepositoryKey) -> Result<Self, Fault> {
        let repository = key.clone();
        blocking(ecr, move |ecr| ecr.store.repository(&repository)).await?;
        let id = uuid::Uuid::new_v4().to_string();
        let path = ecr.files.upload(&id);
        Ok(Self {
            file: File::create_new(&path).await?,
            id,
            repository: key.clone(),
            path,
            hasher: Sha256::new(),
            size: 0,
            first_part: None,
            used: Instant::now(),
        })
    }

    /// The name by which requests find it.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// How many bytes it has.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// How many bytes its first part had.
    pub(crate) fn first_part(&self) -> Option<u64> {
        self.first_part
    }

    /// Writes and hashes a part. A part that breaks off counts for nothing: the
    /// next one begins where this one did.
    pub(crate) async fn append(&mut self, body: Body) -> Result<(), PartFault> {
        self.file.set_len(self.size).await?;
        self.file.seek(SeekFrom::Start(self.size)).await?;
        let mut flushing = Flushing::default();
        let mut hasher = self.hasher.clone();
        let mut size = self.size;
        let mut file = BufWriter::with_capacity(CHUNK, &mut self.file);
        let mut body = body.into_data_stream();
        while let Some(bytes) = body.next().await {
            let bytes = bytes.map_err(PartFault::Body)?;
            hasher.update(&bytes);
            file.write_all(&bytes).await?;
            size = size.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
            flushing.added(bytes.len(), file.get_ref()).await?;
        }
        file.flush().await?;
        if self.first_part.is_none() && size > 0 {
            self.first_part = Some(size);
        }
        self.hasher = hasher;
        self.size = size;
        Ok(())
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        // What was confirmed has another name by now.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// The writing of a file to disk while it grows.
#[derive(Default)]
struct Flushing {
    /// How much has come in since it was started last.
    waiting: usize,
    running: Option<JoinHandle<io::Result<()>>>,
}

impl Flushing {
    /// Starts to write what has come in, when it is much. One that is too slow is
    /// waited for, so that memory does not fill with what is to be written.
    async fn added(&mut self, length: usize, file: &File) -> io::Result<()> {
        self.waiting = self.waiting.saturating_add(length);
        if self.waiting < FLUSHED {
            return Ok(());
        }
        self.waiting = 0;
        if let Some(running) = self.running.take() {
            running.await.unwrap_or_else(|_| Err(cut_off()))?;
        }
        let file = file.try_clone().await?;
        self.running = Some(tokio::spawn(async move { file.sync_data().await }));
        Ok(())
    }
}

fn cut_off() -> io::Error {
    io::Error::other(StoreError::CutOff)
}

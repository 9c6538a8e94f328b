use super::{Blobs, Progress, Push, QUESTIONS, UPLOADS};
use crate::layout::Held;
use crate::registry::{Arrival, Named, RegistryError};
use ecrane_core::name::RepositoryName;
use ecrane_core::push::{Descriptor, Kind, Manifest, UploadPlan};
use futures_util::{StreamExt, TryStreamExt, future, stream};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use tokio::sync::Semaphore;

/// Brings everything that the root names, and counts it.
pub(super) struct Content<'a> {
    push: &'a Push<'a>,
    sent: AtomicUsize,
    bytes: AtomicU64,
    mounted: AtomicUsize,
}

impl<'a> Content<'a> {
    pub(super) fn new(push: &'a Push<'a>) -> Self {
        Self {
            push,
            sent: AtomicUsize::new(0),
            bytes: AtomicU64::new(0),
            mounted: AtomicUsize::new(0),
        }
    }

    /// How the blobs of the image came to be in the repository.
    pub(super) fn blobs(&self, all: usize) -> Blobs {
        let sent = self.sent.load(Ordering::Relaxed);
        let mounted = self.mounted.load(Ordering::Relaxed);
        Blobs {
            uploaded: sent,
            mounted,
            present: all.saturating_sub(sent + mounted),
            bytes_uploaded: self.bytes.load(Ordering::Relaxed),
        }
    }

    pub(super) async fn bring(&self, plan: &UploadPlan) -> Result<(), RegistryError> {
        let (_, missing) = future::try_join(self.bring_blobs(plan), self.missing(plan)).await?;
        let (inner, leaves): (Vec<_>, Vec<_>) = missing
            .into_iter()
            .partition(|manifest| manifest.descriptor.kind() == Kind::Index);
        stream::iter(leaves)
            .map(|manifest| self.push.put(manifest))
            .buffer_unordered(UPLOADS)
            .try_collect::<()>()
            .await?;
        // An index may name the one before it.
        for manifest in inner {
            self.push.put(manifest).await?;
        }
        Ok(())
    }

    /// Uploads what is missing, while the rest is still being asked for.
    async fn bring_blobs(&self, plan: &UploadPlan) -> Result<(), RegistryError> {
        let lanes = Semaphore::new(UPLOADS);
        stream::iter(&plan.blobs)
            .map(|blob| self.blob(blob, &lanes))
            .buffer_unordered(QUESTIONS)
            .try_collect()
            .await
    }

    async fn blob(&self, blob: &Descriptor, lanes: &Semaphore) -> Result<(), RegistryError> {
        let push = self.push;
        if push.delivery.ahead.is_some_and(|ahead| ahead.has(blob)) {
            self.count_sent(blob);
            return Ok(());
        }
        if push.repository.has_blob(blob).await? {
            (push.progress)(Progress::Present(blob.clone()));
            return Ok(());
        }
        // The semaphore is never closed: without a permit there is only waiting.
        let _lane = lanes.acquire().await;
        let Held::Here(file) = push.delivery.layout.blob(&blob.digest) else {
            return Err(push.repository.lost(&blob.digest));
        };
        let sent = |bytes| (push.progress)(Progress::Sent(blob.clone(), bytes));
        let source = self.source(blob).await?;
        match push.repository.upload(blob, file, source, &sent).await? {
            Arrival::Mounted => {
                self.mounted.fetch_add(1, Ordering::Relaxed);
                (push.progress)(Progress::Present(blob.clone()));
            }
            Arrival::Uploaded => self.count_sent(blob),
        }
        Ok(())
    }

    fn count_sent(&self, blob: &Descriptor) {
        self.sent.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(blob.size, Ordering::Relaxed);
        (self.push.progress)(Progress::Uploaded(blob.clone()));
    }

    /// The repository that the blob may be taken over from. Of several it is
    /// asked which one has it: a request can name one alone.
    async fn source(&self, blob: &Descriptor) -> Result<Option<&'a RepositoryName>, RegistryError> {
        let sources = self.push.delivery.sources;
        if blob.kind() != Kind::Blob {
            return Ok(None);
        }
        if let [] | [_] = sources {
            return Ok(sources.first());
        }
        for source in sources {
            match self.push.repository.beside(source).has_blob(blob).await {
                Ok(true) => return Ok(Some(source)),
                Ok(false) => {}
                // One that may not be read is no source.
                Err(error) if error.is_final_for_one() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// The manifests under the root that the repository lacks, in their order.
    async fn missing<'p>(&self, plan: &'p UploadPlan) -> Result<Vec<&'p Manifest>, RegistryError> {
        let missing: Vec<Option<&Manifest>> = stream::iter(&plan.manifests)
            .map(|manifest| async move {
                let named = Named::Digest(&manifest.descriptor.digest);
                let found = self.push.repository.find(named).await?;
                Ok(found.is_none().then_some(manifest))
            })
            .buffered(QUESTIONS)
            .try_collect()
            .await?;
        Ok(missing.into_iter().flatten().collect())
    }
}

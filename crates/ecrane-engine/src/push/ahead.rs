//! Layers that are uploaded while the image they belong to is still being made.

use super::{Progress, UPLOADS};
use crate::archive::Packed;
use crate::registry::{Arrival, Registry, RegistryError, Repository};
use ecrane_core::name::{Digest, RepositoryName};
use ecrane_core::push::Descriptor;
use futures_util::{Stream, StreamExt as _};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// What came to a repository ahead of its image.
#[derive(Debug, Default)]
pub struct Ahead {
    blobs: BTreeSet<Digest>,
    /// Requests that can change something, with retries.
    pub(super) writes: u64,
}

impl Ahead {
    pub(super) fn has(&self, blob: &Descriptor) -> bool {
        self.blobs.contains(&blob.digest)
    }
}

/// Uploads each layer as soon as it is there, until no more come.
///
/// Nothing depends on it: after one that failed no other is begun, and the push
/// brings them and says what is wrong. Manifests and tags are the push's alone.
pub async fn ahead(
    registry: &Registry,
    repository: &RepositoryName,
    layers: impl Stream<Item = Packed>,
    progress: impl Fn(Progress) + Send + Sync,
) -> Ahead {
    let repository = &registry.repository(repository);
    let (brought, failed) = (Mutex::default(), AtomicBool::new(false));
    let mut begun = BTreeSet::new();
    // One archive may hold a layer twice.
    let layers = layers.filter(|layer| {
        let is_new = begun.insert(layer.descriptor.digest.clone());
        async move { is_new }
    });
    let bring = layers.for_each_concurrent(UPLOADS, async |layer| {
        if failed.load(Ordering::Relaxed) {
            return;
        }
        match bring(repository, &layer, &progress).await {
            Ok(true) => {
                let mut brought = brought.lock().unwrap_or_else(PoisonError::into_inner);
                BTreeSet::insert(&mut brought, layer.descriptor.digest);
            }
            Ok(false) => {}
            Err(_) => failed.store(true, Ordering::Relaxed),
        }
    });
    bring.await;
    Ahead {
        blobs: brought.into_inner().unwrap_or_else(PoisonError::into_inner),
        writes: repository.writes(),
    }
}

/// Whether it had to be uploaded.
async fn bring(
    repository: &Repository<'_>,
    layer: &Packed,
    progress: &(impl Fn(Progress) + Send + Sync),
) -> Result<bool, RegistryError> {
    let Packed { descriptor, file } = layer;
    if repository.has_blob(descriptor).await? {
        return Ok(false);
    }
    let sent = |bytes| progress(Progress::Sent(descriptor.clone(), bytes));
    let arrival = repository.upload(descriptor, file, None, &sent).await?;
    Ok(matches!(arrival, Arrival::Uploaded))
}

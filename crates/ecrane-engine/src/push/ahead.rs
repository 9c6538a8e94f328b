//! Layers that are uploaded while the image they belong to is still being made.

use super::UPLOADS;
use crate::archive::Packed;
use crate::registry::{Arrival, Registry, RegistryError, Repository};
use ecrane_core::name::{Digest, RepositoryName};
use ecrane_core::push::Descriptor;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use tokio::sync::mpsc::UnboundedReceiver;

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
/// Nothing depends on it: where one fails the others are given up, and the push
/// brings them and says what is wrong. Manifests and tags are the push's alone.
pub async fn ahead(
    registry: &Registry,
    repository: &RepositoryName,
    mut layers: UnboundedReceiver<Packed>,
) -> Ahead {
    let repository = &registry.repository(repository);
    let brought = Mutex::new(BTreeSet::new());
    let bring = |layer: Packed| async {
        let layer = layer;
        if bring(repository, &layer).await? {
            let mut brought = brought.lock().unwrap_or_else(PoisonError::into_inner);
            brought.insert(layer.descriptor.digest);
        }
        Ok::<_, RegistryError>(())
    };
    let layers = stream::poll_fn(|context| layers.poll_recv(context));
    let all = layers.map(bring).buffer_unordered(UPLOADS);
    let _ = all.try_collect::<()>().await;
    Ahead {
        blobs: brought.into_inner().unwrap_or_else(PoisonError::into_inner),
        writes: repository.writes(),
    }
}

/// Whether it had to be uploaded.
async fn bring(repository: &Repository<'_>, layer: &Packed) -> Result<bool, RegistryError> {
    let Packed { descriptor, file } = layer;
    if repository.has_blob(descriptor).await? {
        return Ok(false);
    }
    let arrival = repository.upload(descriptor, file, None, &|_| ()).await?;
    Ok(matches!(arrival, Arrival::Uploaded))
}

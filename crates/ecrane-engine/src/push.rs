//! Brings an image from a layout to a registry, and makes sure that it is there.
//!
//! Tags move last, when everything they lead to is in place: a push that is
//! given up, or whose future is dropped, leaves no tag on half an image.

use crate::layout::{Held, Layout};
use crate::registry::{Named, Registry, RegistryError, Repository};
use ecrane_core::name::{Digest, RepositoryName, Tag};
use ecrane_core::push::{Descriptor, Kind, Manifest, UploadPlan};
use futures_util::{StreamExt, TryStreamExt, future, stream};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use tokio::sync::Semaphore;

/// Questions under way at once; they cost the registry little.
const QUESTIONS: usize = 16;
/// Blobs under way at once. More share the same line, and cost memory.
const UPLOADS: usize = 4;

/// What a push is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// The registry has this blob already.
    Present(Descriptor),
    /// So many bytes of this blob have been sent; begins at 0 again when an
    /// upload is begun anew.
    Sent(Descriptor, u64),
    /// The registry has this blob now.
    Uploaded(Descriptor),
    /// This tag names the image now.
    Moved(Tag),
}

/// What a push did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    /// The image, as the registry names it too.
    pub image: Descriptor,
    /// What became of each tag, in the order given.
    pub tags: Vec<TagOutcome>,
    /// Blobs that were uploaded.
    pub blobs_uploaded: usize,
    /// Blobs that the registry had.
    pub blobs_present: usize,
    /// The size of the uploaded blobs, in bytes.
    pub bytes_uploaded: u64,
    /// Requests that can change something (`PUT`, `POST`, `PATCH`), with retries.
    pub writes: u64,
}

/// What became of a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagOutcome {
    /// The tag.
    pub tag: Tag,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It names the image now.
    Moved {
        /// What it named before, if it was there.
        from: Option<Digest>,
    },
    /// It named the image already.
    Unchanged,
}

/// Why a push did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    /// A tag names another image, and may not move.
    #[error(
        "the tag `{tag}` of `{repository}` is immutable and names {theirs}; the image to push is {ours}; choose another tag"
    )]
    Taken {
        /// The repository.
        repository: RepositoryName,
        /// The tag.
        tag: Tag,
        /// What was to be pushed.
        ours: Digest,
        /// What the tag names.
        theirs: Digest,
        /// The tags that had moved before.
        moved: Vec<Tag>,
    },
    /// The registry, or the way to it.
    #[error("{source}{}", after(moved))]
    Registry {
        /// What happened.
        source: RegistryError,
        /// The tags that had moved before.
        moved: Vec<Tag>,
    },
}

fn after(moved: &[Tag]) -> String {
    if moved.is_empty() {
        return String::new();
    }
    let tags: Vec<_> = moved.iter().map(|tag| format!("`{tag}`")).collect();
    format!("; already moved: {}", tags.join(", "))
}

impl From<RegistryError> for PushError {
    fn from(source: RegistryError) -> Self {
        Self::Registry {
            source,
            moved: Vec::new(),
        }
    }
}

/// Pushes the image of `layout` and lets `tags` name it; without tags, the
/// image is pushed by its digest.
///
/// Nothing at all is written when every tag names the image already.
///
/// # Errors
/// See [`PushError`]. Tags that moved before the failure are named in it.
pub async fn push(
    registry: &Registry,
    repository: &RepositoryName,
    layout: &Layout,
    tags: &[Tag],
    progress: impl Fn(Progress) + Send + Sync,
) -> Result<Pushed, PushError> {
    let push = Push {
        name: repository,
        repository: &registry.repository(repository),
        layout,
        progress: &progress,
        blobs_uploaded: AtomicUsize::new(0),
        bytes_uploaded: AtomicU64::new(0),
    };
    push.run(tags).await
}

/// One push under way.
struct Push<'a> {
    name: &'a RepositoryName,
    repository: &'a Repository<'a>,
    layout: &'a Layout,
    progress: &'a (dyn Fn(Progress) + Send + Sync),
    blobs_uploaded: AtomicUsize,
    bytes_uploaded: AtomicU64,
}

impl Push<'_> {
    async fn run(&self, tags: &[Tag]) -> Result<Pushed, PushError> {
        let plan = self.layout.plan();
        let root = &plan.root.descriptor;
        let before = self.before(tags).await?;
        if before
            .iter()
            .any(|found| found.as_ref() != Some(&root.digest))
        {
            self.content(plan).await?;
        }
        let tags = self.tags(&plan.root, tags, before).await?;
        let blobs_uploaded = self.blobs_uploaded.load(Ordering::Relaxed);
        Ok(Pushed {
            image: root.clone(),
            tags,
            blobs_uploaded,
            blobs_present: plan.blobs.len() - blobs_uploaded,
            bytes_uploaded: self.bytes_uploaded.load(Ordering::Relaxed),
            writes: self.repository.writes(),
        })
    }

    /// What each tag names now; without tags, whether the image is there.
    async fn before(&self, tags: &[Tag]) -> Result<Vec<Option<Digest>>, RegistryError> {
        if tags.is_empty() {
            let root = &self.layout.plan().root.descriptor.digest;
            return Ok(vec![self.repository.find(Named::Digest(root)).await?]);
        }
        stream::iter(tags.iter().map(Named::Tag))
            .map(|named| self.repository.find(named))
            .buffered(QUESTIONS)
            .try_collect()
            .await
    }

    /// Brings everything that the root names.
    async fn content(&self, plan: &UploadPlan) -> Result<(), RegistryError> {
        let (_, missing) = future::try_join(self.blobs(plan), self.missing(plan)).await?;
        let (inner, leaves): (Vec<_>, Vec<_>) = missing
            .into_iter()
            .partition(|manifest| manifest.descriptor.kind() == Kind::Index);
        stream::iter(leaves)
            .map(|manifest| self.put(manifest))
            .buffer_unordered(UPLOADS)
            .try_collect::<()>()
            .await?;
        // An index may name the one before it.
        for manifest in inner {
            self.put(manifest).await?;
        }
        Ok(())
    }

    /// Uploads what is missing, while the rest is still being asked for.
    async fn blobs(&self, plan: &UploadPlan) -> Result<(), RegistryError> {
        let lanes = Semaphore::new(UPLOADS);
        stream::iter(&plan.blobs)
            .map(|blob| self.blob(blob, &lanes))
            .buffer_unordered(QUESTIONS)
            .try_collect()
            .await
    }

    async fn blob(&self, blob: &Descriptor, lanes: &Semaphore) -> Result<(), RegistryError> {
        if self.repository.has_blob(blob).await? {
            (self.progress)(Progress::Present(blob.clone()));
            return Ok(());
        }
        // The semaphore is never closed: without a permit there is only waiting.
        let _lane = lanes.acquire().await;
        let Held::Here(file) = self.layout.blob(&blob.digest) else {
            return Err(self.repository.lost(&blob.digest));
        };
        let sent = |bytes| (self.progress)(Progress::Sent(blob.clone(), bytes));
        self.repository.upload(blob, file, &sent).await?;
        self.blobs_uploaded.fetch_add(1, Ordering::Relaxed);
        self.bytes_uploaded.fetch_add(blob.size, Ordering::Relaxed);
        (self.progress)(Progress::Uploaded(blob.clone()));
        Ok(())
    }

    /// The manifests under the root that the repository lacks, in their order.
    async fn missing<'p>(&self, plan: &'p UploadPlan) -> Result<Vec<&'p Manifest>, RegistryError> {
        let missing: Vec<Option<&Manifest>> = stream::iter(&plan.manifests)
            .map(|manifest| async move {
                let named = Named::Digest(&manifest.descriptor.digest);
                let found = self.repository.find(named).await?;
                Ok(found.is_none().then_some(manifest))
            })
            .buffered(QUESTIONS)
            .try_collect()
            .await?;
        Ok(missing.into_iter().flatten().collect())
    }

    async fn put(&self, manifest: &Manifest) -> Result<(), RegistryError> {
        let named = Named::Digest(&manifest.descriptor.digest);
        self.repository.put(named, manifest).await
    }

    /// Moves the tags one by one, so that after a failure it is known which
    /// have moved, and reads them back.
    async fn tags(
        &self,
        root: &Manifest,
        tags: &[Tag],
        before: Vec<Option<Digest>>,
    ) -> Result<Vec<TagOutcome>, PushError> {
        let digest = &root.descriptor.digest;
        if tags.is_empty() && before != [Some(digest.clone())] {
            self.put(root).await?;
            let named = Named::Digest(digest);
            self.repository.confirm(named, digest).await?;
        }
        let mut moved = Vec::new();
        let mut outcomes = Vec::new();
        for (tag, from) in tags.iter().zip(before) {
            let outcome = if from.as_ref() == Some(digest) {
                Outcome::Unchanged
            } else {
                self.tag(root, tag)
                    .await
                    .map_err(|error| error.having_moved(&moved))?;
                moved.push(tag.clone());
                (self.progress)(Progress::Moved(tag.clone()));
                Outcome::Moved { from }
            };
            let tag = tag.clone();
            outcomes.push(TagOutcome { tag, outcome });
        }
        stream::iter(moved.iter().map(Named::Tag))
            .map(|named| self.repository.confirm(named, digest))
            .buffer_unordered(QUESTIONS)
            .try_collect::<()>()
            .await
            .map_err(|error| PushError::from(error).having_moved(&moved))?;
        Ok(outcomes)
    }

    async fn tag(&self, root: &Manifest, tag: &Tag) -> Result<(), PushError> {
        let refusal = match self.repository.put(Named::Tag(tag), root).await {
            Err(refusal @ RegistryError::Immutable { .. }) => refusal,
            other => return Ok(other?),
        };
        // The answer to our own first attempt may have been lost, or another
        // run was faster: the tag may be what it should be.
        let ours = &root.descriptor.digest;
        match self.repository.find(Named::Tag(tag)).await? {
            Some(theirs) if theirs == *ours => Ok(()),
            Some(theirs) => Err(PushError::Taken {
                repository: self.name.clone(),
                tag: tag.clone(),
                ours: ours.clone(),
                theirs,
                moved: Vec::new(),
            }),
            None => Err(refusal.into()),
        }
    }
}

impl PushError {
    /// Whether the repository lacks what it was seen to have. No tag has moved:
    /// with the whole image the push may be made again.
    #[must_use]
    pub const fn is_lost_content(&self) -> bool {
        matches!(
            self,
            Self::Registry {
                source: RegistryError::Lost { .. },
                ..
            }
        )
    }

    fn having_moved(mut self, tags: &[Tag]) -> Self {
        match &mut self {
            Self::Taken { moved, .. } | Self::Registry { moved, .. } => *moved = tags.to_vec(),
        }
        self
    }
}

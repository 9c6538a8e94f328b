use super::{Outcome, Progress, Push, PushError, QUESTIONS, TagOutcome};
use crate::registry::{Named, RegistryError};
use ecrane_core::name::{Digest, Tag};
use ecrane_core::push::Manifest;
use futures_util::{StreamExt, TryStreamExt, stream};

/// What is to be done about a tag.
pub(super) enum Step {
    /// Nothing, for this reason.
    Leave(Outcome),
    /// It is to name the image.
    Move { from: Option<Digest> },
}

impl Push<'_> {
    /// What each tag names now.
    pub(super) async fn now(&self) -> Result<Vec<Option<Digest>>, RegistryError> {
        stream::iter(self.delivery.tags.iter().map(Named::Tag))
            .map(|named| self.repository.find(named))
            .buffered(QUESTIONS)
            .try_collect()
            .await
    }

    pub(super) async fn put(&self, manifest: &Manifest) -> Result<(), RegistryError> {
        let named = Named::Digest(&manifest.descriptor.digest);
        self.repository.put(named, manifest).await
    }

    /// Moves the tags one by one, so that after a failure it is known which
    /// have moved, and reads them back. An image that no tag names is put by its
    /// digest, unless it is `here` already.
    pub(super) async fn apply(
        &self,
        root: &Manifest,
        here: bool,
        steps: Vec<Step>,
    ) -> Result<Vec<TagOutcome>, PushError> {
        let digest = &root.descriptor.digest;
        let moves = steps.iter().any(|step| matches!(step, Step::Move { .. }));
        if !here && !moves {
            self.put(root).await?;
            let named = Named::Digest(digest);
            self.repository.confirm(named, digest).await?;
        }
        let mut moved = Vec::new();
        let mut outcomes = Vec::new();
        for (tag, step) in self.delivery.tags.iter().zip(steps) {
            let outcome = match step {
                Step::Leave(outcome) => outcome,
                Step::Move { from } => self
                    .tag(root, tag, from)
                    .await
                    .map_err(|error| error.having_moved(&moved))?,
            };
            if matches!(outcome, Outcome::Moved { .. }) {
                moved.push(tag.clone());
                (self.progress)(Progress::Moved(tag.clone()));
            }
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

    async fn tag(
        &self,
        root: &Manifest,
        tag: &Tag,
        from: Option<Digest>,
    ) -> Result<Outcome, PushError> {
        let refusal = match self.repository.put(Named::Tag(tag), root).await {
            Ok(()) => return Ok(Outcome::Moved { from }),
            Err(refusal @ RegistryError::Immutable { .. }) => refusal,
            Err(error) => return Err(error.into()),
        };
        // The answer to our own first attempt may have been lost, or another
        // run was faster: the tag may be what it should be.
        match self.repository.find(Named::Tag(tag)).await? {
            Some(there) if there == root.descriptor.digest => Ok(Outcome::Moved { from }),
            Some(there) => {
                self.same_image(tag, &there).await?;
                Ok(Outcome::Same { there })
            }
            None => Err(refusal.into()),
        }
    }
}

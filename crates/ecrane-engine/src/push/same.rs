use super::{Images, Push, PushError, Seen};
use crate::registry::Named;
use ecrane_core::name::{Digest, Tag};
use ecrane_core::push::UploadPlan;

/// Images at immutable tags that are ours, packed otherwise.
#[derive(Default)]
pub(super) struct Same {
    /// The first of them, whose name the other tags are given too.
    pub(super) first: Option<UploadPlan>,
    digests: Vec<Digest>,
}

impl Same {
    pub(super) fn has(&self, digest: &Digest) -> bool {
        self.digests.contains(digest)
    }
}

impl Push<'_> {
    /// What immutable tags name, found before anything is uploaded.
    ///
    /// # Errors
    /// One of them names another image: it cannot be pushed there at all.
    pub(super) async fn same_images(&self, before: &[Option<Digest>]) -> Result<Same, PushError> {
        let mut same = Same::default();
        let ours = &self.plan().root.descriptor.digest;
        for (tag, there) in self.delivery.tags.iter().zip(before) {
            let there = there.as_ref().filter(|there| *there != ours);
            let Some(there) = there.filter(|_| self.delivery.is_immutable(tag)) else {
                continue;
            };
            if !same.has(there) {
                let image = self.same_image(tag, there).await?;
                same.first.get_or_insert(image);
                same.digests.push(there.clone());
            }
        }
        Ok(same)
    }

    /// The image at an immutable tag, if it is ours packed otherwise.
    ///
    /// # Errors
    /// `Taken` if it is another, or one that cannot be compared.
    pub(super) async fn same_image(
        &self,
        tag: &Tag,
        there: &Digest,
    ) -> Result<UploadPlan, PushError> {
        let ours = self.plan();
        let (origin, unread) = match self.repository.image(Named::Digest(there)).await {
            Ok(Some(theirs)) if ours.is_same_image(&theirs) => return Ok(theirs),
            Ok(theirs) => (theirs.map(|theirs| theirs.origin), None),
            Err(error) if error.is_final_for_one() => (None, Some(error.to_string())),
            Err(error) => return Err(error.into()),
        };
        Err(PushError::Taken {
            repository: self.name.clone(),
            tag: tag.clone(),
            images: Box::new(Images {
                ours: Seen {
                    digest: ours.root.descriptor.digest.clone(),
                    origin: ours.origin.clone(),
                },
                theirs: Seen {
                    digest: there.clone(),
                    origin: origin.unwrap_or_default(),
                },
                unread,
            }),
            moved: Vec::new(),
        })
    }
}

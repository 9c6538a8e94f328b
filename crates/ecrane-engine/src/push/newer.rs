use super::{Backwards, Push, Seen, Unjudged};
use crate::registry::{Named, RegistryError};
use ecrane_core::name::Digest;
use std::collections::BTreeMap;

/// Which of the images at the tags are of a later commit than ours.
pub(super) struct Newer<'a> {
    push: &'a Push<'a>,
    /// Each image that was looked at; none if it is not newer.
    judged: BTreeMap<Digest, Option<Seen>>,
    /// Those that could not be read.
    unjudged: Vec<Unjudged>,
}

impl<'a> Newer<'a> {
    pub(super) fn new(push: &'a Push<'a>) -> Self {
        Self {
            push,
            judged: BTreeMap::new(),
            unjudged: Vec::new(),
        }
    }

    /// Whether the answer matters: an image that does not say its commit is
    /// compared with none, and an immutable tag moves nowhere.
    pub(super) fn is_asked(&self) -> bool {
        let delivery = self.push.delivery;
        delivery.backwards == Backwards::Held
            && !delivery.tags.iter().all(|tag| delivery.is_immutable(tag))
            && self.push.plan().origin.is_known()
    }

    /// Looks at what the tags name, as far as nobody has yet.
    pub(super) async fn judge(&mut self, tags: &[Option<Digest>]) -> Result<(), RegistryError> {
        if !self.is_asked() {
            return Ok(());
        }
        let plan = self.push.plan();
        for digest in tags.iter().flatten() {
            if self.judged.contains_key(digest) || *digest == plan.root.descriptor.digest {
                continue;
            }
            let found = self.push.repository.image(Named::Digest(digest)).await;
            let newer = match found {
                Ok(Some(image)) => Some(image.origin).filter(|it| it.is_newer_than(&plan.origin)),
                Ok(None) => None,
                Err(error) if error.is_final_for_one() => {
                    self.unjudged.push(Unjudged {
                        digest: digest.clone(),
                        why: error.to_string(),
                    });
                    None
                }
                Err(error) => return Err(error),
            };
            let seen = newer.map(|origin| Seen {
                digest: digest.clone(),
                origin,
            });
            self.judged.insert(digest.clone(), seen);
        }
        Ok(())
    }

    /// Those of which nobody knows.
    pub(super) fn into_unjudged(self) -> Vec<Unjudged> {
        self.unjudged
    }

    /// This image, if it is newer than ours.
    pub(super) fn image(&self, digest: &Digest) -> Option<&Seen> {
        self.judged.get(digest)?.as_ref()
    }
}

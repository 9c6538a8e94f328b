//! Brings an image from a layout to a registry, and makes sure that it is there.
//!
//! Tags move last, when everything they lead to is in place: a push that is
//! given up, or whose future is dropped, leaves no tag on half an image.

mod ahead;
mod content;
mod newer;
mod outcome;
mod same;
mod tags;

pub use ahead::{Ahead, ahead};
pub use outcome::{Blobs, Images, Outcome, PushError, Pushed, Seen, TagOutcome, Unjudged};

use crate::layout::Layout;
use crate::registry::{Named, Registry, RegistryError, Repository};
use content::Content;
use ecrane_core::name::{Digest, RepositoryName, Tag};
use ecrane_core::push::{Descriptor, UploadPlan};
use ecrane_core::repository::{MutabilitySetting, TagMutability};
use futures_util::future;
use newer::Newer;
use tags::Step;

/// Questions under way at once; they cost the registry little.
const QUESTIONS: usize = 16;
/// Blobs under way at once. More share the same line, and cost memory.
const UPLOADS: usize = 4;

/// What is to be pushed, and by which rules.
#[derive(Debug, Clone, Copy)]
pub struct Delivery<'a> {
    /// The image.
    pub layout: &'a Layout,
    /// The tags that it gets; without any it is pushed by its digest.
    pub tags: &'a [Tag],
    /// Whether the repository's tags may move, where that is known: what cannot
    /// be is then found before anything is uploaded.
    pub mutability: Option<&'a MutabilitySetting>,
    /// Whether a tag may move from the image of a later commit to this one.
    pub backwards: Backwards,
    /// Repositories of the same registry that layers may be taken over from.
    pub sources: &'a [RepositoryName],
    /// What has come there already, for this push.
    pub ahead: Option<&'a Ahead>,
}

/// Whether tags may move from the image of a later commit to that of an earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backwards {
    /// They stay where they are.
    Held,
    /// They move.
    Allowed,
}

impl<'a> Delivery<'a> {
    /// An image for these tags, by the rules that hold where nobody set others.
    #[must_use]
    pub const fn new(layout: &'a Layout, tags: &'a [Tag]) -> Self {
        Self {
            layout,
            tags,
            mutability: None,
            backwards: Backwards::Held,
            sources: &[],
            ahead: None,
        }
    }

    /// Whether this tag is known to stay where it is.
    fn is_immutable(&self, tag: &Tag) -> bool {
        let known = self.mutability.map(|setting| setting.of(tag));
        known == Some(TagMutability::Immutable)
    }
}

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

/// Pushes an image and lets its tags name it.
///
/// Nothing at all is written when every tag names the image already.
///
/// # Errors
/// See [`PushError`]. Tags that moved before the failure are named in it.
pub async fn push(
    registry: &Registry,
    repository: &RepositoryName,
    delivery: &Delivery<'_>,
    progress: impl Fn(Progress) + Send + Sync,
) -> Result<Pushed, PushError> {
    let push = Push {
        name: repository,
        repository: &registry.repository(repository),
        delivery,
        progress: &progress,
    };
    push.run().await
}

/// One push under way.
struct Push<'a> {
    name: &'a RepositoryName,
    repository: &'a Repository<'a>,
    delivery: &'a Delivery<'a>,
    progress: &'a (dyn Fn(Progress) + Send + Sync),
}

impl Push<'_> {
    async fn run(&self) -> Result<Pushed, PushError> {
        let ours = self.plan();
        let root = &ours.root.descriptor.digest;
        let before = self.now().await?;
        let same = self.same_images(&before).await?;
        // Somewhere the image is there already, whole: a registry takes no
        // manifest without what it names.
        let here = match before.as_slice() {
            [] => self.repository.find(Named::Digest(root)).await?.is_some(),
            before => before.iter().flatten().any(|digest| digest == root),
        };
        let image = match &same.first {
            Some(theirs) if !here => theirs,
            _ => ours,
        };
        let here = here || same.first.is_some();
        let content = Content::new(self);
        let mut newer = Newer::new(self);
        let now = self.settle(here, before, &content, &mut newer).await?;
        let step = |at: Option<Digest>| match at {
            Some(digest) if digest == *root => Step::Leave(Outcome::Unchanged),
            Some(there) if same.has(&there) => Step::Leave(Outcome::Same { there }),
            from => match from.as_ref().and_then(|digest| newer.image(digest)) {
                Some(newer) => Step::Leave(Outcome::Held(newer.clone())),
                None => Step::Move { from },
            },
        };
        let steps = now.into_iter().map(step).collect();
        let tags = self.apply(&image.root, here, steps).await?;
        Ok(self.pushed(image, tags, &content, newer.into_unjudged()))
    }

    /// Brings what is missing, and finds out which tags must stay. Gives what the
    /// tags name when both is done: uploads take their time, in which another run
    /// may have ended.
    async fn settle(
        &self,
        here: bool,
        before: Vec<Option<Digest>>,
        content: &Content<'_>,
        newer: &mut Newer<'_>,
    ) -> Result<Vec<Option<Digest>>, RegistryError> {
        let bring = async {
            match here {
                true => Ok(()),
                false => content.bring(self.plan()).await,
            }
        };
        future::try_join(bring, newer.judge(&before)).await?;
        if here {
            return Ok(before);
        }
        let now = self.now().await?;
        newer.judge(&now).await?;
        Ok(now)
    }

    fn plan(&self) -> &UploadPlan {
        self.delivery.layout.plan()
    }

    fn pushed(
        &self,
        image: &UploadPlan,
        tags: Vec<TagOutcome>,
        content: &Content<'_>,
        unjudged: Vec<Unjudged>,
    ) -> Pushed {
        // Where every tag turned out to be immutable, it is what they name.
        let there = tags.iter().map(|tag| match &tag.outcome {
            Outcome::Same { there } => Some(there),
            Outcome::Moved { .. } | Outcome::Unchanged | Outcome::Held(_) => None,
        });
        let there: Option<Vec<_>> = there.collect();
        let there = there.and_then(|there| there.first().copied().cloned());
        Pushed {
            digest: there.unwrap_or_else(|| image.root.descriptor.digest.clone()),
            bytes: image.bytes(),
            tags,
            blobs: content.blobs(image.blobs.len()),
            writes: self.repository.writes() + self.delivery.ahead.map_or(0, |it| it.writes),
            unjudged,
        }
    }
}

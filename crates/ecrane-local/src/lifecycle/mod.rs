//! Lifecycle policies at work: what becomes of a repository's images, decided
//! by `ecrane-core` from what the store knows.

mod preview;
mod schedule;

pub(crate) use preview::{Previews, Progress};
pub(crate) use schedule::{Execution, catch_up, execute, keep, unless_gone};
pub use schedule::{Schedule, UnknownSchedule};

use crate::clock::Timestamp;
use crate::store::{ImageStatus, StoreError, TaggedImage};
use ecrane_core::lifecycle::image::{
    self, Collector, Detail, Extent, Images, MediaKind, SharedTag,
};
use ecrane_core::lifecycle::{Action, Policy, evaluate};
use ecrane_core::name::Tag;
use std::borrow::Cow;
use std::collections::HashMap;

/// An image that a policy expires or archives.
#[derive(Debug, Clone)]
pub(crate) struct Removal {
    /// The image and its tags, as they are now.
    pub(crate) image: TaggedImage,
    /// What happens to it.
    pub(crate) action: Action,
    /// The priority of the rule by which it does.
    pub(crate) priority: u32,
}

/// What a policy does to all the images of a repository, the newest first.
pub(crate) fn removals(
    policy: &Policy,
    all: &[TaggedImage],
    now: Timestamp,
) -> Result<Vec<Removal>, StoreError> {
    let images = images(all)?;
    let verdicts = evaluate(policy, &images, now.into());
    let by_digest: HashMap<&str, &TaggedImage> = all
        .iter()
        .map(|one| (one.image.digest.as_str(), one))
        .collect();
    let removals = verdicts.iter().filter_map(|verdict| {
        let rule = verdict.removal?;
        Some(Removal {
            image: (*by_digest.get(images.digest(verdict.image))?).clone(),
            action: rule.action,
            priority: rule.priority.get(),
        })
    });
    Ok(removals.collect())
}

fn images(all: &[TaggedImage]) -> Result<Images, StoreError> {
    let mut collector = Collector::default();
    for one in all {
        collector.add(detail(one));
    }
    let shared = |tags: Vec<SharedTag>| {
        let tags = tags.into_iter().map(|shared| shared.tag);
        StoreError::SharedTags(tags.collect())
    };
    collector.images(Extent::Whole).map_err(shared)
}

fn detail(TaggedImage { image, tags }: &TaggedImage) -> Detail<'_> {
    let kind = MediaKind::of(&image.media_type);
    let children = image.children.iter().map(|child| child.as_str().into());
    Detail {
        digest: image.digest.as_str().into(),
        tags: tags.iter().map(Tag::as_str).map(Cow::from).collect(),
        pushed: image.pushed_at.into(),
        pulled: image.pulled_at.map(Timestamp::into),
        archived: image.archived_at.map(Timestamp::into),
        activated: image.activated_at.map(Timestamp::into),
        status: match image.status {
            ImageStatus::Active => image::ImageStatus::Active,
            ImageStatus::Archived => image::ImageStatus::Archived,
            ImageStatus::Activating => image::ImageStatus::Activating,
        },
        kind,
        size: image.size,
        references: (kind == MediaKind::Index).then(|| children.collect()),
        subject: image
            .subject
            .as_ref()
            .map(|subject| subject.as_str().into()),
    }
}

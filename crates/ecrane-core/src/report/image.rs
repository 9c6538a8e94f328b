//! The image of a run: before it is made, and once it is in its place.

use super::{Change, Row, bytes};
use crate::name::{Digest, Tag};
use crate::push::UploadPlan;
use crate::repository::{Desired, ImageOrigin, ImageStep, Plan};
use std::fmt::Write as _;

/// The kind of a row about an image.
pub(super) const IMAGE: &str = "image";

/// What a tag points to after a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagResult {
    /// The tag.
    pub tag: Tag,
    /// What became of it.
    pub change: TagChange,
}

/// What became of a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TagChange {
    /// It was not there.
    New,
    /// It pointed to another image.
    MovedFrom(Digest),
    /// It pointed to this image already: nothing was written.
    Unchanged,
    /// It is immutable and points to the same image, packed otherwise.
    SameImage(Digest),
    /// It points to the image of a later commit, and stays there.
    Held(Digest),
}

/// The image that a run built, as it stands in the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageResult {
    /// Its digest, read back.
    pub digest: Digest,
    /// The bytes of its manifests and blobs.
    pub size: u64,
    /// What became of each tag.
    pub tags: Vec<TagResult>,
}

impl ImageResult {
    /// New if no tag was there, changed if one moved.
    #[must_use]
    pub fn change(&self) -> Change {
        let all = |wanted: fn(&TagChange) -> bool| self.tags.iter().all(|t| wanted(&t.change));
        if all(|change| !matches!(change, TagChange::New | TagChange::MovedFrom(_))) {
            Change::Same
        } else if all(|change| matches!(change, TagChange::New)) {
            Change::Create
        } else {
            Change::Update
        }
    }
}

/// The line of an image that was made and not pushed: in the registry nothing
/// changes.
#[must_use]
pub fn built_row(desired: &Desired, image: &UploadPlan) -> Row {
    let digest = image.root.descriptor.digest.short();
    let made = match desired.origin {
        ImageOrigin::Build => "built and ",
        ImageOrigin::Prebuilt => "",
    };
    Row {
        change: Change::Same,
        kind: IMAGE,
        name: image_name(desired.name.as_str(), desired.tags.iter()),
        note: format!("{digest}, {}, {made}not pushed", bytes(image.bytes())),
        registry: None,
    }
}

pub(super) fn image_row(plan: &Plan, repository: &str) -> Row {
    let (change, tags, note) = match &plan.image {
        ImageStep::Create(tags) => {
            let note = match plan.origin {
                ImageOrigin::Build => "build and push",
                ImageOrigin::Prebuilt => "push",
            };
            (Change::Create, tags, note.to_owned())
        }
        ImageStep::AfterBuild(tags) => {
            let note = match plan.origin {
                ImageOrigin::Build => "build, push what differs",
                ImageOrigin::Prebuilt => "push what differs",
            };
            (Change::AfterBuild, tags, note.to_owned())
        }
        ImageStep::Keep(tags, digest) => {
            let note = format!("{} is there, not built", digest.short());
            (Change::Same, tags, note)
        }
    };
    Row {
        change,
        kind: IMAGE,
        name: image_name(repository, tags.iter()),
        note,
        registry: None,
    }
}

pub(super) fn result_row(image: &ImageResult, repository: &str) -> Row {
    let remark = |result: &TagResult| {
        let tag = &result.tag;
        match &result.change {
            TagChange::MovedFrom(old) => Some(format!("{tag} was {}", old.short())),
            TagChange::Held(newer) => Some(format!("{tag} stays at {}, newer", newer.short())),
            TagChange::SameImage(_) => Some(format!("{tag} names it, packed otherwise")),
            TagChange::New | TagChange::Unchanged => None,
        }
    };
    let remarks: Vec<String> = image.tags.iter().filter_map(remark).collect();
    let mut note = format!("{}, {}", image.digest.short(), bytes(image.size));
    if !remarks.is_empty() {
        let _ = write!(note, " ({})", remarks.join(", "));
    }
    Row {
        change: image.change(),
        kind: IMAGE,
        name: image_name(repository, image.tags.iter().map(|result| &result.tag)),
        note,
        registry: None,
    }
}

fn image_name<'a>(repository: &str, tags: impl Iterator<Item = &'a Tag>) -> String {
    let tags: Vec<&str> = tags.map(Tag::as_str).collect();
    format!("{repository}:{}", tags.join(","))
}

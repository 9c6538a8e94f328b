use crate::registry::RegistryError;
use ecrane_core::name::{Digest, RepositoryName, Tag};
use ecrane_core::push::{Origin, list};
use std::fmt;

/// What a push did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    /// The image's digest, as the registry names it. Where an immutable tag names the
    /// same image packed otherwise, it is the one that was there.
    pub digest: Digest,
    /// The bytes of its manifests and blobs.
    pub bytes: u64,
    /// What became of each tag, in the order given.
    pub tags: Vec<TagOutcome>,
    /// How its blobs came there.
    pub blobs: Blobs,
    /// Requests that can change something (`PUT`, `POST`, `PATCH`), with retries.
    pub writes: u64,
    /// The images at its tags of which nobody knows whether they are newer.
    pub unjudged: Vec<Unjudged>,
}

/// An image that could not be compared with the one that was pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unjudged {
    /// Its digest.
    pub digest: Digest,
    /// What kept it from being read.
    pub why: String,
}

impl fmt::Display for Unjudged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { digest, why } = self;
        let image = digest.short();
        write!(
            f,
            "whether {image} is of a later commit is not known: {why}"
        )
    }
}

/// How the blobs of an image came to be in a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blobs {
    /// How many were uploaded.
    pub uploaded: usize,
    /// How many the registry took over from another repository.
    pub mounted: usize,
    /// How many were there.
    pub present: usize,
    /// The size of those that were uploaded, in bytes.
    pub bytes_uploaded: u64,
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
    /// It is immutable, and named the same image already, packed otherwise.
    Same {
        /// What it names.
        there: Digest,
    },
    /// It names an image of a later commit, and stays there.
    Held(Seen),
}

/// An image that is at a tag or was to come there, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Its digest.
    pub digest: Digest,
    /// What it says of itself.
    pub origin: Origin,
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.digest, self.origin)
    }
}

/// Why a push did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    /// A tag names another image, and may not move.
    #[error(
        "the tag `{tag}` of `{repository}` is immutable and names {}; the image to push is {}{}; choose another tag{}",
        images.theirs, images.ours, unread(images), after(moved)
    )]
    Taken {
        /// The repository.
        repository: RepositoryName,
        /// The tag.
        tag: Tag,
        /// The two images.
        images: Box<Images>,
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

/// Two images that are not one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Images {
    /// What was to be pushed.
    pub ours: Seen,
    /// What the tag names.
    pub theirs: Seen,
    /// Why the two could not be compared, if they could not.
    pub unread: Option<String>,
}

fn unread(images: &Images) -> String {
    let why = images.unread.as_deref();
    why.map(|why| {
        format!("; whether the two differ only in how they are packed is not known: {why}")
    })
    .unwrap_or_default()
}

fn after(moved: &[Tag]) -> String {
    if moved.is_empty() {
        return String::new();
    }
    format!("; already moved: {}", list(moved))
}

impl From<RegistryError> for PushError {
    fn from(source: RegistryError) -> Self {
        Self::Registry {
            source,
            moved: Vec::new(),
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

    pub(super) fn having_moved(mut self, tags: &[Tag]) -> Self {
        match &mut self {
            Self::Taken { moved, .. } | Self::Registry { moved, .. } => *moved = tags.to_vec(),
        }
        self
    }
}

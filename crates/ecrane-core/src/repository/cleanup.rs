//! The tags of closed pull requests, and which of them may go.
//!
//! A tag goes by its name alone: with its last tag ECR removes an image, and
//! what another tag names stays.

use crate::lifecycle::gate::MaxRemove;
use crate::lifecycle::image::{ImageId, Images};
use crate::name::{Tag, short};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

/// How tags name the pull request that they are of, such as `pr-{number}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullTags {
    before: String,
    after: String,
}

const NUMBER: &str = "{number}";

impl Default for PullTags {
    fn default() -> Self {
        Self {
            before: "pr-".to_owned(),
            after: String::new(),
        }
    }
}

impl fmt::Display for PullTags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{NUMBER}{}", self.before, self.after)
    }
}

/// A text that does not say how tags name a pull request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoPullTags {
    /// The number has no place, or two.
    NotOneNumber,
    /// Every tag that begins with a number would be one.
    NothingBefore,
    /// Where the number begins or ends cannot be told.
    NoDelimiter,
    /// No tag is like this.
    NoTag,
}

impl fmt::Display for NoPullTags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotOneNumber => "the number of the pull request stands in it once",
            Self::NothingBefore => "versions and dates begin with a number too",
            Self::NoDelimiter => "a digit or a letter beside the number hides where it ends",
            Self::NoTag => "no tag can be like this",
        })
    }
}

impl std::error::Error for NoPullTags {}

/// What parts a number from what comes after. A dot does not: versions have them.
fn is_delimiter(c: char) -> bool {
    matches!(c, '-' | '_')
}

impl FromStr for PullTags {
    type Err = NoPullTags;

    fn from_str(text: &str) -> Result<Self, NoPullTags> {
        let (before, after) = text.split_once(NUMBER).ok_or(NoPullTags::NotOneNumber)?;
        if after.contains(NUMBER) {
            return Err(NoPullTags::NotOneNumber);
        }
        if before.is_empty() {
            return Err(NoPullTags::NothingBefore);
        }
        let hides = before.ends_with(|c: char| c.is_ascii_digit());
        if hides || !(after.is_empty() || after.starts_with(is_delimiter)) {
            return Err(NoPullTags::NoDelimiter);
        }
        format!("{before}1{after}")
            .parse::<Tag>()
            .map_err(|_| NoPullTags::NoTag)?;
        Ok(Self {
            before: before.to_owned(),
            after: after.to_owned(),
        })
    }
}

impl PullTags {
    /// The pull request that a tag is of. The number is whole, and what is
    /// beyond the pattern is parted from it.
    #[must_use]
    pub fn number(&self, tag: &str) -> Option<u64> {
        let rest = tag.strip_prefix(self.before.as_str())?;
        let end = rest.find(|c: char| !c.is_ascii_digit());
        let (digits, rest) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
        let rest = rest.strip_prefix(self.after.as_str())?;
        let is_whole = rest.is_empty() || rest.starts_with(is_delimiter);
        // No number begins with a zero.
        let number = digits.parse().ok().filter(|_| !digits.starts_with('0'));
        number.filter(|_| is_whole)
    }
}

/// A tag of a pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullTag {
    /// The tag.
    pub tag: Tag,
    /// Its pull request.
    pub number: u64,
    /// The image that it names.
    pub digest: String,
    image: ImageId,
}

/// The tags in a repository that are of a pull request, by its number. One that
/// could be of two is of none.
#[must_use]
pub fn pull_tags(images: &Images, patterns: &[PullTags]) -> Vec<PullTag> {
    let mut found = Vec::new();
    for image in images.ids() {
        for tag in images.tags(image) {
            let numbers = patterns.iter().filter_map(|it| it.number(tag));
            let numbers: BTreeSet<u64> = numbers.collect();
            let (Some(number), 1, Ok(name)) = (numbers.first(), numbers.len(), tag.parse()) else {
                continue;
            };
            found.push(PullTag {
                tag: name,
                number: *number,
                digest: images.digest(image).to_owned(),
                image,
            });
        }
    }
    found.sort_by(|a, b| (a.number, &a.tag).cmp(&(b.number, &b.tag)));
    found
}

/// What GitHub says of a pull request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PullState {
    /// It is open, perhaps again.
    Open,
    /// It is closed, merged or not.
    Closed,
    /// There is no pull request of this number.
    Unknown,
}

/// What becomes of the tags of pull requests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cleanup {
    /// Those that go.
    pub removed: Vec<Removed>,
    /// Those that stay.
    pub kept: Vec<KeptTag>,
    /// How many images the repository has.
    pub images: usize,
}

impl Cleanup {
    /// Whether a tag stays only because it is not known what the indexes hold.
    #[must_use]
    pub fn turns_on_indexes(&self) -> bool {
        let mut kept = self.kept.iter();
        kept.any(|it| matches!(it.why, Why::MaybeInIndex(_)))
    }

    /// Whether no more tags go than are allowed.
    ///
    /// # Errors
    /// They are too many.
    pub fn within(&self, limit: MaxRemove) -> Result<(), TooManyTags> {
        let tags = self.removed.len();
        match tags <= limit.of(self.images) {
            true => Ok(()),
            false => Err(TooManyTags { tags, limit }),
        }
    }
}

/// More tags would go than are allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyTags {
    tags: usize,
    limit: MaxRemove,
}

impl fmt::Display for TooManyTags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tags, limit } = self;
        write!(
            f,
            "{tags} tags would go, and `max-remove` is {limit}: allow as many with `max-remove: {tags}`; nothing was done"
        )
    }
}

impl std::error::Error for TooManyTags {}

/// A tag that goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// The tag.
    pub tag: PullTag,
    /// What becomes of the image that it names.
    pub image: Named,
}

/// What becomes of an image that loses a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// It has other tags, which stay.
    Stays,
    /// It goes with its last tag. So many bytes at most, as images share layers.
    Goes(u64),
}

/// A tag that stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptTag {
    /// The tag.
    pub tag: PullTag,
    /// Why.
    pub why: Why,
}

/// Why a tag stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// Its pull request is open.
    Open,
    /// GitHub knows no such pull request.
    Unknown,
    /// It is the last of an image that this index holds.
    InIndex(String),
    /// It is the last of an image, and what this index holds is not known.
    MaybeInIndex(String),
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open => f.write_str("is open"),
            Self::Unknown => f.write_str("is not known to GitHub"),
            Self::InIndex(index) => write!(
                f,
                "is closed, and the index {} holds the image",
                short(index)
            ),
            Self::MaybeInIndex(index) => write!(
                f,
                "is closed, and the index {} cannot be read and may hold the image",
                short(index)
            ),
        }
    }
}

/// Decides which tags go, from what GitHub says of their pull requests. What it
/// did not say is not closed.
#[must_use]
pub fn clean_up(images: &Images, tags: Vec<PullTag>, states: &BTreeMap<u64, PullState>) -> Cleanup {
    let state = |tag: &PullTag| states.get(&tag.number).copied();
    let mut going: BTreeMap<ImageId, usize> = BTreeMap::new();
    for tag in &tags {
        if state(tag) == Some(PullState::Closed) {
            *going.entry(tag.image).or_default() += 1;
        }
    }
    let mut cleanup = Cleanup {
        images: images.len(),
        ..Cleanup::default()
    };
    for tag in tags {
        let loses_all = going.get(&tag.image) == Some(&images.tags(tag.image).len());
        let why = match state(&tag) {
            None | Some(PullState::Unknown) => Some(Why::Unknown),
            Some(PullState::Open) => Some(Why::Open),
            Some(PullState::Closed) if loses_all => held(images, tag.image),
            Some(PullState::Closed) => None,
        };
        match why {
            Some(why) => cleanup.kept.push(KeptTag { tag, why }),
            None => {
                let image = match loses_all {
                    true => Named::Goes(images.size(tag.image)),
                    false => Named::Stays,
                };
                cleanup.removed.push(Removed { tag, image });
            }
        }
    }
    cleanup
}

/// Why an image may not lose its last tag.
fn held(images: &Images, image: ImageId) -> Option<Why> {
    let digest = |id: &ImageId| images.digest(*id).to_owned();
    let index = images.indexes_of(image).first().map(digest);
    let unread = images.unread_indexes().iter().find(|it| **it != image);
    index
        .map(Why::InIndex)
        .or_else(|| unread.map(|id| Why::MaybeInIndex(digest(id))))
}

/// Why a tag that was to go is still there, by the code of its failure.
///
/// Source: `ImageFailureCode` in the Amazon ECR API reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failed {
    /// It is not there any more: that was wanted.
    Gone,
    /// An index holds the image now.
    Held,
    /// For another reason, which a person must look at.
    Otherwise(&'static str),
}

impl Failed {
    /// What a code means here.
    #[must_use]
    pub fn of(code: &str) -> Self {
        Self::Otherwise(match code {
            "ImageNotFound" => return Self::Gone,
            "ImageReferencedByManifestList" => return Self::Held,
            "KmsError" => "the key of the repository must be enabled, and allowed to the caller",
            "ImageInaccessible" => "the image is in the archive and cannot be changed now",
            "InvalidImageTag"
            | "InvalidImageDigest"
            | "MissingDigestAndTag"
            | "ImageTagDoesNotMatchDigest" => "the service does not take its name",
            "UpstreamAccessDenied" | "UpstreamTooManyRequests" | "UpstreamUnavailable" => {
                "the registry behind the pull-through cache refuses"
            }
            _ => "the service gives a reason that is not known here",
        })
    }
}

#[cfg(test)]
mod tests;

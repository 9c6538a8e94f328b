//! Repositories and images that a registry begins with, described in YAML.
//!
//! The images have no layers: they are listed, described, previewed and expired,
//! and cannot be pulled.

mod load;
mod read;

pub(crate) use load::load;
pub use read::{SeedFault, read};

use crate::store::Mutability;
use ecrane_core::lifecycle::image::Moment;
use ecrane_core::name::{AccountId, Digest, Region, RepositoryName, Tag};
use serde::Deserialize;
use serde_saphyr::Spanned;
use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

/// What a registry begins with.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seed {
    repositories: Vec<SeedRepository>,
}

/// How much of a seed was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seeded {
    /// Repositories that are new.
    pub repositories: usize,
    /// Their images.
    pub images: usize,
    /// Repositories that were there, and were left as they are.
    pub there: usize,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct SeedRepository {
    name: RepositoryName,
    account: Option<AccountId>,
    region: Option<Region>,
    image_tag_mutability: Option<Mutability>,
    lifecycle_policy: Option<Spanned<String>>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    #[serde(default)]
    images: Vec<SeedImage>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct SeedImage {
    /// By which other images of the seed name it.
    name: Option<String>,
    digest: Option<Digest>,
    #[serde(default)]
    tags: Vec<Spanned<TagPattern>>,
    pushed: Option<When>,
    pulled: Option<When>,
    archived: Option<When>,
    restored: Option<When>,
    status: Option<Status>,
    size: Option<u64>,
    media_type: Option<String>,
    children: Option<Vec<Spanned<String>>>,
    subject: Option<Spanned<String>>,
    /// So many of them, each pushed `every` after the one before.
    count: Option<Spanned<u32>>,
    every: Option<Ago>,
}

impl SeedImage {
    /// How many images it stands for.
    fn number(&self) -> u32 {
        self.count.as_ref().map_or(1, |count| count.value)
    }
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Status {
    Active,
    Archived,
    Activating,
}

/// A tag in which `{n}` stands for the number of the image.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
struct TagPattern(String);

const NUMBER: &str = "{n}";

impl TryFrom<String> for TagPattern {
    type Error = ecrane_core::name::NameError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        // The largest number makes the longest tag.
        text.replace(NUMBER, &u32::MAX.to_string()).parse::<Tag>()?;
        Ok(Self(text))
    }
}

impl TagPattern {
    fn tag(&self, number: u32) -> Option<Tag> {
        self.0.replace(NUMBER, &number.to_string()).parse().ok()
    }
}

/// A span of time: `30d`, `12h`, `90m` or `10s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
struct Ago(Duration);

/// A text that is no span of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no span of time: write it as `30d`, `12h`, `90m` or `10s`")]
struct NoSpan(String);

impl TryFrom<String> for Ago {
    type Error = NoSpan;

    fn try_from(text: String) -> Result<Self, NoSpan> {
        text.parse()
    }
}

impl FromStr for Ago {
    type Err = NoSpan;

    fn from_str(text: &str) -> Result<Self, NoSpan> {
        let units = [('d', 24 * 60 * 60), ('h', 60 * 60), ('m', 60), ('s', 1)];
        let read = |(unit, seconds)| {
            let number: u32 = text.strip_suffix(unit)?.parse().ok()?;
            Some(Self(Duration::from_secs(u64::from(number) * seconds)))
        };
        let span = units.into_iter().find_map(read);
        span.ok_or_else(|| NoSpan(text.to_owned()))
    }
}

/// A time: RFC 3339, seconds since 1970, or so long ago.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
enum When {
    At(Moment),
    Ago(Duration),
}

/// A text that is no time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no time: write it as `2026-09-01T12:00:00Z`, or as `30d` for so long ago")]
struct NoTime(String);

impl TryFrom<String> for When {
    type Error = NoTime;

    fn try_from(text: String) -> Result<Self, NoTime> {
        if let Ok(Ago(span)) = text.parse() {
            return Ok(Self::Ago(span));
        }
        let moment = text.parse().map(Self::At);
        moment.map_err(|_| NoTime(text))
    }
}

//! Versions, by the two schemes that rules know.

use std::str::FromStr;

/// A scheme of versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    /// Semantic Versioning 2.0; a `v` before it is passed over.
    Semver,
    /// PEP 440, as Python packages have it.
    Pep440,
}

/// A version, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Release {
    /// As it was given.
    pub raw: String,
    /// As its scheme writes it, without what it says of the build.
    pub version: String,
    pub major: u64,
    pub minor: u64,
    pub patch: u64,
    /// Whether it is a release as such: no prerelease, and by PEP 440 no post
    /// release or development release either.
    pub proper: bool,
}

impl Scheme {
    /// The scheme's own name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Semver => "a semantic version",
            Self::Pep440 => "a version by PEP 440",
        }
    }

    /// Reads a version; `None` if it is none of this scheme.
    pub(super) fn read(self, raw: &str) -> Option<Release> {
        match self {
            Self::Semver => semver(raw),
            Self::Pep440 => pep440(raw),
        }
    }
}

fn semver(raw: &str) -> Option<Release> {
    let text = raw.trim();
    let mut version = semver::Version::parse(text.strip_prefix('v').unwrap_or(text)).ok()?;
    version.build = semver::BuildMetadata::EMPTY;
    Some(Release {
        raw: raw.to_owned(),
        version: version.to_string(),
        major: version.major,
        minor: version.minor,
        patch: version.patch,
        proper: version.pre.is_empty(),
    })
}

fn pep440(raw: &str) -> Option<Release> {
    let version = pep440_rs::Version::from_str(raw.trim()).ok()?;
    let number = |index: usize| version.release().get(index).copied().unwrap_or(0);
    Some(Release {
        raw: raw.to_owned(),
        version: version.to_string(),
        major: number(0),
        minor: number(1),
        patch: number(2),
        proper: version.is_stable() && !version.is_post(),
    })
}

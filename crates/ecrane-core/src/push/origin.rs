//! Where an image is from, as it says itself, and whether that is newer.

use super::UploadPlan;
use std::fmt;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The commit that an image was made of.
///
/// Source: OCI image specification 1.1, "Annotations"; images say it by
/// annotations of their manifest or by labels of their configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// Where the sources are, `org.opencontainers.image.source`.
    pub source: Option<String>,
    /// The commit, `org.opencontainers.image.revision`.
    pub revision: Option<String>,
    /// When it was made, `org.opencontainers.image.created`. ecrane writes the
    /// time of the commit.
    pub created: Option<OffsetDateTime>,
    /// The image that it is based on, `org.opencontainers.image.base.name`.
    pub base: Option<String>,
}

impl Origin {
    /// What these annotations or labels say.
    pub fn of<'a>(said: impl Iterator<Item = (&'a String, &'a String)>) -> Self {
        let mut origin = Self::default();
        origin.heed(said);
        origin
    }

    /// Adds what these annotations or labels say, where nothing was said before.
    pub(super) fn heed<'a>(&mut self, said: impl Iterator<Item = (&'a String, &'a String)>) {
        for (key, value) in said {
            let Some(key) = key.strip_prefix("org.opencontainers.image.") else {
                continue;
            };
            let text = || Some(value.clone()).filter(|value| !value.is_empty());
            match key {
                "source" if self.source.is_none() => self.source = text(),
                "base.name" if self.base.is_none() => self.base = text(),
                "revision" if self.revision.is_none() => self.revision = text(),
                "created" if self.created.is_none() => {
                    self.created = OffsetDateTime::parse(value, &Rfc3339).ok();
                }
                _ => {}
            }
        }
    }

    /// Whether this is of a later commit of the same sources. Where one of the
    /// two does not say all of source, commit and time, nothing is known.
    #[must_use]
    pub fn is_newer_than(&self, other: &Self) -> bool {
        let (Some(ours), Some(theirs)) = (self.whole(), other.whole()) else {
            return false;
        };
        ours.0 == theirs.0 && ours.1 != theirs.1 && ours.2 > theirs.2
    }

    /// Whether it can be compared with another at all.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.whole().is_some()
    }

    fn whole(&self) -> Option<(&str, &str, OffsetDateTime)> {
        let source = self.source.as_deref()?.trim_end_matches('/');
        let source = source.strip_suffix(".git").unwrap_or(source);
        Some((source, self.revision.as_deref()?, self.created?))
    }
}

/// As a remark behind a digest: ` (commit 0123456, 2026-01-02T03:04:05Z)`.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let commit = self.revision.as_deref().map(|revision| {
            let short: String = revision.chars().take(7).collect();
            format!("commit {}", short.escape_debug())
        });
        let created = self.created.and_then(|time| time.format(&Rfc3339).ok());
        let known: Vec<String> = [commit, created].into_iter().flatten().collect();
        if known.is_empty() {
            return Ok(());
        }
        write!(f, " ({})", known.join(", "))
    }
}

impl UploadPlan {
    /// Whether the other is the same image packed otherwise: for every platform
    /// the same configuration, and the same layers before compression.
    #[must_use]
    pub fn is_same_image(&self, other: &Self) -> bool {
        let contents = |plan: &Self| {
            let images = plan.images.iter();
            let mut contents: Vec<_> = images
                .map(|image| {
                    let diff_ids = image.diff_ids.clone();
                    (image.platform.clone(), image.config.clone(), diff_ids)
                })
                .collect();
            contents.sort();
            contents
        };
        let ours = contents(self);
        // What is no image is known by its digest alone.
        !ours.is_empty() && ours == contents(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `SOURCE REVISION CREATED`, `-` for what is not said.
    fn origin(text: &str) -> Origin {
        let keys = ["source", "revision", "created"];
        let said: Vec<(String, String)> = keys
            .iter()
            .zip(text.split(' '))
            .filter(|(_, value)| *value != "-")
            .map(|(key, value)| (format!("org.opencontainers.image.{key}"), value.to_owned()))
            .collect();
        let mut origin = Origin::default();
        origin.heed(said.iter().map(|(key, value)| (key, value)));
        origin
    }

    fn check(theirs: &str, ours: &str, newer: bool) {
        let got = origin(theirs).is_newer_than(&origin(ours));
        assert_eq!(got, newer, "{theirs} than {ours}");
    }

    const OURS: &str = "https://example.com/a bbb 2026-01-02T00:00:00Z";

    #[test]
    fn a_later_commit_of_the_same_sources_is_newer() {
        check("https://example.com/a ccc 2026-01-02T00:00:01Z", OURS, true);
        check(
            "https://example.com/a.git ccc 2026-01-02T02:00:00+01:00",
            OURS,
            true,
        );
        check(
            "https://example.com/a aaa 2026-01-01T00:00:00Z",
            OURS,
            false,
        );
        check(
            "https://example.com/a ccc 2026-01-02T00:00:00Z",
            OURS,
            false,
        );
    }

    #[test]
    fn what_is_not_known_is_not_newer() {
        // A second build of one commit, with the time of the build.
        check(
            "https://example.com/a bbb 2026-01-03T00:00:00Z",
            OURS,
            false,
        );
        check(
            "https://example.com/b ccc 2026-01-03T00:00:00Z",
            OURS,
            false,
        );
        check("- ccc 2026-01-03T00:00:00Z", OURS, false);
        check("https://example.com/a - 2026-01-03T00:00:00Z", OURS, false);
        check("https://example.com/a ccc -", OURS, false);
        check("https://example.com/a ccc yesterday", OURS, false);
        check(
            "https://example.com/a ccc 2026-01-03T00:00:00Z",
            "- - -",
            false,
        );
    }

    #[test]
    fn what_is_said_first_counts() {
        let mut said = origin(OURS);
        let key = "org.opencontainers.image.revision".to_owned();
        said.heed([(&key, &"zzz".to_owned())].into_iter());
        assert_eq!(said, origin(OURS));
        assert_eq!(said.to_string(), " (commit bbb, 2026-01-02T00:00:00Z)");
        assert_eq!(origin("- - -").to_string(), "");
    }
}

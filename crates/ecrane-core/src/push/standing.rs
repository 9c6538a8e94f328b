//! Whether the image is there already, so that nobody has to build it.

use crate::lifecycle::image::ImageStatus;
use crate::name::{Digest, Tag};
use std::fmt;

/// An image that a repository has, as ECR lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaggedImage {
    /// Its digest.
    pub digest: Digest,
    /// All its tags.
    pub tags: Vec<Tag>,
    /// Whether it can be pulled.
    pub status: ImageStatus,
}

/// Why the image has to be built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotStanding {
    /// One of these tags is not there, or none is.
    Missing(Vec<Tag>),
    /// The tag names an image that cannot be pulled.
    NotActive {
        /// The tag.
        tag: Tag,
        /// What the image is instead.
        status: ImageStatus,
    },
    /// Two of the tags name different images.
    Different {
        /// A tag, and what it names.
        one: (Tag, Digest),
        /// Another tag, and what that names.
        other: (Tag, Digest),
    },
}

impl fmt::Display for NotStanding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(tags) => match tags.as_slice() {
                [only] => write!(f, "`{only}` is not there"),
                tags => write!(f, "not all of {} are there", list(tags)),
            },
            Self::NotActive { tag, status } => {
                let status = match status {
                    ImageStatus::Archived => "archived",
                    ImageStatus::Activating => "being restored",
                    ImageStatus::Active | ImageStatus::Unknown => "not known to be active",
                };
                write!(f, "the image at `{tag}` is {status}")
            }
            Self::Different { one, other } => write!(
                f,
                "`{}` names {} and `{}` names {}",
                one.0,
                one.1.short(),
                other.0,
                other.1.short()
            ),
        }
    }
}

/// Tags as a sentence names them.
#[must_use]
pub fn list(tags: &[Tag]) -> String {
    let tags: Vec<String> = tags.iter().map(|tag| format!("`{tag}`")).collect();
    tags.join(", ")
}

/// The image that all of `tags` name, if it can be pulled.
///
/// `found` is what the repository has at these tags; an empty list where it said
/// that one of them is not there.
///
/// # Errors
/// Why it has to be built.
pub fn standing(tags: &[Tag], found: &[TaggedImage]) -> Result<Digest, NotStanding> {
    let missing = || NotStanding::Missing(tags.to_vec());
    let mut first: Option<(&Tag, &Digest)> = None;
    for tag in tags {
        let image = found.iter().find(|image| image.tags.contains(tag));
        let image = image.ok_or_else(missing)?;
        if image.status != ImageStatus::Active {
            let (tag, status) = (tag.clone(), image.status);
            return Err(NotStanding::NotActive { tag, status });
        }
        match first {
            Some((before, digest)) if *digest != image.digest => {
                return Err(NotStanding::Different {
                    one: (before.clone(), digest.clone()),
                    other: (tag.clone(), image.digest.clone()),
                });
            }
            _ => first = Some((tag, &image.digest)),
        }
    }
    first.map(|(_, digest)| digest.clone()).ok_or_else(missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `found` as `TAG,TAG=STATUS`, an image each.
    fn check(tags: &[&str], found: &[&str], expected: &str) {
        let tags: Vec<Tag> = tags.iter().map(|tag| tag.parse().unwrap()).collect();
        let image = |(n, text): (usize, &&str)| {
            let (tags, status) = text.split_once('=').unwrap();
            TaggedImage {
                digest: Digest::from_sha256(&[u8::try_from(n).unwrap(); 32]),
                tags: tags.split(',').map(|tag| tag.parse().unwrap()).collect(),
                status: match status {
                    "active" => ImageStatus::Active,
                    "archived" => ImageStatus::Archived,
                    _ => ImageStatus::Activating,
                },
            }
        };
        let found: Vec<TaggedImage> = found.iter().enumerate().map(image).collect();
        let got = match standing(&tags, &found) {
            Ok(digest) => digest.short().to_owned(),
            Err(why) => why.to_string(),
        };
        assert_eq!(got, expected, "{tags:?}");
    }

    #[test]
    fn all_tags_must_name_one_image_that_can_be_pulled() {
        check(&["v1"], &["v1,latest=active"], "sha256:000000000000");
        check(
            &["v1", "latest"],
            &["v1,x,latest=active"],
            "sha256:000000000000",
        );
        check(&["v1"], &[], "`v1` is not there");
        check(
            &["v1", "latest"],
            &["latest=active"],
            "not all of `v1`, `latest` are there",
        );
        check(&["v1"], &["v1=archived"], "the image at `v1` is archived");
        check(
            &["v1"],
            &["v1=activating"],
            "the image at `v1` is being restored",
        );
        check(
            &["v1", "latest"],
            &["v1=active", "latest=active"],
            "`v1` names sha256:000000000000 and `latest` names sha256:010101010101",
        );
    }
}

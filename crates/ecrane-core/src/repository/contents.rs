//! What goes with a repository that is deleted, and whether it may.

use super::{Adoption, CREATED_TAG, ResourceTags};
use crate::lifecycle::image::{Images, Moment};
use crate::name::RepositoryName;
use std::fmt;

/// What a repository holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Contents {
    /// Images.
    pub images: usize,
    /// Their tags.
    pub tags: usize,
    /// Their bytes: at most, as images share layers.
    pub bytes: u64,
    /// The newest push, or restoring from the archive.
    pub newest_push: Option<Moment>,
    /// The last pull that was recorded.
    pub last_pull: Option<Moment>,
}

/// A pull in so many days says that something may still run an image.
const LATELY: i64 = 30;

impl Contents {
    /// All of it.
    #[must_use]
    pub fn of(images: &Images) -> Self {
        let mut all = Self {
            images: images.len(),
            ..Self::default()
        };
        for id in images.ids() {
            all.tags += images.tags(id).len();
            all.bytes = all.bytes.saturating_add(images.size(id));
            all.newest_push = all.newest_push.max(Some(images.pushed(id)));
            all.last_pull = all.last_pull.max(images.last_pull(id));
        }
        all
    }

    /// The last pull, if it is one of these days.
    #[must_use]
    pub fn pulled_lately(&self, now: Moment) -> Option<Moment> {
        self.last_pull
            .filter(|pulled| pulled.plus_days(LATELY) >= now)
    }
}

/// Why a repository is not deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoDestroy {
    /// Nothing on it says that ecrane made it.
    Foreign(RepositoryName),
    /// Somebody typed something else than its name.
    Unconfirmed(RepositoryName),
}

impl fmt::Display for NoDestroy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Foreign(name) => write!(
                f,
                "the repository `{name}` has no tag `{CREATED_TAG}`, so somebody else may look after it; nothing was done. `adopt: true` says that it is yours to delete"
            ),
            Self::Unconfirmed(name) => write!(
                f,
                "what was typed is not `{name}`, the name of the repository; nothing was done"
            ),
        }
    }
}

impl std::error::Error for NoDestroy {}

/// Whether a repository with these resource tags may be deleted.
///
/// # Errors
/// [`NoDestroy::Foreign`].
pub fn may_destroy(
    name: &RepositoryName,
    tags: &ResourceTags,
    adoption: Adoption,
) -> Result<(), NoDestroy> {
    match adoption == Adoption::Allowed || tags.get(CREATED_TAG).is_some() {
        true => Ok(()),
        false => Err(NoDestroy::Foreign(name.clone())),
    }
}

/// Whether the name was typed to the letter.
///
/// # Errors
/// [`NoDestroy::Unconfirmed`].
pub fn confirmed(name: &RepositoryName, typed: &str) -> Result<(), NoDestroy> {
    match typed == name.as_str() {
        true => Ok(()),
        false => Err(NoDestroy::Unconfirmed(name.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lifecycle::image::read;

    #[test]
    fn what_goes_is_counted_whole() {
        let images = read(
            r#"{"complete": true, "imageDetails": [
              {"imageDigest": "sha256:0000000000000000000000000000000000000000000000000000000000000001",
               "imageTags": ["v1", "latest"], "imageSizeInBytes": 10, "imagePushedAt": "2026-08-01T00:00:00Z",
               "lastRecordedPullTime": "2026-08-20T00:00:00Z"},
              {"imageDigest": "sha256:0000000000000000000000000000000000000000000000000000000000000002",
               "imageSizeInBytes": 32, "imagePushedAt": "2026-08-25T00:00:00Z"}]}"#,
        );
        let contents = Contents::of(&images.images.unwrap());
        let moment = |text: &str| Some(text.parse::<Moment>().unwrap());
        let expected = Contents {
            images: 2,
            tags: 2,
            bytes: 42,
            newest_push: moment("2026-08-25T00:00:00Z"),
            last_pull: moment("2026-08-20T00:00:00Z"),
        };
        assert_eq!(contents, expected);
        let lately = |now: &str| contents.pulled_lately(now.parse().unwrap());
        assert_eq!(lately("2026-09-19T00:00:00Z"), expected.last_pull);
        assert_eq!(lately("2026-09-20T00:00:00Z"), None);
    }

    #[test]
    fn only_what_is_ecranes_or_adopted_goes() {
        let name: RepositoryName = "team/app".parse().unwrap();
        let may = |key: &str, adoption| {
            let tags = ResourceTags::default().with(key, "x");
            may_destroy(&name, &tags, adoption).is_ok()
        };
        assert!(may("ecrane:created", Adoption::Refused));
        assert!(!may("team", Adoption::Refused));
        // A policy in somebody else's repository makes it nobody else's.
        assert!(!may("ecrane:lifecycle", Adoption::Refused));
        assert!(may("team", Adoption::Allowed));
    }

    #[test]
    fn a_name_is_typed_to_the_letter() {
        let name: RepositoryName = "team/app".parse().unwrap();
        assert!(confirmed(&name, "team/app").is_ok());
        for typed in ["", "team/app ", "Team/app", "team/ap", "true", "yes"] {
            assert!(confirmed(&name, typed).is_err(), "{typed}");
        }
    }
}

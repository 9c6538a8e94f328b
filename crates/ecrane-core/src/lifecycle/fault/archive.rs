//! What can be wrong with the storage class and the action of a rule.

use super::{Code, Words, error};
use crate::lifecycle::rule::CountType;

/// The fewest days an archived image is kept.
pub(in crate::lifecycle) const ARCHIVE_MIN_DAYS: u32 = 90;

/// A fault between storage class, count type and action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::lifecycle) enum ArchiveFault {
    /// Archived images are meant, without `storageClass`.
    ClassRequired,
    /// `storageClass` is `archive`, and the count type is for standard images.
    NotForArchive { count_type: CountType },
    /// `storageClass` is `standard`, and the count type is for archived images.
    NotForStandard,
    /// Fewer days in the archive than ECR takes.
    TooFewDays { days: u32 },
    /// `sinceImagePulled` with another action than transition.
    PulledNeedsTransition,
    /// `sinceImageTransitioned` with another action than expire.
    TransitionedNeedsExpire,
    /// A transition that does not say where to.
    TargetRequired,
    /// A target without a transition.
    TargetForbidden,
}

impl ArchiveFault {
    pub(super) fn words(&self) -> Words {
        match self {
            Self::ClassRequired => error(
                Code::StorageClassRequired,
                "`sinceImageTransitioned` selects archived images, so `storageClass` is needed",
            )
            .help("add `\"storageClass\": \"archive\"`"),
            Self::NotForArchive { count_type } => error(
                Code::StorageClassMismatch,
                format!("`{count_type}` is for images in storage class `standard` only"),
            )
            .help("remove `storageClass`, or count from archiving with `sinceImageTransitioned`"),
            Self::NotForStandard => error(
                Code::StorageClassMismatch,
                "`sinceImageTransitioned` is for images in storage class `archive` only",
            )
            .help("write `\"storageClass\": \"archive\"`"),
            Self::TooFewDays { days } => error(
                Code::ArchiveMinDays,
                format!("an archived image stays at least {ARCHIVE_MIN_DAYS} days, and this says {days}"),
            )
            .help(format!("write {ARCHIVE_MIN_DAYS} or more")),
            Self::PulledNeedsTransition => error(
                Code::PulledNeedsTransition,
                "a rule with `sinceImagePulled` can only archive images, not expire them",
            )
            .help("write `{\"type\": \"transition\", \"targetStorageClass\": \"archive\"}`, or count from the push with `sinceImagePushed`"),
            Self::TransitionedNeedsExpire => error(
                Code::TransitionedNeedsExpire,
                "a rule with `sinceImageTransitioned` can only expire images: they are archived already",
            )
            .help("write `{\"type\": \"expire\"}`"),
            Self::TargetRequired => error(
                Code::TargetRequired,
                "a transition needs `targetStorageClass`",
            )
            .help("add `\"targetStorageClass\": \"archive\"`"),
            Self::TargetForbidden => error(
                Code::TargetForbidden,
                "`targetStorageClass` is only for transitions: this rule expires images",
            )
            .help("remove `targetStorageClass`, also where it is `null`, or write `\"type\": \"transition\"`"),
        }
    }
}

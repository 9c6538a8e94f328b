//! What can be wrong with a list of images.

use super::{Words, error, shown};
use crate::diagnostic::Severity;
use crate::lifecycle::codes::Code;
use crate::lifecycle::image::MAX_IMAGES;
use crate::name::short;

/// A time of an image, with the name that ECR has for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::lifecycle) enum TimeName {
    /// `imagePushedAt`
    Pushed,
    /// `lastRecordedPullTime`
    Pulled,
    /// `lastArchivedAt`
    Archived,
    /// `lastActivatedAt`
    Activated,
}

impl TimeName {
    pub(in crate::lifecycle) fn as_str(self) -> &'static str {
        match self {
            Self::Pushed => "imagePushedAt",
            Self::Pulled => "lastRecordedPullTime",
            Self::Archived => "lastArchivedAt",
            Self::Activated => "lastActivatedAt",
        }
    }
}

/// A fault of a list of images.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::lifecycle) enum ImageFault {
    /// No JSON, or JSON that is no list of images.
    Unreadable { message: String },
    /// What the AWS CLI prints in another format than JSON.
    OtherOutput { format: &'static str },
    /// An image without a digest.
    NoDigest,
    /// No digest.
    Digest { text: String },
    /// A digest of another kind than ECR makes.
    Algorithm { algorithm: String },
    /// An image is there twice.
    Twice { digest: String },
    /// Two images have one tag.
    SharedTag { tag: String, digests: [String; 2] },
    /// An image without a time of its push.
    NoPush,
    /// No time.
    Time { name: TimeName, text: String },
    /// A time without a zone.
    NoZone { name: TimeName },
    /// A time in milliseconds.
    Milliseconds { name: TimeName },
    /// A word that is no status.
    Status { text: String },
    /// There was a next page.
    CutShort,
    /// More images than are taken.
    TooMany { count: usize },
}

impl ImageFault {
    pub(in crate::lifecycle) fn code(&self) -> Code {
        match self {
            Self::Unreadable { .. } | Self::OtherOutput { .. } => Code::ImagesUnreadable,
            Self::NoDigest => Code::ImageDigestMissing,
            Self::Digest { .. } => Code::ImageDigest,
            Self::Algorithm { .. } => Code::ImageDigestAlgorithm,
            Self::Twice { .. } => Code::ImageTwice,
            Self::SharedTag { .. } => Code::ImageTagShared,
            Self::NoPush => Code::ImagePushedAtMissing,
            Self::Time { .. } => Code::ImageTime,
            Self::NoZone { .. } => Code::ImageTimeZone,
            Self::Milliseconds { .. } => Code::ImageTimeMilliseconds,
            Self::Status { .. } => Code::ImageStatus,
            Self::CutShort => Code::ImagesCutShort,
            Self::TooMany { .. } => Code::ImagesTooMany,
        }
    }

    pub(in crate::lifecycle) fn is_error(&self) -> bool {
        self.words().severity == Severity::Error
    }

    pub(in crate::lifecycle) fn words(&self) -> Words {
        let words = |message: String| error(self.code(), message);
        match self {
            Self::Unreadable { message } => words(format!("the list of images cannot be read: {message}"))
                .help("give the output of `aws ecr describe-images --repository-name NAME --filter imageStatus=ANY`"),
            Self::OtherOutput { format } => words(format!("the list of images cannot be read: this is {format}, and not JSON"))
                .help("add `--output json` to the command"),
            Self::NoDigest => words("an image has no `imageDigest`".to_owned()),
            Self::Digest { text } => words(format!("{} is no digest", shown(text)))
                .help("a digest is `sha256:` and 64 lowercase hex digits"),
            Self::Algorithm { algorithm } => words(format!(
                "{} is an unusual algorithm for a digest: ECR's own are `sha256`",
                shown(algorithm)
            ))
            .warning(),
            Self::Twice { digest } => words(format!(
                "{} is there more than once: it is taken as one image, with the tags of all",
                shown(short(digest))
            ))
            .warning(),
            Self::SharedTag { tag, digests: [first, second] } => words(format!(
                "the tag {} is on {} and on {}, and a tag names one image",
                shown(tag),
                shown(short(first)),
                shown(short(second))
            ))
            .help("the list may be of two repositories, or of two days: get it anew"),
            Self::NoPush => words("the image has no `imagePushedAt`, which rules go by".to_owned())
                .help("give the whole output of `aws ecr describe-images`, without `--query`"),
            Self::Time { name, text } => words(format!("`{}` is no time: {}", name.as_str(), shown(text)))
                .help("write it as `2026-09-01T12:00:00Z` or as seconds since 1970"),
            Self::NoZone { name } => words(format!("`{}` has no zone: it is taken as UTC", name.as_str()))
                .help("add `Z` or an offset such as `+02:00`")
                .warning(),
            Self::Milliseconds { name } => words(format!(
                "`{}` looks like milliseconds, and is taken so",
                name.as_str()
            ))
            .help("ECR gives seconds since 1970")
            .warning(),
            Self::Status { text } => words(format!("{} is no status that is known: what rules do to the image is not certain", shown(text)))
                .help("ECR has `ACTIVE`, `ARCHIVED` and `ACTIVATING`")
                .warning(),
            Self::CutShort => words("the list is not complete: it has a `nextToken`".to_owned())
                .help("get all pages: `aws ecr describe-images` does so without `--max-items` and `--no-paginate`")
                .warning(),
            Self::TooMany { count } => words(format!("{count} images are more than the {MAX_IMAGES} that are taken"))
                .help("a repository of ECR holds at most 100000: is this the list of one?"),
        }
    }
}

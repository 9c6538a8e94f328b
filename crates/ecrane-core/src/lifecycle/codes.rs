//! The names of everything that is found in a policy or a list of images, and
//! a page for each.
//!
//! A page says what is found and why it matters, in the words of ECR where
//! these are known, with a text that has it and the same one mended.

use std::fmt;
use std::str::FromStr;

use super::fault::shown;
use crate::diagnostic::Diagnostic;
use crate::spelling;

/// Lists every code once: its name in Rust and its stable id.
macro_rules! codes {
    (faults { $($code:ident = $id:literal,)+ } lints { $($lint:ident = $lint_id:literal,)+ }) => {
        codes!($($code = $id,)+ $($lint = $lint_id,)+);

        /// The ids of the lints: what ECR takes and its author probably does
        /// not mean.
        pub const LINTS: &[&str] = &[$($lint_id,)+];
    };
    ($($code:ident = $id:literal,)+) => {
        /// What a finding is called.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(super) enum Code {
            $($code,)+
        }

        impl Code {
            /// Stable, in kebab-case: `count-unit-required`.
            pub(super) fn id(self) -> &'static str {
                match self {
                    $(Self::$code => $id,)+
                }
            }
        }

        /// The id of every finding.
        pub const IDS: &[&str] = &[$($id,)+];

        /// The page of a finding, in Markdown, by the id it has in
        /// [`Diagnostic::code`](crate::diagnostic::Diagnostic::code).
        pub fn page(id: &str) -> Option<&'static str> {
            match id {
                $($id => Some(include_str!(concat!("../../codes/", $id, ".md"))),)+
                _ => None,
            }
        }
    };
}

codes! {
    // Errors, and the warnings about the text itself.
    faults {
        ActionType = "action-type",
        AllowanceExpired = "allowance-expired",
        AmbiguousList = "ambiguous-list",
        AnyNotLast = "any-not-last",
        ArchiveMinDays = "archive-min-days",
        BothLimits = "both-limits",
        BothSelections = "both-selections",
        ByteOrderMark = "byte-order-mark",
        CountNumber = "count-number",
        CountType = "count-type",
        CountUnit = "count-unit",
        CountUnitForbidden = "count-unit-forbidden",
        CountUnitRequired = "count-unit-required",
        DuplicateAny = "duplicate-any",
        DuplicateKey = "duplicate-key",
        DuplicatePriority = "duplicate-priority",
        DuplicateTagList = "duplicate-tag-list",
        DuplicateUntagged = "duplicate-untagged",
        Duration = "duration",
        JsonSyntax = "json-syntax",
        KeepOfRest = "keep-of-rest",
        KeepOfSeveral = "keep-of-several",
        LimitRequired = "limit-required",
        MissingProperty = "missing-property",
        MoreFindings = "more-findings",
        NestingTooDeep = "nesting-too-deep",
        NoPolicy = "no-policy",
        NoRules = "no-rules",
        NotAnObject = "not-an-object",
        PriorityRange = "priority-range",
        PulledNeedsTransition = "pulled-needs-transition",
        Selection = "selection",
        SeveralPolicies = "several-policies",
        StorageClass = "storage-class",
        StorageClassMismatch = "storage-class-mismatch",
        StorageClassRequired = "storage-class-required",
        TagListBlank = "tag-list-blank",
        TagListBoth = "tag-list-both",
        TagListEmpty = "tag-list-empty",
        TagListEntryTooLong = "tag-list-entry-too-long",
        TagListForbidden = "tag-list-forbidden",
        TagListRequired = "tag-list-required",
        TagStatus = "tag-status",
        TargetForbidden = "target-forbidden",
        TargetRequired = "target-required",
        TargetStorageClass = "target-storage-class",
        TextEncoding = "text-encoding",
        TextTooLong = "text-too-long",
        TextTooShort = "text-too-short",
        TooManyRules = "too-many-rules",
        TooManyWildcards = "too-many-wildcards",
        TransitionedNeedsExpire = "transitioned-needs-expire",
        UnclearDialect = "unclear-dialect",
        UnexpandedExpression = "unexpanded-expression",
        UnknownProperty = "unknown-property",
        WrongType = "wrong-type",
        YamlSyntax = "yaml-syntax",
        // Of a list of images.
        ImageDigest = "image-digest",
        ImageDigestAlgorithm = "image-digest-algorithm",
        ImageDigestMissing = "image-digest-missing",
        ImagePushedAtMissing = "image-pushed-at-missing",
        ImageStatus = "image-status",
        ImageTagShared = "image-tag-shared",
        ImageTime = "image-time",
        ImageTimeMilliseconds = "image-time-milliseconds",
        ImageTimeZone = "image-time-zone",
        ImageTwice = "image-twice",
        ImagesCutShort = "images-cut-short",
        ImagesTooMany = "images-too-many",
        ImagesUnreadable = "images-unreadable",
    }
    // ECR takes the policy, and it is probably not what is meant.
    lints {
        AnyCountsChildren = "any-counts-children",
        ArchiveForever = "archive-forever",
        CacheImmutable = "cache-immutable",
        CacheTagExpires = "cache-tag-expires",
        DescriptionDisagrees = "description-disagrees",
        ExpiresNothing = "expires-nothing",
        LatestAtRisk = "latest-at-risk",
        ListIsAnd = "list-is-and",
        NeverMatches = "never-matches",
        NoFloor = "no-floor",
        NoUntaggedRule = "no-untagged-rule",
        PartlyShadowed = "partly-shadowed",
        PrefixWithStar = "prefix-with-star",
        ProtectsNothing = "protects-nothing",
        RetagKeepsAge = "retag-keeps-age",
        ShortLivedTagDrags = "short-lived-tag-drags",
        UnreachableRule = "unreachable-rule",
        UntaggedCountKillsRollback = "untagged-count-kills-rollback",
        UntaggedKeepsChildren = "untagged-keeps-children",
    }
}

/// The id of a lint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lint(&'static str);

impl Lint {
    /// The lint that a finding is of; none for what is not open to settings.
    pub fn of(found: &Diagnostic) -> Option<Self> {
        LINTS.contains(&found.code).then_some(Self(found.code))
    }

    /// Whether it is found only where the images of a repository are there too.
    pub fn needs_images(self) -> bool {
        [Code::ProtectsNothing, Code::ExpiresNothing]
            .map(Code::id)
            .contains(&self.0)
    }
}

impl fmt::Display for Lint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl FromStr for Lint {
    type Err = UnknownLint;

    fn from_str(text: &str) -> Result<Self, UnknownLint> {
        let known = LINTS.iter().find(|id| **id == text);
        known.map(|id| Self(id)).ok_or_else(|| UnknownLint {
            text: text.to_owned(),
            is_fault: IDS.contains(&text),
            near: spelling::nearest(text, LINTS.iter().copied()),
        })
    }
}

/// A text that is no lint's id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownLint {
    text: String,
    is_fault: bool,
    near: Option<&'static str>,
}

impl std::error::Error for UnknownLint {}

impl fmt::Display for UnknownLint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = shown(&self.text);
        match self.near {
            _ if self.is_fault => write!(f, "{text} is no lint: its level cannot be changed"),
            Some(near) => write!(f, "no lint is called {text}; did you mean `{near}`?"),
            None => write!(
                f,
                "no lint is called {text}: `ecrane lifecycle code` lists them"
            ),
        }
    }
}

/// What a finding is, in the one sentence that its page begins with.
pub fn title(id: &str) -> Option<&'static str> {
    page(id)?.lines().nth(2)
}

/// The id that was probably meant by a text that is none.
pub fn nearest(text: &str) -> Option<&'static str> {
    spelling::nearest(text, IDS.iter().copied())
}

#[cfg(test)]
mod tests;

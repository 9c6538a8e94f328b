//! What can be wrong with rules as ecrane has them.

use super::{ARCHIVE_MIN_DAYS, Code, MAX_CHARACTERS, MAX_RULES, Words, error, shown};
use crate::lifecycle::node::Type;

/// A fault that only such rules can have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::lifecycle) enum EcraneFault {
    /// In which images a rule is about.
    Images(ImagesFault),
    /// In what happens to them, and when.
    Limit(LimitFault),
    /// In what the document comes to as rules of ECR.
    Expansion(ExpansionFault),
}

impl EcraneFault {
    pub(super) fn words(&self) -> Words {
        match self {
            Self::Images(fault) => fault.words(),
            Self::Limit(fault) => fault.words(),
            Self::Expansion(fault) => fault.words(),
        }
    }
}

/// A fault in which images a rule is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::lifecycle) enum ImagesFault {
    /// Nothing says it.
    Missing,
    /// Two properties say it.
    Two { names: (&'static str, &'static str) },
    /// `tags` is an object with neither list.
    NoList,
    /// `tags` is a list, of which all or any may be meant.
    AmbiguousList,
    /// `tags` is a number.
    Number { text: String },
    /// `tags` is something else.
    Type { found: Type },
}

impl ImagesFault {
    fn words(&self) -> Words {
        match self {
            Self::Missing => error(
                Code::MissingProperty,
                "nothing says which images the rule is about",
            )
            .help("add `tags: v*` for a pattern, `images: untagged` or `images: any`"),
            Self::Two { names: (first, second) } => error(
                Code::BothSelections,
                format!("`{first}` and `{second}` both say which images: one rule takes one of them"),
            )
            .help("remove one of the two, or write two rules"),
            Self::NoList => error(
                Code::MissingProperty,
                "`tags` has neither `any-of` nor `all-of`",
            )
            .help("write `tags: v*` for one pattern, or `tags: {any-of: [ … ]}` for several"),
            Self::AmbiguousList => error(
                Code::AmbiguousList,
                "a list of tags can mean images with any of them, or with all of them",
            )
            .help("write `tags: {any-of: [ … ]}`, which is what most mean, or `tags: {all-of: [ … ]}`"),
            Self::Number { text } => error(
                Code::WrongType,
                format!("`tags` must be a pattern, and {} is a number", shown(text)),
            )
            .help(format!("put it in quotes: `\"{text}\"`")),
            Self::Type { found } => error(
                Code::WrongType,
                format!("`tags` must be a pattern, or an object with `any-of` or `all-of`, not {found}"),
            ),
        }
    }
}

/// A fault in what happens to the images of a rule, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::lifecycle) enum LimitFault {
    /// Nothing says it.
    Missing,
    /// Two properties that one rule cannot both have.
    Two {
        first: &'static str,
        second: &'static str,
    },
    /// `undo` where nothing is removed.
    NothingToUndo,
    /// `keep` of images that no single rule of ECR selects.
    KeepOfSeveral { entries: usize },
    /// `keep` of what other rules leave.
    KeepOfRest,
    /// No duration in days.
    Duration { name: &'static str, text: String },
    /// No duration at all.
    DurationType { name: &'static str, found: Type },
    /// Fewer days in the archive than ECR takes.
    TooFewDays { name: &'static str, days: u32 },
}

impl LimitFault {
    fn words(&self) -> Words {
        match self {
            Self::Missing => error(
                Code::LimitRequired,
                "nothing says what happens to the images of this rule",
            )
            .help("add `keep: 20`, `older-than: 30d` or `archive-after: 30d`; to keep them all, name their tags in `protect`"),
            Self::Two { first, second } => error(
                Code::BothLimits,
                format!("`{first}` and `{second}` do not go together in one rule"),
            )
            .help(why_not_both(first, second)),
            Self::NothingToUndo => error(
                Code::BothLimits,
                "`undo` is for rules that remove images, and this one removes none that can still be pulled",
            )
            .help("add `keep` or `older-than`, or remove `undo`"),
            Self::KeepOfSeveral { entries } => error(
                Code::KeepOfSeveral,
                format!("`keep` would count the images of {entries} patterns together, and ECR counts those of each"),
            )
            .help("write `keep-each` to keep as many of each pattern, or find one pattern for all"),
            Self::KeepOfRest => error(
                Code::KeepOfRest,
                "`keep` would count all images, also those that `protect` or another rule has taken, and of the others too few would stay",
            )
            .help("give the others an age, such as `older-than: 30d`, or name their tags"),
            Self::Duration { name, text } => error(
                Code::Duration,
                format!("`{name}` must be a number of days, such as `30d`, not {}", shown(text)),
            )
            .help(duration_help(text)),
            Self::DurationType { name, found } => error(
                Code::Duration,
                format!("`{name}` must be a number of days, such as `30d`, not {found}"),
            ),
            Self::TooFewDays { name, days } => error(
                Code::ArchiveMinDays,
                format!(
                    "an archived image stays at least {ARCHIVE_MIN_DAYS} days, and `{name}` says {days}"
                ),
            )
            .help(format!("write `{ARCHIVE_MIN_DAYS}d` or more")),
        }
    }
}

fn why_not_both(first: &str, second: &str) -> &'static str {
    match (first, second) {
        (_, "expire-archived-after") => {
            "what is removed at once is never archived: write `undo` to archive it first"
        }
        (_, "undo") => {
            "archiving can be undone as it is: write `expire-archived-after` to remove the images later"
        }
        _ => {
            "a rule of ECR counts images or their days, and the first rule that fits an image decides alone: choose one"
        }
    }
}

fn duration_help(text: &str) -> String {
    if text.bytes().all(|byte| byte.is_ascii_digit()) && text.len() <= 6 {
        format!("write `{text}d` for days")
    } else {
        "ECR counts whole days: write them with `d`, or weeks with `w`".to_owned()
    }
}

/// A fault in what the document comes to. `rule` is a place in it, and none is
/// `protect`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::lifecycle) enum ExpansionFault {
    /// The tags of an earlier rule.
    DuplicateTags { before: Option<usize> },
    /// A second rule for untagged images.
    DuplicateUntagged,
    /// A second rule for all images.
    DuplicateAny,
    /// More rules than ECR takes, from this one on.
    TooManyRules { count: usize, rule: Option<usize> },
    /// More characters than ECR takes, from this one on.
    TooLong {
        characters: usize,
        rule: Option<usize>,
    },
}

impl ExpansionFault {
    fn words(&self) -> Words {
        match self {
            Self::DuplicateTags { before: None } => error(
                Code::DuplicateTagList,
                "these tags are protected: the rule would never get an image",
            )
            .help("remove them here, or from `protect`"),
            Self::DuplicateTags { before: Some(before) } => error(
                Code::DuplicateTagList,
                format!("rules[{before}] is about the same tags: this would never get an image"),
            )
            .help("keep one of the two"),
            Self::DuplicateUntagged => error(
                Code::DuplicateUntagged,
                "a second rule for untagged images would never get one",
            )
            .help("keep one of the two"),
            Self::DuplicateAny => error(
                Code::DuplicateAny,
                "a second rule for all images would never get one",
            )
            .help("keep one of the two"),
            Self::TooManyRules { count, rule } => error(
                Code::TooManyRules,
                format!(
                    "this comes to {count} rules of ECR, which takes at most {MAX_RULES}: {} is one too many",
                    named(*rule)
                ),
            )
            .help("every pattern is a rule, and with `undo` two: find patterns that join several"),
            Self::TooLong { characters, rule } => error(
                Code::TextTooLong,
                format!(
                    "this comes to {characters} characters, and ECR takes at most {MAX_CHARACTERS}: {} is too much",
                    named(*rule)
                ),
            )
            .help("every pattern is a rule that repeats the description: shorten it, or join patterns"),
        }
    }
}

fn named(rule: Option<usize>) -> String {
    rule.map_or("`protect`".to_owned(), |rule| format!("rules[{rule}]"))
}

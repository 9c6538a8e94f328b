//! What can be wrong with a list.

use super::{Code, Words, error};

/// The most rules that ECR takes.
pub(in crate::lifecycle) const MAX_RULES: usize = 50;
/// The most `*` in one pattern.
pub(in crate::lifecycle) const MAX_WILDCARDS: usize = 4;
/// The most characters of a tag, and so of what is to match one.
pub(in crate::lifecycle) const MAX_TAG: usize = 128;

/// A fault of the rules as a list, or of a rule's list of tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::lifecycle) enum ListFault {
    /// `rules` is empty.
    NoRules,
    /// More rules than ECR takes.
    TooManyRules { count: usize },
    /// A list of tags without an entry.
    Empty { name: &'static str },
    /// An entry without a visible character.
    Blank { name: &'static str },
    /// An entry that is longer than a tag can be, in characters.
    TooLong { length: usize },
    /// A pattern with too many `*`.
    TooManyWildcards { stars: usize },
}

impl ListFault {
    pub(super) fn words(&self) -> Words {
        match self {
            Self::NoRules => error(Code::NoRules, "`rules` is empty: at least one rule is needed")
                .help("for no policy at all, leave the policy out"),
            Self::TooManyRules { count } => error(
                Code::TooManyRules,
                format!("there are {count} rules, and ECR takes at most {MAX_RULES}"),
            ),
            Self::Empty { name } => error(Code::TagListEmpty, format!("`{name}` cannot be empty"))
                .help("name at least one tag, or leave the list out where the rule is not about tags"),
            Self::Blank { name } => error(Code::TagListBlank, format!("a blank entry in `{name}` is refused"))
                .help("AWS does not say what a blank entry selects; for every tagged image use the pattern `*`"),
            Self::TooLong { length } => error(
                Code::TagListEntryTooLong,
                format!("this entry has {length} characters, and a tag at most {MAX_TAG}"),
            ),
            Self::TooManyWildcards { stars } => error(
                Code::TooManyWildcards,
                format!("this pattern has {stars} `*`, and ECR takes at most {MAX_WILDCARDS}"),
            )
            .help("`*` stands for any number of characters: a shorter pattern often selects the same"),
        }
    }
}

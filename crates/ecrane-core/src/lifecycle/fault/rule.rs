//! What can be wrong between the properties of one rule.

use super::{Code, Words, error};
use crate::lifecycle::rule::{CountType, TagStatus};

/// A fault between properties that are each right by themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::lifecycle) enum RuleFault {
    /// `tagged` without a list.
    ListRequired,
    /// `tagged` with both lists.
    BothLists,
    /// A list, and not `tagged`.
    ListForbidden {
        name: &'static str,
        status: TagStatus,
    },
    /// Days are counted, without their unit.
    UnitRequired { count_type: CountType },
    /// Images are counted, with a unit.
    UnitForbidden,
}

impl RuleFault {
    pub(super) fn words(&self) -> Words {
        match self {
            Self::ListRequired => error(
                Code::TagListRequired,
                "`tagStatus` is `tagged`, so `tagPatternList` or `tagPrefixList` is needed",
            )
            .help("for every tagged image write `\"tagPatternList\": [\"*\"]`"),
            Self::BothLists => error(
                Code::TagListBoth,
                "`tagPatternList` and `tagPrefixList` are both given, and a rule takes one of them, not both",
            )
            .help("write the prefixes as patterns: the prefix `v` is the pattern `v*`"),
            Self::ListForbidden { name, status } => list_forbidden(name, *status),
            Self::UnitRequired { count_type } => error(
                Code::CountUnitRequired,
                format!("`countType` is `{count_type}`, so `countUnit` is needed"),
            )
            .help("add `\"countUnit\": \"days\"`"),
            Self::UnitForbidden => error(
                Code::CountUnitForbidden,
                "`imageCountMoreThan` counts images and takes no `countUnit`",
            )
            .help("remove `countUnit`, or count days with `sinceImagePushed`"),
        }
    }
}

fn list_forbidden(name: &str, status: TagStatus) -> Words {
    let why = match status {
        TagStatus::Untagged => "an untagged image has no tags to match",
        TagStatus::Any | TagStatus::Tagged => "`any` selects every image",
    };
    error(
        Code::TagListForbidden,
        format!("`{name}` is only for tagged images: `tagStatus` is `{status}`"),
    )
    .help(format!(
        "{why}; remove `{name}`, or set `tagStatus` to `tagged`"
    ))
}

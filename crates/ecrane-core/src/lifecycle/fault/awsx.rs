//! What can be wrong with rules as Pulumi Crosswalk writes them.

use super::{Code, Words, error, shown};

/// A fault that only such rules can have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::lifecycle) enum AwsxFault {
    /// A count and an age in one rule.
    BothLimits,
    /// Neither a count nor an age.
    NoLimit,
    /// Nothing says which images.
    NoSelection,
    /// `selection` and `tagStatus` in one rule.
    BothSelections,
    /// `selection` is a word that it does not know.
    SelectionWord { found: String },
    /// `selection` is no word and no object.
    SelectionType,
}

impl AwsxFault {
    pub(super) fn words(&self) -> Words {
        match self {
            Self::BothLimits => error(
                Code::BothLimits,
                "both limits are given: `maximumNumberOfImages` and `maximumAgeLimit`",
            )
            .help("write one rule for each; Crosswalk keeps the number and drops the age without a word"),
            Self::NoLimit => error(
                Code::LimitRequired,
                "either `maximumNumberOfImages` or `maximumAgeLimit` must be provided with a rule",
            )
            .help("add `\"maximumNumberOfImages\": 10`, or `\"maximumAgeLimit\": 30` for days"),
            Self::NoSelection => error(Code::MissingProperty, "`selection` is missing").help(
                "add `\"selection\"`: `\"any\"`, `\"untagged\"` or `{\"tagPrefixList\": [ … ]}`; or `\"tagStatus\"`",
            ),
            Self::BothSelections => error(
                Code::BothSelections,
                "`selection` and `tagStatus` are two ways to say the same: one rule takes one of them",
            )
            .help("remove one of the two"),
            Self::SelectionWord { found } => error(
                Code::Selection,
                format!(
                    "`selection` must be `any`, `untagged` or an object with `tagPrefixList`, not {}",
                    shown(found)
                ),
            )
            .maybe_help((found == "tagged").then(|| {
                "tagged images need the list of their prefixes: `{\"tagPrefixList\": [ … ]}`".to_owned()
            })),
            Self::SelectionType => error(
                Code::WrongType,
                "`selection` must be `\"any\"`, `\"untagged\"` or an object with `tagPrefixList`",
            ),
        }
    }
}

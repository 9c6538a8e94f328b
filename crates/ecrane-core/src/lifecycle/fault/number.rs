//! What can be wrong with a number.

use super::{Code, Words, error, shown};

/// The largest number taken: ECR's API has 32-bit signed integers.
pub(in crate::lifecycle) const MAX_NUMBER: u32 = i32::MAX as u32;

/// A number of a rule, with the name that the dialect has for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::lifecycle) enum NumberName {
    /// `rulePriority`
    RulePriority,
    /// `countNumber`
    CountNumber,
    /// `maximumNumberOfImages`
    MaximumNumberOfImages,
    /// `maximumAgeLimit`, in days
    MaximumAgeLimit,
    /// `keep`
    Keep,
    /// `keep-each`
    KeepEach,
}

impl NumberName {
    pub(in crate::lifecycle) fn as_str(self) -> &'static str {
        match self {
            Self::RulePriority => "rulePriority",
            Self::CountNumber => "countNumber",
            Self::MaximumNumberOfImages => "maximumNumberOfImages",
            Self::MaximumAgeLimit => "maximumAgeLimit",
            Self::Keep => "keep",
            Self::KeepEach => "keep-each",
        }
    }

    fn range_code(self) -> Code {
        match self {
            Self::RulePriority => Code::PriorityRange,
            Self::CountNumber
            | Self::MaximumNumberOfImages
            | Self::MaximumAgeLimit
            | Self::Keep
            | Self::KeepEach => Code::CountNumber,
        }
    }
}

/// A fault of a number; `text` is the number as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::lifecycle) enum NumberFault {
    /// With a fraction or an exponent; `plain` is the same number without.
    NotWhole {
        name: NumberName,
        text: String,
        plain: Option<String>,
    },
    /// Below 1.
    BelowOne { name: NumberName, text: String },
    /// Above [`MAX_NUMBER`].
    TooLarge { name: NumberName, text: String },
}

impl NumberFault {
    pub(super) fn words(&self) -> Words {
        match self {
            Self::NotWhole { name, text, plain } => {
                let whole = match name {
                    NumberName::MaximumAgeLimit => "whole days",
                    _ => "a whole number",
                };
                let message = format!("`{}` must be {whole}, not {}", name.as_str(), shown(text));
                error(Code::WrongType, message)
                    .maybe_help(plain.as_ref().map(|plain| format!("write `{plain}`")))
            }
            Self::BelowOne { name, text } => error(
                name.range_code(),
                format!("`{}` must be 1 or more, not {}", name.as_str(), shown(text)),
            ),
            Self::TooLarge { name, text } => error(
                name.range_code(),
                format!("{} is too large for `{}`", shown(text), name.as_str()),
            )
            .help(format!("the largest number taken is {MAX_NUMBER}")),
        }
    }
}

//! What can be wrong with one property.

use super::{Code, Words, error, one_of, shown};
use crate::lifecycle::node::Type;

/// A fault of one property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::lifecycle) enum ShapeFault {
    /// A required property is not there. `near` is one that may be meant by it.
    Missing {
        name: &'static str,
        what: &'static str,
        near: Option<String>,
    },
    /// A property that is not known here.
    Unknown { name: String, help: Option<String> },
    /// Another type than expected; `what` is what has it, as in a sentence.
    WrongType {
        what: String,
        expected: Expected,
        found: Type,
        help: Option<String>,
    },
    /// A word outside a closed set.
    NotOneOf {
        code: Code,
        name: &'static str,
        found: String,
        allowed: Vec<&'static str>,
        help: Option<String>,
    },
}

/// The type that a property must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::lifecycle) enum Expected {
    /// A number; that it is whole is checked after.
    Number,
    /// A string.
    String,
    /// `true` or `false`.
    Boolean,
    /// A list.
    Array,
    /// An object.
    Object,
}

impl Expected {
    fn phrase(self) -> &'static str {
        match self {
            Self::Number => "a number",
            Self::String => "a string",
            Self::Boolean => "`true` or `false`",
            Self::Array => "a list in square brackets",
            Self::Object => "an object",
        }
    }
}

impl ShapeFault {
    pub(super) fn words(&self) -> Words {
        match self {
            Self::Missing { name, what, near } => {
                let help = match near {
                    Some(near) => format!("did you mean `{name}` by {}?", shown(near)),
                    None => format!("add `{name}`: {what}"),
                };
                error(Code::MissingProperty, format!("`{name}` is missing")).help(help)
            }
            Self::Unknown { name, help } => error(
                Code::UnknownProperty,
                format!("{} is not a known property here", shown(name)),
            )
            .maybe_help(help.clone()),
            Self::WrongType {
                what,
                expected,
                found,
                help,
            } => error(
                Code::WrongType,
                format!("{what} must be {}, not {found}", expected.phrase()),
            )
            .maybe_help(help.clone()),
            Self::NotOneOf {
                code,
                name,
                found,
                allowed,
                help,
            } => error(
                *code,
                format!("`{name}` must be {}, not {}", one_of(allowed), shown(found)),
            )
            .maybe_help(help.clone()),
        }
    }
}

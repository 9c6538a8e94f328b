//! A document as values with places, whichever language it is written in.

use std::fmt;

use crate::diagnostic::Span;

/// The most brackets, or levels of indentation, that may be open at once.
pub(super) const MAX_DEPTH: usize = 64;

/// A value with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) span: Span,
    pub(super) value: Value,
}

/// A value of JSON or YAML. A number is kept as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Null,
    Boolean(bool),
    Number(String),
    String(String),
    Array(Vec<Node>),
    Object(Vec<Property>),
    /// YAML's `!Tag value`, for a tag that is not YAML's own.
    Tagged(String, Box<Node>),
}

/// A property of an object, in the order of the text. A name that is there
/// twice is reported, and both are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Property {
    pub(super) name: String,
    pub(super) name_span: Span,
    pub(super) node: Node,
}

/// The types of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
    Tagged,
}

/// With its article, for sentences.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "`null`",
            Self::Boolean => "a boolean",
            Self::Number => "a number",
            Self::String => "a string",
            Self::Array => "a list",
            Self::Object => "an object",
            Self::Tagged => "a value with a tag",
        })
    }
}

impl Node {
    pub(super) fn kind(&self) -> Type {
        match self.value {
            Value::Null => Type::Null,
            Value::Boolean(_) => Type::Boolean,
            Value::Number(_) => Type::Number,
            Value::String(_) => Type::String,
            Value::Array(_) => Type::Array,
            Value::Object(_) => Type::Object,
            Value::Tagged(..) => Type::Tagged,
        }
    }

    /// Where an object is blamed for what it lacks: its brace, or in a document
    /// that has none, its first name.
    pub(super) fn opening(&self) -> Span {
        let first = match &self.value {
            Value::Object(properties) => properties.first(),
            _ => None,
        };
        let indented = first.filter(|property| property.name_span.start == self.span.start);
        indented.map_or(
            Span::new(self.span.start, self.span.start + 1),
            |property| property.name_span,
        )
    }
}

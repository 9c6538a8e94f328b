//! A document as values with places, whichever language it is written in.

use std::fmt;

use crate::diagnostic::Span;

/// The most brackets, or levels of indentation, that may be open at once.
pub(crate) const MAX_DEPTH: usize = 64;

/// A value with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) value: Value,
}

/// A value of JSON or YAML. A number is kept as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
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
pub(crate) struct Property {
    pub(crate) name: String,
    pub(crate) name_span: Span,
    pub(crate) node: Node,
}

/// The types of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
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
    pub(crate) fn kind(&self) -> Type {
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

    /// The properties of an object; of anything else there are none.
    pub(crate) fn properties(&self) -> &[Property] {
        match &self.value {
            Value::Object(properties) => properties,
            _ => &[],
        }
    }

    /// The value of a property of an object.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        let mut properties = self.properties().iter();
        properties.find(|it| it.name == name).map(|it| &it.node)
    }

    /// A string's text.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The values of a list; a single value is a list of one.
    pub(crate) fn items(&self) -> &[Self] {
        match &self.value {
            Value::Array(items) => items,
            _ => std::slice::from_ref(self),
        }
    }

    /// Where an object is blamed for what it lacks: its brace, or in a document
    /// that has none, its first name.
    pub(crate) fn opening(&self) -> Span {
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

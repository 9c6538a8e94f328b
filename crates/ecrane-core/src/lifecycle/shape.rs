//! Reading objects, words, numbers and lists, each fault at its place.

use std::num::NonZeroU32;

use super::codes::Code;
use super::fault::{Expected, Fault, Finding, ListFault, NumberName, ShapeFault};
use super::node::{Node, Property, Value};
use super::rule::Word;
use super::value::whole_number;
use crate::diagnostic::Span;
use crate::spelling;

/// A property that an object can have.
pub(super) struct Known {
    pub(super) name: &'static str,
    /// What it is, to go on after "add `name`: ".
    pub(super) what: &'static str,
    pub(super) required: bool,
}

impl Known {
    pub(super) const fn required(name: &'static str, what: &'static str) -> Self {
        let required = true;
        Self {
            name,
            what,
            required,
        }
    }

    pub(super) const fn optional(name: &'static str) -> Self {
        let (what, required) = ("", false);
        Self {
            name,
            what,
            required,
        }
    }
}

/// What was found where a property may be.
#[derive(Debug, Clone)]
pub(super) enum Field<T> {
    /// Nothing.
    Absent,
    /// A value that was reported; the place is the whole property.
    Faulty(Span),
    /// A good value; the place is the whole property.
    Given(T, Span),
}

impl<T> Field<T> {
    pub(super) fn value(&self) -> Option<&T> {
        match self {
            Self::Given(value, _) => Some(value),
            Self::Absent | Self::Faulty(_) => None,
        }
    }

    /// Where the property is, good or not.
    pub(super) fn place(&self) -> Option<Span> {
        match self {
            Self::Given(_, place) | Self::Faulty(place) => Some(*place),
            Self::Absent => None,
        }
    }

    pub(super) fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

/// An entry of a list of tags.
#[derive(Debug, Clone)]
pub(super) struct Listed {
    pub(super) text: String,
    pub(super) place: Span,
}

/// An object that is being read, with the place to blame for what it lacks.
pub(super) struct Object<'n> {
    properties: &'n [Property],
    /// The name of the property that holds it, or its opening brace.
    pub(super) place: Span,
    pub(super) path: String,
}

impl<'n> Object<'n> {
    /// The object in `node`; another type is reported as one of `what`.
    pub(super) fn open(
        node: &'n Node,
        what: &str,
        place: Span,
        path: String,
        findings: &mut Vec<Finding>,
    ) -> Option<Self> {
        match &node.value {
            Value::Object(properties) => Some(Self {
                properties,
                place,
                path,
            }),
            _ => {
                let fault = not_expected(what.to_owned(), Expected::Object, node);
                findings.push(Finding::new(fault, node.span).at(path));
                None
            }
        }
    }

    /// The object in one of its properties.
    pub(super) fn inner(&self, name: &str, findings: &mut Vec<Finding>) -> Option<Object<'n>> {
        let property = self.get(name)?;
        let place = property.name_span;
        let what = format!("`{name}`");
        Object::open(&property.node, &what, place, self.path_of(name), findings)
    }

    /// A property by its name. Of two with one name it is the last, as for
    /// other JSON readers.
    pub(super) fn get(&self, name: &str) -> Option<&'n Property> {
        self.properties
            .iter()
            .rev()
            .find(|property| property.name == name)
    }

    pub(super) fn path_of(&self, name: &str) -> String {
        match self.path.as_str() {
            "" => name.to_owned(),
            path => format!("{path}.{name}"),
        }
    }

    /// Reports required properties that are not there.
    pub(super) fn report_missing(&self, known: &[Known], findings: &mut Vec<Finding>) {
        for wanted in known.iter().filter(|known| known.required) {
            if self.get(wanted.name).is_some() {
                continue;
            }
            let strangers = self.strangers(known).map(|property| property.name.as_str());
            let fault = ShapeFault::Missing {
                name: wanted.name,
                what: wanted.what,
                near: spelling::nearest(wanted.name, strangers).map(str::to_owned),
            };
            findings.push(Finding::new(fault, self.place).at(self.path_of(wanted.name)));
        }
    }

    /// Reports properties that are not known here. `elsewhere` says of a name
    /// what else may have been meant by it.
    pub(super) fn report_unknown(
        &self,
        known: &[Known],
        elsewhere: fn(&str) -> Option<String>,
        findings: &mut Vec<Finding>,
    ) {
        for property in self.strangers(known) {
            let names = known.iter().map(|known| known.name);
            let similar = spelling::nearest(&property.name, names.clone());
            let help = elsewhere(&property.name)
                .or_else(|| similar.map(|name| spelling::did_you_mean(&property.name, name)))
                .unwrap_or_else(|| {
                    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
                    format!("known here: {}", names.join(", "))
                });
            let fault = ShapeFault::Unknown {
                name: property.name.clone(),
                help: Some(help),
            };
            let path = self.path_of(&property.name);
            findings.push(Finding::new(fault, property.name_span).at(path));
        }
    }

    fn strangers(&self, known: &[Known]) -> impl Iterator<Item = &'n Property> {
        self.properties
            .iter()
            .filter(|property| known.iter().all(|known| known.name != property.name))
    }

    /// Reads one property; what `read` reports is given the place of the value.
    pub(super) fn field<T>(
        &self,
        name: &str,
        findings: &mut Vec<Finding>,
        read: impl FnOnce(&'n Node) -> Result<T, Fault>,
    ) -> Field<T> {
        let Some(property) = self.get(name) else {
            return Field::Absent;
        };
        match read(&property.node) {
            Ok(value) => Field::Given(value, whole(property)),
            Err(fault) => {
                let path = self.path_of(name);
                findings.push(Finding::new(fault, property.node.span).at(path));
                Field::Faulty(whole(property))
            }
        }
    }

    pub(super) fn text(&self, name: &'static str, findings: &mut Vec<Finding>) -> Field<String> {
        self.field(name, findings, |node| match &node.value {
            Value::String(text) => Ok(text.clone()),
            _ => Err(wrong_type(name, Expected::String, node).into()),
        })
    }

    pub(super) fn flag(&self, name: &'static str, findings: &mut Vec<Finding>) -> Field<bool> {
        self.field(name, findings, |node| match &node.value {
            Value::Boolean(flag) => Ok(*flag),
            _ => Err(wrong_type(name, Expected::Boolean, node).into()),
        })
    }

    /// A word out of `allowed`; another word is reported under `code`.
    pub(super) fn word<T: Word>(
        &self,
        name: &'static str,
        code: Code,
        allowed: &[T],
        findings: &mut Vec<Finding>,
    ) -> Field<T> {
        self.field(name, findings, |node| match &node.value {
            Value::String(text) => match allowed.iter().find(|word| word.word() == text) {
                Some(word) => Ok(*word),
                None => Err(not_one_of(name, code, text, allowed).into()),
            },
            _ => Err(wrong_type(name, Expected::String, node).into()),
        })
    }

    pub(super) fn number(
        &self,
        name: NumberName,
        findings: &mut Vec<Finding>,
    ) -> Field<NonZeroU32> {
        self.field(name.as_str(), findings, |node| match &node.value {
            Value::Number(text) => whole_number(name, text).map_err(Fault::from),
            _ => Err(wrong_type(name.as_str(), Expected::Number, node).into()),
        })
    }

    /// The values of a list; none where it is absent or no list.
    pub(super) fn list(&self, name: &'static str, findings: &mut Vec<Finding>) -> &'n [Node] {
        let nodes = self.field(name, findings, |node| match &node.value {
            Value::Array(nodes) => Ok(nodes.as_slice()),
            _ => Err(wrong_type(name, Expected::Array, node).into()),
        });
        nodes.value().copied().unwrap_or_default()
    }

    /// A list of tag prefixes or patterns, which must not be empty.
    pub(super) fn tags(
        &self,
        name: &'static str,
        entry_fault: fn(&str) -> Option<ListFault>,
        findings: &mut Vec<Finding>,
    ) -> Field<Vec<Listed>> {
        let path = self.path_of(name);
        let nodes = self.field(name, findings, |node| match &node.value {
            Value::Array(nodes) if nodes.is_empty() => Err(ListFault::Empty { name }.into()),
            Value::Array(nodes) => Ok(nodes),
            _ => Err(wrong_type(name, Expected::Array, node).into()),
        });
        let (nodes, place) = match nodes {
            Field::Given(nodes, place) => (nodes, place),
            Field::Faulty(place) => return Field::Faulty(place),
            Field::Absent => return Field::Absent,
        };
        let mut entries = Vec::with_capacity(nodes.len());
        for (index, node) in nodes.iter().enumerate() {
            let path = format!("{path}[{index}]");
            match entry(name, node, entry_fault) {
                Ok(text) => entries.push(Listed {
                    text,
                    place: node.span,
                }),
                Err(fault) => findings.push(Finding::new(fault, node.span).at(path)),
            }
        }
        if entries.len() == nodes.len() {
            Field::Given(entries, place)
        } else {
            Field::Faulty(place)
        }
    }
}

fn whole(property: &Property) -> Span {
    Span::new(property.name_span.start, property.node.span.end)
}

fn entry(
    name: &'static str,
    node: &Node,
    entry_fault: fn(&str) -> Option<ListFault>,
) -> Result<String, Fault> {
    let Value::String(text) = &node.value else {
        return Err(not_expected("a list entry".to_owned(), Expected::String, node).into());
    };
    if text.trim().is_empty() {
        return Err(ListFault::Blank { name }.into());
    }
    match entry_fault(text) {
        Some(fault) => Err(fault.into()),
        None => Ok(text.clone()),
    }
}

/// A property with a value of another type.
fn wrong_type(name: &str, expected: Expected, node: &Node) -> ShapeFault {
    not_expected(format!("`{name}`"), expected, node)
}

fn not_expected(what: String, expected: Expected, node: &Node) -> ShapeFault {
    let help = match &node.value {
        Value::String(text) if expected == Expected::Number && text.parse::<u64>().is_ok() => {
            Some(format!("remove the quotes: `{text}`"))
        }
        Value::String(_) if expected == Expected::Array => {
            Some("put it in square brackets".to_owned())
        }
        Value::Object(_) if expected == Expected::Array => {
            Some("put it in square brackets".to_owned())
        }
        Value::Null => Some(
            "`null` does not count as absent: remove the property, or give it a value".to_owned(),
        ),
        _ => None,
    };
    ShapeFault::WrongType {
        what,
        expected,
        found: node.kind(),
        help,
    }
}

fn not_one_of<T: Word>(name: &'static str, code: Code, found: &str, allowed: &[T]) -> ShapeFault {
    let allowed: Vec<&'static str> = allowed.iter().map(|word| word.word()).collect();
    let similar = spelling::nearest(found, allowed.iter().copied());
    ShapeFault::NotOneOf {
        code,
        name,
        found: found.to_owned(),
        help: similar.map(|word| spelling::did_you_mean(found, word)),
        allowed,
    }
}

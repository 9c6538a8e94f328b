//! A shape of the service model, and what is said of a value that breaks it.

use super::super::error::{ApiError, Code};
use regex_lite::Regex;
use serde_json::{Map, Value};

/// What a value must be like.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// A string whose length in characters is within bounds.
    Text {
        least: usize,
        most: usize,
        pattern: Option<&'static str>,
    },
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A whole number within bounds.
    Number { least: i64, most: i64 },
    /// `true` or `false`.
    Boolean,
    /// Bytes in Base64, as many as this at most.
    Blob { most: usize },
    /// An array.
    List {
        least: usize,
        most: usize,
        of: &'static Shape,
    },
    /// An object.
    Structure(&'static [Member]),
}

/// A member of a structure.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member {
    name: &'static str,
    required: bool,
    shape: &'static Shape,
}

pub(super) const fn text(least: usize, most: usize) -> Shape {
    Shape::Text {
        least,
        most,
        pattern: None,
    }
}

pub(super) const fn matching(least: usize, most: usize, pattern: &'static str) -> Shape {
    Shape::Text {
        least,
        most,
        pattern: Some(pattern),
    }
}

pub(super) const fn one_of(words: &'static [&'static str]) -> Shape {
    Shape::OneOf(words)
}

pub(super) const fn number(least: i64, most: i64) -> Shape {
    Shape::Number { least, most }
}

pub(super) const fn blob(most: usize) -> Shape {
    Shape::Blob { most }
}

pub(super) const fn list(least: usize, most: usize, of: &'static Shape) -> Shape {
    Shape::List { least, most, of }
}

pub(super) const fn structure(members: &'static [Member]) -> Shape {
    Shape::Structure(members)
}

/// A member that may not be left out.
pub(super) const fn must(name: &'static str, shape: &'static Shape) -> Member {
    Member {
        name,
        required: true,
        shape,
    }
}

/// A member that may be left out.
pub(super) const fn may(name: &'static str, shape: &'static Shape) -> Member {
    Member {
        name,
        required: false,
        shape,
    }
}

/// Checks a whole input. The service names the first fault only.
pub(super) fn check_input(input: &Shape, value: &Value) -> Result<(), ApiError> {
    check(input, "", value)
}

fn check(shape: &Shape, path: &str, value: &Value) -> Result<(), ApiError> {
    match (shape, value) {
        (Shape::Structure(members), Value::Object(object)) => check_members(members, path, object),
        (Shape::List { least, most, of }, Value::Array(values)) => {
            said(path, length_rule(values.len(), *least, *most))?;
            check_list(of, path, values)
        }
        _ => said(path, scalar_rule(shape, path, value)?),
    }
}

fn said(path: &str, broken: Option<String>) -> Result<(), ApiError> {
    match broken {
        Some(rule) => Err(ApiError::parameter(path, rule)),
        None => Ok(()),
    }
}

/// Members that the model does not know are ignored, as AWS does.
fn check_members(
    members: &[Member],
    path: &str,
    object: &Map<String, Value>,
) -> Result<(), ApiError> {
    for member in members {
        let path = match path {
            "" => member.name.to_owned(),
            _ => format!("{path}.{}", member.name),
        };
        match object.get(member.name) {
            Some(Value::Null) | None if member.required => {
                return Err(ApiError::parameter(&path, "Member must not be null"));
            }
            Some(Value::Null) | None => {}
            Some(value) => check(member.shape, &path, value)?,
        }
    }
    Ok(())
}

/// A fault of a plain element is told of the list, one of a structure by its
/// place in it.
fn check_list(of: &Shape, path: &str, values: &[Value]) -> Result<(), ApiError> {
    for (place, value) in (1..).zip(values) {
        match of {
            Shape::Structure(_) | Shape::List { .. } => {
                check(of, &format!("{path}.{place}.member"), value)?;
            }
            // On record: the names of a list are spoken of one by one.
            _ if path == "repositoryNames" => check(of, "repositoryName", value)?,
            _ => {
                let rule = scalar_rule(of, path, value)?;
                let rule = rule.map(|rule| format!("Member must satisfy constraint: [{rule}]"));
                said(path, rule)?;
            }
        }
    }
    Ok(())
}

/// The rule that a value without parts breaks.
fn scalar_rule(shape: &Shape, path: &str, value: &Value) -> Result<Option<String>, ApiError> {
    Ok(match (shape, value) {
        (
            Shape::Text {
                least,
                most,
                pattern,
            },
            Value::String(text),
        ) => length_rule(text.chars().count(), *least, *most)
            .or_else(|| pattern.and_then(|pattern| pattern_rule(path, pattern, text))),
        (Shape::OneOf(words), Value::String(text)) => (!words.contains(&text.as_str()))
            .then(|| format!("Member must satisfy enum value set: [{}]", words.join(", "))),
        (Shape::Number { least, most }, Value::Number(number)) => match number.as_i64() {
            Some(number) => number_rule(number, *least, *most),
            None => return Err(wrong_type(shape, value)),
        },
        (Shape::Boolean, Value::Bool(_)) => None,
        // Four characters are three bytes.
        (Shape::Blob { most }, Value::String(text)) => length_rule(text.len() / 4 * 3, 0, most + 2),
        _ => return Err(wrong_type(shape, value)),
    })
}

fn length_rule(length: usize, least: usize, most: usize) -> Option<String> {
    if length < least {
        Some(format!(
            "Member must have length greater than or equal to {least}"
        ))
    } else if length > most {
        Some(format!(
            "Member must have length less than or equal to {most}"
        ))
    } else {
        None
    }
}

fn number_rule(number: i64, least: i64, most: i64) -> Option<String> {
    if number < least {
        Some(format!(
            "Member must have value greater than or equal to {least}"
        ))
    } else if number > most {
        Some(format!(
            "Member must have value less than or equal to {most}"
        ))
    } else {
        None
    }
}

fn pattern_rule(path: &str, pattern: &str, text: &str) -> Option<String> {
    // The service wants the whole text to match, whether the pattern says so or not.
    let whole = Regex::new(&format!("^(?:{pattern})$"));
    if whole.is_ok_and(|whole| whole.is_match(text)) {
        return None;
    }
    Some(match path {
        // The words that are on record for names differ from those for the rest.
        "repositoryName" | "registryId" => {
            format!("must satisfy regular expression '{pattern}'")
        }
        _ => format!("Member must satisfy regular expression pattern: {pattern}"),
    })
}

/// A value of another type does not get as far as the rules.
fn wrong_type(shape: &Shape, value: &Value) -> ApiError {
    let expected = match shape {
        Shape::Text { .. } | Shape::OneOf(_) => "a String",
        Shape::Number { .. } => "a Long",
        Shape::Boolean => "a Boolean",
        Shape::Blob { .. } => "a Blob",
        Shape::List { .. } => "a List",
        Shape::Structure(_) => "a Structure",
    };
    let message = match value {
        Value::Array(_) => "Start of list found where not expected".to_owned(),
        Value::Object(_) => "Start of structure or map found where not expected.".to_owned(),
        Value::Bool(value) => {
            let word = if *value { "TRUE" } else { "FALSE" };
            format!("{word}_VALUE can not be converted to {expected}")
        }
        Value::Number(number) if number.is_f64() => {
            format!("DECIMAL_VALUE can not be converted to {expected}")
        }
        Value::Number(_) => format!("NUMBER_VALUE can not be converted to {expected}"),
        Value::String(_) => format!("STRING_VALUE can not be converted to {expected}"),
        Value::Null => format!("NULL_VALUE can not be converted to {expected}"),
    };
    ApiError::new(Code::Serialization, message)
}

#[cfg(test)]
mod tests {
    use super::super::INPUTS;
    use super::*;
    use serde_json::json;

    fn patterns(shape: &Shape, found: &mut Vec<&'static str>) {
        match shape {
            Shape::Text {
                pattern: Some(pattern),
                ..
            } => found.push(pattern),
            Shape::List { of, .. } => patterns(of, found),
            Shape::Structure(members) => members
                .iter()
                .for_each(|member| patterns(member.shape, found)),
            _ => {}
        }
    }

    #[test]
    fn every_pattern_of_the_model_can_be_read() {
        let mut found = Vec::new();
        INPUTS
            .iter()
            .for_each(|(_, input)| patterns(input, &mut found));
        assert!(found.len() > 50);
        for pattern in found {
            assert!(Regex::new(pattern).is_ok(), "{pattern}");
        }
    }

    fn check(operation: &str, input: &Value, expected: &str) {
        let (_, shape) = INPUTS.iter().find(|(name, _)| *name == operation).unwrap();
        let found = match check_input(shape, input) {
            Ok(()) => "fine".to_owned(),
            Err(error) => error.body().to_string(),
        };
        assert!(found.contains(expected), "{input}: {found}");
    }

    #[test]
    fn a_value_is_refused_by_its_type_before_its_rule() {
        check(
            "DescribeRepositories",
            &json!({ "maxResults": 1000 }),
            "fine",
        );
        check("DescribeRepositories", &json!({ "unknown": {} }), "fine");
        check(
            "DescribeRepositories",
            &json!({ "maxResults": null }),
            "fine",
        );
        check(
            "DescribeRepositories",
            &json!({ "maxResults": 1001 }),
            "'Member must have value less than or equal to 1000'",
        );
        check(
            "DescribeRepositories",
            &json!({ "maxResults": "10" }),
            "STRING_VALUE can not be converted to a Long",
        );
        check(
            "DescribeRepositories",
            &json!({ "repositoryNames": "app" }),
            "STRING_VALUE can not be converted to a List",
        );
        check(
            "GetAuthorizationToken",
            &json!({ "registryIds": ["123456789012", "1"] }),
            "at 'registryIds' failed to satisfy constraint: 'Member must satisfy constraint: [Member must satisfy regular expression pattern: [0-9]{12}]'",
        );
        check(
            "PutReplicationConfiguration",
            &json!({ "replicationConfiguration": { "rules": [{ "destinations": [{ "region": "x", "registryId": "123456789012" }] }] } }),
            "at 'replicationConfiguration.rules.1.member.destinations.1.member.region' failed to satisfy constraint: 'Member must have length greater than or equal to 2'",
        );
    }
}

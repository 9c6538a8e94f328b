//! The schemas of the dialects say what the checks say, as far as a schema can.

use std::collections::BTreeSet;

use ecrane_core::diagnostic::Severity;
use ecrane_core::lifecycle::{self, Dialect};
use jsonschema::Validator;
use serde_json::Value;

use crate::harness::root;
use crate::lifecycle::{Fact, facts};

/// What no schema can say: the text before it is JSON, and how the rules go
/// together.
const BEYOND_A_SCHEMA: &[&str] = &[
    "any-not-last",
    "duplicate-any",
    "duplicate-key",
    "duplicate-priority",
    "duplicate-tag-list",
    "duplicate-untagged",
    "json-syntax",
    "keep-of-rest",
    "text-too-long",
];

/// The schema of a dialect.
fn schema(dialect: Dialect) -> Validator {
    let file = root().join(format!("schemas/{dialect}.json"));
    let text = std::fs::read_to_string(&file).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        schema["$schema"],
        "https://json-schema.org/draft/2020-12/schema"
    );
    jsonschema::meta::validate(&schema)
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    jsonschema::validator_for(&schema).unwrap()
}

/// Whether a text gets the same answer from the schema as from the check.
fn agrees(schema: &Validator, dialect: Dialect, text: &str) -> Result<(), String> {
    let Ok(value) = serde_json::from_str::<Value>(text) else {
        return Ok(());
    };
    let checked = lifecycle::read(text, Some(dialect));
    let errors = checked
        .diagnostics
        .iter()
        .filter(|it| it.severity == Severity::Error);
    let codes: BTreeSet<&str> = errors.map(|it| it.code).collect();
    let expected = codes.iter().all(|code| BEYOND_A_SCHEMA.contains(code));
    if schema.is_valid(&value) == expected {
        return Ok(());
    }
    let found: Vec<String> = schema
        .iter_errors(&value)
        .map(|error| format!("{} at {}", error, error.instance_path()))
        .collect();
    Err(format!(
        "the check finds {codes:?}, the schema {found:?}: {text}"
    ))
}

fn all_agree<'t>(dialect: Dialect, texts: impl Iterator<Item = &'t str>) {
    let schema = schema(dialect);
    let (mut count, mut wrong) = (0, Vec::new());
    for text in texts {
        count += 1;
        wrong.extend(agrees(&schema, dialect, text).err());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("schemas/{dialect}.json agrees with the check on {count} documents");
}

#[test]
fn of_ecr() {
    let own = [
        r#"{"rules": [{"rulePriority": 1, "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1}, "action": {"type": "expire"}}]}"#,
        r#"{"rules": [{"rulePriority": 1, "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countUnit": "days", "countNumber": 1}, "action": {"type": "expire"}}]}"#,
        r#"{"rules": [{"rulePriority": 1, "selection": {"tagStatus": "tagged", "tagPatternList": ["*a*b*c*"], "storageClass": "archive", "countType": "sinceImageTransitioned", "countUnit": "days", "countNumber": 90}, "action": {"type": "expire"}}]}"#,
        r#"{"rules": [{"rulePriority": 1, "selection": {"tagStatus": "untagged", "countType": "sinceImagePulled", "countUnit": "days", "countNumber": 9}, "action": {"type": "expire"}}]}"#,
        r#"{"rules": [], "version": 1}"#,
        "[]",
    ];
    let facts: Vec<Fact> = ["valid", "invalid"]
        .into_iter()
        .flat_map(|folder| facts(folder, "").unwrap_or_default())
        .collect();
    let texts: Vec<String> = facts.iter().map(Fact::text).collect();
    all_agree(
        Dialect::Ecr,
        own.into_iter().chain(texts.iter().map(String::as_str)),
    );
}

#[test]
fn of_crosswalk() {
    let own = [
        "null",
        "{}",
        r#"{"skip": true}"#,
        r#"{"rules": [{"selection": "any", "maximumAgeLimit": 1}, {"selection": {"tagPrefixList": ["v"]}, "maximumNumberOfImages": 1}]}"#,
        r#"{"rules": [{"tagStatus": "tagged", "tagPrefixList": ["v"], "maximumAgeLimit": 1, "description": "x"}]}"#,
        r#"{"rules": [{"tagStatus": "tagged", "maximumAgeLimit": 1}]}"#,
        r#"{"rules": [{"tagStatus": "any", "tagPrefixList": ["v"], "maximumAgeLimit": 1}]}"#,
        r#"{"rules": [{"selection": "any", "maximumAgeLimit": 1, "maximumNumberOfImages": 1}]}"#,
        r#"{"rules": [{"selection": "any"}]}"#,
        r#"{"rules": [{"selection": "tagged", "maximumAgeLimit": 1}]}"#,
        r#"{"rules": [{"selection": "any", "tagStatus": "any", "maximumAgeLimit": 1}]}"#,
        r#"{"rules": [{"selection": {"tagPrefixList": []}, "maximumAgeLimit": 1}]}"#,
        r#"{"rules": [{"selection": "any", "maximumAgeLimit": 0}]}"#,
        r#"{"rules": [{"selection": "any", "maximumAgeLimit": 1.5}]}"#,
        r#"{"rules": [{"selection": "any", "maximumAgeLimit": 1, "rulePriority": 1}]}"#,
    ];
    let facts = facts("cases", "compile-").unwrap_or_default();
    let texts: Vec<String> = facts
        .iter()
        .map(|it| it.json["input"].to_string())
        .collect();
    all_agree(
        Dialect::Awsx,
        own.into_iter().chain(texts.iter().map(String::as_str)),
    );
}

#[test]
fn of_ecrane() {
    let rules = [
        r#"{"tags": "v*", "keep": 3}"#,
        r#"{"tags": "v*", "keep": 3, "undo": "90d", "description": "releases"}"#,
        r#"{"tags": {"any-of": ["a", "b*"]}, "keep-each": 3}"#,
        r#"{"tags": {"any-of": ["a"]}, "keep": 3}"#,
        r#"{"tags": {"all-of": ["a*", "b*"]}, "older-than": "4w"}"#,
        r#"{"images": "untagged", "older-than": "7d"}"#,
        r#"{"images": "any", "archive-after": "30d", "expire-archived-after": "13w"}"#,
        r#"{"images": "any", "archive-unpulled-after": "30d"}"#,
        r#"{"images": "any", "expire-archived-after": "180d"}"#,
        // What is wrong.
        r#"{"tags": ["a", "b"], "keep": 3}"#,
        r#"{"tags": {"any-of": ["a", "b*"]}, "keep": 3}"#,
        r#"{"tags": {"any-of": ["a"], "all-of": ["b"]}, "older-than": "1d"}"#,
        r#"{"tags": {}, "older-than": "1d"}"#,
        r#"{"tags": {"any-of": []}, "older-than": "1d"}"#,
        r#"{"tags": {"one-of": ["a"]}, "older-than": "1d"}"#,
        r#"{"tags": "*a*b*c*d*", "older-than": "1d"}"#,
        r#"{"tags": " ", "older-than": "1d"}"#,
        r#"{"tags": 1, "older-than": "1d"}"#,
        r#"{"tags": "v*", "images": "any", "keep": 3}"#,
        r#"{"keep": 3}"#,
        r#"{"images": "tagged", "keep": 3}"#,
        r#"{"tags": "v*"}"#,
        r#"{"tags": "v*", "keep": 0}"#,
        r#"{"tags": "v*", "keep": "3"}"#,
        r#"{"tags": "v*", "keep": 3, "older-than": "1d"}"#,
        r#"{"tags": "v*", "older-than": 30}"#,
        r#"{"tags": "v*", "older-than": "0d"}"#,
        r#"{"tags": "v*", "older-than": "1m"}"#,
        r#"{"tags": "v*", "older-than": "1d", "undo": "89d"}"#,
        r#"{"tags": "v*", "older-than": "1d", "undo": "12w"}"#,
        r#"{"tags": "v*", "undo": "90d"}"#,
        r#"{"tags": "v*", "archive-after": "1d", "undo": "90d"}"#,
        r#"{"tags": "v*", "older-than": "1d", "expire-archived-after": "90d"}"#,
        r#"{"tags": "v*", "rulePriority": 1, "keep": 3}"#,
    ];
    let whole = [
        r#"{"protect": ["latest"], "undo": "90d", "rules": [{"images": "any", "older-than": "1d"}]}"#,
        r#"{"protect": "latest", "rules": [{"images": "any", "older-than": "1d"}]}"#,
        r#"{"undo": "30d", "rules": [{"images": "any", "older-than": "1d"}]}"#,
        r#"{"rules": []}"#,
        r#"{"protect": ["latest"]}"#,
        r#"{"rules": [{"images": "any", "keep": 1}, {"images": "any", "keep": 2}]}"#,
        "[]",
    ];
    let alone: Vec<String> = rules
        .iter()
        .map(|rule| format!(r#"{{"rules": [{rule}]}}"#))
        .collect();
    all_agree(
        Dialect::Ecrane,
        whole.into_iter().chain(alone.iter().map(String::as_str)),
    );
}

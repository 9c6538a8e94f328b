//! `--format sarif`: what code scanning takes. Source: SARIF 2.1.0, an OASIS
//! standard; of its many properties only those that GitHub shows.

use super::subject::Subject;
use crate::exit::Failure;
use ecrane_core::diagnostic::{Diagnostic, Lines, Severity, Source, Span};
use ecrane_core::lifecycle::codes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use std::collections::BTreeSet;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// What a path of a URI may hold as it is (RFC 3986).
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// The findings in all files as one run.
pub(super) fn sarif(read: &[Subject]) -> Result<String, Failure> {
    let found = super::found(read).map(|found| found.code);
    let rules: Vec<&str> = found.collect::<BTreeSet<_>>().into_iter().collect();
    let results = read.iter().flat_map(|subject| {
        let text = &subject.policy.text;
        let lines = Lines::new(&text.text);
        let found = text.diagnostics.iter();
        let results = found.map(|found| result(text.source(), &lines, &rules, found));
        results.collect::<Vec<_>>()
    });
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            results: results.collect(),
            tool: Tool {
                driver: Driver {
                    name: "ecrane",
                    version: env!("CARGO_PKG_VERSION"),
                    rules: rules.iter().map(|code| rule(code)).collect(),
                },
            },
            column_kind: "unicodeCodePoints",
        }],
    };
    serde_json::to_string_pretty(&log).map_err(Failure::refused)
}

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    column_kind: &'static str,
    results: Vec<Finding<'a>>,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
struct Driver<'a> {
    name: &'static str,
    version: &'static str,
    rules: Vec<Rule<'a>>,
}

/// A finding's page.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    short_description: Option<Message<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<Message<'a>>,
}

#[derive(Serialize)]
struct Message<'a> {
    text: std::borrow::Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    markdown: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding<'a> {
    rule_id: &'a str,
    rule_index: usize,
    level: &'static str,
    message: Message<'a>,
    locations: [Location<'a>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<LogicalLocation<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation<'a> {
    fully_qualified_name: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

fn rule(code: &str) -> Rule<'_> {
    let plain = |text: &'static str| Message {
        text: text.into(),
        markdown: None,
    };
    Rule {
        id: code,
        short_description: codes::title(code).map(plain),
        help: codes::page(code).map(|page| Message {
            markdown: Some(page),
            ..plain(page)
        }),
    }
}

fn result<'a>(
    source: Source<'a>,
    lines: &Lines<'_>,
    rules: &[&str],
    found: &'a Diagnostic,
) -> Finding<'a> {
    let text = match &found.help {
        Some(help) => format!("{}\n{help}", found.message).into(),
        None => found.message.as_str().into(),
    };
    let path = found.path.iter();
    let logical_locations = path.map(|path| LogicalLocation {
        fully_qualified_name: path,
    });
    let related = found.labels.iter().map(|label| Location {
        physical_location: physical(source, lines, label.span),
        logical_locations: Vec::new(),
        message: Some(Message {
            text: label.text.as_str().into(),
            markdown: None,
        }),
    });
    Finding {
        rule_id: found.code,
        rule_index: rules.iter().take_while(|rule| **rule != found.code).count(),
        level: level(found.severity),
        message: Message {
            text,
            markdown: None,
        },
        locations: [Location {
            physical_location: physical(source, lines, found.span),
            logical_locations: logical_locations.collect(),
            message: None,
        }],
        related_locations: related.collect(),
    }
}

fn physical(source: Source<'_>, lines: &Lines<'_>, span: Span) -> PhysicalLocation {
    let range = lines.range(span);
    let path = utf8_percent_encode(source.name, PATH);
    // Only an absolute path has a scheme: the others are of the repository.
    let scheme = if source.name.starts_with('/') {
        "file://"
    } else {
        ""
    };
    PhysicalLocation {
        artifact_location: Artifact {
            uri: format!("{scheme}{path}"),
        },
        region: Region {
            start_line: range.start.line,
            start_column: range.start.column,
            end_line: range.end.line,
            end_column: range.end.column,
        },
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

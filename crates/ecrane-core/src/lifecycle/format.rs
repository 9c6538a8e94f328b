//! The language of a text: JSON or YAML.

use super::dialect::Dialect;
use super::fault::{Finding, TextFault};
use super::node::Node;
use super::{json, yaml};
use crate::diagnostic::Span;

/// The most bytes of a policy that are read at all: eight times what ECR takes,
/// so that a document in another dialect, or one that is only somewhat too
/// long, is read and a file given by mistake is not.
const READ_LIMIT: usize = 262_144;

/// The most bytes of a template: twice what CloudFormation takes.
const TEMPLATE_LIMIT: usize = 2_097_152;
/// The most bytes of a plan: those of many thousand resources are below this.
const PLAN_LIMIT: usize = 16_777_216;

/// A language of documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    Yaml,
}

/// Reads a text, and says in which language. Reports to `findings`, and gives
/// no value when the text ends up unreadable.
pub(super) fn read(
    text: &str,
    dialect: Option<Dialect>,
    findings: &mut Vec<Finding>,
) -> (Option<Node>, Format) {
    let format = format(text, dialect);
    let (bytes, limit) = (text.len(), limit(text, dialect));
    if bytes > limit {
        let fault = TextFault::OverCap { bytes, limit };
        findings.push(Finding::new(fault, Span::default()));
        return (None, format);
    }
    if dialect.is_none()
        && let Some(line) = hcl(text)
    {
        findings.push(Finding::new(TextFault::Hcl, line));
        return (None, format);
    }
    let root = match format {
        Format::Json => json::read(text, findings),
        Format::Yaml => yaml::read(text, findings),
    };
    (root, format)
}

/// A long text that nobody gave a dialect is read if it speaks of what holds
/// policies.
fn limit(text: &str, dialect: Option<Dialect>) -> usize {
    match dialect {
        Some(Dialect::Ecr | Dialect::Awsx | Dialect::Ecrane) => READ_LIMIT,
        Some(Dialect::CloudFormation) => TEMPLATE_LIMIT,
        Some(Dialect::TerraformPlan) => PLAN_LIMIT,
        None if text.len() <= READ_LIMIT => READ_LIMIT,
        None if mentions(text, "\"aws", "_ecr_") => PLAN_LIMIT,
        None if mentions(text, "A", "WS::ECR::") => TEMPLATE_LIMIT,
        None => READ_LIMIT,
    }
}

/// Whether the one stands before the other somewhere. To look for one character,
/// which few texts have, is quick in megabytes: the other begins with it.
fn mentions(text: &str, before: &str, after: &str) -> bool {
    let Some(rare) = after.chars().next() else {
        return true;
    };
    text.match_indices(rare).any(|(at, _)| {
        let (head, tail) = (text.get(..at), text.get(at..));
        head.is_some_and(|it| it.ends_with(before)) && tail.is_some_and(|it| it.starts_with(after))
    })
}

/// Of the two, YAML is what may be YAML and has no bracket to begin with.
/// Without a dialect it must look like it, so that other texts are told what is
/// wrong with them as JSON.
fn format(text: &str, dialect: Option<Dialect>) -> Format {
    let text = text.trim_start_matches([' ', '\t', '\n', '\r', '\u{feff}']);
    if text.starts_with(['{', '[']) {
        return Format::Json;
    }
    let yaml = dialect.map_or_else(|| looks_like_yaml(text), Dialect::may_be_yaml);
    if yaml { Format::Yaml } else { Format::Json }
}

/// Whether its first line that is no comment begins a document, or is a name
/// with a colon.
fn looks_like_yaml(text: &str) -> bool {
    let first = text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with('#'));
    first.is_some_and(|line| {
        line == "---"
            || line.starts_with("--- ")
            || line.starts_with('%')
            || line.split_once(':').is_some_and(|(name, rest)| {
                let word = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '_');
                !name.is_empty()
                    && name.chars().all(word)
                    && (rest.is_empty() || rest.starts_with(' '))
            })
    })
}

/// The first line of a text in Terraform's own language that is no comment: a block
/// begins there.
fn hcl(text: &str) -> Option<Span> {
    const BLOCKS: [&str; 8] = [
        "resource \"",
        "data \"",
        "module \"",
        "variable \"",
        "provider \"",
        "output \"",
        "locals {",
        "terraform {",
    ];
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let words = line.trim();
        let is_comment = words.is_empty() || words.starts_with(['#', '/', '*']);
        if !is_comment {
            let begins = BLOCKS.iter().any(|block| words.starts_with(block));
            return begins.then(|| Span::new(start, start + line.trim_end().len()));
        }
        start += line.len();
    }
    None
}

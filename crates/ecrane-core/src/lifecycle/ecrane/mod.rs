//! Reading rules as ecrane has them: what people mean, where ECR needs several
//! rules for it.
//!
//! ```yaml
//! protect: [latest, prod-*]     # never removed, whatever comes below
//! undo: 90d                     # what goes is archived first, and can be restored
//! rules:
//!   - description: releases
//!     tags: v*
//!     keep: 20
//!   - tags:
//!       any-of: [pr-*, dev-*]
//!     older-than: 14d
//!   - images: untagged
//!     older-than: 7d
//! ```
//!
//! The first rule that fits an image decides about it, and `images: any` is
//! about what the others leave, wherever it is written. What ECR cannot do
//! exactly as it is said here is refused. `keep` counts all images that fit, also
//! those that `protect` or an earlier rule has taken.

mod expand;
mod limit;
mod selection;

use super::fault::{Finding, LimitFault, TextFault};
use super::node::{Node, Value};
use super::places::Place;
use super::shape::{Field, Known, Listed, Object};
use super::value::pattern_fault;
use super::{Document, ecr};
use crate::diagnostic::Span;
use limit::{Days, Limit};
use selection::Images;

const DOCUMENT: &[Known] = &[
    Known::optional("protect"),
    Known::optional("undo"),
    Known::required("rules", "the list of the rules"),
];
const RULE: &[Known] = &[
    Known::optional("description"),
    Known::optional("tags"),
    Known::optional("images"),
    Known::optional("keep"),
    Known::optional("keep-each"),
    Known::optional("older-than"),
    Known::optional("archive-after"),
    Known::optional("archive-unpulled-after"),
    Known::optional("expire-archived-after"),
    Known::optional("undo"),
];

/// Whether a name is one that only these documents have.
pub(super) fn is_sign(name: &str, in_rule: bool) -> bool {
    let known = if in_rule { RULE } else { DOCUMENT };
    let shared = ["description", "rules"];
    !shared.contains(&name) && known.iter().any(|known| known.name == name)
}

/// A rule of the document that was read without a fault.
struct Stated {
    /// Place in the document, from 0.
    index: usize,
    /// `rules[0]`
    path: String,
    place: Span,
    description: Option<(String, Place)>,
    images: Images,
    limit: Limit,
}

/// Reads a document; each fault is reported.
pub(super) fn read(root: &Node, findings: &mut Vec<Finding>) -> Document {
    if !matches!(root.value, Value::Object(_)) {
        let found = root.kind();
        findings.push(Finding::new(TextFault::NotAnObject { found }, root.span));
        return Document::default();
    }
    let Some(document) = Object::open(root, "policy", root.opening(), String::new(), findings)
    else {
        return Document::default();
    };
    document.report_missing(DOCUMENT, findings);
    document.report_unknown(DOCUMENT, elsewhere, findings);
    let protected = document.tags("protect", pattern_fault, findings);
    let undo = limit::archived_days(&document, "undo", findings);
    let nodes = ecr::rule_nodes(&document, findings).iter().enumerate();
    let stated: Vec<Stated> = nodes
        .filter_map(|(index, node)| rule(index, node, &undo, findings))
        .collect();
    let protected = protected.value().map(Vec::as_slice).unwrap_or_default();
    selection::report_duplicates(protected, &stated, findings);
    report_keep_of_rest(protected, &stated, findings);
    expand::expand(protected, &stated, findings)
}

fn rule(
    index: usize,
    node: &Node,
    undo: &Field<Days>,
    findings: &mut Vec<Finding>,
) -> Option<Stated> {
    let path = format!("rules[{index}]");
    let place = node.opening();
    let rule = Object::open(node, "a rule", place, path.clone(), findings)?;
    rule.report_unknown(RULE, elsewhere, findings);
    let description = match rule.text("description", findings) {
        Field::Given(text, span) => {
            let path = Some(rule.path_of("description"));
            Some((text, Place { span, path }))
        }
        Field::Absent | Field::Faulty(_) => None,
    };
    let images = selection::images(&rule, findings);
    let limit = limit::limit(&rule, undo, findings);
    let (images, limit) = (images?, limit?);
    report_keep_of_several(&rule, &images, &limit, findings);
    Some(Stated {
        index,
        path,
        place,
        description,
        images,
        limit,
    })
}

/// ECR counts what one rule selects, and no rule selects images with one of two
/// tags.
fn report_keep_of_several(
    rule: &Object<'_>,
    images: &Images,
    limit: &Limit,
    findings: &mut Vec<Finding>,
) {
    let (Images::AnyOf(entries), Some(keep)) = (images, limit.keeps_together()) else {
        return;
    };
    if let [_, _, ..] = entries.as_slice() {
        let entries = entries.len();
        let fault = LimitFault::KeepOfSeveral { entries };
        findings.push(Finding::new(fault, keep).at(rule.path_of("keep")));
    }
}

/// ECR counts all that a rule selects, also what other rules have claimed: the
/// newest of what these leave cannot be had.
fn report_keep_of_rest(protected: &[Listed], stated: &[Stated], findings: &mut Vec<Finding>) {
    if protected.is_empty() && stated.len() < 2 {
        return;
    }
    for rule in stated.iter().filter(|rule| rule.images.is_any()) {
        if let Some(keep) = rule.limit.keeps_together() {
            let path = format!("{}.keep", rule.path);
            findings.push(Finding::new(LimitFault::KeepOfRest, keep).at(path));
        }
    }
}

/// What to write for the names of the other dialects.
fn elsewhere(name: &str) -> Option<String> {
    let help = match name {
        "rulePriority" => "the order of the rules is their priority: the first one decides",
        "selection" | "tagStatus" => "say which images by `tags`, or by `images`",
        "tagPrefixList" | "tagPatternList" => {
            "write `tags` with a pattern, such as `v*`, or with `any-of` or `all-of`"
        }
        "action" | "countType" | "countUnit" | "countNumber" => {
            "write `keep: 20`, `older-than: 30d` or `archive-after: 30d`"
        }
        "maximumNumberOfImages" => "write `keep`",
        "maximumAgeLimit" => "write `older-than`, such as `older-than: 30d`",
        "any-of" | "all-of" => "it belongs in `tags`: `tags: {any-of: [ … ]}`",
        "untagged" | "any" => "write `images: untagged` or `images: any`",
        "name" => "write `description`",
        _ => return None,
    };
    Some(help.to_owned())
}

/// A pattern in a list, with its path.
fn listed(path: &str, entries: &[Listed]) -> Vec<(String, Place)> {
    let entries = entries.iter().enumerate();
    entries
        .map(|(index, entry)| {
            let path = Some(format!("{path}[{index}]"));
            let span = entry.place;
            (entry.text.clone(), Place { span, path })
        })
        .collect()
}

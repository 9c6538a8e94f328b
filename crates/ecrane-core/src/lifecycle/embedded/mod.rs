//! Policies inside other documents: templates of CloudFormation, and what CDK
//! makes of an app; plans and states of Terraform; what ECR answers.
//!
//! A policy is text inside a string there. Its findings point into the outer
//! document, past escapes and indentation. What is only known when the document
//! is deployed is not guessed.

mod answer;
mod cloudformation;
mod inner;
mod terraform;

pub(super) use answer::read as read_answer;
pub(super) use cloudformation::read as read_template;
pub(super) use terraform::read as read_plan;

use super::fault::{EmbeddedFault, Fault, Finding, TextFault};
use super::json;
use super::node::{Node, Property, Value};
use super::places::RulePlaces;
use super::rule::Policy;
use super::{Document, drop_consequences, ecr, expressions, too_long};
use crate::diagnostic::Span;
use crate::repository::TagMutability;
use inner::Inner;

/// A policy inside another document.
#[derive(Debug, Clone)]
pub struct Embedded {
    /// What the document calls it: a logical id, or the address of a resource.
    pub name: String,
    /// Where it is, such as `Resources.App.Properties.LifecyclePolicy.LifecyclePolicyText`.
    pub path: String,
    /// The policy, if nothing in it is an error.
    pub policy: Option<Policy>,
    /// Where the string with the policy is.
    pub span: Span,
    pub(super) places: Vec<RulePlaces>,
    /// Of the repository that it is for, where the document tells it.
    pub(super) mutability: Option<TagMutability>,
}

/// Where a policy is in the outer document.
struct Site<'t> {
    /// The whole document.
    text: &'t str,
    name: String,
    path: String,
}

/// The policy in a string; each fault is reported at its place in the document.
fn policy(site: Site<'_>, place: Span, text: &str, findings: &mut Vec<Finding>) -> Embedded {
    let inner = Inner::of(site.text, place, text);
    let (document, found) = read(text);
    let faulty = found.iter().any(Finding::is_error);
    findings.extend(
        found
            .into_iter()
            .map(|finding| inner.finding(finding, &site.path)),
    );
    let places = document.places.into_iter();
    Embedded {
        policy: document.policy.filter(|_| !faulty),
        places: places
            .map(|places| inner.rule(places, &site.path))
            .collect(),
        mutability: None,
        span: place,
        name: site.name,
        path: site.path,
    }
}

fn read(text: &str) -> (Document, Vec<Finding>) {
    let mut findings: Vec<Finding> = expressions(text)
        .chain(too_long(text, Span::default()))
        .collect();
    if text.trim().is_empty() {
        findings.push(Finding::new(TextFault::Blank, Span::default()));
        return (Document::default(), findings);
    }
    let root = json::read(text, &mut findings);
    let drafts = root.map(|root| ecr::drafts(&root, &mut findings));
    drop_consequences(&mut findings);
    (Document::of(&drafts.unwrap_or_default()), findings)
}

/// What a document with these policies is, as a whole.
fn document(root: &Node, embedded: Vec<Embedded>, findings: &mut Vec<Finding>) -> Document {
    if embedded.is_empty() && !findings.iter().any(Finding::is_error) {
        findings.push(Finding::new(EmbeddedFault::None, root.opening()));
    }
    let (policy, places) = match embedded.as_slice() {
        [only] => (only.policy.clone(), only.places.clone()),
        _ => (None, Vec::new()),
    };
    Document {
        policy,
        places,
        embedded,
    }
}

fn properties(node: &Node) -> &[Property] {
    match &node.value {
        Value::Object(properties) => properties,
        _ => &[],
    }
}

/// A property of an object, by its name. Of two it is the last.
fn get<'n>(node: &'n Node, name: &str) -> Option<&'n Property> {
    properties(node)
        .iter()
        .rev()
        .find(|property| property.name == name)
}

fn text<'n>(node: &'n Node, name: &str) -> Option<&'n str> {
    match &get(node, name)?.node.value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

/// What a property says about the tags of a repository, if that is certain.
fn mutability(repository: &Node, property: &str) -> Option<TagMutability> {
    // Where some tags are excepted, it is not certain.
    match text(repository, property)?.to_ascii_uppercase().as_str() {
        "MUTABLE" => Some(TagMutability::Mutable),
        "IMMUTABLE" => Some(TagMutability::Immutable),
        _ => None,
    }
}

fn report(fault: impl Into<Fault>, span: Span, path: &str, findings: &mut Vec<Finding>) {
    findings.push(Finding::new(fault, span).at(path));
}

//! Templates of CloudFormation, in JSON or YAML.
//!
//! Source: the AWS CloudFormation template reference, `AWS::ECR::Repository`
//! and `AWS::ECR::RepositoryCreationTemplate`, and "Intrinsic functions".

use super::super::Document;
use super::super::fault::{EmbeddedFault, Finding};
use super::super::node::{Node, Value};
use super::super::shape::{Known, Object};
use super::{Embedded, Site, document, get, mutability, policy, properties, report, text};
use crate::diagnostic::Span;

const TEMPLATE: &[Known] = &[Known::required(
    "Resources",
    "the resources of the template",
)];

/// The types of resources that have a policy, and the properties that lead to it.
const HOLDERS: [(&str, &[&str]); 2] = [
    (
        "AWS::ECR::Repository",
        &["LifecyclePolicy", "LifecyclePolicyText"],
    ),
    ("AWS::ECR::RepositoryCreationTemplate", &["LifecyclePolicy"]),
];

/// The policies of a template; each fault is reported.
pub(in super::super) fn read(whole: &str, root: &Node, findings: &mut Vec<Finding>) -> Document {
    let opening = root.opening();
    let Some(template) = Object::open(root, "a template", opening, String::new(), findings) else {
        return Document::default();
    };
    template.report_missing(TEMPLATE, findings);
    let mut embedded = Vec::new();
    let resources = template.get("Resources").map(|property| &property.node);
    for resource in resources.map(properties).unwrap_or_default() {
        let kind = text(&resource.node, "Type").unwrap_or_default();
        let holder = HOLDERS.iter().find(|(holder, _)| *holder == kind);
        let steps = holder.map(|(_, steps)| *steps).unwrap_or_default();
        let path = format!("Resources.{}.Properties", resource.name);
        if let (Some(properties), false) = (get(&resource.node, "Properties"), steps.is_empty()) {
            let site = Site {
                text: whole,
                name: resource.name.clone(),
                path,
            };
            let policy = follow(site, &properties.node, steps, findings);
            embedded.extend(policy.map(|policy| Embedded {
                mutability: mutability(&properties.node, "ImageTagMutability"),
                ..policy
            }));
        }
    }
    document(root, embedded, findings)
}

/// Goes from the properties of a resource to its policy.
fn follow(
    mut site: Site<'_>,
    node: &Node,
    steps: &[&'static str],
    findings: &mut Vec<Finding>,
) -> Option<Embedded> {
    if is_no_value(node) {
        return None;
    }
    if let Some((function, argument)) = function(node) {
        return match (steps, literal(function, argument)) {
            ([], Some(text)) => Some(policy(site, text.1, text.0, findings)),
            _ => {
                unexpanded(&site, function, node, argument, findings);
                Some(unknown(site, node.span))
            }
        };
    }
    let Some((step, rest)) = steps.split_first() else {
        return match &node.value {
            Value::String(text) => Some(policy(site, node.span, text, findings)),
            _ => {
                let found = node.kind();
                report(
                    EmbeddedFault::NoString { found },
                    node.span,
                    &site.path,
                    findings,
                );
                Some(unknown(site, node.span))
            }
        };
    };
    if !matches!(node.value, Value::Object(_)) {
        let (found, wanted) = (node.kind(), *step);
        report(
            EmbeddedFault::NoHolder { found, wanted },
            node.span,
            &site.path,
            findings,
        );
        return Some(unknown(site, node.span));
    }
    let property = get(node, step)?;
    site.path = format!("{}.{step}", site.path);
    follow(site, &property.node, rest, findings)
}

/// A policy that is there and cannot be known.
fn unknown(site: Site<'_>, span: Span) -> Embedded {
    Embedded {
        name: site.name,
        path: site.path,
        policy: None,
        span,
        places: Vec::new(),
        mutability: None,
    }
}

/// A function of CloudFormation with its argument: `{"Fn::Sub": …}`, in YAML
/// also `!Sub …`.
fn function(node: &Node) -> Option<(&str, &Node)> {
    match &node.value {
        Value::Tagged(name, argument) => Some((name, argument)),
        Value::Object(properties) => match properties.as_slice() {
            [only] if only.name == "Ref" => Some(("Ref", &only.node)),
            [only] => Some((only.name.strip_prefix("Fn::")?, &only.node)),
            _ => None,
        },
        _ => None,
    }
}

/// `AWS::NoValue` stands for a property that is not there.
fn is_no_value(node: &Node) -> bool {
    let Some(("Ref", argument)) = function(node) else {
        return false;
    };
    matches!(&argument.value, Value::String(name) if name == "AWS::NoValue")
}

/// The text that a function gives whatever is deployed: `Sub` with nothing to
/// put in.
fn literal<'n>(function: &str, argument: &'n Node) -> Option<(&'n str, Span)> {
    let node = match (function, &argument.value) {
        ("Sub", Value::String(_)) => argument,
        ("Sub", Value::Array(nodes)) => nodes.first()?,
        _ => return None,
    };
    match &node.value {
        Value::String(text) if !text.contains("${") => Some((text, node.span)),
        _ => None,
    }
}

/// Points at what is put in, where that can be seen, else at the function.
fn unexpanded(
    site: &Site<'_>,
    function: &str,
    node: &Node,
    argument: &Node,
    findings: &mut Vec<Finding>,
) {
    let written = site
        .text
        .get(argument.span.start..argument.span.end)
        .unwrap_or_default();
    let mut puts = Vec::new();
    if function == "Sub" {
        for (at, _) in written.match_indices("${") {
            let length = written
                .get(at..)
                .and_then(|rest| rest.find('}'))
                .map_or(2, |end| end + 1);
            let start = argument.span.start + at;
            puts.push(Span::new(start, start + length));
        }
    }
    if puts.is_empty() {
        puts.push(node.span);
    }
    for place in puts {
        let function = function.to_owned();
        report(
            EmbeddedFault::Unexpanded { function },
            place,
            &site.path,
            findings,
        );
    }
}

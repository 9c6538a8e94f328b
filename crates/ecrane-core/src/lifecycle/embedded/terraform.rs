//! What `terraform show -json` prints of a plan or a state.
//!
//! Source: Terraform's documentation, "JSON Output Format". HCL is not read:
//! its values are not known before a plan.

use super::super::Document;
use super::super::fault::{EmbeddedFault, Finding};
use super::super::node::{Node, Value};
use super::super::shape::Object;
use super::{Embedded, Site, document, get, policy, report, text};

/// The types of resources that have a policy, and the property that it is.
const HOLDERS: [(&str, &str); 2] = [
    ("aws_ecr_lifecycle_policy", "policy"),
    ("aws_ecr_repository_creation_template", "lifecycle_policy"),
];

/// The policies that will be there once the plan is carried out, or that a
/// state has; each fault is reported.
pub(in super::super) fn read(whole: &str, root: &Node, findings: &mut Vec<Finding>) -> Document {
    let opening = root.opening();
    if Object::open(root, "a plan", opening, String::new(), findings).is_none() {
        return Document::default();
    }
    let values = ["planned_values", "values"];
    let values = values
        .iter()
        .find_map(|name| Some((*name, get(root, name)?)));
    let Some((name, values)) = values else {
        findings.push(Finding::new(EmbeddedFault::NoValues, opening));
        return Document::default();
    };
    let mut embedded = Vec::new();
    if let Some(module) = get(&values.node, "root_module") {
        let path = format!("{name}.root_module");
        self::module(whole, &module.node, &path, &mut embedded, findings);
    }
    document(root, embedded, findings)
}

fn elements<'n>(node: &'n Node, name: &str) -> &'n [Node] {
    match get(node, name).map(|property| &property.node.value) {
        Some(Value::Array(nodes)) => nodes,
        _ => &[],
    }
}

/// A module and those in it: as deep as brackets may be.
fn module(
    whole: &str,
    node: &Node,
    path: &str,
    embedded: &mut Vec<Embedded>,
    findings: &mut Vec<Finding>,
) {
    for (index, node) in elements(node, "resources").iter().enumerate() {
        let kind = text(node, "type").unwrap_or_default();
        let managed = text(node, "mode") != Some("data");
        let holder = HOLDERS
            .iter()
            .find(|(holder, _)| *holder == kind && managed);
        if let Some((_, property)) = holder {
            let site = Site {
                text: whole,
                name: text(node, "address").unwrap_or(kind).to_owned(),
                path: format!("{path}.resources[{index}].values.{property}"),
            };
            embedded.extend(resource(site, node, property, findings));
        }
    }
    for (index, node) in elements(node, "child_modules").iter().enumerate() {
        let path = format!("{path}.child_modules[{index}]");
        module(whole, node, &path, embedded, findings);
    }
}

fn resource(
    site: Site<'_>,
    node: &Node,
    property: &'static str,
    findings: &mut Vec<Finding>,
) -> Option<Embedded> {
    let given = get(node, "values").and_then(|values| get(&values.node, property));
    let (span, found) = match given {
        Some(given) => match &given.node.value {
            Value::String(text) => return Some(policy(site, given.node.span, text, findings)),
            Value::Null => (given.node.span, None),
            _ => (given.node.span, Some(given.node.kind())),
        },
        None => (node.opening(), None),
    };
    match found {
        Some(found) => report(
            EmbeddedFault::NoString { found },
            span,
            &site.path,
            findings,
        ),
        // A template for repositories need not have a policy.
        None if property != "policy" => return None,
        None => report(EmbeddedFault::AfterApply, span, &site.path, findings),
    }
    Some(Embedded {
        name: site.name,
        path: site.path,
        policy: None,
        span,
        places: Vec::new(),
    })
}

//! What `terraform show -json` prints of a plan or a state.
//!
//! Source: Terraform's documentation, "JSON Output Format". HCL is not read:
//! its values are not known before a plan.

use super::super::Document;
use super::super::fault::{EmbeddedFault, Finding};
use super::super::node::{Node, Value};
use super::super::shape::Object;
use super::{Embedded, Site, document, get, mutability, policy, report, text};
use crate::repository::TagMutability;

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
        let mut plan = Plan {
            whole,
            repositories: Vec::new(),
        };
        plan.add_repositories(&module.node);
        self::module(&plan, &module.node, &path, &mut embedded, findings);
    }
    document(root, embedded, findings)
}

fn elements<'n>(node: &'n Node, name: &str) -> &'n [Node] {
    match get(node, name).map(|property| &property.node.value) {
        Some(Value::Array(nodes)) => nodes,
        _ => &[],
    }
}

/// What is to be known of the whole plan to read a policy in it.
struct Plan<'t> {
    whole: &'t str,
    /// The repositories by name, and whether their tags may move.
    repositories: Vec<(&'t str, TagMutability)>,
}

impl<'t> Plan<'t> {
    fn add_repositories(&mut self, module: &'t Node) {
        for node in elements(module, "resources") {
            let kind = text(node, "type");
            let values = get(node, "values").filter(|_| kind == Some("aws_ecr_repository"));
            self.repositories.extend(values.and_then(|values| {
                let name = text(&values.node, "name")?;
                Some((name, mutability(&values.node, "image_tag_mutability")?))
            }));
        }
        for node in elements(module, "child_modules") {
            self.add_repositories(node);
        }
    }

    fn mutability_for(&self, policy: &Node) -> Option<TagMutability> {
        let repository = text(&get(policy, "values")?.node, "repository")?;
        let mut known = self.repositories.iter();
        let found = known.find(|(name, _)| *name == repository);
        found.map(|(_, mutability)| *mutability)
    }
}

/// A module and those in it: as deep as brackets may be.
fn module(
    plan: &Plan<'_>,
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
                text: plan.whole,
                name: text(node, "address").unwrap_or(kind).to_owned(),
                path: format!("{path}.resources[{index}].values.{property}"),
            };
            let policy = resource(site, node, property, findings);
            embedded.extend(policy.map(|policy| Embedded {
                mutability: plan.mutability_for(node),
                ..policy
            }));
        }
    }
    for (index, node) in elements(node, "child_modules").iter().enumerate() {
        let path = format!("{path}.child_modules[{index}]");
        module(plan, node, &path, embedded, findings);
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
        mutability: None,
    })
}

//! One statement of a policy.

use super::{Findings, LOCK_OUT, action, condition, principal};
use crate::lifecycle::node::{Node, Value};

const KNOWN: [&str; 7] = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Condition",
];
const RESOURCES: [&str; 2] = ["Resource", "NotResource"];

const LOCK_OUT_HELP: &str = "leave `ecr:SetRepositoryPolicy` out, or name whom it is denied";

pub(super) fn check(node: &Node, path: &str, found: &mut Findings) {
    let Value::Object(_) = node.value else {
        let message = format!("a statement is an object, not {}", node.kind());
        found.error(node.span, path, message, "");
        return;
    };
    let within = |name: &str| format!("{path}.{name}");
    found.only(node, path, &[&KNOWN[..], &RESOURCES].concat());
    for name in RESOURCES {
        if let Some(resource) = node.get(name) {
            let message =
                format!("a repository's policy is about that repository: ECR takes no `{name}`");
            found.error(resource.span, &within(name), message, "leave it out");
        }
    }
    match node.get("Effect") {
        Some(effect) if matches!(effect.text(), Some("Allow" | "Deny")) => {}
        Some(effect) => {
            let help = "upper and lower case count";
            let message = "an effect is `Allow` or `Deny`";
            found.error(effect.span, &within("Effect"), message, help);
        }
        None => {
            let help = "write `\"Effect\": \"Allow\"`";
            found.error(node.opening(), path, "it says no `Effect`", help);
        }
    }
    one_of(node, path, ["Principal", "NotPrincipal"], found);
    one_of(node, path, ["Action", "NotAction"], found);
    for name in ["Action", "NotAction"] {
        action::check(node.get(name), &within(name), found);
    }
    for name in ["Principal", "NotPrincipal"] {
        principal::check(node.get(name), &within(name), found);
    }
    condition::check(node.get("Condition"), &within("Condition"), found);
    if let Some(id) = node.get("Sid")
        && id.text().is_none()
    {
        let message = format!("a `Sid` is a string, not {}", id.kind());
        found.error(id.span, &within("Sid"), message, "");
    }
    doubts(node, path, found);
}

fn one_of(node: &Node, path: &str, [first, second]: [&str; 2], found: &mut Findings) {
    match (node.get(first), node.get(second)) {
        (None, None) => {
            let message = format!("it says no `{first}`");
            found.error(node.opening(), path, message, "");
        }
        (Some(_), Some(other)) => {
            let message = format!("it says both `{first}` and `{second}`");
            found.error(other.span, path, message, "leave one of the two out");
        }
        _ => {}
    }
}

/// What hardly anybody means.
fn doubts(node: &Node, path: &str, found: &mut Findings) {
    if node.get("Condition").is_some_and(condition::narrows) {
        return;
    }
    let effect = node.get("Effect").and_then(Node::text);
    let principal = node.get("Principal");
    let principal = principal.filter(|it| principal::is_everybody(it));
    match (effect, principal, node.get("NotPrincipal")) {
        (Some("Allow"), Some(who), _) | (Some("Allow"), None, Some(who)) => {
            let message = "this opens the repository to every AWS account";
            let help = "name accounts, or add a `Condition` on `aws:PrincipalOrgID`";
            found.warning(who.span, path, message, help);
        }
        (Some("Deny"), Some(who), _) if action::covers_the_policy(node) => {
            found.error(who.span, path, LOCK_OUT, LOCK_OUT_HELP);
        }
        _ => {}
    }
}

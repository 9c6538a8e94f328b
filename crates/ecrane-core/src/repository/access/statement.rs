//! One statement of a policy.

use super::{Findings, principal};
use crate::lifecycle::node::{Node, Value};
use crate::name::Pattern;

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

/// What it takes to put another policy.
const SET: &str = "ecr:setrepositorypolicy";

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
        actions(node.get(name), &within(name), found);
    }
    for name in ["Principal", "NotPrincipal"] {
        principal::check(node.get(name), &within(name), found);
    }
    if let Some(condition) = node.get("Condition")
        && !matches!(condition.value, Value::Object(_))
    {
        let message = format!("a condition is an object, not {}", condition.kind());
        found.error(condition.span, &within("Condition"), message, "");
    }
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

fn actions(node: Option<&Node>, path: &str, found: &mut Findings) {
    let Some(node) = node else { return };
    let actions = node.items();
    if actions.is_empty() {
        found.error(node.span, path, "there is no action in it", "");
    }
    for action in actions {
        let text = action.text();
        let is_ecrs = |text: &str| {
            let service = text.split_once(':').map(|(service, _)| service);
            text == "*" || service.is_some_and(|it| it.eq_ignore_ascii_case("ecr"))
        };
        if !text.is_some_and(is_ecrs) {
            let message = "an action here is one of ECR's";
            let help = "write it like `ecr:BatchGetImage`";
            found.error(action.span, path, message, help);
        }
    }
}

/// What is accepted and hardly meant.
fn doubts(node: &Node, path: &str, found: &mut Findings) {
    if node.get("Condition").is_some_and(narrows) {
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
        (Some("Deny"), Some(who), _) if forbids_another(node) => {
            let message = "this would lock the caller out: nobody could put another policy, and ECR refuses that";
            let help = "leave `ecr:SetRepositoryPolicy` out, or name whom it is denied";
            found.warning(who.span, path, message, help);
        }
        _ => {}
    }
}

/// Whether a condition asks for anything: an empty one does not, nor does one that
/// any value meets.
fn narrows(condition: &Node) -> bool {
    let keys = condition.properties().iter().flat_map(|operator| {
        let keys = operator.node.properties().iter();
        keys.map(|key| (operator.name.as_str(), &key.node))
    });
    let mut asks = keys.map(|(operator, values)| {
        let is_any = |value: &Node| value.text() == Some("*");
        !(operator.contains("Like") && values.items().iter().any(is_any))
    });
    asks.any(|asks| asks)
}

fn forbids_another(statement: &Node) -> bool {
    let matches = |node: &Node| {
        let items = node.items().iter();
        let mut patterns = items.filter_map(Node::text).map(str::to_ascii_lowercase);
        // One character is some: a warning too many costs nothing.
        patterns.any(|pattern| Pattern::new(pattern.replace('?', "*")).matches(SET))
    };
    match (statement.get("Action"), statement.get("NotAction")) {
        (Some(actions), _) => matches(actions),
        (None, Some(except)) => !matches(except),
        (None, None) => false,
    }
}

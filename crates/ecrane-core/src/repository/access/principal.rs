//! Whom a statement is about.

use super::Findings;
use crate::lifecycle::node::{Node, Value};

const KINDS: [&str; 4] = ["AWS", "Service", "Federated", "CanonicalUser"];

/// Source: "AWS JSON policy elements: Principal" in the IAM user guide.
pub(super) fn check(node: Option<&Node>, path: &str, found: &mut Findings) {
    let Some(node) = node else { return };
    let help = "write `\"*\"`, or `{\"AWS\": \"123456789012\"}`";
    match &node.value {
        Value::Object(kinds) if kinds.is_empty() => {
            found.error(node.span, path, "it names nobody", help);
        }
        Value::Object(kinds) => {
            found.only(node, path, &KINDS);
            for kind in kinds {
                each(&kind.name, &kind.node, path, found);
            }
        }
        Value::String(text) if text == "*" => {}
        _ => found.error(node.span, path, "this names nobody", help),
    }
}

fn each(kind: &str, node: &Node, path: &str, found: &mut Findings) {
    if node.items().is_empty() {
        found.error(node.span, path, "it names nobody", "");
    }
    for who in node.items() {
        let is_one = match (kind, who.text()) {
            (_, None) => false,
            ("AWS", Some(text)) => is_of_aws(text),
            (_, Some(text)) => !text.is_empty(),
        };
        if !is_one {
            let help = "give an account id of 12 digits, or an ARN";
            found.error(who.span, path, "this names nobody", help);
        }
    }
}

/// `*`, an account, an ARN, or the id that IAM puts in the place of somebody who
/// is deleted.
fn is_of_aws(text: &str) -> bool {
    let is_account = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_id = text.len() >= 16 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    text == "*" || is_account || is_id || text.starts_with("arn:")
}

/// Whether everybody is meant: a service is not everybody.
pub(super) fn is_everybody(principal: &Node) -> bool {
    let is_star = |node: &Node| {
        let text = node.text().unwrap_or_default();
        text == "*" || (text.starts_with("arn:") && text.ends_with(":iam::*:root"))
    };
    let of_aws = principal.get("AWS").map(Node::items).unwrap_or_default();
    is_star(principal) || of_aws.iter().any(is_star)
}

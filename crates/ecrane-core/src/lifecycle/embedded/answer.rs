//! What `aws ecr get-lifecycle-policy` prints, as JSON or YAML: a policy in a
//! string, and whose it is beside it; or with `--query` the string alone.
//!
//! Source: the Amazon ECR API reference, `GetLifecyclePolicy` and
//! `GetLifecyclePolicyPreview`.

use super::super::Document;
use super::super::fault::Finding;
use super::super::node::{Node, Value};
use super::{Site, document, get, policy, text};

const TEXT: &str = "lifecyclePolicyText";

/// The policy of an answer; nothing where the document is none.
pub(in super::super) fn read(
    whole: &str,
    root: &Node,
    findings: &mut Vec<Finding>,
) -> Option<Document> {
    if get(root, "rules").is_some() {
        return None;
    }
    let string = match &root.value {
        Value::String(text) if text.trim_start().starts_with('{') => root,
        _ => &get(root, TEXT)?.node,
    };
    let Value::String(written) = &string.value else {
        return None;
    };
    let site = Site {
        text: whole,
        name: text(root, "repositoryName").unwrap_or(TEXT).to_owned(),
        path: TEXT.to_owned(),
    };
    let policy = policy(site, string.span, written, findings);
    Some(document(root, vec![policy], findings))
}

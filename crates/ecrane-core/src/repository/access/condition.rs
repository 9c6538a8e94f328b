//! When a statement applies.

use super::Findings;
use crate::lifecycle::node::{Node, Value};
use crate::spelling;

/// Source: "IAM JSON policy elements: Condition operators" in the IAM user guide.
const OPERATORS: [&str; 27] = [
    "ArnEquals",
    "ArnLike",
    "ArnNotEquals",
    "ArnNotLike",
    "BinaryEquals",
    "Bool",
    "DateEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateNotEquals",
    "IpAddress",
    "NotIpAddress",
    "Null",
    "NumericEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericNotEquals",
    "StringEquals",
    "StringEqualsIgnoreCase",
    "StringLike",
    "StringNotEquals",
    "StringNotEqualsIgnoreCase",
    "StringNotLike",
];

pub(super) fn check(node: Option<&Node>, path: &str, found: &mut Findings) {
    let Some(node) = node else { return };
    let Value::Object(operators) = &node.value else {
        let message = format!("a condition is an object, not {}", node.kind());
        found.error(node.span, path, message, "");
        return;
    };
    for operator in operators {
        let name = bare(&operator.name);
        if !OPERATORS.iter().any(|it| it.eq_ignore_ascii_case(name)) {
            let near = spelling::nearest(name, OPERATORS.into_iter());
            let help = near.map(|near| format!("did you mean `{near}`?"));
            let message = "no condition operator has this name";
            let help = help.unwrap_or_default();
            found.error(operator.name_span, path, message, &help);
        }
    }
}

/// An operator without what it does with several values, or with none.
fn bare(operator: &str) -> &str {
    let name = match operator.split_once(':') {
        Some(("ForAllValues" | "ForAnyValue", name)) => name,
        _ => operator,
    };
    name.strip_suffix("IfExists").unwrap_or(name)
}

/// Whether a condition asks for anything: an empty one does not, nor does one that
/// any value meets.
pub(super) fn narrows(condition: &Node) -> bool {
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

//! What a policy means, whatever way it is written.

use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A policy's meaning: equal for texts that mean the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Meaning {
    version: String,
    statements: BTreeSet<Statement>,
}

type Texts = BTreeSet<String>;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Statement {
    sid: String,
    effect: String,
    principal: BTreeMap<String, Texts>,
    not_principal: BTreeMap<String, Texts>,
    action: Texts,
    not_action: Texts,
    condition: BTreeMap<String, BTreeMap<String, Texts>>,
}

impl Meaning {
    /// That of a text; none if it is no policy.
    pub(super) fn of(text: &str) -> Option<Self> {
        let document: Value = serde_json::from_str(text).ok()?;
        let version = document.get("Version").and_then(Value::as_str);
        let statements = items(document.get("Statement")?).iter();
        Some(Self {
            // Source: "IAM JSON policy elements: Version" in the IAM user guide.
            version: version.unwrap_or("2008-10-17").to_owned(),
            statements: statements.map(statement).collect(),
        })
    }

    /// The ids that IAM puts in the place of roles and users that are deleted.
    ///
    /// Source: "Principal" and "IAM identifiers" in the IAM user guide.
    pub(super) fn deleted_principals(&self) -> BTreeSet<&str> {
        let named = self.statements.iter().flat_map(|it| {
            let kinds = it.principal.values().chain(it.not_principal.values());
            kinds.flatten().map(String::as_str)
        });
        let is_id = |who: &&str| {
            let is_of_iam = who.starts_with("AROA") || who.starts_with("AIDA");
            is_of_iam && who.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        named.filter(is_id).collect()
    }

    pub(super) fn statements(&self) -> usize {
        self.statements.len()
    }
}

fn statement(node: &Value) -> Statement {
    let text = |name: &str| {
        let text = node.get(name).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    let principals = |name| node.get(name).map(principals).unwrap_or_default();
    let actions = |name| {
        let actions = node.get(name).map(texts).unwrap_or_default().into_iter();
        // Upper and lower case do not count in actions.
        actions.map(|it| it.to_ascii_lowercase()).collect()
    };
    let condition = entries(node.get("Condition")).map(|(operator, keys)| {
        let keys = entries(Some(keys));
        // Nor in the names of keys.
        let keys = keys.map(|(key, values)| (key.to_ascii_lowercase(), texts(values)));
        (operator.clone(), keys.collect())
    });
    Statement {
        sid: text("Sid"),
        effect: text("Effect"),
        principal: principals("Principal"),
        not_principal: principals("NotPrincipal"),
        action: actions("Action"),
        not_action: actions("NotAction"),
        condition: condition.collect(),
    }
}

/// `"*"` and `{"AWS": "*"}` are the same to a policy of a resource.
fn principals(node: &Value) -> BTreeMap<String, Texts> {
    match node {
        Value::Object(_) => entries(Some(node))
            .map(|(kind, who)| (kind.clone(), texts(who).into_iter().map(account).collect()))
            .collect(),
        other => BTreeMap::from([("AWS".to_owned(), texts(other))]),
    }
}

/// An account stands for its root user.
fn account(principal: String) -> String {
    let mut parts = principal.split(':');
    let is_root = parts.next() == Some("arn") && principal.ends_with(":root");
    match parts.nth(3).filter(|_| is_root) {
        Some(account) => account.to_owned(),
        None => principal,
    }
}

fn entries(node: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    node.and_then(Value::as_object).into_iter().flatten()
}

/// A single value is a list of one.
fn items(node: &Value) -> &[Value] {
    match node {
        Value::Array(items) => items,
        one => std::slice::from_ref(one),
    }
}

fn texts(node: &Value) -> Texts {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        // Of a condition: a number or a boolean may be written as a text.
        other => other.to_string(),
    };
    items(node).iter().map(text).collect()
}

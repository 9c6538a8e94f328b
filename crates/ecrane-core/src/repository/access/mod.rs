//! Who may use a repository: its policy, in the language of IAM.
//!
//! What ECR is known to refuse is a fault with its place; what it takes and few
//! people mean is a warning. Whether a principal is there, only IAM knows.

mod action;
mod condition;
mod meaning;
mod principal;
mod statement;

#[cfg(test)]
mod tests;

use crate::diagnostic::{Diagnostic, Severity, Span, has_errors, in_text_order};
use crate::lifecycle;
use crate::lifecycle::node::{Node, Value};
use crate::name::Digest;
use crate::spelling;
use meaning::Meaning;
use sha2::{Digest as _, Sha256};

/// ECR takes no longer text.
///
/// Source: `RepositoryPolicyText` in the Amazon ECR API reference.
const MAX_CHARACTERS: usize = 10_240;

/// What such findings are called.
const CODE: &str = "repository-policy";

/// The one fault that ECR takes from who forces it.
const LOCK_OUT: &str =
    "this would lock everybody out: nobody could put another policy, and ECR refuses that";

/// A policy that says who may use a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessPolicy {
    text: String,
    meaning: Meaning,
}

/// What came of reading a text.
#[derive(Debug, Clone)]
pub struct ReadAccess {
    /// The policy; none where something is an error.
    pub policy: Option<AccessPolicy>,
    /// Everything that was found, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

impl ReadAccess {
    /// Whether it is good but for locking everybody out, which ECR takes if it is
    /// forced to.
    ///
    /// Source: `force` of `SetRepositoryPolicy` in the Amazon ECR API reference.
    #[must_use]
    pub fn is_good_if_forced(&self) -> bool {
        let errors = self.diagnostics.iter();
        errors
            .filter(|it| it.severity == Severity::Error)
            .all(|it| it.message == LOCK_OUT)
    }
}

impl AccessPolicy {
    /// Reads a policy, and finds all that is wrong with it.
    ///
    /// Source: "Grammar of the IAM JSON policy language" in the IAM user guide, and
    /// "Repository policies" in the Amazon ECR user guide.
    #[must_use]
    pub fn read(text: &str) -> ReadAccess {
        let mut found = Findings(Vec::new());
        let characters = text.chars().count();
        if characters > MAX_CHARACTERS {
            let message =
                format!("this has {characters} characters, and ECR takes {MAX_CHARACTERS} at most");
            let help = "take blanks out, or say several statements in one";
            found.error(Span::new(0, 0), "", message, help);
        }
        let (root, syntax) = lifecycle::document(text);
        found.0.extend(syntax);
        if let Some(root) = &root {
            document(root, &mut found);
        }
        let mut diagnostics = found.0;
        in_text_order(&mut diagnostics);
        let meaning = Meaning::of(text).filter(|_| !has_errors(&diagnostics));
        let policy = meaning.map(|meaning| Self {
            text: text.trim().to_owned(),
            meaning,
        });
        ReadAccess {
            policy,
            diagnostics,
        }
    }

    /// The text, as it was given.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many statements it has.
    #[must_use]
    pub fn statements(&self) -> usize {
        self.meaning.statements()
    }

    /// Whether a stored policy's text means the same. ECR writes it its own way:
    /// one account is the root user there, and a list of one a text.
    #[must_use]
    pub fn means_the_same_as(&self, text: &str) -> bool {
        Meaning::of(text).as_ref() == Some(&self.meaning)
    }

    /// The ids in a stored text that stand for roles and users that are deleted.
    #[must_use]
    pub fn deleted_principals(text: &str) -> Vec<String> {
        let meaning = Meaning::of(text);
        let ids = meaning.iter().flat_map(Meaning::deleted_principals);
        ids.map(str::to_owned).collect()
    }

    /// The hash of what it means, 64 hex digits: what a repository's resource tag
    /// keeps of the policy that ecrane put.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        fingerprint(&self.meaning)
    }

    /// The fingerprint of a stored text; none if it is no policy.
    #[must_use]
    pub fn fingerprint_of(text: &str) -> Option<String> {
        Meaning::of(text).as_ref().map(fingerprint)
    }
}

fn fingerprint(meaning: &Meaning) -> String {
    // Maps and sets in it are sorted: the same meaning is the same text.
    let text = serde_json::to_string(meaning).unwrap_or_default();
    let hash = Sha256::digest(text);
    Digest::from_sha256(&hash.into()).hex().to_owned()
}

/// What is wrong with a document, and what is doubtful.
struct Findings(Vec<Diagnostic>);

impl Findings {
    fn tell(&mut self, severity: Severity, span: Span, path: &str, message: String, help: &str) {
        self.0.push(Diagnostic {
            code: CODE,
            severity,
            message,
            span,
            labels: Vec::new(),
            help: (!help.is_empty()).then(|| help.to_owned()),
            path: (!path.is_empty()).then(|| path.to_owned()),
        });
    }

    fn error(&mut self, span: Span, path: &str, message: impl Into<String>, help: &str) {
        self.tell(Severity::Error, span, path, message.into(), help);
    }

    fn warning(&mut self, span: Span, path: &str, message: impl Into<String>, help: &str) {
        self.tell(Severity::Warning, span, path, message.into(), help);
    }

    /// Reports the names in an object that are none of these.
    fn only(&mut self, object: &Node, path: &str, known: &[&'static str]) {
        for property in object.properties() {
            if known.contains(&property.name.as_str()) {
                continue;
            }
            let near = spelling::nearest(&property.name, known.iter().copied());
            let help = near.map_or_else(String::new, |near| format!("did you mean `{near}`?"));
            let message = format!("`{}` is not known here", property.name.escape_debug());
            self.error(property.name_span, path, message, &help);
        }
    }
}

fn document(root: &Node, found: &mut Findings) {
    let Value::Object(_) = root.value else {
        let message = format!("a policy is an object, not {}", root.kind());
        found.error(root.span, "", message, "");
        return;
    };
    if let Some(rules) = root.get("rules") {
        let help = "give it in `lifecycle-policy`";
        found.error(rules.span, "rules", "this is a lifecycle policy", help);
        return;
    }
    found.only(root, "", &["Version", "Id", "Statement"]);
    if let Some(version) = root.get("Version")
        && !matches!(version.text(), Some("2008-10-17" | "2012-10-17"))
    {
        let message = "there are the versions `2012-10-17` and `2008-10-17`";
        found.error(version.span, "Version", message, "write `2012-10-17`");
    }
    let Some(statements) = root.get("Statement") else {
        let help = "write `\"Statement\": […]`";
        found.error(root.opening(), "", "there is no `Statement` in it", help);
        return;
    };
    match &statements.value {
        Value::Array(all) if all.is_empty() => {
            let message = "there is no statement in it";
            let help = "leave `repository-policy` out, if nobody else is to use the repository";
            found.error(statements.span, "Statement", message, help);
        }
        Value::Array(all) => {
            for (index, node) in all.iter().enumerate() {
                statement::check(node, &format!("Statement[{index}]"), found);
            }
        }
        _ => statement::check(statements, "Statement", found),
    }
}

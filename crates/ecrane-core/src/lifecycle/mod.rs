//! Lifecycle policies: reading, checking, compiling and comparing them.
//!
//! [`read`] takes a text in any [`Dialect`] and gives the [`Policy`] it means,
//! or every fault it has. [`check`] does so for ECR's own JSON.

mod cause;
pub mod codes;
mod compile;
mod dialect;
mod diff;
mod document;
mod draft;
mod ecr;
mod ecrane;
mod embedded;
pub mod evaluate;
pub mod explain;
mod fault;
mod fingerprint;
mod format;
pub mod gate;
pub mod image;
mod json;
mod language;
mod lint;
mod meaning;
pub(crate) mod node;
mod phrase;
mod places;
pub mod preview;
mod rule;
mod seen;
mod service;
pub mod settings;
mod shape;
mod validate;
mod value;
mod yaml;

#[cfg(test)]
mod tests;

pub use cause::causes;
pub use dialect::{Dialect, UnknownDialect};
pub use diff::{Change, Hands, ImageChange, ImageName, diff, diff_images};
pub use embedded::Embedded;
pub use evaluate::{Verdicts, evaluate};
pub use lint::{NotMended, is_mendable, lint, lint_images, mend, selects_as_before};
pub use meaning::same_meaning;
pub use rule::{
    Action, CountType, CountUnit, Policy, Rule, RulePriority, Selection, StorageClass, TagList,
    TagPattern, TagPrefix, TagSelection, TagStatus,
};
pub use service::service_message;

use crate::diagnostic::{self, Diagnostic, Severity, Span};
use crate::repository::TagMutability;
use crate::sorting;
use codes::Code;
use fault::{EmbeddedFault, Finding, MAX_CHARACTERS, TextFault};
use image::{Images, Moment};
use places::RulePlaces;

/// What came of reading a text.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The policy. None where a diagnostic is an error, for a Crosswalk
    /// document with `skip`, which wants no policy, and for a template or a plan
    /// that has not exactly one.
    pub policy: Option<Policy>,
    /// The policies of a template or a plan, in the order of the text.
    pub embedded: Vec<Embedded>,
    /// Everything that was found, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
    /// The dialect it was read in: the one asked for, or the one detected.
    pub dialect: Option<Dialect>,
    /// Of the policy's rules, in their order; none for Crosswalk's default.
    places: Vec<RulePlaces>,
    /// Of the repository that the policy is for, where that is known.
    mutability: Option<TagMutability>,
}

impl Checked {
    /// Whether no error was found. A valid text without a policy asks for none.
    pub fn is_valid(&self) -> bool {
        !crate::diagnostic::has_errors(&self.diagnostics)
    }

    /// Whether the text is a document around policies: a template, a plan, an answer
    /// of ECR. Besides them it may tell whose they are.
    pub fn is_around(&self) -> bool {
        !self.embedded.is_empty() || self.dialect.is_some_and(Dialect::holds_policies)
    }

    /// The same policy, for a repository with this setting: some lints ask for it.
    #[must_use]
    pub fn for_repository(mut self, mutability: Option<TagMutability>) -> Self {
        self.mutability = mutability;
        self
    }

    /// The same, with what [`lint`] finds among the diagnostics.
    #[must_use]
    pub fn with_lints(mut self) -> Self {
        let found = lint(&self);
        self.tell(found);
        self
    }

    /// The same, with what is questionable about the policy on these images at
    /// the time `now`.
    #[must_use]
    pub fn with_image_lints(mut self, images: &Images, now: Moment) -> Self {
        if let Some(policy) = &self.policy {
            let verdicts = evaluate(policy, images, now);
            let found = lint_images(&self, &verdicts);
            self.tell(found);
        }
        self
    }

    /// Where a rule of its policy stands in the text: what it was compiled from.
    pub fn place(&self, rule: RulePriority) -> Option<Span> {
        let rules = self.policy.as_ref()?.rules().iter();
        let mut places = rules.zip(&self.places);
        let (_, places) = places.find(|(known, _)| known.priority == rule)?;
        Some(places.rule.span)
    }

    /// Adds findings, such as those of [`lint_images`].
    pub fn tell(&mut self, found: Vec<Diagnostic>) {
        self.diagnostics.extend(found);
        diagnostic::in_text_order(&mut self.diagnostics);
    }

    /// The same for who needs one policy: a template or a plan that has none or
    /// several is an error.
    #[must_use]
    pub fn alone(mut self) -> Self {
        let fault = match self.embedded.as_slice() {
            [] => self
                .diagnostics
                .iter_mut()
                .find(|it| it.code == Code::NoPolicy.id()),
            [_] => None,
            [first, ..] => {
                let names = self.embedded.iter().map(|it| it.name.clone()).collect();
                let fault = EmbeddedFault::Several { names };
                self.diagnostics
                    .push(Finding::new(fault, first.span).into());
                None
            }
        };
        if let Some(fault) = fault {
            fault.severity = Severity::Error;
        }
        self
    }
}

/// Checks a policy in ECR's own JSON.
pub fn check(text: &str) -> Checked {
    read(text, Some(Dialect::Ecr))
}

/// Reads a document of JSON past its faults, each value with its place.
pub(crate) fn document(text: &str) -> (Option<node::Node>, Vec<Diagnostic>) {
    let mut findings: Vec<Finding> = expressions(text).collect();
    if text.trim().is_empty() {
        findings.push(Finding::new(TextFault::Blank, Span::default()));
        return (None, findings.into_iter().map(Into::into).collect());
    }
    let root = json::read(text, &mut findings);
    (root, findings.into_iter().map(Into::into).collect())
}

/// Reads a policy in the dialect given, or in the one it seems to be written
/// in.
pub fn read(text: &str, dialect: Option<Dialect>) -> Checked {
    let examined = examine(text, dialect);
    let findings = readable(examined.findings);
    Checked {
        policy: examined.policy,
        diagnostics: findings.into_iter().map(Into::into).collect(),
        dialect: examined.dialect,
        embedded: examined.embedded,
        places: examined.places,
        mutability: None,
    }
}

/// A policy of 50 rules, every property of them wrong, has fewer findings.
const MAX_FINDINGS: usize = 1_000;

/// As many findings as somebody may read, the errors first to stay.
fn readable(findings: Vec<Finding>) -> Vec<Finding> {
    let Some(last) = findings.last().map(|finding| finding.span) else {
        return findings;
    };
    let count = findings.len().saturating_sub(MAX_FINDINGS);
    if count == 0 {
        return findings;
    }
    let (mut findings, others): (Vec<_>, Vec<_>) =
        findings.into_iter().partition(Finding::is_error);
    findings.extend(others);
    findings.truncate(MAX_FINDINGS);
    in_text_order(&mut findings);
    findings.push(Finding::new(TextFault::More { count }, last));
    findings
}

fn in_text_order(findings: &mut Vec<Finding>) {
    sorting::sort_by_key(findings, |it| (it.span.start, it.span.end));
}

/// The text in the bytes of a file. The diagnostics' offsets are into the text
/// that [`String::from_utf8_lossy`] makes of the bytes.
pub fn decode(bytes: &[u8]) -> Result<&str, Vec<Diagnostic>> {
    // JSON begins with an ASCII character: in UTF-16 a zero byte is beside it.
    let utf16 = matches!(
        bytes,
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, _, ..] | [_, 0, ..]
    );
    if utf16 {
        return Err(vec![Finding::new(TextFault::Utf16, Span::default()).into()]);
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let replacement = char::REPLACEMENT_CHARACTER.len_utf8();
        let place = Span::new(at, at + replacement);
        vec![Finding::new(TextFault::NotUtf8 { at }, place).into()]
    })
}

/// What [`read`] finds, before it is put into words.
struct Examined {
    policy: Option<Policy>,
    embedded: Vec<Embedded>,
    places: Vec<RulePlaces>,
    findings: Vec<Finding>,
    dialect: Option<Dialect>,
}

fn examine(text: &str, dialect: Option<Dialect>) -> Examined {
    let mut findings = Vec::new();
    let (document, dialect) = interpret(text, dialect, &mut findings);
    in_text_order(&mut findings);
    drop_consequences(&mut findings);
    let faulty = findings.iter().any(Finding::is_error);
    Examined {
        policy: document.policy.filter(|_| !faulty),
        embedded: document.embedded,
        places: document.places,
        findings,
        dialect,
    }
}

/// A value that cannot be read is reported once, not also for what it was read as.
fn drop_consequences(findings: &mut Vec<Finding>) {
    // In the order of the text, as the findings are.
    let unreadable: Vec<Span> = findings
        .iter()
        .filter(|finding| json::is_syntax(finding))
        .map(|finding| finding.span)
        .collect();
    let is_readable = |span: &Span| unreadable.binary_search(span).is_err();
    findings.retain(|finding| json::is_syntax(finding) || is_readable(&finding.span));
}

/// What a document comes to, good or not.
#[derive(Default)]
struct Document {
    policy: Option<Policy>,
    places: Vec<RulePlaces>,
    embedded: Vec<Embedded>,
}

impl Document {
    fn of(drafts: &[draft::Draft]) -> Self {
        let rules: Option<Vec<Rule>> = drafts.iter().map(draft::Draft::rule).collect();
        Self {
            policy: rules.map(Policy::new),
            places: drafts.iter().map(RulePlaces::of).collect(),
            embedded: Vec::new(),
        }
    }
}

fn interpret(
    text: &str,
    dialect: Option<Dialect>,
    findings: &mut Vec<Finding>,
) -> (Document, Option<Dialect>) {
    if text
        .trim_matches([' ', '\t', '\n', '\r', '\u{feff}'])
        .is_empty()
    {
        findings.push(Finding::new(TextFault::Blank, Span::default()));
        return (Document::default(), dialect);
    }
    let (root, format) = format::read(text, dialect, findings);
    let Some(root) = root else {
        return (Document::default(), dialect);
    };
    let asked = dialect;
    let dialect = dialect.or_else(|| dialect::detect(&root, format));
    if dialect.is_none_or(|dialect| !dialect.holds_policies()) {
        findings.extend(expressions(text));
    }
    let Some(dialect) = dialect else {
        findings.push(Finding::new(TextFault::UnclearDialect, root.span));
        return (Document::default(), None);
    };
    // Who says that a text is ECR's own gets the faults that ECR finds in it.
    if asked.is_none()
        && matches!(dialect, Dialect::Ecr | Dialect::Ecrane)
        && let Some(document) = embedded::read_answer(text, &root, findings)
    {
        return (document, Some(Dialect::Ecr));
    }
    let document = match dialect {
        Dialect::Ecr => {
            // ECR counts the characters of the text as it is given.
            findings.extend(too_long(text, Span::default()));
            Document::of(&ecr::drafts(&root, findings))
        }
        Dialect::Awsx => {
            let document = compile::compile(&root, findings).document();
            let json = document.policy.as_ref().map(Policy::to_json);
            findings.extend(too_long(&json.unwrap_or_default(), root.span));
            document
        }
        Dialect::Ecrane => ecrane::read(&root, findings),
        Dialect::CloudFormation => embedded::read_template(text, &root, findings),
        Dialect::TerraformPlan => embedded::read_plan(text, &root, findings),
    };
    (document, Some(dialect))
}

/// Expressions of a workflow that nobody expanded.
fn expressions(text: &str) -> impl Iterator<Item = Finding> {
    let expressions = text.match_indices("${{");
    expressions.map(|(at, found)| {
        let place = Span::new(at, at + found.len());
        Finding::new(TextFault::Expression, place)
    })
}

fn too_long(policy: &str, place: Span) -> Option<Finding> {
    let characters = policy.chars().count();
    (characters > MAX_CHARACTERS).then(|| Finding::new(TextFault::TooLong { characters }, place))
}

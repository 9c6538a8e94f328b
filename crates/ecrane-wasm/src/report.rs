//! What the functions answer. `types.ts` is made from these types.

use ecrane_core::diagnostic::{self, Diagnostic};
use ecrane_core::lifecycle::{self, Checked};
use serde::Serialize;

use crate::units::Units;

/// What was found in a policy.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Report {
    /// Whether no finding is an error.
    pub valid: bool,
    /// The dialect it was read in; null where it could not be recognised.
    pub dialect: Option<Dialect>,
    /// Whether the text is a document around policies: a template, a plan, an answer
    /// of ECR.
    pub around: bool,
    /// In the order of the text.
    pub findings: Vec<Finding>,
}

/// A policy as ECR takes it.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Compiled {
    /// What was found in the text.
    pub report: Report,
    /// The JSON for PutLifecyclePolicy; null where the text has an error, and
    /// where it asks for no policy.
    pub policy: Option<String>,
}

/// One finding. Offsets count UTF-16 units, as JavaScript does.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Finding {
    /// Stable name in kebab-case, such as `count-unit-required`.
    pub code: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong, as half a sentence.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The value it is about, such as `rules[0].selection.countUnit`.
    pub path: Option<String>,
    /// Where it begins.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
    /// Other places that explain it.
    pub labels: Vec<Label>,
    /// Whether `mend` knows something for it.
    pub mendable: bool,
}

/// A second place that explains a finding.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Label {
    /// What is to be seen there.
    pub text: String,
    /// Where it begins.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
}

/// How much a finding matters.
#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Severity {
    /// The text cannot be used.
    Error,
    /// The text can be used, and probably does not do what is meant.
    Warning,
    /// Good to know.
    Info,
}

/// A way to write a lifecycle policy.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Dialect {
    /// The JSON that ECR itself takes.
    Ecr,
    /// The rules of Pulumi Crosswalk for AWS.
    Awsx,
    /// Rules that say what ECR needs several rules for.
    Ecrane,
    /// Policies inside a template of CloudFormation or CDK.
    #[serde(rename = "cloudformation")]
    CloudFormation,
    /// Policies inside what `terraform show -json` prints.
    TerraformPlan,
}

impl Report {
    /// What was found in `text`, which `units` count.
    pub(crate) fn new(text: &str, checked: &Checked, units: &Units<'_>) -> Self {
        let findings = checked.diagnostics.iter().map(|found| Finding {
            mendable: lifecycle::is_mendable(text, checked, found),
            ..Finding::new(found, units)
        });
        Self {
            valid: checked.is_valid(),
            dialect: checked.dialect.map(Dialect::from),
            around: checked.is_around(),
            findings: findings.collect(),
        }
    }
}

impl Finding {
    /// With its places as JavaScript counts them.
    pub(crate) fn new(diagnostic: &Diagnostic, units: &Units<'_>) -> Self {
        let (from, to) = units.range(diagnostic.span);
        let labels = diagnostic.labels.iter().map(|label| {
            let (from, to) = units.range(label.span);
            let text = label.text.clone();
            Label { text, from, to }
        });
        Self {
            code: diagnostic.code,
            severity: diagnostic.severity.into(),
            message: diagnostic.message.clone(),
            help: diagnostic.help.clone(),
            path: diagnostic.path.clone(),
            from,
            to,
            labels: labels.collect(),
            mendable: false,
        }
    }
}

impl From<diagnostic::Severity> for Severity {
    fn from(severity: diagnostic::Severity) -> Self {
        match severity {
            diagnostic::Severity::Error => Self::Error,
            diagnostic::Severity::Warning => Self::Warning,
            diagnostic::Severity::Info => Self::Info,
        }
    }
}

impl From<lifecycle::Dialect> for Dialect {
    fn from(dialect: lifecycle::Dialect) -> Self {
        match dialect {
            lifecycle::Dialect::Ecr => Self::Ecr,
            lifecycle::Dialect::Awsx => Self::Awsx,
            lifecycle::Dialect::Ecrane => Self::Ecrane,
            lifecycle::Dialect::CloudFormation => Self::CloudFormation,
            lifecycle::Dialect::TerraformPlan => Self::TerraformPlan,
        }
    }
}

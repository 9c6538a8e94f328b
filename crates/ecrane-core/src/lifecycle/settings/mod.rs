//! What a project says about lints: how much each of them matters to it, which
//! findings it allows for some time, and which were there before it began.
//!
//! Only lints are open to this. What ECR refuses stays an error.

mod baseline;

#[cfg(test)]
mod tests;

pub use baseline::{Baseline, BaselineError};

use std::collections::BTreeMap;

use time::Date;

use super::Checked;
use super::codes::{Code, Lint};
use super::rule::RulePriority;
use crate::diagnostic::{Diagnostic, Severity};

/// How much a lint matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// So much.
    As(Severity),
    /// Not at all.
    Off,
}

/// A finding that is allowed for some time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowance {
    /// What is found.
    pub lint: Lint,
    /// The policy's file, by its path from the project's folder.
    pub file: String,
    /// The `rulePriority` of the rule it is found in; none allows it in all.
    pub rule: Option<u32>,
    /// Why.
    pub reason: String,
    /// The last day on which it is allowed.
    pub until: Date,
}

/// What a project says about lints. By default nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// Other levels than the lints' own.
    pub levels: BTreeMap<Lint, Level>,
    /// What is allowed for some time.
    pub allowances: Vec<Allowance>,
    /// What was found before and is not to be told again.
    pub baseline: Baseline,
}

/// The findings that remain, and how many of the others there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// What is to be told, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
    /// How many findings are allowed.
    pub allowed: usize,
    /// How many findings the baseline knows.
    pub known: usize,
}

impl Settings {
    /// What remains of the findings in a policy. `file` is its path from the
    /// project's folder, `checked` what was found in it, lints and all.
    ///
    /// An allowance whose time is over is a finding of its own, beside the one
    /// that it allowed.
    pub fn judge(&self, file: &str, checked: &Checked, today: Date) -> Judged {
        let mut judged = Judged {
            diagnostics: Vec::new(),
            allowed: 0,
            known: 0,
        };
        for found in &checked.diagnostics {
            let Some(lint) = Lint::of(found) else {
                judged.diagnostics.push(found.clone());
                continue;
            };
            let Some(severity) = self.severity(lint, found.severity) else {
                continue;
            };
            let allowances = self.allowances(lint, file, checked.priority(found));
            // The longest one counts.
            let allowance = allowances.max_by_key(|allowance| allowance.until);
            if allowance.is_some_and(|allowance| today <= allowance.until) {
                judged.allowed += 1;
            } else if self.baseline.knows(file, found) {
                judged.known += 1;
            } else {
                judged.diagnostics.push(Diagnostic {
                    severity,
                    ..found.clone()
                });
                let expired = allowance.map(|allowance| expired(allowance, found));
                judged.diagnostics.extend(expired);
            }
        }
        judged
    }

    /// None where the lint is off.
    fn severity(&self, lint: Lint, own: Severity) -> Option<Severity> {
        match self.levels.get(&lint) {
            None => Some(own),
            Some(Level::As(severity)) => Some(*severity),
            Some(Level::Off) => None,
        }
    }

    fn allowances(
        &self,
        lint: Lint,
        file: &str,
        rule: Option<RulePriority>,
    ) -> impl Iterator<Item = &Allowance> {
        let in_rule = move |allowance: &Allowance| match allowance.rule {
            Some(number) => rule.is_some_and(|rule| rule.get() == number),
            None => true,
        };
        self.allowances.iter().filter(move |allowance| {
            allowance.lint == lint && allowance.file == file && in_rule(allowance)
        })
    }
}

fn expired(allowance: &Allowance, found: &Diagnostic) -> Diagnostic {
    Diagnostic {
        code: Code::AllowanceExpired.id(),
        severity: Severity::Warning,
        message: format!(
            "`{}` was allowed here until {}: {}",
            allowance.lint, allowance.until, allowance.reason
        ),
        help: Some(
            "mend the policy, or give the allowance in `ecrane.toml` another date".to_owned(),
        ),
        labels: Vec::new(),
        ..found.clone()
    }
}

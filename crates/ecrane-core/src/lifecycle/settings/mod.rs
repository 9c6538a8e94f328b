//! What a project says about lints: how much each of them matters to it, which
//! findings it allows for some time, and which were there before it began.
//!
//! Only lints are open to this. What ECR refuses stays an error.

mod baseline;

#[cfg(test)]
mod tests;

pub use baseline::{Baseline, BaselineError};

use std::collections::{BTreeMap, BTreeSet};

use time::Date;

use super::Checked;
use super::codes::{Code, Lint};
use super::places::RulePlaces;
use super::rule::{Policy, RulePriority};
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
    /// What the file calls the policy, where it is a template or a plan with
    /// several; none allows it in all.
    pub policy: Option<String>,
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
    /// Allowances of what is not found in this file, or no longer.
    pub unused: Vec<Allowance>,
}

/// Where a finding is: in which policy of the file, and in which rule.
#[derive(Debug, Clone, Copy, Default)]
struct Site<'c> {
    policy: Option<&'c str>,
    rule: Option<RulePriority>,
}

impl<'c> Site<'c> {
    fn of(found: &Diagnostic, checked: &'c Checked) -> Self {
        let path = found.path.as_deref().unwrap_or_default();
        let rule = |policy: &Option<Policy>, places: &[RulePlaces]| {
            let mut rules = policy.as_ref()?.rules().iter().zip(places);
            let (rule, _) = rules.find(|(_, places)| places.rule.contains(path))?;
            Some(rule.priority)
        };
        let mut embedded = checked.embedded.iter();
        match embedded.find(|it| path.starts_with(&it.path)) {
            Some(it) => Self {
                policy: Some(&it.name),
                rule: rule(&it.policy, &it.places),
            },
            None => Self {
                policy: None,
                rule: rule(&checked.policy, &checked.places),
            },
        }
    }
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
            unused: Vec::new(),
        };
        let mut used = BTreeSet::new();
        for found in &checked.diagnostics {
            let Some(lint) = Lint::of(found) else {
                judged.diagnostics.push(found.clone());
                continue;
            };
            let Some(severity) = self.severity(lint, found.severity) else {
                continue;
            };
            let site = Site::of(found, checked);
            let mut allowances: Vec<_> = self.allowances(lint, file, site).collect();
            used.extend(allowances.iter().map(|(place, _)| *place));
            // The longest one counts.
            allowances.sort_by_key(|(_, allowance)| allowance.until);
            let allowance = allowances.pop().map(|(_, allowance)| allowance);
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
        // What is wrong with a policy may hide what is found in a good one.
        if checked.is_valid() {
            let all = self.allowances.iter().enumerate();
            let unused = all.filter(|(place, allowance)| {
                let is_looked_for = allowance.file == file && !allowance.lint.needs_images();
                is_looked_for && !used.contains(place)
            });
            judged.unused = unused.map(|(_, allowance)| allowance.clone()).collect();
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

    /// Those that are for such a finding, with their places.
    fn allowances<'a>(
        &'a self,
        lint: Lint,
        file: &'a str,
        site: Site<'a>,
    ) -> impl Iterator<Item = (usize, &'a Allowance)> {
        let is_there = move |allowance: &Allowance| {
            let rule = site.rule.map(RulePriority::get);
            let in_rule = allowance.rule.is_none() || allowance.rule == rule;
            let policy = allowance.policy.as_deref();
            in_rule && (policy.is_none() || policy == site.policy)
        };
        let all = self.allowances.iter().enumerate();
        all.filter(move |(_, allowance)| {
            allowance.lint == lint && allowance.file == file && is_there(allowance)
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

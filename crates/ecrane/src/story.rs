//! A run as it is told afterwards, however it ended: in the summary, on the
//! pull request, in files and as JSON.

use crate::config::{Fault, Preview};
use crate::exit::{Exit, Failure};
use crate::up::{Report, Seen};
use ecrane_core::diagnostic::{Colour, views};
use ecrane_core::lifecycle::explain::{Fate, fate};
use ecrane_core::name::Tag;
use ecrane_core::report::{Ending, Row, Run, TagChange};
use ecrane_core::repository::PutReport;
use serde_json::{Value, json};
use std::time::Duration;

/// What a run found out, and what came of it.
#[derive(Debug)]
pub(crate) struct Story<'a> {
    pub(crate) result: Result<&'a Report, &'a Failure>,
    pub(crate) seen: &'a Seen,
    pub(crate) took: Duration,
}

impl<'a> Story<'a> {
    pub(crate) const fn new(
        result: Result<&'a Report, &'a Failure>,
        seen: &'a Seen,
        took: Duration,
    ) -> Self {
        Self { result, seen, took }
    }

    /// What came of it, or what was planned.
    pub(crate) fn rows(&self) -> &'a [Row] {
        match self.result {
            Ok(report) => &report.rows,
            Err(_) => &self.seen.plan,
        }
    }

    /// What was found in the inputs and the files that they name.
    pub(crate) fn findings(&self) -> impl Iterator<Item = &'a Fault> {
        let faults: &[Fault] = match self.result {
            Err(Failure::Inputs(faults)) => faults,
            _ => &[],
        };
        self.seen.warnings.iter().chain(faults)
    }

    /// How many images the change of policy costs; none where nobody looked.
    pub(crate) fn expiring(&self) -> Option<usize> {
        let wanted = self.seen.wanted.as_ref()?;
        let unread = self.result.is_err() && self.seen.costs.is_empty();
        let looked = wanted.preview != Preview::Nobody && !self.seen.plan.is_empty() && !unread;
        if wanted.policy.is_none() || !looked {
            return None;
        }
        let costs = self.seen.costs.iter();
        Some(costs.map(|cost| cost.losses.len()).sum())
    }

    /// Where the policy was put: with this the change can be taken back. None
    /// where there is no policy.
    pub(crate) fn put_report(&self) -> Option<PutReport> {
        let wanted = self.seen.wanted.as_ref()?;
        Some(PutReport {
            repository: wanted.repository.clone(),
            commit: std::env::var("GITHUB_SHA").ok(),
            policy: wanted.policy.as_ref()?.to_json(),
            puts: self.seen.puts.clone(),
        })
    }

    /// What the policy does to the image that was pushed.
    pub(crate) fn fate(&self) -> Option<Fate> {
        let placed = self.result.ok()?.placed.first()?;
        let policy = self.seen.wanted.as_ref()?.policy.as_ref()?;
        let named = placed.result.tags.iter();
        let named = named.filter(|it| !matches!(it.change, TagChange::Held(_)));
        let tags: Vec<Tag> = named.map(|it| it.tag.clone()).collect();
        Some(fate(policy, &tags))
    }

    /// Why it failed, for programs. Only what is said may quote a secret: names,
    /// digests and policies are what they are.
    pub(crate) fn error(&self) -> Option<Value> {
        let failure = self.result.err()?;
        let findings: Vec<Value> = match failure {
            Failure::Inputs(faults) => faults.iter().map(finding).collect(),
            Failure::Because(..) => Vec::new(),
        };
        let message = failure.message();
        Some(json!({
            "exit": failure.exit().code(),
            "message": self.seen.secrets.scrub(&message),
            "findings": findings,
        }))
    }

    /// Tells it to whoever makes Markdown of it. What was given may be quoted, and
    /// nobody masks outside of the log.
    pub(crate) fn tell(&self, to: impl FnOnce(&Run<'_>) -> String) -> String {
        let message = self.result.err().map(Failure::message);
        let findings: Vec<String> = self.findings().map(|it| it.render(Colour::Off)).collect();
        let placed = self.result.map_or(&[][..], |report| &report.placed).iter();
        let images: Vec<_> = placed.map(|it| (&it.result, &it.references)).collect();
        let name = self.seen.wanted.as_ref().map(|it| it.repository.as_str());
        let whole = ("in all", self.took);
        let times: Vec<_> = self.seen.times.iter().copied().chain([whole]).collect();
        let text = to(&Run {
            ending: self.ending(message.as_deref().unwrap_or_default()),
            repository: name,
            rows: self.rows(),
            costs: &self.seen.costs,
            findings: &findings,
            images: &images,
            fate: self.fate().as_ref(),
            times: &times,
        });
        self.seen.secrets.scrub(&text).into_owned()
    }

    fn ending<'t>(&self, message: &'t str) -> Ending<'t> {
        match (self.result, self.seen.unplanned) {
            (Err(failure), _) if failure.exit() == Exit::Gate => Ending::Refused(message),
            (Err(_), _) => Ending::Failed(message),
            (Ok(_), Some(why)) => Ending::Checked(why),
            (Ok(report), None) if report.made.is_none() => Ending::Planned,
            (Ok(_), None) => Ending::Done,
        }
    }
}

/// A finding with where it stands.
fn finding(fault: &Fault) -> Value {
    let source = fault.source();
    json!({
        "source": source.name,
        "diagnostics": views(source.text, &fault.diagnostics),
    })
}

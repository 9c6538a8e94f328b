//! What a run has found out so far. It is there for those who tell of the run,
//! however it ends.

use super::secrets;
use crate::config::{Config, Fault, Preview};
use crate::scrub::Scrub;
use ecrane_core::lifecycle::Policy;
use ecrane_core::name::RepositoryName;
use ecrane_core::report::{Cost, Row};
use ecrane_core::repository::PutPolicy;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A record that its holders share.
#[derive(Debug, Clone)]
pub(crate) struct Record(Arc<Mutex<Seen>>);

/// What was found out.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// What must not be told.
    pub(crate) secrets: Scrub,
    /// What is wanted; none where the inputs are faulty.
    pub(crate) wanted: Option<Wanted>,
    /// What was noticed in the inputs and the policy, and stops nothing.
    pub(crate) warnings: Vec<Fault>,
    /// The plan.
    pub(crate) plan: Vec<Row>,
    /// What the policy costs, where that was read.
    pub(crate) costs: Vec<Cost>,
    /// Where the policy was put or, of a run that was stopped, may have been; and what
    /// it took the place of.
    pub(crate) puts: Vec<PutPolicy>,
    /// The repository policies that others take the place of, each with its
    /// registry where there are several.
    pub(crate) access_before: Vec<(Option<String>, String)>,
    /// What was carried out so far, in words.
    pub(crate) done: Vec<String>,
    /// Why there is no plan, though nothing is wrong.
    pub(crate) unplanned: Option<&'static str>,
    /// What took how long.
    pub(crate) times: Vec<(&'static str, Duration)>,
}

/// What a run is to bring about, as far as it is told of.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) repository: RepositoryName,
    pub(crate) policy: Option<Policy>,
    /// Who is asked what the policy removes.
    pub(crate) preview: Preview,
}

impl Seen {
    /// Nothing yet, but the secrets of the environment.
    pub(crate) fn nothing() -> Self {
        Self {
            secrets: secrets::of_environment(),
            wanted: None,
            warnings: Vec::new(),
            plan: Vec::new(),
            costs: Vec::new(),
            puts: Vec::new(),
            access_before: Vec::new(),
            done: Vec::new(),
            unplanned: None,
            times: Vec::new(),
        }
    }
}

impl Record {
    /// An empty one.
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(Seen::nothing())))
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known by now.
    pub(crate) fn so_far(&self) -> Seen {
        self.seen().clone()
    }

    pub(super) fn inputs(&self, config: &Config, warnings: &[Fault]) {
        let mut seen = self.seen();
        seen.wanted = Some(Wanted {
            repository: config.desired.name.clone(),
            policy: config.desired.policy.clone(),
            preview: config.gate.preview,
        });
        seen.warnings = warnings.to_vec();
        seen.secrets = secrets::scrub(config);
    }

    pub(super) fn plan(&self, rows: &[Row]) {
        self.seen().plan = rows.to_vec();
    }

    /// In place of what was found in the same registry before.
    pub(super) fn cost(&self, cost: Cost) {
        let mut seen = self.seen();
        seen.costs.retain(|other| other.registry != cost.registry);
        seen.costs.push(cost);
    }

    /// In place of what was noted for the same repository before.
    pub(super) fn put(&self, put: PutPolicy) {
        self.not_put(&put.repository_uri);
        self.seen().puts.push(put);
    }

    /// No policy was put there after all.
    pub(super) fn not_put(&self, repository_uri: &str) {
        let mut seen = self.seen();
        seen.puts.retain(|put| put.repository_uri != repository_uri);
    }

    /// Once, also where it is looked at again.
    pub(super) fn access_before(&self, registry: Option<&str>, policy: &str) {
        let before = (registry.map(str::to_owned), policy.to_owned());
        let mut seen = self.seen();
        if !seen.access_before.contains(&before) {
            seen.access_before.push(before);
        }
    }

    /// Once, where several settings were changed.
    pub(super) fn done(&self, what: String) {
        let mut seen = self.seen();
        if !seen.done.contains(&what) {
            seen.done.push(what);
        }
    }

    pub(super) fn no_plan(&self, why: &'static str) {
        self.seen().unplanned = Some(why);
    }

    /// Does it, and notes how long that took.
    pub(super) async fn timed<T>(&self, what: &'static str, work: impl Future<Output = T>) -> T {
        let begin = Instant::now();
        let done = work.await;
        self.seen().times.push((what, begin.elapsed()));
        done
    }
}

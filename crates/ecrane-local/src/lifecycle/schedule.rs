//! When policies are carried out: once a day, as time goes by, or when asked.

use super::{Removal, removals};
use crate::clock::Timestamp;
use crate::ecr::{Ecr, blocking};
use crate::refusal::Fault;
use crate::store::{Repository, RepositoryKey};
use ecrane_core::lifecycle::service_message;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

/// ECR carries a policy out within a day of its condition. Source: "Lifecycle
/// policy evaluation rules" in the Amazon ECR user guide.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How often it is looked for what is due.
const LOOK: Duration = Duration::from_secs(60);

/// A clock that is set years ahead brings no more runs than these.
const MOST_RUNS: usize = 4_000;

/// When policies are carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Schedule {
    /// A day after the last time, as ECR does.
    #[default]
    Daily,
    /// Only when asked.
    OnDemand,
}

/// A word that names no schedule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is neither `daily` nor `on-demand`")]
pub struct UnknownSchedule(String);

impl FromStr for Schedule {
    type Err = UnknownSchedule;

    fn from_str(word: &str) -> Result<Self, UnknownSchedule> {
        match word {
            "daily" => Ok(Self::Daily),
            "on-demand" => Ok(Self::OnDemand),
            _ => Err(UnknownSchedule(word.to_owned())),
        }
    }
}

/// A policy that was carried out.
#[derive(Debug)]
pub(crate) struct Execution {
    /// On which repository.
    pub(crate) repository: RepositoryKey,
    /// As of which time.
    pub(crate) at: Timestamp,
    /// What went, the newest image first.
    pub(crate) removals: Vec<Removal>,
}

/// Carries out the policy of a repository as of the time given, in one
/// transaction. None without a policy.
pub(crate) fn execute(
    ecr: &Ecr,
    key: &RepositoryKey,
    at: Timestamp,
) -> Result<Option<Execution>, Fault> {
    let removals = ecr.store.carry_out(key, at, |text, images| {
        // What was put was checked; what no longer passes does nothing.
        match service_message(text) {
            Ok(policy) => removals(&policy, &images, at),
            Err(_) => Ok(Vec::new()),
        }
    })?;
    Ok(removals.map(|removals| Execution {
        repository: key.clone(),
        at,
        removals,
    }))
}

/// Carries out what is due, day by day: what is archived on one day may expire
/// on a later one.
pub(crate) fn catch_up(ecr: &Ecr) -> Result<Vec<Execution>, Fault> {
    let mut executions = Vec::new();
    for repository in ecr.store.all_repositories()? {
        executions.extend(catch_up_one(ecr, &repository)?);
    }
    Ok(executions)
}

/// A day on which nothing goes costs no transaction, but for the last one, which
/// says when the policy was evaluated.
fn catch_up_one(ecr: &Ecr, repository: &Repository) -> Result<Vec<Execution>, Fault> {
    let mut executions = Vec::new();
    let text = repository.lifecycle_policy.as_deref();
    let Some(policy) = text.and_then(|text| service_message(text).ok()) else {
        return Ok(executions);
    };
    let (key, now) = (repository.key(), ecr.clock.now());
    let mut at = last(repository).after(DAY);
    let mut images = ecr.store.images(&key)?;
    for _ in 0..MOST_RUNS {
        if at > now {
            break;
        }
        let is_last = at.after(DAY) > now;
        if is_last || !removals(&policy, &images, at)?.is_empty() {
            executions.extend(execute(ecr, &key, at)?);
            images = ecr.store.images(&key)?;
        }
        at = at.after(DAY);
    }
    Ok(executions)
}

/// When the policy was last carried out or put.
fn last(repository: &Repository) -> Timestamp {
    let times = [
        repository.lifecycle_put_at,
        repository.lifecycle_evaluated_at,
    ];
    let last = times.into_iter().flatten().max();
    last.unwrap_or(repository.created_at)
}

/// Carries out what is due for as long as the server runs.
pub(crate) async fn keep(ecr: Arc<Ecr>) {
    loop {
        // What fails now is tried again; requests tell their own failures.
        let _ = blocking(&ecr, |ecr| catch_up(ecr)).await;
        tokio::time::sleep(LOOK).await;
    }
}

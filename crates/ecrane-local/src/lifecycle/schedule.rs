//! When policies are carried out: once a day, as time goes by, or when asked.

use super::{Removal, removals};
use crate::clock::Timestamp;
use crate::ecr::{Ecr, blocking};
use crate::refusal::{Fault, Reason, Refusal};
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

/// A clock that is set years ahead brings no more runs than these, and the one of
/// the latest day.
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
        let done = unless_gone(catch_up_one(ecr, &repository))?;
        executions.extend(done.into_iter().flatten());
    }
    Ok(executions)
}

/// None for a repository that was deleted since it was listed: the others are
/// none the worse for it.
pub(crate) fn unless_gone<T>(result: Result<T, Fault>) -> Result<Option<T>, Fault> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Fault::Refused(Refusal {
            reason: Reason::RepositoryNotFound,
            ..
        })) => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// A day on which nothing goes costs no transaction, but for the last one, which
/// says when the policy was evaluated.
fn catch_up_one(ecr: &Ecr, repository: &Repository) -> Result<Vec<Execution>, Fault> {
    let mut executions = Vec::new();
    let text = repository.lifecycle_policy.as_deref();
    let Some(policy) = text.and_then(|text| service_message(text).ok()) else {
        return Ok(executions);
    };
    let (key, now, last) = (repository.key(), ecr.clock.now(), last(repository));
    if last > now {
        start_anew(ecr, &key, now)?;
    }
    let Some(days) = days(last, now) else {
        return Ok(executions);
    };
    let mut images = ecr.store.images(&key)?;
    for day in days {
        if day.is_last || !removals(&policy, &images, day.at)?.is_empty() {
            executions.extend(execute(ecr, &key, day.at)?);
            images = ecr.store.images(&key)?;
        }
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

/// After the clock went back, what happened last lies ahead: the policy counts
/// as put now, so that it acts a day later and not when that time comes again.
fn start_anew(ecr: &Ecr, key: &RepositoryKey, now: Timestamp) -> Result<(), Fault> {
    ecr.store.update_repository(key, |repository| {
        repository.lifecycle_put_at = Some(now);
        repository.lifecycle_evaluated_at = None;
        Ok(())
    })?;
    Ok(())
}

/// A day on which a policy is due.
struct Day {
    at: Timestamp,
    is_last: bool,
}

/// The days since the last time, the latest always among them. None when no day
/// has passed.
fn days(last: Timestamp, now: Timestamp) -> Option<impl Iterator<Item = Day>> {
    let passed = now.since(last).as_secs() / DAY.as_secs();
    let day = move |number: u64| Day {
        at: last.after(Duration::from_secs(number * DAY.as_secs())),
        is_last: number == passed,
    };
    let before = (1..passed).take(MOST_RUNS);
    (passed > 0).then(|| before.chain([passed]).map(day))
}

/// Carries out what is due for as long as the server runs.
pub(crate) async fn keep(ecr: Arc<Ecr>) {
    loop {
        // What fails now is tried again; requests tell their own failures.
        let _ = blocking(&ecr, |ecr| catch_up(ecr)).await;
        tokio::time::sleep(LOOK).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ecrane_core::lifecycle::image::Moment;

    /// How many days are run, and which is the last one.
    fn check(now: u64, expected: Option<(usize, u64)>) {
        let last = Timestamp::from(Moment::from_seconds(0));
        let at = |days: u64| last.after(Duration::from_secs(days * DAY.as_secs()));
        let run = days(last, at(now)).map(|days| {
            let days: Vec<Day> = days.collect();
            let end = days.last().unwrap();
            assert!(end.is_last);
            (days.len(), end.at.since(last).as_secs() / DAY.as_secs())
        });
        assert_eq!(run, expected);
    }

    #[test]
    fn the_latest_day_is_run_however_long_the_jump() {
        check(0, None);
        check(1, Some((1, 1)));
        check(30, Some((30, 30)));
        check(100_000, Some((MOST_RUNS + 1, 100_000)));
    }
}

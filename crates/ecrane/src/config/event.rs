//! What the run is about: the event of the workflow, else the checkout.

use super::Fault;
use super::read::Lookup;
use crate::runner;
use ecrane_core::build::{Label, describe};
use ecrane_core::name::Tag;
use ecrane_core::tags::{Event, Payload, Repository};
use std::cell::OnceCell;
use time::OffsetDateTime;

/// What the run is about, found when it is first asked for: most runs outside a
/// workflow never ask, and git is not started for them.
pub(super) struct Surroundings<'a> {
    variable: Lookup<'a>,
    event: OnceCell<Result<Event, Fault>>,
}

impl<'a> Surroundings<'a> {
    pub(super) fn new(variable: Lookup<'a>) -> Self {
        Self {
            variable,
            event: OnceCell::new(),
        }
    }

    /// The id of the commit.
    pub(super) fn commit(&self) -> Option<String> {
        given(self.variable, "GITHUB_SHA").or_else(crate::git::head)
    }

    /// The event.
    ///
    /// # Errors
    /// The runner's file of the event, unreadable.
    pub(super) fn event(&self) -> Result<&Event, Fault> {
        let event = self.event.get_or_init(|| find(self.variable));
        event.as_ref().map_err(Fault::clone)
    }

    /// What an image says of itself: in a workflow what is known there, and
    /// elsewhere nothing, for a machine says nothing of who built on it.
    pub(super) fn description(&self, version: Option<&Tag>) -> Vec<Label> {
        if !runner::is_here(self.variable) {
            return Vec::new();
        }
        let Ok(event) = self.event() else {
            return Vec::new();
        };
        let agreed = (self.variable)("SOURCE_DATE_EPOCH")
            .and_then(|seconds| seconds.parse().ok())
            .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
        describe(event, version, agreed.or(event.commit_time))
    }
}

/// A variable that is set to something.
fn given(variable: Lookup<'_>, name: &str) -> Option<String> {
    variable(name).filter(|value| !value.is_empty())
}

fn find(variable: Lookup<'_>) -> Result<Event, Fault> {
    let now = OffsetDateTime::now_utc();
    if given(variable, "GITHUB_SHA").is_none() {
        return Ok(checkout(now));
    }
    let payload = match given(variable, "GITHUB_EVENT_PATH") {
        Some(path) => payload(&path)?,
        None => Payload::default(),
    };
    let mut event = Event::of_workflow(variable, &payload, now);
    event.commit_time = event
        .commit_time
        .or_else(|| crate::git::time_of(event.commit.as_deref()?));
    Ok(event)
}

fn payload(path: &str) -> Result<Payload, Fault> {
    let fault = |why: String| {
        let message = format!("the event of this workflow cannot be read: {why}");
        Fault::whole("GITHUB_EVENT_PATH", path, message)
    };
    let text = std::fs::read_to_string(path).map_err(|error| fault(error.to_string()))?;
    Payload::parse(&text).map_err(|error| fault(error.to_string()))
}

fn checkout(now: OffsetDateTime) -> Event {
    let commit = crate::git::head();
    Event {
        name: String::new(),
        git_ref: crate::git::checked_out(),
        commit_time: commit.as_deref().and_then(crate::git::time_of),
        commit,
        base_branch: None,
        default_branch: crate::git::default_branch(),
        now,
        repository: Repository::default(),
    }
}

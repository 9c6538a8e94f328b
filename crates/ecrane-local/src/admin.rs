//! What the service itself has no operation for: its clock, and carrying out
//! lifecycle policies at once.
//!
//! Under `/_ecrane/`, where no repository can be. Only JSON is taken, so that no
//! page in a browser can ask for a change.

use crate::clock::Timestamp;
use crate::ecr::{Ecr, blocking};
use crate::lifecycle::{self, Execution, Removal, Schedule};
use crate::refusal::Fault;
use crate::request_log::{Access, Subject};
use crate::store::Repository;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use ecrane_core::lifecycle::Action;
use ecrane_core::lifecycle::image::Moment;
use ecrane_core::name::{AccountId, Digest, Region, RepositoryName, Tag};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

/// What time it is, and what the policies did when it was set.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ClockState {
    /// The time, as RFC 3339 in UTC.
    pub now: String,
    /// What lifecycle policies did because time passed, the earliest first.
    #[serde(default)]
    pub executions: Vec<Executed>,
}

/// How the clock is to be set.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClockChange {
    /// To this time: RFC 3339, or seconds since 1970.
    Set(String),
    /// Ahead by so many seconds.
    Advance(u64),
    /// To the machine's own time.
    Reset,
    /// It stands still until it is set, or goes on.
    Hold,
    /// It goes on from the time that it shows.
    Run,
}

/// Which repositories' policies are to be carried out; all where nothing is said.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Which {
    /// The account.
    pub registry_id: Option<AccountId>,
    /// The Region.
    pub region: Option<Region>,
    /// The repository's name.
    pub repository_name: Option<RepositoryName>,
}

/// What a lifecycle policy did to a repository.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Executed {
    /// The account.
    pub registry_id: AccountId,
    /// The Region.
    pub region: Region,
    /// The repository's name.
    pub repository_name: RepositoryName,
    /// As of which time, as RFC 3339 in UTC.
    pub evaluated_at: String,
    /// The images that are gone, the newest first.
    pub expired: Vec<Gone>,
    /// The images that are in the archive now, the newest first.
    pub archived: Vec<Gone>,
}

/// An image that a policy expired or archived.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Gone {
    /// Its digest.
    pub image_digest: Digest,
    /// The tags that it had.
    pub image_tags: Vec<String>,
    /// The priority of the rule by which it went.
    pub rule_priority: u32,
}

/// That it is there.
pub(crate) async fn health() -> Json<serde_json::Value> {
    Json(json!({ "status": "ok" }))
}

/// What time it is.
pub(crate) async fn clock(State(ecr): State<Arc<Ecr>>) -> Response {
    answered(
        "GetClock",
        Access::Read,
        Ok(state(ecr.clock.now(), Vec::new())),
    )
}

/// Sets the clock, and carries out what is due by then.
pub(crate) async fn set_clock(
    State(ecr): State<Arc<Ecr>>,
    Json(change): Json<ClockChange>,
) -> Response {
    let to = match change {
        ClockChange::Set(ref time) => match time.parse::<Moment>() {
            Ok(moment) => Some(Timestamp::from(moment)),
            Err(error) => return refused(&error.to_string()),
        },
        ClockChange::Advance(seconds) => Some(ecr.clock.now().after(Duration::from_secs(seconds))),
        ClockChange::Reset | ClockChange::Hold | ClockChange::Run => None,
    };
    if to.is_some_and(|to| !Timestamp::SETTABLE.contains(&to)) {
        return refused("the clock takes times from the year 1970 to the year 9999");
    }
    let done = blocking(&ecr, move |ecr| {
        let clock = &ecr.clock;
        let pace = match (to, change) {
            (Some(to), _) => clock.set(to),
            (None, ClockChange::Hold) => clock.hold(),
            (None, ClockChange::Run) => clock.run(),
            (None, _) => clock.reset(),
        };
        ecr.store.keep_clock(pace)?;
        let executions = match ecr.schedule {
            Schedule::Daily => lifecycle::catch_up(ecr)?,
            Schedule::OnDemand => Vec::new(),
        };
        Ok(state(ecr.clock.now(), executions))
    });
    answered("SetClock", Access::Write, done.await)
}

fn state(now: Timestamp, executions: Vec<Execution>) -> ClockState {
    ClockState {
        now: Moment::from(now).to_string(),
        executions: executions.into_iter().map(executed).collect(),
    }
}

/// Carries out lifecycle policies now.
pub(crate) async fn carry_out(State(ecr): State<Arc<Ecr>>, Json(which): Json<Which>) -> Response {
    let done = blocking(&ecr, move |ecr| {
        let mut executions = Vec::new();
        for repository in ecr.store.all_repositories()? {
            if which.has(&repository) {
                let now = ecr.clock.now();
                let execution = lifecycle::execute(ecr, &repository.key(), now);
                let execution = lifecycle::unless_gone(execution)?.flatten();
                executions.extend(execution.map(executed));
            }
        }
        Ok(executions)
    });
    answered("CarryOutLifecyclePolicies", Access::Write, done.await)
}

impl Which {
    fn has(&self, repository: &Repository) -> bool {
        let registry = &repository.registry;
        let same = |wanted: Option<bool>| wanted.unwrap_or(true);
        same(self.registry_id.as_ref().map(|id| *id == registry.account))
            && same(
                self.region
                    .as_ref()
                    .map(|region| *region == registry.region),
            )
            && same(
                self.repository_name
                    .as_ref()
                    .map(|name| *name == repository.name),
            )
    }
}

fn executed(execution: Execution) -> Executed {
    let Execution {
        repository,
        at,
        removals,
    } = execution;
    let gone = |action| {
        let removals = removals.iter();
        let those = removals.filter(move |removal| removal.action == action);
        those.map(gone).collect()
    };
    Executed {
        expired: gone(Action::Expire),
        archived: gone(Action::Transition),
        registry_id: repository.registry.account,
        region: repository.registry.region,
        repository_name: repository.name,
        evaluated_at: Moment::from(at).to_string(),
    }
}

fn gone(removal: &Removal) -> Gone {
    let image = &removal.image;
    Gone {
        image_digest: image.image.digest.clone(),
        image_tags: image.tags.iter().map(Tag::to_string).collect(),
        rule_priority: removal.priority,
    }
}

fn answered<T: Serialize>(operation: &str, access: Access, result: Result<T, Fault>) -> Response {
    let mut response = match result {
        Ok(value) => Json(value).into_response(),
        Err(Fault::Refused(refusal)) => refused(&refusal.to_string()),
        Err(Fault::Store(error)) => {
            let body = Json(json!({ "message": error.to_string() }));
            (StatusCode::INTERNAL_SERVER_ERROR, body).into_response()
        }
    };
    response.extensions_mut().insert(Subject {
        operation: operation.to_owned(),
        access,
        repository: None,
    });
    response
}

fn refused(message: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "message": message }))).into_response()
}

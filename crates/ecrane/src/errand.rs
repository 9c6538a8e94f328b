//! Runs that are not the main job, and take something away or put it back: what
//! they show, and what they hand over.

use crate::cleanup;
use crate::config::{self, Changes, ClosedPull, Extent, Task};
use crate::credentials;
use crate::destroy;
use crate::exit::{Exit, Failure};
use crate::files::{self, Files};
use crate::runner::StepFiles;
use crate::service;
use crate::show::{self, Log};
use crate::up::{Order, Seen};
use ecrane_core::diagnostic::Colour;
use ecrane_core::name::RepositoryName;
use ecrane_core::report::{Change, Ending, Row, Run, resources, summary};
use ecrane_core::repository::PullState;
use ecrane_engine::github::{GitHub, Patience};
use ecrane_engine::network::Network;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// What such a run has found out so far.
#[derive(Debug, Default)]
pub(crate) struct Errand {
    /// Of which repository.
    repository: Option<RepositoryName>,
    /// What is done, or would be.
    rows: Vec<Row>,
    /// How much of it was done.
    progress: Progress,
    /// Why there is no plan, though nothing is wrong.
    unplanned: Option<&'static str>,
    /// What else a program is told.
    details: Map<String, Value>,
}

/// How much was done of what was to be done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Progress {
    #[default]
    Nothing,
    Something,
    All,
}

impl Errand {
    /// Shows what is to be done.
    pub(crate) fn plan(&mut self, rows: Vec<Row>, log: Log) {
        log.heading("Plan");
        log.rows(&rows);
        log.line("");
        self.rows = rows;
    }

    /// Notes something for programs.
    pub(crate) fn note(&mut self, name: &str, value: impl Serialize) {
        self.details.insert(name.to_owned(), json!(value));
    }

    /// What was to go by this name is still there, for this reason.
    pub(crate) fn stays(&mut self, name: &str, why: &str) {
        let row = self.rows.iter_mut().find(|row| row.name == name);
        if let Some(row) = row {
            row.change = Change::Same;
            row.note = why.to_owned();
        }
    }

    /// Something of it is done, or is about to be.
    pub(crate) fn began(&mut self) {
        self.progress = Progress::Something;
    }

    /// What was begun was refused.
    pub(crate) fn did_nothing(&mut self) {
        self.progress = Progress::Nothing;
    }

    /// All of it is done.
    pub(crate) fn done(&mut self, log: Log) {
        self.progress = Progress::All;
        log.line(&format!("Resources: {}", resources(&self.rows)));
    }

    /// Whether anything is another than before.
    pub(crate) fn changed(&self) -> bool {
        match self.progress {
            Progress::Nothing => false,
            Progress::Something => true,
            Progress::All => ecrane_core::report::changed(&self.rows),
        }
    }

    /// The run as JSON, and if it failed, why.
    fn json(&self, failure: Option<&Failure>) -> Value {
        let mut value = json!({
            "resources": self.rows,
            "changed": self.changed(),
        });
        if let Some(object) = value.as_object_mut() {
            object.extend(self.details.clone());
            if let Some(failure) = failure {
                let error = json!({
                    "exit": failure.exit().code(),
                    "message": failure.message(),
                });
                object.insert("error".to_owned(), error);
            }
        }
        value
    }

    /// Hands over to a program, however the run ended.
    pub(crate) fn to_program(&self, result: Result<(), Failure>) -> Result<Exit, Failure> {
        let told = show::data(&format!("{:#}", self.json(result.as_ref().err())));
        result.and(told).map(|()| Exit::Done)
    }
}

/// Does what the inputs ask for.
///
/// # Errors
/// Faulty inputs, or what the task meets.
pub(crate) async fn run(order: &Order, errand: &mut Errand, log: Log) -> Result<(), Failure> {
    let variable = |name: &str| std::env::var(name).ok();
    let (asked, warnings) =
        config::errand(&order.inputs, order.service, variable).map_err(Failure::Inputs)?;
    for warning in &warnings {
        log.fault(warning);
    }
    let target = &asked.target;
    errand.repository = Some(target.repository.clone());
    if is_without_credentials(&asked).await {
        log.line(WITHOUT_CREDENTIALS);
        errand.unplanned = Some(WITHOUT_CREDENTIALS);
        return Ok(());
    }
    match asked.task {
        Task::Destroy {
            confirmation,
            adoption,
            closed,
        } => {
            let mut wish = destroy::Wish {
                name: &target.repository,
                confirmation,
                adoption,
                extent: target.extent,
            };
            wish.check()?;
            let reached = service::standing(&target.place, order.data.clone(), log).await?;
            if let Some(closed) = closed.filter(|_| wish.extent == Extent::Whole)
                && let Some(why) =
                    open_again(&closed, reached.connection.identity.network()).await?
            {
                log.warning(&why);
                wish.extent = Extent::Plan;
            }
            destroy::destroy(&wish, &reached, errand, log).await
        }
        Task::Cleanup(tags) => {
            let wish = cleanup::Wish {
                name: &target.repository,
                tags: &tags,
                extent: target.extent,
            };
            let reached = service::standing(&target.place, order.data.clone(), log).await?;
            cleanup::clean(&wish, &reached, errand, log).await
        }
    }
}

/// How often something is taken away that nobody says is gone. Between two attempts
/// it is looked whether it is still what was shown. As often as AWS is asked for
/// anything else.
pub(crate) const ATTEMPTS: u32 = 8;

/// Waits until there is something to look at.
pub(crate) async fn wait_after(attempt: u32) {
    const FIRST: Duration = Duration::from_millis(250);
    tokio::time::sleep(FIRST * 2_u32.pow(attempt.saturating_sub(1))).await;
}

/// Why the run for the end of a pull request only looks, if it is not at its end.
async fn open_again(closed: &ClosedPull, network: &Network) -> Result<Option<String>, Failure> {
    let ClosedPull { number, asked } = closed;
    let github = GitHub::new(&asked.api, &asked.token, network, Patience::default());
    let state = match github {
        Ok(github) => github.pull_state(&asked.repository, *number).await,
        Err(error) => Err(error),
    };
    let state = state.map_err(|error| Failure::refused(format!("{error}; nothing was done")))?;
    Ok(match state {
        PullState::Closed => None,
        PullState::Open => Some(format!("#{number} is open again: nothing is deleted")),
        PullState::Unknown => Some(format!(
            "#{number} is not known to GitHub: nothing is deleted"
        )),
    })
}

/// A pull request from a fork has nothing that a run for it pushed, and nothing is
/// wrong with that.
const WITHOUT_CREDENTIALS: &str = "A run for the changes of a fork or of Dependabot gets no AWS credentials, and pushed nothing. Nothing was called.";

async fn is_without_credentials(asked: &config::Errand) -> bool {
    match asked.target.place.region.as_ref() {
        Some(region) if asked.changes == Changes::Foreign => {
            credentials::are_missing(&asked.target.place.sign_in, region).await
        }
        _ => false,
    }
}

impl Errand {
    /// Hands over to the steps that follow, however the run ended.
    ///
    /// # Errors
    /// What the runner reads cannot be written.
    pub(crate) fn to_step(
        &self,
        result: Result<(), &Failure>,
        step: &StepFiles,
        log: Log,
    ) -> Result<(), Failure> {
        let secrets = Seen::nothing().secrets;
        let json = format!("{:#}", self.json(result.err()));
        let files = files::write_plan(&secrets.scrub(&json)).unwrap_or_else(|error| {
            log.warning(&format!("the plan cannot be written as a file: {error}"));
            Files::default()
        });
        let name = self.repository.as_ref().map(ToString::to_string);
        let mut outputs = vec![
            ("repository", name.unwrap_or_default()),
            ("changed", self.changed().to_string()),
        ];
        outputs.extend(files.outputs());
        let message = result.err().map(Failure::message);
        let message = message.as_deref().unwrap_or_default();
        let faults = match result {
            Err(Failure::Inputs(faults)) => faults.as_slice(),
            _ => &[],
        };
        let findings: Vec<String> = faults.iter().map(|it| it.render(Colour::Off)).collect();
        let text = summary(&Run {
            ending: match (result, self.unplanned) {
                (Err(failure), _) if failure.exit() == Exit::Gate => Ending::Refused(message),
                (Err(_), _) => Ending::Failed(message),
                (Ok(()), Some(why)) => Ending::Checked(why),
                (Ok(()), None) if self.progress == Progress::All => Ending::Done,
                (Ok(()), None) => Ending::Planned,
            },
            repository: self.repository.as_ref().map(RepositoryName::as_str),
            rows: &self.rows,
            costs: &[],
            findings: &findings,
            images: &[],
            fate: None,
            times: &[],
        });
        let text = secrets.scrub(&text).into_owned();
        step.set_outputs(&outputs)
            .and_then(|()| step.add_summary(&text))
            .map_err(|error| Failure::refused(format!("the outputs cannot be written: {error}")))
    }
}

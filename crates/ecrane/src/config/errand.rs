//! Runs that are not the main job, by their inputs: those of a build are not
//! looked at.

use super::comment::{Changes, changes, closed, is_for_pull_request};
use super::list::by_comma_and_line;
use super::read::{Lookup, Reader};
use super::{Fault, Mode, Place, Service};
use crate::inputs::Inputs;
use ecrane_core::lifecycle::gate::MaxRemove;
use ecrane_core::name::RepositoryName;
use ecrane_core::repository::{Adoption, PullTags, confirmed};
use ecrane_engine::github::{PUBLIC_API, Repository};
use secrecy::SecretString;

/// What such a run is about. Good: nothing in it will be refused for its form.
#[derive(Debug, Clone)]
pub(crate) struct Errand {
    pub task: Task,
    pub target: Target,
    /// Whose changes the run is for.
    pub changes: Changes,
}

/// A repository that is there.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub repository: RepositoryName,
    pub place: Place,
    pub extent: Extent,
}

/// What is done.
#[derive(Debug, Clone)]
pub(crate) enum Task {
    /// The repository goes, with all that it holds.
    Destroy {
        confirmation: Confirmation,
        adoption: Adoption,
        closed: Option<ClosedPull>,
    },
    /// The tags of closed pull requests go.
    Cleanup(Cleanup),
}

/// Which tags go, if their pull requests are closed.
#[derive(Debug, Clone)]
pub(crate) struct Cleanup {
    /// How they name their pull request.
    pub tags: Vec<PullTags>,
    /// At most so many.
    pub max_remove: MaxRemove,
    /// The pull request that the run is for; none: all.
    pub only: Option<u64>,
    /// Who knows whether one is closed.
    pub asked: GitHubApi,
}

/// The pull request whose end the run is for. Its event is older than the run: it may
/// have been opened again.
#[derive(Debug, Clone)]
pub(crate) struct ClosedPull {
    pub number: u64,
    pub asked: GitHubApi,
}

/// Where pull requests are, and by which right they are read.
#[derive(Debug, Clone)]
pub(crate) struct GitHubApi {
    pub api: String,
    pub repository: Repository,
    pub token: SecretString,
}

/// Whether the name was typed a second time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Confirmation {
    /// It was.
    Given,
    /// Not yet.
    Missing,
}

/// How far it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// To the plan.
    Plan,
    /// To the end.
    Whole,
}

const CONFIRM: &str = "confirm";
const TAGS: &str = "cleanup-tags";
const MAX_REMOVE: &str = "max-remove";

const DESTROY: &str = "destroy";
const CLEANUP: &str = "cleanup";

/// More tags of pull requests than that are seldom closed since the last run.
const MOST_TAGS: MaxRemove = MaxRemove::Images(100);

/// Whether the inputs ask for an errand.
pub(crate) fn is_errand(inputs: &Inputs) -> bool {
    matches!(inputs.mode.as_deref(), Some(DESTROY | CLEANUP))
}

/// The errand that the inputs ask for, and what was noticed; or every fault.
///
/// # Errors
/// All faults of the inputs that it looks at.
pub(crate) fn errand(
    inputs: &Inputs,
    service: Service,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<(Errand, Vec<Fault>), Vec<Fault>> {
    let variable: Lookup<'_> = &variable;
    let mut reader = Reader::default();
    let target = reader.target(inputs, service, variable);
    let task = match inputs.mode.as_deref() {
        Some(CLEANUP) => reader.cleanup(inputs, variable).map(Task::Cleanup),
        _ => Some(Task::Destroy {
            confirmation: reader.confirmation(inputs, target.as_ref()),
            adoption: reader.adoption(inputs),
            closed: reader.closed_pull(inputs, variable),
        }),
    };
    reader.main_registry_alone(inputs);
    let (faults, warnings) = reader.finish();
    // Without a fault there are both; the pattern says so to the compiler.
    match target.zip(task) {
        Some((target, task)) if faults.is_empty() => Ok((
            Errand {
                task,
                target,
                changes: changes(variable),
            },
            warnings,
        )),
        _ => Err(faults),
    }
}

/// The repository of a command that says itself what it does there, and what was
/// noticed; or every fault.
///
/// # Errors
/// All faults of the options.
pub(crate) fn target(
    inputs: &Inputs,
    service: Service,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<(Target, Vec<Fault>), Vec<Fault>> {
    let mut reader = Reader::default();
    let target = reader.target(inputs, service, &variable);
    let (faults, warnings) = reader.finish();
    match target {
        Some(target) if faults.is_empty() => Ok((target, warnings)),
        _ => Err(faults),
    }
}

impl Reader {
    fn target(
        &mut self,
        inputs: &Inputs,
        service: Service,
        variable: Lookup<'_>,
    ) -> Option<Target> {
        let place = self.place(inputs, (service, Mode::Up), variable);
        let repository = self.repository(inputs);
        let extent = self.extent(inputs, variable);
        Some(Target {
            repository: repository?,
            place,
            extent,
        })
    }

    /// What is taken away does not come back: as long as a pull request is open,
    /// a run for it only looks, whatever else is said.
    fn extent(&mut self, inputs: &Inputs, variable: Lookup<'_>) -> Extent {
        let dry_run = self.boolean("dry-run", inputs.dry_run.as_deref());
        let is_open = || is_for_pull_request(variable) && closed(variable).is_none();
        match dry_run == Some(true) || is_open() {
            true => Extent::Plan,
            false => Extent::Whole,
        }
    }

    fn confirmation(&mut self, inputs: &Inputs, target: Option<&Target>) -> Confirmation {
        let (Some(typed), Some(target)) = (&inputs.confirm, target) else {
            return Confirmation::Missing;
        };
        let name = &target.repository;
        if confirmed(name, typed).is_err() {
            let message = format!("this is not `{name}`, the name of the repository");
            let fault = Fault::whole(CONFIRM, typed, message);
            self.fault(fault.help("write the name of the repository that is to go, to the letter"));
        }
        Confirmation::Given
    }

    /// What is in further registries stays: a run takes away in one place only.
    fn main_registry_alone(&mut self, inputs: &Inputs) {
        let further = by_comma_and_line(&inputs.push_to);
        if !further.is_empty() {
            let message = "this mode looks at the main registry alone";
            let fault = Fault::whole("push-to", &further.join(", "), message);
            self.warn(fault.help("run it once more with each of their Regions and roles"));
        }
    }

    fn cleanup(&mut self, inputs: &Inputs, variable: Lookup<'_>) -> Option<Cleanup> {
        let limit = inputs.max_remove.as_deref().map(|text| {
            let limit = text.trim().parse::<MaxRemove>();
            self.keep(limit.map_err(|error| Fault::whole(MAX_REMOVE, text, error.to_string())))
        });
        Some(Cleanup {
            tags: self.pull_tags(inputs),
            max_remove: limit.flatten().unwrap_or(MOST_TAGS),
            only: closed(variable),
            asked: self.github(inputs, variable)?,
        })
    }

    fn closed_pull(&mut self, inputs: &Inputs, variable: Lookup<'_>) -> Option<ClosedPull> {
        let number = closed(variable)?;
        let asked = self.github(inputs, variable)?;
        Some(ClosedPull { number, asked })
    }

    fn pull_tags(&mut self, inputs: &Inputs) -> Vec<PullTags> {
        let texts = by_comma_and_line(&inputs.cleanup_tags);
        if texts.is_empty() {
            return vec![PullTags::default()];
        }
        let read = texts.iter().filter_map(|text| {
            let tags = text.parse::<PullTags>();
            self.keep(tags.map_err(|error| {
                let message =
                    format!("`{text}` does not say how tags name a pull request: {error}");
                Fault::whole(TAGS, text, message).help("write it as `pr-{number}`")
            }))
        });
        read.collect()
    }

    /// What is not closed stays, and only GitHub knows what is.
    fn github(&mut self, inputs: &Inputs, variable: Lookup<'_>) -> Option<GitHubApi> {
        let given = |name: &str| variable(name).filter(|text| !text.is_empty());
        let token = inputs
            .github_token
            .as_ref()
            .map(|it| it.expose().to_owned());
        let token = token.or_else(|| given("GITHUB_TOKEN"));
        if token.is_none() {
            let message =
                "whether a pull request is closed is asked of GitHub, which needs a token";
            let fault = Fault::whole("github-token", "", message);
            self.fault(fault.help("give `github-token`, or the variable GITHUB_TOKEN, with the right `pull-requests: read`"));
        }
        let name = given("GITHUB_REPOSITORY").unwrap_or_default();
        let repository = name.parse::<Repository>().map_err(|error| {
            let fault = Fault::whole("GITHUB_REPOSITORY", &name, error.to_string());
            fault.help("the variable says whose pull requests these are; a workflow has it")
        });
        let repository = self.keep(repository);
        let api = given("GITHUB_API_URL").unwrap_or_else(|| PUBLIC_API.to_owned());
        Some(GitHubApi {
            api,
            repository: repository?,
            token: token?.into(),
        })
    }

    /// What is about another mode does nothing, and that is said.
    pub(super) fn no_errand(&mut self, inputs: &Inputs) {
        let of_cleanup = by_comma_and_line(&inputs.cleanup_tags).join(", ");
        let of_cleanup = Some(of_cleanup).filter(|text| !text.is_empty());
        let others = [
            (CONFIRM, DESTROY, inputs.confirm.clone()),
            (TAGS, CLEANUP, of_cleanup),
        ];
        for (input, mode, given) in others {
            if let Some(given) = given {
                let message = format!("`{input}` is about `mode: {mode}`, which is not given");
                self.warn(Fault::whole(input, &given, message));
            }
        }
    }
}

//! Runs that are not the main job, by their inputs: those of a build are not
//! looked at.

use super::comment::{closed, is_for_pull_request};
use super::place::Place;
use super::read::{Lookup, Reader};
use super::{Fault, Mode, Service};
use crate::inputs::Inputs;
use ecrane_core::name::RepositoryName;
use ecrane_core::repository::{Adoption, confirmed};

/// What such a run is about. Good: nothing in it will be refused for its form.
#[derive(Debug, Clone)]
pub(crate) struct Errand {
    pub task: Task,
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
    },
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

/// The modes that are errands.
pub(super) const MODES: [&str; 1] = ["destroy"];

/// Whether the inputs ask for an errand.
pub(crate) fn is_errand(inputs: &Inputs) -> bool {
    let mode = inputs.mode.as_deref();
    mode.is_some_and(|mode| MODES.contains(&mode))
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
    let place = reader.place(inputs, (service, Mode::Up), variable);
    let repository = reader.repository(inputs);
    let extent = reader.extent(inputs, variable);
    let task = Task::Destroy {
        confirmation: reader.confirmation(inputs, repository.as_ref()),
        adoption: reader.adoption(inputs),
    };
    let (faults, warnings) = reader.finish();
    match repository {
        Some(repository) if faults.is_empty() => Ok((
            Errand {
                task,
                repository,
                place,
                extent,
            },
            warnings,
        )),
        _ => Err(faults),
    }
}

impl Reader {
    /// What is taken away does not come back: as long as a pull request is open,
    /// a run for it only looks, unless somebody says otherwise.
    fn extent(&mut self, inputs: &Inputs, variable: Lookup<'_>) -> Extent {
        let dry_run = self.boolean("dry-run", inputs.dry_run.as_deref());
        let is_open = || is_for_pull_request(variable) && closed(variable).is_none();
        match dry_run.unwrap_or_else(is_open) {
            true => Extent::Plan,
            false => Extent::Whole,
        }
    }

    fn confirmation(
        &mut self,
        inputs: &Inputs,
        repository: Option<&RepositoryName>,
    ) -> Confirmation {
        let (Some(typed), Some(name)) = (&inputs.confirm, repository) else {
            return Confirmation::Missing;
        };
        if confirmed(name, typed).is_err() {
            let message = format!("this is not `{name}`, the name of the repository");
            let fault = Fault::whole(CONFIRM, typed, message);
            self.fault(fault.help("write the name of the repository that is to go, to the letter"));
        }
        Confirmation::Given
    }

    /// Where nothing is deleted, nothing is confirmed.
    pub(super) fn no_errand(&mut self, inputs: &Inputs) {
        if let Some(typed) = &inputs.confirm {
            let message = "`confirm` is about `mode: destroy`, which is not given";
            self.warn(Fault::whole(CONFIRM, typed, message));
        }
    }
}

//! The input `lifecycle-policy`: a file, a text, or the word `default`.

use super::{Fault, Origin, document};
use crate::exit::Failure;
use crate::project::Project;
use ecrane_core::diagnostic::{Severity, has_errors};
use ecrane_core::lifecycle::{self, Policy};
use ecrane_core::repository::TagMutability;
use std::path::PathBuf;

const INPUT: &str = "lifecycle-policy";

/// What the input comes to.
#[derive(Default)]
pub(super) struct Read {
    /// None where there is a fault, and where the document wants no policy.
    pub(super) policy: Option<Policy>,
    pub(super) faults: Vec<Fault>,
    pub(super) warnings: Vec<Fault>,
}

/// Reads the input and what it names, under the settings of its project.
///
/// `mutability` is what the repository is to have.
pub(super) fn read(given: &str, mutability: Option<TagMutability>) -> Read {
    if given.trim() == "default" {
        return Read {
            policy: Some(Policy::crosswalk_default()),
            ..Read::default()
        };
    }
    let help = "give a path, a policy's JSON, or the word `default`";
    match document::read(INPUT, given, help) {
        Ok((origin, text)) => judged(origin, text, mutability),
        Err(fault) => Read {
            faults: vec![fault],
            ..Read::default()
        },
    }
}

fn judged(origin: Origin, text: String, mutability: Option<TagMutability>) -> Read {
    let mut read = Read::default();
    let path = match &origin {
        Origin::File(path) => Some(PathBuf::from(path)),
        Origin::Input(_) => None,
    };
    let path = path.as_deref();
    // The project's own faults are faults of the run.
    let project = match Project::of(path).and_then(Project::with_baseline) {
        Ok(project) => project,
        Err(failure) => {
            match failure {
                Failure::Inputs(faults) => read.faults.extend(faults),
                Failure::Because(_, message) => {
                    read.faults
                        .push(Fault::whole(INPUT, origin.name(), message));
                }
            }
            Project::default()
        }
    };
    let checked = lifecycle::read(&text, None)
        .alone()
        .for_repository(mutability)
        .with_lints();
    let mut diagnostics = project.judge(path, &checked).diagnostics;
    // Advice is for who looks at the policy: `ecrane lifecycle check` gives it.
    diagnostics.retain(|found| found.severity != Severity::Info);
    if !diagnostics.is_empty() {
        let told = if has_errors(&diagnostics) {
            &mut read.faults
        } else {
            &mut read.warnings
        };
        told.push(Fault {
            origin,
            text,
            diagnostics,
        });
    }
    read.policy = checked.policy;
    read
}

//! The input `lifecycle-policy`: a file, a text, or the word `default`.

use super::{Fault, Origin};
use crate::exit::Failure;
use crate::project::Project;
use ecrane_core::diagnostic::{Severity, has_errors};
use ecrane_core::lifecycle::{self, Policy};
use ecrane_core::repository::TagMutability;
use std::path::{Path, PathBuf};

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
    let trimmed = given.trim();
    if trimmed == "default" {
        return Read {
            policy: Some(Policy::crosswalk_default()),
            ..Read::default()
        };
    }
    if trimmed.starts_with(['{', '[']) || trimmed.contains('\n') {
        return judged(
            Origin::Input(INPUT.to_owned()),
            given.to_owned(),
            None,
            mutability,
        );
    }
    match file(given) {
        Ok(text) => judged(
            Origin::File(given.to_owned()),
            text,
            Some(Path::new(given)),
            mutability,
        ),
        Err(fault) => Read {
            faults: vec![fault],
            ..Read::default()
        },
    }
}

/// Whether a path within the workspace leads out of it, as a link in somebody
/// else's change may: what is there is quoted where it is faulty.
fn leads_out(path: &str) -> bool {
    let workspace = std::env::var_os("GITHUB_WORKSPACE").map(PathBuf::from);
    let within = |workspace: &PathBuf| {
        std::path::absolute(path).is_ok_and(|path| path.starts_with(workspace))
    };
    let Some(workspace) = workspace.filter(within) else {
        return false;
    };
    let real = |path: &Path| std::fs::canonicalize(path).ok();
    let (path, workspace) = (real(Path::new(path)), real(&workspace));
    path.zip(workspace)
        .is_some_and(|(path, workspace)| !path.starts_with(workspace))
}

fn file(path: &str) -> Result<String, Fault> {
    if leads_out(path) {
        let message = "the file is a link out of the workspace";
        return Err(Fault::whole(INPUT, path, message).help("keep the policy in the repository"));
    }
    let bytes = std::fs::read(path).map_err(|error| {
        let message = format!("the file cannot be read: {error}");
        Fault::whole(INPUT, path, message)
            .help("give a path, a policy's JSON, or the word `default`")
    })?;
    match lifecycle::decode(&bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(diagnostics) => Err(Fault {
            origin: Origin::File(path.to_owned()),
            text: String::from_utf8_lossy(&bytes).into_owned(),
            diagnostics,
        }),
    }
}

fn judged(
    origin: Origin,
    text: String,
    path: Option<&Path>,
    mutability: Option<TagMutability>,
) -> Read {
    let mut read = Read::default();
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

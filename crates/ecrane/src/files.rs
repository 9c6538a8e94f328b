//! The report of a run as files: the outputs of a job are limited, and there may
//! be a hundred thousand images to tell of.

use crate::config;
use crate::outputs;
use crate::story::Story;
use serde_json::json;
use std::fs::Permissions;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Where they are, as the steps after this one know it.
#[derive(Debug, Default)]
pub(crate) struct Files {
    plan: Option<String>,
    lifecycle: Option<String>,
}

impl Files {
    /// The outputs that say so.
    pub(crate) fn outputs(self) -> Vec<(&'static str, String)> {
        vec![
            ("plan", self.plan.unwrap_or_default()),
            ("lifecycle-report", self.lifecycle.unwrap_or_default()),
        ]
    }
}

/// Writes them into a folder of their own.
///
/// # Errors
/// What the system says, with the path.
pub(crate) fn write(story: &Story<'_>) -> io::Result<Files> {
    let folder = folder()?;
    let plan = file(folder.path(), PLAN, &outputs::json(story))?;
    let lifecycle = match lifecycle(story) {
        Some(text) => Some(file(folder.path(), "lifecycle.json", &text)?),
        None => None,
    };
    // From here on it stays.
    let _ = folder.keep();
    Ok(Files {
        plan: Some(plan),
        lifecycle,
    })
}

/// Writes the plan of a run that has nothing else to report.
///
/// # Errors
/// What the system says, with the path.
pub(crate) fn write_plan(text: &str) -> io::Result<Files> {
    let folder = folder()?;
    let plan = file(folder.path(), PLAN, text)?;
    let _ = folder.keep();
    Ok(Files {
        plan: Some(plan),
        lifecycle: None,
    })
}

const PLAN: &str = "plan.json";

/// A new one in the runner's folder for such files. Everybody on the machine may
/// read it: the steps after a container are of another user.
fn folder() -> io::Result<TempDir> {
    let runner = std::env::var_os("RUNNER_TEMP").map(PathBuf::from);
    let parent = runner
        .filter(|folder| folder.is_dir())
        .unwrap_or_else(std::env::temp_dir);
    tempfile::Builder::new()
        .prefix("ecrane-report-")
        .permissions(Permissions::from_mode(0o755))
        .tempdir_in(parent)
}

fn file(folder: &Path, name: &str, text: &str) -> io::Result<String> {
    let path = folder.join(name);
    let path = path.to_string_lossy();
    std::fs::write(path.as_ref(), text)
        .map_err(|error| io::Error::new(error.kind(), format!("{path}: {error}")))?;
    Ok(config::outside(&path, |name| std::env::var(name).ok()))
}

/// What the policy costs where it is new, and what stood there before: with it
/// the change can be taken back.
fn lifecycle(story: &Story<'_>) -> Option<String> {
    let report = story.put_report()?;
    if story.seen.costs.is_empty() && report.puts.is_empty() {
        return None;
    }
    let mut value = json!(report);
    if let Some(object) = value.as_object_mut() {
        object.insert("costs".to_owned(), json!(story.seen.costs));
    }
    Some(format!("{value:#}"))
}

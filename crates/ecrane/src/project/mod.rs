//! `ecrane.toml`: what a project says about the policies in it.

mod read;
mod table;

#[cfg(test)]
mod tests;

use crate::config::{Fault, Origin, leads_out};
use crate::exit::Failure;
use ecrane_core::lifecycle::Checked;
use ecrane_core::lifecycle::settings::{Baseline, Judged, Settings};
use std::path::{Path, PathBuf};
use time::{Date, OffsetDateTime};

const NAME: &str = "ecrane.toml";

/// The project that a policy is in. Without an `ecrane.toml` it has no settings.
#[derive(Debug, Default)]
pub(crate) struct Project {
    /// Where its `ecrane.toml` is.
    folder: Option<PathBuf>,
    settings: Settings,
    /// Where its baseline is.
    pub baseline: Option<PathBuf>,
}

/// What [`read::read`] makes of the text.
#[derive(Debug, Default, PartialEq)]
struct Contents {
    settings: Settings,
    baseline: Option<String>,
}

impl Project {
    /// The project of a policy's file: the `ecrane.toml` in its folder or the
    /// nearest one above. Without a file the search begins in the work folder.
    ///
    /// # Errors
    /// Every fault of the file, or that it or the baseline cannot be read.
    pub(crate) fn of(policy: Option<&Path>) -> Result<Self, Failure> {
        let beginning = policy.and_then(Path::parent).unwrap_or(Path::new(""));
        let Ok(beginning) = std::path::absolute(Path::new(".").join(beginning)) else {
            return Ok(Self::default());
        };
        let mut folders = beginning.ancestors();
        let Some(folder) = folders.find(|folder| folder.join(NAME).is_file()) else {
            return Ok(Self::default());
        };
        let path = folder.join(NAME);
        let text = text(&path)?;
        let contents = read::read(&text).map_err(|diagnostics| {
            Failure::Inputs(vec![Fault {
                origin: Origin::File(path.display().to_string()),
                text: text.clone(),
                diagnostics,
            }])
        })?;
        Ok(Self {
            folder: Some(folder.to_owned()),
            settings: contents.settings,
            baseline: contents.baseline.map(|name| folder.join(name)),
        })
    }

    /// Reads what the baseline knows, if the project has one.
    ///
    /// # Errors
    /// The file is not there, or is something else.
    pub(crate) fn with_baseline(mut self) -> Result<Self, Failure> {
        if let Some(path) = &self.baseline {
            let name = path.display();
            if !path.exists() {
                return Err(Failure::faulty(format!(
                    "{name} is not there: `ecrane lifecycle check --write-baseline` writes it"
                )));
            }
            self.settings.baseline = Baseline::from_json(&text(path)?)
                .map_err(|error| Failure::faulty(format!("{name}: {error}")))?;
        }
        Ok(self)
    }

    /// What remains of the findings in a policy; no file is standard input, or
    /// an input of the action.
    pub(crate) fn judge(&self, policy: Option<&Path>, checked: &Checked) -> Judged {
        let file = policy.map(|path| self.name_of(path)).unwrap_or_default();
        self.settings.judge(&file, checked, today())
    }

    /// A file as allowances and the baseline name it: from the project's folder,
    /// with `/` between folders.
    pub(crate) fn name_of(&self, file: &Path) -> String {
        let absolute = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
        let from_here = self
            .folder
            .as_ref()
            .and_then(|folder| absolute.strip_prefix(folder).ok());
        let parts = from_here.unwrap_or(&absolute).components();
        let parts: Vec<_> = parts
            .map(|part| part.as_os_str().to_string_lossy())
            .collect();
        parts.join("/")
    }
}

/// In UTC: an allowance ends on the same day everywhere.
fn today() -> Date {
    OffsetDateTime::now_utc().date()
}

fn text(path: &Path) -> Result<String, Failure> {
    if leads_out(path) {
        return Err(Failure::faulty(format!(
            "{} is a link out of the workspace: keep it in the repository",
            path.display()
        )));
    }
    std::fs::read_to_string(path)
        .map_err(|error| Failure::faulty(format!("{}: {error}", path.display())))
}

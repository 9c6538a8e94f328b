//! Findings that were there before, kept in a file.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::super::codes::Lint;
use crate::diagnostic::Diagnostic;

/// Findings that are known. One is known again by its file, its code, the value
/// it is about and its words; when one of them changes it is a new finding.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    findings: BTreeSet<Known>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    file: String,
    code: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    message: String,
}

impl Known {
    fn of(file: &str, found: &Diagnostic) -> Self {
        Self {
            file: file.to_owned(),
            code: found.code.to_owned(),
            path: found.path.clone(),
            message: found.message.clone(),
        }
    }
}

/// Why a text is no baseline.
#[derive(Debug, thiserror::Error)]
#[error("this is no baseline: {0}; `ecrane lifecycle check --write-baseline` writes one")]
pub struct BaselineError(#[from] serde_json::Error);

impl Baseline {
    /// Reads the JSON that [`Self::to_json`] writes.
    ///
    /// # Errors
    /// Another JSON, or none.
    pub fn from_json(text: &str) -> Result<Self, BaselineError> {
        Ok(serde_json::from_str(text)?)
    }

    /// As JSON, in an order that does not depend on the run.
    pub fn to_json(&self) -> String {
        // Only a map with keys that are no strings can fail to serialise.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Forgets what it knew of a file, and learns the lints among these findings.
    pub fn learn(&mut self, file: &str, found: &[Diagnostic]) {
        self.findings.retain(|known| known.file != file);
        let lints = found.iter().filter(|found| Lint::of(found).is_some());
        self.findings
            .extend(lints.map(|found| Known::of(file, found)));
    }

    pub(super) fn knows(&self, file: &str, found: &Diagnostic) -> bool {
        self.findings.contains(&Known::of(file, found))
    }
}

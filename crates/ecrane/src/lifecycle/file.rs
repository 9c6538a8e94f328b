//! The files that the commands read.

use crate::config::{Fault, Origin};
use crate::exit::Failure;
use ecrane_core::lifecycle::{self, Checked, Dialect};
use std::io::Read as _;
use std::path::Path;

/// A policy's text and what was found in it.
pub(super) struct PolicyFile {
    pub(super) text: Fault,
    pub(super) checked: Option<Checked>,
}

impl PolicyFile {
    /// Whether ECR takes it.
    pub(super) fn is_valid(&self) -> bool {
        self.checked.as_ref().is_some_and(Checked::is_valid)
    }

    /// The dialect it was read in; none for bytes that are no text.
    pub(super) fn dialect(&self) -> Option<Dialect> {
        self.checked.as_ref().and_then(|checked| checked.dialect)
    }

    /// The same file with another text in the same dialect, lints and all.
    pub(super) fn with_text(self, text: &str) -> Self {
        let dialect = self.dialect();
        let checked = lifecycle::read(text, dialect);
        let diagnostics = checked.clone().with_lints().diagnostics;
        Self {
            text: Fault {
                origin: self.text.origin,
                text: text.to_owned(),
                diagnostics,
            },
            checked: Some(checked),
        }
    }
}

/// Reads a policy, or a document with several, in the dialect given or in the
/// one it seems to be written in.
pub(super) fn policy(path: &Path, dialect: Option<Dialect>) -> Result<PolicyFile, Failure> {
    read(path, |text| lifecycle::read(text, dialect))
}

/// As [`policy`], where no more and no less than one will do.
pub(super) fn one_policy(path: &Path, dialect: Option<Dialect>) -> Result<PolicyFile, Failure> {
    read(path, |text| lifecycle::read(text, dialect).alone())
}

fn read(path: &Path, read: impl FnOnce(&str) -> Checked) -> Result<PolicyFile, Failure> {
    let (name, bytes) = bytes(path)?;
    let fault = |text: &str, diagnostics| Fault {
        origin: Origin::File(name.clone()),
        text: text.to_owned(),
        diagnostics,
    };
    Ok(match lifecycle::decode(&bytes) {
        Ok(text) => {
            let checked = read(text);
            PolicyFile {
                text: fault(text, checked.diagnostics.clone()),
                checked: Some(checked),
            }
        }
        Err(found) => PolicyFile {
            text: fault(&String::from_utf8_lossy(&bytes), found),
            checked: None,
        },
    })
}

/// As [`policy`], with the lints among the findings.
pub(super) fn linted(path: &Path, dialect: Option<Dialect>) -> Result<PolicyFile, Failure> {
    let mut policy = policy(path, dialect)?;
    if let Some(checked) = &policy.checked {
        policy.text.diagnostics = checked.clone().with_lints().diagnostics;
    }
    Ok(policy)
}

/// Whether this stands for standard input.
pub(super) fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

/// A file's name for people and what is in it; `-` is standard input.
fn bytes(path: &Path) -> Result<(String, Vec<u8>), Failure> {
    let (name, bytes) = if is_stdin(path) {
        let mut bytes = Vec::new();
        let read = std::io::stdin().read_to_end(&mut bytes);
        ("<stdin>".to_owned(), read.map(|_| bytes))
    } else {
        (path.display().to_string(), std::fs::read(path))
    };
    match bytes {
        Ok(bytes) => Ok((name, bytes)),
        Err(error) => Err(Failure::faulty(format!("{name}: {error}"))),
    }
}

//! The files that the commands read.

use crate::config::{Fault, Origin, leads_out};
use crate::exit::Failure;
use crate::show::Log;
use ecrane_core::diagnostic::{Diagnostic, Severity, Span};
use ecrane_core::lifecycle::explain::RuleInWords;
use ecrane_core::lifecycle::image::{self, Images};
use ecrane_core::lifecycle::{self, Checked, Dialect, Policy};
use ecrane_core::name::RepositoryName;
use ecrane_core::repository::PutReport;
use ecrane_engine::aws::Listing;
use serde_json::Value;
use std::io::{self, Read as _};
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
}

/// Reads a policy, or a document with several, in the dialect given or in the
/// one it seems to be written in. That a file cannot be read is a fault of it, so
/// that other files are read all the same.
pub(super) fn policy(path: &Path, dialect: Option<Dialect>) -> PolicyFile {
    let (name, bytes) = contents(path);
    match bytes {
        Ok(bytes) => read(&name, &bytes, |text| lifecycle::read(text, dialect)),
        Err(error) => PolicyFile {
            text: fault(&name, "", vec![unreadable(&error)]),
            checked: None,
        },
    }
}

/// The policy of a file that there is, where no more and no less than one will do.
pub(super) fn one_policy(path: &Path, dialect: Option<Dialect>) -> Result<PolicyFile, Failure> {
    let (name, bytes) = bytes(path)?;
    let read = read(&name, &bytes, |text| lifecycle::read(text, dialect).alone());
    Ok(read)
}

fn read(name: &str, bytes: &[u8], read: impl FnOnce(&str) -> Checked) -> PolicyFile {
    match lifecycle::decode(bytes) {
        Ok(text) => {
            let checked = read(text);
            PolicyFile {
                text: fault(name, text, checked.diagnostics.clone()),
                checked: Some(checked),
            }
        }
        Err(found) => PolicyFile {
            text: fault(name, &String::from_utf8_lossy(bytes), found),
            checked: None,
        },
    }
}

fn unreadable(error: &io::Error) -> Diagnostic {
    Diagnostic {
        code: "file",
        severity: Severity::Error,
        message: format!("the file cannot be read: {error}"),
        span: Span::default(),
        labels: Vec::new(),
        help: None,
        path: None,
    }
}

/// The policy of a file without a fault; none where it says `skip`. Warnings
/// are told beside what the command prints.
pub(super) fn good(
    path: &Path,
    dialect: Option<Dialect>,
    log: Log,
) -> Result<Option<Policy>, Failure> {
    let read = one_policy(path, dialect)?;
    if !read.is_valid() {
        return Err(Failure::Inputs(vec![read.text]));
    }
    if !read.text.diagnostics.is_empty() {
        log.faulty(&read.text);
    }
    Ok(read.checked.and_then(|checked| checked.policy))
}

/// What a run said of the policy that it put: its report, or all of its JSON.
pub(super) fn put_report(path: &Path) -> Result<PutReport, Failure> {
    let (name, bytes) = bytes(path)?;
    let read = serde_json::from_slice::<Value>(&bytes).and_then(|mut whole| {
        let inner = whole.get_mut("report").map(Value::take);
        serde_json::from_value(inner.unwrap_or(whole))
    });
    read.map_err(|error| {
        Failure::faulty(format!(
            "{name} is no report of a run that put a policy: {error}; it is the file of the output `lifecycle-report`, or what `ecrane up --json` printed"
        ))
    })
}

/// A rule on a line.
pub(super) fn rule_line(rule: &RuleInWords) -> String {
    format!(
        "rule {}: {}: {}",
        rule.rule_priority, rule.selects, rule.outcome
    )
}

/// Whether this stands for standard input.
pub(super) fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

/// A list of images, and what is odd about it.
pub(super) struct ImagesFile {
    pub(super) images: Images,
    pub(super) remarks: Vec<Diagnostic>,
}

/// Reads a list of images, or finds its faults.
pub(super) fn images(path: &Path) -> Result<Result<ImagesFile, Fault>, Failure> {
    let (name, bytes) = bytes(path)?;
    Ok(match lifecycle::decode(&bytes) {
        Ok(text) => images_in(&name, text),
        Err(found) => Err(fault(&name, &String::from_utf8_lossy(&bytes), found)),
    })
}

/// The same for what a repository holds.
pub(super) fn listed(
    repository: &RepositoryName,
    listing: &Listing,
) -> Result<Result<ImagesFile, Fault>, Failure> {
    let text = serde_json::to_string(listing).map_err(Failure::refused)?;
    Ok(images_in(repository.as_str(), &text))
}

fn images_in(name: &str, text: &str) -> Result<ImagesFile, Fault> {
    match image::read(text) {
        image::Listing {
            images: Some(images),
            diagnostics: remarks,
        } => Ok(ImagesFile { images, remarks }),
        // Only a faulty text is copied: a good one has up to 40 MB.
        image::Listing {
            images: None,
            diagnostics,
        } => Err(fault(name, text, diagnostics)),
    }
}

fn fault(name: &str, text: &str, diagnostics: Vec<Diagnostic>) -> Fault {
    Fault {
        origin: Origin::File(name.to_owned()),
        text: text.to_owned(),
        diagnostics,
    }
}

/// A file's name for people and what is in it; `-` is standard input.
fn contents(path: &Path) -> (String, io::Result<Vec<u8>>) {
    if is_stdin(path) {
        let mut bytes = Vec::new();
        let read = io::stdin().read_to_end(&mut bytes);
        ("<stdin>".to_owned(), read.map(|_| bytes))
    } else {
        let read = match leads_out(path) {
            true => Err(io::Error::other("it is a link out of the workspace")),
            false => std::fs::read(path),
        };
        (path.display().to_string(), read)
    }
}

fn bytes(path: &Path) -> Result<(String, Vec<u8>), Failure> {
    let (name, bytes) = contents(path);
    match bytes {
        Ok(bytes) => Ok((name, bytes)),
        Err(error) => Err(Failure::faulty(format!("{name}: {error}"))),
    }
}

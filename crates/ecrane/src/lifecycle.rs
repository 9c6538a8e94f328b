//! `ecrane lifecycle …`: policies looked at without AWS.

use crate::cli::{Format, LifecycleCommand};
use crate::config::{Fault, Origin};
use crate::exit::{Exit, Failure};
use crate::runner;
use crate::show::{self, Log};
use ecrane_core::diagnostic::{View, annotations, has_errors, views};
use ecrane_core::lifecycle::{self, Checked, Dialect};
use serde::Serialize;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Does what the command says.
pub(crate) fn run(command: LifecycleCommand, log: Log) -> Result<Exit, Failure> {
    match command {
        LifecycleCommand::Check {
            files,
            dialect,
            format,
        } => check(&files, dialect.as_deref(), format, log),
        LifecycleCommand::Compile { file, dialect } => compile(&file, dialect.as_deref(), log),
    }
}

/// A policy's text and what was found in it.
struct Read {
    text: Fault,
    checked: Option<Checked>,
}

impl Read {
    fn is_valid(&self) -> bool {
        !has_errors(&self.text.diagnostics)
    }

    /// The dialect it was read in; none for bytes that are no text.
    fn dialect(&self) -> Option<Dialect> {
        self.checked.as_ref().and_then(|checked| checked.dialect)
    }
}

fn read(path: &Path, dialect: Option<Dialect>) -> Result<Read, Failure> {
    let (name, bytes) = if path == Path::new("-") {
        let mut bytes = Vec::new();
        let read = std::io::stdin().read_to_end(&mut bytes);
        ("<stdin>".to_owned(), read.map(|_| bytes))
    } else {
        (path.display().to_string(), std::fs::read(path))
    };
    let bytes = bytes.map_err(|error| Failure::faulty(format!("{name}: {error}")))?;
    let fault = |text: &str, diagnostics| Fault {
        origin: Origin::File(name.clone()),
        text: text.to_owned(),
        diagnostics,
    };
    Ok(match lifecycle::decode(&bytes) {
        Ok(text) => {
            let mut checked = lifecycle::read(text, dialect);
            let found = std::mem::take(&mut checked.diagnostics);
            Read {
                text: fault(text, found),
                checked: Some(checked),
            }
        }
        Err(found) => Read {
            text: fault(&String::from_utf8_lossy(&bytes), found),
            checked: None,
        },
    })
}

fn dialect(name: Option<&str>) -> Result<Option<Dialect>, Failure> {
    name.map(str::parse)
        .transpose()
        .map_err(|error: lifecycle::UnknownDialect| Failure::faulty(error.to_string()))
}

fn check(
    files: &[PathBuf],
    named: Option<&str>,
    format: Format,
    log: Log,
) -> Result<Exit, Failure> {
    let named = dialect(named)?;
    let read: Vec<Read> = files
        .iter()
        .map(|file| read(file, named))
        .collect::<Result<_, _>>()?;
    match format {
        Format::Text => read.iter().for_each(|read| tell(read, log)),
        Format::Json => show::data(&as_json(&read)?)?,
        Format::Github => read.iter().for_each(|read| annotate(read, log)),
    }
    Ok(if read.iter().all(Read::is_valid) {
        Exit::Done
    } else {
        Exit::Faulty
    })
}

fn tell(read: &Read, log: Log) {
    let name = read.text.source().name;
    if !read.text.diagnostics.is_empty() {
        log.fault(&read.text);
    }
    let dialect = read.dialect().map_or("unknown dialect", Dialect::as_str);
    match (read.is_valid(), read.text.diagnostics.len()) {
        (true, 0) => log.line(&format!("{name}: valid ({dialect})")),
        (true, n) => log.line(&format!("{name}: valid ({dialect}), {}", findings(n))),
        (false, n) => log.line(&format!("{name}: not valid, {}", findings(n))),
    }
}

fn findings(n: usize) -> String {
    format!("{n} finding{}", if n == 1 { "" } else { "s" })
}

/// What is printed of a file, its keys in this order.
#[derive(Serialize)]
struct Verdict<'a> {
    valid: bool,
    dialect: Option<&'static str>,
    diagnostics: Vec<View<'a>>,
}

/// One object for a file, an array for several.
fn as_json(read: &[Read]) -> Result<String, Failure> {
    let verdicts: Vec<Verdict<'_>> = read
        .iter()
        .map(|read| Verdict {
            valid: read.is_valid(),
            dialect: read.dialect().map(Dialect::as_str),
            diagnostics: views(&read.text.text, &read.text.diagnostics),
        })
        .collect();
    let text = match verdicts.as_slice() {
        [only] => serde_json::to_string_pretty(only),
        several => serde_json::to_string_pretty(several),
    };
    text.map_err(Failure::refused)
}

fn annotate(read: &Read, log: Log) {
    for annotation in annotations(read.text.source(), &read.text.diagnostics) {
        log.command(&runner::annotation(&annotation));
    }
}

/// ECR's JSON on standard output, or every fault; nothing for a document that
/// says `skip`.
fn compile(file: &Path, named: Option<&str>, log: Log) -> Result<Exit, Failure> {
    let read = read(file, dialect(named)?)?;
    let valid = read.is_valid();
    if !read.text.diagnostics.is_empty() {
        log.faulty(&read.text);
    }
    if !valid {
        return Ok(Exit::Faulty);
    }
    if let Some(policy) = read.checked.and_then(|checked| checked.policy) {
        show::data(&policy.to_json())?;
    }
    Ok(Exit::Done)
}

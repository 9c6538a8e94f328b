//! `ecrane lifecycle check`: every fault of a policy, with its place.

use super::file::{self, PolicyFile};
use crate::exit::{Exit, Failure};
use crate::runner;
use crate::show::{self, Log};
use clap::ValueHint;
use ecrane_core::diagnostic::{View, annotations, views};
use ecrane_core::lifecycle::Dialect;
use serde::Serialize;
use std::path::PathBuf;

/// The options.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  ecrane lifecycle check lifecycle.json\n  ecrane lifecycle check --format json - < lifecycle.json"
)]
pub(crate) struct Check {
    /// The files; - is standard input
    #[arg(required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    files: Vec<PathBuf>,
    /// ecr or awsx [default: recognised]
    #[arg(long)]
    dialect: Option<Dialect>,
    /// How findings are printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people, with the place underlined
    Text,
    /// For programs
    Json,
    /// As annotations of a GitHub workflow
    Github,
}

/// Does what the command says.
pub(super) fn run(options: &Check, log: Log) -> Result<Exit, Failure> {
    let read: Vec<PolicyFile> = options
        .files
        .iter()
        .map(|path| file::policy(path, options.dialect))
        .collect::<Result<_, _>>()?;
    match options.format {
        Format::Text => read.iter().for_each(|read| tell(read, log)),
        Format::Json => show::data(&as_json(&read)?)?,
        Format::Github => read.iter().for_each(|read| annotate(read, log)),
    }
    Ok(if read.iter().all(PolicyFile::is_valid) {
        Exit::Done
    } else {
        Exit::Faulty
    })
}

fn tell(read: &PolicyFile, log: Log) {
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
fn as_json(read: &[PolicyFile]) -> Result<String, Failure> {
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

fn annotate(read: &PolicyFile, log: Log) {
    for annotation in annotations(read.text.source(), &read.text.diagnostics) {
        log.command(&runner::annotation(&annotation));
    }
}

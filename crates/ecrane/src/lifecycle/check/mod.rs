//! `ecrane lifecycle check`: every fault of a policy, and what it probably does
//! not mean, each with its place.

mod fix;

use super::code;
use super::file::{self, PolicyFile};
use crate::exit::{Exit, Failure};
use crate::runner;
use crate::show::{self, Log};
use clap::ValueHint;
use ecrane_core::diagnostic::{Severity, View, annotations, views};
use ecrane_core::lifecycle::Dialect;
use serde::Serialize;
use std::path::PathBuf;

/// The options.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  ecrane lifecycle check lifecycle.json\n  ecrane lifecycle check --fail-on warning policies/*.json\n  ecrane lifecycle check --fix lifecycle.json\n  ecrane lifecycle check --format json - < lifecycle.json"
)]
pub(crate) struct Check {
    /// The files; - is standard input
    #[arg(required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    files: Vec<PathBuf>,
    /// ecr, awsx, ecrane, cloudformation or terraform-plan [default: recognised]
    #[arg(long)]
    dialect: Option<Dialect>,
    /// How findings are printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Exit with 3 from this severity on; an error always exits with 2
    #[arg(long, value_enum, value_name = "SEVERITY", default_value_t = FailOn::Error)]
    fail_on: FailOn,
    /// Mend what can be mended: in the file, or from standard input to standard output
    #[arg(long)]
    fix: bool,
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

/// The least severe finding that a run fails on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum FailOn {
    /// A fault only
    Error,
    /// Also a probable mistake
    Warning,
    /// Also advice
    Info,
}

impl From<FailOn> for Severity {
    fn from(fail_on: FailOn) -> Self {
        match fail_on {
            FailOn::Error => Self::Error,
            FailOn::Warning => Self::Warning,
            FailOn::Info => Self::Info,
        }
    }
}

/// Does what the command says.
pub(super) fn run(options: &Check, log: Log) -> Result<Exit, Failure> {
    let from_stdin = options.files.iter().any(|path| file::is_stdin(path));
    let log = if options.fix && from_stdin {
        if options.format != Format::Text || options.files.len() > 1 {
            return Err(Failure::faulty(
                "with `--fix` the policy from standard input is printed on standard output: check it alone, without `--format`",
            ));
        }
        log.beside_data()
    } else {
        log
    };
    let mut read = Vec::new();
    for path in &options.files {
        let policy = file::linted(path, options.dialect)?;
        read.push(if options.fix {
            fix::mended(policy, path, log)?
        } else {
            policy
        });
    }
    match options.format {
        Format::Text => tell_all(&read, log),
        Format::Json => show::data(&as_json(&read)?)?,
        Format::Github => read.iter().for_each(|read| annotate(read, log)),
    }
    Ok(exit(&read, options.fail_on.into()))
}

fn exit(read: &[PolicyFile], fail_on: Severity) -> Exit {
    let found = read.iter().flat_map(|read| &read.text.diagnostics);
    match found.map(|finding| finding.severity).min() {
        Some(Severity::Error) => Exit::Faulty,
        // The more severe is the smaller one.
        Some(worst) if worst <= fail_on => Exit::Gate,
        _ => Exit::Done,
    }
}

fn tell_all(read: &[PolicyFile], log: Log) {
    for file in read {
        tell(file, log);
    }
    let found = read.iter().flat_map(|read| &read.text.diagnostics);
    if let Some(more) = code::where_to_read_more(found) {
        log.line(&more);
    }
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

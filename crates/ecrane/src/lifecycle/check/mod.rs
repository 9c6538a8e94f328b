//! `ecrane lifecycle check`: every fault of a policy, and what it probably does
//! not mean, each with its place.

mod baseline;
mod fix;
mod sarif;
mod subject;

use super::code;
use super::file;
use super::when::{self, When};
use crate::exit::{Exit, Failure};
use crate::runner;
use crate::show::{self, Log};
use clap::ValueHint;
use ecrane_core::diagnostic::{Diagnostic, Severity, View, annotations, views};
use ecrane_core::lifecycle::Dialect;
use ecrane_core::lifecycle::image::Moment;
use ecrane_core::lifecycle::settings::Allowance;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use subject::{Repository, Subject};

/// The options.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  ecrane lifecycle check lifecycle.json\n  ecrane lifecycle check --fail-on warning policies/*.json\n  ecrane lifecycle check --fix lifecycle.json\n  ecrane lifecycle check --format json - < lifecycle.json\n  aws ecr get-lifecycle-policy --repository-name team/app | ecrane lifecycle check -\n  ecrane lifecycle check --format sarif policies/*.json > ecrane.sarif"
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
    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// What `aws ecr describe-images` printed: which rules do nothing to them
    #[arg(long, value_name = "IMAGES", value_hint = ValueHint::FilePath)]
    images: Option<PathBuf>,
    /// Judge the images as of this time: 2026-09-01T12:00:00Z, seconds since
    /// 1970, +30d or -30d [default: now]
    #[arg(
        long,
        value_name = "TIME",
        requires = "images",
        allow_hyphen_values = true
    )]
    now: Option<When>,
    /// Exit with 3 from this severity on; an error always exits with 2
    #[arg(long, value_enum, value_name = "SEVERITY", default_value_t = FailOn::Error)]
    fail_on: FailOn,
    /// Mend what can be mended: in the file, or from standard input to standard output
    #[arg(long)]
    fix: bool,
    /// Write what is found to the baseline that ecrane.toml names
    #[arg(long, conflicts_with = "fix")]
    write_baseline: bool,
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people, with the place underlined
    Text,
    /// For programs
    Json,
    /// For code scanning
    Sarif,
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

impl Check {
    fn format(&self) -> Format {
        if self.json { Format::Json } else { self.format }
    }

    /// Whether a policy is on standard input, which is one file.
    fn reads_stdin(&self) -> Result<bool, Failure> {
        let files = self.files.iter().filter(|path| file::is_stdin(path));
        let policies = files.count();
        let images = self.images.as_deref().is_some_and(file::is_stdin);
        let refused = |message: &str| Err(Failure::faulty(message));
        match (policies, images) {
            (2.., _) => refused("standard input is one file: give `-` once"),
            (1, true) => {
                refused("standard input is one file: give the policy or the images by name")
            }
            _ => Ok(policies == 1),
        }
    }
}

/// Does what the command says.
pub(super) fn run(options: &Check, log: Log) -> Result<Exit, Failure> {
    let from_stdin = options.reads_stdin()?;
    let format = options.format();
    let log = if options.fix && from_stdin {
        if format != Format::Text || options.files.len() > 1 {
            return Err(Failure::faulty(
                "with `--fix` the policy from standard input is printed on standard output: check it alone, without `--format` and `--json`",
            ));
        }
        log.beside_data()
    } else {
        log
    };
    // What programs read is alone on standard output.
    let notes = match format {
        Format::Text => log,
        Format::Json | Format::Sarif | Format::Github => log.beside_data(),
    };
    if options.write_baseline {
        baseline::write(&options.files, options.dialect, notes)?;
    }
    let images = options.images.as_deref();
    let now = options.now.map_or_else(when::now, When::moment);
    let repository = images.map(|path| repository(path, now, notes));
    let repository = repository.transpose()?;
    let mut read = Vec::new();
    for path in &options.files {
        let subject = Subject::read(path, options.dialect, repository.clone())?;
        read.push(if options.fix {
            fix::mended(subject, notes)?
        } else {
            subject
        });
    }
    match format {
        Format::Text => tell_all(&read, log),
        Format::Json => show::data(&as_json(&read)?)?,
        Format::Sarif => show::data(&sarif::sarif(&read)?)?,
        Format::Github => read.iter().for_each(|read| annotate(read, log)),
    }
    for allowance in read.iter().flat_map(|subject| &subject.unused) {
        notes.warning(&unused(allowance));
    }
    Ok(exit(&read, options.fail_on.into()))
}

fn unused(allowance: &Allowance) -> String {
    let Allowance {
        lint, file, rule, ..
    } = allowance;
    let policy = allowance.policy.iter();
    let policy = policy.map(|name| format!(", policy `{name}`"));
    let rule = rule.iter().map(|number| format!(", rule {number}"));
    let site: String = policy.chain(rule).collect();
    format!(
        "ecrane.toml allows `{lint}` in {file}{site}, where it is not found: remove the allowance"
    )
}

fn repository(path: &Path, now: Moment, log: Log) -> Result<Rc<Repository>, Failure> {
    let images = file::images(path)?.map_err(|fault| Failure::Inputs(vec![fault]))?;
    for remark in &images.remarks {
        log.warning(&remark.message);
    }
    Ok(Rc::new(Repository {
        images: images.images,
        now,
    }))
}

fn found(read: &[Subject]) -> impl Iterator<Item = &Diagnostic> {
    read.iter().flat_map(|read| &read.policy.text.diagnostics)
}

fn exit(read: &[Subject], fail_on: Severity) -> Exit {
    match found(read).map(|finding| finding.severity).min() {
        Some(Severity::Error) => Exit::Faulty,
        // The more severe is the smaller one.
        Some(worst) if worst <= fail_on => Exit::Gate,
        _ => Exit::Done,
    }
}

fn tell_all(read: &[Subject], log: Log) {
    for subject in read {
        tell(subject, log);
    }
    if let Some(more) = code::where_to_read_more(found(read)) {
        log.line(&more);
    }
}

fn tell(subject: &Subject, log: Log) {
    let policy = &subject.policy;
    if !policy.text.diagnostics.is_empty() {
        log.fault(&policy.text);
    }
    let name = policy.text.source().name;
    let dialect = policy.dialect().map_or("unknown dialect", Dialect::as_str);
    let verdict = match (policy.is_valid(), subject.is_valid()) {
        (true, true) => format!("valid ({dialect})"),
        (true, false) => format!("not valid by ecrane.toml ({dialect})"),
        (false, _) => "not valid".to_owned(),
    };
    let counts = [
        (policy.text.diagnostics.len(), "finding", "findings"),
        (subject.allowed, "allowed", "allowed"),
        (subject.known, "in the baseline", "in the baseline"),
    ];
    let counts = counts.iter().filter(|(count, ..)| *count > 0);
    let counts = counts.map(|(count, one, several)| {
        let noun = if *count == 1 { one } else { several };
        format!(", {count} {noun}")
    });
    log.line(&format!("{name}: {verdict}{}", counts.collect::<String>()));
}

/// What is printed of a file, its keys in this order.
#[derive(Serialize)]
struct Verdict<'a> {
    valid: bool,
    dialect: Option<&'static str>,
    diagnostics: Vec<View<'a>>,
}

/// One object for a file, an array for several.
fn as_json(read: &[Subject]) -> Result<String, Failure> {
    let verdicts: Vec<Verdict<'_>> = read
        .iter()
        .map(|subject| Verdict {
            valid: subject.is_valid(),
            dialect: subject.policy.dialect().map(Dialect::as_str),
            diagnostics: views(&subject.policy.text.text, &subject.policy.text.diagnostics),
        })
        .collect();
    let text = match verdicts.as_slice() {
        [only] => serde_json::to_string_pretty(only),
        several => serde_json::to_string_pretty(several),
    };
    text.map_err(Failure::refused)
}

fn annotate(subject: &Subject, log: Log) {
    let found = &subject.policy.text;
    for annotation in annotations(found.source(), &found.diagnostics) {
        log.command(&runner::annotation(&annotation));
    }
}

//! The GitHub runner: the only file that writes workflow commands, and the one
//! that makes foreign output unable to.

mod inert;
#[cfg(test)]
mod reader;

pub(crate) use inert::{inert, quoted};

use ecrane_core::diagnostic::{Annotation, Severity};
use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::PathBuf;

/// Whether a runner of GitHub, or what stands in for one, runs this.
///
/// Source: "Default environment variables" of the GitHub Actions documentation.
pub(crate) fn is_here(variable: impl Fn(&str) -> Option<String>) -> bool {
    variable("GITHUB_ACTIONS").as_deref() == Some("true")
}

/// The files by which a step hands something to the runner.
#[derive(Debug, Clone, Default)]
pub(crate) struct StepFiles {
    output: Option<PathBuf>,
    summary: Option<PathBuf>,
}

impl StepFiles {
    /// As the runner names them in the environment.
    pub(crate) fn from_environment() -> Self {
        let path = |name| {
            std::env::var_os(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
        };
        Self {
            output: path("GITHUB_OUTPUT"),
            summary: path("GITHUB_STEP_SUMMARY"),
        }
    }

    /// Whether there is a file for outputs.
    pub(crate) const fn has_output(&self) -> bool {
        self.output.is_some()
    }

    /// Sets the step's outputs.
    ///
    /// # Errors
    /// The file cannot be written; it is named.
    pub(crate) fn set_outputs(&self, outputs: &[(&str, String)]) -> io::Result<()> {
        append(self.output.as_ref(), &output_text(outputs, &delimiter()))
    }

    /// Adds to the job's summary.
    ///
    /// # Errors
    /// The file cannot be written; it is named.
    pub(crate) fn add_summary(&self, markdown: &str) -> io::Result<()> {
        append(self.summary.as_ref(), markdown)
    }
}

fn append(path: Option<&PathBuf>, text: &str) -> io::Result<()> {
    let Some(path) = path else { return Ok(()) };
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
}

/// Every value in a here-document: a value cannot end it, because nobody who
/// chooses a value knows the delimiter.
fn output_text(outputs: &[(&str, String)], delimiter: &str) -> String {
    let mut text = String::new();
    for (name, value) in outputs {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{name}<<{delimiter}\n{value}\n{delimiter}");
    }
    text
}

/// Not to be guessed: the standard library seeds its hasher from the system's
/// randomness.
fn delimiter() -> String {
    use std::hash::{BuildHasher, RandomState};
    let random = || RandomState::new().hash_one(());
    format!("ecrane_{:016x}{:016x}", random(), random())
}

/// Shorter lines are not masked: a log without every `1` says nothing.
const SHORTEST_MASK: usize = 4;

/// The workflow commands that keep a secret out of the log, one for each line of
/// it, as the log is masked by lines.
pub(crate) fn masks(secret: &str) -> impl Iterator<Item = String> {
    let lines = secret.lines().map(str::trim);
    let lines = lines.filter(|line| line.chars().count() >= SHORTEST_MASK);
    lines.map(|line| format!("::add-mask::{}", data(line)))
}

/// An annotation as a workflow command.
pub(crate) fn annotation(annotation: &Annotation) -> String {
    let kind = kind(annotation.severity);
    let mut properties = format!(
        "file={},line={},endLine={}",
        property(&annotation.file),
        annotation.line,
        annotation.end_line
    );
    if annotation.line == annotation.end_line {
        let _ = write!(
            properties,
            ",col={},endColumn={}",
            annotation.column, annotation.end_column
        );
    }
    format!(
        "::{kind} {properties},title={}::{}",
        property(&annotation.title),
        data(&annotation.message)
    )
}

/// An annotation of an input, which stands in no file that the runner knows.
pub(crate) fn input_annotation(annotation: &Annotation) -> String {
    format!(
        "::{} title=input {}::{}",
        kind(annotation.severity),
        property(&annotation.file),
        data(&annotation.message)
    )
}

const fn kind(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    }
}

/// An error that belongs to no file.
pub(crate) fn error(message: &str) -> String {
    format!("::error::{}", data(message))
}

/// A warning that belongs to no file.
pub(crate) fn warning(message: &str) -> String {
    format!("::warning::{}", data(message))
}

/// Starts a part of the log that can be folded.
pub(crate) fn group(title: &str) -> String {
    format!("::group::{}", data(title))
}

/// Ends the part of the log that was started last.
pub(crate) const END_GROUP: &str = "::endgroup::";

fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_secret_is_masked_line_by_line() {
        let masked: Vec<String> = masks("first line\n  50% done\r\n1\n\n").collect();
        assert_eq!(masked, ["::add-mask::first line", "::add-mask::50%25 done"]);
    }

    #[test]
    fn an_output_cannot_set_another() {
        let outputs = [
            ("digest", "sha256:00".to_owned()),
            ("tags", "a\nimage<<EOF\nevil\nEOF".to_owned()),
        ];
        insta::assert_snapshot!(output_text(&outputs, "D1"), @r"
        digest<<D1
        sha256:00
        D1
        tags<<D1
        a
        image<<EOF
        evil
        EOF
        D1
        ");
        assert_ne!(delimiter(), delimiter());
    }

    #[test]
    fn an_annotation_is_one_line_whatever_it_quotes() {
        let finding = Annotation {
            severity: Severity::Error,
            file: "a,b:c.json".into(),
            line: 3,
            end_line: 3,
            column: 7,
            end_column: 9,
            title: "any-not-last".into(),
            message: "100 % wrong\n::set-output name=x::y".into(),
        };
        insta::assert_snapshot!(annotation(&finding), @"::error file=a%2Cb%3Ac.json,line=3,endLine=3,col=7,endColumn=9,title=any-not-last::100 %25 wrong%0A::set-output name=x::y");
    }

    proptest! {
        #[test]
        fn the_runner_reads_the_outputs_that_were_set(
            values in prop::collection::vec("(a|=|<<|EOF|ecrane_[0-9a-f]{2}|\\n|\\r|é){0,12}", 1..5),
        ) {
            let names = ["image", "digest", "tags", "metadata"];
            let set: Vec<(&str, String)> = names.into_iter().zip(values).collect();
            let read = reader::outputs(&output_text(&set, &delimiter())).unwrap();
            let read: Vec<(&str, String)> = read.iter().map(|(n, v)| (n.as_str(), v.clone())).collect();
            prop_assert_eq!(read, set);
        }
    }
}

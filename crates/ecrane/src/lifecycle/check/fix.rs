//! `--fix`: what can be mended is mended where it stands.

use super::subject::Subject;
use crate::exit::Failure;
use crate::show::{self, Log};
use ecrane_core::diagnostic::{Diagnostic, Lines};
use ecrane_core::lifecycle::{self, Checked, NotMended, Policy};

/// The policy after mending, written where it came from: to its file if
/// something changed, from standard input to standard output in any case.
pub(super) fn mended(subject: Subject, log: Log) -> Result<Subject, Failure> {
    let before = subject.policy.text.diagnostics.len();
    let old = policy(&subject).cloned();
    let (subject, changed) = until_nothing_is_left(subject);
    let refused = not_mended(&subject);
    let source = subject.policy.text.source();
    for (finding, reason) in &refused {
        let line = Lines::new(source.text).position(finding.span.start).line;
        let (name, code) = (source.name, finding.code);
        log.warning(&format!("{name}:{line}: {code} is not mended: {reason}"));
    }
    match &subject.path {
        // What is no text was only made one to show its fault.
        None if subject.policy.checked.is_some() => {
            show::data(source.text.trim_end_matches('\n'))?;
        }
        Some(path) if changed => std::fs::write(path, source.text).map_err(|error| {
            Failure::refused(format!("{} cannot be written: {error}", source.name))
        })?,
        _ => {}
    }
    let name = source.name;
    if !changed {
        let why = why_nothing(&subject, refused.is_empty());
        log.line(&format!("{name}: nothing is mended{why}"));
        return Ok(subject);
    }
    let after = subject.policy.text.diagnostics.len();
    log.line(&format!(
        "{name}: mended; findings before {before}, now {after}"
    ));
    let new = policy(&subject);
    let as_before = old
        .zip(new)
        .is_some_and(|(old, new)| lifecycle::selects_as_before(&old, new));
    if !as_before {
        log.warning(&selects_more(&subject));
    }
    Ok(subject)
}

fn policy(subject: &Subject) -> Option<&Policy> {
    subject.policy.checked.as_ref()?.policy.as_ref()
}

/// Whoever reads "mended" must not take it for "does the same".
fn selects_more(subject: &Subject) -> String {
    let name = subject.policy.text.source().name;
    let file = subject.path.as_ref().map_or("FILE", |_| name);
    format!(
        "{name}: its rules now select more images than before, and others may go: before anyone puts it, `ecrane lifecycle preview {file} --repository NAME` shows which, and `ecrane lifecycle diff OLD {file}` what changed"
    )
}

/// Why nothing is mended, to go on after that; what was refused has been told.
fn why_nothing(subject: &Subject, nothing_refused: bool) -> &'static str {
    let checked = subject.policy.checked.as_ref();
    if !nothing_refused {
        ""
    } else if subject.policy.text.diagnostics.is_empty() {
        ": nothing is found"
    } else if !subject.policy.is_valid() {
        ": a policy with errors is not rewritten"
    } else if checked.is_some_and(Checked::is_around) {
        ": a policy inside another document is not rewritten; `ecrane lifecycle compile` prints it alone"
    } else {
        ": none of this has a fix that is sure to be right"
    }
}

/// Mending one thing may show another: a list of prefixes with stars selects
/// nothing, and without them it is an AND.
fn until_nothing_is_left(mut subject: Subject) -> (Subject, bool) {
    let mut changed = false;
    loop {
        let mut attempts = attempts(&subject);
        let Some(text) = attempts.find_map(|(_, text)| text.ok()) else {
            break;
        };
        drop(attempts);
        subject = subject.with_text(text);
        changed = true;
    }
    (subject, changed)
}

fn not_mended(subject: &Subject) -> Vec<(&Diagnostic, NotMended)> {
    attempts(subject)
        .filter_map(|(finding, text)| Some((finding, text.err()?)))
        .collect()
}

/// What comes of mending each finding alone. What the project allows stays as
/// it is: only what is told is mended.
fn attempts(subject: &Subject) -> impl Iterator<Item = (&Diagnostic, Result<String, NotMended>)> {
    let file = &subject.policy.text;
    file.diagnostics.iter().filter_map(|finding| {
        let checked = subject.policy.checked.as_ref()?;
        Some((finding, lifecycle::mend(&file.text, checked, finding)?))
    })
}

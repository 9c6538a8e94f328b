//! `--fix`: what can be mended is mended where it stands.

use super::subject::Subject;
use crate::exit::Failure;
use crate::show::{self, Log};
use ecrane_core::diagnostic::{Diagnostic, Lines};
use ecrane_core::lifecycle::{self, NotMended};

/// The policy after mending, written where it came from: to its file if
/// something changed, from standard input to standard output in any case.
pub(super) fn mended(subject: Subject, log: Log) -> Result<Subject, Failure> {
    let before = subject.policy.text.diagnostics.len();
    let (subject, changed) = until_nothing_is_left(subject);
    for (finding, reason) in not_mended(&subject) {
        let source = subject.policy.text.source();
        let line = Lines::new(source.text).position(finding.span.start).line;
        log.warning(&format!(
            "{}:{line}: {} is not mended: what comes of it ECR would not take: {reason}",
            source.name, finding.code
        ));
    }
    let text = &subject.policy.text.text;
    let Some(path) = &subject.path else {
        // What is no text was only made one to show its fault.
        if subject.policy.checked.is_some() {
            show::data(text.trim_end_matches('\n'))?;
        }
        return Ok(subject);
    };
    if changed {
        let name = path.display();
        std::fs::write(path, text)
            .map_err(|error| Failure::refused(format!("{name} cannot be written: {error}")))?;
        let after = subject.policy.text.diagnostics.len();
        log.line(&format!(
            "{name}: mended; findings before {before}, now {after}"
        ));
    }
    Ok(subject)
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

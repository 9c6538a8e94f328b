//! `--fix`: what can be mended is mended where it stands.

use super::subject::Subject;
use crate::exit::Failure;
use crate::show::{self, Log};
use ecrane_core::lifecycle;

/// The policy after mending, written where it came from: to its file if
/// something changed, from standard input to standard output in any case.
pub(super) fn mended(subject: Subject, log: Log) -> Result<Subject, Failure> {
    let before = subject.policy.text.diagnostics.len();
    let (subject, changed) = until_nothing_is_left(subject);
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
    while let Some(text) = mend(&subject) {
        subject = subject.with_text(text);
        changed = true;
    }
    (subject, changed)
}

/// What the project allows stays as it is: only what is told is mended.
fn mend(subject: &Subject) -> Option<String> {
    let file = &subject.policy;
    let checked = file.checked.as_ref()?;
    lifecycle::mend(&file.text.text, checked, &file.text.diagnostics)
}

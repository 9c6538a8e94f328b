//! `--fix`: what can be mended is mended where it stands.

use super::super::file::{self, PolicyFile};
use crate::exit::Failure;
use crate::show::{self, Log};
use ecrane_core::lifecycle;
use std::path::Path;

/// The policy after mending, written where it came from: to its file if
/// something changed, to standard output in any case.
pub(super) fn mended(policy: PolicyFile, path: &Path, log: Log) -> Result<PolicyFile, Failure> {
    let before = policy.text.diagnostics.len();
    let (policy, changed) = until_nothing_is_left(policy);
    if file::is_stdin(path) {
        show::data(policy.text.text.trim_end_matches('\n'))?;
        return Ok(policy);
    }
    if changed {
        let name = path.display();
        std::fs::write(path, &policy.text.text)
            .map_err(|error| Failure::refused(format!("{name} cannot be written: {error}")))?;
        let after = policy.text.diagnostics.len();
        log.line(&format!(
            "{name}: mended; findings before {before}, now {after}"
        ));
    }
    Ok(policy)
}

/// Mending one thing may show another: a list of prefixes with stars selects
/// nothing, and without them it is an AND.
fn until_nothing_is_left(mut policy: PolicyFile) -> (PolicyFile, bool) {
    let mut changed = false;
    while let Some(text) = policy
        .checked
        .as_ref()
        .and_then(|checked| lifecycle::mend(&policy.text.text, checked, &policy.text.diagnostics))
    {
        policy = policy.with_text(&text);
        changed = true;
    }
    (policy, changed)
}

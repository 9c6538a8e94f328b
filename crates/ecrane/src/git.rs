//! The commit that is built, when nobody named a tag.

use std::process::{Command, Stdio};

/// The id of the checked-out commit, if there is one and git is there to ask.
pub(crate) fn head() -> Option<String> {
    let output = Command::new("git")
        .args(["rev-parse", "--verify", "HEAD"])
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let id = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !id.is_empty()).then_some(id)
}

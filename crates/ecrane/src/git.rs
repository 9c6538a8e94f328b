//! What git says of the checkout, where it is there to ask.

use ecrane_core::tags::GitRef;
use std::ffi::OsString;
use std::process::{Command, Stdio};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The id of the checked-out commit.
pub(crate) fn head() -> Option<String> {
    git(&["rev-parse", "--verify", "HEAD"])
}

/// When a commit was made.
pub(crate) fn time_of(commit: &str) -> Option<OffsetDateTime> {
    // Ends the options: a commit never reads as one.
    let text = git(&[
        "show",
        "--no-patch",
        "--format=%cI",
        "--end-of-options",
        commit,
    ])?;
    OffsetDateTime::parse(&text, &Rfc3339).ok()
}

/// The branch that is checked out, else the tag that is.
pub(crate) fn checked_out() -> GitRef {
    let branch = git(&["symbolic-ref", "--quiet", "HEAD"]);
    let tag = || git(&["describe", "--tags", "--exact-match", "HEAD"]);
    let name = branch.or_else(|| Some(format!("refs/tags/{}", tag()?)));
    GitRef::from(name.unwrap_or_default().as_str())
}

/// The branch that a clone takes.
pub(crate) fn default_branch() -> Option<String> {
    let head = git(&["symbolic-ref", "--quiet", "refs/remotes/origin/HEAD"])?;
    let branch = head.strip_prefix("refs/remotes/origin/")?;
    Some(branch.to_owned())
}

/// The variables that git gets: no key or token of this environment.
fn passed_on() -> impl Iterator<Item = (OsString, OsString)> {
    const NAMES: &[&str] = &["PATH", "HOME", "XDG_CONFIG_HOME", "LANG"];
    std::env::vars_os().filter(|(name, _)| {
        let name = name.to_str().unwrap_or_default();
        NAMES.contains(&name) || name.starts_with("GIT_")
    })
}

/// What git prints, if it succeeds and prints anything.
fn git(words: &[&str]) -> Option<String> {
    let output = Command::new("git")
        .args(words)
        .env_clear()
        .envs(passed_on())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}

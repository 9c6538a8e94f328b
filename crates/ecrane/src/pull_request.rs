//! What a pull request is told: one comment that is kept up to date, and
//! findings at their lines. A run that went well does not fail for it.

use crate::config::{Changes, Conversation, Fault, Origin};
use crate::show::Log;
use crate::story::Story;
use ecrane_core::diagnostic::{Annotation, Severity, annotations};
use ecrane_core::report::comment;
use ecrane_engine::github::{Check, Conclusion, GitHub, GitHubError, Kept, Line, Patience};
use secrecy::ExposeSecret as _;
use std::path::{Path, PathBuf};

/// What the check is called in the list of checks.
const CHECK: &str = "ecrane: lifecycle policy";

/// Has the runner keep the token out of the log.
pub(crate) fn mask(talk: &Conversation, log: Log) {
    log.mask(talk.token.expose_secret());
}

/// Tells the pull request.
pub(crate) async fn tell(talk: &Conversation, story: &Story<'_>, log: Log) {
    let findings: Vec<&Fault> = story.findings().filter(|it| in_file(it)).collect();
    let github = match GitHub::new(&talk.api, &talk.token, &talk.network, Patience::default()) {
        Ok(github) => github,
        Err(error) => {
            findings.iter().for_each(|fault| log.annotate(fault));
            log.warning(&format!("the pull request is not told: {error}"));
            return;
        }
    };
    let text = story.tell(|run| comment(run, &talk.marker));
    let is_ours = |text: &str| talk.marker.is_on(text);
    let kept = github.keep_comment(&talk.repository, talk.number, &text, is_ours);
    let (kept, checked) = tokio::join!(kept, check(&github, talk, &findings));
    if let Err(unshown) = checked {
        findings.iter().for_each(|fault| log.annotate(fault));
        if let Unshown::Refused(error) = unshown
            && !is_reader(talk, &error)
        {
            log.line(&format!(
                "The findings are shown by the runner, not by a check: {error}"
            ));
        }
    }
    let number = talk.number;
    match kept {
        Ok(Kept::Created) => log.line(&format!("Pull request #{number} has a new comment")),
        Ok(Kept::Updated) => log.line(&format!("Pull request #{number}: comment updated")),
        Ok(Kept::Unchanged) => log.line(&format!("Pull request #{number}: comment unchanged")),
        // Nothing is wrong with that, and nobody can change it.
        Err(error) if is_reader(talk, &error) => log.line(&format!(
            "Pull request #{number} has no comment of this run: {READER}; the job's summary says the same"
        )),
        Err(error) => log.warning(&format!(
            "pull request #{number} has no comment of this run: {error}"
        )),
    }
}

const READER: &str =
    "a run for the changes of a fork or of Dependabot gets a token that only reads";

fn is_reader(talk: &Conversation, error: &GitHubError) -> bool {
    error.is_forbidden() && talk.changes == Changes::Foreign
}

fn in_file(fault: &Fault) -> bool {
    matches!(fault.origin, Origin::File(_))
}

/// Why findings are not shown by a check.
enum Unshown {
    /// The event names no commit.
    NoCommit,
    /// GitHub does not take it.
    Refused(GitHubError),
}

/// Shows the findings at their lines; without findings there is no check.
async fn check(github: &GitHub, talk: &Conversation, findings: &[&Fault]) -> Result<(), Unshown> {
    let workspace = std::env::var_os("GITHUB_WORKSPACE").map(PathBuf::from);
    let found = findings
        .iter()
        .flat_map(|fault| annotations(fault.source(), &fault.diagnostics));
    let found: Vec<Annotation> = found
        .map(|it| Annotation {
            file: in_repository(&it.file, workspace.as_deref()),
            ..it
        })
        .collect();
    let Some(worst) = found.iter().map(|it| it.severity).min() else {
        return Ok(());
    };
    let commit = talk.commit.as_ref().ok_or(Unshown::NoCommit)?;
    let lines: Vec<Line> = found.iter().map(Line::from).collect();
    let title = match lines.len() {
        1 => "1 finding".to_owned(),
        n => format!("{n} findings"),
    };
    let check = Check {
        name: CHECK,
        commit,
        conclusion: match worst {
            Severity::Error => Conclusion::Failure,
            Severity::Warning => Conclusion::Neutral,
            Severity::Info => Conclusion::Success,
        },
        title: &title,
        lines: &lines,
    };
    let shown = github.check(&talk.repository, &check).await;
    shown.map_err(Unshown::Refused)
}

/// A file as the repository knows it, wherever the run was started from.
fn in_repository(file: &str, workspace: Option<&Path>) -> String {
    let whole = std::path::absolute(file).ok();
    let within = whole.as_deref().zip(workspace);
    let within = within.and_then(|(file, workspace)| file.strip_prefix(workspace).ok());
    within.map_or_else(|| file.to_owned(), |path| path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_from_the_root_of_the_repository() {
        let here = std::env::current_dir().unwrap();
        let above = here.parent();
        let folder = here.file_name().unwrap().to_str().unwrap();
        let check = |file: &str, workspace: Option<&Path>, expected: &str| {
            assert_eq!(in_repository(file, workspace), expected);
        };
        check("a/lifecycle.json", Some(&here), "a/lifecycle.json");
        check("./lifecycle.json", Some(&here), "lifecycle.json");
        check("lifecycle.json", above, &format!("{folder}/lifecycle.json"));
        let whole = here.join("lifecycle.json");
        check(whole.to_str().unwrap(), Some(&here), "lifecycle.json");
        check("lifecycle.json", None, "lifecycle.json");
        check("/etc/policy.json", Some(&here), "/etc/policy.json");
    }
}

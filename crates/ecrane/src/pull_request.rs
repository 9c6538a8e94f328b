//! What a pull request is told: one comment that is kept up to date, and
//! findings at their lines. A run that went well does not fail for it.

use crate::config::{Changes, Conversation, Fault, Origin};
use crate::show::Log;
use crate::story::Story;
use ecrane_core::diagnostic::{Annotation, Severity, annotations};
use ecrane_core::report::comment;
use ecrane_engine::github::{Check, Conclusion, GitHub, GitHubError, Kept, Line, Patience};
use secrecy::ExposeSecret as _;

/// What the check is called in the list of checks.
const CHECK: &str = "ecrane: lifecycle policy";

/// Has the runner keep the token out of the log.
pub(crate) fn mask(talk: &Conversation, log: Log) {
    log.mask(talk.token.expose_secret());
}

/// Tells the pull request.
pub(crate) async fn tell(talk: &Conversation, story: &Story<'_>, log: Log) {
    let findings: Vec<&Fault> = story.findings().filter(|it| in_file(it)).collect();
    let github = match GitHub::new(&talk.api, &talk.token, Patience::default()) {
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
    if let Err(error) = checked {
        findings.iter().for_each(|fault| log.annotate(fault));
        if !is_reader(talk, &error) {
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

/// Shows the findings at their lines; without findings there is no check.
async fn check(
    github: &GitHub,
    talk: &Conversation,
    findings: &[&Fault],
) -> Result<(), GitHubError> {
    let found: Vec<Annotation> = findings
        .iter()
        .flat_map(|fault| annotations(fault.source(), &fault.diagnostics))
        .collect();
    let (Some(commit), Some(worst)) = (&talk.commit, found.iter().map(|it| it.severity).min())
    else {
        return Ok(());
    };
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
    github.check(&talk.repository, &check).await
}

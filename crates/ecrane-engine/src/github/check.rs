use super::error::{Doing, GitHubError};
use super::{GitHub, Repository};
use ecrane_core::diagnostic::{Annotation, Severity};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A check run: findings at their lines, on a commit.
#[derive(Debug, Clone)]
pub struct Check<'a> {
    /// What it is called in the list of checks.
    pub name: &'a str,
    /// The commit.
    pub commit: &'a str,
    /// How it ends.
    pub conclusion: Conclusion,
    /// In a few words what was found.
    pub title: &'a str,
    /// The findings.
    pub lines: &'a [Line],
}

/// How a check ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Conclusion {
    /// Nothing that matters was found.
    Success,
    /// What was found stops nothing.
    Neutral,
    /// An error was found.
    Failure,
}

/// A finding at its line, in GitHub's form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    path: String,
    start_line: usize,
    end_line: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<usize>,
    annotation_level: &'static str,
    title: String,
    message: String,
}

impl From<&Annotation> for Line {
    fn from(finding: &Annotation) -> Self {
        // GitHub refuses columns of a finding over several lines.
        let one_line = finding.line == finding.end_line;
        let column = |column: usize| one_line.then_some(column);
        Self {
            path: finding.file.clone(),
            start_line: finding.line,
            end_line: finding.end_line,
            start_column: column(finding.column),
            end_column: column(finding.end_column.max(finding.column)),
            annotation_level: match finding.severity {
                Severity::Error => "failure",
                Severity::Warning => "warning",
                Severity::Info => "notice",
            },
            title: finding.title.clone(),
            message: finding.message.clone(),
        }
    }
}

/// GitHub takes so many findings with a request; further requests add to them.
const BATCH: usize = 50;

#[derive(Debug, Deserialize)]
struct Created {
    id: u64,
}

impl GitHub {
    /// Makes a check run that is over, with all its findings.
    ///
    /// # Errors
    /// GitHub refuses, or does not answer.
    pub async fn check(
        &self,
        repository: &Repository,
        check: &Check<'_>,
    ) -> Result<(), GitHubError> {
        let output = |lines: &[Line]| {
            json!({
                "title": check.title,
                "summary": check.title,
                "annotations": lines,
            })
        };
        let mut batches = check.lines.chunks(BATCH);
        let mut body = json!({
            "name": check.name,
            "head_sha": check.commit,
            "status": "completed",
            "conclusion": check.conclusion,
            "output": output(batches.next().unwrap_or_default()),
        });
        let route = format!("/repos/{repository}/check-runs");
        let made: Created = self
            .call(Doing::Checking, || self.client.post(&route, Some(&body)))
            .await?;
        let route = format!("{route}/{}", made.id);
        for lines in batches {
            body = json!({ "output": output(lines) });
            let _: Created = self
                .call(Doing::Checking, || self.client.patch(&route, Some(&body)))
                .await?;
        }
        Ok(())
    }
}

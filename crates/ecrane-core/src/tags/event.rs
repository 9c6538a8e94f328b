//! What a run is about: the event of a workflow, or a checkout.

use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// What a run is about. Values that are not known are `None` or empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The event's name, such as `push`; empty outside a workflow.
    pub name: String,
    /// The ref that the run is for.
    pub git_ref: GitRef,
    /// The id of the commit.
    pub commit: Option<String>,
    /// The branch that a tag was pushed from, or that a pull request is to.
    pub base_branch: Option<String>,
    /// The repository's default branch.
    pub default_branch: Option<String>,
    /// When the run is.
    pub now: OffsetDateTime,
    /// When the commit was made.
    pub commit_time: Option<OffsetDateTime>,
    /// The repository that the commit is in.
    pub repository: Repository,
}

/// A git ref by what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GitRef {
    /// `refs/heads/NAME`
    Branch(String),
    /// `refs/tags/NAME`
    Tag(String),
    /// `refs/pull/NUMBER/merge`
    Pull(String),
    /// Another ref; none at all is the empty text.
    Other(String),
}

impl From<&str> for GitRef {
    fn from(text: &str) -> Self {
        if let Some(name) = text.strip_prefix("refs/heads/") {
            Self::Branch(name.to_owned())
        } else if let Some(name) = text.strip_prefix("refs/tags/") {
            Self::Tag(name.to_owned())
        } else if let Some(number) = text.strip_prefix("refs/pull/") {
            Self::Pull(number.strip_suffix("/merge").unwrap_or(number).to_owned())
        } else {
            Self::Other(text.to_owned())
        }
    }
}

/// What is used of the file at `GITHUB_EVENT_PATH`.
///
/// Source: GitHub's documentation, "Webhook events and payloads".
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Payload {
    base_ref: Option<String>,
    number: Option<u64>,
    pull_request: Option<PullRequest>,
    commits: Option<Vec<Commit>>,
    head_commit: Option<Commit>,
    repository: Option<Described>,
}

/// A repository, as its host describes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Repository {
    /// Its name, without its owner.
    pub name: Option<String>,
    /// What it says of itself.
    pub description: Option<String>,
    /// The address of its page.
    pub url: Option<String>,
    /// Its licence by SPDX's short name.
    pub license: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Described {
    name: Option<String>,
    description: Option<String>,
    html_url: Option<String>,
    license: Option<License>,
    default_branch: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct License {
    spdx_id: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct PullRequest {
    base: Option<Base>,
}

#[derive(Debug, Clone, Deserialize)]
struct Base {
    r#ref: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct Commit {
    id: Option<String>,
    timestamp: Option<String>,
}

impl Payload {
    /// Reads the file's text.
    ///
    /// # Errors
    /// The text is not JSON, or not an event.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    fn time_of(&self, commit: &str) -> Option<OffsetDateTime> {
        let listed = self.commits.iter().flatten().chain(&self.head_commit);
        let found = listed
            .filter(|known| known.id.as_deref() == Some(commit))
            .find_map(|known| known.timestamp.as_deref())?;
        OffsetDateTime::parse(found, &Rfc3339).ok()
    }
}

impl Repository {
    /// What the event says of it; name and address are always known.
    fn of_workflow(variable: impl Fn(&str) -> Option<String>, described: Described) -> Self {
        let full = variable("GITHUB_REPOSITORY");
        let name = full.as_ref().and_then(|full| full.rsplit('/').next());
        let page = || {
            Some(format!(
                "{}/{}",
                variable("GITHUB_SERVER_URL")?,
                full.as_ref()?
            ))
        };
        let license = described.license.and_then(|license| license.spdx_id);
        Self {
            name: described.name.or_else(|| name.map(str::to_owned)),
            description: described.description,
            url: described.html_url.or_else(page),
            // The host's word for a licence that it does not know.
            license: license.filter(|id| id != "NOASSERTION"),
        }
    }
}

impl Event {
    /// The event of a GitHub workflow; `variable` looks up its environment.
    #[must_use]
    pub fn of_workflow(
        variable: impl Fn(&str) -> Option<String> + Copy,
        payload: &Payload,
        now: OffsetDateTime,
    ) -> Self {
        let name = variable("GITHUB_EVENT_NAME").unwrap_or_default();
        let commit = variable("GITHUB_SHA").filter(|id| !id.is_empty());
        // The runner names the base's branch there, where the image is of the
        // pull request.
        let git_ref = match payload.number {
            Some(number) if name.contains("pull_request_target") => {
                GitRef::Pull(number.to_string())
            }
            _ => GitRef::from(variable("GITHUB_REF").unwrap_or_default().as_str()),
        };
        let base_branch = match &git_ref {
            GitRef::Tag(_) => payload.base_ref.as_deref().map(|base| {
                let branch = base.strip_prefix("refs/heads/");
                branch.unwrap_or(base).to_owned()
            }),
            GitRef::Pull(_) => payload
                .pull_request
                .as_ref()
                .and_then(|request| request.base.as_ref()?.r#ref.clone()),
            _ => None,
        };
        let described = payload.repository.as_ref();
        Self {
            base_branch,
            default_branch: described.and_then(|known| known.default_branch.clone()),
            repository: Repository::of_workflow(variable, described.cloned().unwrap_or_default()),
            commit_time: commit.as_deref().and_then(|id| payload.time_of(id)),
            name,
            git_ref,
            commit,
            now,
        }
    }

    /// The commit's short id.
    #[must_use]
    pub fn short_commit(&self) -> Option<String> {
        Some(self.commit.as_ref()?.chars().take(7).collect())
    }

    /// Whether the run is for the default branch.
    pub(super) fn is_default_branch(&self) -> bool {
        let name = match &self.git_ref {
            GitRef::Branch(name) => name.as_str(),
            GitRef::Other(text) if text.is_empty() => return false,
            _ => "",
        };
        // These happen to the repository: the runner takes the default branch.
        let of_repository = ["create", "discussion", "issues", "schedule"];
        self.default_branch.as_deref() == Some(name)
            || of_repository.iter().any(|event| self.name.contains(event))
    }
}

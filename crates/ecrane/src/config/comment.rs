//! The inputs `comment` and `github-token`, and the pull request that a run is
//! for: where what it found is told.

use super::Fault;
use super::place::given_region;
use super::read::{Lookup, Reader};
use crate::inputs::Inputs;
use ecrane_core::report::Marker;
use ecrane_engine::github::{PUBLIC_API, Repository};
use ecrane_engine::network::Network;
use secrecy::SecretString;
use serde::Deserialize;

const INPUT: &str = "comment";
const TOKEN: &str = "github-token";

/// Whom a run tells on GitHub, and by which right.
#[derive(Debug, Clone)]
pub(crate) struct Conversation {
    /// Where the API is.
    pub(crate) api: String,
    /// The repository on GitHub.
    pub(crate) repository: Repository,
    /// The pull request's number.
    pub(crate) number: u64,
    /// Its newest commit.
    pub(crate) commit: Option<String>,
    /// Whose changes it holds.
    pub(crate) changes: Changes,
    /// The job's token.
    pub(crate) token: SecretString,
    /// How GitHub is reached.
    pub(crate) network: Network,
    /// By what the comment of this repository and policy is known.
    pub(crate) marker: Marker,
}

/// Whose changes a run is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Changes {
    /// Those of people who may push: jobs get their secrets.
    Own,
    /// Those of a fork or of Dependabot: jobs get no secret, and a token that
    /// only reads.
    Foreign,
}

/// What is used of the event of a pull request.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Event {
    action: Option<String>,
    pull_request: Option<PullRequest>,
}

#[derive(Debug, Clone, Deserialize)]
struct PullRequest {
    number: u64,
    head: Side,
    base: Side,
}

#[derive(Debug, Clone, Deserialize)]
struct Side {
    sha: Option<String>,
    /// None once a fork is gone.
    repo: Option<InRepository>,
}

#[derive(Debug, Clone, Deserialize)]
struct InRepository {
    full_name: String,
}

impl PullRequest {
    /// That of the workflow's event, if it is of one.
    fn of_workflow(variable: Lookup<'_>) -> Option<Self> {
        Event::of_workflow(variable)?.pull_request
    }

    fn changes(&self, variable: Lookup<'_>) -> Changes {
        let name = |side: &Side| side.repo.as_ref().map(|it| it.full_name.clone());
        let is_fork = name(&self.head).is_none() || name(&self.head) != name(&self.base);
        let by_dependabot = variable("GITHUB_ACTOR").as_deref() == Some("dependabot[bot]");
        // With `pull_request_target` the job runs with what its base may do.
        let on_base = variable("GITHUB_EVENT_NAME").as_deref() == Some("pull_request_target");
        match (is_fork || by_dependabot) && !on_base {
            true => Changes::Foreign,
            false => Changes::Own,
        }
    }
}

impl Event {
    /// The workflow's, if it is of a pull request.
    fn of_workflow(variable: Lookup<'_>) -> Option<Self> {
        if !is_for_pull_request(variable) {
            return None;
        }
        let path = variable("GITHUB_EVENT_PATH").filter(|path| !path.is_empty())?;
        let text = std::fs::read_to_string(path).ok()?;
        serde_json::from_str(&text).ok()
    }
}

/// The pull request whose end the run is for, as its event says.
pub(super) fn closed(variable: Lookup<'_>) -> Option<u64> {
    let event = Event::of_workflow(variable)?;
    let is_closed = event.action.as_deref() == Some("closed");
    Some(event.pull_request?.number).filter(|_| is_closed)
}

/// Whether the run is for a pull request.
pub(super) fn is_for_pull_request(variable: Lookup<'_>) -> bool {
    variable("GITHUB_EVENT_NAME").is_some_and(|event| event.starts_with("pull_request"))
}

/// Whose changes the run is about.
pub(super) fn changes(variable: Lookup<'_>) -> Changes {
    PullRequest::of_workflow(variable).map_or(Changes::Own, |it| it.changes(variable))
}

/// Whom the run tells, if it is to tell anybody. It is found for itself, as what
/// is wrong with other inputs is told there too.
pub(crate) fn conversation(
    inputs: &Inputs,
    variable: impl Fn(&str) -> Option<String>,
) -> Option<Conversation> {
    Reader::default().conversation(inputs, &variable)
}

impl Reader {
    pub(super) fn conversation(
        &mut self,
        inputs: &Inputs,
        variable: Lookup<'_>,
    ) -> Option<Conversation> {
        let wanted = self.boolean(INPUT, inputs.comment.as_deref());
        if wanted == Some(false) || !is_for_pull_request(variable) {
            return None;
        }
        let input = inputs
            .github_token
            .as_ref()
            .map(|it| it.expose().to_owned());
        let asked = || variable("GITHUB_TOKEN").filter(|_| wanted == Some(true));
        let token = input.or_else(asked).filter(|text| !text.is_empty());
        let repository = variable("GITHUB_REPOSITORY").and_then(|text| text.parse().ok());
        let request = PullRequest::of_workflow(variable);
        let (Some(token), Some(repository), Some(request)) = (token, repository, request) else {
            if wanted == Some(true) {
                let fault = Fault::whole(INPUT, "true", "the pull request cannot be told");
                self.fault(fault.help(format!(
                    "it needs `{TOKEN}`, and the event's file of the workflow"
                )));
            }
            return None;
        };
        let api = variable("GITHUB_API_URL").filter(|text| !text.is_empty());
        Some(Conversation {
            api: api.unwrap_or_else(|| PUBLIC_API.to_owned()),
            repository,
            number: request.number,
            changes: request.changes(variable),
            commit: request.head.sha,
            token: token.into(),
            // What is wrong with it is found where AWS is reached.
            network: Self::default().network(inputs, variable),
            marker: marker(inputs, variable),
        })
    }
}

/// Jobs for other repositories, policies, Regions or roles have comments of their
/// own.
fn marker(inputs: &Inputs, variable: Lookup<'_>) -> Marker {
    let policy = inputs.lifecycle_policy.as_deref().unwrap_or_default();
    // A text changes from commit to commit, a file's name does not.
    let policy = match policy.trim_start().starts_with(['{', '[']) || policy.contains('\n') {
        true => "inline",
        false => policy.trim(),
    };
    let region = given_region(inputs, variable).map(|(_, region)| region);
    Marker::of(&[
        inputs.repository.as_deref().unwrap_or_default(),
        policy,
        region.as_deref().unwrap_or_default(),
        inputs.role_to_assume.as_deref().unwrap_or_default(),
        inputs.endpoint_url.as_deref().unwrap_or_default(),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The changes of a pull request from `head`, in a workflow with these variables.
    fn changes_from(head: &str, variables: &[(&str, &str)]) -> Changes {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("event.json");
        let event = format!(
            r#"{{"pull_request": {{"number": 7, "head": {{"sha": "0f", "repo": {head}}},
                "base": {{"sha": "aa", "repo": {{"full_name": "octocat/hello"}}}}}}}}"#
        );
        std::fs::write(&path, event).unwrap();
        let path = path.to_str().unwrap();
        let usual = [
            ("GITHUB_EVENT_NAME", "pull_request"),
            ("GITHUB_EVENT_PATH", path),
        ];
        changes(&|name| {
            let mut all = variables.iter().chain(&usual);
            all.find(|(known, _)| *known == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn changes_of_a_fork_and_of_dependabot_come_without_secrets() {
        let own = r#"{"full_name": "octocat/hello"}"#;
        let fork = r#"{"full_name": "hubot/hello"}"#;
        assert_eq!(changes_from(own, &[]), Changes::Own);
        assert_eq!(changes_from(fork, &[]), Changes::Foreign);
        assert_eq!(changes_from("null", &[]), Changes::Foreign);
        let dependabot = ("GITHUB_ACTOR", "dependabot[bot]");
        assert_eq!(changes_from(own, &[dependabot]), Changes::Foreign);
        let on_base = ("GITHUB_EVENT_NAME", "pull_request_target");
        assert_eq!(changes_from(fork, &[on_base]), Changes::Own);
    }
}

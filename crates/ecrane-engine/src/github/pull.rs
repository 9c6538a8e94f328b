use super::error::{Doing, GitHubError};
use super::{GitHub, Repository};
use ecrane_core::repository::PullState;
use octocrab::Error;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
struct Pull {
    state: State,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Open,
    Closed,
}

impl GitHub {
    /// Whether a pull request is closed. That there is none of this number is an
    /// answer too.
    ///
    /// # Errors
    /// GitHub refuses, or does not answer: then nobody knows.
    pub async fn pull_state(
        &self,
        repository: &Repository,
        number: u64,
    ) -> Result<PullState, GitHubError> {
        let route = format!("/repos/{repository}/pulls/{number}");
        let asked = self.call(Doing::AskingState, || async {
            match self.client.get::<Pull, _, ()>(&route, None).await {
                Ok(pull) => Ok(Some(pull.state)),
                Err(error) if is_missing(&error) => Ok(None),
                Err(error) => Err(error),
            }
        });
        Ok(match asked.await? {
            Some(State::Open) => PullState::Open,
            Some(State::Closed) => PullState::Closed,
            None => PullState::Unknown,
        })
    }
}

fn is_missing(error: &Error) -> bool {
    matches!(error, Error::GitHub { source, .. } if source.status_code.as_u16() == 404)
}

//! GitHub's REST API, as far as a pull request is told of a run: one comment
//! that is kept, and findings at their lines.

mod check;
mod comment;
mod error;
mod patience;
mod permission;
mod pull;

pub use check::{Check, Conclusion, Line};
pub use comment::Kept;
pub use error::GitHubError;
pub use patience::Patience;

use crate::network::Network;
use error::Doing;
use octocrab::Octocrab;
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret as _, SecretString};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// Where the API is.
pub const PUBLIC_API: &str = "https://api.github.com";

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const READ_TIMEOUT: Duration = Duration::from_secs(25);

/// A client with the token of a job.
pub struct GitHub {
    client: Octocrab,
    /// Whether the token is an app's, as the one of a job is: it stands for no user.
    is_of_app: bool,
    patience: Patience,
}

/// `OWNER/NAME`, as the runner names a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository(String);

impl FromStr for Repository {
    type Err = NoRepository;

    fn from_str(text: &str) -> Result<Self, NoRepository> {
        let part = |text: &str| {
            let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
            !matches!(text, "" | "." | "..") && text.chars().all(known)
        };
        match text.split_once('/') {
            Some((owner, name)) if part(owner) && part(name) => Ok(Self(text.to_owned())),
            _ => Err(NoRepository),
        }
    }
}

impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// No name of a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a repository on GitHub is named `OWNER/NAME`")]
pub struct NoRepository;

impl GitHub {
    /// A client of the API at this address: of github.com, or of an Enterprise
    /// Server.
    ///
    /// # Errors
    /// [`GitHubError::Address`] and [`GitHubError::Token`]. No call is made.
    pub fn new(
        api: &str,
        token: &SecretString,
        network: &Network,
        patience: Patience,
    ) -> Result<Self, GitHubError> {
        let address = |why: String| GitHubError::Address {
            address: api.to_owned(),
            why,
        };
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(READ_TIMEOUT);
        let http = network
            .set_up(http)
            .build()
            .map_err(|error| address(error.to_string()))?;
        // Octocrab takes a token for one that can be sent.
        HeaderValue::from_str(token.expose_secret()).map_err(|_| GitHubError::Token)?;
        let client = Octocrab::builder()
            .base_uri(api)
            .map_err(|error| address(error.to_string()))?
            .personal_token(token.clone())
            // One HTTP client for all: with the system's authorities and proxies.
            .build_with_reqwest(http)
            .map_err(|error| address(error.to_string()))?;
        Ok(Self {
            client,
            is_of_app: token.expose_secret().starts_with("ghs_"),
            patience,
        })
    }

    /// Makes a call, again as long as it heals.
    async fn call<T, A>(&self, doing: Doing, attempt: impl FnMut() -> A) -> Result<T, GitHubError>
    where
        A: Future<Output = octocrab::Result<T>>,
    {
        self.patience.retry(doing, attempt).await
    }
}

use super::permission::wanted;
use crate::aws::chain;
use octocrab::Error;
use std::time::Duration;

/// How GitHub begins to say that a token lacks a permission; "by integration" or
/// "by personal access token" follows.
///
/// Source: GitHub's documentation, "Troubleshooting the REST API".
const NO_PERMISSION: &str = "Resource not accessible";

/// What GitHub was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doing {
    AskingWho,
    AskingState,
    Commenting,
    Checking,
}

impl Doing {
    const fn words(self) -> &'static str {
        match self {
            Self::AskingWho => "whose token this is",
            Self::AskingState => "the state of a pull request",
            Self::Commenting => "a comment on the pull request",
            Self::Checking => "a check run",
        }
    }

    /// What a job must be allowed, where the answer does not say it.
    const fn permission(self) -> &'static str {
        match self {
            Self::AskingWho | Self::AskingState => "pull-requests: read",
            Self::Commenting => "pull-requests: write",
            Self::Checking => "checks: write",
        }
    }
}

/// Why GitHub did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum GitHubError {
    /// No address of an API.
    #[error("`{address}` is no address of GitHub's API: {why}")]
    Address {
        /// The address.
        address: String,
        /// What is wrong with it.
        why: String,
    },
    /// The token can be sent in no header.
    #[error(
        "the token for GitHub has a line end or another control character in it; take it away where the token is kept"
    )]
    Token,
    /// The token may not do it.
    #[error(
        "GitHub refuses {what} ({message}): the token lacks `{permission}`, which the job's `permissions` can grant"
    )]
    Forbidden {
        /// What was asked for.
        what: &'static str,
        /// What the token lacks, as a workflow writes it.
        permission: String,
        /// GitHub's words.
        message: String,
    },
    /// It asks for a longer wait than a run is worth.
    #[error("GitHub's rate limit refuses {what}: it asks to wait {} s", .wait.as_secs())]
    Limited {
        /// What was asked for.
        what: &'static str,
        /// How long.
        wait: Duration,
    },
    /// It refused for another reason.
    #[error("GitHub refuses {what} with status {status}: {message}")]
    Refused {
        /// What was asked for.
        what: &'static str,
        /// The status.
        status: u16,
        /// GitHub's words.
        message: String,
    },
    /// No answer, or none that could be read.
    #[error("GitHub gave no answer to a request for {what}: {reason}")]
    NoAnswer {
        /// What was asked for.
        what: &'static str,
        /// What stood in the way.
        reason: String,
    },
}

impl GitHubError {
    /// What an error of the client says, without an address that it may quote.
    pub(super) fn new(doing: Doing, error: &Error) -> Self {
        let what = doing.words();
        let Error::GitHub { source, .. } = error else {
            return Self::NoAnswer {
                what,
                reason: chain(error),
            };
        };
        let status = source.status_code.as_u16();
        let message = source.message.trim().to_owned();
        // A locked conversation and an address that is not let in are refused with
        // the same status.
        if status != 403 || !message.starts_with(NO_PERMISSION) {
            return Self::Refused {
                what,
                status,
                message,
            };
        }
        let headers = source.headers.as_ref();
        let accepted = headers.and_then(|it| it.get("x-accepted-github-permissions"));
        let permission = accepted
            .and_then(|value| wanted(value.to_str().ok()?, doing.permission()))
            .unwrap_or_else(|| doing.permission().to_owned());
        Self::Forbidden {
            what,
            permission,
            message,
        }
    }

    pub(super) const fn limited(doing: Doing, wait: Duration) -> Self {
        Self::Limited {
            what: doing.words(),
            wait,
        }
    }

    /// Whether the token may not do it.
    #[must_use]
    pub const fn is_forbidden(&self) -> bool {
        matches!(self, Self::Forbidden { .. })
    }
}

use crate::aws::unreached::Unreached;
use ecrane_core::name::AccountId;

/// Why there are no credentials.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// No source of credentials is configured here.
    #[error(
        "no AWS credentials: none are configured; give AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile, or `role-to-assume` (in a workflow with `permissions: id-token: write`); for an ECR on this machine there is `--local`"
    )]
    NoCredentials,
    /// The source that is configured gave none.
    #[error("the AWS credentials that are configured here cannot be had: {reason}{}", hopeless(.reason))]
    Unusable {
        /// What its provider says.
        reason: String,
    },
    /// The runner gives this job no token.
    #[error(
        "the role needs a token of this job, and there is none: the job must have `permissions: id-token: write` (and `contents: read`, as all that are not named are taken away); a pull request from a fork never gets one"
    )]
    NoIdToken(#[source] Box<SignInError>),
    /// The runner did not give a token.
    #[error("GitHub's token for this job: {0}")]
    IdToken(String),
    /// STS did not give the role.
    #[error("{operation} was refused: {code}: {message}{}{}", super::super::error::request(.request_id.as_deref()), lines(.causes))]
    Refused {
        /// The operation.
        operation: &'static str,
        /// The service's error code.
        code: String,
        /// Its message.
        message: String,
        /// The request's id, for AWS support.
        request_id: Option<String>,
        /// What it usually comes of.
        causes: Vec<String>,
    },
    /// STS did not answer, or not with credentials.
    #[error("{operation} got no answer: {reason}{}", hopeless(.reason))]
    NoAnswer {
        /// The operation.
        operation: &'static str,
        /// What stood in the way.
        reason: String,
    },
    /// The credentials are of an account that they must not be of.
    #[error("these credentials are of the account {account}, and `allowed-account-ids` has {}; nothing was done", list(.allowed))]
    Account {
        /// Whose they are.
        account: AccountId,
        /// Whose they may be.
        allowed: Vec<AccountId>,
    },
}

fn hopeless(reason: &str) -> String {
    let help = Unreached::in_words(reason).map(Unreached::help);
    help.map(|help| format!("\n{help}")).unwrap_or_default()
}

fn lines(causes: &[String]) -> String {
    causes
        .iter()
        .map(|cause| format!("\n  - {cause}"))
        .collect()
}

fn list(accounts: &[AccountId]) -> String {
    let accounts: Vec<&str> = accounts.iter().map(AccountId::as_str).collect();
    accounts.join(", ")
}

//! The token that says which job of GitHub Actions this is.

use super::{Announce, SignInError};
use crate::network::Network;
use backon::{ExponentialBuilder, Retryable};
use ecrane_core::name::Audience;
use reqwest::{StatusCode, Url};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use std::net::IpAddr;
use std::time::Duration;

/// Where a job gets its tokens, and for whom they are.
///
/// Source: "OpenID Connect reference" in the documentation of GitHub Actions,
/// the variables `ACTIONS_ID_TOKEN_REQUEST_URL` and `…_TOKEN`.
#[derive(Debug, Clone)]
pub struct IdTokens {
    url: Url,
    bearer: SecretString,
}

/// Not an address that is sent a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not an https URL: the runner's token is not sent there")]
pub struct NoEndpoint;

impl IdTokens {
    /// The runner's endpoint, which wants this bearer token.
    ///
    /// # Errors
    /// Neither `https` nor on loopback: the bearer token is not for everybody.
    pub fn new(url: &str, bearer: SecretString, audience: &Audience) -> Result<Self, NoEndpoint> {
        let mut url = Url::parse(url).map_err(|_| NoEndpoint)?;
        let host = url.host_str().unwrap_or_default();
        let loopback = host == "localhost"
            || host
                .trim_matches(['[', ']'])
                .parse::<IpAddr>()
                .is_ok_and(|it| it.is_loopback());
        if url.scheme() != "https" && !(loopback && url.scheme() == "http") {
            return Err(NoEndpoint);
        }
        url.query_pairs_mut()
            .append_pair("audience", audience.as_str());
        Ok(Self { url, bearer })
    }
}

#[derive(Deserialize)]
struct Answer {
    value: String,
}

/// Why one try gave no token.
struct Missed {
    why: String,
    heals: bool,
}

const TIMEOUT: Duration = Duration::from_secs(10);
/// A token has some thousand bytes.
const LARGEST_ANSWER: usize = 64 * 1024;

/// Five tries in all: the endpoint is known to stumble.
const WAITS: ExponentialBuilder = ExponentialBuilder::new()
    .with_min_delay(Duration::from_millis(250))
    .with_max_delay(Duration::from_secs(5))
    .with_max_times(4)
    .with_jitter();

/// A token of this job.
///
/// # Errors
/// The runner refuses, or does not answer in five tries.
pub(super) async fn token(
    tokens: &IdTokens,
    network: &Network,
    announce: &Announce,
) -> Result<SecretString, SignInError> {
    let client = reqwest::Client::builder()
        .user_agent(concat!("ecrane/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .timeout(TIMEOUT);
    let client = network.set_up(client).build();
    let client = client.map_err(|error| SignInError::IdToken(error.to_string()))?;
    announce.secret(tokens.bearer.expose_secret());
    let asked = || once(&client, tokens);
    let token = asked.retry(WAITS).when(|missed: &Missed| missed.heals);
    let token = token
        .await
        .map_err(|missed| SignInError::IdToken(missed.why))?;
    announce.secret(token.expose_secret());
    Ok(token)
}

async fn once(client: &reqwest::Client, tokens: &IdTokens) -> Result<SecretString, Missed> {
    let unanswered = |error: reqwest::Error| Missed {
        // The address holds nothing secret, and is of no use to anybody.
        why: format!(
            "the runner did not answer: {}",
            crate::aws::chain(&error.without_url())
        ),
        heals: true,
    };
    let request = client
        .get(tokens.url.clone())
        .bearer_auth(tokens.bearer.expose_secret());
    let mut answer = request.send().await.map_err(unanswered)?;
    let status = answer.status();
    if !status.is_success() {
        return Err(refused(status));
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(unanswered)? {
        body.extend_from_slice(&chunk);
        if body.len() > LARGEST_ANSWER {
            break;
        }
    }
    let answer: Result<Answer, _> = serde_json::from_slice(&body);
    answer.map(|it| it.value.into()).map_err(|_| Missed {
        why: "the runner answered without a token".to_owned(),
        heals: false,
    })
}

fn refused(status: StatusCode) -> Missed {
    let heals = status.is_server_error()
        || matches!(
            status,
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS
        );
    let why = if heals {
        format!("the runner answered {status}, five times")
    } else {
        format!(
            "the runner answered {status}; see that the job still runs and has `permissions: id-token: write`"
        )
    };
    Missed { why, heals }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runners_token_goes_to_https_and_to_loopback_only() {
        let check = |url: &str, expected: Option<&str>| {
            let made = IdTokens::new(url, "bearer".into(), &Audience::of_sts());
            let made = made.as_ref().ok().map(|it| it.url.as_str());
            assert_eq!(made, expected, "{url}");
        };
        check(
            "https://pipelines.example/id?api-version=2.0",
            Some("https://pipelines.example/id?api-version=2.0&audience=sts.amazonaws.com"),
        );
        check(
            "http://127.0.0.1:1/id",
            Some("http://127.0.0.1:1/id?audience=sts.amazonaws.com"),
        );
        check("http://pipelines.example/id", None);
        check("file:///etc/passwd", None);
        check("", None);
    }
}

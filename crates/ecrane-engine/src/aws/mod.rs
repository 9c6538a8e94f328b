//! Amazon ECR's API: observe, apply, sign in, list.

mod apply;
mod error;
mod images;
mod observe;
mod preview;
mod sign_in;
mod tagged;

pub use apply::{Applied, apply};
pub use error::AwsError;
pub use images::{Listing, list, still_holds};
pub use observe::{Observation, observe, stored_policy};
pub use preview::preview;
pub use sign_in::sign_in;
pub use tagged::tagged;

use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_ecr::config::{Credentials, ProvideCredentials};
use ecrane_core::auth::NamedEndpoint;
use ecrane_core::name::{AccountId, Region};
use ecrane_core::push::Destination;
use std::time::Duration;

/// A signed connection to ECR in one Region.
#[derive(Debug, Clone)]
pub struct Ecr {
    client: aws_sdk_ecr::Client,
    named: Option<NamedEndpoint>,
    account: Option<AccountId>,
}

impl Ecr {
    /// The `registryId` of a call; none for the caller's own registry.
    fn registry_id(&self) -> Option<String> {
        self.account.as_ref().map(ToString::to_string)
    }
}

/// Where ECR is and how calls to it are signed.
#[derive(Debug, Clone)]
pub struct Connection {
    /// The Region.
    pub region: Region,
    /// Whose registry, if it is not the caller's own.
    pub account: Option<AccountId>,
    /// Another endpoint than the service's own, as a URL.
    pub endpoint: Option<EndpointUrl>,
    /// Where the credentials come from.
    pub identity: Identity,
}

impl Connection {
    /// The connection to another registry, by the same identity. At an endpoint
    /// that is not AWS's own, all Regions and accounts are there; a stand-in has
    /// an endpoint of its own.
    #[must_use]
    pub fn towards(&self, destination: &Destination) -> Self {
        let endpoint = match (&self.endpoint, destination.stand_in()) {
            (Some(endpoint), Some(host)) => Some(endpoint.at(host)),
            (endpoint, _) => endpoint.clone(),
        };
        Self {
            region: destination.region().unwrap_or(&self.region).clone(),
            account: destination.account().cloned(),
            endpoint,
            identity: self.identity,
        }
    }
}

/// An endpoint as `http://host:port` or `https://host`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointUrl {
    url: String,
    authority: String,
}

impl EndpointUrl {
    /// Reads a URL.
    ///
    /// # Errors
    /// Not `http` or `https`, no host, or user info, path or query in it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (scheme, rest) = text
            .split_once("://")
            .ok_or("write the endpoint as `http://host:port` or `https://host`")?;
        if !matches!(scheme, "http" | "https") {
            return Err(format!(
                "`{scheme}` is not a scheme of the AWS API; use `https` or `http`"
            ));
        }
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        if authority.contains('@') {
            return Err("an endpoint holds no user name or password".into());
        }
        let part =
            |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
        if authority.is_empty() || !authority.chars().all(part) {
            return Err("an endpoint is a host and a port, without path or query".into());
        }
        Ok(Self {
            url: format!("{scheme}://{authority}"),
            authority: authority.to_owned(),
        })
    }

    /// The same kind of endpoint at another host.
    fn at(&self, host: &str) -> Self {
        let scheme = self
            .url
            .split_once("://")
            .map_or("https", |(scheme, _)| scheme);
        Self {
            url: format!("{scheme}://{host}"),
            authority: host.to_owned(),
        }
    }

    /// The URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.url
    }

    /// The host with its port.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.authority
    }
}

/// Whose calls these are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// The SDK's default chain: environment, web identity, profile, container
    /// and instance credentials.
    DefaultChain,
    /// The fixed key of the local ECR, which checks no signature.
    LocalEcr,
}

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The SDK has no limit of its own for one attempt.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);

/// Connects: loads the configuration and finds the credentials, once.
///
/// # Errors
/// [`AwsError::NoCredentials`]. No call to ECR is made.
pub async fn connect(connection: &Connection) -> Result<Ecr, AwsError> {
    let config = load(connection).await;
    let credentials = config
        .credentials_provider()
        .ok_or(AwsError::NoCredentials(None))?;
    credentials
        .provide_credentials()
        .await
        .map_err(|error| AwsError::NoCredentials(Some(error::chain(&error))))?;
    Ok(Ecr {
        client: aws_sdk_ecr::Client::new(&config),
        named: connection
            .endpoint
            .as_ref()
            .map(|endpoint| NamedEndpoint(endpoint.authority.clone())),
        account: connection.account.clone(),
    })
}

async fn load(connection: &Connection) -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .build();
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .region(aws_config::Region::new(connection.region.to_string()))
        .timeout_config(timeouts);
    if let Some(endpoint) = &connection.endpoint {
        loader = loader.endpoint_url(endpoint.as_str());
    }
    if connection.identity == Identity::LocalEcr {
        loader = loader.credentials_provider(Credentials::new(
            "local",
            "local",
            None,
            None,
            "ecrane local",
        ));
    }
    loader.load().await
}

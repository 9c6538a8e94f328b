//! Amazon ECR's API: observe, apply, sign in, list.

mod answers;
mod apply;
mod client;
mod destroy;
mod error;
mod identity;
mod images;
mod observe;
mod preview;
mod public;
mod rollback;
mod sign_in;
mod tagged;
mod unreached;
mod untag;

pub use apply::{Applied, Step, apply};
pub use destroy::{Destroyed, Held, destroy};
pub use error::AwsError;
pub use identity::{
    Announce, IdTokens, Identity, NoEndpoint, Proof, Setting, SignInError, account, caller,
};
pub use images::{Listing, list, outline, still_holds, with_indexes};
pub use observe::{Found, Observation, Place, find, observe, stored_access, stored_policy};
pub use preview::{NoPreview, preview};
pub use public::sign_in as sign_in_to_public;
pub use rollback::roll_back;
pub use sign_in::sign_in;
pub use tagged::tagged;
pub use untag::{Left, Untagged, untag};

pub(crate) use error::chain;
use error::said;

use crate::network::Network;
use ecrane_core::auth::NamedEndpoint;
use ecrane_core::name::{AccountId, Partition, Region};
use ecrane_core::push::Destination;

/// A signed connection to ECR in one Region.
#[derive(Debug, Clone)]
pub struct Ecr {
    client: aws_sdk_ecr::Client,
    named: Option<NamedEndpoint>,
    account: Option<AccountId>,
    network: Network,
}

impl Ecr {
    /// How it is reached, and with it the registry.
    #[must_use]
    pub const fn network(&self) -> &Network {
        &self.network
    }

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
            identity: self.identity.clone(),
        }
    }
}

impl Connection {
    /// AWS's own ECR in another Region, by the same identity.
    #[must_use]
    pub fn of_aws(&self, region: &Region) -> Self {
        Self {
            region: region.clone(),
            account: None,
            endpoint: None,
            identity: self.identity.clone(),
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

    /// Whether AWS itself is there, as at the endpoint of a VPC.
    #[must_use]
    pub fn is_of_aws(&self) -> bool {
        let host = self.authority.split(':').next().unwrap_or_default();
        Partition::has_host(&host.to_ascii_lowercase())
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

/// Connects: loads the configuration and finds the credentials, once for an
/// identity.
///
/// # Errors
/// [`AwsError::SignIn`]. No call to ECR is made.
pub async fn connect(connection: &Connection) -> Result<Ecr, AwsError> {
    let Connection {
        region,
        account,
        endpoint,
        identity,
    } = connection;
    identity.credentials().await?;
    let config = client::of(identity, region).await;
    let url = endpoint.as_ref().map(EndpointUrl::as_str);
    Ok(Ecr {
        client: client::ecr(&config, identity, url),
        named: endpoint
            .as_ref()
            .map(|endpoint| NamedEndpoint(endpoint.authority.clone())),
        account: account.clone(),
        network: identity.network().clone(),
    })
}

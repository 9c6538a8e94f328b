//! How clients of the AWS API are set up, whichever service they are of.

use super::Identity;
use super::answers::Answers;
use crate::network::Network;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader, SdkConfig};
use aws_sdk_ecr::config::IdentityCache;
use ecrane_core::name::Region;
use std::time::Duration;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The SDK has no limit of its own for one attempt, nor for all of them.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);
const OPERATION_TIMEOUT: Duration = Duration::from_secs(120);

const MOST_ATTEMPTS: u32 = 8;
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// What all clients share. The loader goes through the default chain, unless it
/// is given credentials.
pub(super) async fn shared(region: &Region, network: &Network) -> ConfigLoader {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(OPERATION_TIMEOUT)
        .build();
    let loader = aws_config::defaults(BehaviorVersion::latest())
        .region(aws_config::Region::new(region.to_string()))
        .timeout_config(timeouts)
        .retry_config(retries().await);
    match network.sdk_client() {
        Some(client) => loader.http_client(client),
        None => loader,
    }
}

/// What the user's environment or profile says of retries; else ours.
async fn retries() -> RetryConfig {
    let given = aws_config::default_provider::retry_config::default_provider()
        .retry_config()
        .await;
    if given != RetryConfig::standard() || std::env::var_os("AWS_MAX_ATTEMPTS").is_some() {
        return given;
    }
    given
        .with_max_attempts(MOST_ATTEMPTS)
        .with_initial_backoff(FIRST_WAIT)
        .with_max_backoff(LONGEST_WAIT)
}

/// What the clients of an identity share: it keeps its credentials itself.
pub(super) async fn of(identity: &Identity, region: &Region) -> SdkConfig {
    let loader = shared(region, identity.network()).await;
    loader
        .credentials_provider(identity.clone())
        .identity_cache(IdentityCache::no_cache())
        .load()
        .await
}

/// A client of STS.
pub(super) fn sts(config: &SdkConfig) -> aws_sdk_sts::Client {
    let builder = aws_sdk_sts::config::Builder::from(config);
    let builder = builder.retry_classifier(Answers::to_nobody());
    aws_sdk_sts::Client::from_conf(builder.build())
}

/// A client of ECR.
pub(super) fn ecr(
    config: &SdkConfig,
    identity: &Identity,
    endpoint: Option<&str>,
) -> aws_sdk_ecr::Client {
    let builder =
        aws_sdk_ecr::config::Builder::from(config).retry_classifier(Answers::to(identity.clone()));
    let builder = match endpoint {
        Some(url) => builder.endpoint_url(url),
        None => builder,
    };
    aws_sdk_ecr::Client::from_conf(builder.build())
}

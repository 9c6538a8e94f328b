//! Roles: taken by the token of a job, or by whoever calls.

use super::oidc::{self, IdTokens};
use super::{Setting, SignInError};
use crate::aws::client;
use aws_sdk_ecr::config::{Credentials, SharedCredentialsProvider};
use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sts::operation::RequestId as _;
use aws_sdk_sts::types::{AssumedRoleUser, Credentials as Given};
use backon::{ExponentialBuilder, Retryable};
use ecrane_core::identity::{Claims, Denial, Role, explain};
use secrecy::ExposeSecret as _;
use std::error::Error;
use std::time::{Duration, SystemTime};

/// By what a role is asked for.
#[derive(Debug, Clone)]
pub enum Proof {
    /// The token of a job.
    IdToken(IdTokens),
    /// The credentials of the environment.
    Environment,
}

const BY_TOKEN: &str = "AssumeRoleWithWebIdentity";
const BY_CALLER: &str = "AssumeRole";

/// A provider that is asked for its keys by all jobs at once does not always
/// answer STS at the first time.
const WAITS: ExponentialBuilder = ExponentialBuilder::new()
    .with_min_delay(Duration::from_millis(50))
    .with_max_delay(Duration::from_secs(5))
    .with_max_times(11)
    .with_jitter();

/// A session's credentials, and the ARN of who has it.
type Session = (Credentials, Option<String>);

/// A session of the role for this job.
///
/// # Errors
/// No token, or STS's refusal with what the token says of the job.
pub(super) async fn by_token(
    role: &Role,
    tokens: &IdTokens,
    setting: &Setting,
) -> Result<Session, SignInError> {
    let token = oidc::token(tokens, &setting.network, &setting.announce).await?;
    let claims = Claims::of(token.expose_secret());
    let config = client::shared(&setting.region, &setting.network).await;
    let sts = client::sts(&config.no_credentials().load().await);
    let ask = || async {
        let asked = sts
            .assume_role_with_web_identity()
            .role_arn(role.arn.as_str())
            .role_session_name(role.session.as_str())
            .duration_seconds(role.length.seconds())
            .web_identity_token(token.expose_secret());
        let sent = asked.send().await;
        sent.map_err(|error| refused(BY_TOKEN, role, claims.as_ref(), &error))
    };
    let answer = ask.retry(WAITS).when(keys_may_come).await?;
    let arn = arn(answer.assumed_role_user);
    Ok((credentials(BY_TOKEN, answer.credentials)?, arn))
}

/// Whether STS could not read the keys of GitHub's provider, which heals.
fn keys_may_come(error: &SignInError) -> bool {
    matches!(error, SignInError::Refused { code, message, .. }
        if code == "IDPCommunicationError"
            || (code == "InvalidIdentityToken" && message.contains("verification key")))
}

/// A session of the role for who has these credentials.
///
/// # Errors
/// STS's refusal.
pub(super) async fn by_caller(
    role: &Role,
    caller: Credentials,
    setting: &Setting,
) -> Result<Session, SignInError> {
    let config = client::shared(&setting.region, &setting.network).await;
    let config = config.credentials_provider(SharedCredentialsProvider::new(caller));
    let sts = client::sts(&config.load().await);
    let asked = sts
        .assume_role()
        .role_arn(role.arn.as_str())
        .role_session_name(role.session.as_str())
        .duration_seconds(role.length.seconds())
        .set_external_id(role.external_id.as_ref().map(ToString::to_string));
    let answer = asked.send().await;
    let answer = answer.map_err(|error| refused(BY_CALLER, role, None, &error))?;
    let arn = arn(answer.assumed_role_user);
    Ok((credentials(BY_CALLER, answer.credentials)?, arn))
}

fn arn(user: Option<AssumedRoleUser>) -> Option<String> {
    user.map(|user| user.arn)
}

fn credentials(operation: &'static str, given: Option<Given>) -> Result<Credentials, SignInError> {
    let given = given.ok_or_else(|| SignInError::NoAnswer {
        operation,
        reason: "there are no credentials in it".to_owned(),
    })?;
    let ends = SystemTime::try_from(given.expiration).ok();
    Ok(Credentials::new(
        given.access_key_id,
        given.secret_access_key,
        Some(given.session_token),
        ends,
        operation,
    ))
}

fn refused<E>(
    operation: &'static str,
    role: &Role,
    claims: Option<&Claims>,
    error: &SdkError<E>,
) -> SignInError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let Some(service) = error.as_service_error() else {
        let reason = crate::aws::chain(error);
        return SignInError::NoAnswer { operation, reason };
    };
    let (code, message) = &crate::aws::said(service, error);
    let causes = explain(&Denial {
        role,
        claims,
        code,
        message,
    });
    SignInError::Refused {
        operation,
        code: code.clone(),
        message: message.to_owned(),
        request_id: service.meta().request_id().map(str::to_owned),
        causes,
    }
}

use super::{Identity, SignInError};
use crate::aws::client;
use aws_sdk_sts::error::ProvideErrorMetadata as _;
use aws_sdk_sts::operation::RequestId as _;
use ecrane_core::name::{AccountId, Region};
use std::time::Duration;

const OPERATION: &str = "GetCallerIdentity";

/// What a refusal usually comes of. Everybody may ask who they are, so the
/// credentials themselves are refused.
///
/// Source: "Common errors" of the AWS Security Token Service API reference.
fn causes(code: Option<&str>, region: &Region) -> Vec<String> {
    let cause = match code {
        Some("ExpiredToken" | "ExpiredTokenException") => {
            "the session of these credentials has ended: sign in again before this step".to_owned()
        }
        Some("InvalidClientTokenId" | "UnrecognizedClientException") => format!(
            "the key is unknown to `{region}`: it was deleted or mistyped, is of another partition, or is a session's key without AWS_SESSION_TOKEN"
        ),
        Some("SignatureDoesNotMatch") => {
            "AWS_SECRET_ACCESS_KEY does not belong to AWS_ACCESS_KEY_ID, or this machine's clock is wrong".to_owned()
        }
        Some("RegionDisabledException") => format!(
            "STS is switched off for `{region}` in this account: switch it on in IAM's account settings, or use another Region"
        ),
        _ => return Vec::new(),
    };
    vec![cause]
}

/// The account of the credentials, if it is one of these; asks nobody but STS.
///
/// # Errors
/// No credentials, no answer, or another account.
pub async fn account(identity: &Identity, allowed: &[AccountId]) -> Result<AccountId, SignInError> {
    // A failure to sign in says why; the SDK would wrap it.
    identity.credentials().await?;
    let setting = &identity.0.setting;
    let config = client::shared(&setting.region, &setting.network).await;
    let config = config.credentials_provider(identity.clone()).load().await;
    let answer = client::sts(&config).get_caller_identity().send().await;
    let answer = answer.map_err(|error| match error.as_service_error() {
        Some(service) => {
            let (code, message) = crate::aws::said(service, &error);
            SignInError::Refused {
                operation: OPERATION,
                code,
                message,
                request_id: service.meta().request_id().map(str::to_owned),
                causes: causes(service.code(), &setting.region),
            }
        }
        None => SignInError::NoAnswer {
            operation: OPERATION,
            reason: crate::aws::chain(&error),
        },
    })?;
    identity.is_called(answer.arn);
    let account = answer.account.and_then(|it| it.parse::<AccountId>().ok());
    let account = account.ok_or_else(|| SignInError::NoAnswer {
        operation: OPERATION,
        reason: "there is no account in it".to_owned(),
    })?;
    if allowed.contains(&account) {
        return Ok(account);
    }
    Err(SignInError::Account {
        account,
        allowed: allowed.to_vec(),
    })
}

/// A report is not worth a longer wait.
const PATIENCE: Duration = Duration::from_secs(5);

/// The ARN of who calls, as far as STS tells it soon.
pub async fn caller(identity: &Identity) -> Option<String> {
    if identity.is_local() || identity.caller().is_some() {
        return identity.caller();
    }
    let setting = &identity.0.setting;
    let ask = async {
        let config = client::shared(&setting.region, &setting.network).await;
        let config = config.credentials_provider(identity.clone()).load().await;
        client::sts(&config).get_caller_identity().send().await.ok()
    };
    let answer = tokio::time::timeout(PATIENCE, ask).await.ok()??;
    identity.is_called(answer.arn);
    identity.caller()
}

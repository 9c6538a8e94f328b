use super::{Identity, SignInError};
use crate::aws::client;
use aws_sdk_sts::error::ProvideErrorMetadata as _;
use aws_sdk_sts::operation::RequestId as _;
use ecrane_core::name::AccountId;
use std::time::Duration;

const OPERATION: &str = "GetCallerIdentity";

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
        Some(service) => SignInError::Refused {
            operation: OPERATION,
            code: service.code().unwrap_or("an unnamed error").to_owned(),
            message: service.message().unwrap_or("without a message").to_owned(),
            request_id: service.meta().request_id().map(str::to_owned),
            causes: Vec::new(),
        },
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

use super::{AwsError, Ecr};
use ecrane_core::auth::{self, Credentials};
use ecrane_core::lifecycle::image::Moment;
use secrecy::SecretString;

/// Gets the registry's user name and password.
///
/// # Errors
/// The service's refusal, or a token that names a host which must not have it.
pub async fn sign_in(ecr: &Ecr) -> Result<Credentials, AwsError> {
    const OPERATION: &str = "GetAuthorizationToken";
    let missing = |what| AwsError::Incomplete {
        operation: OPERATION,
        what,
    };
    #[expect(
        deprecated,
        reason = "the token would open the other account's registry all the same, but only so does the answer name its host"
    )]
    let request = ecr
        .client
        .get_authorization_token()
        .set_registry_ids(ecr.registry_id().map(|id| vec![id]));
    let answer = request
        .send()
        .await
        .map_err(|error| AwsError::new(OPERATION, &error))?;
    let data = answer
        .authorization_data
        .unwrap_or_default()
        .pop()
        .ok_or(missing("a token"))?;
    let token = SecretString::from(data.authorization_token.ok_or(missing("a token"))?);
    let endpoint = data
        .proxy_endpoint
        .ok_or(missing("the registry's address"))?;
    let ends = data
        .expires_at
        .map(|time| Moment::from_seconds(time.secs()));
    Ok(auth::decode(&token, &endpoint, ecr.named.as_ref(), ends)?)
}

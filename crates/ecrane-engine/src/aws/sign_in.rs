use super::{AwsError, Ecr};
use ecrane_core::auth::{self, Credentials};
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
    let answer = ecr
        .client
        .get_authorization_token()
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
    Ok(auth::decode(&token, &endpoint, ecr.named.as_ref())?)
}

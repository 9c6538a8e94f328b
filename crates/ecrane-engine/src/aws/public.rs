use super::{AwsError, Identity, client};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ecrane_core::name::Region;
use secrecy::SecretString;

const OPERATION: &str = "GetAuthorizationToken of ECR Public";

/// Gets a user name and a password for `public.ecr.aws`.
///
/// # Errors
/// The service's refusal, or a token that cannot be read.
pub async fn sign_in(identity: &Identity) -> Result<(String, SecretString), AwsError> {
    let missing = AwsError::Incomplete {
        operation: OPERATION,
        what: "a token that can be read",
    };
    identity.credentials().await?;
    let config = client::of(identity, &Region::of_ecr_public()).await;
    let answer = aws_sdk_ecrpublic::Client::new(&config)
        .get_authorization_token()
        .send()
        .await
        .map_err(|error| AwsError::new(OPERATION, &error))?;
    let token = answer
        .authorization_data
        .and_then(|it| it.authorization_token);
    let text = token
        .and_then(|token| STANDARD.decode(token).ok())
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let pair = text.as_deref().and_then(|text| text.split_once(':'));
    let (username, password) = pair.ok_or(missing)?;
    Ok((username.to_owned(), password.to_owned().into()))
}

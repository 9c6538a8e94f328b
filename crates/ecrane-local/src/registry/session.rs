use super::error::RegistryError;
use crate::ecr::Ecr;
use crate::store::Registry;
use crate::token::TokenFault;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Why a request may not come in.
#[derive(Debug)]
pub(super) enum Refused {
    /// It has no credentials: the answer says which are wanted.
    NoCredentials { realm: String },
    /// Its credentials are no good.
    Token(TokenFault),
}

/// The registry that the request's password opens.
///
/// ECR wants Basic authentication, the user `AWS`, and as the password the
/// token of `GetAuthorizationToken`.
pub(super) fn registry(ecr: &Ecr, headers: &HeaderMap) -> Result<Registry, Refused> {
    let Some(authorization) = headers.get(header::AUTHORIZATION) else {
        let realm = format!("{}/", ecr.url());
        return Err(Refused::NoCredentials { realm });
    };
    let password = authorization
        .to_str()
        .ok()
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
        .and_then(|(_, credentials)| STANDARD.decode(credentials.trim()).ok())
        .and_then(|credentials| String::from_utf8(credentials).ok())
        .and_then(|credentials| Some(credentials.strip_prefix("AWS:")?.to_owned()))
        .ok_or(Refused::Token(TokenFault::Invalid))?;
    ecr.tokens
        .verify(&password, ecr.clock.now())
        .map_err(Refused::Token)
}

impl From<Refused> for RegistryError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::NoCredentials { realm } => Self::Unauthorized { realm },
            Refused::Token(TokenFault::Expired) => Self::new(
                StatusCode::FORBIDDEN,
                "DENIED",
                "Your authorization token has expired. Reauthenticate and try again.",
            ),
            Refused::Token(TokenFault::Invalid) => Self::new(
                StatusCode::BAD_REQUEST,
                "DENIED",
                "Your Authorization Token is invalid.",
            ),
        }
    }
}

/// What ECR answers to a request without credentials.
pub(super) fn challenge(realm: &str) -> Response<Body> {
    let mut response = Response::new(Body::from("Not Authorized\n"));
    *response.status_mut() = StatusCode::UNAUTHORIZED;
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    let challenge = format!("Basic realm=\"{realm}\",service=\"ecr.amazonaws.com\"");
    if let Ok(challenge) = HeaderValue::from_str(&challenge) {
        headers.insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::to_bytes;

    async fn check(refused: Refused, status: u16, body: &str) {
        let response = RegistryError::from(refused).into_response();
        assert_eq!(response.status(), status);
        let bytes = to_bytes(response.into_body(), 1024).await.unwrap();
        assert_eq!(std::str::from_utf8(&bytes).unwrap(), body);
    }

    #[tokio::test]
    async fn refusals_are_those_of_ecr() {
        let realm = "http://127.0.0.1:5100/".to_owned();
        check(Refused::NoCredentials { realm }, 401, "Not Authorized\n").await;
        check(
            Refused::Token(TokenFault::Expired),
            403,
            r#"{"errors":[{"code":"DENIED","message":"Your authorization token has expired. Reauthenticate and try again."}]}"#,
        )
        .await;
        check(
            Refused::Token(TokenFault::Invalid),
            400,
            r#"{"errors":[{"code":"DENIED","message":"Your Authorization Token is invalid."}]}"#,
        )
        .await;
    }
}

//! Sign-in to a registry: what an authorization token says.

use crate::lifecycle::image::Moment;
use crate::name::{NameError, RegistryHost};
use base64::Engine as _;
use secrecy::SecretString;
use std::fmt;

/// How a registry is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// TLS. The only scheme for ECR itself.
    Https,
    /// Plain HTTP, for a stand-in on loopback or at an endpoint the user named.
    Http,
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Https => "https",
            Self::Http => "http",
        })
    }
}

/// A user name and password for one registry. The password does not print.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The registry they are for, and no other.
    pub registry: RegistryHost,
    /// How the registry is spoken to.
    pub scheme: Scheme,
    /// The user name; `AWS` for ECR.
    pub username: String,
    /// The password.
    pub password: SecretString,
    /// When they end, if the service said so.
    pub ends: Option<Moment>,
}

/// What is left to credentials that are still used, in seconds. A long upload
/// must end before them; ECR's are good for 12 hours.
const MARGIN: i64 = 30 * 60;

/// Whether credentials that end then should be renewed now.
#[must_use]
pub fn are_ending(ends: Option<Moment>, now: Moment) -> bool {
    ends.is_some_and(|ends| ends.seconds().saturating_sub(now.seconds()) < MARGIN)
}

/// Why the service's answer holds no usable credentials. Never quotes the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenError {
    /// Not Base64 of `user:password` in UTF-8.
    Malformed,
    /// The registry's address is not a host that may be sent a credential.
    Host(NameError),
    /// A registry of ECR by plain HTTP.
    Insecure(RegistryHost),
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => {
                f.write_str("the authorization token is not Base64 of `user:password`")
            }
            Self::Host(error) => error.fmt(f),
            Self::Insecure(host) => write!(
                f,
                "the service names `{host}` by plain HTTP; no credential is sent there"
            ),
        }
    }
}

impl std::error::Error for TokenError {}

/// An endpoint that the user named instead of the service's own, as `host:port`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedEndpoint(pub String);

/// Decodes one entry of `GetAuthorizationToken`.
///
/// `proxy_endpoint` is the registry's address as the service gives it, with its
/// scheme. `named` is the endpoint that the user named, if any: an emulator's
/// registry is where the emulator is. `ends` is when the token does.
///
/// # Errors
/// See [`TokenError`].
pub fn decode(
    token: &SecretString,
    proxy_endpoint: &str,
    named: Option<&NamedEndpoint>,
    ends: Option<Moment>,
) -> Result<Credentials, TokenError> {
    use secrecy::ExposeSecret;
    let (scheme, host) = match proxy_endpoint.split_once("://") {
        Some(("http", host)) => (Scheme::Http, host),
        Some((_, host)) => (Scheme::Https, host),
        None => (Scheme::Https, proxy_endpoint),
    };
    let host = host.trim_end_matches('/');
    let registry = match named {
        Some(NamedEndpoint(authority)) => RegistryHost::behind_endpoint(host, authority),
        None => host.parse(),
    }
    .map_err(TokenError::Host)?;
    if scheme == Scheme::Http && !matches!(registry, RegistryHost::Emulator(_)) {
        return Err(TokenError::Insecure(registry));
    }
    let text = base64::engine::general_purpose::STANDARD
        .decode(token.expose_secret())
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or(TokenError::Malformed)?;
    let (username, password) = text.split_once(':').ok_or(TokenError::Malformed)?;
    Ok(Credentials {
        registry,
        scheme,
        username: username.to_owned(),
        password: SecretString::from(password),
        ends,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(token: &str, endpoint: &str, expected: &str) {
        let named = NamedEndpoint("ecr-local:5100".into());
        let token = SecretString::from(token);
        let got = match decode(&token, endpoint, Some(&named), None) {
            Ok(c) => format!("{}@{}://{}", c.username, c.scheme, c.registry),
            Err(error) => error.to_string(),
        };
        assert_eq!(got, expected);
    }

    /// `AWS:sesame`
    const TOKEN: &str = "QVdTOnNlc2FtZQ==";
    const ECR: &str = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";

    #[test]
    fn a_token_gives_credentials_for_the_registry_it_came_with() {
        check(
            TOKEN,
            &format!("https://{ECR}"),
            &format!("AWS@https://{ECR}"),
        );
        check(TOKEN, "http://127.0.0.1:5100", "AWS@http://127.0.0.1:5100");
        check(TOKEN, "http://ecr-local:5100", "AWS@http://ecr-local:5100");
    }

    #[test]
    fn a_credential_never_goes_to_a_stranger_or_in_the_clear() {
        check(
            TOKEN,
            &format!("http://{ECR}"),
            &format!("the service names `{ECR}` by plain HTTP; no credential is sent there"),
        );
        check(
            TOKEN,
            "https://evil.com",
            "registry host is not one of Amazon ECR's; credentials are sent to ECR and to loopback only, for example `123456789012.dkr.ecr.eu-central-1.amazonaws.com`",
        );
        check(
            "%%%",
            "http://127.0.0.1:1",
            "the authorization token is not Base64 of `user:password`",
        );
    }

    #[test]
    fn credentials_are_renewed_half_an_hour_before_they_end() {
        let now = Moment::from_seconds(1_000_000);
        let ends = |seconds: i64| are_ending(Some(Moment::from_seconds(1_000_000 + seconds)), now);
        assert!(!ends(12 * 3600));
        assert!(!ends(1800));
        assert!(ends(1799));
        assert!(ends(-1));
        assert!(!are_ending(None, now));
    }

    #[test]
    fn the_password_does_not_print() {
        let token = SecretString::from(TOKEN);
        let credentials = decode(&token, "http://127.0.0.1:1", None, None).unwrap();
        assert!(!format!("{credentials:?}").contains("sesame"));
    }
}

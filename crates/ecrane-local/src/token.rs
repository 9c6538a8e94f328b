//! The password of `docker login`, and whatever else says of itself what it
//! opens, and until when.
//!
//! A token states its account, Region and end, and is signed with a key of this
//! data directory. So it outlives a restart, and cannot be made up elsewhere.

use crate::clock::Timestamp;
use crate::store::Registry;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::time::Duration;

/// How long a token is good for. Source: `GetAuthorizationToken` in the Amazon
/// ECR API reference.
pub(crate) const LIFETIME: Duration = Duration::from_secs(12 * 60 * 60);

/// The key that tokens are signed with: one block of SHA-256.
pub(crate) type TokenKey = [u8; 64];

/// Signs tokens and reads them back.
pub(crate) struct Tokens {
    key: TokenKey,
}

/// What a token is for; it is good for nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Purpose {
    /// The password of a registry.
    Password,
    /// The address of a layer.
    Layer,
    /// A session of a role that was assumed.
    Session,
}

#[derive(Serialize, Deserialize)]
struct Claims<T> {
    purpose: Purpose,
    subject: T,
    expires: Timestamp,
}

/// Why a token opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenFault {
    /// It was not made here, or was changed.
    Invalid,
    /// Its time is over.
    Expired,
}

impl Tokens {
    /// Tokens signed with this key.
    pub(crate) fn new(key: TokenKey) -> Self {
        Self { key }
    }

    /// The password of the registry, good until `expires`.
    pub(crate) fn issue(&self, registry: &Registry, expires: Timestamp) -> String {
        self.seal(Purpose::Password, registry, expires)
    }

    /// The registry that the password opens.
    pub(crate) fn verify(&self, password: &str, now: Timestamp) -> Result<Registry, TokenFault> {
        self.open(Purpose::Password, password, now)
    }

    /// A token that states its subject, good until `expires`.
    pub(crate) fn seal(
        &self,
        purpose: Purpose,
        subject: &impl Serialize,
        expires: Timestamp,
    ) -> String {
        let claims = Claims {
            purpose,
            subject,
            expires,
        };
        // What is sealed are strings and numbers, which always have a JSON form.
        let claims = serde_json::to_vec(&claims).unwrap_or_default();
        let claims = URL_SAFE_NO_PAD.encode(claims);
        let signature = URL_SAFE_NO_PAD.encode(self.mac(&claims).finalize().into_bytes());
        format!("{claims}.{signature}")
    }

    /// The subject of a token for this purpose.
    pub(crate) fn open<T: DeserializeOwned>(
        &self,
        purpose: Purpose,
        token: &str,
        now: Timestamp,
    ) -> Result<T, TokenFault> {
        let (claims, signature) = token.split_once('.').ok_or(TokenFault::Invalid)?;
        let signature = URL_SAFE_NO_PAD
            .decode(signature)
            .map_err(|_| TokenFault::Invalid)?;
        self.mac(claims)
            .verify_slice(&signature)
            .map_err(|_| TokenFault::Invalid)?;
        let claims = URL_SAFE_NO_PAD
            .decode(claims)
            .map_err(|_| TokenFault::Invalid)?;
        let claims: Claims<T> = serde_json::from_slice(&claims).map_err(|_| TokenFault::Invalid)?;
        if claims.purpose != purpose {
            return Err(TokenFault::Invalid);
        }
        if now >= claims.expires {
            return Err(TokenFault::Expired);
        }
        Ok(claims.subject)
    }

    fn mac(&self, claims: &str) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new(&self.key.into());
        mac.update(claims.as_bytes());
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    fn registry() -> Registry {
        Registry {
            account: "123456789012".parse().unwrap(),
            region: "eu-central-1".parse().unwrap(),
        }
    }

    #[test]
    fn a_token_opens_its_registry_until_it_ends() {
        let tokens = Tokens::new([7; 64]);
        let now = Clock::default().now();
        let end = now.after(LIFETIME);
        let token = tokens.issue(&registry(), end);
        assert_eq!(tokens.verify(&token, now), Ok(registry()));
        assert_eq!(tokens.verify(&token, end), Err(TokenFault::Expired));
    }

    #[test]
    fn a_token_is_good_for_one_purpose() {
        let tokens = Tokens::new([7; 64]);
        let now = Clock::default().now();
        let layer = tokens.seal(Purpose::Layer, &registry(), now.after(LIFETIME));
        assert_eq!(tokens.verify(&layer, now), Err(TokenFault::Invalid));
        assert_eq!(tokens.open(Purpose::Layer, &layer, now), Ok(registry()));
    }

    #[test]
    fn a_token_that_was_changed_or_made_elsewhere_opens_nothing() {
        let tokens = Tokens::new([7; 64]);
        let now = Clock::default().now();
        let foreign = Tokens::new([8; 64]).issue(&registry(), now.after(LIFETIME));
        let token = tokens.issue(&registry(), now.after(LIFETIME));
        let (_, signature) = token.split_once('.').unwrap();
        let (claims, _) = foreign.split_once('.').unwrap();
        for wrong in [
            "",
            ".",
            "password",
            &foreign,
            &format!("{claims}A.{signature}"),
        ] {
            assert_eq!(
                tokens.verify(wrong, now),
                Err(TokenFault::Invalid),
                "{wrong}"
            );
        }
    }
}

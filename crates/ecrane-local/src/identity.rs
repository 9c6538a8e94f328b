//! Who a request says that it comes from.
//!
//! Signatures are not verified: there is no secret to verify them with. Any
//! access key is welcome, and belongs to the account that the server was started
//! with. Two kinds of key name another: one that is an account id, as other
//! emulators take it, and one of a role that was assumed here.

use crate::clock::Timestamp;
use crate::store::Registry;
use crate::token::{Purpose, TokenFault, Tokens};
use axum::http::{HeaderMap, header};
use ecrane_core::name::{AccountId, Region};
use serde::{Deserialize, Serialize};

/// What the access keys of assumed roles begin with; the account follows.
const ROLE_KEY: &str = "ASIAECRANE";
const SESSION_TOKEN: &str = "x-amz-security-token";

/// Who asks, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    /// The account, in the Region of the credential scope.
    pub(crate) registry: Registry,
    /// The role's session, if it is one.
    pub(crate) session: Option<Session>,
    /// The access key.
    pub(crate) key: String,
}

/// A role that was assumed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Session {
    /// The account of the role.
    pub(crate) account: AccountId,
    /// `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`.
    pub(crate) arn: String,
    /// The role's id and the session's name.
    pub(crate) user_id: String,
}

/// Why a request cannot be told whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unknown {
    /// It is not signed.
    Unsigned,
    /// Its signature has no scope.
    NoScope,
    /// Its session is over.
    Expired,
}

impl Unknown {
    /// The service's words.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Unsigned => "Missing Authentication Token",
            Self::NoScope => "Authorization header requires 'Credential' parameter with a scope",
            Self::Expired => "The security token included in the request is expired",
        }
    }
}

impl Identity {
    /// Whom the request's signature names.
    pub(crate) fn of(
        headers: &HeaderMap,
        home: &Registry,
        tokens: &Tokens,
        now: Timestamp,
    ) -> Result<Self, Unknown> {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let authorization = text(header::AUTHORIZATION.as_str()).ok_or(Unknown::Unsigned)?;
        let (key, region) = scope(authorization).ok_or(Unknown::NoScope)?;
        let session = match text(SESSION_TOKEN) {
            Some(token) => match tokens.open::<Session>(Purpose::Session, token, now) {
                Ok(session) => Some(session),
                Err(TokenFault::Expired) => return Err(Unknown::Expired),
                // Somebody else's, as welcome as any key.
                Err(TokenFault::Invalid) => None,
            },
            None => None,
        };
        let named = session.as_ref().map(|session| session.account.clone());
        let account = named
            .or_else(|| account_of(key))
            .unwrap_or_else(|| home.account.clone());
        Ok(Self {
            registry: Registry { account, region },
            session,
            key: key.to_owned(),
        })
    }
}

/// The key and the Region of
/// `AWS4-HMAC-SHA256 Credential=KEY/20260101/REGION/ecr/aws4_request, …`.
fn scope(authorization: &str) -> Option<(&str, Region)> {
    let (_, credential) = authorization.split_once("Credential=")?;
    let mut parts = credential.split(',').next()?.trim().split('/');
    let key = parts.next()?;
    let region = parts.nth(1)?.parse().ok()?;
    Some((key, region))
}

fn account_of(key: &str) -> Option<AccountId> {
    let account = key
        .strip_prefix(ROLE_KEY)
        .and_then(|rest| rest.get(..12))
        .unwrap_or(key);
    account.parse().ok()
}

/// The access key of a role of that account.
pub(crate) fn role_key(account: &AccountId, random: &str) -> String {
    format!("{ROLE_KEY}{account}{}", random.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use std::time::Duration;

    fn check(key: &str, token: Option<&str>, expected: Result<&str, Unknown>) {
        let tokens = Tokens::new([7; 64]);
        let home = Registry {
            account: "000000000000".parse().unwrap(),
            region: "us-east-1".parse().unwrap(),
        };
        let mut headers = HeaderMap::new();
        let scope = format!(
            "AWS4-HMAC-SHA256 Credential={key}/20260101/eu-west-1/ecr/aws4_request, SignedHeaders=host, Signature=0"
        );
        headers.insert(header::AUTHORIZATION, scope.parse().unwrap());
        if let Some(token) = token {
            headers.insert(SESSION_TOKEN, token.parse().unwrap());
        }
        let found = Identity::of(&headers, &home, &tokens, Clock::default().now());
        let found = found.map(|identity| identity.registry.to_string());
        assert_eq!(
            found.as_deref().map_err(|unknown| *unknown),
            expected,
            "{key}"
        );
    }

    #[test]
    fn keys_name_accounts() {
        check("AKIDEXAMPLE", None, Ok("000000000000/eu-west-1"));
        check("111111111111", None, Ok("111111111111/eu-west-1"));
        let account = "222222222222".parse().unwrap();
        check(
            &role_key(&account, "ab12"),
            None,
            Ok("222222222222/eu-west-1"),
        );
        check("AKIDEXAMPLE", Some("foreign"), Ok("000000000000/eu-west-1"));
    }

    #[test]
    fn a_session_ends() {
        let tokens = Tokens::new([7; 64]);
        let session = Session {
            account: "333333333333".parse().unwrap(),
            arn: String::new(),
            user_id: String::new(),
        };
        let now = Clock::default().now();
        let good = tokens.seal(
            Purpose::Session,
            &session,
            now.after(Duration::from_secs(60)),
        );
        check("AKIDEXAMPLE", Some(&good), Ok("333333333333/eu-west-1"));
        let over = tokens.seal(Purpose::Session, &session, now);
        check("AKIDEXAMPLE", Some(&over), Err(Unknown::Expired));
    }
}

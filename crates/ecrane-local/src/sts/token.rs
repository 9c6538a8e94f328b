//! What a web identity token says. Its signature is not verified, and no trust
//! policy is asked: whoever issued it is not there.

use super::StsError;
use crate::clock::Timestamp;
use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

/// The claims that every role's trust policy can ask for.
pub(super) struct Claims {
    pub(super) subject: String,
    pub(super) audience: String,
    pub(super) issuer: String,
}

type Object = Map<String, Value>;

fn refused(code: &'static str, message: impl Into<String>) -> StsError {
    StsError::new(StatusCode::BAD_REQUEST, code, message)
}

/// Reads a token: three parts, of which two are JSON objects, an algorithm in
/// the first, the claims that there must be in the second, and not ended.
pub(super) fn read(token: &str, now: Timestamp) -> Result<Claims, StsError> {
    let not_one = || {
        refused(
            "InvalidIdentityToken",
            "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)",
        )
    };
    let parts: Vec<&str> = token.split('.').collect();
    let [head, claims, signature] = parts.as_slice() else {
        return Err(not_one());
    };
    let [head, claims] = [head, claims].map(|part| object(part));
    let (head, claims) = (head.ok_or_else(not_one)?, claims.ok_or_else(not_one)?);
    if !head.get("alg").is_some_and(Value::is_string) || signature.is_empty() {
        return Err(not_one());
    }
    let claim = |name: &str| {
        text(claims.get(name)).ok_or_else(|| {
            refused(
                "InvalidIdentityToken",
                format!("Missing a required claim: {name}"),
            )
        })
    };
    let read = Claims {
        issuer: claim("iss")?,
        subject: claim("sub")?,
        audience: claim("aud")?,
    };
    let ends = claims.get("exp").and_then(Value::as_f64);
    if ends.is_some_and(|ends| ends <= now.epoch_seconds()) {
        return Err(refused(
            "ExpiredTokenException",
            "Token must be unexpired at the time of use",
        ));
    }
    Ok(read)
}

fn object(part: &str) -> Option<Object> {
    let bytes = URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// A claim's text; the first of several.
fn text(claim: Option<&Value>) -> Option<String> {
    let text = match claim? {
        Value::Array(several) => several.first()?.as_str()?,
        one => one.as_str()?,
    };
    Some(text.to_owned())
}

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// What a token says of who holds it. Nothing here is verified: AWS does that,
/// and these are words for people. The token itself is in none of them.
///
/// Source: RFC 7519, and "OpenID Connect reference" in the documentation of
/// GitHub Actions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// `sub`: which job it is.
    pub subject: String,
    /// `aud`: for whom the token is.
    pub audience: String,
    /// `iss`: who says so.
    pub issuer: String,
}

impl Claims {
    /// Those of a JSON Web Token; `None` if it is none.
    #[must_use]
    pub fn of(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let (_, claims, _, None) = (parts.next()?, parts.next()?, parts.next()?, parts.next())
        else {
            return None;
        };
        let claims = URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')).ok()?;
        let claims: Value = serde_json::from_slice(&claims).ok()?;
        let text = |name: &str| match claims.get(name) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Array(several)) => {
                let several: Vec<&str> = several.iter().filter_map(Value::as_str).collect();
                several.join(", ")
            }
            _ => String::new(),
        };
        Some(Self {
            subject: text("sub"),
            audience: text("aud"),
            issuer: text("iss"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(claims: &str, expected: Option<[&str; 3]>) {
        let token = format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims));
        let found = Claims::of(&token);
        let found = found
            .as_ref()
            .map(|it| [&*it.subject, &*it.audience, &*it.issuer]);
        assert_eq!(found, expected, "{claims}");
    }

    #[test]
    fn a_token_says_which_job_it_is() {
        check(
            r#"{"sub":"repo:octocat/hello:ref:refs/heads/main","aud":"sts.amazonaws.com","iss":"https://issuer"}"#,
            Some([
                "repo:octocat/hello:ref:refs/heads/main",
                "sts.amazonaws.com",
                "https://issuer",
            ]),
        );
        check(r#"{"aud":["a","b"]}"#, Some(["", "a, b", ""]));
        check("not JSON", None);
        assert_eq!(Claims::of("opaque"), None);
        assert_eq!(Claims::of("e30.e30"), None);
    }
}

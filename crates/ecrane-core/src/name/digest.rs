use super::{NameError, NameKind, string_name};
use std::str::FromStr;

/// The digest of a manifest or blob: `sha256:` and 64 lowercase hex digits.
///
/// Amazon ECR names images by SHA-256 only. Source: OCI image specification
/// 1.1, "Digests"; `ImageDigest` in the Amazon ECR API reference.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(String);
string_name!(Digest);

const PREFIX: &str = "sha256:";

impl Digest {
    /// The digest whose 32 bytes are given.
    #[must_use]
    pub fn from_sha256(bytes: &[u8; 32]) -> Self {
        use std::fmt::Write;
        let mut text = String::from(PREFIX);
        for byte in bytes {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        Self(text)
    }

    /// The 64 hex digits alone.
    #[must_use]
    pub fn hex(&self) -> &str {
        self.0.strip_prefix(PREFIX).unwrap_or_default()
    }

    /// The first 12 hex digits after the algorithm, as people compare them.
    #[must_use]
    pub fn short(&self) -> &str {
        short(&self.0)
    }
}

/// What people compare of a digest that the service names: the algorithm and
/// the first 12 hex digits after it.
#[must_use]
pub fn short(digest: &str) -> &str {
    digest.get(..PREFIX.len() + 12).unwrap_or(digest)
}

impl FromStr for Digest {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let error = |at, message: String| NameError::new(NameKind::Digest, text, at, message);
        let Some(hex) = text.strip_prefix(PREFIX) else {
            return Err(error(0, "must start with `sha256:`".into()));
        };
        let bad = |c: char| !matches!(c, '0'..='9' | 'a'..='f');
        if let Some(at) = hex.find(bad) {
            return Err(error(
                PREFIX.len() + at,
                "must have 64 lowercase hex digits".into(),
            ));
        }
        if hex.len() != 64 {
            return Err(error(
                text.len(),
                format!("must have 64 lowercase hex digits, got {}", hex.len()),
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

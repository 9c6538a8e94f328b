use secrecy::SecretString;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// What a step may read as a file while it runs, and no layer keeps.
#[derive(Debug, Clone)]
pub struct Secret {
    /// What `RUN --mount=type=secret,id=…` asks for.
    pub id: SecretId,
    /// Where its value is.
    pub source: SecretSource,
}

/// Where the value of a secret is.
#[derive(Debug, Clone)]
pub enum SecretSource {
    /// Here: it reaches the builder by a private file.
    Value(SecretString),
    /// In a variable of the environment: it reaches the builder by a private file
    /// too.
    Environment(String),
    /// In a file.
    File(PathBuf),
}

/// The id of a secret: letters, digits, `_`, `.` and `-`. Anything else could add
/// fields of its own to the builder's option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretId(String);

impl SecretId {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SecretId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
        if text.is_empty() {
            return Err("a secret has no id; write `ID=VALUE`".into());
        }
        if !text.chars().all(legal) || text.starts_with(['.', '-']) {
            return Err(
                "the id of a secret has letters, digits, `_`, `.` and `-`, and begins with neither of the last two"
                    .into(),
            );
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for SecretId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An ssh agent or key that steps may use: `default`, or `ID=PATH`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SshAgent(String);

impl FromStr for SshAgent {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let id = text.split('=').next().unwrap_or_default();
        let _: SecretId = id.parse().map_err(|_| {
            "an ssh agent is `default`, or an id with the path of a socket or keys: `id=PATH`"
                .to_owned()
        })?;
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for SshAgent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

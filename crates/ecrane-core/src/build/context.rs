use std::fmt;
use std::str::FromStr;

/// A context that the Dockerfile knows by a name: `NAME=SOURCE`, where the source
/// is a folder, a repository or an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedContext(String);

impl FromStr for NamedContext {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.trim().split_once('=') {
            Some((name, source)) if !name.trim().is_empty() && !source.trim().is_empty() => {
                Ok(Self(format!("{}={}", name.trim(), source.trim())))
            }
            _ => Err("a further context has a name and a source: write `NAME=SOURCE`".into()),
        }
    }
}

impl fmt::Display for NamedContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A name that steps resolve: `HOST:ADDRESS`, or `HOST=ADDRESS`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtraHost(String);

impl FromStr for ExtraHost {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.trim().split_once([':', '=']);
        match parts {
            Some((host, address)) if !host.is_empty() && !address.is_empty() => {
                Ok(Self(format!("{host}:{address}")))
            }
            _ => Err("a host has a name and an address: write `HOST:ADDRESS`".into()),
        }
    }
}

impl fmt::Display for ExtraHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

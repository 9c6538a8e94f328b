use std::fmt;
use std::str::FromStr;

/// A statement about the image that is stored beside it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Attestation {
    /// None is made.
    #[default]
    Off,
    /// It is made.
    On,
    /// It is made with these parameters, such as `mode=max`.
    With(String),
}

impl FromStr for Attestation {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.trim() {
            "true" | "True" | "TRUE" => Ok(Self::On),
            "false" | "False" | "FALSE" => Ok(Self::Off),
            parameters if parameters.contains('=') => Ok(Self::With(parameters.to_owned())),
            other => Err(format!(
                "`{other}` is neither true nor false, nor parameters such as `mode=max`"
            )),
        }
    }
}

impl fmt::Display for Attestation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Off => "false",
            Self::On => "true",
            Self::With(parameters) => parameters,
        })
    }
}

/// How the builder compresses layers.
///
/// Source: BuildKit, "Image and OCI exporters", `compression`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    Uncompressed,
    /// gzip.
    Gzip,
    /// gzip that can be read from the middle.
    Estargz,
    /// Zstandard.
    Zstd,
}

const COMPRESSIONS: [(&str, Compression); 4] = [
    ("uncompressed", Compression::Uncompressed),
    ("gzip", Compression::Gzip),
    ("estargz", Compression::Estargz),
    ("zstd", Compression::Zstd),
];

impl FromStr for Compression {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim().to_ascii_lowercase();
        let known = COMPRESSIONS.iter().find(|(name, _)| *name == text);
        known.map(|(_, compression)| *compression).ok_or_else(|| {
            format!("`{text}` is not a compression: `uncompressed`, `gzip`, `estargz` or `zstd`")
        })
    }
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = COMPRESSIONS.iter().find(|(_, known)| known == self);
        f.write_str(name.map_or("", |(name, _)| name))
    }
}

/// An option of the builder, one argument: `--shm-size=2g`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtraOption(String);

/// What decides where the image goes and how the build is watched: by these the
/// push would find nothing, or something else.
const OURS: &[&str] = &[
    "-o",
    "-t",
    "-f",
    "-q",
    "--output",
    "--push",
    "--load",
    "--tag",
    "--file",
    "--iidfile",
    "--metadata-file",
    "--progress",
    "--quiet",
    "--print",
    "--call",
    "--check",
    "--builder",
];

impl ExtraOption {
    /// The argument.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ExtraOption {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let name = text.split('=').next().unwrap_or_default();
        let short = text.strip_prefix('-').filter(|rest| !rest.starts_with('-'));
        if !text.starts_with('-') || text.trim_matches('-').is_empty() {
            return Err("an option is written `--name=value`, one per line".to_owned());
        }
        if name.contains(char::is_whitespace) {
            return Err("name and value would be one argument: write `--name=value`".to_owned());
        }
        let ours = OURS.iter().find(|ours| match short {
            // The value of a short option may follow without a sign.
            Some(_) => text.starts_with(**ours),
            None => name == **ours,
        });
        match ours {
            Some(name) => Err(format!(
                "`{name}` is for ecrane to set: it decides where the image goes or how the build is watched"
            )),
            None => Ok(Self(text.to_owned())),
        }
    }
}

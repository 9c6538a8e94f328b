use super::argument::MAX_ARGUMENT;
use std::fmt;
use std::str::FromStr;

/// Something that an image says of itself: `KEY=VALUE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Its name, such as `org.opencontainers.image.title`.
    pub key: String,
    /// Its value, byte for byte; empty is a value too.
    pub value: String,
}

/// Something that a manifest or an index says of its image.
///
/// Source: docs.docker.com, "docker buildx build", `--annotation`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation {
    /// Where it stands, such as `index,manifest`; `None`: in the manifest.
    pub levels: Option<String>,
    /// Its name.
    pub key: String,
    /// Its value.
    pub value: String,
}

const LEVELS: &[&str] = &[
    "manifest",
    "index",
    "manifest-descriptor",
    "index-descriptor",
];

impl Annotation {
    /// Whether it stands at this level, whatever the platform.
    #[must_use]
    pub fn is_at(&self, level: &str) -> bool {
        let levels = self.levels.as_deref().unwrap_or("manifest");
        levels.split(',').any(|known| known == level)
    }
}

impl FromStr for Label {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (key, value) = text
            .split_once('=')
            .ok_or_else(|| format!("`{text}` has no value; write `KEY=VALUE`"))?;
        let key = key.trim();
        if key.is_empty() {
            return Err("there is no key before the `=`; write `KEY=VALUE`".into());
        }
        if text.contains('\0') {
            return Err(format!(
                "the value of `{key}` holds a NUL, which no argument can"
            ));
        }
        if text.len() >= MAX_ARGUMENT {
            return Err(format!(
                "`{key}` is longer than the 128 KiB that the kernel takes in one argument"
            ));
        }
        Ok(Self {
            key: key.to_owned(),
            value: value.to_owned(),
        })
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.key, self.value)
    }
}

impl FromStr for Annotation {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Label { key, value } = text.parse()?;
        let Some((levels, key)) = key.split_once(':') else {
            return Ok(Self {
                levels: None,
                key,
                value,
            });
        };
        for level in levels.split(',') {
            // A platform may follow: `manifest[linux/amd64]`.
            let name = level.split('[').next().unwrap_or_default();
            if !LEVELS.contains(&name) {
                return Err(format!(
                    "`{level}` is not a place for an annotation: `{}`",
                    LEVELS.join("`, `")
                ));
            }
        }
        if key.is_empty() {
            return Err("there is no key after the `:`; write `LEVEL:KEY=VALUE`".into());
        }
        Ok(Self {
            levels: Some(levels.to_owned()),
            key: key.to_owned(),
            value,
        })
    }
}

impl fmt::Display for Annotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(levels) = &self.levels {
            write!(f, "{levels}:")?;
        }
        write!(f, "{}={}", self.key, self.value)
    }
}

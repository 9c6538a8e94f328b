use std::fmt;
use std::str::FromStr;

/// What builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Backend {
    /// The best that the machine has: buildx, the engine's own builder, buildah.
    #[default]
    Auto,
    /// The plugin of the Docker client.
    Buildx,
    /// The Docker engine's own builder.
    Docker,
    /// buildah, without an engine.
    Buildah,
}

const BACKENDS: [(&str, Backend); 4] = [
    ("auto", Backend::Auto),
    ("buildx", Backend::Buildx),
    ("docker", Backend::Docker),
    ("buildah", Backend::Buildah),
];

impl FromStr for Backend {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let known = BACKENDS.iter().find(|(name, _)| *name == text);
        known.map(|(_, backend)| *backend).ok_or_else(|| {
            format!("`{text}` does not build: `auto`, `buildx`, `docker` or `buildah`")
        })
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = BACKENDS.iter().find(|(_, known)| known == self);
        f.write_str(name.map_or("", |(name, _)| name))
    }
}

/// What pushes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PushBy {
    /// ecrane, unless the image is made elsewhere.
    #[default]
    Auto,
    /// ecrane: the image comes to this machine and goes from here.
    Ecrane,
    /// The builder, from where it is.
    Builder,
}

const PUSH_BY: [(&str, PushBy); 3] = [
    ("auto", PushBy::Auto),
    ("ecrane", PushBy::Ecrane),
    ("builder", PushBy::Builder),
];

impl FromStr for PushBy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let known = PUSH_BY.iter().find(|(name, _)| *name == text);
        known
            .map(|(_, by)| *by)
            .ok_or_else(|| format!("`{text}` does not push: `auto`, `ecrane` or `builder`"))
    }
}

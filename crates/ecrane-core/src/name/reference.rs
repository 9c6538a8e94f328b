use super::{Digest, RegistryHost, RepositoryName, Tag};
use std::fmt;

/// Where an image is: a repository on a registry, by tag or by digest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reference {
    /// By a tag, which may move.
    Tagged {
        /// The registry.
        registry: RegistryHost,
        /// The repository.
        repository: RepositoryName,
        /// The tag.
        tag: Tag,
    },
    /// By its digest, which never means another image.
    Digested {
        /// The registry.
        registry: RegistryHost,
        /// The repository.
        repository: RepositoryName,
        /// The manifest's digest.
        digest: Digest,
    },
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tagged {
                registry,
                repository,
                tag,
            } => write!(f, "{registry}/{repository}:{tag}"),
            Self::Digested {
                registry,
                repository,
                digest,
            } => write!(f, "{registry}/{repository}@{digest}"),
        }
    }
}

impl std::str::FromStr for Reference {
    type Err = super::NameError;

    fn from_str(text: &str) -> Result<Self, super::NameError> {
        let (host, rest) = text.split_once('/').unwrap_or((text, ""));
        let registry: RegistryHost = host.parse()?;
        if let Some((repository, digest)) = rest.split_once('@') {
            return Ok(Self::Digested {
                registry,
                repository: repository.parse()?,
                digest: digest.parse()?,
            });
        }
        let (repository, tag) = rest.split_once(':').unwrap_or((rest, "latest"));
        Ok(Self::Tagged {
            registry,
            repository: repository.parse()?,
            tag: tag.parse()?,
        })
    }
}

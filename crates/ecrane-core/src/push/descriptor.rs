use super::PlanError;
use crate::name::Digest;
use oci_spec::image as oci;

/// What is pushed: its kind, its name and its size.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Descriptor {
    /// The media type, as the registry is told it.
    pub media_type: String,
    /// The digest of the content.
    pub digest: Digest,
    /// The size of the content in bytes.
    pub size: u64,
}

/// What a media type is to a push.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The manifest of one image.
    Manifest,
    /// An index (Docker: manifest list) of manifests.
    Index,
    /// An image configuration.
    Config,
    /// A layer that must not leave its own registry: it is named, not uploaded.
    Foreign,
    /// Anything else: bytes.
    Blob,
}

impl Descriptor {
    /// What this is to a push, by its media type.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self.media_type.as_str() {
            "application/vnd.oci.image.manifest.v1+json"
            | "application/vnd.docker.distribution.manifest.v2+json" => Kind::Manifest,
            "application/vnd.oci.image.index.v1+json"
            | "application/vnd.docker.distribution.manifest.list.v2+json" => Kind::Index,
            "application/vnd.oci.image.config.v1+json"
            | "application/vnd.docker.container.image.v1+json" => Kind::Config,
            "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip" => Kind::Foreign,
            other if other.starts_with("application/vnd.oci.image.layer.nondistributable.") => {
                Kind::Foreign
            }
            _ => Kind::Blob,
        }
    }

    /// A descriptor with this media type, of the content with this digest and size.
    #[must_use]
    pub fn new(media_type: &str, digest: Digest, size: u64) -> Self {
        Self {
            media_type: media_type.to_owned(),
            digest,
            size,
        }
    }
}

impl TryFrom<&oci::Descriptor> for Descriptor {
    type Error = PlanError;

    fn try_from(read: &oci::Descriptor) -> Result<Self, PlanError> {
        let digest = read.digest().to_string();
        Ok(Self {
            media_type: read.media_type().to_string(),
            digest: digest.parse().map_err(|_| PlanError::Digest { digest })?,
            size: read.size(),
        })
    }
}

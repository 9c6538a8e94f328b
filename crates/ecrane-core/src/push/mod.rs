//! From an image's manifests to what a registry must be given, and in which order.
//!
//! A registry takes a manifest only when it has everything that the manifest
//! names. So the order is: blobs, manifests of single images, indexes from the
//! inside out, and last the root, by its tags.
//!
//! Source: OCI image specification 1.1 (manifest, index, descriptor) and the
//! media types of Docker's image manifest version 2, schema 2.

mod archive;
mod descriptor;
mod destination;
mod known;
mod mount;
mod origin;
mod plan;
mod standing;

pub use archive::{archive_manifest, blob_path};
pub use descriptor::{Descriptor, Kind};
pub use destination::{Destination, DestinationError};
pub use known::Known;
pub use mount::mount_sources;
pub use origin::Origin;
pub use plan::{Image, Manifest, UploadPlan, named_documents, plan};
pub use standing::{NotStanding, TaggedImage, list, standing};

use crate::name::Digest;
use std::fmt;

/// The largest manifest, index or image configuration that is read, in bytes.
///
/// Registries need not take manifests above 4 MiB (OCI distribution
/// specification 1.1, "Pushing Manifests"); real ones have some kilobytes.
pub const LARGEST_DOCUMENT: u64 = 4 * 1024 * 1024;

/// Why an image cannot be pushed as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanError {
    /// A descriptor's digest is not SHA-256.
    Digest {
        /// The digest as written.
        digest: String,
    },
    /// The descriptor names no manifest or index.
    NotAManifest(Descriptor),
    /// The document does not read as what its media type says.
    Malformed {
        /// The document.
        digest: Digest,
        /// What the parser says.
        message: String,
    },
    /// The document names itself another media type than its parent does.
    MediaType {
        /// The document.
        digest: Digest,
        /// The type by which it was named.
        named: String,
        /// The type that it gives itself.
        own: String,
    },
    /// A manifest or configuration beyond [`LARGEST_DOCUMENT`].
    TooLarge(Descriptor),
    /// The document has another size than its descriptor says.
    Size {
        /// The document.
        digest: Digest,
        /// The size by which it was named, in bytes.
        named: u64,
        /// Its real size, in bytes.
        real: u64,
    },
    /// The manifest has more or fewer layers than the image's configuration.
    /// Archives of some engines are so; the image would start without its files.
    Layers {
        /// The manifest.
        manifest: Digest,
        /// How many layers the manifest names.
        named: usize,
        /// How many the configuration says there are.
        configured: usize,
    },
    /// A document that the image needs was not given.
    Missing(Descriptor),
    /// Indexes inside indexes beyond any use.
    TooDeep,
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Digest { digest } => write!(
                f,
                "the image names content by `{digest}`; Amazon ECR knows `sha256:` digests only"
            ),
            Self::NotAManifest(descriptor) => write!(
                f,
                "{} has the media type `{}`, which is no image manifest and no image index",
                descriptor.digest, descriptor.media_type
            ),
            Self::Malformed { digest, message } => {
                write!(f, "{digest} does not read as an image document: {message}")
            }
            Self::MediaType { digest, named, own } => write!(
                f,
                "{digest} is named as `{named}` but calls itself `{own}`; a registry would refuse it"
            ),
            Self::TooLarge(descriptor) => write!(
                f,
                "{} is a document of {} bytes; registries take at most {LARGEST_DOCUMENT}",
                descriptor.digest, descriptor.size
            ),
            Self::Size {
                digest,
                named,
                real,
            } => write!(f, "{digest} should have {named} bytes but has {real}"),
            Self::Layers {
                manifest,
                named,
                configured,
            } => write!(
                f,
                "{manifest} names {named} layers, but its configuration has {configured}; export the image again, by another way"
            ),
            Self::Missing(descriptor) => write!(
                f,
                "the image names {} (`{}`), which is not there; export the image with all its platforms, or one platform alone",
                descriptor.digest, descriptor.media_type
            ),
            Self::TooDeep => f.write_str("the image's indexes are nested too deeply"),
        }
    }
}

impl std::error::Error for PlanError {}

#[cfg(test)]
mod tests;

//! What ECR refuses, in its words, whichever door the request came through.
//!
//! The AWS API and the registry name a refusal differently (an exception, an
//! error code) and say the same sentence. The sentences are the service's own,
//! because clients and people search for them.

use crate::store::{MOST_TAGS, Registry, RepositoryKey, StoreError};
use ecrane_core::name::{Digest, NameKind, RepositoryName, Tag};
use std::fmt;

/// The smallest part of a layer but the last. Source: `LayerPartTooSmallException`
/// and "Amazon ECR service quotas".
pub(crate) const SMALLEST_PART: u64 = 5 << 20;

/// A request that cannot be granted as things stand.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// The registry that was asked.
    pub(crate) registry: Registry,
    /// The repository, if it is about one.
    pub(crate) repository: Option<RepositoryName>,
    /// Why not.
    pub(crate) reason: Reason,
}

/// Why a request is refused.
#[derive(Debug)]
pub(crate) enum Reason {
    /// The repository does not exist.
    RepositoryNotFound,
    /// A repository of that name exists.
    RepositoryAlreadyExists,
    /// It has images, and deletion was not forced.
    RepositoryNotEmpty,
    /// It would have more resource tags than it may.
    TooManyTags,
    /// It has no lifecycle policy.
    LifecyclePolicyNotFound,
    /// It has no repository policy.
    RepositoryPolicyNotFound,
    /// The registry has no policy.
    RegistryPolicyNotFound,
    /// The registry has no signing configuration.
    SigningConfigurationNotFound,
    /// The principal's pulls are excluded already.
    ExclusionAlreadyExists(String),
    /// The principal's pulls are not excluded.
    ExclusionNotFound(String),
    /// The registry has a template of that prefix.
    TemplateAlreadyExists(String),
    /// The registry has no template of that prefix.
    TemplateNotFound(String),
    /// The registry has a pull-through cache rule of that prefix.
    RuleAlreadyExists(String),
    /// The registry has no pull-through cache rule of that prefix.
    RuleNotFound(String),
    /// There is no such image in it.
    ImageNotFound {
        /// The digest that was asked for.
        digest: Option<String>,
        /// The tag that was asked for.
        tag: Option<String>,
    },
    /// The image is in the archive.
    ImageArchived(Digest),
    /// The image cannot change its storage class by itself.
    StorageClassFixed(Digest),
    /// A preview of the repository is being computed.
    PreviewInProgress,
    /// The repository had no preview.
    PreviewNotFound,
    /// The tag may not move.
    TagImmutable(Tag),
    /// A manifest names blobs that were not pushed.
    LayersNotFound(Vec<Digest>),
    /// An index names images that were not pushed.
    ReferencedImagesNotFound(Vec<Digest>),
    /// The image, with that tag if any, is there already.
    ImageAlreadyExists(Box<(Digest, Option<Tag>)>),
    /// The layer is there already.
    LayerAlreadyExists(Digest),
    /// No image needs the layer.
    LayerInaccessible(Digest),
    /// A layer came in parts of which one is too small.
    LayerPartTooSmall,
    /// A part does not begin where the last one ended.
    LayerPartInvalid {
        /// The upload.
        upload: String,
        /// Where the part begins.
        first: u64,
        /// How many bytes there are.
        size: u64,
    },
    /// Nobody asked for a scan of the image.
    ScanNotFound(Digest),
    /// An image of that type cannot be scanned.
    ScanUnsupported(Digest),
    /// There is no such upload in it.
    UploadNotFound(String),
    /// The upload has no bytes to make a layer of.
    UploadEmpty(String),
    /// The upload's bytes have another digest than the client says.
    LayerDigestDiffers,
    /// Indexes need the image.
    ReferencedByManifestList(Vec<Digest>),
}

/// A refusal, or a failure of the store.
#[derive(Debug)]
pub(crate) enum Fault {
    /// Refused.
    Refused(Refusal),
    /// The disk or the database failed.
    Store(StoreError),
}

impl<E: Into<StoreError>> From<E> for Fault {
    fn from(error: E) -> Self {
        Self::Store(error.into())
    }
}

impl Reason {
    /// The refusal of a request about this repository.
    pub(crate) fn about(self, repository: &RepositoryKey) -> Fault {
        Fault::Refused(Refusal {
            registry: repository.registry.clone(),
            repository: Some(repository.name.clone()),
            reason: self,
        })
    }

    /// The refusal of a request about this registry as a whole.
    pub(crate) fn in_registry(self, registry: &Registry) -> Fault {
        Fault::Refused(Refusal {
            registry: registry.clone(),
            repository: None,
            reason: self,
        })
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.repository.as_ref().map_or("", RepositoryName::as_str);
        let account = &self.registry.account;
        match &self.reason {
            Reason::RepositoryNotFound => write!(
                f,
                "The repository with name '{name}' does not exist in the registry with id '{account}'"
            ),
            Reason::RepositoryAlreadyExists => write!(
                f,
                "The repository with name '{name}' already exists in the registry with id '{account}'"
            ),
            Reason::RepositoryNotEmpty => write!(
                f,
                "The repository with name '{name}' in registry with id '{account}' cannot be deleted because it still contains images"
            ),
            Reason::TooManyTags => write!(
                f,
                "The repository with name '{name}' in the registry with id '{account}' would have too many tags; at most {MOST_TAGS} are allowed"
            ),
            Reason::LifecyclePolicyNotFound => write!(
                f,
                "Lifecycle policy does not exist for the repository with name '{name}' in the registry with id '{account}'"
            ),
            Reason::RepositoryPolicyNotFound => write!(
                f,
                "Repository policy does not exist for the repository with name '{name}' in the registry with id '{account}'"
            ),
            Reason::RegistryPolicyNotFound => write!(
                f,
                "Registry policy does not exist in the registry with id '{account}'"
            ),
            Reason::SigningConfigurationNotFound => write!(
                f,
                "Signing configuration does not exist in the registry with id '{account}'"
            ),
            Reason::ExclusionAlreadyExists(principal) => write!(
                f,
                "The pull time update exclusion for principal '{principal}' already exists in the registry with id '{account}'"
            ),
            Reason::ExclusionNotFound(principal) => write!(
                f,
                "The pull time update exclusion for principal '{principal}' does not exist in the registry with id '{account}'"
            ),
            Reason::TemplateAlreadyExists(prefix) => write!(
                f,
                "The repository creation template with prefix '{prefix}' already exists in the registry with id '{account}'"
            ),
            Reason::TemplateNotFound(prefix) => write!(
                f,
                "The repository creation template with prefix '{prefix}' does not exist in the registry with id '{account}'"
            ),
            Reason::RuleAlreadyExists(prefix) => write!(
                f,
                "The pull through cache rule with repository prefix '{prefix}' already exists in the registry with id '{account}'"
            ),
            Reason::RuleNotFound(prefix) => write!(
                f,
                "The pull through cache rule with repository prefix '{prefix}' does not exist in the registry with id '{account}'"
            ),
            Reason::ImageNotFound { digest, tag } => write!(
                f,
                "The image with imageId {{imageDigest:'{}', imageTag:'{}'}} does not exist within the repository with name '{name}' in the registry with id '{account}'",
                digest.as_deref().unwrap_or("null"),
                tag.as_deref().unwrap_or("null")
            ),
            Reason::ImageArchived(digest) => write!(
                f,
                "The image with digest '{digest}' within the repository with name '{name}' in the registry with id '{account}' is archived"
            ),
            Reason::StorageClassFixed(digest) => write!(
                f,
                "The storage class of the image with digest '{digest}' within the repository with name '{name}' in the registry with id '{account}' follows that of the image that it belongs to"
            ),
            Reason::ImageAlreadyExists(image) => write!(
                f,
                "Image with digest '{}' and tag '{}' already exists in the repository with name '{name}' in registry with id '{account}'",
                image.0,
                image.1.as_ref().map_or("null", Tag::as_str)
            ),
            Reason::LayerAlreadyExists(digest) => write!(
                f,
                "Layer with digest '{digest}' already exists in the repository with name '{name}' in the registry with id '{account}'"
            ),
            Reason::LayerInaccessible(digest) => write!(
                f,
                "The layer with digest '{digest}' within the repository with name '{name}' in the registry with id '{account}' is not available because it is not associated with an image"
            ),
            Reason::LayerPartTooSmall => {
                write!(
                    f,
                    "Layer parts must be at least {SMALLEST_PART} bytes in size"
                )
            }
            Reason::LayerPartInvalid {
                upload,
                first,
                size,
            } => write!(
                f,
                "The layer part with the first byte {first} is not consecutive to the last byte of the upload with id '{upload}', which has {size} bytes"
            ),
            Reason::ScanNotFound(digest) => write!(
                f,
                "Image scan does not exist for the image with '{{imageDigest:'{digest}', imageTag:'null'}}' in the repository with name '{name}' in the registry with id '{account}'"
            ),
            Reason::ScanUnsupported(digest) => write!(
                f,
                "The image with digest '{digest}' in the repository with name '{name}' in the registry with id '{account}' is of a type that cannot be scanned"
            ),
            Reason::PreviewInProgress => write!(
                f,
                "The previous lifecycle policy preview of the repository with name '{name}' in the registry with id '{account}' has not completed. Wait and try again."
            ),
            Reason::PreviewNotFound => write!(
                f,
                "Lifecycle policy preview does not exist for the repository with name '{name}' in the registry with id '{account}'"
            ),
            Reason::TagImmutable(tag) => write!(
                f,
                "The image tag '{tag}' already exists in the '{name}' repository and cannot be overwritten because the tag is immutable."
            ),
            Reason::LayersNotFound(digests) => write!(
                f,
                "Layers with digests '{}' required for pushing image into repository with name '{name}' in the registry with id '{account}' do not exist",
                List(digests)
            ),
            Reason::ReferencedImagesNotFound(digests) => write!(
                f,
                "Images with digests '{}' required for pushing image into repository with name '{name}' in the registry with id '{account}' do not exist",
                List(digests)
            ),
            Reason::UploadNotFound(id) => write!(
                f,
                "Upload with id '{id}' in repository with name '{name}' in registry with id '{account}' cannot be found"
            ),
            Reason::UploadEmpty(id) => write!(
                f,
                "The upload with id '{id}' in the repository with name '{name}' in registry with id '{account}' cannot be completed because it does not have any parts."
            ),
            Reason::LayerDigestDiffers => {
                f.write_str("provided digest did not match uploaded content")
            }
            Reason::ReferencedByManifestList(digests) => write!(
                f,
                "Requested image referenced by manifest list: {}",
                List(digests)
            ),
        }
    }
}

/// Digests as the service lists them: `[sha256:…, sha256:…]`.
struct List<'a>(&'a [Digest]);

impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (index, digest) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(f, "{separator}{digest}")?;
        }
        f.write_str("]")
    }
}

/// The service's sentence about a parameter that breaks a rule.
pub(crate) fn invalid_parameter(name: &str, rule: impl fmt::Display) -> String {
    format!("Invalid parameter at '{name}' failed to satisfy constraint: '{rule}'")
}

/// The rule of the service model that a name of this kind must keep.
pub(crate) fn name_rule(kind: NameKind) -> String {
    let pattern = match kind {
        NameKind::Account => "[0-9]{12}",
        NameKind::Repository => {
            r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*"
        }
        NameKind::Tag => "[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}",
        NameKind::Digest => "[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+",
        NameKind::Session => r"[\w+=,.@-]*",
        NameKind::ExternalId => r"[\w+=,.@:\/-]*",
        NameKind::Region | NameKind::Registry | NameKind::Role | NameKind::Audience => ".+",
    };
    format!("must satisfy regular expression '{pattern}'")
}

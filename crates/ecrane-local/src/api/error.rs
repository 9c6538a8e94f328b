use crate::refusal::{Fault, Reason, invalid_parameter};
use axum::http::StatusCode;
use serde_json::{Value, json};

/// What an operation answers instead of a result.
#[derive(Debug)]
pub(super) struct ApiError {
    code: Code,
    message: String,
}

/// The service's names for what can go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Code {
    EmptyUpload,
    ExclusionAlreadyExists,
    ExclusionNotFound,
    ExpiredToken,
    ImageAlreadyExists,
    ImageArchived,
    ImageDigestDoesNotMatch,
    ImageNotFound,
    ImageStorageClassUpdateNotSupported,
    ImageTagAlreadyExists,
    IncompleteSignature,
    InvalidLayer,
    InvalidLayerPart,
    InvalidParameter,
    InvalidTagParameter,
    LayerAlreadyExists,
    LayerInaccessible,
    LayerPartTooSmall,
    LayersNotFound,
    LifecyclePolicyNotFound,
    LifecyclePolicyPreviewInProgress,
    LifecyclePolicyPreviewNotFound,
    MissingAuthenticationToken,
    PullThroughCacheRuleAlreadyExists,
    PullThroughCacheRuleNotFound,
    ReferencedImagesNotFound,
    RegistryPolicyNotFound,
    RepositoryAlreadyExists,
    RepositoryNotEmpty,
    RepositoryNotFound,
    RepositoryPolicyNotFound,
    ScanNotFound,
    Serialization,
    Server,
    SigningConfigurationNotFound,
    TemplateAlreadyExists,
    TemplateNotFound,
    TooManyTags,
    UnknownOperation,
    UnsupportedImageType,
    UnsupportedUpstreamRegistry,
    UploadNotFound,
    Validation,
}

impl Code {
    const fn name(self) -> &'static str {
        match self {
            Self::EmptyUpload => "EmptyUploadException",
            Self::ExclusionAlreadyExists => "ExclusionAlreadyExistsException",
            Self::ExclusionNotFound => "ExclusionNotFoundException",
            Self::ExpiredToken => "ExpiredTokenException",
            Self::ImageAlreadyExists => "ImageAlreadyExistsException",
            Self::ImageArchived => "ImageArchivedException",
            Self::ImageDigestDoesNotMatch => "ImageDigestDoesNotMatchException",
            Self::ImageNotFound => "ImageNotFoundException",
            Self::ImageStorageClassUpdateNotSupported => {
                "ImageStorageClassUpdateNotSupportedException"
            }
            Self::ImageTagAlreadyExists => "ImageTagAlreadyExistsException",
            Self::IncompleteSignature => "IncompleteSignatureException",
            Self::InvalidLayer => "InvalidLayerException",
            Self::InvalidLayerPart => "InvalidLayerPartException",
            Self::InvalidParameter => "InvalidParameterException",
            Self::InvalidTagParameter => "InvalidTagParameterException",
            Self::LayerAlreadyExists => "LayerAlreadyExistsException",
            Self::LayerInaccessible => "LayerInaccessibleException",
            Self::LayerPartTooSmall => "LayerPartTooSmallException",
            Self::LayersNotFound => "LayersNotFoundException",
            Self::LifecyclePolicyNotFound => "LifecyclePolicyNotFoundException",
            Self::LifecyclePolicyPreviewInProgress => "LifecyclePolicyPreviewInProgressException",
            Self::LifecyclePolicyPreviewNotFound => "LifecyclePolicyPreviewNotFoundException",
            Self::MissingAuthenticationToken => "MissingAuthenticationTokenException",
            Self::PullThroughCacheRuleAlreadyExists => "PullThroughCacheRuleAlreadyExistsException",
            Self::PullThroughCacheRuleNotFound => "PullThroughCacheRuleNotFoundException",
            Self::ReferencedImagesNotFound => "ReferencedImagesNotFoundException",
            Self::RegistryPolicyNotFound => "RegistryPolicyNotFoundException",
            Self::RepositoryAlreadyExists => "RepositoryAlreadyExistsException",
            Self::RepositoryNotEmpty => "RepositoryNotEmptyException",
            Self::RepositoryNotFound => "RepositoryNotFoundException",
            Self::RepositoryPolicyNotFound => "RepositoryPolicyNotFoundException",
            Self::ScanNotFound => "ScanNotFoundException",
            Self::Serialization => "SerializationException",
            Self::Server => "ServerException",
            Self::SigningConfigurationNotFound => "SigningConfigurationNotFoundException",
            Self::TemplateAlreadyExists => "TemplateAlreadyExistsException",
            Self::TemplateNotFound => "TemplateNotFoundException",
            Self::TooManyTags => "TooManyTagsException",
            Self::UnknownOperation => "UnknownOperationException",
            Self::UnsupportedImageType => "UnsupportedImageTypeException",
            Self::UnsupportedUpstreamRegistry => "UnsupportedUpstreamRegistryException",
            Self::UploadNotFound => "UploadNotFoundException",
            Self::Validation => "ValidationException",
        }
    }
}

impl ApiError {
    pub(super) fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// A parameter that breaks a rule, in the service's form of words.
    pub(super) fn parameter(name: &str, rule: impl std::fmt::Display) -> Self {
        Self::new(Code::InvalidParameter, invalid_parameter(name, rule))
    }

    /// An operation that the service does not have.
    pub(super) fn unknown_operation() -> Self {
        Self::new(Code::UnknownOperation, "")
    }

    /// An operation that the service has and this one does not: AWS has no such
    /// case, so the answer to an unknown one says that the gap is ours.
    pub(super) fn gap(operation: &str) -> Self {
        let message = format!("ecrane local does not have the operation {operation}");
        Self::new(Code::UnknownOperation, message)
    }

    pub(super) fn status(&self) -> StatusCode {
        match self.code {
            Code::Server => StatusCode::INTERNAL_SERVER_ERROR,
            Code::MissingAuthenticationToken | Code::IncompleteSignature => StatusCode::FORBIDDEN,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    pub(super) fn body(&self) -> Value {
        if self.message.is_empty() {
            return json!({ "__type": self.code.name() });
        }
        json!({ "__type": self.code.name(), "message": self.message })
    }
}

impl From<Fault> for ApiError {
    fn from(fault: Fault) -> Self {
        let refusal = match fault {
            Fault::Refused(refusal) => refusal,
            Fault::Store(error) => return Self::new(Code::Server, error.to_string()),
        };
        let code = match &refusal.reason {
            Reason::RepositoryNotFound => Code::RepositoryNotFound,
            Reason::RepositoryAlreadyExists => Code::RepositoryAlreadyExists,
            Reason::RepositoryNotEmpty => Code::RepositoryNotEmpty,
            Reason::TooManyTags => Code::TooManyTags,
            Reason::LifecyclePolicyNotFound => Code::LifecyclePolicyNotFound,
            Reason::RepositoryPolicyNotFound => Code::RepositoryPolicyNotFound,
            Reason::RegistryPolicyNotFound => Code::RegistryPolicyNotFound,
            Reason::SigningConfigurationNotFound => Code::SigningConfigurationNotFound,
            Reason::ExclusionAlreadyExists(_) => Code::ExclusionAlreadyExists,
            Reason::ExclusionNotFound(_) => Code::ExclusionNotFound,
            Reason::ImageNotFound { .. } => Code::ImageNotFound,
            Reason::ImageArchived(_) => Code::ImageArchived,
            Reason::StorageClassFixed(_) => Code::ImageStorageClassUpdateNotSupported,
            Reason::PreviewInProgress => Code::LifecyclePolicyPreviewInProgress,
            Reason::PreviewNotFound => Code::LifecyclePolicyPreviewNotFound,
            Reason::TagImmutable(_) => Code::ImageTagAlreadyExists,
            Reason::LayersNotFound(_) => Code::LayersNotFound,
            Reason::ReferencedImagesNotFound(_) => Code::ReferencedImagesNotFound,
            Reason::ImageAlreadyExists(_) => Code::ImageAlreadyExists,
            Reason::LayerAlreadyExists(_) => Code::LayerAlreadyExists,
            Reason::LayerInaccessible(_) => Code::LayerInaccessible,
            Reason::LayerPartTooSmall => Code::LayerPartTooSmall,
            Reason::LayerPartInvalid { .. } => Code::InvalidLayerPart,
            Reason::ScanNotFound(_) => Code::ScanNotFound,
            Reason::ScanUnsupported(_) => Code::UnsupportedImageType,
            Reason::TemplateAlreadyExists(_) => Code::TemplateAlreadyExists,
            Reason::TemplateNotFound(_) => Code::TemplateNotFound,
            Reason::RuleAlreadyExists(_) => Code::PullThroughCacheRuleAlreadyExists,
            Reason::RuleNotFound(_) => Code::PullThroughCacheRuleNotFound,
            Reason::UploadNotFound(_) => Code::UploadNotFound,
            Reason::UploadEmpty(_) => Code::EmptyUpload,
            Reason::LayerDigestDiffers => Code::InvalidLayer,
            Reason::ReferencedByManifestList(_) => Code::InvalidParameter,
        };
        Self::new(code, refusal.to_string())
    }
}

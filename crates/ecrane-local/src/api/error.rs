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
    ImageNotFound,
    IncompleteSignature,
    InvalidLayer,
    InvalidParameter,
    InvalidTagParameter,
    LayersNotFound,
    ImageTagAlreadyExists,
    LifecyclePolicyNotFound,
    MissingAuthenticationToken,
    ReferencedImagesNotFound,
    RepositoryAlreadyExists,
    RepositoryNotEmpty,
    RepositoryNotFound,
    Serialization,
    Server,
    TooManyTags,
    UnknownOperation,
    UploadNotFound,
}

impl Code {
    const fn name(self) -> &'static str {
        match self {
            Self::EmptyUpload => "EmptyUploadException",
            Self::ImageNotFound => "ImageNotFoundException",
            Self::IncompleteSignature => "IncompleteSignatureException",
            Self::InvalidLayer => "InvalidLayerException",
            Self::InvalidParameter => "InvalidParameterException",
            Self::InvalidTagParameter => "InvalidTagParameterException",
            Self::LayersNotFound => "LayersNotFoundException",
            Self::ImageTagAlreadyExists => "ImageTagAlreadyExistsException",
            Self::LifecyclePolicyNotFound => "LifecyclePolicyNotFoundException",
            Self::MissingAuthenticationToken => "MissingAuthenticationTokenException",
            Self::ReferencedImagesNotFound => "ReferencedImagesNotFoundException",
            Self::RepositoryAlreadyExists => "RepositoryAlreadyExistsException",
            Self::RepositoryNotEmpty => "RepositoryNotEmptyException",
            Self::RepositoryNotFound => "RepositoryNotFoundException",
            Self::Serialization => "SerializationException",
            Self::Server => "ServerException",
            Self::TooManyTags => "TooManyTagsException",
            Self::UnknownOperation => "UnknownOperationException",
            Self::UploadNotFound => "UploadNotFoundException",
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

    /// AWS says no more than the code; here it is said that it is our gap.
    pub(super) fn unknown_operation(name: Option<&str>) -> Self {
        let message = match name {
            Some(name) => format!("ecrane local does not have the operation {name}"),
            None => "the AWS API takes POST requests that name an operation in X-Amz-Target".into(),
        };
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
            Reason::ImageNotFound { .. } => Code::ImageNotFound,
            Reason::TagImmutable(_) => Code::ImageTagAlreadyExists,
            Reason::LayersNotFound(_) => Code::LayersNotFound,
            Reason::ReferencedImagesNotFound(_) => Code::ReferencedImagesNotFound,
            Reason::UploadNotFound(_) => Code::UploadNotFound,
            Reason::UploadEmpty(_) => Code::EmptyUpload,
            Reason::LayerDigestDiffers => Code::InvalidLayer,
            Reason::ReferencedByManifestList(_) => Code::InvalidParameter,
        };
        Self::new(code, refusal.to_string())
    }
}

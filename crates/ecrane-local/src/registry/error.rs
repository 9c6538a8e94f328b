use super::session;
use crate::refusal::{Fault, Reason, invalid_parameter, name_rule};
use crate::uploads::PartFault;
use axum::body::Body;
use axum::http::{Response, StatusCode};
use ecrane_core::manifest::ManifestFault;
use ecrane_core::name::{NameError, NameKind};
use serde_json::json;
use std::io;

/// A refusal of the registry, in the form that the OCI distribution
/// specification gives it and in ECR's words.
#[derive(Debug)]
pub(super) enum RegistryError {
    /// Credentials are missing.
    Unauthorized {
        /// What they are for.
        realm: String,
    },
    /// Anything else.
    Refused {
        /// The HTTP status.
        status: StatusCode,
        /// The specification's code.
        code: &'static str,
        /// ECR's words.
        message: String,
    },
}

impl RegistryError {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self::Refused {
            status,
            code,
            message: message.into(),
        }
    }

    /// No such path.
    pub(super) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", "page not found")
    }

    /// Something that ECR does not do.
    pub(super) fn unsupported(message: impl Into<String>) -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "UNSUPPORTED", message)
    }

    /// A body that is larger than ECR takes.
    pub(super) fn too_large(message: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "SIZE_INVALID", message)
    }

    pub(super) fn into_response(self) -> Response<Body> {
        let (status, code, message) = match self {
            Self::Unauthorized { realm } => return session::challenge(&realm),
            Self::Refused {
                status,
                code,
                message,
            } => (status, code, message),
        };
        let body = json!({ "errors": [{ "code": code, "message": message }] });
        let mut response = super::json(body.to_string().into_bytes());
        *response.status_mut() = status;
        response
    }
}

impl From<Fault> for RegistryError {
    fn from(fault: Fault) -> Self {
        let refusal = match fault {
            Fault::Refused(refusal) => refusal,
            Fault::Store(error) => {
                let status = StatusCode::INTERNAL_SERVER_ERROR;
                return Self::new(status, "UNKNOWN", error.to_string());
            }
        };
        let message = refusal.to_string();
        let (status, code, message) = match refusal.reason {
            Reason::RepositoryNotFound => (StatusCode::NOT_FOUND, "NAME_UNKNOWN", message),
            Reason::ImageNotFound { .. } => (
                StatusCode::NOT_FOUND,
                "MANIFEST_UNKNOWN",
                "Requested image not found".into(),
            ),
            Reason::ImageArchived(_) => (StatusCode::NOT_FOUND, "MANIFEST_UNKNOWN", message),
            Reason::TagImmutable(_) => (StatusCode::BAD_REQUEST, "TAG_INVALID", message),
            Reason::LayersNotFound(_) | Reason::ReferencedImagesNotFound(_) => {
                (StatusCode::BAD_REQUEST, "MANIFEST_BLOB_UNKNOWN", message)
            }
            Reason::UploadNotFound(_) => (StatusCode::NOT_FOUND, "BLOB_UPLOAD_UNKNOWN", message),
            Reason::UploadEmpty(_) => (StatusCode::BAD_REQUEST, "BLOB_UPLOAD_INVALID", message),
            Reason::LayerDigestDiffers => (StatusCode::BAD_REQUEST, "DIGEST_INVALID", message),
            Reason::ReferencedByManifestList(_) => {
                (StatusCode::METHOD_NOT_ALLOWED, "UNSUPPORTED", message)
            }
            // What only the AWS API refuses.
            Reason::RepositoryAlreadyExists
            | Reason::RepositoryNotEmpty
            | Reason::TooManyTags
            | Reason::LifecyclePolicyNotFound
            | Reason::RepositoryPolicyNotFound
            | Reason::RegistryPolicyNotFound
            | Reason::SigningConfigurationNotFound
            | Reason::ExclusionAlreadyExists(_)
            | Reason::ExclusionNotFound(_)
            | Reason::TemplateAlreadyExists(_)
            | Reason::TemplateNotFound(_)
            | Reason::RuleAlreadyExists(_)
            | Reason::RuleNotFound(_)
            | Reason::StorageClassFixed(_)
            | Reason::PreviewInProgress
            | Reason::PreviewNotFound
            | Reason::ImageAlreadyExists(_)
            | Reason::LayerAlreadyExists(_)
            | Reason::LayerInaccessible(_)
            | Reason::LayerPartTooSmall
            | Reason::LayerPartInvalid { .. }
            | Reason::ScanNotFound(_)
            | Reason::ScanUnsupported(_) => (StatusCode::BAD_REQUEST, "UNSUPPORTED", message),
        };
        Self::new(status, code, message)
    }
}

impl From<ManifestFault> for RegistryError {
    fn from(fault: ManifestFault) -> Self {
        match fault {
            ManifestFault::Unsupported(_) => Self::unsupported(fault.to_string()),
            ManifestFault::Name(fault) => fault.into(),
            _ => Self::new(
                StatusCode::BAD_REQUEST,
                "MANIFEST_INVALID",
                fault.to_string(),
            ),
        }
    }
}

impl From<PartFault> for RegistryError {
    fn from(fault: PartFault) -> Self {
        match fault {
            PartFault::Body(reason) => Self::new(
                StatusCode::BAD_REQUEST,
                "BLOB_UPLOAD_INVALID",
                format!("The request body cannot be read: {reason}"),
            ),
            PartFault::Disk(error) => error.into(),
        }
    }
}

impl From<io::Error> for RegistryError {
    fn from(error: io::Error) -> Self {
        Self::from(Fault::from(error))
    }
}

impl From<NameError> for RegistryError {
    fn from(error: NameError) -> Self {
        let (code, parameter) = match error.kind {
            NameKind::Tag => ("TAG_INVALID", "imageTag"),
            NameKind::Digest => ("DIGEST_INVALID", "imageDigest"),
            _ => ("NAME_INVALID", "repositoryName"),
        };
        let message = invalid_parameter(parameter, name_rule(error.kind));
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }
}

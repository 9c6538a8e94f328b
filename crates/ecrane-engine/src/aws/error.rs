use aws_sdk_ecr::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ecr::operation::RequestId;
use ecrane_core::auth::TokenError;
use ecrane_core::name::RepositoryName;
use std::error::Error;

/// Why AWS did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum AwsError {
    /// The chain of credential sources gave none.
    #[error("no AWS credentials: {}; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile or a role, or use `--local`", .0.as_deref().unwrap_or("none are configured"))]
    NoCredentials(Option<String>),
    /// The service answered with an error.
    #[error("{operation} was refused: {code}: {message}{}", request(.request_id.as_deref()))]
    Refused {
        /// The operation.
        operation: &'static str,
        /// The service's error code.
        code: String,
        /// Its message.
        message: String,
        /// The request's id, for AWS support.
        request_id: Option<String>,
    },
    /// No answer, or none that could be read.
    #[error("{operation} got no answer: {reason}")]
    NoAnswer {
        /// The operation.
        operation: &'static str,
        /// What stood in the way.
        reason: String,
    },
    /// An answer that lacks what it must have.
    #[error("{operation} answered without {what}")]
    Incomplete {
        /// The operation.
        operation: &'static str,
        /// What is missing.
        what: &'static str,
    },
    /// The repository changed while it was read, or a part of it cannot be read.
    #[error(
        "the index {digest} is listed and cannot be read ({code}): the repository may have changed meanwhile, so run it again"
    )]
    Unread {
        /// The index.
        digest: String,
        /// The service's failure code.
        code: String,
    },
    /// The service's preview of a policy is not there yet.
    #[error("GetLifecyclePolicyPreview: the preview is still under way")]
    PreviewUnderWay,
    /// The service made no preview of a policy that can be used.
    #[error("GetLifecyclePolicyPreview gave no preview: {0}; run again")]
    Preview(&'static str),
    /// The authorization token cannot be used.
    #[error("GetAuthorizationToken: {0}")]
    Token(#[from] TokenError),
    /// Another run made the repository between our look and our create.
    #[error("the repository `{0}` was created by another run at the same time; run again")]
    Appeared(RepositoryName),
}

fn request(id: Option<&str>) -> String {
    id.map(|id| format!(" (request {id})")).unwrap_or_default()
}

impl AwsError {
    pub(super) fn new<E>(operation: &'static str, error: &SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        let Some(service) = error.as_service_error() else {
            return Self::NoAnswer {
                operation,
                reason: chain(error),
            };
        };
        Self::Refused {
            operation,
            code: service.code().unwrap_or("an unnamed error").to_owned(),
            message: service.message().unwrap_or("without a message").to_owned(),
            request_id: service.meta().request_id().map(str::to_owned),
        }
    }

    /// The error code of every operation on a repository that is not there.
    pub(super) const NO_REPOSITORY: &str = "RepositoryNotFoundException";

    /// Whether the service refused with this error code.
    #[must_use]
    pub fn is(&self, wanted: &str) -> bool {
        matches!(self, Self::Refused { code, .. } if code == wanted)
    }
}

/// An error and its causes in one line; the SDK's own `Display` hides them.
pub(super) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}

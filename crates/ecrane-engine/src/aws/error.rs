use super::unreached::Unreached;
use super::{NoPreview, SignInError};
use aws_sdk_ecr::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ecr::operation::RequestId;
use ecrane_core::auth::TokenError;
use ecrane_core::lifecycle::image::Moment;
use ecrane_core::name::RepositoryName;
use ecrane_core::refusal::{self, Refusal};
use serde::Deserialize;
use std::error::Error;

/// Why AWS did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum AwsError {
    /// There are no credentials.
    #[error(transparent)]
    SignIn(#[from] SignInError),
    /// The service answered with an error.
    #[error("{operation} was refused: {code}: {message}{}{}", request(.request_id.as_deref()), remedy(.help.as_deref()))]
    Refused {
        /// The operation.
        operation: &'static str,
        /// The service's error code.
        code: String,
        /// Its message.
        message: String,
        /// The request's id, for AWS support.
        request_id: Option<String>,
        /// What to do about it, where that is known.
        help: Option<String>,
    },
    /// No answer, or none that could be read.
    #[error("{operation} got no answer: {reason}{}", remedy(Unreached::in_words(.reason).map(Unreached::help)))]
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
    Preview(#[from] NoPreview),
    /// The authorization token cannot be used.
    #[error("GetAuthorizationToken: {0}")]
    Token(#[from] TokenError),
    /// Another run made the repository between our look and our create.
    #[error("the repository `{0}` was created by another run at the same time; run again")]
    Appeared(RepositoryName),
}

pub(super) fn request(id: Option<&str>) -> String {
    id.map(|id| format!(" (request {id})")).unwrap_or_default()
}

fn remedy(help: Option<&str>) -> String {
    help.map(|help| format!("\n{help}")).unwrap_or_default()
}

/// What time it is here, and there.
fn clocks<E>(error: &SdkError<E>) -> String {
    let here = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let here = here.map_or(0, |it| i64::try_from(it.as_secs()).unwrap_or_default());
    let there = error.raw_response().and_then(|it| it.headers().get("date"));
    format!(
        "it is {} here, and {} there",
        Moment::from_seconds(here),
        there.unwrap_or("a time that was not said")
    )
}

/// The code of an error and its message. An answer without a code is none of
/// AWS's.
pub(super) fn said<E>(
    service: &impl ProvideErrorMetadata,
    error: &SdkError<E>,
) -> (String, String) {
    let (code, otherwise) = match (service.code(), error.raw_response()) {
        (Some(code), _) => (code.to_owned(), "without a message"),
        (None, response) => {
            let status = response.map_or(0, |it| it.status().as_u16());
            let nobody = "a proxy, a firewall or another server may have answered, and not AWS";
            (format!("HTTP status {status}"), nobody)
        }
    };
    let message = service.message().unwrap_or(otherwise);
    (code, message.to_owned())
}

/// What the key service said, which the message leaves out.
fn of_key<E>(error: &SdkError<E>) -> String {
    #[derive(Deserialize)]
    struct OfKey {
        #[serde(rename = "kmsError")]
        error: String,
    }
    let body = error.raw_response().and_then(|it| it.body().bytes());
    let said = body.and_then(|body| serde_json::from_slice::<OfKey>(body).ok());
    said.map(|it| format!(" ({})", it.error))
        .unwrap_or_default()
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
        let (code, message) = &said(service, error);
        let refusal = Refusal {
            operation,
            code,
            message,
        };
        let help = refusal::help(&refusal).map(|help| match code.as_str() {
            "InvalidSignatureException" | "SignatureDoesNotMatch" | "RequestExpired" => {
                format!("{help}; {}", clocks(error))
            }
            _ => help,
        });
        Self::Refused {
            operation,
            code: code.clone(),
            message: format!("{message}{}", of_key(error)),
            request_id: service.meta().request_id().map(str::to_owned),
            help,
        }
    }

    /// An answer with the token of the page that it is the answer to.
    pub(super) const fn endless(operation: &'static str) -> Self {
        Self::Incomplete {
            operation,
            what: "an end: the next page is the same again",
        }
    }

    /// Whether what was asked for may be done all the same: nobody answered, or the
    /// service failed on the way.
    #[must_use]
    pub fn may_have_worked(&self) -> bool {
        match self {
            Self::NoAnswer { .. } => true,
            Self::Refused { code, .. } => {
                code == "ServerException" || code.starts_with("HTTP status 5")
            }
            _ => false,
        }
    }

    /// The error code of every operation on a repository that is not there.
    pub const NO_REPOSITORY: &str = "RepositoryNotFoundException";

    /// Whether the service refused with this error code.
    #[must_use]
    pub fn is(&self, wanted: &str) -> bool {
        matches!(self, Self::Refused { code, .. } if code == wanted)
    }
}

/// An error and its causes in one line; the SDK's own `Display` hides them.
pub(crate) fn chain(error: &dyn Error) -> String {
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

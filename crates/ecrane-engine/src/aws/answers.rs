//! Which calls are made again, besides those that the SDK knows.

use super::Identity;
use super::unreached::Unreached;
use aws_sdk_ecr::config::retry::{ClassifyRetry, RetryAction};
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::RetryClassifierPriority;
use serde::Deserialize;

/// Reads the error's code in an answer.
#[derive(Debug)]
pub(super) struct Answers {
    /// Whose credentials may have ended; `None` where nobody's are renewed.
    identity: Option<Identity>,
}

impl Answers {
    /// Those to calls of this identity.
    pub(super) const fn to(identity: Identity) -> Self {
        Self {
            identity: Some(identity),
        }
    }

    /// Those to calls by which somebody signs in.
    pub(super) const fn to_nobody() -> Self {
        Self { identity: None }
    }

    fn forgets(&self, request: &str) -> bool {
        self.identity.as_ref().is_some_and(|it| it.forget(request))
    }
}

#[derive(Deserialize)]
struct Code {
    #[serde(rename = "__type")]
    code: String,
}

/// Which request an answer is to. One answer is classified more than once.
const REQUEST_ID: &str = "x-amzn-requestid";

impl ClassifyRetry for Answers {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let refusal = context.response().filter(|it| !it.status().is_success());
        let Some(refusal) = refusal else {
            return unanswered(context);
        };
        let id = refusal.headers().get(REQUEST_ID).unwrap_or_default();
        let body = refusal.body().bytes().unwrap_or_default();
        let code = serde_json::from_slice::<Code>(body).map(|it| it.code);
        let code = code.unwrap_or_default();
        match code.rsplit('#').next() {
            // The SDK takes it for haste; for ECR it is a quota, which no
            // waiting raises.
            Some("LimitExceededException") => RetryAction::RetryForbidden,
            Some("ExpiredTokenException" | "ExpiredToken") if self.forgets(id) => {
                RetryAction::transient_error()
            }
            _ => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "answers of AWS"
    }

    /// After the SDK's own, which would retry what has no hope.
    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}

/// Where there was no answer.
fn unanswered(context: &InterceptorContext) -> RetryAction {
    let error = context.output_or_error().and_then(Result::err);
    let error = error.and_then(|error| error.as_connector_error());
    match error.and_then(|error| Unreached::in_words(&super::chain(error))) {
        Some(_) => RetryAction::RetryForbidden,
        None => RetryAction::NoActionIndicated,
    }
}

/// Of what cannot be taken back no attempt follows one that may have worked: what it
/// would meet then may be another's.
#[derive(Debug)]
pub(super) struct Once;

impl ClassifyRetry for Once {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        match context.response() {
            // An answer that says what is wrong with the request was given before
            // anything was done.
            Some(answer) if !answer.status().is_server_error() => RetryAction::NoActionIndicated,
            _ => RetryAction::RetryForbidden,
        }
    }

    fn name(&self) -> &'static str {
        "what is done once"
    }

    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(Answers::to_nobody().priority())
    }
}

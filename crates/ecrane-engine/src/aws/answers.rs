//! Which answers of ECR are asked for again, besides those that the SDK knows.

use super::Identity;
use aws_sdk_ecr::config::retry::{ClassifyRetry, RetryAction};
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use serde::Deserialize;

/// Reads the error's code in an answer.
#[derive(Debug)]
pub(super) struct Answers {
    identity: Identity,
}

impl Answers {
    pub(super) const fn new(identity: Identity) -> Self {
        Self { identity }
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
            return RetryAction::NoActionIndicated;
        };
        let id = refusal.headers().get(REQUEST_ID).unwrap_or_default();
        let body = refusal.body().bytes().unwrap_or_default();
        let code = serde_json::from_slice::<Code>(body).map(|it| it.code);
        let code = code.unwrap_or_default();
        match code.rsplit('#').next() {
            // The SDK takes it for haste; for ECR it is a quota, which no
            // waiting raises.
            Some("LimitExceededException") => RetryAction::RetryForbidden,
            Some("ExpiredTokenException" | "ExpiredToken") if self.identity.forget(id) => {
                RetryAction::transient_error()
            }
            _ => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "answers of ECR"
    }
}

//! Which answers of ECR are asked for again, besides those that the SDK knows.

use super::Identity;
use aws_sdk_ecr::config::retry::{ClassifyRetry, RetryAction};
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::RetryClassifierPriority;
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
            Some("ExpiredTokenException" | "ExpiredToken") if self.identity.forget(id) => {
                RetryAction::transient_error()
            }
            _ => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "answers of ECR"
    }

    /// After the SDK's own, which would retry what has no hope.
    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}

/// A name that nobody knows will not be known in a moment either.
fn unanswered(context: &InterceptorContext) -> RetryAction {
    let error = context.output_or_error().and_then(Result::err);
    let error = error.and_then(|error| error.as_connector_error());
    match error {
        Some(error) if is_unknown_host(&super::chain(error)) => RetryAction::RetryForbidden,
        _ => RetryAction::NoActionIndicated,
    }
}

/// Whether a resolver says for good that there is no such name, in the words of
/// glibc or of musl. A server that fails says otherwise.
fn is_unknown_host(said: &str) -> bool {
    ["Name or service not known", "Name does not resolve"]
        .iter()
        .any(|words| said.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_nobody_knows_is_not_asked_for_again() {
        let check = |said: &str, expected| assert_eq!(is_unknown_host(said), expected, "{said}");
        let lookup = "dns error: failed to lookup address information: ";
        check(&format!("{lookup}Name or service not known"), true);
        check(&format!("{lookup}Name does not resolve"), true);
        check(
            &format!("{lookup}Temporary failure in name resolution"),
            false,
        );
        check(&format!("{lookup}Try again"), false);
        check("connection refused", false);
    }
}

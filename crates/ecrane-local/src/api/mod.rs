//! The AWS API: JSON 1.1, one POST for every operation.
//!
//! Source: the Amazon ECR service model (2015-09-21) and the AWS JSON 1.1
//! protocol of Smithy. One file per family of operations.

mod account;
mod archive;
mod authorization;
mod batch;
mod call;
mod error;
mod images;
mod layers;
mod lifecycle;
mod model;
mod operations;
mod page;
mod parameter;
mod policies;
mod preview;
mod pull_through;
mod put_image;
mod referrers;
mod registry;
mod replication;
mod repositories;
mod scanning;
mod scans;
mod settings;
mod tags;
mod templates;

use crate::ecr::{Ecr, blocking};
use crate::identity::{Identity, Unknown};
use crate::request_log::{Access, Subject};
use crate::sts;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, Response, StatusCode, header};
use call::Call;
use error::{ApiError, Code};
use serde_json::Value;
use std::sync::Arc;

const TARGET: &str = "x-amz-target";
const SERVICE: &str = "AmazonEC2ContainerRegistry_V20150921.";
const CONTENT_TYPE: &str = "application/x-amz-json-1.1";
/// Above a layer's part of 20 MiB in Base64.
const BODY_LIMIT: usize = 30 << 20;

/// Answers one request of the AWS API, or of STS, whose protocol has no target.
pub(crate) async fn handle(State(ecr): State<Arc<Ecr>>, request: Request) -> Response<Body> {
    if is_form(request.headers()) {
        return sts::handle(&ecr, request).await;
    }
    let request_id = uuid::Uuid::new_v4().to_string();
    let mut subject = Subject {
        operation: operation_name(request.headers()),
        access: Access::Read,
        repository: None,
    };
    let result = answer(&ecr, request, &mut subject).await;
    let (status, body) = match result {
        Ok(value) => (StatusCode::OK, value),
        Err(error) => (error.status(), error.body()),
    };
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        header::HeaderValue::from_static(CONTENT_TYPE),
    );
    if let Ok(id) = request_id.parse() {
        headers.insert("x-amzn-requestid", id);
    }
    response.extensions_mut().insert(subject);
    response
}

fn is_form(headers: &HeaderMap) -> bool {
    let media_type = headers.get(header::CONTENT_TYPE);
    let media_type = media_type.and_then(|value| value.to_str().ok());
    media_type.is_some_and(|value| value.starts_with("application/x-www-form-urlencoded"))
}

/// What the request calls its operation, as far as a log may repeat it.
fn operation_name(headers: &HeaderMap) -> String {
    headers
        .get(TARGET)
        .and_then(|target| target.to_str().ok())
        .map(|target| target.strip_prefix(SERVICE).unwrap_or(target))
        .unwrap_or_default()
        .chars()
        .filter(char::is_ascii_graphic)
        .take(100)
        .collect()
}

async fn answer(
    ecr: &Arc<Ecr>,
    request: Request,
    subject: &mut Subject,
) -> Result<Value, ApiError> {
    let (head, body) = request.into_parts();
    // Read whatever is asked: a body left unread would end the connection.
    let body = to_bytes(body, BODY_LIMIT)
        .await
        .map_err(|_| ApiError::new(Code::Serialization, "The request body cannot be read"))?;
    if head.method != Method::POST || !head.headers.contains_key(TARGET) {
        return Err(ApiError::unknown_operation());
    }
    let now = ecr.clock.now();
    let identity = Identity::of(&head.headers, &ecr.home, &ecr.tokens, now).map_err(unknown)?;
    let input = model::input(&subject.operation).ok_or_else(ApiError::unknown_operation)?;
    let (access, handler) =
        operations::find(&subject.operation).ok_or_else(|| ApiError::gap(&subject.operation))?;
    subject.access = access;
    let parameters: Value = serde_json::from_slice(&body)
        .map_err(|_| ApiError::new(Code::Serialization, "The request body is not JSON"))?;
    subject.repository = parameter::named_repository(&parameters);
    input.check(&parameters)?;
    let done = blocking(ecr, move |ecr| {
        let call = Call {
            ecr,
            registry: identity.registry,
            parameters,
        };
        Ok(handler(&call))
    });
    done.await.map_err(ApiError::from)?
}

fn unknown(unknown: Unknown) -> ApiError {
    let code = match unknown {
        Unknown::Unsigned => Code::MissingAuthenticationToken,
        Unknown::NoScope => Code::IncompleteSignature,
        Unknown::Expired => Code::ExpiredToken,
    };
    ApiError::new(code, unknown.words())
}

//! The registry: OCI distribution 1.1, with ECR's sign-in, refusals and habits.

mod blobs;
mod error;
mod lists;
mod manifests;
mod route;
mod session;
mod uploads;

use crate::ecr::Ecr;
use crate::request_log::{Access, Subject};
use crate::store::RepositoryKey;
use crate::token::Purpose;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, Method, Response, StatusCode, header};
use ecrane_core::name::Digest;
use error::RegistryError;
use route::Target;
use std::sync::Arc;

/// Tells clients which API this is; they looked for it before the OCI
/// specification existed, and ECR still sends it.
const API_VERSION: (&str, &str) = ("docker-distribution-api-version", "registry/2.0");
const CONTENT_DIGEST: &str = "docker-content-digest";

/// A signed-in request to a repository.
struct Call {
    ecr: Arc<Ecr>,
    repository: RepositoryKey,
    request: Request,
}

/// Answers one request of the registry.
pub(crate) async fn handle(State(ecr): State<Arc<Ecr>>, request: Request) -> Response<Body> {
    let target = route::parse(request.uri().path());
    let subject = Subject {
        operation: target.operation(request.method()).to_owned(),
        access: match *request.method() {
            Method::GET | Method::HEAD => Access::Read,
            _ => Access::Write,
        },
        repository: target.repository().map(ToString::to_string),
    };
    let mut response = match answer(ecr, target, request).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    };
    let (name, value) = API_VERSION;
    response
        .headers_mut()
        .insert(name, HeaderValue::from_static(value));
    response.extensions_mut().insert(subject);
    response
}

/// Answers a request for a layer at an address that was given out: who has it
/// needs no password.
pub(crate) async fn layer(
    State(ecr): State<Arc<Ecr>>,
    Path(token): Path<String>,
    request: Request,
) -> Response<Body> {
    let now = ecr.clock.now();
    let opened = ecr.tokens.open(Purpose::Layer, &token, now);
    let Ok((repository, digest)): Result<(RepositoryKey, Digest), _> = opened else {
        return empty(StatusCode::FORBIDDEN);
    };
    let subject = Subject {
        operation: "DownloadLayer".to_owned(),
        access: Access::Read,
        repository: Some(repository.name.to_string()),
    };
    let call = Call {
        ecr,
        repository,
        request,
    };
    let mut response = match blobs::get(call, digest).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    };
    response.extensions_mut().insert(subject);
    response
}

async fn answer(
    ecr: Arc<Ecr>,
    target: Target,
    request: Request,
) -> Result<Response<Body>, RegistryError> {
    let registry = session::registry(&ecr, request.headers())?;
    let method = request.method().clone();
    if (&method, &target) == (&Method::GET, &Target::Catalog) {
        return lists::repositories(&ecr, registry, request.uri()).await;
    }
    let call = |name| Call {
        ecr,
        repository: RepositoryKey { registry, name },
        request,
    };
    match (method, target) {
        (Method::GET | Method::HEAD, Target::Base) => Ok(json(b"{}".to_vec())),
        (Method::GET, Target::Tags(name)) => lists::tags(call(name)).await,
        (Method::GET | Method::HEAD, Target::Manifest(name, reference)) => {
            manifests::get(call(name), reference).await
        }
        (Method::PUT, Target::Manifest(name, reference)) => {
            manifests::put(call(name), reference).await
        }
        (Method::DELETE, Target::Manifest(name, reference)) => {
            manifests::delete(call(name), reference).await
        }
        (Method::GET, Target::Referrers(name, digest)) => {
            manifests::referrers(call(name), digest).await
        }
        (Method::HEAD, Target::Blob(name, digest)) => blobs::get(call(name), digest).await,
        (Method::GET, Target::Blob(name, digest)) => blobs::redirect(call(name), digest).await,
        (Method::POST, Target::Uploads(name)) => uploads::start(call(name)).await,
        (Method::GET, Target::Upload(name, id)) => uploads::status(call(name), &id).await,
        (Method::PATCH, Target::Upload(name, id)) => uploads::append(call(name), &id).await,
        (Method::PUT, Target::Upload(name, id)) => uploads::finish(call(name), &id).await,
        (Method::DELETE, Target::Upload(name, id)) => uploads::cancel(call(name), &id).await,
        (_, Target::BadName(fault)) => Err(fault.into()),
        (_, Target::Unknown) => Err(RegistryError::not_found()),
        _ => Err(RegistryError::unsupported("The operation is unsupported.")),
    }
}

/// A successful answer without content.
fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

fn json(body: Vec<u8>) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    response
}

/// Sets a header whose value was made here, and is known to be one.
fn set(response: &mut Response<Body>, name: impl header::IntoHeaderName, value: impl AsRef<str>) {
    if let Ok(value) = HeaderValue::from_str(value.as_ref()) {
        response.headers_mut().insert(name, value);
    }
}

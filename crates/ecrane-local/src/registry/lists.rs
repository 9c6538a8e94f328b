//! Lists in parts: the tags of a repository, the repositories of a registry.

use super::error::RegistryError;
use super::{Call, json, set};
use crate::ecr::{Ecr, blocking};
use crate::refusal::invalid_parameter;
use crate::store::Registry;
use axum::body::Body;
use axum::extract::Query;
use axum::http::{Response, StatusCode, Uri, header};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// As many as a part has if the client does not say.
const USUAL: usize = 100;
/// `maxResults` of the service model: clients that want more are refused.
const MOST: usize = 1000;

#[derive(Deserialize)]
struct Parameters {
    n: Option<usize>,
    last: Option<String>,
}

/// A part of a list: what comes after, and how many.
struct Part {
    after: String,
    limit: usize,
}

impl Part {
    fn of(uri: &Uri) -> Result<Self, RegistryError> {
        let Query(parameters) = Query::<Parameters>::try_from_uri(uri).map_err(|_| {
            let message = "invalid number of results requested";
            let status = StatusCode::BAD_REQUEST;
            RegistryError::new(status, "PAGINATION_NUMBER_INVALID", message)
        })?;
        let limit = parameters.n.unwrap_or(USUAL);
        if limit > MOST {
            let rule = format!("Member must have value less than or equal to {MOST}");
            return Err(RegistryError::unsupported(invalid_parameter(
                "maxResults",
                rule,
            )));
        }
        Ok(Self {
            after: parameters.last.unwrap_or_default(),
            limit,
        })
    }

    /// Cuts what was read to the part; one more than it shows that there are more.
    fn cut(&self, found: &mut Vec<String>) -> bool {
        let more = found.len() > self.limit;
        found.truncate(self.limit);
        more
    }

    /// Where the list goes on.
    fn link(&self, path: &str, found: &[String]) -> Option<String> {
        let last = found.last()?;
        Some(format!(
            "<{path}?n={}&last={last}>; rel=\"next\"",
            self.limit
        ))
    }
}

/// The tags of a repository, sorted.
pub(super) async fn tags(call: Call) -> Result<Response<Body>, RegistryError> {
    let part = Part::of(call.request.uri())?;
    let (key, after, limit) = (call.repository.clone(), part.after.clone(), part.limit + 1);
    let mut tags = blocking(&call.ecr, move |ecr| ecr.store.tags(&key, &after, limit)).await?;
    let more = part.cut(&mut tags);
    let name = &call.repository.name;
    let body = json!({ "name": name, "tags": tags });
    let link = part.link(&format!("/v2/{name}/tags/list"), &tags);
    Ok(answer(&body, link.filter(|_| more)))
}

/// The names of a registry's repositories, sorted.
pub(super) async fn repositories(
    ecr: &Arc<Ecr>,
    registry: Registry,
    uri: &Uri,
) -> Result<Response<Body>, RegistryError> {
    let part = Part::of(uri)?;
    let (after, limit) = (part.after.clone(), part.limit + 1);
    let found = blocking(ecr, move |ecr| {
        Ok(ecr.store.repositories(&registry, &after, limit)?)
    })
    .await?;
    let mut names: Vec<String> = found.iter().map(|found| found.name.to_string()).collect();
    let more = part.cut(&mut names);
    let body = json!({ "repositories": names });
    let link = part.link("/v2/_catalog", &names);
    Ok(answer(&body, link.filter(|_| more)))
}

fn answer(body: &serde_json::Value, link: Option<String>) -> Response<Body> {
    let mut response = json(body.to_string().into_bytes());
    if let Some(link) = link {
        set(&mut response, header::LINK, link);
    }
    response
}

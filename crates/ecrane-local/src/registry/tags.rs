use super::error::RegistryError;
use super::{Call, json, set};
use crate::ecr::blocking;
use axum::body::Body;
use axum::extract::Query;
use axum::http::{Response, StatusCode, header};
use serde::Deserialize;
use serde_json::json;

const MOST: usize = 1000;

#[derive(Deserialize)]
struct Parameters {
    n: Option<usize>,
    last: Option<String>,
}

/// The tags of a repository, sorted, in parts of at most a thousand.
pub(super) async fn list(call: Call) -> Result<Response<Body>, RegistryError> {
    let Query(parameters) =
        Query::<Parameters>::try_from_uri(call.request.uri()).map_err(|_| {
            let message = "invalid number of results requested";
            RegistryError::new(
                StatusCode::BAD_REQUEST,
                "PAGINATION_NUMBER_INVALID",
                message,
            )
        })?;
    let limit = parameters.n.unwrap_or(MOST).min(MOST);
    let after = parameters.last.unwrap_or_default();
    let key = call.repository.clone();
    let mut tags = blocking(&call.ecr, move |ecr| {
        ecr.store.tags(&key, &after, limit + 1)
    })
    .await?;
    let more = tags.len() > limit;
    tags.truncate(limit);
    let name = &call.repository.name;
    let body = json!({ "name": name, "tags": tags });
    let mut response = json(body.to_string().into_bytes());
    if let Some(last) = tags.last().filter(|_| more) {
        let next = format!("</v2/{name}/tags/list?n={limit}&last={last}>; rel=\"next\"");
        set(&mut response, header::LINK, next);
    }
    Ok(response)
}

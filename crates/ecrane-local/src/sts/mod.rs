//! As much of AWS STS as a client needs to sign in: the query protocol, with
//! answers in XML. Every role can be assumed, by everybody: what is asked for is held
//! to the model's limits, trust is not emulated.

mod action;
mod token;
mod xml;

use crate::ecr::Ecr;
use crate::request_log::{Access, Subject};
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{Response, StatusCode, header};
use std::collections::BTreeMap;
use xml::Element;

/// More than any web identity token.
const BODY_LIMIT: usize = 256 << 10;
const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// Why an action is refused.
#[derive(Debug)]
struct StsError {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl StsError {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
        }
    }
}

/// The parameters of an action.
struct Parameters(BTreeMap<String, String>);

impl Parameters {
    fn read(body: &[u8]) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    fn required(&self, name: &str) -> Result<&str, StsError> {
        self.get(name).ok_or_else(|| {
            // AWS spells the member as its model does, with a small first letter.
            let member: String = name
                .chars()
                .enumerate()
                .map(|(place, c)| if place == 0 { c.to_ascii_lowercase() } else { c })
                .collect();
            StsError::new(
                StatusCode::BAD_REQUEST,
                "ValidationError",
                format!(
                    "1 validation error detected: Value null at '{member}' failed to satisfy constraint: Member must not be null"
                ),
            )
        })
    }
}

/// Answers one request of STS.
pub(crate) async fn handle(ecr: &Ecr, request: Request) -> Response<Body> {
    let (head, body) = request.into_parts();
    // A body that is too large says as little as one that is not there.
    let body = to_bytes(body, BODY_LIMIT).await.unwrap_or_default();
    let parameters = Parameters::read(&body);
    let action = parameters.get("Action").unwrap_or_default();
    let done = match action {
        "" => Err(StsError::new(
            StatusCode::BAD_REQUEST,
            "MissingAction",
            "The request must contain the parameter Action",
        )),
        action => action::run(ecr, &head.headers, action, &parameters),
    };
    let id = uuid::Uuid::new_v4().to_string();
    let (status, document) = match done {
        Ok(result) => (
            StatusCode::OK,
            Element::new(format!("{action}Response"))
                .child(result)
                .child(Element::new("ResponseMetadata").text("RequestId", &id)),
        ),
        Err(error) => (
            error.status,
            Element::new("ErrorResponse")
                .child(
                    Element::new("Error")
                        .text("Type", "Sender")
                        .text("Code", error.code)
                        .text("Message", &error.message),
                )
                .text("RequestId", &id),
        ),
    };
    let mut response = Response::new(Body::from(document.document(NAMESPACE)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let media_type = header::HeaderValue::from_static("text/xml");
    headers.insert(header::CONTENT_TYPE, media_type);
    if let Ok(id) = id.parse() {
        headers.insert("x-amzn-requestid", id);
    }
    response.extensions_mut().insert(Subject {
        operation: action
            .chars()
            .filter(char::is_ascii_graphic)
            .take(100)
            .collect(),
        access: Access::Read,
        repository: None,
    });
    response
}

//! What was asked and answered, one JSON object a line, only ever appended.
//!
//! For people who want to see what a client did, and for tests that count
//! writes. No header, query or body gets in here, so no secret does.

use crate::ecr::{Ecr, LAYERS};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use serde::Serialize;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

const FILE: &str = "requests.jsonl";

/// Whether a request may change something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Access {
    /// It only looks.
    Read,
    /// It may change something.
    Write,
}

/// What a request turned out to be about. Handlers attach it to the response.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    /// The operation, such as `CreateRepository` or `PutManifest`.
    pub(crate) operation: String,
    /// Whether it may change something.
    pub(crate) access: Access,
    /// The repository that it names.
    pub(crate) repository: Option<String>,
}

#[derive(Serialize)]
struct Line<'a> {
    time: String,
    method: &'a str,
    path: &'a str,
    operation: Option<&'a str>,
    repository: Option<&'a str>,
    status: u16,
    access: Access,
}

/// The log of one data directory.
pub(crate) struct RequestLog {
    file: Mutex<File>,
}

impl RequestLog {
    /// Opens the log, to be appended to.
    pub(crate) fn open(data: &Path) -> io::Result<Self> {
        let file = File::options()
            .create(true)
            .append(true)
            .open(data.join(FILE))?;
        Ok(Self {
            file: Mutex::new(file),
        })
    }

    fn append(&self, line: &Line<'_>) -> io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        self.file
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .write_all(&text)
    }
}

/// Logs a request when its answer is decided, before the client gets it.
pub(crate) async fn record(State(ecr): State<Arc<Ecr>>, request: Request, next: Next) -> Response {
    let time = ecr.clock.now();
    let method = request.method().clone();
    let path = match request.uri().path() {
        // The rest of the path opens the layer.
        address if address.starts_with(LAYERS) => LAYERS.to_owned(),
        path => path.to_owned(),
    };
    let mut response = next.run(request).await;
    let subject = response.extensions_mut().remove::<Subject>();
    let subject = subject.as_ref();
    let line = Line {
        time: time.rfc3339(),
        method: method.as_str(),
        path: &path,
        operation: subject.map(|subject| subject.operation.as_str()),
        repository: subject.and_then(|subject| subject.repository.as_deref()),
        status: response.status().as_u16(),
        access: subject.map_or(Access::Read, |subject| subject.access),
    };
    // A full disk must not turn an answer that is decided into another.
    let _ = ecr.log.append(&line);
    response
}

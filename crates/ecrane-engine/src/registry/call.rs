use super::Registry;
use super::error::{self, Operation, Phase, RegistryError};
use super::location::{self, Target};
use super::upload::Stream;
use ecrane_core::push::LARGEST_DOCUMENT;
use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, LOCATION, RETRY_AFTER,
};
use reqwest::{Method, Response, StatusCode, Url};
use std::future::{Future, pending};
use std::io;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// One request to a registry, as often as it must be made.
pub(super) struct Call<'a> {
    pub(super) operation: Operation,
    pub(super) method: Method,
    pub(super) target: Target,
    pub(super) accept: Option<&'static str>,
    pub(super) body: Body<'a>,
    /// Counts the requests that can change something.
    pub(super) writes: &'a AtomicU64,
}

/// What a request carries.
pub(super) enum Body<'a> {
    None,
    Manifest {
        media_type: &'a str,
        bytes: &'a [u8],
    },
    File(&'a Stream<'a>),
}

/// An answer that is no error.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    /// What was asked for with `GET`; else nothing.
    pub(super) body: Vec<u8>,
    /// The URL that answered, to which a `Location` is relative.
    pub(super) url: Url,
}

/// A registry's error answer, before it is known what it means for the caller.
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) code: String,
    pub(super) message: String,
    retry_after: Option<Duration>,
}

const MOST_REDIRECTS: usize = 5;
/// No more of an answer's body is read, in bytes.
const LARGEST_ANSWER: usize = 64 * 1024;

impl Registry {
    /// Makes the request once, following the redirects that may be followed.
    /// A refusal is for the caller to judge, unless waiting may heal it.
    pub(super) async fn once(
        &self,
        call: &Call<'_>,
    ) -> Result<Result<Answer, Refusal>, RegistryError> {
        let mut target = call.target.clone();
        if call.operation == Operation::PutManifest {
            self.pace.turn().await;
        }
        for _ in 0..MOST_REDIRECTS {
            let (response, generation) = self.send(call, &target).await?;
            let status = response.status();
            let headers = response.headers().clone();
            if status.is_redirection()
                && let Some(to) = headers.get(LOCATION)
                && may_follow(&call.method, status)
            {
                target = self.location(call.operation, &target.url, to.as_bytes())?;
                continue;
            }
            if status.is_success() {
                let body = match call.method {
                    Method::GET => self.document(call.operation, response).await?,
                    _ => self.beginning(response).await,
                };
                return Ok(Ok(Answer {
                    status,
                    headers,
                    body,
                    url: target.url,
                }));
            }
            let body = self.beginning(response).await;
            let (code, message) = error::read_answer(&body);
            let refusal = Refusal {
                status,
                code,
                message,
                retry_after: retry_after(&headers),
            };
            if target.trusted && is_stale(&refusal, &call.method) {
                self.renew(generation).await?;
            }
            return self.sort(call.operation, refusal);
        }
        Err(RegistryError::Location {
            registry: self.host(),
            operation: call.operation,
            location: shown(&target.url),
            why: "is one redirect too many",
        })
    }

    /// Makes the request, and again while that may heal it.
    pub(super) async fn patiently(
        &self,
        call: &Call<'_>,
    ) -> Result<Result<Answer, Refusal>, RegistryError> {
        self.patience
            .retry(RegistryError::heals, || self.once(call))
            .await
    }

    /// Where a `Location` header leads, if we go there.
    pub(super) fn location(
        &self,
        operation: Operation,
        at: &Url,
        location: &[u8],
    ) -> Result<Target, RegistryError> {
        let text = String::from_utf8_lossy(location);
        location::resolve(&self.base, at, &text).map_err(|why| RegistryError::Location {
            registry: self.host(),
            operation,
            location: at
                .join(&text)
                .map_or_else(|_| String::new(), |url| shown(&url)),
            why,
        })
    }

    /// One request and the head of its answer, within the stall time. Also
    /// says which generation of credentials it carried.
    async fn send(
        &self,
        call: &Call<'_>,
        target: &Target,
    ) -> Result<(Response, u32), RegistryError> {
        let url = target.url.clone();
        let mut request = self.http.request(call.method.clone(), url);
        let mut generation = 0;
        if target.trusted {
            let (authorization, held) = self.authorization().await;
            generation = held;
            request = request.header(AUTHORIZATION, authorization);
        }
        if let Some(accept) = call.accept {
            request = request.header(ACCEPT, accept);
        }
        let mut stream = None;
        request = match call.body {
            Body::None if matches!(call.method, Method::HEAD | Method::GET) => request,
            Body::None => request.header(CONTENT_LENGTH, 0),
            Body::Manifest { media_type, bytes } => request
                .header(CONTENT_TYPE, media_type)
                .body(bytes.to_vec()),
            Body::File(file) => {
                stream = Some(file);
                request
                    .header(CONTENT_TYPE, "application/octet-stream")
                    .header(CONTENT_LENGTH, file.size())
                    .body(file.open().await?)
            }
        };
        if !matches!(call.method, Method::HEAD | Method::GET) {
            call.writes.fetch_add(1, Ordering::Relaxed);
        }
        let answer = unless_stalled(self.patience.stall, stream, request.send()).await;
        // A failure of our own file breaks the connection too; it is the cause.
        if let Some(failure) = stream.and_then(Stream::failure) {
            return Err(failure);
        }
        match answer {
            Some(Ok(response)) => Ok((response, generation)),
            Some(Err(error)) => Err(RegistryError::Connection {
                registry: self.host(),
                operation: call.operation,
                phase: phase(&error),
                cause: innermost(&error),
            }),
            None => Err(RegistryError::Stalled {
                registry: self.host(),
                operation: call.operation,
                after: self.patience.stall,
            }),
        }
    }

    /// The beginning of a body, read in a limited time. What is missing is not
    /// worth a failure: the status has said what matters.
    async fn beginning(&self, mut response: Response) -> Vec<u8> {
        let mut body = Vec::new();
        let read = async {
            while body.len() < LARGEST_ANSWER
                && let Ok(Some(chunk)) = response.chunk().await
            {
                let room = LARGEST_ANSWER - body.len();
                body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
            }
        };
        // Out of time is as good as at the end.
        let _ = tokio::time::timeout(self.patience.stall, read).await;
        body
    }

    /// A whole body, of a size that documents have.
    async fn document(
        &self,
        operation: Operation,
        mut response: Response,
    ) -> Result<Vec<u8>, RegistryError> {
        let cut = |cause: String| RegistryError::CutAnswer {
            registry: self.host(),
            operation,
            cause,
        };
        let mut body = Vec::new();
        loop {
            let chunk = tokio::time::timeout(self.patience.stall, response.chunk()).await;
            match chunk {
                Err(_) => return Err(cut("nothing more came".to_owned())),
                Ok(Err(error)) => return Err(cut(innermost(&error))),
                Ok(Ok(None)) => return Ok(body),
                Ok(Ok(Some(chunk))) => body.extend_from_slice(&chunk),
            }
            if body.len() as u64 > LARGEST_DOCUMENT {
                return Err(RegistryError::Refused {
                    registry: self.host(),
                    operation,
                    answer: response.status().as_u16().to_string(),
                    message: format!("the answer is larger than {LARGEST_DOCUMENT} bytes"),
                });
            }
        }
    }

    fn sort(
        &self,
        operation: Operation,
        refusal: Refusal,
    ) -> Result<Result<Answer, Refusal>, RegistryError> {
        let status = refusal.status;
        if status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED
            || matches!(
                status,
                StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS
            )
        {
            return Err(RegistryError::Busy {
                registry: self.host(),
                operation,
                status: status.as_u16(),
                message: refusal.message,
                retry_after: refusal.retry_after,
            });
        }
        Ok(Err(refusal))
    }
}

/// A request that carries something is repeated elsewhere only if the answer
/// says that method and body stay. Source: RFC 9110, section 15.4.
fn may_follow(method: &Method, status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT
    ) || matches!(*method, Method::HEAD | Method::GET)
}

impl Refusal {
    /// ECR says with status 403 and words that the credentials have expired.
    pub(super) fn is_about_credentials(&self) -> bool {
        self.status == StatusCode::UNAUTHORIZED
            || (self.status == StatusCode::FORBIDDEN && self.message.contains("token has expired"))
    }
}

/// Whether new credentials may help. An answer to HEAD has no words, so there
/// the status alone is worth an attempt.
fn is_stale(refusal: &Refusal, method: &Method) -> bool {
    refusal.is_about_credentials()
        || (*method == Method::HEAD && refusal.status == StatusCode::FORBIDDEN)
}

/// The seconds form only: no registry in use sends a date.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse();
    seconds.ok().map(Duration::from_secs)
}

/// Waits for `future` as long as something moves.
async fn unless_stalled<T>(
    stall: Duration,
    stream: Option<&Stream<'_>>,
    future: impl Future<Output = T>,
) -> Option<T> {
    let mut future = pin!(future);
    loop {
        let moved = async {
            match stream {
                Some(stream) => stream.moved().await,
                None => pending().await,
            }
        };
        tokio::select! {
            biased;
            output = &mut future => return Some(output),
            () = moved => {}
            () = tokio::time::sleep(stall) => return None,
        }
    }
}

fn phase(error: &reqwest::Error) -> Phase {
    if !error.is_connect() {
        return Phase::Underway;
    }
    // The TLS library reports a bad certificate as invalid data.
    let bad_data = |error: &(dyn std::error::Error + 'static)| {
        error
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::InvalidData)
    };
    if causes(error).any(bad_data) {
        Phase::Securing
    } else {
        Phase::Connecting
    }
}

/// The last cause says the most; the ones before it only that there is one.
fn innermost(error: &reqwest::Error) -> String {
    causes(error)
        .last()
        .map_or_else(|| error.to_string(), ToString::to_string)
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
    std::iter::successors(std::error::Error::source(error), |error| error.source())
}

/// A URL as an error may show it: its query can hold a signature.
fn shown(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    let _ = url.set_password(None);
    url.to_string()
}

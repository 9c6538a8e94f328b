//! A proxy before a registry that spoils chosen requests.

use crate::registry;
use ecrane_core::auth::Credentials;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// What happens to a request.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// Answered so, without reaching the registry.
    Answer(String),
    /// The registry does it; then it is answered so.
    DoneThen(String),
    /// The connection is reset instead of an answer.
    Reset,
    /// The connection is reset half-way through the body.
    ResetMidBody,
    /// The connection is reset after the body; the registry never hears of it.
    ResetAfterBody,
    /// The registry does it; then the connection is reset.
    DoneThenReset,
    /// The registry does it; the answer is cut in its head.
    CutReply,
    /// The registry does it; the answer lacks its last byte.
    CutBody,
    /// Nothing at all happens.
    Hang,
    /// The registry does it; then nothing at all happens.
    DoneThenHang,
    /// The body is read a byte at a time.
    Slow,
    /// A refusal whose body does not end.
    EndlessAnswer,
}

/// An answer with a status line's end, more headers and a JSON error.
pub(crate) fn answer(status: &str, headers: &str, code: &str, message: &str) -> Fault {
    let body = serde_json::json!({"errors": [{"code": code, "message": message}]}).to_string();
    Fault::Answer(with_body(status, headers, &body))
}

fn with_body(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
    )
}

/// The requests of a push, by the names that reports use.
pub(crate) fn kind(method: &str, path: &str) -> &'static str {
    match (
        method,
        path.contains("/manifests/"),
        path.contains("/uploads/"),
    ) {
        _ if path == "/v2/" => "GET /v2/",
        ("HEAD", true, _) => "HEAD manifest",
        ("GET", true, _) => "GET manifest",
        ("GET", _, false) if path.contains("/blobs/") => "GET blob",
        // Where the answer to that leads: in AWS it is the storage service.
        ("GET", _, false) => "GET content",
        ("PUT", true, _) => "PUT manifest",
        ("HEAD", _, _) => "HEAD blob",
        ("POST", _, true) => "POST upload",
        ("PATCH", _, true) => "PATCH blob",
        ("PUT", _, true) => "PUT blob commit",
        _ => "other",
    }
}

/// A running proxy; it ends with the test's runtime.
pub(crate) struct Proxy {
    pub(crate) host: String,
    state: Arc<State>,
}

struct State {
    upstream: String,
    kind: &'static str,
    fault: Fault,
    skip: AtomicUsize,
    left: AtomicUsize,
    seen: AtomicUsize,
    hits: AtomicUsize,
    requests: Mutex<BTreeMap<&'static str, usize>>,
    fired: Notify,
}

impl Proxy {
    /// Spoils the first `times` requests of this kind.
    pub(crate) async fn start(
        upstream: &str,
        kind: &'static str,
        fault: Fault,
        times: usize,
    ) -> Self {
        Self::start_at(upstream, kind, 0, fault, times).await
    }

    /// The same after so many requests of this kind.
    pub(crate) async fn start_at(
        upstream: &str,
        kind: &'static str,
        skip: usize,
        fault: Fault,
        times: usize,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let state = Arc::new(State {
            upstream: upstream.to_owned(),
            kind,
            fault,
            skip: AtomicUsize::new(skip),
            left: AtomicUsize::new(times),
            seen: AtomicUsize::new(0),
            hits: AtomicUsize::new(0),
            requests: Mutex::default(),
            fired: Notify::new(),
        });
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let state = Arc::clone(&shared);
                // A connection that breaks is what this is for.
                tokio::spawn(async move { state.serve(client).await.ok() });
            }
        });
        Self { host, state }
    }

    pub(crate) fn credentials(&self) -> Credentials {
        registry::credentials(&self.host)
    }

    /// Requests of the chosen kind so far.
    pub(crate) fn seen(&self) -> usize {
        self.state.seen.load(Ordering::SeqCst)
    }

    /// How often a request was spoilt.
    pub(crate) fn hits(&self) -> usize {
        self.state.hits.load(Ordering::SeqCst)
    }

    /// How many requests of each kind were made.
    pub(crate) fn requests(&self) -> BTreeMap<&'static str, usize> {
        self.state.requests.lock().unwrap().clone()
    }

    /// Resolves when a fault takes effect.
    pub(crate) async fn fired(&self) {
        self.state.fired.notified().await;
    }
}

/// How long a request's body is.
#[derive(Clone, Copy)]
enum Length {
    Known(u64),
    Chunked,
}

/// The first byte of a TLS connection (RFC 8446, section 5.1).
const TLS_HANDSHAKE: u8 = 22;
/// Passed on at once, in bytes.
const CHUNK: usize = 256 * 1024;

struct Request {
    head: Vec<u8>,
    length: Length,
    client: BufReader<TcpStream>,
}

impl State {
    /// One request, then the connection ends.
    async fn serve(&self, client: TcpStream) -> std::io::Result<()> {
        let mut client = BufReader::with_capacity(CHUNK, client);
        // A client that tries TLS first goes on without it after such an answer.
        if client.fill_buf().await?.first() == Some(&TLS_HANDSHAKE) {
            let refusal = b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTPS request";
            client.write_all(refusal).await?;
            return client.shutdown().await;
        }
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            if client.read_until(b'\n', &mut head).await? == 0 {
                return Ok(());
            }
        }
        let text = String::from_utf8_lossy(&head).into_owned();
        let mut words = text.split(' ');
        let kind = kind(words.next().unwrap(), words.next().unwrap());
        let header = |wanted: &str| {
            let mut headers = text.lines().filter_map(|line| line.split_once(": "));
            let found = headers.find(|(name, _)| name.eq_ignore_ascii_case(wanted));
            found.map(|(_, value)| value)
        };
        let length = match header("transfer-encoding") {
            Some(_) => Length::Chunked,
            None => Length::Known(header("content-length").map_or(0, |it| it.parse().unwrap())),
        };
        let request = Request {
            head,
            length,
            client,
        };
        *self.requests.lock().unwrap().entry(kind).or_default() += 1;
        if kind == self.kind {
            self.seen.fetch_add(1, Ordering::SeqCst);
            if !take(&self.skip) && take(&self.left) {
                self.hits.fetch_add(1, Ordering::SeqCst);
                return self.spoil(request).await;
            }
        }
        self.pass(request).await
    }

    async fn pass(&self, request: Request) -> std::io::Result<()> {
        let (mut client, reply) = self.forward(request).await?;
        client.write_all(&reply).await?;
        client.shutdown().await
    }

    /// The registry's whole answer.
    async fn forward(&self, request: Request) -> std::io::Result<(TcpStream, Vec<u8>)> {
        let Request {
            mut head,
            length,
            client,
        } = request;
        let mut upstream = TcpStream::connect(&self.upstream).await?;
        head.truncate(head.len() - 2);
        head.extend_from_slice(b"Connection: close\r\n\r\n");
        upstream.write_all(&head).await?;
        let mut client = client;
        match length {
            Length::Known(length) => {
                let mut body = (&mut client).take(length);
                tokio::io::copy_buf(&mut body, &mut upstream).await?;
            }
            Length::Chunked => chunks(&mut client, &mut upstream).await?,
        }
        let mut reply = Vec::new();
        upstream.read_to_end(&mut reply).await?;
        Ok((client.into_inner(), reply))
    }

    async fn spoil(&self, mut request: Request) -> std::io::Result<()> {
        match &self.fault {
            Fault::Answer(answer) => {
                drain(&mut request).await?;
                self.fired.notify_one();
                request.client.write_all(answer.as_bytes()).await?;
                request.client.shutdown().await
            }
            Fault::Reset => self.reset(request.client.get_ref()),
            Fault::ResetMidBody => {
                match request.length {
                    Length::Known(length) => {
                        request.length = Length::Known(length / 2);
                        drain(&mut request).await?;
                    }
                    // Half of nobody knows how much: what came at once.
                    Length::Chunked => drop(request.client.fill_buf().await?),
                }
                self.reset(request.client.get_ref())
            }
            Fault::ResetAfterBody => {
                drain(&mut request).await?;
                self.reset(request.client.get_ref())
            }
            Fault::Hang => {
                self.fired.notify_one();
                std::future::pending().await
            }
            Fault::Slow => {
                self.fired.notify_one();
                loop {
                    request.client.read_u8().await?;
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
            Fault::EndlessAnswer => {
                drain(&mut request).await?;
                self.fired.notify_one();
                let head = "HTTP/1.1 400 Bad Request\r\nContent-Length: 10000000000\r\n\r\n";
                request.client.write_all(head.as_bytes()).await?;
                loop {
                    request.client.write_all(&[b'x'; 1 << 16]).await?;
                }
            }
            done => {
                let (client, reply) = self.forward(request).await?;
                self.after(done, client, &reply).await
            }
        }
    }

    /// What the registry did is done; only its answer is spoilt.
    async fn after(
        &self,
        fault: &Fault,
        mut client: TcpStream,
        reply: &[u8],
    ) -> std::io::Result<()> {
        self.fired.notify_one();
        match fault {
            Fault::DoneThen(answer) => {
                client.write_all(answer.as_bytes()).await?;
                client.shutdown().await
            }
            Fault::CutReply => {
                client.write_all(&reply[..20]).await?;
                client.shutdown().await
            }
            Fault::CutBody => {
                client.write_all(&reply[..reply.len() - 1]).await?;
                client.shutdown().await
            }
            Fault::DoneThenHang => std::future::pending().await,
            _ => self.reset(&client),
        }
    }

    fn reset(&self, client: &TcpStream) -> std::io::Result<()> {
        self.fired.notify_one();
        client.set_zero_linger()
    }
}

/// One less, if any is left.
fn take(from: &AtomicUsize) -> bool {
    let less = |left: usize| left.checked_sub(1);
    from.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less)
        .is_ok()
}

async fn drain(request: &mut Request) -> std::io::Result<()> {
    let mut nowhere = tokio::io::sink();
    match request.length {
        Length::Known(length) => {
            let mut body = (&mut request.client).take(length);
            tokio::io::copy_buf(&mut body, &mut nowhere).await?;
            Ok(())
        }
        Length::Chunked => chunks(&mut request.client, &mut nowhere).await,
    }
}

/// A body in chunks, passed on as it comes (RFC 9112, section 7.1).
async fn chunks(
    from: &mut BufReader<TcpStream>,
    to: &mut (impl AsyncWrite + Unpin),
) -> std::io::Result<()> {
    loop {
        let mut line = Vec::new();
        from.read_until(b'\n', &mut line).await?;
        to.write_all(&line).await?;
        let text = String::from_utf8_lossy(&line);
        let size = text.trim_end().split(';').next().unwrap_or_default();
        let size = u64::from_str_radix(size, 16).map_err(std::io::Error::other)?;
        // The chunk and the end of its line.
        let mut chunk = (&mut *from).take(size + 2);
        tokio::io::copy_buf(&mut chunk, to).await?;
        if size == 0 {
            return Ok(());
        }
    }
}

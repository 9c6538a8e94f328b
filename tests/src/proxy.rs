//! A proxy before the APIs of a local ECR that spoils chosen answers.

use crate::http::{Request, answer};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What happens to an answer.
#[derive(Clone)]
pub(crate) enum Spoil {
    /// The service refuses with this status and code.
    Refuse(&'static str, String),
    /// The same in these words.
    RefuseSaying(&'static str, String, String),
    /// These bytes come instead, and the service hears of nothing.
    Answer(Vec<u8>),
    /// The answer is cut in the middle.
    Cut,
    /// The service does it, and says this code.
    DoneThenRefuse(String),
    /// The service does it, and no answer comes.
    Lost,
    /// Nothing at all comes for longer than anybody waits.
    Silence,
    /// It says something else.
    Change(fn(&mut Value)),
}

impl Spoil {
    /// The service refuses with this code, as it does what will not heal.
    pub(crate) fn refuse(code: &str) -> Self {
        Self::Refuse("400 Bad Request", code.to_owned())
    }
}

/// Which answers: those to these calls of an operation, counted from 1.
#[derive(Clone)]
pub(crate) struct Fault {
    pub(crate) operation: String,
    pub(crate) calls: RangeInclusive<usize>,
    pub(crate) spoil: Spoil,
}

/// A running proxy; it serves until the tests end.
pub(crate) struct Proxy {
    /// `127.0.0.1:PORT`.
    pub(crate) address: String,
    seen: Arc<Mutex<BTreeMap<String, usize>>>,
}

impl Proxy {
    /// How often an operation was asked for.
    pub(crate) fn asked(&self, operation: &str) -> usize {
        let seen = self.seen.lock().unwrap();
        seen.get(operation).copied().unwrap_or_default()
    }

    /// How often anything was.
    pub(crate) fn asked_in_all(&self) -> usize {
        self.seen.lock().unwrap().values().sum()
    }
}

/// A proxy before this address.
pub(crate) fn before(upstream: &str, faults: impl IntoIterator<Item = Fault>) -> Proxy {
    listening("127.0.0.1:0", upstream, faults)
}

/// One that spoils nothing, at an address of choice.
pub(crate) fn before_at(address: &str, upstream: &str) -> Proxy {
    listening(address, upstream, [])
}

fn listening(at: &str, upstream: &str, faults: impl IntoIterator<Item = Fault>) -> Proxy {
    let listener = TcpListener::bind(at).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let upstream = upstream.to_owned();
    let faults: Arc<Vec<Fault>> = Arc::new(faults.into_iter().collect());
    let seen = Arc::new(Mutex::new(BTreeMap::new()));
    let counted = Arc::clone(&seen);
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let (upstream, faults) = (upstream.clone(), Arc::clone(&faults));
            let seen = Arc::clone(&counted);
            // A client that goes away is its own affair.
            std::thread::spawn(move || serve(client.ok()?, &upstream, &faults, &seen).ok());
        }
    });
    Proxy { address, seen }
}

/// One request of a connection, which then ends.
fn serve(
    mut client: TcpStream,
    upstream: &str,
    faults: &[Fault],
    seen: &Mutex<BTreeMap<String, usize>>,
) -> std::io::Result<()> {
    let Some(request) = Request::read(&client) else {
        return Ok(());
    };
    let operation = request.operation();
    let mut counts = seen.lock().unwrap();
    let count = counts.entry(operation.clone()).or_default();
    *count += 1;
    let hit = faults
        .iter()
        .find(|fault| fault.operation == operation && fault.calls.contains(count));
    drop(counts);
    match hit.map(|fault| &fault.spoil) {
        Some(Spoil::Refuse(status, code)) => {
            client.write_all(&refusal(&request, status, code, "so it is"))
        }
        Some(Spoil::RefuseSaying(status, code, words)) => {
            client.write_all(&refusal(&request, status, code, words))
        }
        Some(Spoil::Answer(bytes)) => client.write_all(bytes),
        Some(Spoil::DoneThenRefuse(code)) => {
            reply(upstream, &request)?;
            client.write_all(&refusal(&request, "400 Bad Request", code, "so it is"))
        }
        Some(Spoil::Silence) => {
            std::thread::sleep(Duration::from_secs(600));
            Ok(())
        }
        Some(Spoil::Lost) => reply(upstream, &request).map(drop),
        Some(Spoil::Cut) => {
            let reply = reply(upstream, &request)?;
            client.write_all(&reply[..reply.len() - reply.len() / 3])
        }
        Some(Spoil::Change(change)) => {
            let reply = reply(upstream, &request)?;
            let at = reply.windows(4).position(|it| it == b"\r\n\r\n").unwrap();
            let mut said = serde_json::from_slice(&reply[at + 4..]).unwrap();
            change(&mut said);
            client.write_all(&answer("200 OK", JSON, said.to_string().as_bytes()))
        }
        None => client.write_all(&reply(upstream, &request)?),
    }
}

static NEXT: AtomicUsize = AtomicUsize::new(1);
const JSON: &str = "application/x-amz-json-1.1";

fn reply(upstream: &str, request: &Request) -> std::io::Result<Vec<u8>> {
    let mut server = TcpStream::connect(upstream)?;
    server.write_all(&request.to_bytes())?;
    let mut reply = Vec::new();
    server.read_to_end(&mut reply)?;
    Ok(reply)
}

/// As the service that was asked would say it: STS speaks XML.
fn refusal(request: &Request, status: &str, code: &str, words: &str) -> Vec<u8> {
    if request.header("x-amz-target").is_empty() {
        let text = format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{words}</Message></Error><RequestId>r-1</RequestId></ErrorResponse>"
        );
        return answer(status, "text/xml", text.as_bytes());
    }
    let text = serde_json::json!({ "__type": code, "message": words }).to_string();
    // Each request has its own id.
    let id = NEXT.fetch_add(1, Ordering::Relaxed);
    let kind = format!("{JSON}\r\nx-amzn-RequestId: r-{id}");
    answer(status, &kind, text.as_bytes())
}

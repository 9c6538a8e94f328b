//! HTTP as far as the tests need it: requests read whole, one to a connection.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A request.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// `GET /path HTTP/1.1`.
    pub(crate) line: String,
    /// By their names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    /// The body.
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// Reads one; `None` if the client has gone.
    pub(crate) fn read(client: &TcpStream) -> Option<Self> {
        let mut reader = BufReader::new(client);
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let mut request = Self {
            line: line.trim().to_owned(),
            headers: BTreeMap::new(),
            body: Vec::new(),
        };
        loop {
            let mut header = String::new();
            if reader.read_line(&mut header).ok()? == 0 {
                return None;
            }
            let Some((name, value)) = header.split_once(':') else {
                break;
            };
            let name = name.to_ascii_lowercase();
            request.headers.insert(name, value.trim().to_owned());
        }
        let length = request.header("content-length").parse().unwrap_or(0);
        request.body = vec![0; length];
        reader.read_exact(&mut request.body).ok()?;
        Some(request)
    }

    /// A header's value, or nothing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// What is asked for.
    pub(crate) fn path(&self) -> &str {
        self.line.split(' ').nth(1).unwrap_or_default()
    }

    /// The operation of the AWS API that it asks for.
    pub(crate) fn operation(&self) -> String {
        let target = self.header("x-amz-target").rsplit('.').next().unwrap();
        if !target.is_empty() {
            return target.to_owned();
        }
        let body = String::from_utf8_lossy(&self.body);
        let action = body.split('&').find_map(|it| it.strip_prefix("Action="));
        action.unwrap_or_default().to_owned()
    }

    /// As it goes to another server, which closes the connection after it.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let headers = self
            .headers
            .iter()
            .filter(|(name, _)| *name != "connection");
        let headers: String = headers
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        let head = format!("{}\r\n{headers}connection: close\r\n\r\n", self.line);
        [head.as_bytes(), &self.body].concat()
    }
}

/// An answer after which the connection ends.
pub(crate) fn answer(status: &str, media_type: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

/// A JSON document as an answer.
pub(crate) fn json(document: &serde_json::Value) -> Vec<u8> {
    answer(
        "200 OK",
        "application/json",
        document.to_string().as_bytes(),
    )
}

/// A server of this process, until the tests end.
pub(crate) struct Server {
    /// `127.0.0.1:PORT`.
    pub(crate) address: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Answers each request, which knows how many were there before it, with
    /// these bytes; none of them closes the connection.
    pub(crate) fn start(
        answer: impl Fn(usize, &Request) -> Vec<u8> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        let answer = Arc::new(answer);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
                std::thread::spawn(move || {
                    let mut client = client.ok()?;
                    let request = Request::read(&client)?;
                    let mut all = seen.lock().unwrap();
                    all.push(request.clone());
                    let before = all.len() - 1;
                    drop(all);
                    // A client that goes away is its own affair.
                    client.write_all(&answer(before, &request)).ok()
                });
            }
        });
        Self { address, requests }
    }

    /// What was asked so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// A URL of it.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

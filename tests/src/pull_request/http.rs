//! Just enough HTTP for a server of tests: one request of a connection.

use serde_json::Value;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

/// A request.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) method: String,
    /// With its query.
    pub(super) path: String,
    /// `name: value`.
    pub(super) headers: Vec<String>,
    pub(super) body: Vec<u8>,
}

/// An answer.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn json(status: u16, body: &Value) -> Self {
        Self {
            status,
            headers: vec![("content-type", "application/json; charset=utf-8".to_owned())],
            body: body.to_string().into_bytes(),
        }
    }

    pub(super) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

/// Serves until the tests end, at the address that it gives. Without an answer the
/// connection breaks off.
pub(super) fn serve(answer: impl Fn(&Request) -> Option<Answer> + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let answer = Arc::new(answer);
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let answer = Arc::clone(&answer);
            // A client that goes away is its own affair.
            std::thread::spawn(move || {
                let mut client = client.ok()?;
                let request = read(&client).ok()?;
                client.write_all(&written(&answer(&request)?)).ok()
            });
        }
    });
    address
}

/// The answer of another server to the same request.
pub(super) fn forward(request: &Request, server: &str) -> io::Result<Answer> {
    let mut server = TcpStream::connect(server)?;
    let mut head = format!("{} {} HTTP/1.1\r\n", request.method, request.path);
    for header in &request.headers {
        head += &format!("{header}\r\n");
    }
    head += "connection: close\r\n\r\n";
    server.write_all(head.as_bytes())?;
    server.write_all(&request.body)?;
    let mut reader = BufReader::new(server);
    let mut status = String::new();
    reader.read_line(&mut status)?;
    let status = status.split(' ').nth(1).unwrap().parse().unwrap();
    let _ = headers(&mut reader)?;
    let mut body = Vec::new();
    reader.read_to_end(&mut body)?;
    Ok(Answer {
        body,
        ..Answer::json(status, &Value::Null)
    })
}

fn read(client: &TcpStream) -> io::Result<Request> {
    let mut reader = BufReader::new(client);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut words = first.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next(), words.next());
    let headers = headers(&mut reader)?;
    let length = headers.iter().find_map(|header| {
        let (name, value) = header.split_once(':')?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        is_length.then(|| value.trim().parse().unwrap())
    });
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body)?;
    Ok(Request {
        method: method.unwrap_or_default(),
        path: path.unwrap_or_default(),
        headers,
        body,
    })
}

fn headers(reader: &mut impl io::BufRead) -> io::Result<Vec<String>> {
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        match line.trim() {
            "" => return Ok(headers),
            line if line.to_ascii_lowercase().starts_with("connection:") => {}
            line => headers.push(line.to_owned()),
        }
    }
}

fn written(answer: &Answer) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {} So\r\n", answer.status);
    for (name, value) in &answer.headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!(
        "content-length: {}\r\nconnection: close\r\n\r\n",
        answer.body.len()
    );
    [head.as_bytes(), &answer.body].concat()
}

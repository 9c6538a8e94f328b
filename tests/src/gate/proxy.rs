//! A proxy before the API of a local ECR that spoils chosen answers.

use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex};

/// What happens to an answer.
#[derive(Clone, Copy)]
pub(super) enum Spoil {
    /// The service refuses with this code.
    Refuse(&'static str),
    /// The answer is cut in the middle.
    Cut,
    /// It says something else.
    Change(fn(&mut Value)),
}

/// Which answers: those to these calls of an operation, counted from 1.
#[derive(Clone)]
pub(super) struct Fault {
    pub(super) operation: &'static str,
    pub(super) calls: RangeInclusive<usize>,
    pub(super) spoil: Spoil,
}

/// The proxy's address. It serves until the tests end.
pub(super) fn before(upstream: &str, fault: Option<Fault>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let upstream = upstream.to_owned();
    let seen = Arc::new(Mutex::new(0));
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let (upstream, fault, seen) = (upstream.clone(), fault.clone(), Arc::clone(&seen));
            // A client that goes away is its own affair.
            std::thread::spawn(move || serve(client.ok()?, &upstream, fault.as_ref(), &seen).ok());
        }
    });
    address
}

/// One request of a connection, which then ends.
fn serve(
    mut client: TcpStream,
    upstream: &str,
    fault: Option<&Fault>,
    seen: &Mutex<usize>,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(client.try_clone()?);
    let mut head = String::new();
    let mut length = 0;
    let mut operation = String::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if line.trim().is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').unwrap_or((&line, ""));
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().unwrap(),
            "x-amz-target" => operation = value.trim().rsplit('.').next().unwrap().to_owned(),
            "connection" => continue,
            _ => {}
        }
        head += &line;
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let spoil = fault.filter(|fault| {
        let mut seen = seen.lock().unwrap();
        *seen += usize::from(operation == fault.operation);
        operation == fault.operation && fault.calls.contains(&*seen)
    });
    let spoil = spoil.map(|fault| fault.spoil);
    if let Some(Spoil::Refuse(code)) = spoil {
        let text = format!(r#"{{"__type":"{code}","message":"so it is"}}"#);
        return client.write_all(answer("400 Bad Request", text.as_bytes()).as_slice());
    }
    let mut server = TcpStream::connect(upstream)?;
    server.write_all(format!("{head}Connection: close\r\n\r\n").as_bytes())?;
    server.write_all(&body)?;
    let mut reply = Vec::new();
    server.read_to_end(&mut reply)?;
    match spoil {
        Some(Spoil::Cut) => client.write_all(&reply[..reply.len() - reply.len() / 3]),
        Some(Spoil::Change(change)) => {
            let at = reply.windows(4).position(|it| it == b"\r\n\r\n").unwrap();
            let mut said = serde_json::from_slice(&reply[at + 4..]).unwrap();
            change(&mut said);
            client.write_all(&answer("200 OK", said.to_string().as_bytes()))
        }
        Some(Spoil::Refuse(_)) | None => client.write_all(&reply),
    }
}

fn answer(status: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/x-amz-json-1.1\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

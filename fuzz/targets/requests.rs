//! Any operation with any body, over a connection as clients have one: the local
//! ECR answers each in JSON, and never by a fault of its own.
//!
//! An input is the name of an operation, a line feed and the body.

#![no_main]

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{LazyLock, Mutex};
use std::thread;

use ecrane_local::{Options, Schedule};
use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;

/// A server for all inputs, on a folder that ends with the process.
struct Server {
    address: SocketAddr,
    _folder: TempDir,
}

static SERVER: LazyLock<Server> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let options = Options {
        data: folder.path().to_owned(),
        listen: ([127, 0, 0, 1], 0).into(),
        account: "123456789012".parse().expect("an account"),
        region: "us-east-1".parse().expect("a Region"),
        now: None,
        schedule: Schedule::OnDemand,
        tls: None,
    };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let server = runtime
        .block_on(ecrane_local::bind(options))
        .expect("a server");
    let address = server.address();
    thread::spawn(move || runtime.block_on(server.serve(std::future::pending())));
    Server {
        address,
        _folder: folder,
    }
});

fuzz_target!(|text: &str| {
    let (operation, body) = text.split_once('\n').unwrap_or((text, "{}"));
    if operation.is_empty() || !operation.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return;
    }
    let (status, answer) = ask(operation, body).expect("an answer");
    assert!(status < 500, "{status}: {answer}");
    let answer: serde_json::Result<serde_json::Value> = serde_json::from_str(&answer);
    answer.expect("an answer in JSON");
});

/// One connection for all requests: a new one for each would use up the ports.
static CONNECTION: Mutex<Option<BufReader<TcpStream>>> = Mutex::new(None);

/// One request, and the status and body of its answer. What the server refuses to
/// read ends the connection: then a new one is made.
fn ask(operation: &str, body: &str) -> io::Result<(u16, String)> {
    let mut connection = CONNECTION.lock().expect("one thread");
    if let Some(open) = connection.as_mut()
        && let Ok(answer) = ask_over(open, operation, body)
    {
        return Ok(answer);
    }
    let fresh = BufReader::new(TcpStream::connect(SERVER.address)?);
    ask_over(connection.insert(fresh), operation, body)
}

fn ask_over(
    connection: &mut BufReader<TcpStream>,
    operation: &str,
    body: &str,
) -> io::Result<(u16, String)> {
    write!(
        connection.get_mut(),
        "POST / HTTP/1.1\r\nHost: ecr\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential=key/20260901/us-east-1/ecr/aws4_request\r\n\
         X-Amz-Target: AmazonEC2ContainerRegistry_V20150921.{operation}\r\n\
         Content-Type: application/x-amz-json-1.1\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let status = line(connection)?;
    let status = status.split(' ').nth(1).and_then(|word| word.parse().ok());
    let mut length = 0;
    loop {
        let header = line(connection)?.to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().map_err(io::Error::other)?;
        }
    }
    let mut body = vec![0; length];
    connection.read_exact(&mut body)?;
    let body = String::from_utf8(body).map_err(io::Error::other)?;
    Ok((status.unwrap_or(0), body))
}

fn line(connection: &mut BufReader<TcpStream>) -> io::Result<String> {
    let mut line = String::new();
    if connection.read_line(&mut line)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end().to_owned())
}

//! As much HTTP as it takes to ask a server on this machine.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

/// How long a server may take to come up, and to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// The body that `GET /` gives, once the server at `host:port` is up.
pub(crate) fn page(address: &str) -> io::Result<String> {
    let start = Instant::now();
    loop {
        match exchange(
            address,
            &format!("GET / HTTP/1.0\r\nHost: {address}\r\n\r\n"),
        ) {
            Ok(body) => return Ok(body),
            Err(error) if start.elapsed() > PATIENCE => return Err(error),
            Err(_) => thread::sleep(Duration::from_millis(100)),
        }
    }
}

/// The answer of a local ECR to an operation without parameters. It reads the scope of a request's signature, and
/// takes any for good.
pub(crate) fn operation(address: &str, name: &str) -> io::Result<String> {
    let head = format!(
        "POST / HTTP/1.0\r\nHost: {address}\r\nContent-Type: application/x-amz-json-1.1\r\n\
         X-Amz-Target: AmazonEC2ContainerRegistry_V20150921.{name}\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/ecr/aws4_request, \
         SignedHeaders=host, Signature=none\r\nContent-Length: 2\r\n\r\n"
    );
    exchange(address, &(head + "{}"))
}

fn exchange(address: &str, request: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    match answer.split_once("\r\n\r\n") {
        Some((head, body)) if head.contains(" 200 ") => Ok(body.to_owned()),
        _ => Err(io::Error::other(format!(
            "not the answer of a server: {answer:?}"
        ))),
    }
}

//! A small page server: `GET /` is the page, `GET /healthz` says that it lives.

use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

/// What one request may weigh; a browser's is far below.
const REQUEST_LIMIT: u64 = 16 * 1024;
const PATIENCE: Duration = Duration::from_secs(10);
const PAGE: &str = include_str!("page.html");

fn main() -> io::Result<()> {
    let port = env::var("PORT").unwrap_or_else(|_| "8080".to_owned());
    let listener = TcpListener::bind(format!("0.0.0.0:{port}"))?;
    println!("hello: serving on http://{}", listener.local_addr()?);
    for stream in listener.incoming() {
        // One visitor who hangs up must not end the server for the others.
        match stream {
            Ok(stream) => drop(thread::spawn(move || serve(&stream))),
            Err(error) => eprintln!("hello: no connection: {error}"),
        }
    }
    Ok(())
}

fn serve(stream: &TcpStream) {
    if let Err(error) = answer(stream) {
        eprintln!("hello: the visitor went away: {error}");
    }
}

fn answer(mut stream: &TcpStream) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut lines = BufReader::new(stream.take(REQUEST_LIMIT)).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    // The headers are read to their end: closing on unread bytes would reset the visitor's connection.
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    stream.write_all(response(&request).as_bytes())
}

fn response(request: &str) -> String {
    let mut words = request.split(' ');
    let (method, path) = (words.next(), words.next());
    let (status, kind, body) = match (method, path) {
        (Some("GET" | "HEAD"), Some("/")) => ("200 OK", "text/html", PAGE),
        (Some("GET" | "HEAD"), Some("/healthz")) => ("200 OK", "text/plain", "ok\n"),
        (Some("GET" | "HEAD"), Some(_)) => ("404 Not Found", "text/plain", "no such page\n"),
        _ => (
            "405 Method Not Allowed",
            "text/plain",
            "only GET and HEAD\n",
        ),
    };
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}; charset=utf-8\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    if method == Some("HEAD") {
        head
    } else {
        head + body
    }
}

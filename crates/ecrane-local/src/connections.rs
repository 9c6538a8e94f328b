//! Connections to the plain port, those of clients that try TLS first among them.
//!
//! Clients built on containerd open with a TLS hello even on loopback, and go
//! on in plain HTTP only if the answer to it is HTTP. So the first bytes are
//! looked at, and a hello gets an HTTP refusal instead of a closed connection.

use axum::serve::Listener;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// The first byte of a TLS record that holds a handshake (RFC 8446, 5.1).
const TLS_HANDSHAKE: u8 = 0x16;
const PLAIN_ONLY: &[u8] = b"HTTP/1.0 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\nThis port speaks plain HTTP.\n";
/// How many connections may wait to be served.
const WAITING: usize = 128;

/// Accepted connections that speak HTTP.
pub(crate) struct Connections {
    address: SocketAddr,
    plain: mpsc::Receiver<(TcpStream, SocketAddr)>,
}

impl Connections {
    /// Starts to accept. Must be called within a runtime.
    pub(crate) fn accept_from(listener: TcpListener) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let (sender, plain) = mpsc::channel(WAITING);
        tokio::spawn(accept(listener, sender));
        Ok(Self { address, plain })
    }
}

impl Listener for Connections {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        match self.plain.recv().await {
            Some(connection) => connection,
            // The accepting task ends with the runtime only.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

async fn accept(listener: TcpListener, plain: mpsc::Sender<(TcpStream, SocketAddr)>) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = plain.closed() => return,
        };
        match accepted {
            Ok(connection) => {
                tokio::spawn(sort(connection, plain.clone()));
            }
            // Out of file descriptors: serving others frees some.
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

/// Passes a plain connection on and answers a TLS hello.
async fn sort(
    (mut stream, peer): (TcpStream, SocketAddr),
    plain: mpsc::Sender<(TcpStream, SocketAddr)>,
) {
    let mut first = [0; 1];
    let Ok(1) = stream.peek(&mut first).await else {
        return;
    };
    if first == [TLS_HANDSHAKE] {
        // A client that is gone needs no answer.
        let _ = stream.write_all(PLAIN_ONLY).await;
        let _ = stream.shutdown().await;
        // Closing with unread bytes would reset the connection under the answer.
        let mut rest = [0; 4096];
        while matches!(
            tokio::time::timeout(Duration::from_secs(1), read(&stream, &mut rest)).await,
            Ok(Ok(1..))
        ) {}
        return;
    }
    let _ = stream.set_nodelay(true);
    let _ = plain.send((stream, peer)).await;
}

async fn read(stream: &TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        stream.readable().await?;
        match stream.try_read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            result => return result,
        }
    }
}

//! Connections to the port, those of clients that try the other protocol first
//! among them.
//!
//! Clients built on containerd open with a TLS hello even on loopback, and go
//! on in plain HTTP only if the answer to it is HTTP. So the first byte is
//! looked at, and a hello to a plain port gets an HTTP refusal instead of a
//! closed connection; a plain request to a port of TLS gets one too.

use axum::serve::Listener;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::either::Either;

/// The first byte of a TLS record that holds a handshake (RFC 8446, 5.1).
const TLS_HANDSHAKE: u8 = 0x16;
const PLAIN_ONLY: &[u8] = b"HTTP/1.0 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\nThis port speaks plain HTTP.\n";
const TLS_ONLY: &[u8] = b"HTTP/1.0 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\nThis port speaks HTTPS.\n";
/// How many connections may wait to be served.
const WAITING: usize = 128;
/// How long a client may take to shake hands.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// A connection, plain or by TLS.
type Stream = Either<TcpStream, Box<TlsStream<TcpStream>>>;

/// Accepted connections on which a client speaks HTTP.
pub(crate) struct Connections {
    address: SocketAddr,
    accepted: mpsc::Receiver<(Stream, SocketAddr)>,
}

impl Connections {
    /// Starts to accept, by TLS if there is what makes it. Must be called within
    /// a runtime.
    pub(crate) fn accept_from(listener: TcpListener, tls: Option<TlsAcceptor>) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let (sender, accepted) = mpsc::channel(WAITING);
        tokio::spawn(accept(listener, tls, sender));
        Ok(Self { address, accepted })
    }
}

impl Listener for Connections {
    type Io = Stream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Stream, SocketAddr) {
        match self.accepted.recv().await {
            Some(connection) => connection,
            // The accepting task ends with the runtime only.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

async fn accept(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    ready: mpsc::Sender<(Stream, SocketAddr)>,
) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = ready.closed() => return,
        };
        match accepted {
            Ok((stream, peer)) => {
                let (tls, ready) = (tls.clone(), ready.clone());
                tokio::spawn(async move {
                    if let Some(stream) = open(stream, tls).await {
                        let _ = ready.send((stream, peer)).await;
                    }
                });
            }
            // Out of file descriptors: serving others frees some.
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

/// A connection that HTTP can be spoken on. None when the client speaks the
/// other protocol, which it is told, or is gone.
async fn open(stream: TcpStream, tls: Option<TlsAcceptor>) -> Option<Stream> {
    let mut first = [0; 1];
    let Ok(1) = stream.peek(&mut first).await else {
        return None;
    };
    let _ = stream.set_nodelay(true);
    match (tls, first == [TLS_HANDSHAKE]) {
        (None, false) => Some(Either::Left(stream)),
        (Some(tls), true) => {
            let shaken = timeout(HANDSHAKE, tls.accept(stream)).await;
            Some(Either::Right(Box::new(shaken.ok()?.ok()?)))
        }
        (None, true) => refuse(stream, PLAIN_ONLY).await,
        (Some(_), false) => refuse(stream, TLS_ONLY).await,
    }
}

async fn refuse(mut stream: TcpStream, answer: &[u8]) -> Option<Stream> {
    // A client that is gone needs no answer.
    let _ = stream.write_all(answer).await;
    let _ = stream.shutdown().await;
    // Closing with unread bytes would reset the connection under the answer.
    let mut rest = [0; 4096];
    while matches!(
        timeout(Duration::from_secs(1), read(&stream, &mut rest)).await,
        Ok(Ok(1..))
    ) {}
    None
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

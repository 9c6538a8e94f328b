//! Who owns a data directory: at most one server, found by whoever looks.
//!
//! The owner holds a lock on one file for as long as it lives and writes its
//! address and process to another. The system frees the lock of a process that
//! died, so what is left of it is never taken for a running server.

use ecrane_core::name::{AccountId, Region};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs::{self, File, TryLockError};
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

const LOCK: &str = "instance.lock";
const FACTS: &str = "instance.json";
const ATTEMPTS: u32 = 20;

/// How clients speak to a server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// In the clear.
    #[default]
    Http,
    /// By TLS.
    Https,
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Http => "http",
            Self::Https => "https",
        })
    }
}

/// A server that owns a data directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    /// How clients speak to it.
    #[serde(default)]
    pub scheme: Scheme,
    /// Where it listens.
    pub address: SocketAddr,
    /// Its process id.
    pub pid: u32,
    /// The account of requests that name none.
    pub account: AccountId,
    /// The Region of requests that name none.
    pub region: Region,
}

impl Running {
    /// Where its AWS API is.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.authority())
    }

    /// The address that clients of this machine name.
    #[must_use]
    pub fn authority(&self) -> SocketAddr {
        reachable(self.address)
    }
}

/// What a client of this machine names to reach who listens here: "every
/// interface" is no address.
pub(crate) fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}

/// The server that owns the data directory and serves it.
///
/// None when nobody owns it, and while its owner is still starting.
///
/// # Errors
/// The lock or the owner's facts cannot be read.
pub fn running(data: &Path) -> io::Result<Option<Running>> {
    let lock = match File::open(data.join(LOCK)) {
        Ok(lock) => lock,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    match lock.try_lock_shared() {
        Ok(()) => Ok(None),
        Err(TryLockError::WouldBlock) => facts(&data.join(FACTS)),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn facts(path: &Path) -> io::Result<Option<Running>> {
    match fs::read(path) {
        Ok(text) => Ok(Some(serde_json::from_slice(&text)?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Ownership of a data directory; ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Ownership {
    /// Locked; the system lets go when it is closed.
    _lock: File,
    facts: PathBuf,
}

/// Takes the data directory. None when another server has it.
pub(crate) fn take(data: &Path) -> io::Result<Option<Ownership>> {
    let lock = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(data.join(LOCK))?;
    // Whoever asks `running` holds the lock for a moment, too.
    let mut attempts = 0;
    while let Err(error) = lock.try_lock() {
        attempts += 1;
        match error {
            TryLockError::Error(error) => return Err(error),
            TryLockError::WouldBlock if attempts > ATTEMPTS => return Ok(None),
            TryLockError::WouldBlock => std::thread::sleep(Duration::from_millis(10)),
        }
    }
    let facts = data.join(FACTS);
    match fs::remove_file(&facts) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(Some(Ownership { _lock: lock, facts })),
    }
}

impl Ownership {
    /// Says where the server is. Written whole or not at all.
    pub(crate) fn announce(&self, running: &Running) -> io::Result<()> {
        let draft = self.facts.with_extension("draft");
        fs::write(&draft, serde_json::to_vec(running)?)?;
        fs::rename(draft, &self.facts)
    }
}

impl Drop for Ownership {
    fn drop(&mut self) {
        // What stays behind is not believed without the lock.
        let _ = fs::remove_file(&self.facts);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn somebody() -> Running {
        Running {
            scheme: Scheme::Http,
            address: "127.0.0.1:5100".parse().unwrap(),
            pid: 42,
            account: "123456789012".parse().unwrap(),
            region: "eu-central-1".parse().unwrap(),
        }
    }

    #[test]
    fn an_owner_is_found_while_it_lives() {
        let data = tempfile::tempdir().unwrap();
        assert_eq!(running(data.path()).unwrap(), None);
        let ownership = take(data.path()).unwrap().unwrap();
        assert_eq!(running(data.path()).unwrap(), None, "still starting");
        ownership.announce(&somebody()).unwrap();
        assert_eq!(running(data.path()).unwrap(), Some(somebody()));
        assert!(take(data.path()).unwrap().is_none());
        drop(ownership);
        assert_eq!(running(data.path()).unwrap(), None);
    }

    #[test]
    fn what_a_killed_owner_left_is_no_running_server() {
        let data = tempfile::tempdir().unwrap();
        fs::write(data.path().join(LOCK), "").unwrap();
        let facts = serde_json::to_vec(&somebody()).unwrap();
        fs::write(data.path().join(FACTS), facts).unwrap();
        assert_eq!(running(data.path()).unwrap(), None);
        assert!(take(data.path()).unwrap().is_some());
    }
}

//! Debian's `docker-registry` (CNCF distribution), a registry that is not ours.

use ecrane_core::auth::{Credentials, Scheme};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// A registry on loopback with a folder of its own; ends with the value.
pub(crate) struct Server {
    child: Child,
    pub(crate) host: String,
    _data: TempDir,
}

impl Server {
    pub(crate) fn start() -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut child = Command::new("docker-registry")
            .arg("serve")
            .arg(config(data.path()))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("docker-registry is not installed; `cargo xtask setup` installs it");
        let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
        let host = log
            .by_ref()
            .find_map(|line| {
                let line = line.unwrap();
                let (_, rest) = line.split_once("listening on ")?;
                let mut words = rest.split(|c: char| !c.is_ascii_digit() && !".:".contains(c));
                words.next().map(str::to_owned)
            })
            .expect("docker-registry did not start");
        std::thread::spawn(move || log.for_each(drop));
        Self {
            child,
            host,
            _data: data,
        }
    }

    pub(crate) fn credentials(&self) -> Credentials {
        credentials(&self.host)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn credentials(host: &str) -> Credentials {
    Credentials {
        registry: host.parse().unwrap(),
        scheme: Scheme::Http,
        username: "AWS".to_owned(),
        password: "sesame".to_owned().into(),
        ends: None,
    }
}

fn config(data: &Path) -> std::path::PathBuf {
    let path = data.join("config.yml");
    let root = data.join("registry");
    let text = format!(
        "version: 0.1\nlog: {{level: info}}\nhttp: {{addr: '127.0.0.1:0'}}\nstorage: {{filesystem: {{rootdirectory: '{}'}}}}\n",
        root.display()
    );
    std::fs::write(&path, text).unwrap();
    path
}

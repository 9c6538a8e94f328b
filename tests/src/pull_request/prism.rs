//! Prism, between ecrane and a server: it holds requests and answers to GitHub's
//! own description of its API.

use crate::harness::clean;
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

/// A proxy that ends with the test.
pub(super) struct Prism {
    process: Child,
    /// `127.0.0.1:PORT`.
    pub(super) address: String,
}

/// What `cargo xtask setup` made: the program, and the description.
fn folder() -> PathBuf {
    let folder = std::env::var_os("ECRANE_GITHUB").map_or_else(
        || {
            // target/debug/deps/ecrane-…
            let test = std::env::current_exe().unwrap();
            test.ancestors().nth(3).unwrap().join("github")
        },
        PathBuf::from,
    );
    assert!(
        folder.join("github.json").exists(),
        "no {}: `cargo xtask setup` makes it",
        folder.display()
    );
    folder
}

/// GitHub's own example of this name.
pub(super) fn example(name: &str) -> Value {
    let text = std::fs::read_to_string(folder().join("github.json")).unwrap();
    let mut description: Value = serde_json::from_str(&text).unwrap();
    let example = description["components"]["examples"][name]["value"].take();
    assert!(
        example.is_object(),
        "the description has no example `{name}`"
    );
    example
}

impl Prism {
    /// Before the server at this address.
    pub(super) fn before(upstream: &str, home: &Path) -> Self {
        // Free a moment ago: it takes no port by itself.
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let folder = folder();
        let mut command = clean("node", home);
        command
            .arg(folder.join("node_modules/@stoplight/prism-cli/dist/index.js"))
            .arg("proxy")
            .arg(folder.join("github.json"))
            .arg(format!("http://{upstream}"))
            .args([
                "--errors",
                "--host",
                "127.0.0.1",
                "--port",
                &port.to_string(),
            ]);
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let listening = lines.find(|line| line.as_ref().unwrap().contains("is listening"));
        assert!(listening.is_some(), "Prism does not start");
        // Nobody else reads what it goes on to say.
        std::thread::spawn(move || lines.for_each(drop));
        Self {
            process,
            address: format!("127.0.0.1:{port}"),
        }
    }
}

impl Drop for Prism {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

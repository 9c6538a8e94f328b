//! What the tests share: the binary in a clean environment, a local ECR with a
//! folder of its own, and the log of what was asked of it.

use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use tempfile::TempDir;

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// The binary under test: the one that `cargo xtask test` built, else built now.
pub(crate) fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        if let Some(path) = std::env::var_os("ECRANE_BIN") {
            return PathBuf::from(path);
        }
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "--package", "ecrane"]);
        if let Some(page) = std::env::var_os("ECRANE_WEB") {
            build.env("ECRANE_PAGE", page);
        }
        let status = build.current_dir(root()).status().unwrap();
        assert!(status.success(), "the binary does not build");
        let mut folder = std::env::current_exe().unwrap();
        folder.pop(); // deps
        folder.pop(); // debug
        folder.join("ecrane")
    })
}

/// A command that sees these variables of this process and nothing else: no
/// credential, Region or runner variable of the machine leaks into a test.
pub(crate) fn clean(program: impl AsRef<std::ffi::OsStr>, home: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("HOME", home).stdin(Stdio::null());
    for name in ["PATH", "DOCKER_HOST", "LANG", "TMPDIR"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command
}

/// Runs to the end and gives what was printed, with the exit code.
pub(crate) struct Ran {
    /// The exit code.
    pub(crate) code: Option<i32>,
    /// Standard output.
    pub(crate) stdout: String,
    /// Standard error.
    pub(crate) stderr: String,
}

pub(crate) fn run(command: &mut Command) -> Ran {
    let Output {
        status,
        stdout,
        stderr,
    } = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}; `cargo xtask setup` brings it"));
    Ran {
        code: status.code(),
        stdout: String::from_utf8(stdout).unwrap(),
        stderr: String::from_utf8(stderr).unwrap(),
    }
}

/// As [`run`], for a command that must end well.
pub(crate) fn succeed(command: &mut Command) -> Ran {
    let ran = run(command);
    assert_eq!(
        ran.code,
        Some(0),
        "{command:?}\n--- stdout\n{}\n--- stderr\n{}",
        ran.stdout,
        ran.stderr
    );
    ran
}

/// A local ECR that ends with the test.
pub(crate) struct LocalEcr {
    folder: TempDir,
    server: Child,
    /// `http://127.0.0.1:PORT`.
    pub(crate) url: String,
    /// `127.0.0.1:PORT`.
    pub(crate) address: String,
}

/// The file names of its certificate and of the key, as clients look for them.
const CERTIFICATE: &str = "certificates/ca.crt";
const KEY: &str = "server.key";

impl LocalEcr {
    /// Starts one on a free port.
    pub(crate) fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts one with these options.
    pub(crate) fn start_with(words: &[&str]) -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), words)
    }

    /// Starts one that speaks TLS, with a certificate of its own.
    pub(crate) fn start_with_tls() -> Self {
        Self::start_with_tls_for(&[])
    }

    /// The same with a certificate for these hosts too.
    pub(crate) fn start_with_tls_for(hosts: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let names = hosts.iter().copied().chain(["127.0.0.1"]);
        let names: Vec<String> = names.map(str::to_owned).collect();
        let made = rcgen::generate_simple_self_signed(names).unwrap();
        let certificate = folder.path().join(CERTIFICATE);
        std::fs::create_dir(certificate.parent().unwrap()).unwrap();
        std::fs::write(certificate, made.cert.pem()).unwrap();
        std::fs::write(folder.path().join(KEY), made.signing_key.serialize_pem()).unwrap();
        Self::start_in(folder, &[])
    }

    fn start_in(folder: TempDir, words: &[&str]) -> Self {
        let (server, url) = Self::serve(folder.path(), words);
        let (_, address) = url.split_once("://").unwrap();
        Self {
            address: address.to_owned(),
            url,
            folder,
            server,
        }
    }

    /// Kills it without warning, and starts it again on the same folder.
    pub(crate) fn kill_and_restart(&mut self) {
        self.server.kill().unwrap();
        self.server.wait().unwrap();
        (self.server, self.url) = Self::serve(self.folder.path(), &[]);
        let (_, address) = self.url.split_once("://").unwrap();
        self.address = address.to_owned();
    }

    fn serve(folder: &Path, words: &[&str]) -> (Child, String) {
        let mut command = clean(binary(), folder);
        command
            .args(["local", "--port", "0", "--data"])
            .arg(folder.join("ecr"))
            .args(words)
            .current_dir(root());
        if folder.join(KEY).exists() {
            command.arg("--tls-cert").arg(folder.join(CERTIFICATE));
            command.arg("--tls-key").arg(folder.join(KEY));
        }
        let mut server = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut first = String::new();
        BufReader::new(server.stdout.as_mut().unwrap())
            .read_line(&mut first)
            .unwrap();
        let url = first
            .split_whitespace()
            .find(|word| word.contains("://"))
            .unwrap_or_else(|| panic!("no address in {first:?}"))
            .to_owned();
        (server, url)
    }

    /// The most memory that it has had at once, in bytes.
    pub(crate) fn peak_memory(&self) -> u64 {
        let status = format!("/proc/{}/status", self.server.id());
        let status = std::fs::read_to_string(status).unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = peak.unwrap().split_whitespace().next().unwrap();
        kilobytes.parse::<u64>().unwrap() * 1024
    }

    /// The folder of the certificate that it shows.
    pub(crate) fn certificates(&self) -> PathBuf {
        self.home().join(CERTIFICATE).parent().unwrap().to_owned()
    }

    /// The file of that certificate.
    pub(crate) fn certificate(&self) -> PathBuf {
        self.home().join(CERTIFICATE)
    }

    /// A folder that ends with it.
    pub(crate) fn home(&self) -> &Path {
        self.folder.path()
    }

    /// Where it keeps everything.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("ecr")
    }

    /// `ecrane …` against it.
    pub(crate) fn ecrane(&self, words: &[&str]) -> Command {
        let mut command = clean(binary(), self.home());
        command.args(words).current_dir(root());
        self.sign(&mut command);
        command
    }

    /// `ecrane up --local …` on its folder.
    pub(crate) fn up(&self, words: &[&str]) -> Command {
        let mut command = clean(binary(), self.home());
        command
            .args(["up", "--local", "--data"])
            .arg(self.data())
            .args(words)
            .current_dir(root());
        command
    }

    /// `aws ecr …` against it, and its answer.
    pub(crate) fn aws(&self, words: &[&str]) -> Value {
        let ran = succeed(&mut self.aws_command(words));
        serde_json::from_str(&ran.stdout).unwrap()
    }

    /// `aws ecr …` against it.
    pub(crate) fn aws_command(&self, words: &[&str]) -> Command {
        let mut command = clean("aws", self.home());
        command.arg("ecr").args(words).args(["--output", "json"]);
        self.sign(&mut command);
        command
    }

    /// With what a client needs to find it and to sign.
    pub(crate) fn sign(&self, command: &mut Command) {
        command
            .env("AWS_ENDPOINT_URL_ECR", &self.url)
            .env("AWS_REGION", "us-east-1")
            // The first version of the `aws` command knows this name only.
            .env("AWS_DEFAULT_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", "local")
            .env("AWS_SECRET_ACCESS_KEY", "local");
        let certificate = self.home().join(CERTIFICATE);
        if certificate.exists() {
            command.env("AWS_CA_BUNDLE", certificate);
        }
    }

    /// How many requests so far.
    pub(crate) fn requests(&self) -> usize {
        self.log().len()
    }

    /// The requests since the first `seen` ones.
    pub(crate) fn log_since(&self, seen: usize) -> Vec<Value> {
        self.log().split_off(seen)
    }

    fn log(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.data().join("requests.jsonl")).unwrap_or_default();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// The password of its registry, as `docker login` wants it.
    pub(crate) fn password(&self) -> String {
        let mut command = clean("aws", self.home());
        command.args(["ecr", "get-login-password"]);
        self.sign(&mut command);
        succeed(&mut command).stdout.trim().to_owned()
    }
}

impl Drop for LocalEcr {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Of these requests, those that write.
pub(crate) fn writes(requests: &[Value]) -> Vec<&Value> {
    requests
        .iter()
        .filter(|request| request["access"] == "write")
        .collect()
}

//! `setup/action.yml` and its script, with a mirror of releases on this machine.

use super::{pack, version};
use crate::act::dist;
use crate::harness::{Ran, clean, root, run, succeed};
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use tempfile::TempDir;

const ARCHIVE: &str = "ecrane-x86_64-unknown-linux-musl.tar.gz";

/// The program, packed once for all tests here.
fn packed() -> &'static (Vec<u8>, String) {
    static PACKED: OnceLock<(Vec<u8>, String)> = OnceLock::new();
    PACKED.get_or_init(|| pack(&dist(), tempfile::tempdir().unwrap().path()))
}

/// Releases on a server of this machine.
pub(super) struct Mirror {
    folder: TempDir,
    server: Child,
    url: String,
}

impl Mirror {
    /// One with the release of this version.
    pub(super) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let releases = folder.path().join("releases");
        let release = releases.join(format!("v{}", version()));
        fs::create_dir_all(&release).unwrap();
        let (archive, sums) = packed();
        fs::write(release.join(ARCHIVE), archive).unwrap();
        fs::write(release.join("SHA256SUMS"), sums).unwrap();
        let mut server = clean("python3", folder.path());
        server.args(["-u", "-m", "http.server", "0", "--bind", "127.0.0.1"]);
        server.arg("--directory").arg(&releases);
        server.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = server.spawn().unwrap();
        let mut first = String::new();
        let mut lines = BufReader::new(server.stdout.as_mut().unwrap());
        lines.read_line(&mut first).unwrap();
        let port = first.split(" port ").nth(1).unwrap();
        let port = port.split(' ').next().unwrap();
        let url = format!("http://127.0.0.1:{port}");
        Self {
            folder,
            server,
            url,
        }
    }

    /// The address above the releases' folders.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// The digest of the archive, as its release says it.
    pub(super) fn digest(&self) -> &'static str {
        let (_, sums) = packed();
        sums.split(' ').next().unwrap()
    }

    /// The folder of this version's release.
    fn release(&self) -> PathBuf {
        let name = format!("v{}", version());
        self.folder.path().join("releases").join(name)
    }

    /// The folder that the program is installed into.
    fn installed(&self) -> PathBuf {
        self.folder.path().join("bin")
    }

    /// The script, as the action calls it and as another CI system can.
    fn install(&self, version: &str) -> Command {
        let mut command = clean("bash", self.folder.path());
        command.arg(root().join("setup/install.sh"));
        command.env("TMPDIR", self.folder.path().join("tmp"));
        fs::create_dir_all(self.folder.path().join("tmp")).unwrap();
        command.env("ECRANE_VERSION", version);
        command.env("ECRANE_DOWNLOADS", &self.url);
        command.env("ECRANE_FOLDER", self.installed());
        command
    }

    /// Runs what must be refused, with nothing left of it, and gives its last line.
    fn refusal(&self, command: &mut Command) -> String {
        let Ran { code, stderr, .. } = run(command);
        assert_eq!(code, Some(1), "{stderr}");
        assert!(!self.installed().exists(), "{stderr}");
        let left = fs::read_dir(self.folder.path().join("tmp")).unwrap();
        assert_eq!(left.count(), 0, "{stderr}");
        let last = stderr.lines().last().unwrap();
        last.replace(&self.url, "MIRROR")
            .replace(&version(), "VERSION")
    }
}

impl Drop for Mirror {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Lays a checkout with the action and a workflow that uses it.
fn lay_checkout(checkout: &Path) {
    for (from, to) in [
        ("Cargo.toml", "Cargo.toml"),
        ("setup/action.yml", "setup/action.yml"),
        ("setup/install.sh", "setup/install.sh"),
        ("tests/act/setup.yml", ".github/workflows/setup.yml"),
    ] {
        let to = checkout.join(to);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(root().join(from), to).unwrap();
    }
    for words in [
        &["init", "--quiet"][..],
        &["add", "--all"],
        &["commit", "--quiet", "--message", "All"],
    ] {
        let mut git = clean("git", checkout);
        git.args(["-c", "user.name=a", "-c", "user.email=a@example.com"]);
        succeed(git.args(words).current_dir(checkout));
    }
}

#[test]
fn a_runner_without_container_actions_gets_the_program() {
    let mirror = Mirror::start();
    let checkout = mirror.folder.path().join("checkout");
    lay_checkout(&checkout);
    let mut act = clean("act", mirror.folder.path());
    act.args(["push", "--no-cache-server", "--var"]);
    act.arg(format!("MIRROR={}", mirror.url));
    // On this machine itself: the container of the other workflow has no `curl`.
    act.args(["--platform", "ubuntu-latest=-self-hosted"]);
    let ran = succeed(act.current_dir(&checkout));
    let version = version();
    let log = ran.stdout;
    assert!(log.contains("its digest verified"), "{log}");
    assert!(
        log.contains(&format!("installed {version}: ecrane {version}")),
        "{log}"
    );
}

#[test]
fn the_script_alone_installs_a_version_in_either_spelling() {
    let mirror = Mirror::start();
    for version in [version(), format!("v{}", version())] {
        succeed(&mut mirror.install(&version));
        let program = mirror.installed().join("ecrane");
        let installed = fs::read(&program).unwrap();
        assert!(installed == fs::read(dist()).unwrap());
        fs::remove_file(program).unwrap();
    }
}

#[test]
fn what_is_not_the_release_is_not_installed() {
    let mirror = Mirror::start();
    let (archive, sums) = (
        mirror.release().join(ARCHIVE),
        mirror.release().join("SHA256SUMS"),
    );
    let version = version();
    let whole = fs::read(&archive).unwrap();
    let digests = fs::read_to_string(&sums).unwrap();

    insta::assert_snapshot!(mirror.refusal(&mut mirror.install("99.0.0")), @"error: ecrane is not installed: `MIRROR/v99.0.0/ecrane-x86_64-unknown-linux-musl.tar.gz` could not be downloaded");

    let mut tampered = whole.clone();
    tampered.push(0);
    fs::write(&archive, tampered).unwrap();
    let refusal = mirror.refusal(&mut mirror.install(&version));
    assert!(refusal.contains("has the digest"), "{refusal}");

    // Whoever changes archive and digest alike is found by the digest that the workflow names.
    fs::write(&archive, &whole).unwrap();
    let other = "0".repeat(64);
    let refusal = mirror.refusal(mirror.install(&version).env("ECRANE_SHA256", &other));
    assert!(
        refusal.ends_with(&format!("{other} was expected")),
        "{refusal}"
    );

    for faulty in [digests.repeat(2), digests.replace(ARCHIVE, "other")] {
        fs::write(&sums, faulty).unwrap();
        insta::allow_duplicates! {
            insta::assert_snapshot!(mirror.refusal(&mut mirror.install(&version)), @"error: ecrane is not installed: SHA256SUMS of vVERSION does not name ecrane-x86_64-unknown-linux-musl.tar.gz once");
        }
    }

    // An older release under a newer one's name.
    let newer = mirror.release().with_file_name("v99.0.0");
    fs::write(&sums, digests).unwrap();
    fs::rename(mirror.release(), &newer).unwrap();
    insta::assert_snapshot!(mirror.refusal(&mut mirror.install("99.0.0")), @"error: ecrane is not installed: the archive of v99.0.0 holds `ecrane VERSION`");
}

#[test]
fn what_cannot_be_trusted_is_not_downloaded() {
    let mirror = Mirror::start();
    let with = |name: &str, value: &str| {
        let mut command = mirror.install(&version());
        mirror.refusal(command.env(name, value))
    };
    insta::assert_snapshot!(with("ECRANE_DOWNLOADS", "http://mirror.example.com"), @"error: ecrane is not installed: plain HTTP needs `sha256`, or a mirror with HTTPS");
    insta::assert_snapshot!(with("ECRANE_DOWNLOADS", "mirror.example.com"), @"error: ecrane is not installed: `mirror.example.com` is no address; write it as https://…");
    insta::assert_snapshot!(with("ECRANE_VERSION", "latest"), @"error: ecrane is not installed: `latest` is no version; write it as 1.2.0");
    insta::assert_snapshot!(with("ECRANE_SHA256", "abc"), @"error: ecrane is not installed: `sha256` is 64 hexadecimal digits, in lower case");
    insta::assert_snapshot!(with("ECRANE_ATTESTATION", "maybe"), @"error: ecrane is not installed: `attestation` is auto, require or skip, not `maybe`");
    // No token: `gh` could not ask, if it is here at all.
    let refusal = with("ECRANE_ATTESTATION", "require");
    assert!(refusal.contains("cannot be verified"), "{refusal}");
}

//! What a release is made by and how it is installed: the workflows, the scripts that they run, and the action that
//! puts the program on a runner.

mod linters;
mod recipes;
mod setup;

use crate::act::dist;
use crate::harness::{Ran, clean, root, run, succeed};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Stdio};

/// A script of `.github/release`.
fn script(name: &str, home: &Path) -> Command {
    clean(root().join(".github/release").join(name), home)
}

/// The version that the workspace has.
fn version() -> String {
    let said = succeed(clean(dist(), Path::new("/")).arg("--version")).stdout;
    said.trim().strip_prefix("ecrane ").unwrap().to_owned()
}

/// Packs a program into a folder, and gives the archive and its digests' file.
fn pack(program: &Path, folder: &Path) -> (Vec<u8>, String) {
    let mut pack = script("pack.sh", folder);
    succeed(pack.arg(program).arg(folder));
    let archive = std::fs::read(folder.join("ecrane-x86_64-unknown-linux-musl.tar.gz")).unwrap();
    let sums = std::fs::read_to_string(folder.join("SHA256SUMS")).unwrap();
    (archive, sums)
}

#[test]
fn the_same_program_is_packed_into_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copied-later");
    std::fs::copy(dist(), &copy).unwrap();
    let first = pack(&dist(), &folder.path().join("first"));
    let second = pack(&copy, &folder.path().join("second"));
    assert!(first == second);
    assert!(first.0.len() < 8_000_000, "{} bytes", first.0.len());
}

#[test]
fn a_release_differs_in_the_one_line_that_names_the_image() {
    let home = tempfile::tempdir().unwrap();
    let pin = |image: &str| run(script("pin.sh", home.path()).arg(image));
    let image = format!("ghcr.io/owner/ecrane@sha256:{}", "0".repeat(64));
    let pinned = pin(&image).stdout;
    let action = std::fs::read_to_string(root().join("action.yml")).unwrap();
    let lines = pinned.lines().zip(action.lines());
    let changed: Vec<(&str, &str)> = lines.filter(|(new, old)| new != old).collect();
    let line = format!("  image: docker://{image}");
    assert_eq!(changed, [(line.as_str(), "  image: Dockerfile")]);
    assert_eq!(pinned.lines().count(), action.lines().count());
    for moving in ["ghcr.io/owner/ecrane:v1", "ghcr.io/owner/ecrane", ""] {
        let Ran { code, stdout, .. } = pin(moving);
        assert_eq!((code, stdout.as_str()), (Some(1), ""), "{moving}");
    }
}

#[test]
fn only_a_version_that_the_repository_tells_of_is_released() {
    let home = tempfile::tempdir().unwrap();
    let refusal = |version: &str| {
        let ran = run(script("check.sh", home.path()).arg(version));
        assert_eq!(ran.code, Some(1), "{version}");
        ran.stderr
    };
    insta::assert_snapshot!(refusal("v1"), @"error: `v1` is no version; write it as 1.2.0");
    insta::assert_snapshot!(refusal("99.0.0").replace(&version(), "VERSION"), @"error: Cargo.toml says version VERSION, not 99.0.0");
}

#[test]
fn the_changelog_says_what_is_coming() {
    let home = tempfile::tempdir().unwrap();
    let notes = succeed(script("notes.sh", home.path()).arg("Unreleased")).stdout;
    assert!(notes.contains("### Added"), "{notes}");
    assert!(!notes.contains("\n## "), "{notes}");
}

/// Holds what it reads to the schema of CycloneDX 1.6.
const VALIDATE: &str = "
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(sys.stdin.read())
sys.exit(str(error) if error else 0)
";

#[test]
fn a_release_says_which_crates_and_packages_are_in_it() {
    let home = tempfile::tempdir().unwrap();
    let mut crates = Command::new(root().join(".github/release/crates.sh"));
    let mut lines = succeed(crates.env("CARGO_NET_OFFLINE", "true")).stdout;
    // What is linked, and not what builds or tests it.
    assert!(lines.contains("cargo\ttokio\t"), "{lines}");
    assert!(!lines.contains("cargo\tproptest\t"), "{lines}");
    lines.push_str("deb\tdocker-cli\t26.1.5+dfsg1-9\t\n");
    let file = home.path().join("components");
    std::fs::write(&file, &lines).unwrap();
    let mut sbom = clean("python", home.path());
    sbom.arg(root().join(".github/release/sbom.py"));
    sbom.args(["ecrane", &version()]).arg(dist());
    sbom.stdin(Stdio::from(std::fs::File::open(&file).unwrap()));
    let document = succeed(&mut sbom).stdout;

    let listed: Value = serde_json::from_str(&document).unwrap();
    let components = listed["components"].as_array().unwrap();
    assert_eq!(components.len(), lines.lines().count());
    let file = home.path().join("ecrane.cdx.json");
    std::fs::write(&file, document).unwrap();
    let mut validate = clean("python", home.path());
    validate.args(["-c", VALIDATE]);
    succeed(validate.stdin(Stdio::from(std::fs::File::open(&file).unwrap())));
}

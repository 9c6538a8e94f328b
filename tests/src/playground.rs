//! `ecrane playground`: the page from the program itself, with a file loaded.

use crate::harness::{binary, clean, root, run};
use crate::page::seen_at;
use serde_json::json;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

/// One that runs, and ends with the test.
struct Playground {
    server: Child,
    url: String,
}

impl Playground {
    fn start(home: &Path, words: &[&str]) -> Self {
        let mut command = clean(binary(), home);
        command.arg("playground").args(words).current_dir(home);
        let mut server = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut first = String::new();
        let output = server.stdout.as_mut().unwrap();
        BufReader::new(output).read_line(&mut first).unwrap();
        let url = first.trim().strip_prefix("the playground is on ");
        let url = url.unwrap_or_else(|| panic!("no address in {first:?}"));
        Self {
            url: url.to_owned(),
            server,
        }
    }
}

impl Drop for Playground {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Whether the program was built with the page: `cargo xtask test` does so, and
/// who names the page's folder.
fn has_page() -> bool {
    let has = std::env::var_os("ECRANE_WEB").is_some();
    if !has {
        println!("passed over: ECRANE_WEB names no page, so the program was built without it");
    }
    has
}

#[test]
fn the_program_shows_the_page_with_a_file() {
    if !has_page() {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let policies = root().join("examples/policies");
    let policy = home.path().join("mine.json");
    std::fs::copy(policies.join("lifecycle.json"), &policy).unwrap();
    std::fs::copy(policies.join("images.json"), home.path().join("images")).unwrap();
    let mut playground = Playground::start(home.path(), &["mine.json", "--images", "images"]);

    let next = std::fs::read_to_string(&policy).unwrap();
    let next = next.replace("\"v*\"", "\"release-*\"");
    let given = json!({ "file": policy, "next": next });
    let seen = seen_at(playground.url.as_ref(), "given", &given);
    let text = |of: &str| seen[of]["policy"].as_str().unwrap().to_owned();
    assert!(text("first").contains("\"v*\""), "{seen}");
    assert!(text("second").contains("\"release-*\""), "{seen}");
    assert_ne!(seen["first"]["figures"], seen["second"]["figures"]);
    assert!(
        seen["rules"]
            .as_str()
            .unwrap()
            .starts_with("default-src 'none';")
    );
    assert_eq!((&seen["kept"], &seen["finding"]), (&json!(0), &json!(200)));

    // Ctrl-C ends it, and that is no failure.
    let pid = playground.server.id().to_string();
    run(clean("kill", home.path()).args(["-s", "INT", &pid]));
    assert_eq!(playground.server.wait().unwrap().code(), Some(0));
}

#[test]
fn what_cannot_be_shown_is_said_before_anything_is_served() {
    if !has_page() {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let refused = |words: &[&str]| {
        let mut command = clean(binary(), home.path());
        let ran = run(command.arg("playground").args(words));
        assert_eq!(ran.stdout, "", "{words:?}");
        format!("{}: {}", ran.code.unwrap(), ran.stderr.trim())
    };
    insta::assert_snapshot!(refused(&["nowhere.json"]), @"2: error: nowhere.json: No such file or directory (os error 2)");
    insta::assert_snapshot!(refused(&["-", "--images", "-"]), @"2: error: standard input is either the policy or the images");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let said = refused(&["--port", &port]).replace(&port, "PORT");
    insta::assert_snapshot!(said, @"1: error: cannot listen on 127.0.0.1:PORT: Address already in use (os error 98); without `--port` it takes a free one");
}

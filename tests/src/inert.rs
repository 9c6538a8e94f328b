//! What a build prints is no command to the runner: every command that it knows,
//! in both syntaxes, on both streams, with what could hide it.

use crate::build::load_base_image;
use crate::harness::{LocalEcr, binary, clean, succeed};
use crate::local::modern;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

#[path = "../../crates/ecrane/src/runner/reader.rs"]
mod reader;

/// What stands before a command to have it begin a line, or to be passed over.
const BEFORE: [&str; 12] = [
    "",
    "  \t",
    "text ",
    "text\r",
    "\x1b[2K\x1b[0G",
    "\x1b]0;title\x07",
    "\u{200b}",
    "\u{feff}",
    "\u{202e}",
    "\u{2028}",
    "\u{85}",
    "\0",
];

/// Every command, in all forms, each with a mark.
fn hostile_lines() -> String {
    let mut lines = String::new();
    for name in reader::COMMANDS {
        for before in BEFORE {
            for command in [
                format!("::{name} name=image::taken"),
                format!("##[{name} name=image]taken"),
                format!("#\u{200b}#[{name}]taken"),
                format!(":\u{ad}:{name}::taken"),
                format!("#\x1b[m#[{name}]taken"),
            ] {
                writeln!(lines, "{before}{command}").unwrap();
            }
        }
    }
    lines
}

/// A build that prints them on both streams, and one in pieces.
fn lay_context(folder: &Path) {
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join("lines"), hostile_lines()).unwrap();
    // No cache of an engine has this: what is not run prints nothing.
    std::fs::write(folder.join("mark"), folder.to_str().unwrap()).unwrap();
    let dockerfile = "FROM debian:trixie-slim\nCOPY lines mark /\n\
        RUN cat /lines && cat /lines >&2 && \
        for piece in ':' ':set-out' 'put name=image::' 'taken' '#' '#' '[add-mask' ']taken'; do \
        printf '%s' \"$piece\"; sleep 0.02; done\n";
    std::fs::write(folder.join("Dockerfile"), dockerfile).unwrap();
}

/// Runs the action, and looks at what the runner would take.
fn check(mut action: Command, context: &Path) {
    let outputs = context.join("../outputs");
    action
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_OUTPUT", &outputs)
        .env("RUNNER_TEMP", context.parent().unwrap())
        .env("INPUT_REPOSITORY", "app")
        .env("INPUT_PUSH", "false")
        .env("INPUT_NETWORK", "none")
        .env("INPUT_CONTEXT", context);
    let ran = succeed(&mut action);
    assert!(ran.stdout.contains("taken"), "{}", ran.stdout);
    assert_eq!(reader::commands(&ran.stdout), ["group", "endgroup"]);
    assert_eq!(reader::commands(&ran.stderr), [""; 0]);
    let outputs = std::fs::read_to_string(outputs).unwrap();
    let outputs = reader::outputs(&outputs).unwrap();
    let names: Vec<&str> = outputs.iter().map(|(name, _)| name.as_str()).collect();
    let ours = ["repository", "changed", "digest", "imageid"];
    let of_report = ["expiring", "plan", "lifecycle-report"];
    assert_eq!(names, [&ours[..], &of_report].concat());
}

#[test]
fn nothing_that_a_build_prints_is_a_command() {
    let home = tempfile::tempdir().unwrap();
    let context = home.path().join("context");
    lay_context(&context);
    check(clean(binary(), home.path()), &context);
}

#[test]
fn nothing_that_buildx_prints_is_a_command() {
    let ecr = LocalEcr::start();
    modern::plug_in(&ecr);
    load_base_image(&ecr);
    let context = ecr.home().join("context");
    lay_context(&context);
    let mut action = clean(binary(), ecr.home());
    modern::with_engine(&mut action);
    check(action, &context);
}

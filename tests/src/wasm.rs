//! The module that a page loads, run in Node: it says what the program says.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use ecrane_core::diagnostic::{Diagnostic, Span};
use ecrane_core::lifecycle::image::{self, Moment};
use ecrane_core::lifecycle::preview::Preview;
use ecrane_core::lifecycle::{self, Checked, Dialect, Policy, evaluate};
use serde_json::{Value, json};

use crate::harness::{clean, root, succeed};
use crate::lifecycle::facts;

/// The most bytes of the module after compression.
const CEILING: u64 = 180_000;

/// The module's folder: what `cargo xtask test` built, else built now.
fn module() -> &'static Path {
    static MODULE: OnceLock<PathBuf> = OnceLock::new();
    MODULE.get_or_init(|| {
        if let Some(folder) = std::env::var_os("ECRANE_WASM") {
            return PathBuf::from(folder);
        }
        succeed(
            Command::new(env!("CARGO"))
                .args(["xtask", "wasm"])
                .current_dir(root()),
        );
        let mut folder = std::env::current_exe().unwrap();
        for below_target in ["the test", "deps", "debug"] {
            assert!(folder.pop(), "{below_target}");
        }
        folder.join("page")
    })
}

fn node(script: &str) -> Command {
    let mut command = clean("node", &root());
    command
        .arg(root().join("tests/wasm").join(script))
        .arg(module());
    command
}

/// What the module answers to each call: its name and its arguments.
fn call(calls: &[Value]) -> Vec<Value> {
    let mut input = tempfile::tempfile().unwrap();
    serde_json::to_writer(&mut input, calls).unwrap();
    input.flush().unwrap();
    std::io::Seek::rewind(&mut input).unwrap();
    let ran = succeed(node("call.mjs").stdin(Stdio::from(input)));
    let answers: Vec<Value> = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(answers.len(), calls.len());
    answers
}

/// The report that the core's own findings come to.
fn report(text: &str, checked: &Checked) -> Value {
    json!({
        "valid": checked.is_valid(),
        "dialect": checked.dialect.map(Dialect::as_str),
        "findings": findings(text, &checked.diagnostics),
    })
}

fn findings(text: &str, diagnostics: &[Diagnostic]) -> Vec<Value> {
    let units = |bytes: usize| text.get(..bytes).unwrap().encode_utf16().count();
    let place = |span: Span| (units(span.start), units(span.end));
    let finding = |found: &Diagnostic| {
        let (from, to) = place(found.span);
        let labels = found.labels.iter().map(|label| {
            let (from, to) = place(label.span);
            json!({ "text": label.text, "from": from, "to": to })
        });
        json!({
            "code": found.code,
            "severity": found.severity.as_str(),
            "message": found.message,
            "help": found.help,
            "path": found.path,
            "from": from,
            "to": to,
            "labels": labels.collect::<Vec<_>>(),
        })
    };
    diagnostics.iter().map(finding).collect()
}

/// Asks the module and core about the same texts.
fn same_answers(texts: &[(String, Option<Dialect>)]) {
    let calls: Vec<Value> = texts
        .iter()
        .flat_map(|(text, dialect)| {
            let dialect = dialect.map(Dialect::as_str);
            [
                json!(["check", text, dialect]),
                json!(["compile", text, dialect]),
            ]
        })
        .collect();
    let answers = call(&calls);
    for ((text, dialect), answers) in texts.iter().zip(answers.chunks(2)) {
        let checked = lifecycle::read(text, *dialect);
        let linted = report(text, &checked.clone().with_lints());
        assert_eq!(answers[0]["answer"], linted, "{text}");
        let checked = checked.alone();
        let policy = checked.policy.as_ref().map(Policy::to_json);
        let compiled = json!({ "report": report(text, &checked), "policy": policy });
        assert_eq!(answers[1]["answer"], compiled, "{text}");
    }
    println!("the same natively and in Node: {} texts", texts.len());
}

/// Rules as ecrane has them.
const RULES: &str = "protect: [latest]\nundo: 90d\nrules:\n  - tags: {any-of: [pr-*, dev-*]}\n    older-than: 14d # 𝄞\n";

#[test]
fn the_module_answers_as_the_program_does() {
    let awsx = r#"{"rules": [{"selection": "any", "maximumAgeLimit": 30}]}"#;
    let mut texts: Vec<(String, Option<Dialect>)> = [
        ("", None),
        ("{}", None),
        (r#"{"skip": true}"#, None),
        (awsx, None),
        (awsx, Some(Dialect::Ecr)),
        // Offsets after characters of two, three and four bytes.
        (r#"{"rules": [{"é": "€", "𝄞": 1}], "no": 2}"#, None),
        ("\u{feff}{\"rules\": 1}", None),
        (RULES, None),
        ("rules:\n  - tags: *é\n", None),
        ("Resources:\n  Größe: {Type: AWS::ECR::Repository, Properties: {LifecyclePolicy: !Ref P}}\n", None),
    ]
    .map(|(text, dialect)| (text.to_owned(), dialect))
    .into();
    for folder in ["valid", "invalid"] {
        let facts = facts(folder, "").unwrap_or_default();
        texts.extend(facts.iter().map(|fact| (fact.text(), None)));
    }
    let crosswalk = facts("cases", "compile-").unwrap_or_default();
    texts.extend(crosswalk.iter().map(|fact| {
        let rules = fact.json["input"].to_string();
        (rules, Some(Dialect::Awsx))
    }));
    same_answers(&texts);
}

#[test]
fn the_module_plays_a_policy_through_as_the_program_does() {
    let mut facts = facts("cases", "").unwrap_or_default();
    facts.retain(|fact| fact.json["kind"] != "compile" && fact.json["images"].is_array());
    let policy = r#"{"rules": [{"rulePriority": 1, "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1}, "action": {"type": "expire"}}]}"#;
    let now = "2026-09-01T12:00:00Z";
    let mut worlds: Vec<(String, String, String)> = vec![
        (policy.to_owned(), "[{}]".to_owned(), now.to_owned()),
        ("{".to_owned(), "[\"é\", 1".to_owned(), now.to_owned()),
    ];
    worlds.extend(facts.iter().map(|fact| {
        let now = fact.json["now"].as_str().unwrap().to_owned();
        (
            fact.json["policy"].to_string(),
            fact.json["images"].to_string(),
            now,
        )
    }));
    let moment = |now: &str| now.parse::<Moment>().unwrap();
    let calls: Vec<Value> = worlds
        .iter()
        .map(|(policy, images, now)| {
            json!(["preview", policy, images, moment(now).seconds() * 1_000])
        })
        .collect();
    for ((policy, images, now), answer) in worlds.iter().zip(call(&calls)) {
        let checked = lifecycle::read(policy, None).alone();
        let listing = image::read(images);
        let verdicts = checked.policy.as_ref().zip(listing.images.as_ref());
        let verdicts = verdicts.map(|(policy, images)| evaluate(policy, images, moment(now)));
        let preview = verdicts
            .as_ref()
            .map(|it| Preview::new(it, &listing.diagnostics));
        let played = json!({
            "policy": report(policy, &checked),
            "images": findings(images, &listing.diagnostics),
            "preview": preview,
        });
        assert_eq!(answer["answer"], played, "{policy}");
    }
    println!("played through in Node: {} worlds", worlds.len());
}

#[test]
fn an_unknown_dialect_is_refused_in_a_sentence() {
    let answers = call(&[
        json!(["check", "{}", "aws"]),
        json!(["compile", "{}", "ecr "]),
    ]);
    let refusals = answers.iter().map(|answer| answer["refusal"].as_str());
    let refusals: Vec<&str> = refusals.map(Option::unwrap_or_default).collect();
    insta::assert_snapshot!(refusals.join("\n"), @"
    no dialect is called `aws`: write `ecr` or `awsx` or `ecrane` or `cloudformation` or `terraform-plan`; did you mean `awsx`?
    no dialect is called `ecr `: write `ecr` or `awsx` or `ecrane` or `cloudformation` or `terraform-plan`; did you mean `ecr`?
    ");
}

#[test]
fn the_module_is_small() {
    let size: Value = serde_json::from_str(&succeed(&mut node("size.mjs")).stdout).unwrap();
    println!(
        "the module: {} bytes, {} with brotli",
        size["raw"], size["brotli"]
    );
    let brotli = size["brotli"].as_u64().unwrap();
    assert!(brotli > 10_000, "{size} is no module");
    assert!(brotli <= CEILING, "{size} is above {CEILING} bytes");
}

#[test]
fn its_types_are_taken_as_they_are_made() {
    let types = std::fs::read_to_string(module().join("ecrane.d.ts")).unwrap();
    for function in [
        "check(text: string, dialect?: Dialect): Report",
        "compile(text: string, dialect?: Dialect): Compiled",
        "preview(text: string, images: string, now: number, dialect?: Dialect): Played",
    ] {
        assert!(
            types.contains(&format!("export function {function};")),
            "{types}"
        );
    }
}

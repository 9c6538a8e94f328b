//! The module that a page loads, run in Node: it says what the program says.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use ecrane_core::diagnostic::{Diagnostic, Span};
use ecrane_core::lifecycle::image::{self, Moment};
use ecrane_core::lifecycle::preview::Preview;
use ecrane_core::lifecycle::{self, Checked, Dialect, Policy, diff, diff_images, evaluate};
use serde_json::{Value, json};

use crate::harness::{clean, root, succeed};
use crate::lifecycle::facts;
use crate::page::seen_at;

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
    command.arg(root().join("tests/wasm").join(script));
    command
}

/// The bytes of files after compression.
pub(crate) fn on_the_wire(files: &[PathBuf]) -> u64 {
    let weighed = succeed(node("weigh.mjs").args(files)).stdout;
    let weights: Vec<Value> = serde_json::from_str(&weighed).unwrap();
    assert_eq!(weights.len(), files.len());
    let bytes = weights.iter().map(|file| file["brotli"].as_u64().unwrap());
    bytes.sum()
}

/// What the module answers to each call: its name and its arguments.
fn call(calls: &[Value]) -> Vec<Value> {
    let mut input = tempfile::tempfile().unwrap();
    serde_json::to_writer(&mut input, calls).unwrap();
    input.flush().unwrap();
    std::io::Seek::rewind(&mut input).unwrap();
    let ran = succeed(node("call.mjs").arg(module()).stdin(Stdio::from(input)));
    let answers: Vec<Value> = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(answers.len(), calls.len());
    answers
}

/// The report that the core's own findings come to.
fn report(text: &str, checked: &Checked) -> Value {
    json!({
        "valid": checked.is_valid(),
        "dialect": checked.dialect.map(Dialect::as_str),
        "around": checked.is_around(),
        "findings": findings(text, &checked.diagnostics, |found| {
            lifecycle::is_mendable(text, checked, found)
        }),
    })
}

fn findings(
    text: &str,
    diagnostics: &[Diagnostic],
    mendable: impl Fn(&Diagnostic) -> bool,
) -> Vec<Value> {
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
            "mendable": mendable(found),
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
    // Long ones get into the module in another way: without, with one and with
    // many characters of several bytes.
    let filler = "ab".repeat(3_000);
    for end in ["", "\u{20ac}", &"é\u{1d11e}".repeat(9_000)] {
        texts.push((format!("{{\"{filler}\": \"{end}\", \"no\": 1}}"), None));
    }
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

/// A policy, the images that it is played through on, and when.
struct World {
    policy: String,
    images: String,
    now: Moment,
}

/// Of the cases that have images, and some that have faults.
fn worlds() -> Vec<World> {
    let keep_one = r#"{"rules": [{"rulePriority": 1, "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1}, "action": {"type": "expire"}}]}"#;
    let now: Moment = "2026-09-01T12:00:00Z".parse().unwrap();
    let world = |policy: &str, images: &str| World {
        policy: policy.to_owned(),
        images: images.to_owned(),
        now,
    };
    let examples =
        |name: &str| std::fs::read_to_string(root().join("examples/policies").join(name)).unwrap();
    let mut worlds = vec![
        world(keep_one, "[{}]"),
        world("{", "[\"é\", 1"),
        world(&examples("trap.json"), &examples("images.json")),
        world(&examples("rules.yaml"), &examples("images.json")),
    ];
    let mut facts = facts("cases", "").unwrap_or_default();
    facts.retain(|fact| fact.json["kind"] != "compile" && fact.json["images"].is_array());
    worlds.extend(facts.iter().map(|fact| World {
        policy: fact.json["policy"].to_string(),
        images: fact.json["images"].to_string(),
        now: fact.json["now"].as_str().unwrap().parse().unwrap(),
    }));
    worlds
}

#[test]
fn the_module_plays_a_policy_through_as_the_program_does() {
    let worlds = worlds();
    let calls = worlds.iter().map(|world| {
        let World {
            policy,
            images,
            now,
        } = world;
        json!(["play", images, policy, now.seconds() * 1_000, true])
    });
    let answers = call(&calls.collect::<Vec<_>>());
    let mut images_judged = 0;
    for (
        World {
            policy: text,
            images,
            now,
        },
        answer,
    ) in worlds.iter().zip(&answers)
    {
        let answer = &answer["answer"];
        let mut checked = lifecycle::read(text, None).alone().with_lints();
        let listing = image::read(images);
        if let Some(images) = &listing.images {
            checked = checked.with_image_lints(images, *now);
        }
        assert_eq!(answer["played"]["report"], report(text, &checked), "{text}");
        let found = findings(images, &listing.diagnostics, |_| false);
        assert_eq!(answer["images"], json!(found), "{images}");
        let both = checked.policy.as_ref().zip(listing.images.as_ref());
        let Some((policy, images)) = both else {
            assert_eq!(answer["played"]["summary"], Value::Null);
            assert_eq!(answer["results"], json!([]));
            continue;
        };
        let verdicts = evaluate(policy, images, *now);
        let preview = Preview::new(&verdicts, &listing.diagnostics);
        let preview = serde_json::to_value(&preview).unwrap();
        let played = json!({
            "results": answer["results"],
            "summary": answer["played"]["summary"],
            "warnings": answer["played"]["warnings"],
        });
        assert_eq!(played, preview, "{text}");
        assert_eq!(answer["verdicts"], json!(in_two_bytes(&preview, policy)));
        images_judged += images.len();
    }
    println!(
        "played through in Node: {} worlds, {images_judged} images",
        worlds.len()
    );
}

/// The verdicts as they cross to a page.
fn in_two_bytes(preview: &Value, policy: &Policy) -> Vec<u64> {
    let rules = policy.by_priority();
    let place = |number: &Value| {
        let number = number.as_u64()?;
        rules
            .iter()
            .position(|rule| u64::from(rule.priority.get()) == number)
    };
    let verdicts = preview["results"].as_array().unwrap().iter();
    verdicts
        .map(|verdict| {
            let action = match verdict["action"].as_str().unwrap() {
                "none" => 0,
                "expire" => 1,
                other => {
                    assert_eq!(other, "transition");
                    2
                }
            };
            let doubt = if verdict["certainty"] == "may" { 4 } else { 0 };
            let rule = place(&verdict["claimedBy"]).map_or(0, |place| place as u64 + 1);
            rule << 8 | action | doubt
        })
        .collect()
}

#[test]
fn the_module_compares_as_the_program_does() {
    let worlds: Vec<World> = worlds().into_iter().skip(2).collect();
    let pairs: Vec<(&World, &World)> = worlds.iter().zip(worlds.iter().skip(1)).collect();
    let calls = pairs.iter().map(|(old, new)| {
        let now = new.now.seconds() * 1_000;
        json!(["compare", new.images, old.policy, new.policy, now])
    });
    let answers = call(&calls.collect::<Vec<_>>());
    let mut changes = 0;
    for ((old, new), answer) in pairs.iter().zip(&answers) {
        let images = image::read(&new.images).images.unwrap();
        let policy = |world: &World| lifecycle::read(&world.policy, None).alone().policy.unwrap();
        let (before, after) = (policy(old), policy(new));
        let old = evaluate(&before, &images, new.now);
        let changed = diff_images(&old, &evaluate(&after, &images, new.now));
        changes += changed.len();
        let expected = json!({
            "valid": true,
            "rules": diff(&before, &after),
            "count": changed.len(),
            "images": changed,
        });
        assert_eq!(answer["answer"], expected);
    }
    assert!(changes > 0, "no pair changes anything");
    println!(
        "compared in Node: {} pairs, {changes} images change hands",
        pairs.len()
    );
}

#[test]
fn the_module_mends_what_the_program_mends() {
    let trap = std::fs::read_to_string(root().join("examples/policies/trap.json")).unwrap();
    let checked = lifecycle::read(&trap, None).with_lints();
    let mut found = checked.diagnostics.iter();
    let finding = found
        .find(|it| lifecycle::is_mendable(&trap, &checked, it))
        .unwrap();
    let mended = lifecycle::mend(&trap, &checked, finding).unwrap().unwrap();
    let answers = call(&[
        json!(["mend", trap, finding.code, finding.span.start]),
        json!(["mend", trap, finding.code, 0]),
    ]);
    assert_eq!(
        answers[0]["answer"],
        json!({ "text": mended, "refusal": null })
    );
    assert_eq!(
        answers[1]["answer"],
        json!({ "text": null, "refusal": null })
    );
}

#[test]
fn the_columns_of_a_table_come_at_once() {
    let images = r#"[
        {"imageDigest": "sha256:older", "imageTags": ["a\nb", "z"], "imagePushedAt": "2026-01-01T00:00:00Z", "imageSizeInBytes": 5},
        {"imageDigest": "sha256:newer", "imagePushedAt": "2026-01-02T00:00:00Z"}
    ]"#
    .replace("older", &"a".repeat(64))
    .replace("newer", &"b".repeat(64));
    let answers = call(&[
        json!(["play", images, "{}", 0, false]),
        json!(["find", images, "z"]),
        json!(["find", images, "sha256:b"]),
    ]);
    assert_eq!(answers[0]["answer"]["lines"], json!(["", "a b"]));
    let columns = json!([[1_767_312_000_000_u64, 1_767_225_600_000_u64], [0, 5]]);
    assert_eq!(answers[0]["answer"]["columns"], columns);
    assert_eq!(answers[1]["answer"], json!([1]));
    assert_eq!(answers[2]["answer"], json!([0]));
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
    let module = module().join("ecrane_bg.wasm");
    let brotli = on_the_wire(&[module]);
    println!("the module: {brotli} bytes with brotli");
    assert!(brotli > 10_000, "{brotli} bytes are no module");
    assert!(brotli <= CEILING, "{brotli} bytes are above {CEILING}");
}

#[test]
fn its_types_are_taken_as_they_are_made() {
    let types = std::fs::read_to_string(module().join("ecrane.d.ts")).unwrap();
    for function in [
        "check(text: string, dialect?: Dialect): Report",
        "compile(text: string, dialect?: Dialect): Compiled",
        "mend(text: string, code: string, from: number, dialect?: Dialect): Mended",
    ] {
        let line = format!("export function {function};");
        assert!(types.contains(&line), "{types}");
    }
    let method = "play(text: string, now: number, own: boolean, dialect?: Dialect): Played;";
    assert!(types.contains(method), "{types}");
}

/// The code of a language in the package's own README.
fn example(language: &str) -> String {
    let readme = std::fs::read_to_string(module().join("README.md")).unwrap();
    let (_, code) = readme.split_once(&format!("```{language}\n")).unwrap();
    code.split_once("```").unwrap().0.to_owned()
}

#[test]
fn the_example_of_the_package_runs_in_node() {
    let home = tempfile::tempdir().unwrap();
    let packages = home.path().join("node_modules");
    std::fs::create_dir(&packages).unwrap();
    std::os::unix::fs::symlink(module().canonicalize().unwrap(), packages.join("ecrane")).unwrap();
    let script = home.path().join("example.mjs");
    std::fs::write(&script, example("js")).unwrap();
    let mut node = clean("node", home.path());
    let ran = succeed(node.arg(&script).current_dir(home.path()));
    insta::assert_snapshot!(ran.stdout, @"
    warning list-is-and: a list is an AND, so an image tagged `v` is not selected: every entry must be matched by some tag of the image
    info no-untagged-rule: no rule selects images without a tag: what a moved tag leaves behind piles up
    rc-2 none kept: claimed by rule 1 (v* and rc-*), newest 1 of 2, goes after 1 more
    rc-1 expire expires by rule 1 (v* and rc-*): newest 2 of 2, and it keeps 1
    ");
}

#[test]
fn the_example_of_the_package_runs_in_a_browser() {
    let home = tempfile::tempdir().unwrap();
    for file in ["ecrane.js", "ecrane_bg.wasm"] {
        std::fs::copy(module().join(file), home.path().join(file)).unwrap();
    }
    std::fs::write(home.path().join("index.html"), example("html")).unwrap();
    let seen = seen_at(home.path().as_os_str(), "example", &Value::Null);
    insta::assert_snapshot!(seen["text"].as_str().unwrap(), @"`rules` is empty: at least one rule is needed");
}

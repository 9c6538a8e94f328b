//! The page, in a browser: `tests/page` acts and says what it saw, and here it
//! is held to what the program says.

mod faulty;
mod wishes;

use std::ffi::OsStr;
use std::io::{Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::harness::{binary, clean, root, succeed};
use crate::wasm::on_the_wire;

/// The most bytes that come over the wire before the page can be used.
const CEILING: u64 = 380_000;

/// The page's folder: what `cargo xtask test` built, else built now.
fn page() -> &'static Path {
    static PAGE: OnceLock<PathBuf> = OnceLock::new();
    PAGE.get_or_init(|| {
        if let Some(folder) = std::env::var_os("ECRANE_WEB") {
            return PathBuf::from(folder);
        }
        succeed(
            Command::new(env!("CARGO"))
                .args(["xtask", "web"])
                .current_dir(root()),
        );
        let mut folder = std::env::current_exe().unwrap();
        for below_target in ["the test", "deps", "debug"] {
            assert!(folder.pop(), "{below_target}");
        }
        folder.join("web")
    })
}

/// What a scenario saw, given something; the page itself complained of nothing.
fn seen(scenario: &str, given: &Value) -> Value {
    seen_at(page().as_os_str(), scenario, given)
}

/// The same of the page in a folder, or at an address.
pub(crate) fn seen_at(place: &OsStr, scenario: &str, given: &Value) -> Value {
    let mut input = tempfile::tempfile().unwrap();
    serde_json::to_writer(&mut input, given).unwrap();
    input.flush().unwrap();
    input.rewind().unwrap();
    // A browser leaves things at home.
    let home = tempfile::tempdir().unwrap();
    let mut command = clean("node", home.path());
    command
        .arg(root().join("tests/page/run.mjs"))
        .arg(scenario)
        .arg(place)
        .stdin(Stdio::from(input));
    let ran = succeed(&mut command);
    let seen: Value = serde_json::from_str(&ran.stdout).unwrap();
    if let Some(complaints) = seen.get("complaints") {
        assert_eq!(*complaints, json!([]), "{scenario}");
    }
    seen
}

fn codes(problems: &Value) -> Vec<&str> {
    let problems = problems.as_array().unwrap().iter();
    problems.map(|it| it["code"].as_str().unwrap()).collect()
}

#[test]
fn a_fault_is_shown_where_it_is_as_it_is_typed() {
    let faulty = "{\n  \"rules\": [{\"rulePriority\": 1, \"selection\": {\"tagStatus\": \"untagged\", \"countType\": \"sinceImagePushed\", \"countUnit\": \"weeks\", \"countNumber\": 0}, \"action\": {\"type\": \"expire\"}}]\n}";
    let refusal = "Error: creating ECR Lifecycle Policy (app): InvalidParameterException: Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: 'Lifecycle policy validation failure: Rule for tagStatus=ANY must have the lowest priority per storage class'";
    let given = json!({ "faulty": faulty, "refusal": refusal });
    let seen = seen("typing", &given);

    // The page opens with a policy that reads well, and what it loses.
    assert_eq!(seen["first"]["figures"]["expire"], "41");
    assert_eq!(codes(&seen["first"]["problems"])[0], "list-is-and");
    let underlined = seen["first"]["underlined"].as_array().unwrap();
    let list = json!("\"tagPatternList\": [\"v*\", \"rc-*\"]");
    assert!(underlined.contains(&list), "{underlined:?}");
    // One click keeps those that were meant.
    assert_eq!(seen["mended"]["figures"]["expire"], "26");
    let mended = seen["mended"]["codes"].as_array().unwrap();
    assert!(!mended.contains(&json!("list-is-and")), "{mended:?}");

    let problems = &seen["pasted"]["problems"];
    let expected = ["count-unit", "count-number"];
    assert_eq!(codes(problems), expected);
    assert_eq!(problems[0]["line"], "line 2");
    let underlined = &seen["pasted"]["underlined"];
    assert_eq!(*underlined, json!(["\"weeks\"", "0"]));

    let crossed = json!({ "lines": underlined, "wide": underlined });
    assert_eq!(seen["crossed"], crossed, "{seen}");

    let hover = seen["hover"].as_str().unwrap();
    assert!(hover.starts_with("Rule 1: images with a tag"), "{hover}");
    let row = &seen["own"]["row"];
    assert_eq!(row["verdict"], "expires", "{row}");
    assert_eq!(
        row["basis"],
        "AWS: counted from the newest on, those beyond the count go"
    );
    let causes = seen["causes"].as_array().unwrap().iter();
    let causes: Vec<&str> = causes.map(|it| it.as_str().unwrap()).collect();
    insta::assert_snapshot!(causes.join("\n"), @"
    any-not-last A rule for any is applied before another rule of its storage class.
    duplicate-any Two rules of one storage class are for any.
    ");
    assert_eq!(codes(&seen["typed"]), ["json-syntax"]);
    let properties = [
        "\"action\"",
        "\"description\"",
        "\"rulePriority\"",
        "\"selection\"",
    ];
    assert_eq!(seen["names"], json!(properties));
    assert_eq!(
        seen["values"],
        json!(["\"any\"", "\"tagged\"", "\"untagged\""])
    );
    assert_eq!(
        seen["completed"],
        "{\"rules\": [{\"selection\": {\"tagStatus\": \""
    );
    let yaml = json!({
        "names": ["images"],
        "values": ["any"],
        "beside": ["older-than"],
        "completed": ["  - images: any", "    o"],
    });
    assert_eq!(seen["yaml"], yaml);
}

/// What the program makes of a policy, images and a time.
fn preview(policy: &str, images: &str, now: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let (policy_file, images_file) = (folder.path().join("policy"), folder.path().join("images"));
    std::fs::write(&policy_file, policy).unwrap();
    std::fs::write(&images_file, images).unwrap();
    let mut command = clean(binary(), folder.path());
    command.args(["lifecycle", "preview", "--json", "--now", now]);
    command.arg("--images").arg(images_file).arg(policy_file);
    serde_json::from_str(&succeed(&mut command).stdout).unwrap()
}

#[test]
fn a_sample_gets_the_verdicts_of_the_program() {
    // The largest takes the program of the tests a minute.
    let large = std::env::var_os("ECRANE_LONG").is_some();
    let seen = seen("samples", &json!({ "large": large }));
    let samples = seen["samples"].as_array().unwrap();
    let mut judged = 0;
    for sample in samples {
        let text = |name: &str| sample[name].as_str().unwrap();
        let said = preview(text("policy"), text("images"), "2026-09-01T12:00:00Z");
        let results = said["results"].as_array().unwrap();
        let count = |of: &dyn Fn(&&Value) -> bool| {
            let number = results.iter().filter(of).count();
            let figure = number.to_string();
            let digits: Vec<&str> = figure
                .as_bytes()
                .rchunks(3)
                .rev()
                .map(|three| std::str::from_utf8(three).unwrap())
                .collect();
            digits.join(",")
        };
        let is = |action: &'static str| move |it: &&Value| it["action"] == action;
        let figures = &sample["figures"];
        assert_eq!(figures["expire"], count(&is("expire")), "{}", sample["id"]);
        assert_eq!(figures["are archived"], count(&is("transition")));
        assert_eq!(figures["stay"], count(&is("none")));
        let doubtful = results.iter().filter(|it| it["certainty"] == "may");
        assert_eq!(sample["doubtful"], doubtful.count(), "{}", sample["id"]);
        for row in sample["rows"].as_array().unwrap() {
            let reason = &row["reason"];
            let same = results.iter().any(|it| it["reason"] == *reason);
            assert!(same, "{}: {row}", sample["id"]);
        }
        judged += results.len();
    }
    println!(
        "samples as the program has them: {}, {judged} images",
        samples.len()
    );
    assert!(judged > 10_000, "{judged}");
}

#[test]
fn a_list_that_is_typed_in_keeps_every_letter_and_the_time() {
    let seen = seen("list", &json!({}));
    let first = seen["first"].as_str().unwrap();
    assert!(
        first.starts_with(seen["words"].as_str().unwrap()),
        "{first}"
    );
    assert!(!seen["mended"].as_str().unwrap().contains('z'), "{seen}");
    let day = |of: &str| {
        seen[of]
            .as_str()
            .unwrap()
            .split(',')
            .next()
            .map(str::to_owned)
    };
    assert_eq!(day("before"), day("after"));
}

#[test]
fn a_page_that_has_loaded_asks_nobody() {
    let policy = std::fs::read_to_string(root().join("examples/policies/lifecycle.json")).unwrap();
    let seen = seen("quiet", &json!({ "policy": policy }));
    assert_eq!(seen["sent"], json!([]));
    assert_eq!(seen["offline"], seen["online"]);
    let rules = seen["csp"].as_str().unwrap();
    assert!(rules.starts_with("default-src 'none';"), "{rules}");
    assert!(
        !rules.contains("unsafe-inline") && !rules.contains("http"),
        "{rules}"
    );
}

#[test]
fn a_reload_shows_what_is_deployed_and_no_network_what_was() {
    let seen = seen("update", &json!({ "folder": page() }));
    let names = |of: &Value| -> Vec<String> {
        let origin = seen["origin"].as_str().unwrap();
        let names = of.as_array().unwrap().iter();
        let names = names.map(|it| it.as_str().unwrap().replace(origin, ""));
        names.collect()
    };
    assert_eq!(seen["before"]["title"], "first");
    let before = names(&seen["before"]["caches"]);
    assert_eq!(before[0], "ecrane /some/where/ first");
    assert!(before[1].starts_with("ecrane /some/where-else/ "));
    assert_eq!(seen["reloaded"], "second");
    let after = names(&seen["after"]);
    assert_eq!(after.len(), 2, "{after:?}");
    assert!(after.contains(&"ecrane /some/where/ second".to_owned()));
    assert!(
        after.contains(&before[1]),
        "{after:?}: another deployment's"
    );
    assert_eq!(seen["stuck"], "second", "a network that answers nothing");
    assert_eq!(seen["offline"], "second");
}

#[test]
fn a_text_is_nothing_but_a_text() {
    let corpus = [
        "<img src=x onerror=\"window.planted=1;alert(1)\">",
        "<script>window.planted=1</script>",
        "\"><svg onload=window.planted=1>",
        "{{constructor.constructor('window.planted=1')()}}",
        "javascript:window.planted=1",
        "</style><iframe srcdoc=\"<script>parent.planted=1</script>\">",
        "${window.planted=1}`'\"",
    ];
    let large = format!(
        "{{\"rules\": [{}]}}",
        "{\"rulePriority\": 1},".repeat(500_000)
    );
    let deep = "[".repeat(10_000);
    let given = json!({ "corpus": corpus, "large": large, "deep": deep });
    let seen = seen("hostile", &given);
    assert_eq!(seen["dialogs"], json!([]));
    assert_eq!((&seen["planted"], &seen["ran"]), (&json!(0), &json!(0)));
    println!(
        "{} texts inert; {} MB answered in {} ms ({} of them in the module), depth {} in {} ms",
        corpus.len(),
        large.len() / 1_000_000,
        seen["took"]["large"]["page"],
        seen["took"]["large"]["module"],
        deep.len(),
        seen["took"]["deep"]["page"],
    );
    for name in ["large", "deep"] {
        let problems = seen["took"][name]["problems"].as_array().unwrap();
        assert!(!problems.is_empty(), "{name}: {seen}");
    }
    // What is no link of the page opens nothing.
    for opened in seen["links"].as_array().unwrap() {
        assert_eq!(opened["policy"], "", "{opened}");
        assert_eq!(opened["said"], 1, "{opened}");
    }
}

#[test]
fn a_list_of_30_mb_is_dropped() {
    let seen = seen("large", &json!({ "bytes": 30_000_000 }));
    let made = seen["made"].as_u64().unwrap();
    println!("dropped {made} images, {} bytes", seen["bytes"]);
    assert!(made > 60_000, "{made}");
    assert!(seen["bytes"].as_u64().unwrap() > 30_000_000);
    assert_eq!(seen["accounts"], 0, "an account id stayed in the list");
}

#[test]
fn a_link_opens_what_was_seen() {
    let policy = std::fs::read_to_string(root().join("examples/policies/lifecycle.json")).unwrap();
    let awsx = r#"{"rules": [{"selection": "untagged", "maximumAgeLimit": 14}]}"#;
    let template = json!({ "Resources": { "Images": {
        "Type": "AWS::ECR::Repository",
        "Properties": {
            "RepositoryName": "canary/app",
            "LifecyclePolicy": { "LifecyclePolicyText": policy },
        },
    }}});
    let faulty = template.to_string().replace("rulePriority", "rulePriorty");
    let given = json!({ "policy": policy, "awsx": awsx, "template": template.to_string(), "faulty": faulty });
    let seen = seen("sharing", &given);
    let alone = seen["alone"].as_str().unwrap();
    assert!(alone.contains("rulePriority"), "{alone}");
    assert!(!alone.contains("canary"), "{alone}");
    let beside = seen["beside"].as_str().unwrap();
    assert!(beside.contains("rulePriority") && !beside.contains("canary"));
    assert_eq!(seen["links"], 0);
    assert_ne!(seen["today"]["expire"], seen["later"]["expire"]);
    assert!(seen["changed"].as_str().unwrap().ends_with("change hands"));
    assert!(seen["hands"].as_u64().unwrap() > 0);
    assert!(
        seen["opened"]["policy"]
            .as_str()
            .unwrap()
            .contains("\"countNumber\": 3")
    );
    assert!(
        seen["opened"]["day"]
            .as_str()
            .unwrap()
            .contains("2026-10-01, in 30 days")
    );
    assert_eq!(seen["header"], 0);
    let forms = &seen["forms"];
    let ecr: Value = serde_json::from_str(forms["ECR JSON"].as_str().unwrap()).unwrap();
    assert_eq!(ecr["rules"][0]["selection"]["countNumber"], 14);
    for (form, word) in [
        ("Terraform", "aws_ecr_lifecycle_policy"),
        ("aws command", "put-lifecycle-policy"),
        ("Workflow step", "lifecycle-policy: |"),
    ] {
        assert!(forms[form].as_str().unwrap().contains(word), "{forms}");
    }
}

#[test]
fn every_view_can_be_used_by_everybody() {
    let seen = seen("access", &Value::Null);
    let found = seen["found"].as_array().unwrap();
    let all: Vec<&str> = found.iter().map(|it| it.as_str().unwrap()).collect();
    assert_eq!(all.join("\n"), "");
    println!(
        "axe-core: {} views, {} checks passed",
        seen["looked"], seen["rules"]
    );
    assert!(seen["rules"].as_u64().unwrap() > 300, "{seen}");
}

#[test]
fn the_page_is_small() {
    let mut files = vec![page().join("index.html")];
    for file in std::fs::read_dir(page().join("assets")).unwrap() {
        files.push(file.unwrap().path());
    }
    let bytes = on_the_wire(&files);
    println!("the page: {} files, {bytes} bytes with brotli", files.len());
    assert!(bytes > 100_000, "{bytes} bytes are no page");
    assert!(bytes <= CEILING, "{bytes} bytes are above {CEILING}");
}

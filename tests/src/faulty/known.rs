//! Inputs that are known to be faulty, or to be odd and good: each is given to
//! the action or to a command, and ends as the folder of facts says.

use super::made::{self, Given};
use crate::harness::{LocalEcr, Ran, binary, clean, root, run};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// A case of the facts.
struct Case {
    id: String,
    via: String,
    input: String,
    outcome: Outcome,
    exit: Option<i32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Refused,
    Accepted,
    /// With a warning.
    Remarked,
}

fn facts() -> Vec<Case> {
    let Ok(folder) = std::env::var("ECRANE_FACTS") else {
        eprintln!("ECRANE_FACTS is not set: passing over the known inputs");
        return Vec::new();
    };
    let text = std::fs::read(root().join(folder).join("trust/bad_inputs.json")).unwrap();
    let facts: Value = serde_json::from_slice(&text).unwrap();
    let text = |of: &Value| of.as_str().unwrap().to_owned();
    let cases = facts["cases"].as_array().unwrap().iter();
    cases
        .map(|case| Case {
            id: text(&case["id"]),
            via: text(&case["via"]),
            input: text(&case["input"]),
            outcome: match case["expect"]["outcome"].as_str().unwrap() {
                "error" => Outcome::Refused,
                "accept" => Outcome::Accepted,
                "accept_with_warning" => Outcome::Remarked,
                other => panic!("{other}"),
            },
            exit: case["expect"]["exit"].as_i64().map(|code| code as i32),
        })
        .collect()
}

/// Where ecrane ends otherwise, and why.
const OTHERWISE: &[(&str, Outcome, &str)] = &[
    (
        "sec-nonutf8",
        Outcome::Refused,
        "an input is text: `secret-files` takes any bytes",
    ),
    ("env-context-nonutf8", Outcome::Refused, "an input is text"),
    (
        "env-output-missing",
        Outcome::Accepted,
        "the result on standard output says it",
    ),
];

/// Which test holds what cannot be given here, by its file and name.
const ELSEWHERE: &[(&str, &str, &str)] = &[
    (
        "tag-immutable-exists",
        "crates/ecrane-engine/tests/push/there.rs",
        "another_image_at_an_immutable_tag_is_shown_before_anything_is_sent",
    ),
    (
        "tag-immutable-same",
        "tests/src/push.rs",
        "an_immutable_tag_that_names_the_same_image_is_success",
    ),
    (
        "plat-multi-load",
        "crates/ecrane-core/src/build/tests/route.rs",
        "several_platforms_need_a_builder_that_makes_them",
    ),
    // No environment holds them.
    (
        "arg-nul",
        "crates/ecrane-core/src/build/tests/describe.rs",
        "platforms_and_build_arguments_are_read_with_care",
    ),
    (
        "arg-huge",
        "crates/ecrane-core/src/build/tests/describe.rs",
        "platforms_and_build_arguments_are_read_with_care",
    ),
    (
        "img-10m",
        "crates/ecrane-core/src/lifecycle/image/tests.rs",
        "more_images_than_a_repository_can_hold_are_refused",
    ),
    (
        "env-temp-nospace",
        "crates/ecrane-engine/src/archive/layer.rs",
        "a_full_disk_is_an_error_wherever_it_shows",
    ),
    // These are given to the page, in a browser.
    (
        "web-permalink-bad-b64",
        PAGE,
        "a_link_that_cannot_be_read_leaves_the_editor_empty",
    ),
    (
        "web-permalink-bomb",
        PAGE,
        "a_link_that_cannot_be_read_leaves_the_editor_empty",
    ),
    (
        "web-permalink-old",
        PAGE,
        "a_link_that_cannot_be_read_leaves_the_editor_empty",
    ),
    (
        "web-permalink-xss",
        PAGE,
        "a_link_that_cannot_be_read_leaves_the_editor_empty",
    ),
    (
        "web-permalink-8k",
        PAGE,
        "what_makes_too_long_a_link_is_offered_as_a_file",
    ),
    ("web-proto", PAGE, "no_text_changes_what_every_object_has"),
    (
        "web-paste-50mb",
        PAGE,
        "a_paste_of_50_mb_is_refused_before_anybody_reads_it",
    ),
    (
        "web-file-binary",
        PAGE,
        "a_file_that_is_not_text_is_refused",
    ),
    ("web-wasm-panic", PAGE, "a_module_that_panics_is_replaced"),
];

/// Here and in its scenario each case is under its own id.
const PAGE: &str = "tests/src/page/faulty.rs";
const SCENARIO: &str = "tests/page/scenarios/faulty.mjs";

/// The action in a folder of its own, where no commit is known.
fn action(ecr: &LocalEcr, home: &Path) -> Command {
    let mut command = clean(binary(), home);
    command
        .current_dir(home)
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_WORKSPACE", home)
        .env("AWS_ACCESS_KEY_ID", "a")
        .env("AWS_SECRET_ACCESS_KEY", "b")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("INPUT_AWS-REGION", "eu-central-1")
        .env("INPUT_ENDPOINT-URL", &ecr.url)
        .env("INPUT_REPOSITORY", "team/app")
        .env("INPUT_TAGS", "v1")
        .env("INPUT_CONTEXT", home.join("context"));
    command
}

fn given(ecr: &LocalEcr, case: &Case) -> Option<Ran> {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    std::fs::create_dir(home.join("context")).unwrap();
    std::fs::write(home.join("context/Dockerfile"), "FROM scratch\n").unwrap();
    let made = made::made(&case.id, &case.via, &case.input)?;
    let mut command = match &made {
        Given::Images(list) => {
            let policy = home.join("policy.json");
            std::fs::write(&policy, made::POLICY).unwrap();
            std::fs::write(home.join("images.json"), list).unwrap();
            let mut preview = clean(binary(), home);
            preview.args(["lifecycle", "preview"]).arg(policy);
            preview.arg("--images").arg(home.join("images.json"));
            preview
        }
        Given::Variables(variables) => {
            let mut command = action(ecr, home);
            command.envs(variables.iter().map(|(name, value)| (name, value)));
            command
        }
        Given::Policy(text) => {
            std::fs::write(home.join("policy"), text).unwrap();
            let mut command = action(ecr, home);
            command.env("INPUT_LIFECYCLE-POLICY", "policy");
            command
        }
    };
    // What is refused is refused in a run that would do all; what is good is
    // looked at and no more.
    if case.outcome != Outcome::Refused {
        command.env("INPUT_MODE", "check");
    }
    Some(run(&mut command))
}

/// What is wrong with how a case ended.
fn objection(case: &Case, ran: &Ran) -> Option<String> {
    let said = format!("{}{}", ran.stdout, ran.stderr);
    let outcome = OTHERWISE.iter().find(|(id, _, _)| *id == case.id);
    let outcome = outcome.map_or(case.outcome, |(_, outcome, _)| *outcome);
    let as_expected = match outcome {
        Outcome::Refused => ran.code == case.exit.or(Some(2)) && said.contains("error"),
        Outcome::Accepted => ran.code == Some(0),
        Outcome::Remarked => ran.code == Some(0) && said.contains("warning"),
    };
    let last: Vec<&str> = said.lines().rev().take(6).collect();
    (!as_expected).then(|| format!("{} ({outcome:?}): {:?}\n{last:#?}", case.id, ran.code))
}

#[test]
fn every_known_input_ends_as_it_should() {
    let all = facts();
    let ecr = LocalEcr::start();
    let (mut held, mut elsewhere, mut wrong) = (0, 0, Vec::new());
    for case in &all {
        if ELSEWHERE.iter().any(|(id, _, _)| *id == case.id) {
            elsewhere += 1;
            continue;
        }
        let Some(ran) = given(&ecr, case) else {
            wrong.push(format!("nobody gives {}: {:?}", case.id, case.input));
            continue;
        };
        held += 1;
        wrong.extend(objection(case, &ran));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(ecr.requests(), 0, "something was called");
    println!(
        "known inputs: {} of {}, {held} of them by runs here",
        held + elsewhere,
        all.len()
    );
}

#[test]
fn the_tests_that_hold_an_input_are_there() {
    for (id, file, test) in ELSEWHERE {
        let text = std::fs::read_to_string(root().join(file)).unwrap();
        assert!(text.contains(test), "{id}: no `{test}` in {file}");
        if *file == PAGE {
            let scenario = std::fs::read_to_string(root().join(SCENARIO)).unwrap();
            let named = format!("'{id}'");
            assert!(text.contains(&named.replace('\'', "\"")), "{id} in {file}");
            assert!(scenario.contains(&named), "{id} in {SCENARIO}");
        }
    }
}

//! Months that pass in seconds: a seed, a clock that is moved, and policies that
//! act on the way.

use super::sdk::script_with;
use crate::harness::{LocalEcr, Ran, run, succeed};
use crate::lifecycle::{Fact, facts};
use serde_json::{Value, json};

/// `ecrane local …` on its folder.
fn local(ecr: &LocalEcr, words: &[&str]) -> Ran {
    let data = ecr.data();
    let mut command = ecr.ecrane(&["local"]);
    run(command.args(words).arg("--data").arg(data))
}

/// What it prints, with the seconds and digests left out.
fn said(ecr: &LocalEcr, words: &[&str]) -> String {
    let ran = local(ecr, words);
    let text = format!("{}{}", ran.stdout, ran.stderr);
    let word = |word: &str| match word {
        _ if word.starts_with("sha256:") => "sha256:…".to_owned(),
        _ => word.to_owned(),
    };
    let line = |line: &str| line.split(' ').map(word).collect::<Vec<_>>().join(" ");
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_example_is_played_through() {
    let words = [
        "--seed",
        "examples/seed.yaml",
        "--now",
        "2026-09-01T12:00:00Z",
    ];
    let ecr = LocalEcr::start_with(&words);
    said(&ecr, &["clock", "--hold"]);
    insta::assert_snapshot!(said(&ecr, &["clock", "--set", "2026-09-01T12:00:00Z"]), @"it is 2026-09-01T12:00:00Z");
    let on_app = ["--repository-name", "team/app"];
    ecr.aws(&[&["start-lifecycle-policy-preview"], &on_app[..]].concat());
    let mut wait = ecr.aws_command(&["wait", "lifecycle-policy-preview-complete"]);
    succeed(wait.args(on_app));
    let preview = ecr.aws(&[&["get-lifecycle-policy-preview"], &on_app[..]].concat());
    assert_eq!(preview["summary"], json!({ "expiringImageTotalCount": 0 }));
    insta::assert_snapshot!(said(&ecr, &["clock", "--advance", "1d"]), @"
    2026-09-02T12:00:00Z  team/app: 2 expired, 0 archived
      expired   sha256:…  build-2  by rule 2
      expired   sha256:…  build-1  by rule 2
    it is 2026-09-02T12:00:00Z
    ");
    insta::assert_snapshot!(said(&ecr, &["clock", "--advance", "12h"]), @"it is 2026-09-03T00:00:00Z");
    insta::assert_snapshot!(said(&ecr, &["expire"]), @"
    2026-09-03T00:00:00Z  team/app: 1 expired, 0 archived
      expired   sha256:…  build-3  by rule 2
    ");
    insta::assert_snapshot!(said(&ecr, &["expire", "--repository", "nope"]), @"error: there is no repository `nope` with a lifecycle policy");
    let moved = said(&ecr, &["clock", "--advance", "60d"]);
    let days = moved
        .lines()
        .filter(|line| line.contains(" expired, "))
        .count();
    assert_eq!(days, 29, "{moved}");
    let images = ecr.aws(&[&["list-images"], &on_app[..]].concat());
    let tags: Vec<&Value> = images["imageIds"]
        .as_array()
        .unwrap()
        .iter()
        .map(|id| &id["imageTag"])
        .collect();
    let mut tags: Vec<&str> = tags.iter().filter_map(|tag| tag.as_str()).collect();
    tags.sort_unstable();
    assert_eq!(
        tags,
        ["latest", "v1.0.0", "v1.1.0", "v1.1.0.sig"],
        "releases stay"
    );
}

#[test]
fn a_faulty_seed_is_refused_with_its_places() {
    let ecr = LocalEcr::start();
    let file = ecr.home().join("seed.yaml");
    std::fs::write(&file, "repositories:\n- name: app\n  images:\n  - tags: [v1]\n    subject: nope\n  - tags: [v1]\n").unwrap();
    let ran = local(&ecr, &["--seed", file.to_str().unwrap()]);
    assert_eq!(ran.code, Some(2));
    let text = ran.stderr.replace(ecr.home().to_str().unwrap(), "");
    insta::assert_snapshot!(text, @"
    error[seed]: no image before this one has the name `nope`
     --> /seed.yaml:5:14
      |
    5 |     subject: nope
      |              ^^^^
      |
      = help: name it by its `name`, or by its digest

    error[seed]: two images have the tag `v1`
     --> /seed.yaml:6:12
      |
    6 |   - tags: [v1]
      |            ^^

    error: 1 input is faulty; nothing was called
    ");
}

/// A case's images as a repository of a seed.
fn repository(fact: &Fact) -> Value {
    let names = [
        ("imageDigest", "digest"),
        ("imageTags", "tags"),
        ("imagePushedAt", "pushed"),
        ("lastRecordedPullTime", "pulled"),
        ("lastArchivedAt", "archived"),
        ("lastActivatedAt", "restored"),
        ("imageStatus", "status"),
        ("imageSizeInBytes", "size"),
        ("imageManifestMediaType", "media-type"),
        ("references", "children"),
        ("subjectManifestDigest", "subject"),
    ];
    let image = |image: &Value| -> Value {
        let known = names.iter().filter(|(name, _)| !image[name].is_null());
        known
            .map(|(name, seed)| ((*seed).to_owned(), image[name].clone()))
            .collect()
    };
    let images: Vec<Value> = fact.json["images"]
        .as_array()
        .unwrap()
        .iter()
        .map(image)
        .collect();
    json!({ "name": fact.json["id"], "images": images })
}

#[test]
fn the_preview_agrees_with_every_documented_case() {
    let Some(mut cases) = facts("cases", "") else {
        return;
    };
    cases.retain(|fact| fact.json["kind"] != "compile" && !fact.name.starts_with("compile-"));
    let file = tempfile::NamedTempFile::new().unwrap();
    let repositories: Vec<Value> = cases.iter().map(repository).collect();
    // JSON is YAML, too.
    std::fs::write(&file, json!({ "repositories": repositories }).to_string()).unwrap();
    let ecr = LocalEcr::start_with(&[
        "--lifecycle",
        "on-demand",
        "--seed",
        file.path().to_str().unwrap(),
    ]);
    let wanted: Vec<&Value> = cases.iter().map(|fact| &fact.json).collect();
    let list = ecr.home().join("cases.json");
    std::fs::write(&list, json!(wanted).to_string()).unwrap();
    let ran = script_with(&ecr, "preview.py", &[list.to_str().unwrap()]);
    let all = cases.len();
    assert!(
        ran.starts_with(&format!("previews as documented: {all} of {all}")),
        "{ran}"
    );
}

//! `ecrane lifecycle`, as somebody with a policy uses it.

mod compare;
mod inputs;
mod project;

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::harness::{Ran, binary, clean, root, run, succeed};

/// A list that is an AND, where an OR was meant.
const TRAP: &str = r#"{
  "rules": [
    {
      "rulePriority": 1,
      "selection": {
        "tagStatus": "tagged", "tagPrefixList": ["v", "release-"],
        "countType": "imageCountMoreThan", "countNumber": 10
      },
      "action": {"type": "expire"}
    },
    {
      "rulePriority": 2,
      "selection": {
        "tagStatus": "any",
        "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 30
      },
      "action": {"type": "expire"}
    }
  ]
}
"#;

/// A folder with this policy in `lifecycle.json`.
fn folder(policy: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("lifecycle.json"), policy).unwrap();
    folder
}

/// `ecrane lifecycle …` in a folder.
fn lifecycle(folder: &Path, words: &[&str]) -> Command {
    let mut command = clean(binary(), folder);
    command.arg("lifecycle").args(words).current_dir(folder);
    command
}

fn with_stdin(mut command: Command, text: &str) -> Ran {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    command.stdin(Stdio::from(std::fs::File::open(file.path()).unwrap()));
    run(&mut command)
}

#[test]
fn a_trap_is_shown_with_its_place_and_fails_only_if_asked() {
    let folder = folder(TRAP);
    let ran = succeed(&mut lifecycle(folder.path(), &["check", "lifecycle.json"]));
    insta::assert_snapshot!(ran.stdout, @r#"
    warning[list-is-and]: a list is an AND, so an image tagged `v` is not selected: every entry must be matched by some tag of the image
     --> lifecycle.json:6:32
      |
    6 |         "tagStatus": "tagged", "tagPrefixList": ["v", "release-"],
      |                                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: for an OR write one rule per entry, each with a count of its own

    info[retag-keeps-age]: newest means last pushed: an image that is promoted by giving it this tag keeps its push time, and may be the first to go
     --> lifecycle.json:7:44
      |
    7 |         "countType": "imageCountMoreThan", "countNumber": 10
      |                                            ^^^^^^^^^^^^^^^^^
      |
      = help: leave room in the number for the age that an image has when it is promoted

    info[latest-at-risk]: an image in use, such as the one tagged `latest`, is expired once it was pushed more than 30 days ago
      --> lifecycle.json:14:9
       |
    14 |         "tagStatus": "any",
       |         ^^^^^^^^^^^^^^^^^^
       |
       = help: to keep it whatever happens, apply this first: `"tagPatternList": ["latest"]` with `imageCountMoreThan` 1

    info[cache-tag-expires]: a build cache kept under the tag `buildcache` is expired once it was pushed more than 30 days ago
      --> lifecycle.json:14:9
       |
    14 |         "tagStatus": "any",
       |         ^^^^^^^^^^^^^^^^^^
       |
       = help: if builds keep their cache in this repository, apply a rule for its tag first that removes nothing, or keep the cache in a repository of its own

    warning[no-floor]: 30 days after the last push everything that no earlier rule claims is expired, also what is in use
      --> lifecycle.json:15:63
       |
    15 |         "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 30
       |                                                               ^^^^^^^^^^^^^^^^^
       |
       = help: a rule applied before it with `imageCountMoreThan` keeps the newest that it selects

    lifecycle.json: valid (ecr), 5 findings
    more about each: ecrane lifecycle code ID, where ID is cache-tag-expires, latest-at-risk, list-is-and, no-floor, retag-keeps-age
    "#);
    let strict = ["check", "--fail-on", "warning", "lifecycle.json"];
    assert_eq!(run(&mut lifecycle(folder.path(), &strict)).code, Some(3));
}

#[test]
fn a_trap_is_mended_in_the_file() {
    let folder = folder(TRAP);
    let ran = succeed(&mut lifecycle(
        folder.path(),
        &["check", "--fix", "lifecycle.json"],
    ));
    assert!(!ran.stdout.contains("list-is-and"), "{}", ran.stdout);
    let told: Vec<&str> = ran.stdout.lines().take(2).collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    lifecycle.json: mended; findings before 5, now 3
    warning: lifecycle.json: its rules now select more images than before, and others may go: before anyone puts it, `ecrane lifecycle preview lifecycle.json --repository NAME` shows which, and `ecrane lifecycle diff OLD lifecycle.json` what changed
    "#);
    let mended = std::fs::read_to_string(folder.path().join("lifecycle.json")).unwrap();
    insta::assert_snapshot!(mended, @r#"
    {
      "rules": [
        {
          "rulePriority": 1,
          "selection": {
            "tagStatus": "tagged", "tagPrefixList": ["v"],
            "countType": "imageCountMoreThan", "countNumber": 10
          },
          "action": {"type": "expire"}
        },
        {
          "rulePriority": 2,
          "selection": {
            "tagStatus": "tagged", "tagPrefixList": ["release-"],
            "countType": "imageCountMoreThan", "countNumber": 10
          },
          "action": {"type": "expire"}
        },
        {
          "rulePriority": 3,
          "selection": {
            "tagStatus": "any",
            "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 30
          },
          "action": {"type": "expire"}
        }
      ]
    }
    "#);
    let again = succeed(&mut lifecycle(
        folder.path(),
        &["check", "--fix", "lifecycle.json"],
    ));
    let told = again.stdout.lines().next().unwrap_or_default();
    insta::assert_snapshot!(told, @"lifecycle.json: nothing is mended: none of this has a fix that is sure to be right");
}

#[test]
fn a_trap_from_standard_input_is_mended_to_standard_output() {
    let folder = tempfile::tempdir().unwrap();
    let ran = with_stdin(lifecycle(folder.path(), &["check", "--fix", "-"]), TRAP);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let policy: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(policy["rules"].as_array().unwrap().len(), 3);
    assert!(ran.stderr.contains("latest-at-risk"), "{}", ran.stderr);
}

#[test]
fn what_is_mended_is_told_beside_the_data() {
    for (format, first) in [("json", "{"), ("sarif", "{"), ("github", "::")] {
        let folder = folder(TRAP);
        let words = ["check", "--fix", "--format", format, "lifecycle.json"];
        let ran = succeed(&mut lifecycle(folder.path(), &words));
        assert!(ran.stdout.starts_with(first), "{}", ran.stdout);
        assert!(ran.stderr.contains("mended"), "{}", ran.stderr);
    }
}

#[test]
fn what_is_no_text_is_not_printed_as_a_policy() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("bytes"), b"{\"rules\": \xff}").unwrap();
    let mut check = lifecycle(folder.path(), &["check", "--fix", "-"]);
    let bytes = std::fs::File::open(folder.path().join("bytes")).unwrap();
    let ran = run(check.stdin(Stdio::from(bytes)));
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
}

#[test]
fn what_does_not_go_together_is_refused() {
    let folder = folder(TRAP);
    let refused = |words: &[&str]| {
        let ran = run(&mut lifecycle(folder.path(), words));
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{words:?}");
        ran.stderr
    };
    let one = "standard input is one file";
    assert!(refused(&["check", "-", "--images", "-"]).contains(one));
    assert!(refused(&["check", "-", "lifecycle.json", "-"]).contains(one));
    assert!(refused(&["diff", "-", "lifecycle.json", "--images", "-"]).contains(one));
    refused(&["check", "--write-baseline", "--fix", "lifecycle.json"]);
}

#[test]
fn the_page_of_a_finding_is_printed() {
    let home = tempfile::tempdir().unwrap();
    let page = succeed(&mut lifecycle(home.path(), &["code", "list-is-and"])).stdout;
    let file = root().join("crates/ecrane-core/codes/list-is-and.md");
    assert_eq!(page, std::fs::read_to_string(file).unwrap());
    let list = succeed(&mut lifecycle(home.path(), &["code"])).stdout;
    assert!(list.contains("list-is-and "), "{list}");
    let unknown = run(&mut lifecycle(home.path(), &["code", "list-is-an"]));
    assert_eq!(unknown.code, Some(2));
    insta::assert_snapshot!(unknown.stderr, @"error: no finding is called `list-is-an`; did you mean `list-is-and`? (`ecrane lifecycle code` lists them)");
}

#[test]
fn the_main_job_shows_a_policy_s_warnings_and_goes_on() {
    let ecr = crate::harness::LocalEcr::start();
    let folder = folder(TRAP);
    let policy = folder.path().join("lifecycle.json");
    let ran = succeed(&mut ecr.up(&[
        "--repository",
        "app",
        "--tags",
        "v1",
        "--image",
        "examples/hello/layout",
        "--lifecycle-policy",
        policy.to_str().unwrap(),
    ]));
    assert!(
        ran.stdout.contains("warning[list-is-and]"),
        "{}",
        ran.stdout
    );
    assert!(!ran.stdout.contains("info["), "{}", ran.stdout);
}

#[test]
fn findings_for_code_scanning_keep_to_the_standard() {
    let folder = folder(TRAP);
    let faulty = r#"{"rules": [{"rulePriority": 1}, {"rulePriority": 1}]}"#;
    std::fs::write(folder.path().join("größe 1.json"), faulty).unwrap();
    let words = [
        "check",
        "--format",
        "sarif",
        "lifecycle.json",
        "größe 1.json",
    ];
    let ran = run(&mut lifecycle(folder.path(), &words));
    assert_eq!(ran.code, Some(2));
    std::fs::write(folder.path().join("ecrane.sarif"), &ran.stdout).unwrap();
    let mut validate = clean("sarif-kit", folder.path());
    succeed(
        validate
            .args(["validate", "ecrane.sarif"])
            .current_dir(folder.path()),
    );

    let log: Value = serde_json::from_str(&ran.stdout).unwrap();
    let run = &log["runs"][0];
    let trap = &run["results"][0];
    insta::assert_snapshot!(trap["locations"][0]["physicalLocation"], @r#"{"artifactLocation":{"uri":"lifecycle.json"},"region":{"endColumn":66,"endLine":6,"startColumn":32,"startLine":6}}"#);
    let index = usize::try_from(trap["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!(run["tool"]["driver"]["rules"][index]["id"], "list-is-and");
    let last = run["results"].as_array().unwrap().last().unwrap();
    let file = &last["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(file, "gr%C3%B6%C3%9Fe%201.json");
}

/// The sessions of a README with this command: what is printed up to the next
/// `…`, prompt or end.
fn shown_after<'r>(readme: &'r str, command: &str) -> Vec<&'r str> {
    let (_, session) = readme
        .split_once(&format!("$ {command}\n"))
        .unwrap_or_else(|| panic!("README.md lacks {command}"));
    let end = session.find("\n$ ").or(session.find("\n```"));
    let session = session.get(..end.unwrap()).unwrap();
    let end = session.find("\n```").unwrap_or(session.len());
    let parts = session.get(..end).unwrap().split('…');
    parts
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect()
}

#[test]
fn the_readme_shows_what_the_commands_print() {
    let folder = tempfile::tempdir().unwrap();
    let examples = folder.path().join("examples/policies");
    std::fs::create_dir_all(&examples).unwrap();
    for name in ["trap.json", "rules.yaml"] {
        let example = root().join("examples/policies").join(name);
        std::fs::copy(example, examples.join(name)).unwrap();
    }
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let rules = std::fs::read_to_string(examples.join("rules.yaml")).unwrap();
    assert!(readme.contains(&rules), "README.md has other rules");
    for command in [
        "ecrane lifecycle check examples/policies/trap.json",
        "ecrane lifecycle check --fix examples/policies/trap.json",
        "ecrane lifecycle explain examples/policies/trap.json --tag v1.2.0",
        "ecrane lifecycle explain examples/policies/rules.yaml",
    ] {
        let words: Vec<&str> = command.split(' ').skip(2).collect();
        let printed = succeed(&mut lifecycle(folder.path(), &words)).stdout;
        let shown = shown_after(&readme, command);
        assert!(!shown.is_empty(), "{command}");
        for part in shown {
            assert!(
                printed.contains(part),
                "{command} prints\n{printed}\nnot\n{part}"
            );
        }
    }
}

#[test]
fn a_rule_that_selects_nothing_is_told_where_the_images_are_known() {
    let folder = folder(&TRAP.replace(r#""v", "release-""#, r#""sha256.""#));
    let images = root().join("examples/policies/images.json");
    let words = [
        "check",
        "lifecycle.json",
        "--images",
        images.to_str().unwrap(),
    ];
    let ran = succeed(&mut lifecycle(folder.path(), &words));
    assert!(
        ran.stdout.contains("warning[protects-nothing]"),
        "{}",
        ran.stdout
    );
}

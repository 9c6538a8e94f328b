//! `ecrane lifecycle`, as somebody with a policy uses it.

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

    warning[no-floor]: 30 days after the last push everything is expired, also what is in use: no rule keeps the newest images
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
    assert!(!again.stdout.contains("mended"), "{}", again.stdout);
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

/// A folder of a project with this `ecrane.toml` and the trap in
/// `policies/lifecycle.json`.
fn project(settings: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("ecrane.toml"), settings).unwrap();
    let policies = folder.path().join("policies");
    std::fs::create_dir(&policies).unwrap();
    std::fs::write(policies.join("lifecycle.json"), TRAP).unwrap();
    folder
}

/// The last words of a check of the trap, with the exit code.
fn verdict(folder: &Path, words: &[&str]) -> String {
    let check = ["check", "--fail-on", "info", "policies/lifecycle.json"];
    let ran = run(lifecycle(folder, &check).args(words));
    let stdout = ran.stdout + &ran.stderr;
    let lines = stdout.lines().filter(|line| line.starts_with("policies/"));
    let lines: Vec<&str> = lines.collect();
    format!("{} and exit {}", lines.join("\n"), ran.code.unwrap())
}

#[test]
fn a_project_says_what_matters_to_it() {
    let quiet = "latest-at-risk = 'off'\ncache-tag-expires = 'off'\nretag-keeps-age = 'off'\nno-floor = 'off'\n";
    let with = |level: &str| format!("[lifecycle.lints]\nlist-is-and = '{level}'\n{quiet}");
    let level = |level: &str| verdict(project(&with(level)).path(), &[]);
    insta::assert_snapshot!(level("error"), @"policies/lifecycle.json: valid (ecr), 1 finding and exit 2");
    insta::assert_snapshot!(level("off"), @"policies/lifecycle.json: valid (ecr) and exit 0");

    let allowed = |until: &str| {
        let settings = format!(
            "[lifecycle.lints]\n{quiet}[[lifecycle.allow]]\ncode = 'list-is-and'\nfile = 'policies/lifecycle.json'\nrule = 1\nreason = 'both are on every release'\nuntil = {until}\n"
        );
        verdict(project(&settings).path(), &[])
    };
    insta::assert_snapshot!(allowed("9999-12-31"), @"policies/lifecycle.json: valid (ecr), 1 allowed and exit 0");
    insta::assert_snapshot!(allowed("2020-01-31"), @"policies/lifecycle.json: valid (ecr), 2 findings and exit 3");
}

#[test]
fn a_baseline_is_written_and_known_again() {
    let folder = project("[lifecycle]\nbaseline = 'known.json'\n");
    let before = run(&mut lifecycle(
        folder.path(),
        &["check", "policies/lifecycle.json"],
    ));
    assert_eq!(before.code, Some(2));
    assert!(
        before.stderr.contains("--write-baseline"),
        "{}",
        before.stderr
    );
    insta::assert_snapshot!(verdict(folder.path(), &["--write-baseline"]), @"policies/lifecycle.json: valid (ecr), 5 in the baseline and exit 0");
    insta::assert_snapshot!(verdict(folder.path(), &[]), @"policies/lifecycle.json: valid (ecr), 5 in the baseline and exit 0");
}

#[test]
fn a_faulty_project_stops_the_check_and_the_main_job() {
    let folder = project("[lifecycle.lints]\nlist-is-an = 'off'\n");
    let policy = folder.path().join("policies/lifecycle.json");
    let check = run(&mut lifecycle(
        folder.path(),
        &["check", policy.to_str().unwrap()],
    ));
    let name = folder.path().join("ecrane.toml");
    let shown = check.stderr.replace(name.to_str().unwrap(), "ecrane.toml");
    insta::assert_snapshot!(shown, @r"
    error[settings]: no lint is called `list-is-an`; did you mean `list-is-and`?
     --> ecrane.toml:2:1
      |
    2 | list-is-an = 'off'
      | ^^^^^^^^^^

    error: 1 input is faulty; nothing was called
    ");
    assert_eq!(check.code, Some(2));

    let ecr = crate::harness::LocalEcr::start();
    let words = ["--repository", "app", "--tags", "v1", "--lifecycle-policy"];
    let up = run(ecr.up(&words).arg(&policy));
    assert_eq!((up.code, ecr.requests()), (Some(2), 0), "{}", up.stderr);
    assert!(up.stderr.contains("list-is-an"), "{}", up.stderr);
}

#[test]
fn a_lint_that_is_an_error_in_a_project_stops_its_main_job() {
    let folder = project("[lifecycle.lints]\nlist-is-and = 'error'\n");
    let ecr = crate::harness::LocalEcr::start();
    let words = ["--repository", "app", "--tags", "v1", "--lifecycle-policy"];
    let up = run(ecr
        .up(&words)
        .arg(folder.path().join("policies/lifecycle.json")));
    assert_eq!((up.code, ecr.requests()), (Some(2), 0), "{}", up.stderr);
    assert!(up.stderr.contains("error[list-is-and]"), "{}", up.stderr);
}

#[test]
fn a_policy_is_explained() {
    let folder = folder(TRAP);
    let explain = |words: &[&str]| {
        let words = [&["explain", "lifecycle.json"], words].concat();
        succeed(&mut lifecycle(folder.path(), &words)).stdout
    };
    insta::assert_snapshot!(explain(&["--tag", "v1", "--tag", "release-1"]), @r"
    rule 1: images with a tag that begins with `v` and with a tag that begins with `release-`: all but the newest 10 are expired
    rule 2: all images: each is expired once it was pushed more than 30 days ago
    An image belongs to the first rule that selects it. Later rules count it, and never remove it.
    What no rule selects stays.

    an image tagged `v1` and `release-1` is expired once 10 newer images are among those the rule selects, by rule 1; rule 2 only counts it
    ");
    let untagged: Value = serde_json::from_str(&explain(&["--untagged", "--json"])).unwrap();
    assert_eq!(untagged["rules"].as_array().unwrap().len(), 2);
    assert_eq!(untagged["image"]["standard"]["claimedBy"], 2);
    let wrong = ["explain", "lifecycle.json", "--tag", "a b"];
    assert_eq!(run(&mut lifecycle(folder.path(), &wrong)).code, Some(2));
}

#[test]
fn two_policies_are_compared() {
    let folder = folder(TRAP);
    let longer = TRAP.replace(r#""countNumber": 30"#, r#""countNumber": 90"#);
    std::fs::write(folder.path().join("new.json"), longer).unwrap();
    let diff = |old: &str, new: &str| {
        let words = ["diff", "--exit-code", old, new];
        let ran = run(&mut lifecycle(folder.path(), &words));
        format!("{}exit {}", ran.stdout, ran.code.unwrap())
    };
    insta::assert_snapshot!(diff("lifecycle.json", "lifecycle.json"), @r"
    the two policies do the same
    exit 0
    ");
    insta::assert_snapshot!(diff("lifecycle.json", "new.json"), @r"
    ~ rule 2: all images: each is expired once it was pushed more than 90 days ago
      before: each is expired once it was pushed more than 30 days ago
    exit 3
    ");
    let words = ["diff", "--json", "lifecycle.json", "new.json"];
    let json = succeed(&mut lifecycle(folder.path(), &words)).stdout;
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["changes"][0]["kind"], "changed");
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
fn the_readme_shows_the_trap_found_and_mended() {
    let folder = tempfile::tempdir().unwrap();
    let examples = folder.path().join("examples/policies");
    std::fs::create_dir_all(&examples).unwrap();
    let trap = root().join("examples/policies/trap.json");
    std::fs::copy(trap, examples.join("trap.json")).unwrap();
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    for command in [
        "ecrane lifecycle check examples/policies/trap.json",
        "ecrane lifecycle check --fix examples/policies/trap.json",
        "ecrane lifecycle explain examples/policies/trap.json --tag v1.2.0",
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
fn the_readme_shows_a_project_s_settings_that_work() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let (_, settings) = readme.split_once("```toml\n").unwrap();
    let (settings, _) = settings.split_once("```").unwrap();
    let folder = project(settings);
    let words = ["check", "--write-baseline", "policies/lifecycle.json"];
    let ran = run(&mut lifecycle(folder.path(), &words));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}

//! `ecrane.toml`: what a project says about its policies.

use std::path::Path;

use super::{TRAP, lifecycle};
use crate::harness::{LocalEcr, root, run};

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
    insta::assert_snapshot!(level("error"), @"policies/lifecycle.json: not valid by ecrane.toml (ecr), 1 finding and exit 2");
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
fn an_allowance_that_nothing_needs_is_named() {
    let settings = "[[lifecycle.allow]]\ncode = 'list-is-and'\nfile = 'policies/lifecycle.json'\nrule = 7\nreason = 'once'\nuntil = 9999-12-31\n";
    let folder = project(settings);
    let check = ["check", "--format", "json", "policies/lifecycle.json"];
    let ran = run(&mut lifecycle(folder.path(), &check));
    assert_eq!(ran.code, Some(0));
    insta::assert_snapshot!(ran.stderr.trim(), @"warning: ecrane.toml allows `list-is-and` in policies/lifecycle.json, rule 7, where it is not found: remove the allowance");
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

    let ecr = LocalEcr::start();
    let words = ["--repository", "app", "--tags", "v1", "--lifecycle-policy"];
    let up = run(ecr.up(&words).arg(&policy));
    assert_eq!((up.code, ecr.requests()), (Some(2), 0), "{}", up.stderr);
    assert!(up.stderr.contains("list-is-an"), "{}", up.stderr);
}

#[test]
fn a_lint_that_is_an_error_in_a_project_stops_its_main_job() {
    let folder = project("[lifecycle.lints]\nlist-is-and = 'error'\n");
    let ecr = LocalEcr::start();
    let words = ["--repository", "app", "--tags", "v1", "--lifecycle-policy"];
    let up = run(ecr
        .up(&words)
        .arg(folder.path().join("policies/lifecycle.json")));
    assert_eq!((up.code, ecr.requests()), (Some(2), 0), "{}", up.stderr);
    assert!(up.stderr.contains("error[list-is-and]"), "{}", up.stderr);
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

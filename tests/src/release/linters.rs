//! The workflows, the actions and the scripts, read by linters that nobody here wrote.

use crate::harness::{clean, root, run, succeed};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The files of a folder with this ending, in order.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|it| it == ending))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no {ending} in {}", folder.display());
    files
}

/// `zizmor` at its strictest for people who want no false alarms, with no finding put aside, on these files.
fn zizmor(folder: &Path) -> Command {
    let mut command = clean("zizmor", folder);
    command.args(["--offline", "--persona=pedantic", "--no-ignores"]);
    command.args(["--strict-collection", "--no-progress", "--color=never"]);
    command.args(["--format=json", "."]).current_dir(folder);
    command
}

/// `actionlint` on a folder's workflows; it has `shellcheck` read their scripts.
fn actionlint(folder: &Path) -> Command {
    let mut command = clean("actionlint", folder);
    command.args(["-no-color", "-format", "{{json .}}"]);
    command.args(workflows(folder)).current_dir(folder);
    command
}

fn workflows(folder: &Path) -> Vec<PathBuf> {
    files(&folder.join(".github/workflows"), "yml")
}

/// What a linter found.
fn findings(command: &mut Command) -> Vec<Value> {
    let ran = run(command);
    serde_json::from_str(&ran.stdout)
        .unwrap_or_else(|error| panic!("{command:?}: {error}\n{}\n{}", ran.stdout, ran.stderr))
}

#[test]
fn the_workflows_and_the_actions_have_no_findings() {
    let mut zizmor = zizmor(&root());
    let read = run(&mut zizmor).stderr.matches("completed ").count();
    let workflows = workflows(&root()).len();
    // The workflows, both actions and the updates' configuration.
    assert_eq!(read, workflows + 3);
    let found = findings(&mut zizmor);
    assert!(found.is_empty(), "{found:#?}");
    let found = findings(&mut actionlint(&root()));
    assert!(found.is_empty(), "{found:#?}");
    println!(
        "T11: 0 findings: zizmor (pedantic) in {read} files, actionlint in {workflows} workflows"
    );
}

/// Interpolates what a stranger writes into a shell, keeps credentials, names a moving tag, and has a slip.
const BAD: &str = "on: pull_request_target
jobs:
  bad:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v7
      - run: echo ${{ github.event.pull_request.title }} $unquoted
      - run: echo ${{ github.no_such_field }}
";

#[test]
fn the_linters_find_what_is_bad() {
    let folder = tempfile::tempdir().unwrap();
    let workflows = folder.path().join(".github/workflows");
    std::fs::create_dir_all(&workflows).unwrap();
    std::fs::write(workflows.join("bad.yml"), BAD).unwrap();
    let found = findings(&mut zizmor(folder.path()));
    let names: Vec<&str> = found.iter().filter_map(|it| it["ident"].as_str()).collect();
    for name in ["template-injection", "artipacked", "unpinned-uses"] {
        assert!(names.contains(&name), "{name} is not in {names:?}");
    }
    let found = findings(&mut actionlint(folder.path()));
    let kinds: Vec<&str> = found.iter().filter_map(|it| it["kind"].as_str()).collect();
    for kind in ["expression", "shellcheck"] {
        assert!(kinds.contains(&kind), "{kind} is not in {kinds:?}");
    }
}

#[test]
fn the_scripts_have_no_findings() {
    let mut shellcheck = clean("shellcheck", &root());
    shellcheck.args(["--severity=style", "--enable=quote-safe-variables"]);
    shellcheck.args(files(&root().join("setup"), "sh"));
    shellcheck.args(files(&root().join(".github/release"), "sh"));
    shellcheck.arg(root().join(".ci/run"));
    succeed(&mut shellcheck);
}

#[test]
fn what_the_forge_reads_keeps_to_its_schemas() {
    let check = |schema: &str, files: &[PathBuf]| {
        let mut command = clean("check-jsonschema", &root());
        command.args(["--builtin-schema", &format!("vendor.{schema}")]);
        succeed(command.args(files));
    };
    let at = |path: &str| root().join(path);
    let actions = [at("action.yml"), at("setup/action.yml")];
    check("github-actions", &actions);
    check("dependabot", &[at(".github/dependabot.yml")]);
    let config = at(".github/ISSUE_TEMPLATE/config.yml");
    let mut forms = files(&at(".github/ISSUE_TEMPLATE"), "yml");
    forms.retain(|form| *form != config);
    check("github-issue-forms", &forms);
    check("github-issue-config", &[config]);
}

//! The pages: their links lead somewhere, and what they show is what there is.

use crate::harness::{binary, clean, root, succeed};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Every page for people, with its text.
fn pages() -> Vec<(PathBuf, String)> {
    let folders = ["", "docs"].map(|folder| root().join(folder));
    let entries = folders.iter().flat_map(|it| std::fs::read_dir(it).unwrap());
    let mut pages: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "md"))
        .collect();
    pages.sort();
    let read = |page: PathBuf| {
        let text = std::fs::read_to_string(&page).unwrap();
        (page, text)
    };
    pages.into_iter().map(read).collect()
}

/// The blocks of code in this language.
fn blocks<'t>(text: &'t str, language: &str) -> Vec<&'t str> {
    let fence = format!("\n```{language}\n");
    let parts = text.split(fence.as_str()).skip(1);
    parts
        .map(|part| part.split("\n```").next().unwrap())
        .collect()
}

/// The text without its blocks of code.
fn prose(text: &str) -> String {
    text.split("\n```").step_by(2).collect()
}

/// How a heading is named in a link: lower case, spaces as hyphens, and no signs.
fn anchors(text: &str) -> BTreeSet<String> {
    let prose = prose(text);
    let headings = prose.lines().filter_map(|line| line.strip_prefix('#'));
    let anchor = |heading: &str| -> String {
        let heading = heading.trim_start_matches('#').trim().to_lowercase();
        let heading = heading.replace(' ', "-");
        let kept = |c: &char| c.is_alphanumeric() || "-_".contains(*c);
        heading.chars().filter(kept).collect()
    };
    headings.map(anchor).collect()
}

/// Where the links of a text lead, those to other sites left out.
fn links(text: &str) -> Vec<String> {
    let prose = prose(text);
    let parts = prose.split("](").skip(1);
    let targets = parts.map(|part| part.split(')').next().unwrap().to_owned());
    targets.filter(|target| !target.contains("://")).collect()
}

#[test]
fn links_lead_somewhere() {
    let mut seen = 0;
    for (page, text) in pages() {
        for link in links(&text) {
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = match file {
                "" => page.clone(),
                file => page.parent().unwrap().join(file),
            };
            assert!(target.exists(), "{}: {link}", page.display());
            if !anchor.is_empty() {
                let there = anchors(&std::fs::read_to_string(&target).unwrap());
                assert!(there.contains(anchor), "{}: {link}", page.display());
            }
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen} links");
}

#[test]
fn every_page_is_named_in_the_readme() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    for (page, _) in pages() {
        let name = page.strip_prefix(root()).unwrap().to_str().unwrap();
        if name.starts_with("docs/") {
            assert!(readme.contains(&format!("]({name})")), "{name}");
        }
    }
}

/// The actions that a section of the page on permissions allows, without the service.
fn allowed(heading: &str) -> BTreeSet<String> {
    let page = std::fs::read_to_string(root().join("docs/iam.md")).unwrap();
    let (_, section) = page.split_once(&format!("\n## {heading}\n")).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let policies = blocks(section, "json");
    let policies = policies.iter().map(|it| serde_json::from_str(it).unwrap());
    let statements = policies.flat_map(|it: Value| it["Statement"].as_array().unwrap().clone());
    let actions = statements.flat_map(|it| it["Action"].as_array().unwrap().clone());
    actions
        .map(|it| it.as_str().unwrap().trim_start_matches("ecr:").to_owned())
        .collect()
}

/// Holds that these requests need no other rights than a section allows.
pub(crate) fn assert_allowed(heading: &str, requests: &[Value]) {
    let allowed = allowed(heading);
    assert!(!requests.is_empty());
    for request in requests {
        let operation = request["operation"].as_str().unwrap();
        // That is for the local ECR alone.
        assert!(
            operation == "GetClock" || allowed.contains(operation),
            "{operation}: {heading}"
        );
    }
}

#[test]
fn the_permissions_are_actions_that_there_are() {
    let page = std::fs::read_to_string(root().join("docs/iam.md")).unwrap();
    let mut python = clean("python", Path::new("/"));
    python.args([
        "-c",
        "import botocore.session as b; print(*b.Session().get_service_model('ecr').operation_names)",
    ]);
    let operations = succeed(&mut python).stdout;
    let operations: BTreeSet<&str> = operations.split_whitespace().collect();
    let mut seen = 0;
    for block in blocks(&page, "json") {
        let policy: Value = serde_json::from_str(block).unwrap();
        for statement in policy["Statement"].as_array().unwrap() {
            let actions = match &statement["Action"] {
                Value::Array(actions) => actions.clone(),
                one => vec![one.clone()],
            };
            for action in actions {
                let (service, name) = action.as_str().unwrap().split_once(':').unwrap();
                assert!(service == "sts" || operations.contains(name), "{action}");
                seen += 1;
            }
        }
    }
    assert!(seen > 20, "{seen} actions");
}

/// Prints each input that a step gives to an action of ours, and each output that is read of a step called `image`.
const STEPS: &str = r"
import re, sys, yaml

def steps(node):
    if isinstance(node, list):
        for item in node:
            yield from steps(item)
    elif isinstance(node, dict):
        if str(node.get('uses', '')).startswith(('OWNER/ecrane', './')):
            yield node
        for item in node.values():
            yield from steps(item)

text = sys.stdin.read()
for step in steps(yaml.safe_load(text)):
    action = 'setup' if '/setup' in step['uses'] else 'main'
    for name in step.get('with', {}):
        print(action, 'inputs', name)
for name in re.findall(r'steps\.image\.outputs\.([a-z-]+)', text):
    if 'OWNER/ecrane' in text:
        print('main', 'outputs', name)
";

#[test]
fn steps_give_inputs_and_read_outputs_that_there_are() {
    let action = |file: &str| {
        let mut python = clean("python", Path::new("/"));
        let print = "import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))";
        python.args(["-c", print]).arg(root().join(file));
        serde_json::from_str::<Value>(&succeed(&mut python).stdout).unwrap()
    };
    let (main, setup) = (action("action.yml"), action("setup/action.yml"));
    let mut seen = 0;
    for (page, text) in pages() {
        for block in blocks(&text, "yaml") {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), block).unwrap();
            let mut python = clean("python", Path::new("/"));
            python.args(["-c", STEPS]);
            python.stdin(std::fs::File::open(file.path()).unwrap());
            for line in succeed(&mut python).stdout.lines() {
                let [whose, kind, name] = line.split(' ').collect::<Vec<_>>()[..] else {
                    panic!("{line}");
                };
                let action = if whose == "setup" { &setup } else { &main };
                assert!(action[kind][name].is_object(), "{}: {line}", page.display());
                seen += 1;
            }
        }
    }
    assert!(seen > 15, "{seen} inputs and outputs");
}

#[test]
fn the_rules_of_crosswalk_are_explained_as_the_page_shows() {
    let page = std::fs::read_to_string(root().join("docs/from-crosswalk.md")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let rules = blocks(&page, "json")[0];
    std::fs::write(folder.path().join("rules.json"), rules).unwrap();
    let mut explain = clean(binary(), folder.path());
    explain.args(["lifecycle", "explain", "rules.json"]);
    let printed = succeed(explain.current_dir(folder.path())).stdout;
    let shown = format!("\n$ ecrane lifecycle explain rules.json\n{printed}```");
    assert!(page.contains(&shown), "{printed}");
}

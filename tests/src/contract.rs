//! action.yml, the code and the README's table tell one story.

use crate::harness::{binary, root, succeed};
use std::process::Command;

/// The keys below `section` of action.yml, which has no nesting deeper than this.
fn declared(section: &str) -> Vec<String> {
    let text = std::fs::read_to_string(root().join("action.yml")).unwrap();
    text.lines()
        .skip_while(|line| *line != format!("{section}:"))
        .skip(1)
        .take_while(|line| line.is_empty() || line.starts_with("  "))
        .filter_map(|line| line.strip_prefix("  ")?.strip_suffix(':'))
        .filter(|key| !key.starts_with(' '))
        .map(str::to_owned)
        .collect()
}

/// The first cells of the README's table under this heading, without backticks.
fn documented(heading: &str) -> Vec<String> {
    let text = std::fs::read_to_string(root().join("README.md")).unwrap();
    text.lines()
        .skip_while(|line| *line != format!("### {heading}"))
        .skip(1)
        .take_while(|line| !line.starts_with('#'))
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .map(str::to_owned)
        .collect()
}

/// The options of `ecrane up` that are inputs.
fn options() -> Vec<String> {
    let help = succeed(Command::new(binary()).args(["up", "--help"])).stdout;
    let own = ["local", "data", "json", "help"];
    help.lines()
        .filter_map(|line| line.trim_start().strip_prefix("--"))
        .map(|line| line.split([' ', '[', '=']).next().unwrap().to_owned())
        .filter(|name| !own.contains(&name.as_str()))
        .collect()
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort();
    names
}

#[test]
fn inputs_are_the_same_everywhere() {
    let inputs = sorted(declared("inputs"));
    assert!(inputs.contains(&"repository".to_owned()), "{inputs:?}");
    assert_eq!(
        inputs,
        sorted(options()),
        "action.yml and `ecrane up --help`"
    );
    assert_eq!(
        inputs,
        sorted(documented("Inputs")),
        "action.yml and README.md"
    );
}

#[test]
fn outputs_are_the_same_everywhere() {
    let outputs = sorted(declared("outputs"));
    assert!(outputs.contains(&"digest".to_owned()), "{outputs:?}");
    assert_eq!(
        outputs,
        sorted(documented("Outputs")),
        "action.yml and README.md"
    );
}

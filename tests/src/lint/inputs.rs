//! The files that `check` is given, and what does not go together.

use serde_json::Value;

use super::{TRAP, folder, lifecycle};
use crate::harness::run;

#[test]
fn a_file_that_is_not_there_keeps_no_other_from_being_checked() {
    let folder = folder(TRAP);
    let files = ["nope.json", "lifecycle.json"];
    let ran = run(lifecycle(folder.path(), &["check"]).args(files));
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    let lines = ran.stdout.lines();
    let lines = lines.filter(|line| line.contains("nope.json") || line.contains("[file]"));
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @r#"
    error[file]: the file cannot be read: No such file or directory (os error 2)
    --> nope.json
    nope.json: not valid, 1 finding
    "#);
    assert!(ran.stdout.contains("list-is-and"), "{}", ran.stdout);

    let json = run(lifecycle(folder.path(), &["check", "--json"]).args(files));
    let verdicts: Value = serde_json::from_str(&json.stdout).unwrap();
    let valid = [0, 1].map(|index| verdicts[index]["valid"].as_bool().unwrap());
    assert_eq!(valid, [false, true]);
}

#[test]
fn json_is_a_format_like_others() {
    let folder = folder(TRAP);
    let check = |words: &[&str]| run(lifecycle(folder.path(), &["check"]).args(words));
    let short = check(&["--json", "lifecycle.json"]);
    let long = check(&["--format", "json", "lifecycle.json"]);
    assert_eq!(short.stdout, long.stdout);
    let both = check(&["--json", "--format", "sarif", "lifecycle.json"]);
    assert_eq!((both.code, both.stdout.as_str()), (Some(2), ""));
}

#[test]
fn what_has_no_fix_says_why() {
    let check = |policy: &str| {
        let folder = folder(policy);
        let ran = run(&mut lifecycle(
            folder.path(),
            &["check", "--fix", "lifecycle.json"],
        ));
        let told = ran.stdout.lines().filter(|line| line.contains("mended"));
        let kept = std::fs::read_to_string(folder.path().join("lifecycle.json")).unwrap();
        assert_eq!(kept, policy);
        told.collect::<Vec<_>>().join("\n")
    };
    let answer = serde_json::json!({ "lifecyclePolicyText": TRAP }).to_string();
    insta::assert_snapshot!(check(&answer), @"lifecycle.json: nothing is mended: a policy inside another document is not rewritten; `ecrane lifecycle compile` prints it alone");
    insta::assert_snapshot!(check(&TRAP.replace("any", "all")), @"lifecycle.json: nothing is mended: a policy with errors is not rewritten");
    insta::assert_snapshot!(check("rules:\n  - images: untagged\n    older-than: 9d\n"), @"lifecycle.json: nothing is mended: none of this has a fix that is sure to be right");
    insta::assert_snapshot!(check(&TRAP.replace(r#""release-""#, r#""latest""#)), @r#"
    warning: lifecycle.json:6: list-is-and is not mended: what comes of it would have `latest-at-risk` at rules[1].selection.tagPrefixList: the image tagged `latest` is expired once 10 newer images are among those the rule selects
    lifecycle.json: nothing is mended
    "#);
}

//! Policies in words, alone and beside one another.

use serde_json::Value;

use super::{TRAP, folder, lifecycle};
use crate::harness::{root, run, succeed};

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
fn no_policy_is_explained_as_data_too() {
    let folder = folder(r#"{"skip": true}"#);
    let words = ["explain", "lifecycle.json", "--json"];
    let ran = succeed(&mut lifecycle(folder.path(), &words));
    assert_eq!(ran.stdout, "{\"rules\":[]}\n");
    assert!(ran.stderr.contains("`skip`"), "{}", ran.stderr);
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
fn images_that_change_hands_are_named() {
    let home = tempfile::tempdir().unwrap();
    let example = |name: &str| root().join("examples/policies").join(name);
    let policy = std::fs::read_to_string(example("lifecycle.json")).unwrap();
    let shorter = policy.replace("\"countNumber\": 3\n", "\"countNumber\": 2\n");
    std::fs::write(home.path().join("new.json"), shorter).unwrap();
    let (old, images) = (example("lifecycle.json"), example("images.json"));
    let words = [
        "diff",
        old.to_str().unwrap(),
        "new.json",
        "--images",
        images.to_str().unwrap(),
        "--now",
        "2026-09-01T00:00:00Z",
    ];
    let ran = succeed(&mut lifecycle(home.path(), &words));
    insta::assert_snapshot!(ran.stdout, @r"
    ~ rule 1: images with a tag that begins with `v`: all but the newest 2 are expired
      before: all but the newest 3 are expired
    1 image changes hands:
      v1.3.0: stays (rule 1) → expires (rule 1)
    ");
}

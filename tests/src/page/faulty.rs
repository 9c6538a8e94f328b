//! What the page is given that is no policy, or more than one.

use super::seen;
use serde_json::{Value, json};
use std::sync::OnceLock;

/// What the page did with one of them, by the id that the facts have for it: it
/// kept no dialog open, and answers the next policy without a word of the last.
fn given(id: &str) -> &'static Value {
    static ALL: OnceLock<Value> = OnceLock::new();
    let all = ALL.get_or_init(|| seen("faulty", &Value::Null));
    assert_eq!(all["dialogs"], json!([]));
    let case = &all["seen"][id];
    let next = json!({
        "said": [],
        "found": ["missing-property", "missing-property", "priority-range"],
    });
    assert_eq!(case["next"], next, "{id}");
    case
}

fn words(case: &Value) -> &str {
    let said = case["said"].as_array().unwrap();
    assert_eq!(said.len(), 1, "{case}");
    said[0].as_str().unwrap()
}

/// What a link says that opens nothing.
fn refused(id: &str) -> &'static str {
    let case = given(id);
    assert_eq!(case["policy"], "", "{case}");
    words(case)
}

#[test]
fn a_link_that_cannot_be_read_leaves_the_editor_empty() {
    let unreadable = "This link cannot be read: a part of it is missing, or was changed. Ask for it once more, or paste the policy here.";
    assert_eq!(refused("web-permalink-bad-b64"), unreadable);
    assert_eq!(refused("web-permalink-xss"), unreadable);
    insta::assert_snapshot!(refused("web-permalink-bomb"), @"This link was not opened: it unpacks to more than 1 MB, as no link of this page does.");
    insta::assert_snapshot!(refused("web-permalink-old"), @"This link is of version 0, and this page reads version 1. Load the page again, or ask for a new link.");
}

#[test]
fn what_makes_too_long_a_link_is_offered_as_a_file() {
    let case = given("web-permalink-8k");
    let warning = case["warning"].as_str().unwrap();
    assert!(
        warning.starts_with("This would be a link of 9,"),
        "{warning}"
    );
    assert_eq!(case["links"], 0);
    assert_eq!(case["name"], "ecrane-playground.json");
    assert_eq!(case["same"], true, "the file opens something else");
}

#[test]
fn no_text_changes_what_every_object_has() {
    let case = given("web-proto");
    assert_eq!(case["found"], json!(["missing-property"]));
    // In the page, and in the worker with the module.
    assert_eq!(case["changed"], json!([false, false]));
}

#[test]
fn a_paste_of_50_mb_is_refused_before_anybody_reads_it() {
    let case = given("web-paste-50mb");
    insta::assert_snapshot!(words(case), @"That is 50 MB of text. This page takes policies of up to 16 MB.");
    assert_eq!((&case["live"], &case["kept"]), (&json!(true), &json!(true)));
    println!("50 MB refused in {} ms", case["milliseconds"]);
}

#[test]
fn a_file_that_is_not_text_is_refused() {
    let case = given("web-file-binary");
    insta::assert_snapshot!(words(case), @"“logo.png” is not text. Drop a policy, or a list of images in JSON.");
    assert_eq!(case["kept"], true);
}

#[test]
fn a_module_that_panics_is_replaced() {
    let case = given("web-wasm-panic");
    insta::assert_snapshot!(words(case), @"The module stopped at this (unreachable) and was started anew. The next text is checked again.");
    assert_eq!(case["loaded"], 2);
}

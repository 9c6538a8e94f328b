//! Policies in words, alone and beside one another.

use std::fmt::Write as _;

use crate::lifecycle::explain::{Claim, RuleInWords, explain, fate};
use crate::lifecycle::{Change, Policy, check, diff, same_meaning};

/// A policy of rules, each as its priority, its selection and its action.
fn policy(rules: &[&str]) -> Policy {
    let rules: Vec<String> = rules.iter().map(|rule| written(rule)).collect();
    let checked = check(&format!(r#"{{"rules": [{}]}}"#, rules.join(",")));
    checked
        .policy
        .unwrap_or_else(|| panic!("{:?}", checked.diagnostics))
}

/// `2 v* > 5`: rule 2 keeps the newest 5 tagged so. `3 any 9d`: it expires all
/// after 9 days. `archive` goes by the pull, `gone` empties the archive.
fn written(rule: &str) -> String {
    let (priority, rest) = rule.split_once(' ').unwrap();
    let (tags, count) = rest.split_once(' ').unwrap();
    let tags = match tags {
        "any" | "untagged" => format!(r#""tagStatus": "{tags}""#),
        _ => format!(
            r#""tagStatus": "tagged", "tagPatternList": {}"#,
            serde_json::json!(tags.split('&').collect::<Vec<_>>())
        ),
    };
    let since = |event: &str, days: &str| {
        format!(r#""countType": "{event}", "countUnit": "days", "countNumber": {days}"#)
    };
    let expire = r#""type": "expire""#;
    let (count, action) = match count.split_once(' ') {
        Some((">", number)) => (
            format!(r#""countType": "imageCountMoreThan", "countNumber": {number}"#),
            expire,
        ),
        Some(("archive", days)) => (
            since("sinceImagePulled", days),
            r#""type": "transition", "targetStorageClass": "archive""#,
        ),
        Some((_, days)) => (
            since("sinceImageTransitioned", days) + r#", "storageClass": "archive""#,
            expire,
        ),
        None => (
            since("sinceImagePushed", count.trim_end_matches('d')),
            expire,
        ),
    };
    format!(
        r#"{{"rulePriority": {priority}, "selection": {{{tags}, {count}}}, "action": {{{action}}}}}"#
    )
}

fn line(rule: &RuleInWords) -> String {
    format!("{} {}: {}", rule.rule_priority, rule.selects, rule.outcome)
}

#[test]
fn rules_in_words() {
    let rules = [
        "10 v*&*-rc > 1",
        "2 keep > 999999",
        "30 app-*-x 14d",
        "35 ** 9d",
        "40 untagged > 3",
        "50 any archive 30",
        "60 any gone 365",
        "45 old-* 3650d",
    ];
    let lines: Vec<String> = explain(&policy(&rules)).iter().map(line).collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    2 images with the tag `keep`: all of them stay
    10 images with a tag that begins with `v` and with a tag that ends with `-rc`: all but the newest one are expired
    30 images with a tag like `app-*-x`: each is expired once it was pushed more than 14 days ago
    35 images with any tag: each is expired once it was pushed more than 9 days ago
    40 images without a tag: all but the newest 3 are expired
    45 images with a tag that begins with `old-`: each is expired once it was pushed more than 3650 days ago
    50 all images: each is archived once it was last pulled more than 30 days ago
    60 all archived images: each is expired once it was archived more than 365 days ago
    ");
}

#[test]
fn an_image_belongs_to_the_first_rule_that_selects_it() {
    let rules = policy(&["1 keep > 999999", "2 v* > 5", "3 any 30d", "9 any gone 365"]);
    let of = |tags: &[&str]| {
        let tags: Vec<_> = tags.iter().map(|tag| tag.parse().unwrap()).collect();
        let fate = fate(&rules, &tags);
        let claim = |claim: &Claim| {
            format!(
                "{:?}, then {:?}: {}",
                claim.claimed_by, claim.also_selected_by, claim.fate
            )
        };
        format!("{}\n{}", claim(&fate.standard), claim(&fate.archive))
    };
    insta::assert_snapshot!(of(&["v1", "keep"]), @r"
    Some(1), then [2, 3]: stays
    Some(9), then []: is expired once it was archived more than 365 days ago
    ");
    insta::assert_snapshot!(of(&["v1"]), @r"
    Some(2), then [3]: is expired once 5 newer images are among those the rule selects
    Some(9), then []: is expired once it was archived more than 365 days ago
    ");
    insta::assert_snapshot!(of(&[]), @r"
    Some(3), then []: is expired once it was pushed more than 30 days ago
    Some(9), then []: is expired once it was archived more than 365 days ago
    ");
}

fn changes(old: &[&str], new: &[&str]) -> String {
    let (old, new) = (policy(old), policy(new));
    let changes = diff(&old, &new);
    assert_eq!(changes.is_empty(), same_meaning(&old, &new));
    let mut text = String::new();
    for change in &changes {
        let _ = match change {
            Change::Added { new } => writeln!(text, "+ {}", line(new)),
            Change::Removed { old } => writeln!(text, "- {}", line(old)),
            Change::Changed { old, new } => writeln!(text, "~ {} => {}", line(old), line(new)),
            Change::Moved { old, new } => writeln!(text, "> {} => {}", line(old), line(new)),
        };
    }
    text
}

#[test]
fn rules_that_change() {
    let old = ["1 v* > 5", "2 w* > 5", "3 any 30d"];
    assert_eq!(changes(&old, &["30 any 30d", "10 v* > 5", "20 w* > 5"]), "");
    insta::assert_snapshot!(changes(&old, &["1 v* > 9", "2 x* > 5", "3 any 30d"]), @r"
    ~ 1 images with a tag that begins with `v`: all but the newest 5 are expired => 1 images with a tag that begins with `v`: all but the newest 9 are expired
    + 2 images with a tag that begins with `x`: all but the newest 5 are expired
    - 2 images with a tag that begins with `w`: all but the newest 5 are expired
    ");
    insta::assert_snapshot!(changes(&old, &["1 w* > 5", "2 v* > 5", "3 any 30d"]), @"> 2 images with a tag that begins with `w`: all but the newest 5 are expired => 1 images with a tag that begins with `w`: all but the newest 5 are expired");
    insta::assert_snapshot!(changes(&old, &["1 w* > 5", "2 v* > 9", "3 any 90d"]), @r"
    > 2 images with a tag that begins with `w`: all but the newest 5 are expired => 1 images with a tag that begins with `w`: all but the newest 5 are expired
    ~ 1 images with a tag that begins with `v`: all but the newest 5 are expired => 2 images with a tag that begins with `v`: all but the newest 9 are expired
    ~ 3 all images: each is expired once it was pushed more than 30 days ago => 3 all images: each is expired once it was pushed more than 90 days ago
    ");
    insta::assert_snapshot!(changes(&old, &["5 any gone 365"]), @r"
    + 5 all archived images: each is expired once it was archived more than 365 days ago
    - 1 images with a tag that begins with `v`: all but the newest 5 are expired
    - 2 images with a tag that begins with `w`: all but the newest 5 are expired
    - 3 all images: each is expired once it was pushed more than 30 days ago
    ");
    // Of two rules for the same images each keeps its partner.
    let twice = ["1 any 30d", "2 any gone 365"];
    insta::assert_snapshot!(changes(&twice, &["1 any gone 400", "2 any 30d"]), @"~ 2 all archived images: each is expired once it was archived more than 365 days ago => 1 all archived images: each is expired once it was archived more than 400 days ago");
}

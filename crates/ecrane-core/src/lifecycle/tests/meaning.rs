//! Policies that do the same, and policies that do not.

use super::selecting;
use crate::lifecycle::{Policy, check, same_meaning};

fn policy(text: &str) -> Policy {
    check(text).policy.expect("a valid policy")
}

/// A policy of two rules: `first` and `second` are tag selections.
fn two(first: (u32, &str), second: (u32, &str)) -> Policy {
    let rule = |(priority, tags): (u32, &str)| {
        format!(
            r#"{{"rulePriority": {priority}, "selection": {{{tags}, "countType": "imageCountMoreThan", "countNumber": 3}}, "action": {{"type": "expire"}}}}"#
        )
    };
    policy(&format!(
        r#"{{"rules": [{}, {}]}}"#,
        rule(first),
        rule(second)
    ))
}

#[test]
fn what_has_no_effect_makes_no_difference() {
    let untagged = r#""tagStatus": "untagged""#;
    let prefixes = r#""tagStatus": "tagged", "tagPrefixList": ["a", "b"]"#;
    let reordered = r#""tagStatus": "tagged", "tagPrefixList": ["b", "a", "b"]"#;
    let patterns = r#""tagStatus": "tagged", "tagPatternList": ["b*", "a*"]"#;
    let base = two((1, untagged), (2, prefixes));
    assert!(same_meaning(&base, &two((2, prefixes), (1, untagged))));
    assert!(same_meaning(&base, &two((10, untagged), (20, reordered))));
    assert!(same_meaning(&base, &two((1, untagged), (2, patterns))));
    assert!(!same_meaning(&base, &two((2, untagged), (1, prefixes))));
}

#[test]
fn a_default_may_be_spelled_out() {
    let bare = policy(&selecting(
        r#""tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 5"#,
    ));
    let full = policy(&selecting(
        r#""tagStatus": "any", "storageClass": "standard", "countType": "imageCountMoreThan", "countNumber": 5"#,
    ));
    let other = policy(&selecting(
        r#""tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 6"#,
    ));
    assert!(same_meaning(&bare, &full));
    assert!(!same_meaning(&bare, &other));
}

#[test]
fn a_star_in_a_prefix_is_no_wildcard() {
    let tagged = |list: &str| {
        policy(&selecting(&format!(
            r#""tagStatus": "tagged", {list}, "countType": "imageCountMoreThan", "countNumber": 5"#
        )))
    };
    let prefix = tagged(r#""tagPrefixList": ["v*"]"#);
    assert!(!same_meaning(
        &prefix,
        &tagged(r#""tagPatternList": ["v**"]"#)
    ));
    assert!(!same_meaning(
        &prefix,
        &tagged(r#""tagPatternList": ["v*"]"#)
    ));
}

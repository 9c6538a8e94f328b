//! Texts that are made to hurt: too long, too deep, or random.

use proptest::prelude::*;

use super::{selecting, shown};
use crate::lifecycle::{check, read, service_message};

fn codes(text: &str) -> Vec<&'static str> {
    let checked = check(text);
    checked.diagnostics.iter().map(|it| it.code).collect()
}

#[test]
fn a_policy_has_at_most_30720_characters() {
    let any = r#""tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 5"#;
    let text = selecting(any);
    let padded = |characters: usize| text.clone() + &" ".repeat(characters - text.len());
    assert_eq!(codes(&padded(30_720)), [""; 0]);
    assert_eq!(codes(&padded(30_721)), ["text-too-long"]);
}

#[test]
fn a_text_of_megabytes_is_not_read() {
    assert_eq!(codes(&"[".repeat(10_000_000)), ["text-too-long"]);
}

#[test]
fn brackets_without_end_are_not_followed() {
    for text in ["[".repeat(10_000), "{\"a\":".repeat(10_000)] {
        assert_eq!(codes(&text), ["nesting-too-deep"]);
    }
}

#[test]
fn fifty_rules_are_taken_and_one_more_is_not() {
    let rules = |count: usize| {
        let rules: Vec<String> = (1..=count)
            .map(|number| format!(r#"{{"rulePriority": {number}, "selection": {{"tagStatus": "tagged", "tagPrefixList": ["v{number}"], "countType": "imageCountMoreThan", "countNumber": 1}}, "action": {{"type": "expire"}}}}"#))
            .collect();
        format!(r#"{{"rules": [{}]}}"#, rules.join(","))
    };
    assert_eq!(codes(&rules(50)), [""; 0]);
    assert_eq!(codes(&rules(51)), ["too-many-rules"]);
}

#[test]
fn findings_are_told_up_to_a_thousand() {
    let found = codes(&format!(r#"{{"rules": [{}]}}"#, "1 ".repeat(5_000)));
    assert_eq!(found.len(), 1_001);
    assert_eq!(found.last(), Some(&"more-findings"));
}

/// Pieces that are next to each other in faulty policies.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "'",
        "“",
        "”",
        "\\",
        "\n",
        "/*",
        "*/",
        "//",
        "\u{feff}",
        "\u{a0}",
        "\"rules\"",
        "\"rulePriority\"",
        "\"selection\"",
        "\"tagStatus\"",
        "\"action\"",
        "\"any\"",
        "1",
        "-",
        "1e3",
        ".5",
        "0x1",
        "NaN",
        "null",
        "true",
        "é",
        "${{",
        "\\u",
        "\0",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_stumble(text in pieces()) {
        let rendered = shown(&text, None);
        prop_assert!(!rendered.is_empty());
        let taken = service_message(&text).is_ok();
        prop_assert_eq!(taken, check(&text).is_valid());
    }

    #[test]
    fn no_damage_to_a_policy_makes_the_reader_stumble(at in 0usize..200, piece in pieces()) {
        let any = r#""tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 5"#;
        let mut text = selecting(any);
        let at = text.floor_char_boundary(at);
        text.insert_str(at, &piece);
        let checked = read(&text, None);
        prop_assert_eq!(checked.policy.is_some(), checked.is_valid());
    }
}

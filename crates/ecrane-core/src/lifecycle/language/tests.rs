//! What tag lists select, and what earlier ones leave.

use proptest::prelude::*;

use super::super::rule::{TagList, TagPattern, TagPrefix, TagSelection};
use super::{Budget, Entry, Images, NotDecided, common_tag, left_over};
use crate::name::Pattern;

fn pattern(text: &str) -> Entry {
    Entry::pattern(&TagPattern(text.to_owned()))
}

/// `any`, `untagged`, or patterns with `&` between them; after `=`, prefixes.
fn images(text: &str) -> Images {
    let entries = |text: &str| text.split('&').map(str::to_owned).collect::<Vec<_>>();
    Images::of(&match (text, text.strip_prefix('=')) {
        ("any", _) => TagSelection::Any,
        ("untagged", _) => TagSelection::Untagged,
        (_, Some(prefixes)) => {
            let prefixes = entries(prefixes).into_iter().map(TagPrefix);
            TagSelection::Tagged(TagList::Prefixes(prefixes.collect()))
        }
        _ => {
            let patterns = entries(text).into_iter().map(TagPattern);
            TagSelection::Tagged(TagList::Patterns(patterns.collect()))
        }
    })
}

/// What the earlier selections leave to the later one: tags, or `nothing`.
fn left(later: &str, earlier: &[&str]) -> String {
    let earlier: Vec<Images> = earlier.iter().map(|text| images(text)).collect();
    let others: Vec<&Images> = earlier.iter().collect();
    match left_over(&images(later), &others, &mut Budget::new(1_000_000)) {
        Ok(None) => "nothing".to_owned(),
        Ok(Some(tags)) if tags.is_empty() => "untagged".to_owned(),
        Ok(Some(tags)) => tags.join(" + "),
        Err(NotDecided) => "not decided".to_owned(),
    }
}

#[test]
fn one_tag() {
    assert_eq!(left("v1*", &["v*"]), "nothing");
    assert_eq!(left("v*", &["v1*"]), "v");
    assert_eq!(left("=v", &["v*"]), "nothing");
    assert_eq!(left("=v*", &["v"]), "nothing", "no tag begins with `v*`");
    assert_eq!(left("v", &["v*"]), "nothing");
    assert_eq!(left("*-prod", &["v*", "x*"]), "d-prod");
    assert_eq!(left("v*-prod", &["*-prod"]), "nothing");
    assert_eq!(left("*a*b*", &["*ab*"]), "axb");
    assert_eq!(left("a*a", &["aa", "a*aa", "a*xa"]), "aba");
}

#[test]
fn together_earlier_rules_take_what_none_takes_alone() {
    let hexadecimal: Vec<String> = "0123456789abcdef"
        .chars()
        .map(|c| format!("sha-{c}*"))
        .collect();
    let mut earlier: Vec<&str> = hexadecimal.iter().map(String::as_str).collect();
    assert_eq!(left("sha-*", &earlier), "sha-");
    assert_eq!(left("sha-a*", &earlier), "nothing");
    earlier.push("sha-");
    assert_eq!(left("sha-*", &earlier), "sha-h");
}

#[test]
fn any_and_untagged() {
    assert_eq!(left("any", &["*"]), "untagged");
    assert_eq!(left("any", &["untagged"]), "x");
    assert_eq!(left("any", &["untagged", "*"]), "nothing");
    assert_eq!(left("untagged", &["*"]), "untagged");
    assert_eq!(left("untagged", &["any"]), "nothing");
    assert_eq!(left("v*", &["any"]), "nothing");
    assert_eq!(left("v*", &["untagged"]), "v");
}

#[test]
fn lists_want_every_entry() {
    assert_eq!(left("=a&b", &["=a"]), "nothing");
    assert_eq!(left("=a", &["=a&b"]), "a");
    assert_eq!(left("=a&b&c", &["=c&a"]), "nothing");
    assert_eq!(left("=a&b", &["=a&c", "=b&c"]), "a + b");
    assert_eq!(left("a*&*z", &["a*z"]), "a + z");
    assert_eq!(left("a*z", &["a*&*z"]), "nothing", "one tag satisfies both");
    // Whatever the two tags are, one of them ends as an earlier rule wants.
    assert_eq!(left("ax&ay", &["*x"]), "nothing");
    assert_eq!(left("a*&b*", &["a*1&b*", "a*2&b*"]), "a + b");
}

#[test]
fn the_longest_tag_has_128_characters() {
    let (long, shorter) = ("a".repeat(128), "a".repeat(127));
    assert_eq!(left(&long, &[]), long);
    let all_but_the_last = format!("{shorter}*");
    assert_eq!(
        left(&all_but_the_last, &[&long, &shorter]),
        format!("{shorter}x")
    );
    assert_eq!(left(&format!("{long}*"), &[&long]), "nothing");
}

#[test]
fn a_search_that_explodes_is_given_up() {
    let earlier: Vec<String> = ('a'..='z').map(|c| format!("*&*{c}1*{c}2*{c}3*")).collect();
    let earlier: Vec<&str> = earlier.iter().map(String::as_str).collect();
    assert_eq!(left("*", &earlier), "not decided");
}

#[test]
fn tags_that_no_client_can_push_are_not_found() {
    let found = |text: &str| common_tag(&[&pattern(text)], &mut Budget::new(1_000_000));
    assert_eq!(found("a b"), Ok(None));
    assert_eq!(found("-a"), Ok(None));
    assert_eq!(found("*-a"), Ok(Some("a-a".to_owned())));
    assert_eq!(found("ä*"), Ok(None));
}

/// Every tag over a few characters.
fn short_tags() -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    let mut last = vec![String::new()];
    for _ in 0..4 {
        let longer = |tag: &String| ["a", "b", "c"].map(|next| format!("{tag}{next}"));
        last = last.iter().flat_map(longer).collect();
        tags.extend(last.clone());
    }
    tags
}

fn some_pattern() -> impl Strategy<Value = String> {
    "[ab*]{1,4}".prop_filter("at most four stars", |text| !text.is_empty())
}

fn some_list() -> impl Strategy<Value = String> {
    proptest::collection::vec(some_pattern(), 1..3).prop_map(|list| list.join("&"))
}

proptest! {
    #[test]
    fn matching_agrees_with_the_greedy_matcher(text in some_pattern()) {
        let (entry, plain) = (pattern(&text), Pattern::new(text.as_str()));
        for tag in short_tags() {
            prop_assert_eq!(entry.matches(&tag), plain.matches(&tag), "{} on {}", &text, &tag);
        }
    }

    /// Tags of at most four characters tell these patterns apart well enough:
    /// one or two of them make an image.
    #[test]
    fn what_is_left_agrees_with_trying_every_image(
        later in some_list(),
        earlier in proptest::collection::vec(some_list(), 0..4),
    ) {
        let wanted = images(&later);
        let others: Vec<Images> = earlier.iter().map(|text| images(text)).collect();
        let others: Vec<&Images> = others.iter().collect();
        let is_left = |tags: &[&str]| {
            wanted.include(tags) && !others.iter().any(|other| other.include(tags))
        };
        let found = left_over(&wanted, &others, &mut Budget::new(10_000_000)).expect("small");
        if let Some(tags) = &found {
            let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
            prop_assert!(is_left(&tags), "{:?} is not left", tags);
        }
        let tags = short_tags();
        let one = tags.iter().any(|tag| is_left(&[tag]));
        let two = || tags.iter().any(|a| tags.iter().any(|b| is_left(&[a, b])));
        if found.is_none() {
            prop_assert!(!one && !two(), "something is left");
        }
    }
}

//! Texts in YAML: how they are read, and what is refused.

use super::super::node::{Node, Value};
use super::super::{fault::Finding, yaml};
use super::shown;
use crate::lifecycle::{Dialect, read};

macro_rules! check {
    ($text:expr, @$expected:literal) => {
        insta::assert_snapshot!(shown($text, Some(Dialect::Ecrane)), @$expected)
    };
}

fn nodes(text: &str) -> (Option<Node>, Vec<Finding>) {
    let mut findings = Vec::new();
    (yaml::read(text, &mut findings), findings)
}

/// Every value with what stands at its place, one a line.
fn places(text: &str) -> String {
    let (root, findings) = nodes(text);
    assert_eq!(findings, []);
    let mut lines = Vec::new();
    walk(text, "", &root.unwrap(), &mut lines);
    lines.join("\n")
}

fn walk(text: &str, name: &str, node: &Node, lines: &mut Vec<String>) {
    let at = text.get(node.span.start..node.span.end).unwrap();
    match &node.value {
        Value::Array(nodes) => {
            lines.push(format!("{name} list {at:?}"));
            nodes.iter().for_each(|node| walk(text, "-", node, lines));
        }
        Value::Object(properties) => {
            lines.push(format!("{name} object {at:?}"));
            for property in properties {
                let span = property.name_span;
                assert_eq!(
                    text.get(span.start..span.end).unwrap().trim_matches('"'),
                    property.name
                );
                walk(text, &property.name, &property.node, lines);
            }
        }
        Value::Tagged(tag, inner) => walk(text, &format!("{name} !{tag}"), inner, lines),
        value => lines.push(format!("{name} {value:?} {at:?}")),
    }
}

#[test]
fn every_value_is_where_it_is_written() {
    insta::assert_snapshot!(places("# ünïcödé 𝄞
a: {b: [c, \"d\\té\"]} # after
\"é\": é
list:
  - 'it''s'
  - >-
    folded
    twice
  - |
    literal
      indented

last:
  x: !Sub y
  y: !!str 5
"), @r#"
     object "a: {b: [c, \"d\\té\"]} # after\n\"é\": é\nlist:\n  - 'it''s'\n  - >-\n    folded\n    twice\n  - |\n    literal\n      indented\n\nlast:\n  x: !Sub y\n  y: !!str 5"
    a object "{b: [c, \"d\\té\"]}"
    b list "[c, \"d\\té\"]"
    - String("c") "c"
    - String("d\té") "\"d\\té\""
    é String("é") "é"
    list list "- 'it''s'\n  - >-\n    folded\n    twice\n  - |\n    literal\n      indented"
    - String("it's") "'it''s'"
    - String("folded twice") "folded\n    twice"
    - String("literal\n  indented\n") "literal\n      indented"
    last object "x: !Sub y\n  y: !!str 5"
    x !Sub String("y") "y"
    y String("5") "5"
    "#);
    insta::assert_snapshot!(places("---\r\na: é\r\nb:\r\n- c\r\n...\r\n"), @r#"
     object "a: é\r\nb:\r\n- c"
    a String("é") "é"
    b list "c"
    - String("c") "c"
    "#);
    let marked = "\u{feff}a: é";
    let place = nodes(marked).0.unwrap().span;
    assert_eq!(marked.get(place.start..place.end), Some("a: é"));
}

#[test]
fn plain_words_are_those_of_the_core_schema() {
    insta::assert_snapshot!(places("[~, null, '', true, yes, 5, 05, +5, 5.0, 1e3, .5, .inf, 0x1F, 0o17, 1_000, inf, nan, 2024-01-01]"), @r#"
     list "[~, null, '', true, yes, 5, 05, +5, 5.0, 1e3, .5, .inf, 0x1F, 0o17, 1_000, inf, nan, 2024-01-01]"
    - Null "~"
    - Null "null"
    - String("") "''"
    - Boolean(true) "true"
    - String("yes") "yes"
    - Number("5") "5"
    - Number("05") "05"
    - Number("+5") "+5"
    - Number("5.0") "5.0"
    - Number("1e3") "1e3"
    - Number(".5") ".5"
    - Number(".inf") ".inf"
    - Number("0x1F") "0x1F"
    - Number("0o17") "0o17"
    - String("1_000") "1_000"
    - String("inf") "inf"
    - String("nan") "nan"
    - String("2024-01-01") "2024-01-01"
    "#);
}

#[test]
fn a_pattern_that_begins_with_a_star_needs_quotes() {
    check!("rules:\n  - tags: *-arm64\n    keep: 3\n", @r#"
    error[yaml-syntax]: a value that begins with `*` is an alias in YAML
     --> policy.json:2:11
      |
    2 |   - tags: *-arm64
      |           ^
      |
      = help: put the pattern in quotes: `"*-arm64"`
    "#);
    check!("rules:\n  - tags: *\n    keep: 3\n", @r#"
    error[yaml-syntax]: a value that begins with `*` is an alias in YAML
     --> policy.json:2:11
      |
    2 |   - tags: *
      |           ^
      |
      = help: put the pattern in quotes: `"*-arm64"`
    "#);
    check!("rules:\n  - tags: {any-of: [v*, *rc*]}\n    keep: 3\n  - tags: *-b\n    kep: 3\n", @r#"
    error[yaml-syntax]: a value that begins with `*` is an alias in YAML
     --> policy.json:2:25
      |
    2 |   - tags: {any-of: [v*, *rc*]}
      |                         ^
      |
      = help: put the pattern in quotes: `"*-arm64"`

    error[keep-of-several]: `keep` would count the images of 2 patterns together, and ECR counts those of each
     --> policy.json:3:5
      |
    3 |     keep: 3
      |     ^^^^^^^
      |
      = help: write `keep-each` to keep as many of each pattern, or find one pattern for all

    error[limit-required]: nothing says what happens to the images of this rule
     --> policy.json:4:5
      |
    4 |   - tags: *-b
      |     ^^^^
      |
      = help: add `keep: 20`, `older-than: 30d` or `archive-after: 30d`; to keep them all, name their tags in `protect`

    error[yaml-syntax]: a value that begins with `*` is an alias in YAML
     --> policy.json:4:11
      |
    4 |   - tags: *-b
      |           ^
      |
      = help: put the pattern in quotes: `"*-arm64"`

    error[unknown-property]: `kep` is not a known property here
     --> policy.json:5:5
      |
    5 |     kep: 3
      |     ^^^
      |
      = help: did you mean `keep`?
    "#);
}

#[test]
fn what_stands_for_something_else_is_refused() {
    check!("base: &base {keep: 3}
rules:
  - <<: *base
    tags: v*
  - *base
  - ? [a]
    : b
", @"
    error[unknown-property]: `base` is not a known property here
     --> policy.json:1:1
      |
    1 | base: &base {keep: 3}
      | ^^^^
      |
      = help: known here: `protect`, `undo`, `rules`

    error[yaml-syntax]: merge keys are not read
     --> policy.json:3:5
      |
    3 |   - <<: *base
      |     ^^
      |
      = help: write out the properties that it would bring

    error[yaml-syntax]: aliases are not read
     --> policy.json:3:9
      |
    3 |   - <<: *base
      |         ^^^^^
      |
      = help: write the value out; a text that begins with `*` needs quotes

    error[yaml-syntax]: aliases are not read
     --> policy.json:5:5
      |
    5 |   - *base
      |     ^^^^^
      |
      = help: write the value out; a text that begins with `*` needs quotes

    error[yaml-syntax]: a list or an object cannot be a name
     --> policy.json:6:7
      |
    6 |   - ? [a]
      |       ^^^
      |
      = help: write a word before the `:`
    ");
}

#[test]
fn a_name_that_is_there_twice_is_reported() {
    check!("rules:\n  - tags: v*\n    keep: 3\n    keep: 4\n", @"
    error[duplicate-key]: `keep` is there twice
     --> policy.json:4:5
      |
    3 |     keep: 3
      |     ---- first here
    4 |     keep: 4
      |     ^^^^
      |
      = help: keep one of the two: other readers silently drop one
    ");
}

#[test]
fn a_tag_is_no_value() {
    check!("rules:\n  - tags: !Sub v*\n    keep: !!int 3\n", @"
    error[wrong-type]: `tags` must be a pattern, or an object with `any-of` or `all-of`, not a value with a tag
     --> policy.json:2:16
      |
    2 |   - tags: !Sub v*
      |                ^^
    ");
}

#[test]
fn what_is_no_yaml_is_said_at_its_place() {
    check!("rules:\n\t- tags: v*\n", @"
    error[yaml-syntax]: tabs disallowed within this context (block indentation)
     --> policy.json:2:2
      |
    2 |     - tags: v*
      |     ^
      |
      = help: indent with spaces
    ");
    check!("rules: [\n  {tags: v*\n", @"
    error[yaml-syntax]: while parsing a flow mapping, did not find expected ',' or '}'
     --> policy.json:2:11
      |
    2 |   {tags: v*
      |           ^
      |
      = help: put text with special characters in quotes, and indent alike what belongs together
    ");
    check!("rules:\n  - tags: v*\n   keep: 3\n", @"
    error[yaml-syntax]: while parsing a block collection, did not find expected '-' indicator
     --> policy.json:3:4
      |
    3 |    keep: 3
      |    ^
      |
      = help: put text with special characters in quotes, and indent alike what belongs together
    ");
    check!("rules: []\n---\nrules: []\n", @"
    error[no-rules]: `rules` is empty: at least one rule is needed
     --> policy.json:1:1
      |
    1 | rules: []
      | ^^^^^
      |
      = help: for no policy at all, leave the policy out

    error[yaml-syntax]: a second document begins here
     --> policy.json:2:1
      |
    2 | ---
      | ^^^
      |
      = help: one file holds one document
    ");
    check!("rules: []\n# a bell\u{7}\n", @"
    error[no-rules]: `rules` is empty: at least one rule is needed
     --> policy.json:1:1
      |
    1 | rules: []
      | ^^^^^
      |
      = help: for no policy at all, leave the policy out

    error[yaml-syntax]: control character U+0007
     --> policy.json:2:9
      |
    2 | # a bell␇
      |         ^
      |
      = help: remove it, or write an escape between double quotes
    ");
    check!("# nothing\n", @"
    error[text-too-short]: the document is empty
     --> policy.json:1:1
      |
    1 | # nothing
      | ^
      |
      = help: a policy has 100 to 30720 characters and at least one rule; for no policy at all, leave the input out
    ");
    check!("- v*\n", @r#"
    error[not-an-object]: a policy is an object with `rules`, and this is a list
     --> policy.json:1:1
      |
    1 | - v*
      | ^^^^
      |
      = help: write `{"rules": [ … ]}`
    "#);
}

#[test]
fn hostile_texts_end() {
    let deep = |open: &str, n: usize| format!("rules: {}", open.repeat(n));
    let bomb: String = (1..20)
        .map(|n| format!("a{n}: &a{n} [*a{0}, *a{0}, *a{0}, *a{0}]\n", n - 1))
        .collect();
    let indented: String = (0..300).map(|n| format!("{}a:\n", " ".repeat(n))).collect();
    let texts = [
        deep("[", 10_000),
        deep("{a: ", 10_000),
        deep("- ", 10_000),
        deep("? ", 10_000),
        deep("!a ", 10_000),
        deep("&a ", 10_000),
        format!("a0: &a0 x\n{bomb}"),
        indented,
        "rules: \"".repeat(1_000),
        "a: |\n".repeat(1_000),
        "\u{feff}\u{feff}\u{feff}".to_owned(),
        "%YAML 9.9\n---\na".to_owned(),
        "'".repeat(9_999),
    ];
    for text in texts {
        let start = text.get(..12).unwrap_or(&text);
        assert!(!read(&text, Some(Dialect::Ecrane)).is_valid(), "{start:?}");
    }
}

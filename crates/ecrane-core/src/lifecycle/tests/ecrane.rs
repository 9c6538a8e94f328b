//! Rules as ecrane has them.

use super::shown;
use crate::lifecycle::{Dialect, Policy, check, lint, read};

macro_rules! check {
    ($text:expr, @$expected:literal) => {
        insta::assert_snapshot!(shown($text, Some(Dialect::Ecrane)), @$expected)
    };
}

/// The rules of ECR that a document comes to, one a line.
fn rules(text: &str) -> String {
    let checked = read(text, Some(Dialect::Ecrane));
    assert!(checked.is_valid(), "{:?}", checked.diagnostics);
    let policy = checked.policy.expect("a policy");
    assert_eq!(check(&policy.to_json()).policy.as_ref(), Some(&policy));
    let lines = policy.rules().iter().map(serde_json::to_string);
    lines.collect::<Result<Vec<_>, _>>().unwrap().join("\n")
}

macro_rules! comes_to {
    ($text:expr, @$expected:literal) => {
        insta::assert_snapshot!(rules($text), @$expected)
    };
}

#[test]
fn the_example() {
    comes_to!("
protect: [latest, prod-*]
undo: 90d
rules:
  - description: releases
    tags: v*
    keep: 20
  - tags:
      any-of: [pr-*, dev-*]
    older-than: 14d
  - images: untagged
    older-than: 1w
", @r#"
    {"rulePriority":1,"selection":{"tagStatus":"tagged","tagPatternList":["latest"],"countType":"imageCountMoreThan","countNumber":999999},"action":{"type":"expire"}}
    {"rulePriority":2,"selection":{"tagStatus":"tagged","tagPatternList":["prod-*"],"countType":"imageCountMoreThan","countNumber":999999},"action":{"type":"expire"}}
    {"rulePriority":3,"description":"releases","selection":{"tagStatus":"tagged","tagPatternList":["v*"],"countType":"imageCountMoreThan","countNumber":20},"action":{"type":"transition","targetStorageClass":"archive"}}
    {"rulePriority":4,"selection":{"tagStatus":"tagged","tagPatternList":["pr-*"],"countType":"sinceImagePushed","countUnit":"days","countNumber":14},"action":{"type":"transition","targetStorageClass":"archive"}}
    {"rulePriority":5,"selection":{"tagStatus":"tagged","tagPatternList":["dev-*"],"countType":"sinceImagePushed","countUnit":"days","countNumber":14},"action":{"type":"transition","targetStorageClass":"archive"}}
    {"rulePriority":6,"selection":{"tagStatus":"untagged","countType":"sinceImagePushed","countUnit":"days","countNumber":7},"action":{"type":"transition","targetStorageClass":"archive"}}
    {"rulePriority":7,"selection":{"tagStatus":"tagged","tagPatternList":["latest"],"storageClass":"archive","countType":"sinceImageTransitioned","countUnit":"days","countNumber":999999},"action":{"type":"expire"}}
    {"rulePriority":8,"selection":{"tagStatus":"tagged","tagPatternList":["prod-*"],"storageClass":"archive","countType":"sinceImageTransitioned","countUnit":"days","countNumber":999999},"action":{"type":"expire"}}
    {"rulePriority":9,"description":"releases","selection":{"tagStatus":"tagged","tagPatternList":["v*"],"storageClass":"archive","countType":"sinceImageTransitioned","countUnit":"days","countNumber":90},"action":{"type":"expire"}}
    {"rulePriority":10,"selection":{"tagStatus":"tagged","tagPatternList":["pr-*"],"storageClass":"archive","countType":"sinceImageTransitioned","countUnit":"days","countNumber":90},"action":{"type":"expire"}}
    {"rulePriority":11,"selection":{"tagStatus":"tagged","tagPatternList":["dev-*"],"storageClass":"archive","countType":"sinceImageTransitioned","countUnit":"days","countNumber":90},"action":{"type":"expire"}}
    {"rulePriority":12,"selection":{"tagStatus":"untagged","storageClass":"archive","countType":"sinceImageTransitioned","countUnit":"days","countNumber":90},"action":{"type":"expire"}}
    "#);
}

#[test]
fn each_limit_is_one_of_ecr() {
    comes_to!("
rules:
  - {tags: a, keep: 3}
  - {tags: b*, older-than: 30d}
  - {tags: c*, archive-after: 30d}
  - {tags: d*, archive-unpulled-after: 30d, expire-archived-after: 180d}
  - {tags: e*, older-than: 30d, undo: 100d}
  - {tags: {all-of: [f*, g*]}, expire-archived-after: 90d}
", @r#"
    {"rulePriority":1,"selection":{"tagStatus":"tagged","tagPatternList":["a"],"countType":"imageCountMoreThan","countNumber":3},"action":{"type":"expire"}}
    {"rulePriority":2,"selection":{"tagStatus":"tagged","tagPatternList":["b*"],"countType":"sinceImagePushed","countUnit":"days","countNumber":30},"action":{"type":"expire"}}
    {"rulePriority":3,"selection":{"tagStatus":"tagged","tagPatternList":["c*"],"countType":"sinceImagePushed","countUnit":"days","countNumber":30},"action":{"type":"transition","targetStorageClass":"archive"}}
    {"rulePriority":4,"selection":{"tagStatus":"tagged","tagPatternList":["d*"],"countType":"sinceImagePulled","countUnit":"days","countNumber":30},"action":{"type":"transition","targetStorageClass":"archive"}}
    {"rulePriority":5,"selection":{"tagStatus":"tagged","tagPatternList":["e*"],"countType":"sinceImagePushed","countUnit":"days","countNumber":30},"action":{"type":"transition","targetStorageClass":"archive"}}
    {"rulePriority":6,"selection":{"tagStatus":"tagged","tagPatternList":["a"],"storageClass":"archive","countType":"sinceImageTransitioned","countUnit":"days","countNumber":999999},"action":{"type":"expire"}}
    {"rulePriority":7,"selection":{"tagStatus":"tagged","tagPatternList":["b*"],"storageClass":"archive","countType":"sinceImageTransitioned","countUnit":"days","countNumber":999999},"action":{"type":"expire"}}
    {"rulePriority":8,"selection":{"tagStatus":"tagged","tagPatternList":["c*"],"storageClass":"archive","countType":"sinceImageTransitioned","countUnit":"days","countNumber":999999},"action":{"type":"expire"}}
    {"rulePriority":9,"selection":{"tagStatus":"tagged","tagPatternList":["d*"],"storageClass":"archive","countType":"sinceImageTransitioned","countUnit":"days","countNumber":180},"action":{"type":"expire"}}
    {"rulePriority":10,"selection":{"tagStatus":"tagged","tagPatternList":["e*"],"storageClass":"archive","countType":"sinceImageTransitioned","countUnit":"days","countNumber":100},"action":{"type":"expire"}}
    {"rulePriority":11,"selection":{"tagStatus":"tagged","tagPatternList":["f*","g*"],"storageClass":"archive","countType":"sinceImageTransitioned","countUnit":"days","countNumber":90},"action":{"type":"expire"}}
    "#);
}

#[test]
fn any_is_last_in_its_class_wherever_it_is_written() {
    comes_to!("
rules:
  - {images: any, archive-after: 90d, expire-archived-after: 200d}
  - {tags: v*, older-than: 30d, undo: 90d}
", @r#"
    {"rulePriority":1,"selection":{"tagStatus":"tagged","tagPatternList":["v*"],"countType":"sinceImagePushed","countUnit":"days","countNumber":30},"action":{"type":"transition","targetStorageClass":"archive"}}
    {"rulePriority":2,"selection":{"tagStatus":"any","countType":"sinceImagePushed","countUnit":"days","countNumber":90},"action":{"type":"transition","targetStorageClass":"archive"}}
    {"rulePriority":3,"selection":{"tagStatus":"tagged","tagPatternList":["v*"],"storageClass":"archive","countType":"sinceImageTransitioned","countUnit":"days","countNumber":90},"action":{"type":"expire"}}
    {"rulePriority":4,"selection":{"tagStatus":"any","storageClass":"archive","countType":"sinceImageTransitioned","countUnit":"days","countNumber":200},"action":{"type":"expire"}}
    "#);
}

#[test]
fn what_is_protected_is_protected_where_something_can_go() {
    comes_to!("
protect: [latest]
rules: [{images: any, older-than: 90d}]
", @r#"
    {"rulePriority":1,"selection":{"tagStatus":"tagged","tagPatternList":["latest"],"countType":"imageCountMoreThan","countNumber":999999},"action":{"type":"expire"}}
    {"rulePriority":2,"selection":{"tagStatus":"any","countType":"sinceImagePushed","countUnit":"days","countNumber":90},"action":{"type":"expire"}}
    "#);
    comes_to!("
protect: [latest]
rules: [{images: any, expire-archived-after: 90d}]
", @r#"
    {"rulePriority":1,"selection":{"tagStatus":"tagged","tagPatternList":["latest"],"storageClass":"archive","countType":"sinceImageTransitioned","countUnit":"days","countNumber":999999},"action":{"type":"expire"}}
    {"rulePriority":2,"selection":{"tagStatus":"any","storageClass":"archive","countType":"sinceImageTransitioned","countUnit":"days","countNumber":90},"action":{"type":"expire"}}
    "#);
}

#[test]
fn json_is_as_good_as_yaml() {
    let json = r#"{"protect": ["latest"], "rules": [{"tags": "v*", "keep": 3}]}"#;
    let yaml = "protect: [latest]\nrules:\n  - tags: v*\n    keep: 3\n";
    let policies = [json, yaml].map(|text| {
        let checked = read(text, None);
        assert_eq!(checked.dialect, Some(Dialect::Ecrane));
        checked.policy.as_ref().map(Policy::to_json)
    });
    assert_eq!(policies[0], policies[1]);
    assert!(policies[0].is_some());
}

#[test]
fn every_fault_is_found_at_once() {
    check!("protcet: [latest]
undo: 30d
rules:
  - tags: [v*, w*]
    keep: 3
  - tags: v*
    images: any
    older-than: 1 month
  - tag: v*
    keep: 0
  - images: untaged
    keep: 5
    older-than: 30
  - tags: {any-of: [a*, b*]}
    keep: 5
  - tags: 1.0
    older-than: [30d]
  - tags: x*
", @r#"
    error[unknown-property]: `protcet` is not a known property here
     --> policy.json:1:1
      |
    1 | protcet: [latest]
      | ^^^^^^^
      |
      = help: did you mean `protect`?

    error[archive-min-days]: an archived image stays at least 90 days, and `undo` says 30
     --> policy.json:2:1
      |
    2 | undo: 30d
      | ^^^^^^^^^
      |
      = help: write `90d` or more

    error[ambiguous-list]: a list of tags can mean images with any of them, or with all of them
     --> policy.json:4:11
      |
    4 |   - tags: [v*, w*]
      |           ^^^^^^^^
      |
      = help: write `tags: {any-of: [ … ]}`, which is what most mean, or `tags: {all-of: [ … ]}`

    error[both-selections]: `tags` and `images` both say which images: one rule takes one of them
     --> policy.json:7:5
      |
    6 |   - tags: v*
      |     ---- and here
    7 |     images: any
      |     ^^^^^^
      |
      = help: remove one of the two, or write two rules

    error[duration]: `older-than` must be a number of days, such as `30d`, not `1 month`
     --> policy.json:8:17
      |
    8 |     older-than: 1 month
      |                 ^^^^^^^
      |
      = help: ECR counts whole days: write them with `d`, or weeks with `w`

    error[unknown-property]: `tag` is not a known property here
     --> policy.json:9:5
      |
    9 |   - tag: v*
      |     ^^^
      |
      = help: did you mean `tags`?

    error[missing-property]: nothing says which images the rule is about
     --> policy.json:9:5
      |
    9 |   - tag: v*
      |     ^^^
      |
      = help: add `tags: v*` for a pattern, `images: untagged` or `images: any`

    error[count-number]: `keep` must be 1 or more, not `0`
      --> policy.json:10:11
       |
    10 |     keep: 0
       |           ^

    error[selection]: `images` must be `untagged` or `any`, not `untaged`
      --> policy.json:11:13
       |
    11 |   - images: untaged
       |             ^^^^^^^
       |
       = help: did you mean `untagged`?

    error[both-limits]: `keep` and `older-than` do not go together in one rule
      --> policy.json:13:5
       |
    12 |     keep: 5
       |     ------- and here
    13 |     older-than: 30
       |     ^^^^^^^^^^^^^^
       |
       = help: a rule of ECR counts images or their days, and the first rule that fits an image decides alone: choose one

    error[duration]: `older-than` must be a number of days, such as `30d`, not `30`
      --> policy.json:13:17
       |
    13 |     older-than: 30
       |                 ^^
       |
       = help: write `30d` for days

    error[keep-of-several]: `keep` would count the images of 2 patterns together, and ECR counts those of each
      --> policy.json:15:5
       |
    15 |     keep: 5
       |     ^^^^^^^
       |
       = help: write `keep-each` to keep as many of each pattern, or find one pattern for all

    error[wrong-type]: `tags` must be a pattern, and `1.0` is a number
      --> policy.json:16:11
       |
    16 |   - tags: 1.0
       |           ^^^
       |
       = help: put it in quotes: `"1.0"`

    error[duration]: `older-than` must be a number of days, such as `30d`, not a list
      --> policy.json:17:17
       |
    17 |     older-than: [30d]
       |                 ^^^^^

    error[limit-required]: nothing says what happens to the images of this rule
      --> policy.json:18:5
       |
    18 |   - tags: x*
       |     ^^^^
       |
       = help: add `keep: 20`, `older-than: 30d` or `archive-after: 30d`; to keep them all, name their tags in `protect`
    "#);
}

#[test]
fn limits_that_do_not_go_together() {
    check!("rules:
  - {tags: a*, keep: 5, older-than: 30d}
  - {tags: b*, older-than: 30d, expire-archived-after: 90d}
  - {tags: c*, archive-after: 30d, undo: 90d}
  - {tags: d*, undo: 90d}
  - {tags: {any-of: [e*], all-of: [f*]}, keep: 1}
  - {tags: {}, keep: 1}
", @"
    error[both-limits]: `keep` and `older-than` do not go together in one rule
     --> policy.json:2:25
      |
    2 |   - {tags: a*, keep: 5, older-than: 30d}
      |                -------  ^^^^^^^^^^^^^^^
      |                |
      |                and here
      |
      = help: a rule of ECR counts images or their days, and the first rule that fits an image decides alone: choose one

    error[both-limits]: `older-than` and `expire-archived-after` do not go together in one rule
     --> policy.json:3:33
      |
    3 |   - {tags: b*, older-than: 30d, expire-archived-after: 90d}
      |                ---------------  ^^^^^^^^^^^^^^^^^^^^^^^^^^
      |                |
      |                and here
      |
      = help: what is removed at once is never archived: write `undo` to archive it first

    error[both-limits]: `archive-after` and `undo` do not go together in one rule
     --> policy.json:4:36
      |
    4 |   - {tags: c*, archive-after: 30d, undo: 90d}
      |                ------------------  ^^^^^^^^^
      |                |
      |                and here
      |
      = help: archiving can be undone as it is: write `expire-archived-after` to remove the images later

    error[both-limits]: `undo` is for rules that remove images, and this one removes none that can still be pulled
     --> policy.json:5:16
      |
    5 |   - {tags: d*, undo: 90d}
      |                ^^^^^^^^^
      |
      = help: add `keep` or `older-than`, or remove `undo`

    error[both-selections]: `any-of` and `all-of` both say which images: one rule takes one of them
     --> policy.json:6:27
      |
    6 |   - {tags: {any-of: [e*], all-of: [f*]}, keep: 1}
      |             ------------  ^^^^^^^^^^^^
      |             |
      |             and here
      |
      = help: remove one of the two, or write two rules

    error[missing-property]: `tags` has neither `any-of` nor `all-of`
     --> policy.json:7:6
      |
    7 |   - {tags: {}, keep: 1}
      |      ^^^^
      |
      = help: write `tags: v*` for one pattern, or `tags: {any-of: [ … ]}` for several
    ");
}

#[test]
fn a_second_rule_for_the_same_images_is_refused() {
    check!("protect: [latest, v*]
rules:
  - {tags: v*, keep: 5}
  - {tags: {all-of: [a, b]}, keep: 5}
  - {tags: {all-of: [b, a]}, keep: 5}
  - {images: untagged, keep: 5}
  - {images: untagged, older-than: 5d}
  - {images: any, keep: 5}
  - {images: any, older-than: 5d}
", @"
    error[duplicate-tag-list]: these tags are protected: the rule would never get an image
     --> policy.json:3:6
      |
    1 | protect: [latest, v*]
      |                   -- first here
    2 | rules:
    3 |   - {tags: v*, keep: 5}
      |      ^^^^^^^^
      |
      = help: remove them here, or from `protect`

    error[duplicate-tag-list]: rules[1] is about the same tags: this would never get an image
     --> policy.json:5:13
      |
    4 |   - {tags: {all-of: [a, b]}, keep: 5}
      |             -------------- first here
    5 |   - {tags: {all-of: [b, a]}, keep: 5}
      |             ^^^^^^^^^^^^^^
      |
      = help: keep one of the two

    error[duplicate-untagged]: a second rule for untagged images would never get one
     --> policy.json:7:6
      |
    6 |   - {images: untagged, keep: 5}
      |      ---------------- first here
    7 |   - {images: untagged, older-than: 5d}
      |      ^^^^^^^^^^^^^^^^
      |
      = help: keep one of the two

    error[keep-of-rest]: `keep` would count all images, also those that `protect` or another rule has taken, and of the others too few would stay
     --> policy.json:8:19
      |
    8 |   - {images: any, keep: 5}
      |                   ^^^^^^^
      |
      = help: give the others an age, such as `older-than: 30d`, or name their tags

    error[duplicate-any]: a second rule for all images would never get one
     --> policy.json:9:6
      |
    8 |   - {images: any, keep: 5}
      |      ----------- first here
    9 |   - {images: any, older-than: 5d}
      |      ^^^^^^^^^^^
      |
      = help: keep one of the two
    ");
}

#[test]
fn the_names_of_other_dialects_are_explained() {
    check!("rules:
  - rulePriority: 1
    selection: any
    maximumNumberOfImages: 5
", @"
    error[unknown-property]: `rulePriority` is not a known property here
     --> policy.json:2:5
      |
    2 |   - rulePriority: 1
      |     ^^^^^^^^^^^^
      |
      = help: the order of the rules is their priority: the first one decides

    error[missing-property]: nothing says which images the rule is about
     --> policy.json:2:5
      |
    2 |   - rulePriority: 1
      |     ^^^^^^^^^^^^
      |
      = help: add `tags: v*` for a pattern, `images: untagged` or `images: any`

    error[limit-required]: nothing says what happens to the images of this rule
     --> policy.json:2:5
      |
    2 |   - rulePriority: 1
      |     ^^^^^^^^^^^^
      |
      = help: add `keep: 20`, `older-than: 30d` or `archive-after: 30d`; to keep them all, name their tags in `protect`

    error[unknown-property]: `selection` is not a known property here
     --> policy.json:3:5
      |
    3 |     selection: any
      |     ^^^^^^^^^
      |
      = help: say which images by `tags`, or by `images`

    error[unknown-property]: `maximumNumberOfImages` is not a known property here
     --> policy.json:4:5
      |
    4 |     maximumNumberOfImages: 5
      |     ^^^^^^^^^^^^^^^^^^^^^
      |
      = help: write `keep`
    ");
}

/// A rule with this many patterns of this length.
fn patterns(count: usize, length: usize) -> String {
    let patterns: Vec<String> = (0..count).map(|n| format!("{n:0>length$}*")).collect();
    format!(
        "rules:\n  - tags: {{any-of: [a, b]}}\n    older-than: 1d\n  - tags:\n      any-of: [{}]\n    older-than: 1d\n",
        patterns.join(", ")
    )
}

#[test]
fn a_policy_that_is_too_large_names_the_rule() {
    assert!(read(&patterns(48, 3), None).is_valid());
    let found = |text: &str| {
        let checked = read(text, None);
        let found = checked.diagnostics.iter().map(|it| {
            let path = it.path.as_deref().unwrap_or_default();
            format!("{path}: {}: {}", it.code, it.message)
        });
        found.collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(found(&patterns(49, 3)), @"rules[1]: too-many-rules: this comes to 51 rules of ECR, which takes at most 50: rules[1] is one too many");
    let long = patterns(48, 120).replace(
        "older-than",
        &format!("description: {}\n    older-than", "x".repeat(600)),
    );
    insta::assert_snapshot!(found(&long), @"rules[1]: text-too-long: this comes to 45162 characters, and ECR takes at most 30720: rules[1] is too much");
}

#[test]
fn who_says_all_of_is_not_asked_whether_all_were_meant() {
    let text = "rules: [{tags: {all-of: [v*, '*-arm64']}, keep: 3}]";
    let codes = |checked| lint(&checked).into_iter().map(|it| it.code);
    let found: Vec<&str> = codes(read(text, None)).collect();
    assert!(!found.contains(&"list-is-and"), "{found:?}");
    let json = read(text, None).policy.unwrap().to_json();
    let found: Vec<&str> = codes(check(&json)).collect();
    assert!(found.contains(&"list-is-and"), "{found:?}");
}

//! Rules as Pulumi Crosswalk writes them.

use super::shown;
use crate::lifecycle::{Dialect, Policy, read};

macro_rules! check {
    ($text:expr, @$expected:literal) => {
        insta::assert_snapshot!(shown($text, Some(Dialect::Awsx)), @$expected)
    };
}

#[test]
fn both_shapes_compile() {
    check!(r#"{"rules": [
  {"selection": "any", "maximumNumberOfImages": 50},
  {"selection": {"tagPrefixList": ["v"]}, "maximumAgeLimit": 30, "description": "releases"},
  {"selection": "untagged", "maximumAgeLimit": 1}
]}"#, @r#"{"rules":[{"rulePriority":1,"description":"releases","selection":{"tagStatus":"tagged","tagPrefixList":["v"],"countType":"sinceImagePushed","countUnit":"days","countNumber":30},"action":{"type":"expire"}},{"rulePriority":2,"selection":{"tagStatus":"untagged","countType":"sinceImagePushed","countUnit":"days","countNumber":1},"action":{"type":"expire"}},{"rulePriority":3,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":50},"action":{"type":"expire"}}]}"#);
    check!(r#"{"rules": [{"tagStatus": "tagged", "tagPrefixList": ["v"], "maximumAgeLimit": 30}]}"#, @r#"{"rules":[{"rulePriority":1,"selection":{"tagStatus":"tagged","tagPrefixList":["v"],"countType":"sinceImagePushed","countUnit":"days","countNumber":30},"action":{"type":"expire"}}]}"#);
}

#[test]
fn no_rules_are_the_default_and_skip_is_no_policy() {
    check!("null", @r#"{"rules":[{"rulePriority":1,"selection":{"tagStatus":"untagged","countType":"imageCountMoreThan","countNumber":1},"action":{"type":"expire"}}]}"#);
    check!("{}", @r#"{"rules":[{"rulePriority":1,"selection":{"tagStatus":"untagged","countType":"imageCountMoreThan","countNumber":1},"action":{"type":"expire"}}]}"#);
    check!(r#"{"skip": true}"#, @"no policy");
    check!(r#"{"skip": false}"#, @r#"{"rules":[{"rulePriority":1,"selection":{"tagStatus":"untagged","countType":"imageCountMoreThan","countNumber":1},"action":{"type":"expire"}}]}"#);
    let default = read("{}", Some(Dialect::Awsx)).policy;
    assert_eq!(default, Some(Policy::crosswalk_default()));
}

#[test]
fn what_crosswalk_drops_silently_is_refused() {
    check!(r#"{"rules": [{"selection": "any", "maximumNumberOfImages": 3, "maximumAgeLimit": 9}]}"#, @r#"
    error[both-limits]: both limits are given: `maximumNumberOfImages` and `maximumAgeLimit`
     --> policy.json:1:61
      |
    1 | {"rules": [{"selection": "any", "maximumNumberOfImages": 3, "maximumAgeLimit": 9}]}
      |                                 --------------------------  ^^^^^^^^^^^^^^^^^^^^
      |                                 |
      |                                 and here
      |
      = help: write one rule for each; Crosswalk keeps the number and drops the age without a word
    "#);
    check!(r#"{"rules": [{"tagStatus": "any", "tagPrefixList": ["v"], "maximumAgeLimit": 30}]}"#, @r#"
    error[tag-list-forbidden]: `tagPrefixList` is only for tagged images: `tagStatus` is `any`
     --> policy.json:1:33
      |
    1 | {"rules": [{"tagStatus": "any", "tagPrefixList": ["v"], "maximumAgeLimit": 30}]}
      |                                 ^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: `any` selects every image; remove `tagPrefixList`, or set `tagStatus` to `tagged`
    "#);
    check!(r#"{"rules": [{"tagStatus": "any", "selection": "any", "maximumAgeLimit": 30}]}"#, @r#"
    error[both-selections]: `selection` and `tagStatus` are two ways to say the same: one rule takes one of them
     --> policy.json:1:13
      |
    1 | {"rules": [{"tagStatus": "any", "selection": "any", "maximumAgeLimit": 30}]}
      |             ^^^^^^^^^^^         ----------- and here
      |
      = help: remove one of the two
    "#);
}

#[test]
fn faults() {
    check!(r#"{"rules": [{"selection": "any"}]}"#, @r#"
    error[limit-required]: either `maximumNumberOfImages` or `maximumAgeLimit` must be provided with a rule
     --> policy.json:1:12
      |
    1 | {"rules": [{"selection": "any"}]}
      |            ^
      |
      = help: add `"maximumNumberOfImages": 10`, or `"maximumAgeLimit": 30` for days
    "#);
    check!(r#"{"rules": [{"maximumNumberOfImages": 0}]}"#, @r#"
    error[missing-property]: `selection` is missing
     --> policy.json:1:12
      |
    1 | {"rules": [{"maximumNumberOfImages": 0}]}
      |            ^
      |
      = help: add `"selection"`: `"any"`, `"untagged"` or `{"tagPrefixList": [ … ]}`; or `"tagStatus"`

    error[count-number]: `maximumNumberOfImages` must be 1 or more, not `0`
     --> policy.json:1:38
      |
    1 | {"rules": [{"maximumNumberOfImages": 0}]}
      |                                      ^
    "#);
    check!(r#"{"rules": [{"selection": "tagged", "maximumAgeLimit": 1.5}]}"#, @r#"
    error[selection]: `selection` must be `any`, `untagged` or an object with `tagPrefixList`, not `tagged`
     --> policy.json:1:26
      |
    1 | {"rules": [{"selection": "tagged", "maximumAgeLimit": 1.5}]}
      |                          ^^^^^^^^
      |
      = help: tagged images need the list of their prefixes: `{"tagPrefixList": [ … ]}`

    error[wrong-type]: `maximumAgeLimit` must be whole days, not `1.5`
     --> policy.json:1:55
      |
    1 | {"rules": [{"selection": "tagged", "maximumAgeLimit": 1.5}]}
      |                                                       ^^^
    "#);
    check!(r#"{"rules": [{"selection": {"tagPrefixList": []}, "maximumAgeLimit": 1}]}"#, @r#"
    error[tag-list-empty]: `tagPrefixList` cannot be empty
     --> policy.json:1:44
      |
    1 | {"rules": [{"selection": {"tagPrefixList": []}, "maximumAgeLimit": 1}]}
      |                                            ^^
      |
      = help: name at least one tag, or leave the list out where the rule is not about tags
    "#);
    check!(r#"{"rules": [{"tagStatus": "tagged", "maximumAgeLimit": 1}]}"#, @r#"
    error[tag-list-empty]: `tagPrefixList` cannot be empty
     --> policy.json:1:13
      |
    1 | {"rules": [{"tagStatus": "tagged", "maximumAgeLimit": 1}]}
      |             ^^^^^^^^^^^^^^^^^^^^^
      |
      = help: name at least one tag, or leave the list out where the rule is not about tags
    "#);
    check!(r#"{"rules": [{"selection": {"tagPatternList": ["v*"]}, "maxAgeLimit": 1}]}"#, @r#"
    error[limit-required]: either `maximumNumberOfImages` or `maximumAgeLimit` must be provided with a rule
     --> policy.json:1:12
      |
    1 | {"rules": [{"selection": {"tagPatternList": ["v*"]}, "maxAgeLimit": 1}]}
      |            ^
      |
      = help: add `"maximumNumberOfImages": 10`, or `"maximumAgeLimit": 30` for days

    error[missing-property]: `tagPrefixList` is missing
     --> policy.json:1:13
      |
    1 | {"rules": [{"selection": {"tagPatternList": ["v*"]}, "maxAgeLimit": 1}]}
      |             ^^^^^^^^^^^
      |
      = help: add `tagPrefixList`: the prefixes of the tags

    error[unknown-property]: `tagPatternList` is not a known property here
     --> policy.json:1:27
      |
    1 | {"rules": [{"selection": {"tagPatternList": ["v*"]}, "maxAgeLimit": 1}]}
      |                           ^^^^^^^^^^^^^^^^
      |
      = help: Crosswalk rules know prefixes only; write the policy as ECR JSON for patterns

    error[unknown-property]: `maxAgeLimit` is not a known property here
     --> policy.json:1:54
      |
    1 | {"rules": [{"selection": {"tagPatternList": ["v*"]}, "maxAgeLimit": 1}]}
      |                                                      ^^^^^^^^^^^^^
      |
      = help: known here: `selection`, `tagStatus`, `tagPrefixList`, `maximumNumberOfImages`, `maximumAgeLimit`, `description`
    "#);
    check!(r#"{"rules": [{"selection": 5, "maximumAgeLimit": 1}, {"selection": "any", "maximumAgeLimit": 1}, {"selection": "any", "maximumAgeLimit": 2}]}"#, @r#"
    error[wrong-type]: `selection` must be `"any"`, `"untagged"` or an object with `tagPrefixList`
     --> policy.json:1:26
      |
    1 | {"rules": [{"selection": 5, "maximumAgeLimit": 1}, {"selection": "any", "maximumAgeLimit": 1}, {"selection": "any", "maximumAgeLimit"...
      |                          ^

    error[duplicate-any]: only one `any` rule is taken per storage class, and rules[1] is one for `standard`
     --> policy.json:1:110
      |
    1 | {"rules": [{"selection": 5, "maximumAgeLimit": 1}, {"selection": "any", "maximumAgeLimit": 1}, {"selection": "any", "maximumAgeLimit"...
      |                                                                  ----- first here                            ^^^^^
      |
      = help: keep one of the two
    "#);
}

#[test]
fn the_dialect_is_told_by_the_names_of_the_properties() {
    let detected = |text: &str| read(text, None).dialect;
    let awsx = Some(Dialect::Awsx);
    assert_eq!(detected(r#"{"rules": [{"selection": "any"}]}"#), awsx);
    assert_eq!(
        detected(r#"{"rules": [{"tagStatus": "any", "maximumAgeLimit": 5}]}"#),
        awsx
    );
    assert_eq!(detected(r#"{"skip": true}"#), awsx);
    let ecr = Some(Dialect::Ecr);
    assert_eq!(
        detected(r#"{"rules": [{"rulePriority": 1, "maximumAgeLimit": 5}]}"#),
        ecr
    );
    assert_eq!(detected(r#"{"rules": []}"#), ecr);
    assert_eq!(detected("[]"), ecr);
    insta::assert_snapshot!(shown("{}", None), @"
    error[unclear-dialect]: this has no `rules`, so it may be an incomplete ECR policy or Crosswalk's default
     --> policy.json:1:1
      |
    1 | {}
      | ^^
      |
      = help: add `rules`; on the command line `--dialect` can say which it is (`ecr`, `awsx`, `ecrane`, `cloudformation` or `terraform-plan`); a blank `awsx` document keeps at most one untagged image, as the word `default` does
    ");
    let terraform = "# the policy\n\nresource \"aws_ecr_lifecycle_policy\" \"app\" {\n}\n";
    insta::assert_snapshot!(shown(terraform, None), @r#"
    error[unclear-dialect]: this is Terraform's own language, and what it comes to is not known before a plan
     --> policy.json:3:1
      |
    3 | resource "aws_ecr_lifecycle_policy" "app" {
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: give what `terraform show -json PLAN` prints, or the JSON of the policy alone
    "#);
}

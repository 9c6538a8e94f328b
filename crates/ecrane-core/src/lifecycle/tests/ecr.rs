//! Faults of policies in ECR's own JSON, one rule of the user guide after the
//! other.

use super::{policy, selecting, shown};
use crate::lifecycle::Dialect;

macro_rules! check {
    ($text:expr, @$expected:literal) => {
        insta::assert_snapshot!(shown(&$text, Some(Dialect::Ecr)), @$expected)
    };
}

#[test]
fn five_mistakes_are_five_findings() {
    let text = r#"{
  "rules": [
    {
      "rulePriority": "1",
      "selection": {
        "tagStatus": "Tagged",
        "countType": "sinceImagePushed",
        "countNumber": 0
      },
      "action": {"type": "delete"}
    }
  ]
}"#;
    check!(text, @r#"
    error[wrong-type]: `rulePriority` must be a number, not a string
     --> policy.json:4:23
      |
    4 |       "rulePriority": "1",
      |                       ^^^
      |
      = help: remove the quotes: `1`

    error[tag-status]: `tagStatus` must be `any`, `tagged` or `untagged`, not `Tagged`
     --> policy.json:6:22
      |
    6 |         "tagStatus": "Tagged",
      |                      ^^^^^^^^
      |
      = help: did you mean `tagged`? upper and lower case matter

    error[count-unit-required]: `countType` is `sinceImagePushed`, so `countUnit` is needed
     --> policy.json:7:9
      |
    7 |         "countType": "sinceImagePushed",
      |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: add `"countUnit": "days"`

    error[count-number]: `countNumber` must be 1 or more, not `0`
     --> policy.json:8:24
      |
    8 |         "countNumber": 0
      |                        ^

    error[action-type]: `type` must be `expire` or `transition`, not `delete`
      --> policy.json:10:26
       |
    10 |       "action": {"type": "delete"}
       |                          ^^^^^^^^
    "#);
}

#[test]
fn properties_that_are_missing_or_misspelled() {
    check!(r#"{"no_rules": "test"}"#, @r#"
    error[missing-property]: `rules` is missing
     --> policy.json:1:1
      |
    1 | {"no_rules": "test"}
      | ^
      |
      = help: did you mean `rules` by `no_rules`?
    "#);
    check!(r#"{"rules": [{"selection": {}}], "version": 1}"#, @r#"
    error[missing-property]: `rulePriority` is missing
     --> policy.json:1:12
      |
    1 | {"rules": [{"selection": {}}], "version": 1}
      |            ^
      |
      = help: add `rulePriority`: a whole number from 1; the lowest is applied first and wins

    error[missing-property]: `action` is missing
     --> policy.json:1:12
      |
    1 | {"rules": [{"selection": {}}], "version": 1}
      |            ^
      |
      = help: add `action`: what happens to them, such as `{"type": "expire"}`

    error[missing-property]: `tagStatus` is missing
     --> policy.json:1:13
      |
    1 | {"rules": [{"selection": {}}], "version": 1}
      |             ^^^^^^^^^^^
      |
      = help: add `tagStatus`: `tagged`, `untagged` or `any`

    error[missing-property]: `countType` is missing
     --> policy.json:1:13
      |
    1 | {"rules": [{"selection": {}}], "version": 1}
      |             ^^^^^^^^^^^
      |
      = help: add `countType`: `imageCountMoreThan`, `sinceImagePushed`, `sinceImagePulled` or `sinceImageTransitioned`

    error[missing-property]: `countNumber` is missing
     --> policy.json:1:13
      |
    1 | {"rules": [{"selection": {}}], "version": 1}
      |             ^^^^^^^^^^^
      |
      = help: add `countNumber`: a number of images or of days, from 1

    error[unknown-property]: `version` is not a known property here
     --> policy.json:1:32
      |
    1 | {"rules": [{"selection": {}}], "version": 1}
      |                                ^^^^^^^^^
      |
      = help: known here: `rules`
    "#);
    check!(selecting(r#""tagstatus": "any", "countTyp": "imageCountMoreThan", "countNumber": 1"#), @r#"
    error[missing-property]: `tagStatus` is missing
     --> policy.json:3:4
      |
    3 |    "selection": {"tagstatus": "any", "countTyp": "imageCountMoreThan", "countNumber": 1},
      |    ^^^^^^^^^^^
      |
      = help: did you mean `tagStatus` by `tagstatus`?

    error[missing-property]: `countType` is missing
     --> policy.json:3:4
      |
    3 |    "selection": {"tagstatus": "any", "countTyp": "imageCountMoreThan", "countNumber": 1},
      |    ^^^^^^^^^^^
      |
      = help: did you mean `countType` by `countTyp`?

    error[unknown-property]: `tagstatus` is not a known property here
     --> policy.json:3:18
      |
    3 |    "selection": {"tagstatus": "any", "countTyp": "imageCountMoreThan", "countNumber": 1},
      |                  ^^^^^^^^^^^
      |
      = help: did you mean `tagStatus`? upper and lower case matter

    error[unknown-property]: `countTyp` is not a known property here
     --> policy.json:3:38
      |
    3 |    "selection": {"tagstatus": "any", "countTyp": "imageCountMoreThan", "countNumber": 1},
      |                                      ^^^^^^^^^^
      |
      = help: did you mean `countType`?
    "#);
    check!(selecting(r#""tagStatus": "any", "type": "expire", "countType": "imageCountMoreThan", "countNumber": 1"#), @r#"
    error[unknown-property]: `type` is not a known property here
     --> policy.json:3:38
      |
    3 |    "selection": {"tagStatus": "any", "type": "expire", "countType": "imageCountMoreThan", "countNumber": 1},
      |                                      ^^^^^^
      |
      = help: `type` belongs in `action`
    "#);
}

#[test]
fn values_of_another_type() {
    check!(r#"[]"#, @r#"
    error[not-an-object]: a policy is an object with `rules`, and this is a list
     --> policy.json:1:1
      |
    1 | []
      | ^^
      |
      = help: write `{"rules": [ … ]}`
    "#);
    check!(r#"{"rules": {}}"#, @r#"
    error[wrong-type]: `rules` must be a list in square brackets, not an object
     --> policy.json:1:11
      |
    1 | {"rules": {}}
      |           ^^
      |
      = help: put it in square brackets
    "#);
    check!(r#"{"rules": ["keep 5"]}"#, @r#"
    error[wrong-type]: a rule must be an object, not a string
     --> policy.json:1:12
      |
    1 | {"rules": ["keep 5"]}
      |            ^^^^^^^^
    "#);
    check!(policy("true", r#""tagStatus": null, "countType": 5, "countNumber": "5""#, ""), @r#"
    error[wrong-type]: `rulePriority` must be a number, not a boolean
     --> policy.json:2:20
      |
    2 |   {"rulePriority": true,
      |                    ^^^^

    error[wrong-type]: `tagStatus` must be a string, not `null`
     --> policy.json:3:31
      |
    3 |    "selection": {"tagStatus": null, "countType": 5, "countNumber": "5"},
      |                               ^^^^
      |
      = help: `null` does not count as absent: remove the property, or give it a value

    error[wrong-type]: `countType` must be a string, not a number
     --> policy.json:3:50
      |
    3 |    "selection": {"tagStatus": null, "countType": 5, "countNumber": "5"},
      |                                                  ^

    error[wrong-type]: `countNumber` must be a number, not a string
     --> policy.json:3:68
      |
    3 |    "selection": {"tagStatus": null, "countType": 5, "countNumber": "5"},
      |                                                                    ^^^
      |
      = help: remove the quotes: `5`

    error[missing-property]: `type` is missing
     --> policy.json:4:4
      |
    4 |    "action": {}}
      |    ^^^^^^^^
      |
      = help: add `type`: `expire` or `transition`
    "#);
}

#[test]
fn numbers_out_of_range() {
    for (number, expected) in [
        ("0", "`rulePriority` must be 1 or more, not `0`"),
        ("-1", "`rulePriority` must be 1 or more, not `-1`"),
        ("-0", "`rulePriority` must be 1 or more, not `-0`"),
        (
            "5.0",
            "`rulePriority` must be a whole number, not `5.0`; write `5`",
        ),
        ("1.5", "`rulePriority` must be a whole number, not `1.5`"),
        (
            "1e3",
            "`rulePriority` must be a whole number, not `1e3`; write `1000`",
        ),
        (
            "1e999",
            "`rulePriority` must be a whole number, not `1e999`",
        ),
        (
            "4294967297",
            "`4294967297` is too large for `rulePriority`; the largest number taken is 2147483647",
        ),
        (
            "99999999999999999999",
            "`99999999999999999999` is too large for `rulePriority`; the largest number taken is 2147483647",
        ),
    ] {
        let any = r#""tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1"#;
        let checked = crate::lifecycle::check(&policy(number, any, r#""type": "expire""#));
        let said: Vec<String> = checked
            .diagnostics
            .into_iter()
            .map(|it| {
                [Some(it.message), it.help]
                    .into_iter()
                    .flatten()
                    .collect::<Vec<_>>()
                    .join("; ")
            })
            .collect();
        assert_eq!(said, [expected]);
    }
}

#[test]
fn tag_lists() {
    let tagged = |lists: &str| {
        let count = r#""countType": "imageCountMoreThan", "countNumber": 1"#;
        selecting(&format!(r#""tagStatus": "tagged", {lists} {count}"#))
    };
    check!(tagged(""), @r#"
    error[tag-list-required]: `tagStatus` is `tagged`, so `tagPatternList` or `tagPrefixList` is needed
     --> policy.json:3:18
      |
    3 |    "selection": {"tagStatus": "tagged",  "countType": "imageCountMoreThan", "countNumber": 1},
      |                  ^^^^^^^^^^^^^^^^^^^^^
      |
      = help: for every tagged image write `"tagPatternList": ["*"]`
    "#);
    check!(tagged(r#""tagPatternList": ["v*"], "tagPrefixList": ["v"],"#), @r#"
    error[tag-list-both]: `tagPatternList` and `tagPrefixList` are both given, and a rule takes one of them, not both
     --> policy.json:3:67
      |
    3 |    "selection": {"tagStatus": "tagged", "tagPatternList": ["v*"], "tagPrefixList": ["v"], "countType": "imageCountMoreThan", "countNu...
      |                                         ------------------------  ^^^^^^^^^^^^^^^^^^^^^^
      |                                         |
      |                                         and here
      |
      = help: write the prefixes as patterns: the prefix `v` is the pattern `v*`
    "#);
    check!(tagged(r#""tagPatternList": [],"#), @r#"
    error[tag-list-empty]: `tagPatternList` cannot be empty
     --> policy.json:3:59
      |
    3 |    "selection": {"tagStatus": "tagged", "tagPatternList": [], "countType": "imageCountMoreThan", "countNumber": 1},
      |                                                           ^^
      |
      = help: name at least one tag, or leave the list out where the rule is not about tags
    "#);
    check!(tagged(r#""tagPrefixList": ["v", " ", 5],"#), @r#"
    error[tag-list-blank]: a blank entry in `tagPrefixList` is refused
     --> policy.json:3:64
      |
    3 |    "selection": {"tagStatus": "tagged", "tagPrefixList": ["v", " ", 5], "countType": "imageCountMoreThan", "countNumber": 1},
      |                                                                ^^^
      |
      = help: AWS does not say what a blank entry selects; for every tagged image use the pattern `*`

    error[wrong-type]: a list entry must be a string, not a number
     --> policy.json:3:69
      |
    3 |    "selection": {"tagStatus": "tagged", "tagPrefixList": ["v", " ", 5], "countType": "imageCountMoreThan", "countNumber": 1},
      |                                                                     ^
    "#);
    check!(tagged(r#""tagPatternList": ["a*b*c*d*e*"],"#), @r#"
    error[too-many-wildcards]: this pattern has 5 `*`, and ECR takes at most 4
     --> policy.json:3:60
      |
    3 |    "selection": {"tagStatus": "tagged", "tagPatternList": ["a*b*c*d*e*"], "countType": "imageCountMoreThan", "countNumber": 1},
      |                                                            ^^^^^^^^^^^^
      |
      = help: `*` stands for any number of characters: a shorter pattern often selects the same
    "#);
    check!(selecting(r#""tagStatus": "untagged", "tagPrefixList": ["v"], "countType": "imageCountMoreThan", "countNumber": 1"#), @r#"
    error[tag-list-forbidden]: `tagPrefixList` is only for tagged images: `tagStatus` is `untagged`
     --> policy.json:3:43
      |
    3 |    "selection": {"tagStatus": "untagged", "tagPrefixList": ["v"], "countType": "imageCountMoreThan", "countNumber": 1},
      |                                           ^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: an untagged image has no tags to match; remove `tagPrefixList`, or set `tagStatus` to `tagged`
    "#);
}

#[test]
fn what_is_counted() {
    check!(selecting(r#""tagStatus": "any", "countType": "sinceImagePushed", "countNumber": 1"#), @r#"
    error[count-unit-required]: `countType` is `sinceImagePushed`, so `countUnit` is needed
     --> policy.json:3:38
      |
    3 |    "selection": {"tagStatus": "any", "countType": "sinceImagePushed", "countNumber": 1},
      |                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: add `"countUnit": "days"`
    "#);
    check!(selecting(r#""tagStatus": "any", "countType": "imageCountMoreThan", "countUnit": "days", "countNumber": 1"#), @r#"
    error[count-unit-forbidden]: `imageCountMoreThan` counts images and takes no `countUnit`
     --> policy.json:3:73
      |
    3 |    "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countUnit": "days", "countNumber": 1},
      |                                                                         ^^^^^^^^^^^^^^^^^^^
      |
      = help: remove `countUnit`, or count days with `sinceImagePushed`
    "#);
    check!(selecting(r#""tagStatus": "any", "countType": "sinceImagePushd", "countUnit": "weeks", "countNumber": 1"#), @r#"
    error[count-type]: `countType` must be `imageCountMoreThan`, `sinceImagePushed`, `sinceImagePulled` or `sinceImageTransitioned`, not `sinceImagePushd`
     --> policy.json:3:51
      |
    3 |    "selection": {"tagStatus": "any", "countType": "sinceImagePushd", "countUnit": "weeks", "countNumber": 1},
      |                                                   ^^^^^^^^^^^^^^^^^
      |
      = help: did you mean `sinceImagePushed`?

    error[count-unit]: `countUnit` must be `days`, not `weeks`
     --> policy.json:3:83
      |
    3 |    "selection": {"tagStatus": "any", "countType": "sinceImagePushd", "countUnit": "weeks", "countNumber": 1},
      |                                                                                   ^^^^^^^
    "#);
}

#[test]
fn storage_classes_and_actions() {
    let days = r#""countUnit": "days", "countNumber": 30"#;
    let any = r#""tagStatus": "any""#;
    check!(selecting(&format!(r#"{any}, "countType": "sinceImageTransitioned", {days}"#)), @r#"
    error[storage-class-required]: `sinceImageTransitioned` selects archived images, so `storageClass` is needed
     --> policy.json:3:38
      |
    3 |    "selection": {"tagStatus": "any", "countType": "sinceImageTransitioned", "countUnit": "days", "countNumber": 30},
      |                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: add `"storageClass": "archive"`

    error[archive-min-days]: an archived image stays at least 90 days, and this says 30
     --> policy.json:3:98
      |
    3 |    "selection": {"tagStatus": "any", "countType": "sinceImageTransitioned", "countUnit": "days", "countNumber": 30},
      |                                                                                                  ^^^^^^^^^^^^^^^^^
      |
      = help: write 90 or more
    "#);
    check!(selecting(&format!(r#"{any}, "countType": "sinceImagePulled", "storageClass": "archive", {days}"#)), @r#"
    error[storage-class-mismatch]: `sinceImagePulled` is for images in storage class `standard` only
     --> policy.json:3:71
      |
    3 |    "selection": {"tagStatus": "any", "countType": "sinceImagePulled", "storageClass": "archive", "countUnit": "days", "countNumber": ...
      |                                                                       ^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: remove `storageClass`, or count from archiving with `sinceImageTransitioned`

    error[pulled-needs-transition]: a rule with `sinceImagePulled` can only archive images, not expire them
     --> policy.json:4:15
      |
    4 |    "action": {"type": "expire"}}
      |               ^^^^^^^^^^^^^^^^
      |
      = help: write `{"type": "transition", "targetStorageClass": "archive"}`, or count from the push with `sinceImagePushed`
    "#);
    let transition = r#""type": "transition", "targetStorageClass": "glacier""#;
    let selection = format!(
        r#"{any}, "countType": "sinceImageTransitioned", "storageClass": "standard", "countUnit": "days", "countNumber": 90"#
    );
    check!(policy("1", &selection, transition), @r#"
    error[storage-class-mismatch]: `sinceImageTransitioned` is for images in storage class `archive` only
     --> policy.json:3:77
      |
    3 |    "selection": {"tagStatus": "any", "countType": "sinceImageTransitioned", "storageClass": "standard", "countUnit": "days", "countNu...
      |                                                                             ^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: write `"storageClass": "archive"`

    error[transitioned-needs-expire]: a rule with `sinceImageTransitioned` can only expire images: they are archived already
     --> policy.json:4:15
      |
    4 |    "action": {"type": "transition", "targetStorageClass": "glacier"}}
      |               ^^^^^^^^^^^^^^^^^^^^
      |
      = help: write `{"type": "expire"}`

    error[target-storage-class]: `targetStorageClass` must be `archive`, not `glacier`
     --> policy.json:4:59
      |
    4 |    "action": {"type": "transition", "targetStorageClass": "glacier"}}
      |                                                           ^^^^^^^^^
    "#);
    let selection = format!(r#"{any}, "countType": "sinceImagePushed", {days}"#);
    check!(policy("1", &selection, r#""type": "transition""#), @r#"
    error[target-required]: a transition needs `targetStorageClass`
     --> policy.json:4:15
      |
    4 |    "action": {"type": "transition"}}
      |               ^^^^^^^^^^^^^^^^^^^^
      |
      = help: add `"targetStorageClass": "archive"`
    "#);
    check!(policy("1", &selection, r#""type": "expire", "targetStorageClass": null"#), @r#"
    error[target-forbidden]: `targetStorageClass` is only for transitions: this rule expires images
     --> policy.json:4:33
      |
    4 |    "action": {"type": "expire", "targetStorageClass": null}}
      |                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: remove `targetStorageClass`, also where it is `null`, or write `"type": "transition"`

    error[wrong-type]: `targetStorageClass` must be a string, not `null`
     --> policy.json:4:55
      |
    4 |    "action": {"type": "expire", "targetStorageClass": null}}
      |                                                       ^^^^
      |
      = help: `null` does not count as absent: remove the property, or give it a value
    "#);
}

#[test]
fn rules_against_each_other() {
    let rule = |priority: u32, selection: &str| {
        format!(
            r#"
  {{"rulePriority": {priority}, "selection": {{{selection}, "countType": "imageCountMoreThan", "countNumber": 1}}, "action": {{"type": "expire"}}}}"#
        )
    };
    let rules = |rules: &[String]| format!(r#"{{"rules": [{}]}}"#, rules.join(","));
    let any = r#""tagStatus": "any""#;
    let untagged = r#""tagStatus": "untagged""#;
    let v = r#""tagStatus": "tagged", "tagPrefixList": ["a", "b"]"#;
    let same_as_v = r#""tagStatus": "tagged", "tagPrefixList": ["b", "a"]"#;
    check!(rules(&[]), @r#"
    error[no-rules]: `rules` is empty: at least one rule is needed
     --> policy.json:1:2
      |
    1 | {"rules": []}
      |  ^^^^^^^
      |
      = help: for no policy at all, leave the policy out
    "#);
    check!(rules(&[rule(1, untagged), rule(1, any)]), @r#"
    error[duplicate-priority]: `rulePriority` 1 is used by rules[0] and rules[1]
     --> policy.json:3:4
      |
    2 |   {"rulePriority": 1, "selection": {"tagStatus": "untagged", "countType": "imageCountMoreThan", "countNumber": 1}, "action": {"type":...
      |    ----------------- first here
    3 |   {"rulePriority": 1, "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1}, "action": {"type": "exp...
      |    ^^^^^^^^^^^^^^^^^
      |
      = help: give every rule its own number; gaps are fine, and the lowest is applied first
    "#);
    check!(rules(&[rule(1, untagged), rule(2, untagged)]), @r#"
    error[duplicate-untagged]: only one `untagged` rule is taken per storage class, and rules[0] is one for `standard`
     --> policy.json:3:37
      |
    2 |   {"rulePriority": 1, "selection": {"tagStatus": "untagged", "countType": "imageCountMoreThan", "countNumber": 1}, "action": {"type":...
      |                                     ----------------------- first here
    3 |   {"rulePriority": 2, "selection": {"tagStatus": "untagged", "countType": "imageCountMoreThan", "countNumber": 1}, "action": {"type":...
      |                                     ^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: keep one of the two
    "#);
    check!(rules(&[rule(1, any), rule(2, any)]), @r#"
    error[duplicate-any]: only one `any` rule is taken per storage class, and rules[0] is one for `standard`
     --> policy.json:3:37
      |
    2 |   {"rulePriority": 1, "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1}, "action": {"type": "exp...
      |                                     ------------------ first here
    3 |   {"rulePriority": 2, "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1}, "action": {"type": "exp...
      |                                     ^^^^^^^^^^^^^^^^^^
      |
      = help: keep one of the two
    "#);
    check!(rules(&[rule(5, any), rule(10, untagged)]), @r#"
    error[any-not-last]: an `any` rule must have the highest `rulePriority` of storage class `standard`: it has 5, and rules[1] has 10
     --> policy.json:2:4
      |
    2 |   {"rulePriority": 5, "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1}, "action": {"type": "exp...
      |    ^^^^^^^^^^^^^^^^^
    3 |   {"rulePriority": 10, "selection": {"tagStatus": "untagged", "countType": "imageCountMoreThan", "countNumber": 1}, "action": {"type"...
      |    ------------------ applied later
      |
      = help: give it a number above 10: it is applied last, as it selects what all others left
    "#);
    check!(rules(&[rule(1, v), rule(2, same_as_v)]), @r#"
    error[duplicate-tag-list]: rules[0] has the same `tagPrefixList`
     --> policy.json:3:60
      |
    2 |   {"rulePriority": 1, "selection": {"tagStatus": "tagged", "tagPrefixList": ["a", "b"], "countType": "imageCountMoreThan", "countNumb...
      |                                                            --------------------------- first here
    3 |   {"rulePriority": 2, "selection": {"tagStatus": "tagged", "tagPrefixList": ["b", "a"], "countType": "imageCountMoreThan", "countNumb...
      |                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: the later rule would never get an image: join the two, or change one list
    "#);
}

#[test]
fn one_rule_for_any_image_is_taken_per_storage_class() {
    let text = r#"{"rules": [
  {"rulePriority": 2, "selection": {"tagStatus": "any", "storageClass": "archive", "countType": "sinceImageTransitioned", "countUnit": "days", "countNumber": 365}, "action": {"type": "expire"}},
  {"rulePriority": 1, "description": "Archive", "selection": {"tagStatus": "any", "storageClass": "standard", "countType": "sinceImagePulled", "countUnit": "days", "countNumber": 30}, "action": {"type": "transition", "targetStorageClass": "archive"}}
]}"#;
    check!(text, @r#"{"rules":[{"rulePriority":2,"selection":{"tagStatus":"any","storageClass":"archive","countType":"sinceImageTransitioned","countUnit":"days","countNumber":365},"action":{"type":"expire"}},{"rulePriority":1,"description":"Archive","selection":{"tagStatus":"any","countType":"sinceImagePulled","countUnit":"days","countNumber":30},"action":{"type":"transition","targetStorageClass":"archive"}}]}"#);
}

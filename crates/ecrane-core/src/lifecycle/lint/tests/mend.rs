//! What a policy's text looks like after it was mended.

use super::policy;
use crate::lifecycle::{Dialect, TagSelection, check, mend, read, selects_as_before};

/// Mended until there is nothing to mend.
fn mended(text: &str, dialect: Dialect) -> Option<String> {
    let mut text = text.to_owned();
    let mut changed = None;
    loop {
        let checked = read(&text, Some(dialect)).with_lints();
        assert!(checked.is_valid(), "{:?}", checked.diagnostics);
        let mut findings = checked.diagnostics.iter();
        match findings.find_map(|finding| mend(&text, &checked, finding)?.ok()) {
            Some(mended) => text = changed.insert(mended).clone(),
            None => return changed,
        }
    }
}

fn one_rule(tags: &str) -> String {
    format!(
        r#"{{"rules": [{{"rulePriority": 1, "selection": {{"tagStatus": "tagged", {tags}, "countType": "imageCountMoreThan", "countNumber": 5}}, "action": {{"type": "expire"}}}}]}}"#
    )
}

#[test]
fn a_list_becomes_one_rule_per_entry_and_the_rest_stays_as_it_is() {
    let text = r#"{
  "rules": [
    {
      "rulePriority": 10, "description": "keep the newest",
      "selection": {
        "tagStatus": "tagged",
        "tagPrefixList": [
          "v",
          "release-",
          "v"
        ],
        "countType": "imageCountMoreThan", "countNumber": 5
      },
      "action": {"type": "expire"}
    },
    {
      "rulePriority":11,
      "selection": {"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 7},
      "action": {"type": "expire"}
    },
    {
      "rulePriority": 20,
      "selection": {"tagStatus": "any", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 90},
      "action": {"type": "expire"}
    }
  ]
}
"#;
    insta::assert_snapshot!(mended(text, Dialect::Ecr).unwrap(), @r#"
    {
      "rules": [
        {
          "rulePriority": 10, "description": "keep the newest",
          "selection": {
            "tagStatus": "tagged",
            "tagPrefixList": [
              "v"
            ],
            "countType": "imageCountMoreThan", "countNumber": 5
          },
          "action": {"type": "expire"}
        },
        {
          "rulePriority": 11, "description": "keep the newest",
          "selection": {
            "tagStatus": "tagged",
            "tagPrefixList": [
              "release-"
            ],
            "countType": "imageCountMoreThan", "countNumber": 5
          },
          "action": {"type": "expire"}
        },
        {
          "rulePriority":12,
          "selection": {"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 7},
          "action": {"type": "expire"}
        },
        {
          "rulePriority": 20,
          "selection": {"tagStatus": "any", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 90},
          "action": {"type": "expire"}
        }
      ]
    }
    "#);
}

#[test]
fn crosswalk_rules_have_no_numbers_to_change() {
    let text = r#"{"rules": [
  {"selection": {"tagPrefixList": ["v", "release-"]}, "maximumNumberOfImages": 5},
  {"selection": "any", "maximumAgeLimit": 90}
]}"#;
    insta::assert_snapshot!(mended(text, Dialect::Awsx).unwrap(), @r#"
    {"rules": [
      {"selection": {"tagPrefixList": ["v"]}, "maximumNumberOfImages": 5},
      {"selection": {"tagPrefixList": ["release-"]}, "maximumNumberOfImages": 5},
      {"selection": "any", "maximumAgeLimit": 90}
    ]}
    "#);
}

/// The lists that come of one, in the order in which they are applied; none
/// where nothing is mended.
fn lists(tags: &str) -> Option<String> {
    let text = mended(&one_rule(tags), Dialect::Ecr)?;
    let policy = check(&text).policy?;
    let rules = policy.by_priority().into_iter();
    let lists = rules.map(|rule| match &rule.selection.tags {
        TagSelection::Tagged(list) => list.entries().join(" and "),
        other => other.status().to_string(),
    });
    Some(lists.collect::<Vec<_>>().join(", "))
}

#[test]
fn a_star_at_the_end_of_a_prefix_is_left_out() {
    let check = |list: &str, expected: Option<&str>| {
        let found = lists(&format!(r#""tagPrefixList": {list}"#));
        assert_eq!(found.as_deref(), expected, "{list}");
    };
    check(r#"["v*"]"#, Some("v"));
    check(r#"["v*", "rel\u002a"]"#, Some("v, rel"));
    check(r#"["v*", "v1*"]"#, Some("v1"));
    // A pattern was wanted.
    check(r#"["v*-rc*"]"#, None);
    // Every tag was wanted.
    check(r#"["*"]"#, None);
}

#[test]
fn an_entry_that_includes_another_is_left_out_and_gets_no_rule() {
    let check = |list: &str, expected: &str| {
        let found = lists(&format!(r#""tagPatternList": {list}"#));
        assert_eq!(found.as_deref(), Some(expected), "{list}");
    };
    check(r#"["*", "v*"]"#, "v*");
    check(r#"["v*", "v1*"]"#, "v1*");
    check(r#"["v1*", "v*"]"#, "v1*");
    check(r#"["*-rc*", "v*-rc1", "**-rc**", "v*"]"#, "v*-rc1");
    check(r#"["v*", "dev*", "v1*", "v1.2*"]"#, "dev*, v1.2*");
    check(r#"["v*", "v*", "dev*"]"#, "v*, dev*");
}

/// Why the only finding that could be mended is not.
fn refused(text: &str) -> String {
    let checked = check(text).with_lints();
    let findings = checked.diagnostics.iter();
    let attempts: Vec<_> = findings
        .filter_map(|finding| mend(text, &checked, finding))
        .collect();
    let [Err(reason)] = attempts.as_slice() else {
        panic!("{attempts:?}");
    };
    reason.to_string()
}

#[test]
fn what_ecr_would_not_take_is_not_mended_and_says_why() {
    let many: Vec<String> = (0..51).map(|n| format!("\"t{n}\"")).collect();
    let many = one_rule(&format!(r#""tagPatternList": [{}]"#, many.join(",")));
    insta::assert_snapshot!(refused(&many), @"ECR would not take what comes of it: there are 51 rules, and ECR takes at most 50");
    // `v` alone would be the list of two rules.
    let twice = policy(&["=v release- > 5", "=v > 3"]);
    insta::assert_snapshot!(refused(&twice), @"ECR would not take what comes of it: rules[0] has the same `tagPrefixList`");
}

#[test]
fn what_would_have_another_finding_is_not_mended_and_says_why() {
    let check = |rules: &[&str]| refused(&policy(rules));
    insta::assert_snapshot!(check(&["v* x* > 9", "v1* > 5"]), @"what comes of it would have `unreachable-rule` at rules[2].selection.tagPatternList: no image gets to this rule: rule 1 claims everything that it selects");
    insta::assert_snapshot!(check(&["v* > 9", "v1* x* > 5"]), @"what comes of it would have `unreachable-rule` at rules[1].selection.tagPatternList: no image gets to this rule: rule 1 claims everything that it selects");
    insta::assert_snapshot!(check(&["=latest v > 9"]), @"what comes of it would have `latest-at-risk` at rules[0].selection.tagPrefixList: the image tagged `latest` is expired once 9 newer images are among those the rule selects");
    insta::assert_snapshot!(check(&["v* > 9", "=v* > 5"]), @"what comes of it would have `unreachable-rule` at rules[1].selection.tagPrefixList: no image gets to this rule: rule 1 claims everything that it selects");
    insta::assert_snapshot!(check(&["v* -x > 5"]), @"no tag matches `-x`: mend that first");
    insta::assert_snapshot!(check(&["*-rc v* > 5"]), @"what comes of it would have `partly-shadowed` at rules[1].selection.tagPatternList: rule 1 claims part of what this rule selects, such as an image tagged `v-rc`");
}

#[test]
fn it_is_known_whether_the_rules_select_the_same() {
    let check = |before: &str, after: &str, expected: bool| {
        let [before, after] = [before, after].map(|rules| {
            let rules: Vec<&str> = rules.split(", ").collect();
            super::check(&policy(&rules)).policy.unwrap()
        });
        assert_eq!(selects_as_before(&before, &after), expected);
    };
    check("* v* > 5, any 9d", "v* > 5, any 9d", true);
    check("=v > 5", "v* > 5", true);
    check("v* x* > 5", "v* > 5", false);
    check("v* x* > 5, any 9d", "v* > 5, x* > 5, any 9d", false);
    check("=v* > 5", "=v > 5", false);
}

#[test]
fn what_can_be_mended_is_mended_beside_what_cannot() {
    let text = r#"{"rules": [
  {"rulePriority": 1, "selection": {"tagStatus": "tagged", "tagPrefixList": ["v", "release-"], "countType": "imageCountMoreThan", "countNumber": 5}, "action": {"type": "expire"}},
  {"rulePriority": 2, "selection": {"tagStatus": "tagged", "tagPrefixList": ["v"], "countType": "imageCountMoreThan", "countNumber": 3}, "action": {"type": "expire"}},
  {"rulePriority": 3, "selection": {"tagStatus": "tagged", "tagPrefixList": ["pr-", "dev-"], "countType": "imageCountMoreThan", "countNumber": 3}, "action": {"type": "expire"}}
]}"#;
    let mended = mended(text, Dialect::Ecr).unwrap();
    assert!(mended.contains(r#"["v", "release-"]"#), "{mended}");
    assert!(mended.contains(r#"["pr-"]"#), "{mended}");
    assert!(mended.contains(r#"["dev-"]"#), "{mended}");
}

//! What a policy's text looks like after it was mended.

use crate::lifecycle::{Dialect, TagSelection, check, mend, read};

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

#[test]
fn a_star_at_the_end_of_a_prefix_is_left_out() {
    let found = |tags: &str| {
        let text = mended(&one_rule(tags), Dialect::Ecr)?;
        let policy = check(&text).policy?;
        let lists = policy
            .rules()
            .iter()
            .map(|rule| match &rule.selection.tags {
                TagSelection::Tagged(list) => list.entries().join(" and "),
                other => other.status().to_string(),
            });
        Some(lists.collect::<Vec<_>>().join(", "))
    };
    let prefixes = |list: &str| found(&format!(r#""tagPrefixList": {list}"#));
    assert_eq!(prefixes(r#"["v*"]"#).as_deref(), Some("v"));
    assert_eq!(
        prefixes(r#"["v*", "rel\u002a"]"#).as_deref(),
        Some("v, rel")
    );
    assert_eq!(prefixes(r#"["v*-rc*"]"#), None, "a pattern was wanted");
    assert_eq!(prefixes(r#"["*"]"#), None, "every tag was wanted");
}

#[test]
fn of_overlapping_entries_the_narrower_is_applied_first() {
    let order = |tags: &str| {
        let text = mended(&one_rule(tags), Dialect::Ecr).unwrap();
        let policy = check(&text).policy.unwrap();
        let rules = policy.by_priority().into_iter();
        let lists = rules.map(|rule| match &rule.selection.tags {
            TagSelection::Tagged(list) => list.entries().join(" and "),
            other => other.status().to_string(),
        });
        lists.collect::<Vec<_>>().join(", ")
    };
    assert_eq!(
        order(r#""tagPrefixList": ["v", "dev", "v1", "v1.2"]"#),
        "v1.2, v1, v, dev"
    );
    assert_eq!(
        order(r#""tagPatternList": ["*-rc*", "v*-rc1", "**-rc**", "v*"]"#),
        "v*-rc1, *-rc*, v*"
    );
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
    insta::assert_snapshot!(refused(&many), @"there are 51 rules, and ECR takes at most 50");
    // `v` alone would be the list of two rules.
    let twice = r#"{"rules": [
  {"rulePriority": 1, "selection": {"tagStatus": "tagged", "tagPrefixList": ["v", "release-"], "countType": "imageCountMoreThan", "countNumber": 5}, "action": {"type": "expire"}},
  {"rulePriority": 2, "selection": {"tagStatus": "tagged", "tagPrefixList": ["v"], "countType": "imageCountMoreThan", "countNumber": 3}, "action": {"type": "expire"}}
]}"#;
    insta::assert_snapshot!(refused(twice), @"rules[0] has the same `tagPrefixList`");
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

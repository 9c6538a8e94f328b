//! What a policy's text looks like after it was mended.

use crate::lifecycle::{Dialect, check, mend, read};

/// Mended until there is nothing to mend.
fn mended(text: &str, dialect: Dialect) -> Option<String> {
    let mut text = text.to_owned();
    let mut changed = None;
    loop {
        let checked = read(&text, Some(dialect)).with_lints();
        assert!(checked.is_valid(), "{:?}", checked.diagnostics);
        match mend(&text, &checked, &checked.diagnostics) {
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
                crate::lifecycle::TagSelection::Tagged(list) => list.entries().join(" and "),
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
fn what_ecr_would_not_take_is_no_mending() {
    let many: Vec<String> = (0..51).map(|n| format!("\"t{n}\"")).collect();
    let many = one_rule(&format!(r#""tagPatternList": [{}]"#, many.join(",")));
    assert_eq!(mended(&many, Dialect::Ecr), None);
    // `v` alone would be the list of two rules.
    let twice = r#"{"rules": [
  {"rulePriority": 1, "selection": {"tagStatus": "tagged", "tagPrefixList": ["v", "release-"], "countType": "imageCountMoreThan", "countNumber": 5}, "action": {"type": "expire"}},
  {"rulePriority": 2, "selection": {"tagStatus": "tagged", "tagPrefixList": ["v"], "countType": "imageCountMoreThan", "countNumber": 3}, "action": {"type": "expire"}}
]}"#;
    assert_eq!(mended(twice, Dialect::Ecr), None);
}

#[test]
fn what_is_not_asked_for_is_not_mended() {
    let text = one_rule(r#""tagPrefixList": ["v", "release-"]"#);
    let checked = check(&text).with_lints();
    assert_eq!(mend(&text, &checked, &[]), None);
}

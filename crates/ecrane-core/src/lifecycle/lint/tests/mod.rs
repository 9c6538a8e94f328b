//! What people see of policies that ECR takes.

mod mend;

use super::lint;
use crate::diagnostic::{Colour, Source, render};
use crate::lifecycle::{Dialect, check, read};

/// A policy of rules, each on a line: what it selects, what it counts, and
/// `archive` where it does not expire. The line's number is the priority.
fn policy(rules: &[&str]) -> String {
    let rules: Vec<String> = rules
        .iter()
        .enumerate()
        .map(|(index, rule)| written(index + 1, rule))
        .collect();
    format!("{{\"rules\": [\n{}\n]}}", rules.join(",\n"))
}

/// `v* w* > 5`: patterns, keep 5. `=v 14d`: a prefix, 14 days.
fn written(priority: usize, rule: &str) -> String {
    let (rule, description) = rule.split_once(" # ").unwrap_or((rule, ""));
    let (rule, action) = match rule.strip_suffix(" archive") {
        Some(rule) => (
            rule,
            r#""type": "transition", "targetStorageClass": "archive""#,
        ),
        None => (rule, r#""type": "expire""#),
    };
    let (tags, count) = rule.rsplit_once(' ').expect("a selection and a count");
    let (tags, count) = match tags.strip_suffix(" >") {
        Some(tags) => (
            tags,
            format!(r#""countType": "imageCountMoreThan", "countNumber": {count}"#),
        ),
        None => (tags, days(count)),
    };
    let list = |tags: &str| serde_json::json!(tags.split(' ').collect::<Vec<_>>()).to_string();
    let tags = match (tags, tags.strip_prefix('=')) {
        ("any" | "untagged", _) => format!(r#""tagStatus": "{tags}""#),
        (_, Some(tags)) => format!(r#""tagStatus": "tagged", "tagPrefixList": {}"#, list(tags)),
        _ => format!(r#""tagStatus": "tagged", "tagPatternList": {}"#, list(tags)),
    };
    format!(
        r#"{{"rulePriority": {priority}, "description": {description:?}, "selection": {{{tags}, {count}}}, "action": {{{action}}}}}"#
    )
}

/// `14d` since the push, `14p` since the pull, `90a` in the archive.
fn days(count: &str) -> String {
    let (number, event) = count.split_at(count.len() - 1);
    let count_type = match event {
        "d" => r#""sinceImagePushed""#,
        "p" => r#""sinceImagePulled""#,
        _ => r#""sinceImageTransitioned", "storageClass": "archive""#,
    };
    format!(r#""countType": {count_type}, "countUnit": "days", "countNumber": {number}"#)
}

/// The findings under one code, each on a line.
fn found(code: &str, rules: &[&str]) -> String {
    let text = policy(rules);
    let checked = check(&text);
    assert!(checked.is_valid(), "{:?}", checked.diagnostics);
    let lines: Vec<String> = lint(&checked)
        .iter()
        .filter(|finding| finding.code == code)
        .map(|finding| {
            let path = finding.path.as_deref().unwrap_or("-");
            let severity = finding.severity.as_str();
            format!("{severity} {path}: {}", finding.message)
        })
        .collect();
    lines.join("\n")
}

macro_rules! found {
    ($code:literal, [$($rule:expr),+], @$expected:literal) => {
        insta::assert_snapshot!(found($code, &[$($rule),+]), @$expected)
    };
}

macro_rules! rendered {
    ($text:expr, @$expected:literal) => {{
        let source = Source { name: "policy.json", text: $text };
        let found = lint(&read($text, None));
        insta::assert_snapshot!(render(source, &found, Colour::Off), @$expected)
    }};
}

#[test]
fn a_list_is_an_and() {
    rendered!(r#"{
  "rules": [
    {
      "rulePriority": 1,
      "selection": {
        "tagStatus": "tagged",
        "tagPrefixList": ["v", "release"],
        "countType": "imageCountMoreThan",
        "countNumber": 30
      },
      "action": {"type": "expire"}
    },
    {
      "rulePriority": 2,
      "selection": {
        "tagStatus": "untagged",
        "countType": "imageCountMoreThan",
        "countNumber": 500
      },
      "action": {"type": "expire"}
    }
  ]
}"#, @r#"
    warning[list-is-and]: a list is an AND, so an image tagged `v` is not selected: every entry must be matched by some tag of the image
     --> policy.json:7:9
      |
    7 |         "tagPrefixList": ["v", "release"],
      |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: for an OR write one rule per entry, each with a count of its own

    info[retag-keeps-age]: newest means last pushed: an image that is promoted by giving it this tag keeps its push time, and may be the first to go
     --> policy.json:9:9
      |
    9 |         "countNumber": 30
      |         ^^^^^^^^^^^^^^^^^
      |
      = help: leave room in the number for the age that an image has when it is promoted

    info[any-counts-children]: each platform of a multi-platform image is counted here, and so is each signature or attestation stored as an image: 500 images can be less than 500 builds
      --> policy.json:18:9
       |
    18 |         "countNumber": 500
       |         ^^^^^^^^^^^^^^^^^^
       |
       = help: count tagged images with `tagPatternList`, or choose a number for all that one build pushes
    "#);
    found!("list-is-and", ["=v v1 > 5"], @"warning rules[0].selection.tagPrefixList: a list is an AND, so an image tagged `v` is not selected: every entry must be matched by some tag of the image");
    found!("list-is-and", ["=v v > 5"], @"");
    let checked = check(&policy(&["* v* > 5"]));
    let help = lint(&checked).into_iter().find_map(|it| it.help);
    insta::assert_snapshot!(help.unwrap(), @"leave out what includes another entry: to an AND it adds nothing; for an OR write one rule per entry");
    found!("list-is-and", ["a* *z 5d"], @"warning rules[0].selection.tagPatternList: a list is an AND, so an image tagged `a` is not selected: every entry must be matched by some tag of the image");
    found!("list-is-and", ["v* 5d", "untagged 5d"], @"");
}

#[test]
fn rules_that_get_no_image() {
    rendered!(&policy(&["v* > 10", "v1.* > 5", "any > 100"]), @r#"
    warning[unreachable-rule]: no image gets to this rule: rule 1 claims everything that it selects
     --> policy.json:3:77
      |
    2 | {"rulePriority": 1, "description": "", "selection": {"tagStatus": "tagged", "tagPatternList": ["v*"], "countType": "imageCountMoreTha...
      |                                                                             ------------------------ rule 1
    3 | {"rulePriority": 2, "description": "", "selection": {"tagStatus": "tagged", "tagPatternList": ["v1.*"], "countType": "imageCountMoreT...
      |                                                                             ^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: apply it before rule 1, or remove it: a rule that gets no image does nothing

    info[latest-at-risk]: an image in use, such as the one tagged `latest`, is expired once 100 newer images are among those the rule selects
     --> policy.json:4:54
      |
    4 | {"rulePriority": 3, "description": "", "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 100}, "act...
      |                                                      ^^^^^^^^^^^^^^^^^^
      |
      = help: to keep it whatever happens, apply this first: `"tagPatternList": ["latest"]` with `imageCountMoreThan` 1

    info[cache-tag-expires]: a build cache kept under the tag `buildcache` is expired once 100 newer images are among those the rule selects
     --> policy.json:4:54
      |
    4 | {"rulePriority": 3, "description": "", "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 100}, "act...
      |                                                      ^^^^^^^^^^^^^^^^^^
      |
      = help: if builds keep their cache in this repository, apply a rule for its tag first that removes nothing, or keep the cache in a repository of its own

    info[any-counts-children]: each platform of a multi-platform image is counted here, and so is each signature or attestation stored as an image: 100 images can be less than 100 builds. What earlier rules claim is counted too: when that is newer, all that is left to this rule goes
     --> policy.json:4:109
      |
    4 | {"rulePriority": 3, "description": "", "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 100}, "act...
      |                                                                                                             ^^^^^^^^^^^^^^^^^^
      |
      = help: count tagged images with `tagPatternList`, or choose a number for all that one build pushes
    "#);
    found!("unreachable-rule", ["v1* > 10", "v* > 5"], @"");
    found!("unreachable-rule", ["=a > 10", "x* > 3", "=a b > 5"], @"warning rules[2].selection.tagPrefixList: no image gets to this rule: rule 1 claims everything that it selects");
    found!("unreachable-rule", ["=a b > 10", "=a > 5"], @"");
    found!("unreachable-rule", ["untagged > 1", "b* > 2", "* > 10", "any 5d"], @"warning rules[3].selection.tagStatus: no image gets to this rule: rules 1 and 3 together claim everything that it selects");
    found!("unreachable-rule", ["any > 10", "v* 90a"], @"");
}

#[test]
fn what_is_not_decided_is_said() {
    let mut rules: Vec<String> = ('a'..='z')
        .map(|c| format!("* *{c}1*{c}2*{c}3* > 5"))
        .collect();
    rules.push("* > 5".to_owned());
    let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
    insta::assert_snapshot!(found("unreachable-rule", &rules[26..]), @"");
    let found = found("unreachable-rule", &rules);
    insta::assert_snapshot!(found.lines().last().unwrap_or_default(), @"info rules[26].selection.tagPatternList: whether earlier rules claim everything that this one selects was not decided: their patterns overlap in too many ways");
}

#[test]
fn rules_that_share_images() {
    found!("partly-shadowed", ["=v1 > 10", "=v > 5", "* > 3", "any > 9"], @"info rules[1].selection.tagPrefixList: rule 1 claims part of what this rule selects, such as an image tagged `v1`");
    found!("partly-shadowed", ["*-dev 5d", "=app > 5"], @"info rules[1].selection.tagPrefixList: rule 1 claims part of what this rule selects, such as an image tagged `app-dev`");
    found!("partly-shadowed", ["prod* > 5", "dev* > 5"], @"");
    found!("short-lived-tag-drags", ["pr-* 3d", "v* 90d"], @"info rules[0].selection.tagPatternList: an image tagged `pr-` and `v` is expired by this rule, though rule 2 would keep it longer");
    found!("short-lived-tag-drags", ["v* 90d", "pr-* 3d"], @"");
    found!("short-lived-tag-drags", ["pr-* 3d", "v* > 999999"], @"info rules[0].selection.tagPatternList: an image tagged `pr-` and `v` is expired by this rule, though rule 2 would keep it longer");
    found!("short-lived-tag-drags", ["pr-* 3d", "v* > 50"], @"");
    found!("short-lived-tag-drags", ["v* > 5", "prod > 1"], @"info rules[0].selection.tagPatternList: an image tagged `prod` and `v` is expired by this rule, though rule 2 would keep it longer");
}

#[test]
fn entries_that_match_nothing() {
    let checked = check(&policy(&["=a*b* > 5"]));
    let mut found = lint(&checked).into_iter();
    let help = found.find(|it| it.code == "prefix-with-star").unwrap().help;
    insta::assert_snapshot!(help.unwrap(), @"for a wildcard write `tagPatternList`; as a pattern this prefix is `a*b*`");
    found!("prefix-with-star", ["=v* a*b > 5"], @"
    warning rules[0].selection.tagPrefixList[0]: `*` in a prefix is literal, and no tag contains one: `v*` matches nothing
    warning rules[0].selection.tagPrefixList[1]: `*` in a prefix is literal, and no tag contains one: `a*b` matches nothing
    ");
    found!("never-matches", ["-x pröd prod\u{200b} a b*-x > 5"], @"
    warning rules[0].selection.tagPatternList[0]: no tag can match this: a tag has no `-` there
    warning rules[0].selection.tagPatternList[1]: no tag can match this: a tag has no `ö` (U+00F6) there
    warning rules[0].selection.tagPatternList[2]: no tag can match this: a tag has no U+200B there
    ");
    found!("never-matches", ["=v* > 5"], @"");
}

#[test]
fn images_without_a_tag() {
    found!("any-counts-children", ["untagged > 5", "any > 30"], @"
    info rules[0].selection.countNumber: each platform of a multi-platform image is counted here, and so is each signature or attestation stored as an image: 5 images can be less than 5 builds
    info rules[1].selection.countNumber: each platform of a multi-platform image is counted here, and so is each signature or attestation stored as an image: 30 images can be less than 30 builds
    ");
    found!("any-counts-children", ["any > 999999"], @"");
    found!("any-counts-children", ["* > 30", "any 30d"], @"");
    found!("untagged-count-kills-rollback", ["untagged > 1"], @"info rules[0].selection.countNumber: of the images that a moved tag leaves behind only the newest image stays, also where an older one is deployed, or rolled back to, by its digest");
    found!("untagged-count-kills-rollback", ["untagged > 3"], @"info rules[0].selection.countNumber: of the images that a moved tag leaves behind only the newest 3 stay, also where an older one is deployed, or rolled back to, by its digest");
    found!("untagged-count-kills-rollback", ["untagged > 50"], @"");
    found!("untagged-keeps-children", ["untagged 7d"], @"info rules[0].selection.tagStatus: the untagged children of a multi-platform image stay as long as its index, and no rule removes images with a tag");
    found!("untagged-keeps-children", ["v* > 999999", "untagged 7d"], @"info rules[1].selection.tagStatus: the untagged children of a multi-platform image stay as long as its index, and no rule removes images with a tag");
    found!("untagged-keeps-children", ["v* > 5", "untagged 7d"], @"");
    found!("no-untagged-rule", ["v* > 5", "w* > 5"], @"info rules[1].selection.tagPatternList: no rule selects images without a tag: what a moved tag leaves behind piles up");
    found!("no-untagged-rule", ["any 365a"], @"");
}

#[test]
fn crosswalks_default_is_not_in_the_text() {
    let found = lint(&read("{}", Some(Dialect::Awsx)));
    let codes: Vec<&str> = found.iter().map(|finding| finding.code).collect();
    assert_eq!(
        codes,
        ["any-counts-children", "untagged-count-kills-rollback"]
    );
    assert!(found.iter().all(|finding| finding.path.is_none()));
}

#[test]
fn images_that_somebody_needs() {
    found!("no-floor", ["any 30d"], @"warning rules[0].selection.countNumber: 30 days after the last push everything is expired, also what is in use: no rule keeps the newest images");
    found!("no-floor", ["any 30d archive"], @"info rules[0].selection.countNumber: 30 days after the last push everything is archived, also what is in use: no rule keeps the newest images");
    found!("no-floor", ["any 30p archive"], @"");
    found!("no-floor", ["v* > 5", "any 30d"], @"");
    found!("no-floor", ["v* w* > 5", "any 30d"], @"warning rules[1].selection.countNumber: 30 days after the last push everything that no earlier rule claims is expired, also what is in use");
    found!("no-floor", ["pr-* 3d", "any 30d"], @"warning rules[1].selection.countNumber: 30 days after the last push everything that no earlier rule claims is expired, also what is in use: no rule keeps the newest images");
    found!("no-floor", ["untagged > 5", "* 30d"], @"warning rules[1].selection.countNumber: 30 days after the last push every tagged image is expired, also what is in use");
    found!("no-floor", ["dev-* 30d", "prod-* 30d"], @"info rules[1].selection.countNumber: 30 days after the last push all images with a tag that begins with `prod-` are expired, also what is in use");
    found!("no-floor", ["any 3650d"], @"warning rules[0].selection.countNumber: 3650 days after the last push everything is expired, also what is in use: no rule keeps the newest images");
    found!("no-floor", ["any 36500d"], @"");
    found!("latest-at-risk", ["any > 30"], @"info rules[0].selection.tagStatus: an image in use, such as the one tagged `latest`, is expired once 30 newer images are among those the rule selects");
    found!("latest-at-risk", ["latest > 1", "any > 30"], @"");
    found!("latest-at-risk", ["=latest stable > 5", "any 30d"], @"warning rules[1].selection.tagStatus: an image in use, such as the one tagged `latest`, is expired once it was pushed more than 30 days ago");
    found!("latest-at-risk", ["v* > 3", "latest > 1", "any > 30"], @"warning rules[0].selection.tagPatternList: an image tagged `latest` and `v` is expired once 3 newer images are among those the rule selects");
    found!("latest-at-risk", ["v* > 3", "latest 30d", "any > 30"], @"info rules[1].selection.tagPatternList: the image tagged `latest` is expired once it was pushed more than 30 days ago");
    found!("cache-tag-expires", ["v* > 5", "*cache* 7d"], @"info rules[1].selection.tagPatternList: a build cache kept under the tag `buildcache` is expired once it was pushed more than 7 days ago");
    found!("cache-tag-expires", ["*cache > 999999", "any 7d"], @"");
    found!("retag-keeps-age", ["dev-* 7d", "prod-* 90d", "staging-* > 5"], @"info rules[1].selection.countNumber: the days run from the push: an image that is promoted by giving it this tag does not start anew");
    found!("retag-keeps-age", ["staging-* > 5"], @"info rules[0].selection.countNumber: newest means last pushed: an image that is promoted by giving it this tag keeps its push time, and may be the first to go");
}

#[test]
fn the_archive() {
    found!("archive-forever", ["prod* 30d archive"], @"info rules[0].action: what this rule archives stays in the archive for ever: no rule expires it");
    found!("archive-forever", ["any 30d archive", "any 365a"], @"");
    found!("archive-forever", ["any 30d archive", "prod* 365a"], @"warning rules[0].action: no rule expires all that this one archives: an image without a tag stays in the archive for ever");
    found!("archive-forever", ["prod-api* 30d archive", "prod* 365a"], @"");
}

#[test]
fn descriptions() {
    let first = |description: &str| {
        let rule = format!("v* > 30 # {description}");
        found(
            "description-disagrees",
            &[rule.as_str(), "untagged 30d # after one month"],
        )
    };
    let agrees = |description: &str| assert_eq!(first(description), "", "{description}");
    let disagrees = |description: &str| assert_ne!(first(description), "", "{description}");
    agrees("Keep the newest 30");
    agrees("thirty images");
    agrees("Rule 1, v2 releases");
    agrees("the current release and two rollback releases");
    agrees("Keep the newest 30 (10 branches, 3 commits on each)");
    disagrees("Keep last 10 v images");
    agrees("only five");
    agrees("images older than 24 hours");
    agrees("twenty-one images");
    agrees("twenty one images");
    agrees("two dozen images");
    agrees("10-20 images");
    agrees("Rule 1: images with a tag");
    agrees("keep 1 month, or 30 images");
    disagrees("keep 1,000 images");
    disagrees("a 14-day limit");
    disagrees("after 14d");
    disagrees("five versions for each, at most");
    found!("description-disagrees", ["v* > 1000 # keep 1,000 images"], @"");
    found!("description-disagrees", ["v* 1d # older than 24 hours"], @"");
    found!("description-disagrees", ["v* 365d # Expire builds older than 90 days"], @"warning rules[0].description: the description says 90, and the rule 365 days");
}

#[test]
fn help_is_in_the_words_of_the_dialect() {
    let help = |dialect, text: &str| {
        let checked = read(text, Some(dialect));
        let found = lint(&checked);
        let found = found.iter().find(|it| it.code == "latest-at-risk");
        found.unwrap().help.clone().unwrap()
    };
    insta::assert_snapshot!(
        help(Dialect::Ecrane, "rules:\n  - images: any\n    keep: 9\n"),
        @"to keep it whatever happens, write `protect: [latest]`"
    );
    insta::assert_snapshot!(
        help(Dialect::Awsx, r#"{"rules": [{"selection": "any", "maximumNumberOfImages": 9}]}"#),
        @r#"to keep it whatever happens, write a rule above for `"tagPrefixList": ["latest"]` with `maximumNumberOfImages`"#
    );
    insta::assert_snapshot!(
        help(Dialect::Ecr, &policy(&["any > 9"])),
        @r#"to keep it whatever happens, apply this first: `"tagPatternList": ["latest"]` with `imageCountMoreThan` 1"#
    );
}

use time::macros::date;

use super::{Allowance, Baseline, Judged, Level, Settings};
use crate::diagnostic::Severity;
use crate::lifecycle::{self, Checked, Dialect, check};

/// A policy whose rules 1 and 5 are an AND.
fn policy() -> Checked {
    let rule = |priority: u8, tags: &str| {
        format!(
            r#"{{"rulePriority": {priority}, "selection": {{"tagStatus": "tagged", "tagPatternList": [{tags}], "countType": "imageCountMoreThan", "countNumber": 5}}, "action": {{"type": "expire"}}}}"#
        )
    };
    let rules = [rule(1, r#""a", "b""#), rule(5, r#""c", "d""#)];
    check(&format!(r#"{{"rules": [{}]}}"#, rules.join(","))).with_lints()
}

fn settings(change: impl FnOnce(&mut Settings)) -> Settings {
    let mut settings = Settings::default();
    change(&mut settings);
    settings
}

/// Each finding on a line, then what is not told.
fn judged(settings: &Settings) -> String {
    judged_in(&policy(), settings)
}

fn judged_in(checked: &Checked, settings: &Settings) -> String {
    let Judged {
        diagnostics,
        allowed,
        known,
        unused,
    } = settings.judge("a.json", checked, date!(2026 - 06 - 15));
    let mut lines: Vec<String> = diagnostics
        .iter()
        .map(|found| {
            let path = found.path.as_deref().unwrap_or_default();
            let (rule, _) = path.split_once('.').unwrap_or((path, ""));
            format!("{} {} in {rule}", found.severity.as_str(), found.code)
        })
        .collect();
    lines.push(format!("{allowed} allowed, {known} known"));
    lines.extend(unused.iter().map(|it| format!("unused: {}", it.reason)));
    lines.join("\n")
}

fn allow(rule: Option<u32>, until: time::Date) -> Allowance {
    Allowance {
        lint: "list-is-and".parse().unwrap(),
        file: "a.json".to_owned(),
        policy: None,
        rule,
        reason: "both tags are always there".to_owned(),
        until,
    }
}

#[test]
fn a_project_sets_the_level_of_a_lint() {
    insta::assert_snapshot!(judged(&Settings::default()), @r"
    warning list-is-and in rules[0]
    warning list-is-and in rules[1]
    info no-untagged-rule in rules[1]
    0 allowed, 0 known
    ");
    let levels = |level: Level| {
        settings(|settings| {
            let lint = "list-is-and".parse().unwrap();
            settings.levels.insert(lint, level);
        })
    };
    insta::assert_snapshot!(judged(&levels(Level::As(Severity::Error))), @r"
    error list-is-and in rules[0]
    error list-is-and in rules[1]
    info no-untagged-rule in rules[1]
    0 allowed, 0 known
    ");
    insta::assert_snapshot!(judged(&levels(Level::Off)), @r"
    info no-untagged-rule in rules[1]
    0 allowed, 0 known
    ");
}

#[test]
fn an_allowance_is_for_a_rule_and_ends() {
    let allowed = |allowance: Allowance| judged(&settings(|it| it.allowances.push(allowance)));
    insta::assert_snapshot!(allowed(allow(Some(5), date!(2026 - 06 - 15))), @r"
    warning list-is-and in rules[0]
    info no-untagged-rule in rules[1]
    1 allowed, 0 known
    ");
    insta::assert_snapshot!(allowed(allow(None, date!(2026 - 12 - 31))), @r"
    info no-untagged-rule in rules[1]
    2 allowed, 0 known
    ");
    insta::assert_snapshot!(allowed(allow(Some(5), date!(2026 - 06 - 14))), @r"
    warning list-is-and in rules[0]
    warning list-is-and in rules[1]
    warning allowance-expired in rules[1]
    info no-untagged-rule in rules[1]
    0 allowed, 0 known
    ");
    let elsewhere = Allowance {
        file: "b.json".to_owned(),
        ..allow(None, date!(2026 - 12 - 31))
    };
    assert_eq!(allowed(elsewhere), judged(&Settings::default()));
    // Of two the longer one counts.
    let both = settings(|it| {
        it.allowances = vec![
            allow(None, date!(2026 - 12 - 31)),
            allow(Some(5), date!(2026 - 01 - 01)),
        ];
    });
    assert!(judged(&both).ends_with("2 allowed, 0 known"));
}

#[test]
fn an_allowance_of_what_is_not_there_is_told() {
    let judged = |allowance: Allowance| {
        let settings = settings(|it| it.allowances.push(allowance));
        judged(&settings).lines().last().unwrap().to_owned()
    };
    let until = date!(2026 - 12 - 31);
    let unused = "unused: both tags are always there";
    assert_eq!(judged(allow(Some(2), until)), unused);
    let elsewhere = Allowance {
        file: "b.json".to_owned(),
        ..allow(Some(2), until)
    };
    assert_ne!(judged(elsewhere), unused);
    // Nobody looked for it.
    let of_images = Allowance {
        lint: "protects-nothing".parse().unwrap(),
        ..allow(None, until)
    };
    assert_ne!(judged(of_images), unused);
}

#[test]
fn an_allowance_names_a_policy_of_a_template() {
    let resource = |name: &str| {
        format!(
            r#""{name}": {{"Type": "AWS::ECR::Repository", "Properties": {{"LifecyclePolicy": {{"LifecyclePolicyText": "{{\"rules\": [{{\"rulePriority\": 1, \"selection\": {{\"tagStatus\": \"tagged\", \"tagPatternList\": [\"a\", \"b\"], \"countType\": \"imageCountMoreThan\", \"countNumber\": 5}}, \"action\": {{\"type\": \"expire\"}}}}]}}"}}}}}}"#
        )
    };
    let template = [resource("App"), resource("Base")].join(",");
    let template = format!(r#"{{"Resources": {{{template}}}}}"#);
    let template = lifecycle::read(&template, Some(Dialect::CloudFormation)).with_lints();
    let allowed = |policy: &str| {
        let allowance = Allowance {
            policy: Some(policy.to_owned()),
            ..allow(Some(1), date!(2026 - 12 - 31))
        };
        judged_in(&template, &settings(|it| it.allowances.push(allowance)))
    };
    insta::assert_snapshot!(allowed("Base"), @"
    warning list-is-and in Resources
    info no-untagged-rule in Resources
    info no-untagged-rule in Resources
    1 allowed, 0 known
    ");
    insta::assert_snapshot!(allowed("Bass"), @"
    warning list-is-and in Resources
    info no-untagged-rule in Resources
    warning list-is-and in Resources
    info no-untagged-rule in Resources
    0 allowed, 0 known
    unused: both tags are always there
    ");
}

#[test]
fn a_baseline_knows_what_was_there() {
    let mut baseline = Baseline::default();
    let found = policy().diagnostics;
    let of_rule_5 = |path: &String| path.starts_with("rules[1]");
    let second: Vec<_> = found
        .into_iter()
        .filter(|found| found.path.as_ref().is_some_and(of_rule_5))
        .collect();
    baseline.learn("b.json", &policy().diagnostics);
    baseline.learn("a.json", &second);
    baseline.learn("b.json", &[]);
    insta::assert_snapshot!(baseline.to_json(), @r#"
    {
      "findings": [
        {
          "file": "a.json",
          "code": "list-is-and",
          "path": "rules[1].selection.tagPatternList",
          "message": "a list is an AND, so an image tagged `c` is not selected: every entry must be matched by some tag of the image"
        },
        {
          "file": "a.json",
          "code": "no-untagged-rule",
          "path": "rules[1].selection.tagPatternList",
          "message": "no rule selects images without a tag: what a moved tag leaves behind piles up"
        }
      ]
    }
    "#);
    let read = Baseline::from_json(&baseline.to_json()).unwrap();
    assert_eq!(read, baseline);
    insta::assert_snapshot!(judged(&settings(|it| it.baseline = read)), @r"
    warning list-is-and in rules[0]
    0 allowed, 2 known
    ");
}

#[test]
fn another_file_is_no_baseline() {
    let error = Baseline::from_json(r#"{"rules": []}"#).unwrap_err();
    insta::assert_snapshot!(error, @"this is no baseline: unknown field `rules`, expected `findings` at line 1 column 8; `ecrane lifecycle check --write-baseline` writes one");
}

#[test]
fn only_lints_have_a_level() {
    let refused = |id: &str| {
        id.parse::<crate::lifecycle::codes::Lint>()
            .unwrap_err()
            .to_string()
    };
    insta::assert_snapshot!(refused("list-is-an"), @"no lint is called `list-is-an`; did you mean `list-is-and`?");
    insta::assert_snapshot!(refused("count-number"), @"`count-number` is no lint: its level cannot be changed");
    insta::assert_snapshot!(refused("x"), @"no lint is called `x`: `ecrane lifecycle code` lists them");
}

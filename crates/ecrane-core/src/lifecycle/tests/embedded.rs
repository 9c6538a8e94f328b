//! Policies inside templates and plans.

use super::shown;
use crate::diagnostic::{Colour, Source, render};
use crate::lifecycle::{Dialect, check, lint, read};

macro_rules! check {
    ($text:expr, @$expected:literal) => {
        insta::assert_snapshot!(shown(&$text, None), @$expected)
    };
}

const POLICY: &str = r#"{
  "rules": [
    {
      "rulePriority": 1,
      "description": "für 𝄞 \"alle\"",
      "selection": {"tagStatus": "tagged", "tagPrefixList": ["v", "w"], "countType": "sinceImagePushed", "countNumber": 30},
      "action": {"type": "expire"}
    }
  ]
}"#;

/// A template in YAML with this as the policy's text.
fn template(policy: &str) -> String {
    format!(
        "# Größe\nResources:\n  App:\n    Type: AWS::ECR::Repository\n    Properties:\n      LifecyclePolicy:\n        LifecyclePolicyText: {policy}\n      RepositoryName: app\n"
    )
}

fn indented(text: &str) -> String {
    text.replace('\n', "\n          ")
}

/// The policy's text as each language can write a string.
fn ways() -> Vec<String> {
    let json = serde_json::to_string(POLICY).unwrap();
    let escaped: String = json
        .chars()
        .map(|it| {
            if it.is_ascii() {
                it.to_string()
            } else {
                units(it)
            }
        })
        .collect();
    let in_json = |policy: &str| {
        format!(
            r#"{{"Resources": {{"App": {{"Type": "AWS::ECR::Repository", "Properties": {{"LifecyclePolicy": {{"LifecyclePolicyText": {policy}}}}}}}}}}}"#
        )
    };
    let in_plan = |policy: &str| {
        format!(
            r#"{{"planned_values": {{"root_module": {{"child_modules": [{{"resources": [{{"address": "module.a.aws_ecr_lifecycle_policy.app", "mode": "managed", "type": "aws_ecr_lifecycle_policy", "values": {{"policy": {policy}}}}}]}}]}}}}}}"#
        )
    };
    let quoted = POLICY.replace('\'', "''").replace('\n', "\n          ");
    vec![
        template(&format!("|\n          {}", indented(POLICY))),
        template(&format!("|-\n          {}", indented(POLICY))).replace('\n', "\r\n"),
        template(&format!(">\n          {}", indented(POLICY))),
        template(&format!("'{quoted}'")),
        template(&json),
        template(&json.replace("\\n", "\\n\\\n            ")),
        template(&format!("!Sub {json}")),
        template(&format!("\n          Fn::Sub: [{json}, {{A: b}}]")),
        in_json(&json),
        in_json(&escaped),
        in_plan(&json),
        in_plan(&escaped),
    ]
}

/// A character as JSON escapes it.
fn units(character: char) -> String {
    let mut units = [0; 2];
    let units = character.encode_utf16(&mut units).iter();
    units.map(|unit| format!("\\u{unit:04x}")).collect()
}

#[test]
fn a_finding_is_at_its_place_however_the_string_is_written() {
    let inner = check(POLICY);
    let expected: Vec<(&str, &str)> = inner
        .diagnostics
        .iter()
        .map(|it| (it.code, POLICY.get(it.span.start..it.span.end).unwrap()))
        .collect();
    assert_eq!(
        expected,
        [("count-unit-required", r#""countType": "sinceImagePushed""#)]
    );
    for text in ways() {
        let checked = read(&text, None);
        let [finding] = checked.diagnostics.as_slice() else {
            panic!("{text}\n{:?}", checked.diagnostics);
        };
        let at = text.get(finding.span.start..finding.span.end).unwrap();
        let at = at.replace('\\', "");
        assert_eq!((finding.code, at.as_str()), expected[0], "{text}");
        let path = finding.path.as_deref().unwrap();
        assert!(path.ends_with(".rules[0].selection.countUnit"), "{path}");
    }
}

#[test]
fn a_policy_and_its_lints_are_the_same_however_the_string_is_written() {
    let unit = |quote: &str, text: &str| {
        let number = format!("{quote}countNumber{quote}:");
        text.replace(
            &number,
            &format!("{quote}countUnit{quote}: {quote}days{quote}, {number}"),
        )
    };
    let expected = check(&unit("\"", POLICY)).policy.unwrap();
    for text in ways() {
        let quote = if text.contains(r#"\"countNumber"#) {
            r#"\""#
        } else {
            "\""
        };
        let text = unit(quote, &text);
        let checked = read(&text, None);
        assert_eq!(checked.policy.as_ref(), Some(&expected), "{text}");
        let [embedded] = checked.embedded.as_slice() else {
            panic!("{text}");
        };
        assert_eq!(embedded.policy.as_ref(), Some(&expected));
        let lints = lint(&checked);
        let list = lints.iter().find(|it| it.code == "list-is-and").unwrap();
        let at = text.get(list.span.start..list.span.end).unwrap();
        assert_eq!(at.replace('\\', ""), r#""tagPrefixList": ["v", "w"]"#);
    }
}

#[test]
fn each_policy_of_a_document_is_checked() {
    let text = r#"Resources:
  Topic:
    Type: AWS::SNS::Topic
  Right:
    Type: AWS::ECR::Repository
    Properties:
      LifecyclePolicy:
        RegistryId: "123456789012"
        LifecyclePolicyText: >-
          {"rules": [{"rulePriority": 1, "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 5}, "action": {"type": "expire"}}]}
  Wrong:
    Type: AWS::ECR::RepositoryCreationTemplate
    Properties:
      LifecyclePolicy: '{"rules": [{"rulePriority": 0}]}'
  None:
    Type: AWS::ECR::Repository
    Properties:
      LifecyclePolicy: !Ref AWS::NoValue
"#;
    check!(text, @r#"
    error[missing-property]: `selection` is missing
      --> policy.json:14:36
       |
    14 |       LifecyclePolicy: '{"rules": [{"rulePriority": 0}]}'
       |                                    ^
       |
       = help: add `selection`: which images the rule is about

    error[missing-property]: `action` is missing
      --> policy.json:14:36
       |
    14 |       LifecyclePolicy: '{"rules": [{"rulePriority": 0}]}'
       |                                    ^
       |
       = help: add `action`: what happens to them, such as `{"type": "expire"}`

    error[priority-range]: `rulePriority` must be 1 or more, not `0`
      --> policy.json:14:53
       |
    14 |       LifecyclePolicy: '{"rules": [{"rulePriority": 0}]}'
       |                                                     ^
    "#);
    let checked = read(text, None);
    assert_eq!(checked.dialect, Some(Dialect::CloudFormation));
    let held: Vec<(&str, bool)> = checked
        .embedded
        .iter()
        .map(|it| (it.name.as_str(), it.policy.is_some()))
        .collect();
    assert_eq!(held, [("Right", true), ("Wrong", false)]);
}

#[test]
fn what_a_deployment_decides_is_not_guessed() {
    let texts = [
        r#"!Sub '{"rules": [{"tag": "${Env}-", "days": ${Days}}]}'"#,
        "!Ref PolicyText",
        "!Join ['', [a, b]]",
        "{Fn::If: [Prod, a, b]}",
    ];
    let found: Vec<String> = texts
        .iter()
        .map(|text| {
            let text = template(text);
            let source = Source {
                name: "template.yaml",
                text: &text,
            };
            render(source, &read(&text, None).diagnostics, Colour::Off)
        })
        .collect();
    insta::assert_snapshot!(found.join("\n\n"), @r#"
    error[unexpanded-expression]: the policy is not known before it is deployed: `Sub` makes a part of it
     --> template.yaml:7:56
      |
    7 |         LifecyclePolicyText: !Sub '{"rules": [{"tag": "${Env}-", "days": ${Days}}]}'
      |                                                        ^^^^^^
      |
      = help: write the policy out, or check what the deployment makes of it

    error[unexpanded-expression]: the policy is not known before it is deployed: `Sub` makes a part of it
     --> template.yaml:7:74
      |
    7 |         LifecyclePolicyText: !Sub '{"rules": [{"tag": "${Env}-", "days": ${Days}}]}'
      |                                                                          ^^^^^^^
      |
      = help: write the policy out, or check what the deployment makes of it

    error[unexpanded-expression]: the policy is not known before it is deployed: `Ref` makes a part of it
     --> template.yaml:7:35
      |
    7 |         LifecyclePolicyText: !Ref PolicyText
      |                                   ^^^^^^^^^^
      |
      = help: write the policy out, or check what the deployment makes of it

    error[unexpanded-expression]: the policy is not known before it is deployed: `Join` makes a part of it
     --> template.yaml:7:36
      |
    7 |         LifecyclePolicyText: !Join ['', [a, b]]
      |                                    ^^^^^^^^^^^^
      |
      = help: write the policy out, or check what the deployment makes of it

    error[unexpanded-expression]: the policy is not known before it is deployed: `If` makes a part of it
     --> template.yaml:7:30
      |
    7 |         LifecyclePolicyText: {Fn::If: [Prod, a, b]}
      |                              ^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: write the policy out, or check what the deployment makes of it
    "#);
}

#[test]
fn a_plan_says_when_a_policy_is_not_known() {
    check!(r#"{
  "terraform_version": "1.9.0",
  "planned_values": {"root_module": {"resources": [
    {"address": "data.aws_ecr_lifecycle_policy.x", "mode": "data", "type": "aws_ecr_lifecycle_policy", "values": {"policy": 1}},
    {"address": "aws_ecr_lifecycle_policy.a", "mode": "managed", "type": "aws_ecr_lifecycle_policy", "values": {"repository": "a"}},
    {"address": "aws_ecr_lifecycle_policy.b", "mode": "managed", "type": "aws_ecr_lifecycle_policy", "values": {"policy": {"rules": []}}},
    {"address": "aws_ecr_lifecycle_policy.c", "mode": "managed", "type": "aws_ecr_lifecycle_policy", "values": {"policy": "{}"}}
  ]}}
}"#, @r#"
    error[unexpanded-expression]: the policy is not in the plan: it is known after apply only
     --> policy.json:5:5
      |
    5 |     {"address": "aws_ecr_lifecycle_policy.a", "mode": "managed", "type": "aws_ecr_lifecycle_policy", "values": {"repository": "a"}},
      |     ^
      |
      = help: make it of values that are known before, or check the state afterwards

    error[wrong-type]: the policy must be JSON in a string, not an object
     --> policy.json:6:123
      |
    6 | ... "type": "aws_ecr_lifecycle_policy", "values": {"policy": {"rules": []}}},
      |                                                              ^^^^^^^^^^^^^
      |
      = help: put the JSON in a string: in YAML, in a block after `|`

    error[missing-property]: `rules` is missing
     --> policy.json:7:124
      |
    7 |     {"address": "aws_ecr_lifecycle_policy.c", "mode": "managed", "type": "aws_ecr_lifecycle_policy", "values": {"policy": "{}"}}
      |                                                                                                                            ^
      |
      = help: add `rules`: the list of the rules
    "#);
    check!(r#"{"terraform_version": "1.9.0"}"#, @r#"
    error[missing-property]: neither `planned_values` nor `values` is here
     --> policy.json:1:1
      |
    1 | {"terraform_version": "1.9.0"}
      | ^
      |
      = help: give what `terraform show -json PLAN` prints
    "#);
}

#[test]
fn shapes_that_hold_no_policy_are_refused() {
    check!(template("{rules: []}"), @"
    error[wrong-type]: the policy must be JSON in a string, not an object
     --> policy.json:7:30
      |
    7 |         LifecyclePolicyText: {rules: []}
      |                              ^^^^^^^^^^^
      |
      = help: put the JSON in a string: in YAML, in a block after `|`
    ");
    check!("Resources: {App: {Type: 'AWS::ECR::Repository', Properties: {LifecyclePolicy: keep 5}}}", @"
    error[wrong-type]: an object with `LifecyclePolicyText` must be here, not a string
     --> policy.json:1:79
      |
    1 | Resources: {App: {Type: 'AWS::ECR::Repository', Properties: {LifecyclePolicy: keep 5}}}
      |                                                                               ^^^^^^
    ");
    check!("Resources: {App: {Type: 'AWS::ECR::Repository', Properties: {LifecyclePolicy: {LifecyclePolicyText: ''}}}}", @"
    error[text-too-short]: the document is empty
     --> policy.json:1:101
      |
    1 | Resources: {App: {Type: 'AWS::ECR::Repository', Properties: {LifecyclePolicy: {LifecyclePolicyText: ''}}}}
      |                                                                                                     ^
      |
      = help: a policy has 100 to 30720 characters and at least one rule; for no policy at all, leave the input out
    ");
    check!("Resources: {}", @"
    warning[no-policy]: no lifecycle policy is in this document
     --> policy.json:1:1
      |
    1 | Resources: {}
      | ^^^^^^^^^
      |
      = help: policies of AWS::ECR::Repository and of aws_ecr_lifecycle_policy are looked for

    no policy
    ");
    insta::assert_snapshot!(shown("AWSTemplateFormatVersion: 2010-09-09", Some(Dialect::CloudFormation)), @"
    error[missing-property]: `Resources` is missing
     --> policy.json:1:1
      |
    1 | AWSTemplateFormatVersion: 2010-09-09
      | ^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: add `Resources`: the resources of the template
    ");
}

#[test]
fn who_needs_one_policy_is_told_of_none_and_of_several() {
    let one = template(
        r#"'{"rules": [{"rulePriority": 1, "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 5}, "action": {"type": "expire"}}]}'"#,
    );
    let checked = read(&one, None).alone();
    assert!(checked.is_valid() && checked.policy.is_some());

    let two = one.clone()
        + &one
            .replace("# Größe\nResources:\n", "")
            .replace("App:", "Other:");
    let checked = read(&two, None);
    assert!(checked.is_valid() && checked.policy.is_none());
    let messages = |text: &str| {
        let found = read(text, None).alone().diagnostics;
        let found = found
            .iter()
            .map(|it| format!("{} {}: {}", it.severity.as_str(), it.code, it.message));
        found.collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(messages(&two), @"error several-policies: one policy is wanted here, and this document holds 2: `App`, `Other`");
    insta::assert_snapshot!(messages("Resources: {}"), @"error no-policy: no lifecycle policy is in this document");
}

#[test]
fn the_size_of_what_is_read_depends_on_what_it_is() {
    let padding = " ".repeat(300_000);
    let template = template("'{}'") + &padding;
    assert_eq!(read(&template, None).dialect, Some(Dialect::CloudFormation));
    let found = read(&template, Some(Dialect::Ecrane)).diagnostics;
    assert_eq!(found[0].code, "text-too-long");
}

/// What `aws ecr get-lifecycle-policy` prints.
fn answer(policy: &str) -> String {
    let policy = serde_json::to_string(policy).unwrap();
    format!(
        r#"{{
  "registryId": "123456789012",
  "repositoryName": "team/app",
  "lifecyclePolicyText": {policy},
  "lastEvaluatedAt": "2026-09-01T12:00:00+00:00"
}}"#
    )
}

#[test]
fn an_answer_of_ecr_is_read_as_the_policy_in_it() {
    let good = POLICY.replace(
        "\"countNumber\"",
        "\"countUnit\": \"days\", \"countNumber\"",
    );
    let checked = read(&answer(&good), None);
    assert_eq!(checked.policy, check(&good).policy);
    assert!(checked.is_around());
    let names = checked.embedded.iter().map(|it| it.name.as_str());
    assert!(names.eq(["team/app"]));
    check!(answer(POLICY), @r#"
    error[count-unit-required]: `countType` is `sinceImagePushed`, so `countUnit` is needed
     --> policy.json:4:213
      |
    4 | ...\"tagged\", \"tagPrefixList\": [\"v\", \"w\"], \"countType\": \"sinceImagePushed\", \"countNumber\": 30},\n      \"action\": {\"ty...
      |                                                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: add `"countUnit": "days"`
    "#);
    // As `--output yaml`, and as `--query lifecyclePolicyText` alone.
    let string = serde_json::to_string(&good).unwrap();
    let yaml = good.replace('\n', "\n\n  ").replace('\'', "''");
    let yaml = format!("lifecyclePolicyText: '{yaml}'\nregistryId: '123456789012'\n");
    for text in [string, yaml] {
        let checked = read(&text, None);
        assert_eq!(checked.policy, check(&good).policy, "{text}");
        assert_eq!(checked.dialect, Some(Dialect::Ecr));
    }
    // Who says that the text is the policy gets what ECR would say of it.
    assert!(!check(&answer(&good)).is_valid());
}

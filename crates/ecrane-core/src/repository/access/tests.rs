use super::*;
use crate::diagnostic::{Colour, Source, render};

/// Lets an account pull.
const PULL: &str = r#"{"Version": "2012-10-17", "Statement": [{"Sid": "Pull", "Effect": "Allow",
  "Principal": {"AWS": "123456789012"}, "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]}]}"#;

/// What a person sees of the findings.
fn shown(text: &str) -> String {
    let source = Source {
        name: "policy.json",
        text,
    };
    render(source, &AccessPolicy::read(text).diagnostics, Colour::Off)
}

/// A policy of one statement.
fn statement(text: &str) -> String {
    format!(r#"{{"Version": "2012-10-17", "Statement": {text}}}"#)
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    assert_eq!(shown(PULL), "");
    insta::assert_snapshot!(shown(
        r#"{"Version": "2012-10-71", "statement": 1, "Statement": [
  {"Effect": "allow", "Principal": "*", "NotPrincipal": "*", "Action": "s3:GetObject"},
  {"Effect": "Deny", "Principle": "*", "Action": [], "Resource": "*", "Condition": true},
  "Allow",
]}"#
    ), @r#"
    error[repository-policy]: there are the versions `2012-10-17` and `2008-10-17`
     --> policy.json:1:13
      |
    1 | {"Version": "2012-10-71", "statement": 1, "Statement": [
      |             ^^^^^^^^^^^^
      |
      = help: write `2012-10-17`

    error[repository-policy]: `statement` is not known here
     --> policy.json:1:27
      |
    1 | {"Version": "2012-10-71", "statement": 1, "Statement": [
      |                           ^^^^^^^^^^^
      |
      = help: did you mean `Statement`?

    error[repository-policy]: an effect is `Allow` or `Deny`
     --> policy.json:2:14
      |
    2 |   {"Effect": "allow", "Principal": "*", "NotPrincipal": "*", "Action": "s3:GetObject"},
      |              ^^^^^^^
      |
      = help: upper and lower case count

    error[repository-policy]: it says both `Principal` and `NotPrincipal`
     --> policy.json:2:57
      |
    2 |   {"Effect": "allow", "Principal": "*", "NotPrincipal": "*", "Action": "s3:GetObject"},
      |                                                         ^^^
      |
      = help: leave one of the two out

    error[repository-policy]: an action here is one of ECR's
     --> policy.json:2:72
      |
    2 |   {"Effect": "allow", "Principal": "*", "NotPrincipal": "*", "Action": "s3:GetObject"},
      |                                                                        ^^^^^^^^^^^^^^
      |
      = help: write it like `ecr:BatchGetImage`

    error[repository-policy]: it says no `Principal`
     --> policy.json:3:3
      |
    3 |   {"Effect": "Deny", "Principle": "*", "Action": [], "Resource": "*", "Condition": true},
      |   ^

    error[repository-policy]: `Principle` is not known here
     --> policy.json:3:22
      |
    3 |   {"Effect": "Deny", "Principle": "*", "Action": [], "Resource": "*", "Condition": true},
      |                      ^^^^^^^^^^^
      |
      = help: did you mean `Principal`?

    error[repository-policy]: there is no action in it
     --> policy.json:3:50
      |
    3 |   {"Effect": "Deny", "Principle": "*", "Action": [], "Resource": "*", "Condition": true},
      |                                                  ^^

    error[repository-policy]: a repository's policy is about that repository: ECR takes no `Resource`
     --> policy.json:3:66
      |
    3 |   {"Effect": "Deny", "Principle": "*", "Action": [], "Resource": "*", "Condition": true},
      |                                                                  ^^^
      |
      = help: leave it out

    error[repository-policy]: a condition is an object, not a boolean
     --> policy.json:3:84
      |
    3 |   {"Effect": "Deny", "Principle": "*", "Action": [], "Resource": "*", "Condition": true},
      |                                                                                    ^^^^

    error[repository-policy]: a statement is an object, not a string
     --> policy.json:4:3
      |
    4 |   "Allow",
      |   ^^^^^^^

    error[json-syntax]: trailing comma: no value follows
     --> policy.json:4:10
      |
    4 |   "Allow",
      |          ^
      |
      = help: remove it
    "#);
    insta::assert_snapshot!(shown(r#"{"rules": []}"#), @r#"
    error[repository-policy]: this is a lifecycle policy
     --> policy.json:1:11
      |
    1 | {"rules": []}
      |           ^^
      |
      = help: give it in `lifecycle-policy`
    "#);
    insta::assert_snapshot!(shown("not json"), @"
    error[json-syntax]: `not` is no JSON value
     --> policy.json:1:1
      |
    1 | not json
      | ^^^
      |
      = help: put text in double quotes; `true`, `false` and `null` are written in lower case
    ");
    insta::assert_snapshot!(shown("[]"), @"
    error[repository-policy]: a policy is an object, not a list
     --> policy.json:1:1
      |
    1 | []
      | ^^
    ");
    let nobody = |principal: &str| {
        let text = format!(r#"{{"Effect": "Allow", "Principal": {principal}, "Action": "*"}}"#);
        let found = AccessPolicy::read(&statement(&text)).diagnostics;
        found
            .into_iter()
            .map(|it| it.message)
            .collect::<Vec<_>>()
            .join("; ")
    };
    assert_eq!(nobody("\"123456789012\""), "this names nobody");
    assert_eq!(nobody("[\"*\"]"), "this names nobody");
    assert_eq!(nobody("{}"), "it names nobody");
    assert_eq!(
        nobody(r#"{"AWS": ["1234", 5]}"#),
        "this names nobody; this names nobody"
    );
    assert_eq!(
        nobody(r#"{"aws": "*"}"#),
        "this opens the repository to every AWS account; `aws` is not known here"
    );
    let long = statement(&format!(r#"{{"Sid": "{}"}}"#, "a".repeat(10_240)));
    let first = AccessPolicy::read(&long).diagnostics.remove(0);
    insta::assert_snapshot!(first.message, @"this has 10291 characters, and ECR takes 10240 at most");
}

#[test]
fn what_hardly_anybody_means_is_a_warning() {
    let warned = |text: &str| {
        let read = AccessPolicy::read(&statement(text));
        assert!(read.policy.is_some(), "{text}: {:?}", read.diagnostics);
        let messages = read.diagnostics.into_iter().map(|it| it.message);
        messages.collect::<Vec<_>>().join("\n")
    };
    let open = "this opens the repository to every AWS account";
    let pull = |principal: &str| {
        format!(r#"{{"Effect": "Allow", {principal}, "Action": "ecr:BatchGetImage"}}"#)
    };
    assert_eq!(warned(&pull(r#""Principal": "*""#)), open);
    assert_eq!(
        warned(&pull(r#""Principal": {"AWS": ["111111111111", "*"]}"#)),
        open
    );
    assert_eq!(
        warned(&pull(r#""NotPrincipal": {"AWS": "111111111111"}"#)),
        open
    );
    assert_eq!(warned(&pull(r#""Principal": {"AWS": "111111111111"}"#)), "");
    let condition =
        r#""Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}"#;
    assert_eq!(warned(&pull(condition)), "");

    let allow = |words: &str| {
        format!(r#"{{"Effect": "Allow", "Principal": {{"AWS": "111111111111"}}, {words}}}"#)
    };
    let unknown = "no action on a repository is known by this name";
    let action = |name: &str| warned(&allow(&format!(r#""Action": "ecr:{name}""#)));
    assert_eq!(action("BatchGetImages"), unknown);
    assert_eq!(action("PutReplicationConfiguration"), unknown);
    assert_eq!(action("Push*"), unknown);
    assert_eq!(action("batchgetIMAGE"), "");
    assert_eq!(action("Batch*"), "");
    assert_eq!(action("*"), "");
}

#[test]
fn what_ecr_refuses_is_refused_before_it_is_asked() {
    let deny = |words: &str| {
        statement(&format!(
            r#"{{"Effect": "Deny", "Principal": "*", {words}}}"#
        ))
    };
    insta::assert_snapshot!(shown(&deny(r#""Action": "ecr:Set*Policy""#)), @r#"
    error[repository-policy]: this would lock everybody out: nobody could put another policy, and ECR refuses that
     --> policy.json:1:72
      |
    1 | {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": "*", "Action": "ecr:Set*Policy"}}
      |                                                                        ^^^
      |
      = help: leave `ecr:SetRepositoryPolicy` out, or name whom it is denied
    "#);
    let locks_out = |words: &str| {
        let read = AccessPolicy::read(&deny(words));
        read.policy.is_none() && read.is_good_if_forced()
    };
    assert!(locks_out(r#""Action": "ecr:?etRepositoryPolicy""#));
    assert!(locks_out(r#""NotAction": "ecr:Get*""#));
    assert!(!locks_out(r#""Action": "ecr:DeleteRepository""#));
    assert!(!locks_out(
        r#""Action": ["ecr:SetRepositoryPolicy", "s3:GetObject"]"#
    ));

    let faulty = r#"{"Effect": "Allow", "Principal": {"AWS": "111111111111"}, "Action": ["ecr:BatchGetImage", "ecr:GetAuthorizationToken"],
  "Condition": {"StringEquls": {"aws:PrincipalOrgID": "o-1"}, "ForAnyValue:StringLikeIfExists": {"aws:PrincipalOrgPaths": "o-1/*"}, "Between": {}}}"#;
    insta::assert_snapshot!(shown(&statement(faulty)), @r#"
    error[repository-policy]: signing in is not for one repository: ECR refuses this here
     --> policy.json:1:130
      |
    1 | ...: "111111111111"}, "Action": ["ecr:BatchGetImage", "ecr:GetAuthorizationToken"],
      |                                                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: allow it in the policy of the role or user, on `*`

    error[repository-policy]: no condition operator has this name
     --> policy.json:2:17
      |
    2 |   "Condition": {"StringEquls": {"aws:PrincipalOrgID": "o-1"}, "ForAnyValue:StringLikeIfExists": {"aws:PrincipalOrgPaths": "o-1/*"}, "...
      |                 ^^^^^^^^^^^^^
      |
      = help: did you mean `StringEquals`?

    error[repository-policy]: no condition operator has this name
     --> policy.json:2:133
      |
    2 | ...ue:StringLikeIfExists": {"aws:PrincipalOrgPaths": "o-1/*"}, "Between": {}}}}
      |                                                                ^^^^^^^^^
    "#);
}

#[test]
fn policies_are_compared_by_what_they_mean() {
    let policy = AccessPolicy::read(PULL).policy.unwrap();
    let same = |text: &str| policy.means_the_same_as(text);
    // As ECR writes it.
    assert!(same(
        r#"{ "Version" : "2012-10-17", "Statement" : { "Action" : [ "ecr:GetDownloadUrlForLayer", "ECR:batchGetImage" ],
           "Principal" : { "AWS" : [ "arn:aws:iam::123456789012:root" ] }, "Effect" : "Allow", "Sid" : "Pull" } }"#
    ));
    assert!(!same(&PULL.replace("123456789012", "210987654321")));
    assert!(!same(&PULL.replace("2012", "2008")));
    assert!(!same(&PULL.replace("Allow", "Deny")));
    assert!(!same("not json"));
    let again = AccessPolicy::fingerprint_of(
        &PULL.replace("123456789012", "arn:aws:iam::123456789012:root"),
    );
    assert_eq!(again, Some(policy.fingerprint()));
}

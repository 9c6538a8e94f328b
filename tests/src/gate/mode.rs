//! How far a run goes with a policy.

use super::{ecr, keep, put, told};
use crate::harness::LocalEcr;
use serde_json::json;

/// The puts of a policy since then.
fn puts(ecr: &LocalEcr, seen: usize) -> usize {
    let log = ecr.log_since(seen);
    let puts = log
        .iter()
        .filter(|it| it["operation"] == "PutLifecyclePolicy");
    puts.count()
}

#[test]
fn a_policy_that_is_only_checked_is_judged_like_one_that_is_put() {
    let ecr = ecr(6);
    let seen = ecr.requests();
    let check = ["--lifecycle-mode", "check"];
    let refused = put(&ecr, &keep(5), &check);
    assert_eq!(refused.code, Some(3), "{}", refused.stderr);
    let passed = put(
        &ecr,
        &keep(8),
        &[&check[..], &["--max-remove", "1"]].concat(),
    );
    assert_eq!(passed.code, Some(0), "{}", passed.stderr);
    assert!(
        passed.stdout.contains("1 rule, checked and not put"),
        "{}",
        passed.stdout
    );
    assert_eq!(puts(&ecr, seen), 0);
}

#[test]
fn a_policy_that_stands_can_be_left_alone() {
    let ecr = ecr(2);
    let create_only = ["--lifecycle-mode", "create-only"];
    let first = put(&ecr, &keep(900), &create_only);
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    let seen = ecr.requests();
    let second = put(&ecr, &keep(800), &create_only);
    assert_eq!((second.code, puts(&ecr, seen)), (Some(0), 0));
    assert!(
        second
            .stdout
            .contains("1 rule, not put: another stands there"),
        "{}",
        second.stdout
    );
}

#[test]
fn a_warning_can_end_a_run_before_anything_is_called() {
    let ecr = LocalEcr::start();
    let seen = ecr.requests();
    // Both prefixes are asked of one image.
    let policy = json!({ "rules": [{
        "rulePriority": 1,
        "selection": {
            "tagStatus": "tagged", "tagPrefixList": ["prod", "release"],
            "countType": "imageCountMoreThan", "countNumber": 1,
        },
        "action": { "type": "expire" },
    }]});
    let ran = put(&ecr, &policy.to_string(), &["--fail-on", "warning"]);
    assert_eq!(ecr.requests(), seen);
    insta::assert_snapshot!(told(&ecr, &ran), @r#"
    exit Some(3)
    warning[list-is-and]: a list is an AND, so an image tagged `prod` is not selected: every entry must be matched by some tag of the image
     --> lifecycle-policy:1:118
      |
    1 | ...countNumber":1,"countType":"imageCountMoreThan","tagPrefixList":["prod","release"],"tagStatus":"tagged"}}]}
      |                                                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: for an OR write one rule per entry, each with a count of its own

    error: the policy has a warning, and `fail-on` is `warning`; nothing was called
    "#);
    let ran = put(
        &ecr,
        &keep(5),
        &["--fail-on", "info", "--lifecycle-mode", "try"],
    );
    insta::assert_snapshot!(told(&ecr, &ran), @"
    exit Some(2)
    error[input]: `try` is nothing that is done with a policy
     --> lifecycle-mode:1:1
      |
    1 | try
      | ^^^
      |
      = help: write `apply`, `check` or `create-only`

    error[input]: `info` is no severity
     --> fail-on:1:1
      |
    1 | info
      | ^^^^
      |
      = help: write `error` or `warning`

    error: 2 inputs are faulty; nothing was called
    ");
}

//! The settings of a repository, as the AWS CLI sees them afterwards.

use crate::harness::{LocalEcr, Ran, run, writes};
use serde_json::{Value, json};

/// A run for a repository with these settings, of an image that is there.
fn up(ecr: &LocalEcr, words: &[&str]) -> Ran {
    let run_for = ["--repository", "app", "--tags", "v1"];
    let image = ["--image", "examples/hello/layout"];
    run(&mut ecr.up(&[&run_for[..], &image, words].concat()))
}

fn described(ecr: &LocalEcr) -> Value {
    let repositories = ecr.aws(&["describe-repositories", "--repository-names", "app"]);
    repositories["repositories"][0].clone()
}

#[test]
fn some_tags_may_move_and_others_may_not() {
    let ecr = LocalEcr::start();
    let setting = |filters: &'static str| {
        let word = ["--image-tag-mutability", "IMMUTABLE_WITH_EXCLUSION"];
        let except = ["--image-tag-mutability-exclusion-filters", filters];
        [word, except].concat()
    };
    let ran = up(&ecr, &setting("latest,dev-*"));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let there = described(&ecr);
    assert_eq!(there["imageTagMutability"], "IMMUTABLE_WITH_EXCLUSION");
    assert_eq!(
        there["imageTagMutabilityExclusionFilters"],
        json!([
            { "filterType": "WILDCARD", "filter": "dev-*" },
            { "filterType": "WILDCARD", "filter": "latest" },
        ])
    );

    // The same in another order is no difference.
    let seen = ecr.requests();
    let again = up(&ecr, &setting("dev-*, latest"));
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    assert_eq!(writes(&ecr.log_since(seen)).len(), 0);

    let less = up(&ecr, &[&setting("latest")[..], &["--dry-run"]].concat());
    assert!(
        less.stdout
            .contains("tag mutability IMMUTABLE except dev-*, latest → IMMUTABLE except latest"),
        "{}",
        less.stdout
    );
}

#[test]
fn an_encryption_is_chosen_once() {
    let ecr = LocalEcr::start();
    let ran = up(&ecr, &["--kms-key", "alias/images"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let encryption = &described(&ecr)["encryptionConfiguration"];
    assert_eq!(encryption["encryptionType"], "KMS");

    let seen = ecr.requests();
    let other = up(&ecr, &["--encryption-type", "AES256"]);
    assert_eq!(other.code, Some(1));
    assert_eq!(writes(&ecr.log_since(seen)).len(), 0);
    assert!(
        other.stderr.contains("never changes; nothing was done"),
        "{}",
        other.stderr
    );
}

#[test]
fn faulty_settings_are_told_together() {
    let ecr = LocalEcr::start();
    let seen = ecr.requests();
    let ran = up(
        &ecr,
        &[
            "--image-tag-mutability",
            "IMMUTABLE",
            "--image-tag-mutability-exclusion-filters",
            "latest",
            "--encryption-type",
            "AES256",
            "--kms-key",
            "alias/images",
        ],
    );
    assert_eq!((ran.code, ecr.requests()), (Some(2), seen));
    insta::assert_snapshot!(ran.stderr, @"
    error[input]: `IMMUTABLE` holds for all tags, and filters name exceptions
     --> image-tag-mutability:1:1
      |
    1 | IMMUTABLE
      | ^^^^^^^^^
      |
      = help: use `IMMUTABLE_WITH_EXCLUSION`

    error[input]: `AES256` has no key of yours
     --> kms-key:1:1
      |
    1 | alias/images
      | ^^^^^^^^^^^^
      |
      = help: use `encryption-type: KMS`, or leave the key out

    error: 2 inputs are faulty; nothing was called
    ");
}

/// What the AWS CLI says of who may use the repository.
fn access(ecr: &LocalEcr) -> Value {
    let stored = ecr.aws(&["get-repository-policy", "--repository-name", "app"]);
    serde_json::from_str(stored["policyText"].as_str().unwrap()).unwrap()
}

#[test]
fn who_may_use_a_repository_is_said_by_a_policy() {
    let ecr = LocalEcr::start();
    let policy = |account: &str| {
        json!({ "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": { "AWS": account }, "Action": "ecr:BatchGetImage",
        }]})
    };
    let file = ecr.home().join("access.json");
    std::fs::write(&file, policy("123456789012").to_string()).unwrap();
    let of_file = ["--repository-policy", file.to_str().unwrap()];
    let made = up(&ecr, &of_file);
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    assert!(made.stdout.contains("repository policy"), "{}", made.stdout);
    assert_eq!(access(&ecr), policy("123456789012"));

    // As ECR writes it, it is the same.
    let root = policy("arn:aws:iam::123456789012:root");
    let put = |policy: &Value| {
        let text = policy.to_string();
        let words = ["--repository-name", "app", "--policy-text", &text];
        ecr.aws(&[&["set-repository-policy"], &words[..]].concat());
    };
    put(&root);
    let seen = ecr.requests();
    assert_eq!(up(&ecr, &of_file).code, Some(0));
    assert_eq!(writes(&ecr.log_since(seen)).len(), 0);

    // Another one that ecrane put is changed, one of somebody else is not.
    let other = policy("210987654321").to_string();
    let changed = up(&ecr, &["--repository-policy", &other]);
    assert_eq!(changed.code, Some(0), "{}", changed.stderr);
    put(&policy("333333333333"));
    let seen = ecr.requests();
    let foreign = up(&ecr, &of_file);
    assert_eq!(foreign.code, Some(3));
    insta::assert_snapshot!(foreign.stderr.trim(), @"error: the repository `app` has another repository policy, that ecrane did not put; nothing was done. Replace it with `adopt: true`, or leave `repository-policy` out");
    assert_eq!(writes(&ecr.log_since(seen)).len(), 0);
    let adopted = up(&ecr, &[&of_file[..], &["--adopt", "--json"]].concat());
    assert_eq!(adopted.code, Some(0), "{}", adopted.stderr);
    let before = "The repository policy until now: {";
    assert!(adopted.stderr.contains(before), "{}", adopted.stderr);
    let told: Value = serde_json::from_str(&adopted.stdout).unwrap();
    let before = told["repositoryPolicyBefore"][0]["policy"].as_str();
    let before: Value = serde_json::from_str(before.unwrap()).unwrap();
    assert_eq!(before, policy("333333333333"));
    assert_eq!(access(&ecr), policy("123456789012"));

    // To adopt it once is not to adopt it for ever.
    put(&policy("333333333333"));
    assert_eq!(up(&ecr, &of_file).code, Some(3));
}

#[test]
fn a_policy_that_opens_or_locks_a_repository_is_warned_of() {
    let ecr = LocalEcr::start();
    let open =
        r#"{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage"}]}"#;
    let ran = up(&ecr, &["--repository-policy", open]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let said = "warning[repository-policy]: this opens the repository to every AWS account";
    assert!(ran.stdout.contains(said), "{}", ran.stdout);

    let seen = ecr.requests();
    let faulty = up(&ecr, &["--repository-policy", r#"{"rules": []}"#]);
    assert_eq!((faulty.code, ecr.requests()), (Some(2), seen));
    let said = "this is a lifecycle policy";
    assert!(faulty.stderr.contains(said), "{}", faulty.stderr);

    // ECR refuses what is not forced, and ecrane forces nothing.
    let lock = r#"{"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "ecr:*"}]}"#;
    let ran = up(&ecr, &["--repository-policy", lock, "--adopt"]);
    let said = "warning[repository-policy]: this would lock everybody out";
    assert!(ran.stdout.contains(said), "{}", ran.stdout);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    let (_, done) = ran.stderr.split_once("\nbefore that, ").unwrap();
    insta::assert_snapshot!(done, @"settings of the repository were changed");
}

//! boto3, the SDK that most scripts are written with: a script for each area,
//! each of which fails with what it found.

use crate::harness::{LocalEcr, clean, root, run};

/// Runs a script beside a local ECR; gives what it prints.
fn script(ecr: &LocalEcr, name: &str) -> String {
    script_with(ecr, name, &[])
}

/// As [`script`], with these arguments.
pub(super) fn script_with(ecr: &LocalEcr, name: &str, words: &[&str]) -> String {
    let mut python = clean("python3", ecr.home());
    python
        .arg(root().join("tests/src/local/python").join(name))
        .args(words);
    ecr.sign(&mut python);
    python
        .env("AWS_ENDPOINT_URL_STS", &ecr.url)
        .env("ECRANE_ENDPOINT", &ecr.url);
    let ran = run(&mut python);
    assert_eq!(ran.code, Some(0), "{name}\n{}{}", ran.stdout, ran.stderr);
    println!("{name}: {}", ran.stdout.trim());
    ran.stdout
}

#[test]
fn every_rule_of_the_service_model_is_kept() {
    let ran = script(&LocalEcr::start(), "model.py");
    assert!(ran.contains("rules broken: "), "{ran}");
}

#[test]
fn every_operation_answers_or_names_the_gap() {
    let ran = script(&LocalEcr::start(), "operations.py");
    assert!(ran.starts_with("operations: 58 of 62"), "{ran}");
}

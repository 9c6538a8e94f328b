//! Faults that no run here meets: calls that are never made, and what other
//! tests hold.

use crate::harness::root;
use std::path::Path;

/// Operations of ECR that ecrane does not call: images and layers are pushed
/// through the registry, whose faults have an area of their own.
const NEVER_CALLED: &[&str] = &[
    "BatchCheckLayerAvailability",
    "DeleteRepositoryPolicy",
    "DescribeImageReplicationStatus",
    "DescribeImageScanFindings",
    "DescribeRegistry",
    "GetRegistryScanningConfiguration",
    "ListImages",
    "PutImage",
    "PutRegistryScanningConfiguration",
    "PutReplicationConfiguration",
    "StartImageScan",
    "UntagResource",
];

/// Which test holds what, by its file and name.
const ELSEWHERE: &[(&str, &str, &str)] = &[
    (
        "api/common/connect timeout",
        "tests/src/trouble.rs",
        "a_service_that_is_not_there_yet_is_waited_for",
    ),
    (
        "api/common/TLS: bad certificate / MITM proxy",
        "tests/src/sign_in/proxies.rs",
        "an_authority_that_nobody_named_is_not_trusted",
    ),
    (
        "api/common/DNS NXDOMAIN",
        "crates/ecrane-engine/src/aws/unreached.rs",
        "what_has_no_hope_is_told_from_what_may_heal",
    ),
    (
        "api/common/DNS SERVFAIL",
        "crates/ecrane-engine/src/aws/unreached.rs",
        "what_has_no_hope_is_told_from_what_may_heal",
    ),
    (
        "api/common/IMDS unreachable on GitHub-hosted runner",
        "tests/src/sign_in/sources.rs",
        "nothing_at_all_is_said_soon",
    ),
    (
        "api/common/STS AssumeRoleWithWebIdentity: InvalidIdentityToken verification key",
        "tests/src/sign_in.rs",
        "what_heals_is_asked_again",
    ),
    (
        "api/common/write applied, response lost (BatchDeleteImage)",
        "tests/src/pull_request/cleanup.rs",
        "an_answer_that_is_lost_takes_nothing_back",
    ),
    (
        "api/common/BatchDeleteImage 200 with failures[]",
        "tests/src/pull_request/cleanup.rs",
        "a_tag_that_cannot_go_is_told_of_by_itself",
    ),
    (
        "api/common/OIDC token endpoint 500/timeouts",
        "tests/src/sign_in.rs",
        "what_heals_is_asked_again",
    ),
];

/// Whether this fault is held without a run here.
pub(super) fn elsewhere(id: &str) -> bool {
    let operation = id.split('/').nth(1).unwrap_or_default();
    NEVER_CALLED.contains(&operation) || ELSEWHERE.iter().any(|(known, _, _)| *known == id)
}

/// How the SDK calls an operation.
fn method(operation: &str) -> String {
    let mut method = ".".to_owned();
    for c in operation.chars() {
        if c.is_ascii_uppercase() && method.len() > 1 {
            method.push('_');
        }
        method.push(c.to_ascii_lowercase());
    }
    method + "()"
}

/// All that is written in a folder of sources.
fn sources(folder: &Path) -> String {
    let mut all = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all += &sources(&path);
        } else {
            all += &std::fs::read_to_string(&path).unwrap();
        }
    }
    all
}

#[test]
fn what_is_said_never_to_be_called_is_not() {
    let engine = sources(&root().join("crates/ecrane-engine/src"));
    assert!(engine.contains(&method("DescribeImages")));
    for operation in NEVER_CALLED {
        let method = method(operation);
        assert!(
            !engine.contains(&method),
            "{operation} is called: give its faults a scene in trouble.rs"
        );
    }
}

#[test]
fn the_tests_that_hold_a_fault_are_there() {
    for (id, file, test) in ELSEWHERE {
        let text = std::fs::read_to_string(root().join(file)).unwrap();
        assert!(
            text.contains(&format!("fn {test}()")),
            "{id}: {file}, {test}"
        );
    }
}

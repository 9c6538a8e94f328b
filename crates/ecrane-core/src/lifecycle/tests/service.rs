//! The first fault, as the service says it.

use super::{policy, selecting};
use crate::lifecycle::service_message;

fn said(text: &str) -> String {
    match service_message(text) {
        Ok(policy) => policy.to_json(),
        Err(message) => message,
    }
}

#[test]
fn a_good_policy_is_taken() {
    let any = r#""tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 5"#;
    insta::assert_snapshot!(said(&selecting(any)), @r#"{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":5},"action":{"type":"expire"}}]}"#);
}

#[test]
fn one_object_tells_all_it_lacks() {
    insta::assert_snapshot!(said(&policy("1", r#""countUnit": "days""#, r#""type": "expire""#)), @r#"Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: 'Lifecycle policy validation failure: object has missing required properties (["tagStatus", "countType", "countNumber"])'"#);
}

#[test]
fn shape_comes_before_meaning() {
    let both =
        selecting(r#""tagStatus": "tagged", "countType": "imageCountMoreThan", "countNumber": 0"#);
    insta::assert_snapshot!(said(&both), @"Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: 'Lifecycle policy validation failure: numeric instance is lower than the required minimum (minimum: 1, found: 0)'");
    let list =
        selecting(r#""tagStatus": "tagged", "countType": "imageCountMoreThan", "countNumber": 5"#);
    insta::assert_snapshot!(said(&list), @"Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: 'Lifecycle policy validation failure: Must specify tagPrefixList or tagPatternList when tagStatus=TAGGED.'");
}

#[test]
fn texts_that_are_no_policy() {
    insta::assert_snapshot!(said(""), @"Invalid parameter at 'lifecyclePolicyText' failed to satisfy constraint: 'Member must have length greater than or equal to 100'");
    insta::assert_snapshot!(said("keep five"), @"Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: 'Lifecycle policy parsing failure: Could not map policyString into LifecyclePolicy.'");
    insta::assert_snapshot!(said("[]"), @"Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: 'Lifecycle policy validation failure: Could not map policyString into LifecyclePolicy.'");
}

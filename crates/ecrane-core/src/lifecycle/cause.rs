//! What a refusal of Amazon ECR is about: its words lead to the findings.

use super::codes::Code;

/// How a refusal of a policy can be told from a policy.
const REFUSALS: &[&str] = &[
    "failed to satisfy constraint",
    "Lifecycle policy validation failure",
    "Lifecycle policy parsing failure",
];

/// Around words that nobody has recorded yet; what is refused for another reason
/// than the policy has another name.
const OPERATION: &str = "PutLifecyclePolicy";
const INVALID: &str = "InvalidParameterException";

/// Words of the service, and the findings that it may mean by them. The first that
/// is in a message decides.
const CAUSES: &[(&str, &[Code])] = &[
    (
        "not map policyString",
        &[Code::JsonSyntax, Code::TargetRequired],
    ),
    ("missing required properties", &[Code::MissingProperty]),
    ("not allowed by the schema", &[Code::UnknownProperty]),
    ("not found in enum", &[Code::TagStatus, Code::ActionType]),
    (
        "lower than the required minimum",
        &[Code::CountNumber, Code::PriorityRange],
    ),
    (
        "match exactly one schema",
        &[
            Code::CountType,
            Code::CountUnit,
            Code::CountUnitRequired,
            Code::CountUnitForbidden,
            Code::StorageClassRequired,
        ],
    ),
    ("allowed primitive type", &[Code::WrongType]),
    ("array is too long", &[Code::TooManyRules]),
    ("array is too short", &[Code::TagListEmpty]),
    ("Duplicate priority", &[Code::DuplicatePriority]),
    ("can select Untagged", &[Code::DuplicateUntagged]),
    (
        "must have the lowest priority",
        &[Code::AnyNotLast, Code::DuplicateAny],
    ),
    ("Must specify tagPrefixList", &[Code::TagListRequired]),
    ("number of * must not exceed", &[Code::TooManyWildcards]),
    ("length less than or equal", &[Code::TextTooLong]),
];

/// The ids of the findings that a message of the service may be about, such as one
/// of `aws`, Terraform or a log: of words that nobody has recorded yet, no id.
/// Nothing for a text that is no refusal.
///
/// The service says the same of several faults: which of them it is, only the
/// policy can tell.
pub fn causes(message: &str) -> Option<Vec<&'static str>> {
    let known = REFUSALS.iter().any(|words| message.contains(words));
    let new = message.contains(OPERATION) && message.contains(INVALID);
    if !known && !new {
        return None;
    }
    let cause = CAUSES.iter().find(|(words, _)| message.contains(words));
    let codes = cause.map_or(&[][..], |(_, codes)| codes);
    Some(codes.iter().map(|code| code.id()).collect())
}

#[cfg(test)]
mod tests {
    use super::super::codes;
    use super::*;
    use crate::lifecycle::service_message;

    #[test]
    fn every_page_with_words_of_the_service_is_found_by_them() {
        let mut found = 0;
        for id in codes::IDS {
            let page = codes::page(id).unwrap();
            let Some((_, said)) = page.split_once("ECR says: `") else {
                continue;
            };
            let (said, _) = said.split_once('`').unwrap();
            let message = format!("Lifecycle policy validation failure: {said}");
            assert!(causes(&message).unwrap().contains(id), "{id}: {said}");
            found += 1;
        }
        assert!(found >= 20, "{found}");
    }

    #[test]
    fn a_message_is_found_in_what_a_tool_prints_around_it() {
        let policy = r#"{"rules": [{"rulePriority": 1, "selection": {"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "weeks", "countNumber": 2}, "action": {"type": "expire"}}]}"#;
        let message = service_message(policy).unwrap_err();
        let printed = format!(
            "Error: creating ECR Lifecycle Policy (app): operation error ECR: PutLifecyclePolicy, InvalidParameterException: {message}"
        );
        assert!(causes(&printed).unwrap().contains(&"count-unit"));
    }

    #[test]
    fn a_policy_is_no_message() {
        let policy = r#"{"rules": [{"description": "array is too long"}]}"#;
        assert_eq!(causes(policy), None);
        let denied = "An error occurred (AccessDeniedException) when calling the PutLifecyclePolicy operation: no";
        assert_eq!(causes(denied), None);
    }

    #[test]
    fn a_refusal_in_words_that_nobody_knows_is_one() {
        for new in [
            "Lifecycle policy validation failure: something new",
            "An error occurred (InvalidParameterException) when calling the PutLifecyclePolicy operation: new",
        ] {
            assert_eq!(causes(new), Some(Vec::new()), "{new}");
        }
    }
}

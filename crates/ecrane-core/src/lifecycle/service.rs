//! The faults of a policy in the words of ECR itself.
//!
//! Only the local ECR speaks like this: a client that reads these words must
//! find them as the service writes them. To a person they say little.

use super::codes::Code;
use super::fault::{
    AcrossFault, ArchiveFault, Expected, Fault, Finding, ListFault, MAX_CHARACTERS, MAX_RULES,
    MAX_WILDCARDS, MIN_CHARACTERS, NumberFault, RuleFault, ShapeFault, TextFault,
};
use super::node::Type;
use super::{Dialect, Policy, examine};

const NO_SCHEMA: &str = "instance failed to match exactly one schema (matched 0 out of 4)";
const NOT_MAPPED: &str = "Could not map policyString into LifecyclePolicy.";

/// Takes a policy as PutLifecyclePolicy does, or answers with the message of
/// its `InvalidParameterException`. The service names its first fault only.
///
/// The service wants 100 characters at least. No complete policy is shorter, so
/// a shorter text is answered by what else is wrong with it, and only a blank
/// one by its length.
pub fn service_message(text: &str) -> Result<Policy, String> {
    let examined = examine(text, Some(Dialect::Ecr));
    let errors: Vec<&Finding> = examined
        .findings
        .iter()
        .filter(|it| it.is_error())
        .collect();
    let first = errors.iter().min_by_key(|finding| stage(&finding.fault));
    match (first, examined.policy) {
        (None, Some(policy)) => Ok(policy),
        (Some(first), _) => Err(message(first, &errors)),
        (None, None) => Err(parsing_failure()),
    }
}

/// How early the service comes upon a fault: text, then shape, then meaning.
fn stage(fault: &Fault) -> u8 {
    match fault {
        Fault::Text(_) => 0,
        Fault::Shape(_) | Fault::Number(_) | Fault::Archive(_) => 1,
        Fault::List(ListFault::TooManyWildcards { .. }) => 2,
        Fault::List(_) => 1,
        Fault::Rule(RuleFault::UnitRequired { .. } | RuleFault::UnitForbidden) => 1,
        Fault::Rule(_)
        | Fault::Across(_)
        | Fault::Awsx(_)
        | Fault::Ecrane(_)
        | Fault::Embedded(_) => 2,
    }
}

fn validation_failure(what: &str) -> String {
    format!(
        "Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: 'Lifecycle policy validation failure: {what}'"
    )
}

fn parsing_failure() -> String {
    format!(
        "Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: 'Lifecycle policy parsing failure: {NOT_MAPPED}'"
    )
}

fn length_failure(bound: &str, limit: usize) -> String {
    format!(
        "Invalid parameter at 'lifecyclePolicyText' failed to satisfy constraint: 'Member must have length {bound} than or equal to {limit}'"
    )
}

fn message(first: &Finding, errors: &[&Finding]) -> String {
    match &first.fault {
        Fault::Text(fault) => text(fault),
        Fault::Archive(ArchiveFault::TargetRequired) => parsing_failure(),
        Fault::Shape(fault) => validation_failure(&shape(fault, first, errors)),
        Fault::Number(fault) => validation_failure(&number(fault)),
        Fault::List(fault) => validation_failure(&list(fault)),
        Fault::Rule(fault) => validation_failure(rule(fault)),
        Fault::Archive(fault) => validation_failure(archive(fault)),
        Fault::Across(fault) => validation_failure(across(fault)),
        Fault::Awsx(_) | Fault::Ecrane(_) | Fault::Embedded(_) => validation_failure(NO_SCHEMA),
    }
}

fn text(fault: &TextFault) -> String {
    match fault {
        TextFault::Blank => length_failure("greater", MIN_CHARACTERS),
        TextFault::TooLong { .. } | TextFault::OverCap { .. } => {
            length_failure("less", MAX_CHARACTERS)
        }
        TextFault::NotAnObject { .. } => validation_failure(NOT_MAPPED),
        _ => parsing_failure(),
    }
}

fn shape(fault: &ShapeFault, first: &Finding, errors: &[&Finding]) -> String {
    match fault {
        ShapeFault::Missing { .. } => format!(
            "object has missing required properties ({})",
            names_beside(first, errors)
        ),
        ShapeFault::Unknown { .. } => format!(
            "object instance has properties which are not allowed by the schema: ({})",
            names_beside(first, errors)
        ),
        ShapeFault::WrongType {
            expected, found, ..
        } => wrong_type(*expected, *found),
        // The count type decides which schema is meant, so its words are those
        // of no schema at all.
        ShapeFault::NotOneOf {
            code: Code::TagStatus | Code::ActionType,
            found,
            allowed,
            ..
        } => format!(
            "instance value ({found}) not found in enum :(possible values: {})",
            json_list(allowed.iter().copied())
        ),
        ShapeFault::NotOneOf { .. } => NO_SCHEMA.to_owned(),
    }
}

/// The names of all properties that one object lacks, or has too many.
fn names_beside(first: &Finding, errors: &[&Finding]) -> String {
    let parent = |finding: &Finding| {
        let path = finding.path.as_deref().unwrap_or_default();
        path.rsplit_once('.').map(|(parent, _)| parent.to_owned())
    };
    let names = errors.iter().filter(|other| parent(other) == parent(first));
    let names = names.filter_map(|other| match (&first.fault, &other.fault) {
        (
            Fault::Shape(ShapeFault::Missing { .. }),
            Fault::Shape(ShapeFault::Missing { name, .. }),
        ) => Some(*name),
        (
            Fault::Shape(ShapeFault::Unknown { .. }),
            Fault::Shape(ShapeFault::Unknown { name, .. }),
        ) => Some(name.as_str()),
        _ => None,
    });
    json_list(names)
}

fn json_list<'w>(words: impl Iterator<Item = &'w str>) -> String {
    let words: Vec<String> = words.map(|word| format!("\"{word}\"")).collect();
    format!("[{}]", words.join(", "))
}

fn wrong_type(expected: Expected, found: Type) -> String {
    let found = match found {
        Type::Null => "null",
        Type::Boolean => "boolean",
        Type::Number => "integer",
        Type::String => "string",
        Type::Array => "array",
        Type::Object | Type::Tagged => "object",
    };
    let expected = match expected {
        Expected::Number => "integer",
        Expected::String => "string",
        Expected::Boolean => "boolean",
        Expected::Array => "array",
        Expected::Object => "object",
    };
    format!(
        "instance type ({found}) does not match any allowed primitive type (allowed: [\"{expected}\"])"
    )
}

fn number(fault: &NumberFault) -> String {
    match fault {
        NumberFault::NotWhole { .. } => {
            "instance type (number) does not match any allowed primitive type (allowed: [\"integer\"])"
                .to_owned()
        }
        NumberFault::BelowOne { text, .. } => {
            format!("numeric instance is lower than the required minimum (minimum: 1, found: {text})")
        }
        NumberFault::TooLarge { .. } => NOT_MAPPED.to_owned(),
    }
}

fn list(fault: &ListFault) -> String {
    match fault {
        ListFault::NoRules | ListFault::Empty { .. } => {
            "array is too short: must have at least 1 elements but instance has 0 elements"
                .to_owned()
        }
        ListFault::TooManyRules { count } => {
            format!(
                "array is too long: must have at most {MAX_RULES} elements but instance has {count} elements"
            )
        }
        ListFault::TooManyWildcards { .. } => format!(
            "Invalid tag pattern provided. Total number of * must not exceed {MAX_WILDCARDS}"
        ),
        ListFault::Blank { .. } | ListFault::TooLong { .. } => NO_SCHEMA.to_owned(),
    }
}

fn rule(fault: &RuleFault) -> &'static str {
    match fault {
        RuleFault::ListRequired => {
            "Must specify tagPrefixList or tagPatternList when tagStatus=TAGGED."
        }
        RuleFault::BothLists => {
            "If policy has a tagged rule, it must specify only one of tagPrefixList or tagPatternList"
        }
        RuleFault::ListForbidden { .. }
        | RuleFault::UnitRequired { .. }
        | RuleFault::UnitForbidden => NO_SCHEMA,
    }
}

fn archive(fault: &ArchiveFault) -> &'static str {
    match fault {
        ArchiveFault::NotForArchive { .. } => {
            "SINCE_IMAGE_PUSHED, SINCE_IMAGE_PULLED and IMAGE_COUNT_MORE_THAN support the STANDARD storage class only"
        }
        _ => NO_SCHEMA,
    }
}

fn across(fault: &AcrossFault) -> &'static str {
    match fault {
        AcrossFault::DuplicatePriority { .. } => "Duplicate priority in multiple rules",
        AcrossFault::DuplicateUntagged { .. } => {
            "Only one rule can select Untagged images per storage class."
        }
        AcrossFault::DuplicateAny { .. } | AcrossFault::AnyNotLast { .. } => {
            "Rule for tagStatus=ANY must have the lowest priority per storage class"
        }
        AcrossFault::DuplicateTagList { .. } => {
            "Tag lists must be unique across the rules of a storage class"
        }
    }
}

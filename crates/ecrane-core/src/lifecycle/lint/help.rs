//! What to do about a finding, in the words of the dialect that it is found in.

use super::super::codes::Code;
use super::super::dialect::Dialect;

/// The help in words that a policy of this dialect has; none where that in the
/// words of ECR serves.
pub(super) fn in_dialect(dialect: Dialect, code: &str) -> Option<&'static str> {
    let words = match dialect {
        Dialect::Ecrane => RULES,
        Dialect::Awsx => CROSSWALK,
        Dialect::Ecr | Dialect::CloudFormation | Dialect::TerraformPlan => return None,
    };
    let mut words = words.iter();
    let found = words.find(|(of, _)| of.id() == code);
    found.map(|(_, help)| *help)
}

const RULES: &[(Code, &str)] = &[
    (
        Code::AnyCountsChildren,
        "count tagged images with `tags: \"*\"`, or choose a number for all that one build pushes",
    ),
    (
        Code::ArchiveForever,
        "add a rule with `expire-archived-after` for them, unless they are to stay",
    ),
    (
        Code::CacheTagExpires,
        "if builds keep their cache in this repository, name its tag under `protect`",
    ),
    (
        Code::LatestAtRisk,
        "to keep it whatever happens, write `protect: [latest]`",
    ),
    (
        Code::NoFloor,
        "a rule above it with `keep` keeps the newest that it selects",
    ),
    (
        Code::NoUntaggedRule,
        "add a rule with `images: untagged` and `older-than`",
    ),
    (
        Code::ShortLivedTagDrags,
        "a rule that is to keep an image must come first: write it above",
    ),
    (
        Code::UntaggedCountKillsRollback,
        "write `older-than` instead, with as many days as you may want to go back",
    ),
];

const CROSSWALK: &[(Code, &str)] = &[
    (
        Code::AnyCountsChildren,
        "count tagged images with `tagPrefixList`, or choose a number for all that one build pushes",
    ),
    (
        Code::LatestAtRisk,
        "to keep it whatever happens, write a rule above for `\"tagPrefixList\": [\"latest\"]` with `maximumNumberOfImages`",
    ),
    (
        Code::NoFloor,
        "a rule above it with `maximumNumberOfImages` keeps the newest that it selects",
    ),
    (
        Code::NoUntaggedRule,
        "add a rule with `\"selection\": \"untagged\"` and `maximumAgeLimit`",
    ),
    (
        Code::ShortLivedTagDrags,
        "a rule that is to keep an image must come first: write it above",
    ),
    (
        Code::UntaggedCountKillsRollback,
        "write `maximumAgeLimit` instead, with as many days as you may want to go back",
    ),
];

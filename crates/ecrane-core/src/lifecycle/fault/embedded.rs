//! What can be wrong with a document that has policies in it.

use super::{Code, Words, error, shown};
use crate::lifecycle::node::Type;

/// A fault of a template or a plan, around its policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::lifecycle) enum EmbeddedFault {
    /// No policy is in it.
    None,
    /// Several are, where one is wanted.
    Several { names: Vec<String> },
    /// A policy that only a deployment knows.
    Unexpanded { function: String },
    /// A policy that is known when the plan is carried out.
    AfterApply,
    /// A plan without values.
    NoValues,
    /// A policy that is no string.
    NoString { found: Type },
    /// Something else where the object with the policy belongs.
    NoHolder { found: Type, wanted: &'static str },
}

impl EmbeddedFault {
    pub(super) fn words(&self) -> Words {
        match self {
            Self::None => error(Code::NoPolicy, "no lifecycle policy is in this document")
                .help("policies of AWS::ECR::Repository and of aws_ecr_lifecycle_policy are looked for")
                .warning(),
            Self::Several { names } => error(
                Code::SeveralPolicies,
                format!("one policy is wanted here, and this document holds {}: {}", names.len(), some(names)),
            )
            .help("put the one that is meant into a file of its own"),
            Self::Unexpanded { function } => error(
                Code::UnexpandedExpression,
                format!("the policy is not known before it is deployed: `{function}` makes a part of it"),
            )
            .help("write the policy out, or check what the deployment makes of it"),
            Self::AfterApply => error(
                Code::UnexpandedExpression,
                "the policy is not in the plan: it is known after apply only",
            )
            .help("make it of values that are known before, or check the state afterwards"),
            Self::NoValues => error(
                Code::MissingProperty,
                "neither `planned_values` nor `values` is here",
            )
            .help("give what `terraform show -json PLAN` prints"),
            Self::NoString { found } => error(
                Code::WrongType,
                format!("the policy must be JSON in a string, not {found}"),
            )
            .help("put the JSON in a string: in YAML, in a block after `|`"),
            Self::NoHolder { found, wanted } => error(
                Code::WrongType,
                format!("an object with `{wanted}` must be here, not {found}"),
            ),
        }
    }
}

/// The first of the names.
fn some(names: &[String]) -> String {
    const MOST: usize = 3;
    let first: Vec<String> = names.iter().take(MOST).map(|name| shown(name)).collect();
    let more = if names.len() > MOST { ", …" } else { "" };
    first.join(", ") + more
}

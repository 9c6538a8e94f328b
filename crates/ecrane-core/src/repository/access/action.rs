//! What a statement allows or forbids.

use super::Findings;
use crate::lifecycle::node::Node;
use crate::name::Pattern;
use crate::spelling;

/// What can be done with a repository.
///
/// Source: "Actions, resources, and condition keys for Amazon ECR" in the service
/// authorization reference: the actions on the resource type `repository`.
const OF_REPOSITORY: [&str; 35] = [
    "BatchCheckLayerAvailability",
    "BatchDeleteImage",
    "BatchGetImage",
    "BatchGetRepositoryScanningConfiguration",
    "BatchImportUpstreamImage",
    "CompleteLayerUpload",
    "CreateRepository",
    "DeleteLifecyclePolicy",
    "DeleteRepository",
    "DeleteRepositoryPolicy",
    "DescribeImageReplicationStatus",
    "DescribeImageScanFindings",
    "DescribeImageSigningStatus",
    "DescribeImages",
    "DescribeRepositories",
    "GetDownloadUrlForLayer",
    "GetLifecyclePolicy",
    "GetLifecyclePolicyPreview",
    "GetRepositoryPolicy",
    "InitiateLayerUpload",
    "ListImageReferrers",
    "ListImages",
    "ListTagsForResource",
    "PutImage",
    "PutImageScanningConfiguration",
    "PutImageTagMutability",
    "PutLifecyclePolicy",
    "ReplicateImage",
    "SetRepositoryPolicy",
    "StartImageScan",
    "StartLifecyclePolicyPreview",
    "TagResource",
    "UntagResource",
    "UpdateImageStorageClass",
    "UploadLayerPart",
];

/// What it takes to put another policy.
const SET: &str = "SetRepositoryPolicy";

/// Many write it beside those that a pull needs.
const SIGN_IN: &str = "GetAuthorizationToken";

pub(super) fn check(node: Option<&Node>, path: &str, found: &mut Findings) {
    let Some(node) = node else { return };
    let actions = node.items();
    if actions.is_empty() {
        found.error(node.span, path, "there is no action in it", "");
    }
    for action in actions {
        match action.text().map(Action::of) {
            Some(Action::Known) => {}
            Some(Action::SignIn) => {
                let message = "signing in is not for one repository: ECR refuses this here";
                let help = "allow it in the policy of the role or user, on `*`";
                found.error(action.span, path, message, help);
            }
            Some(Action::Unknown(name)) => {
                let near = spelling::nearest(&name, OF_REPOSITORY.into_iter());
                let help = near.map(|near| format!("did you mean `ecr:{near}`?"));
                let message = "no action on a repository is known by this name";
                found.warning(action.span, path, message, &help.unwrap_or_default());
            }
            Some(Action::OfAnother) | None => {
                let message = "an action here is one of ECR's";
                let help = "write it like `ecr:BatchGetImage`";
                found.error(action.span, path, message, help);
            }
        }
    }
}

enum Action {
    Known,
    SignIn,
    /// ECR's by its prefix, and its name.
    Unknown(String),
    /// Of another service, or of none.
    OfAnother,
}

impl Action {
    fn of(text: &str) -> Self {
        let name = match text.split_once(':') {
            Some((service, name)) if service.eq_ignore_ascii_case("ecr") => name,
            None if text == "*" => return Self::Known,
            _ => return Self::OfAnother,
        };
        if OF_REPOSITORY.into_iter().any(|known| selects(text, known)) {
            Self::Known
        } else if name.eq_ignore_ascii_case(SIGN_IN) {
            Self::SignIn
        } else {
            Self::Unknown(name.to_owned())
        }
    }
}

/// Whether an action, which may have wildcards, is this one. Upper and lower case
/// do not count; `?` is taken for `*`, which selects more.
fn selects(action: &str, name: &str) -> bool {
    let pattern = Pattern::new(action.to_ascii_lowercase().replace('?', "*"));
    pattern.matches(&format!("ecr:{}", name.to_ascii_lowercase()))
}

/// Whether a statement is about putting another policy.
pub(super) fn covers_the_policy(statement: &Node) -> bool {
    let selects_it = |node: &Node| {
        let mut texts = node.items().iter().filter_map(Node::text);
        texts.any(|text| selects(text, SET))
    };
    match (statement.get("Action"), statement.get("NotAction")) {
        (Some(actions), _) => selects_it(actions),
        (None, Some(except)) => !selects_it(except),
        (None, None) => false,
    }
}

//! The inputs as text: one struct for the action's environment and the command
//! line, so that there is one list of them.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::ffi::OsString;

/// Every input, as given. Nothing is judged here; see [`crate::config`].
///
/// A field is an input of the action, an option of the command line, and a row
/// of the README's table; a test holds the four together.
#[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args, Deserialize)]
#[serde(default)]
pub(crate) struct Inputs {
    /// AWS Region; else AWS_REGION or AWS_DEFAULT_REGION
    #[arg(long, alias = "region", value_name = "REGION", help_heading = "AWS")]
    pub aws_region: Option<String>,
    /// Another endpoint than AWS's own, such as http://127.0.0.1:5100
    #[arg(long, value_name = "URL", help_heading = "AWS")]
    pub endpoint_url: Option<String>,

    /// The repository's name, such as team/app
    #[arg(long, aliases = ["repo", "ecr_repository", "image_name"], value_name = "NAME", help_heading = "Repository")]
    pub repository: Option<String>,
    /// true, false, or a pattern that the name must match [default: true]
    #[arg(long, value_name = "WHEN", help_heading = "Repository")]
    pub create_repository: Option<String>,
    /// MUTABLE or IMMUTABLE; unset leaves it as it is
    #[arg(long, value_name = "VALUE", help_heading = "Repository")]
    pub image_tag_mutability: Option<String>,
    /// Scan images when they arrive: true or false; unset leaves it as it is
    #[arg(long, value_name = "BOOL", help_heading = "Repository")]
    pub scan_on_push: Option<String>,
    /// Resource tags KEY=VALUE, one per line; others are left alone
    #[arg(long, value_name = "KEY=VALUE", help_heading = "Repository")]
    #[serde(deserialize_with = "whole_text")]
    pub repository_tags: Vec<String>,

    /// The build's context folder [default: .]
    #[arg(long, value_name = "DIR", help_heading = "Build")]
    pub context: Option<String>,
    /// The Dockerfile [default: Dockerfile in the context]
    #[arg(
        long,
        alias = "dockerfile",
        value_name = "FILE",
        help_heading = "Build"
    )]
    pub file: Option<String>,
    /// Build arguments NAME=VALUE, one per line
    #[arg(long, value_name = "NAME=VALUE", help_heading = "Build")]
    #[serde(deserialize_with = "whole_text")]
    pub build_args: Vec<String>,
    /// The stage to build
    #[arg(long, value_name = "STAGE", help_heading = "Build")]
    pub target: Option<String>,
    /// Platforms such as linux/amd64, by comma or line
    #[arg(long, value_name = "PLATFORMS", help_heading = "Build")]
    #[serde(deserialize_with = "whole_text")]
    pub platforms: Vec<String>,

    /// Tags by comma or line, bare or as full references [default: the short commit id]
    #[arg(long, alias = "image_tag", value_name = "TAGS", help_heading = "Image")]
    #[serde(deserialize_with = "whole_text")]
    pub tags: Vec<String>,
    /// Push: true or false [default: true; on pull requests only the plan]
    #[arg(long, value_name = "BOOL", help_heading = "Image")]
    pub push: Option<String>,
    /// An OCI layout folder to push instead of building
    #[arg(long, value_name = "DIR", help_heading = "Image")]
    pub image: Option<String>,

    /// Lifecycle policy: a file, JSON, YAML, or the word default; unset makes no lifecycle call
    #[arg(long, value_name = "POLICY", help_heading = "Lifecycle")]
    pub lifecycle_policy: Option<String>,

    /// Show the plan and do nothing
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", help_heading = "Flow")]
    pub dry_run: Option<String>,
}

/// Names that other tools use for an input. They work, with one notice.
pub(crate) const ALIASES: &[(&str, &str)] = &[
    ("region", "aws-region"),
    ("repo", "repository"),
    ("ecr_repository", "repository"),
    ("image_name", "repository"),
    ("dockerfile", "file"),
    ("image_tag", "tags"),
];

/// What was noticed while the environment was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Notice {
    /// An input was given by another tool's name.
    Alias {
        /// The name that was used.
        used: String,
        /// The input's own name.
        name: String,
    },
    /// No input has this name.
    Unknown {
        /// The name that was used.
        used: String,
        /// The nearest input.
        near: Option<&'static str>,
    },
}

impl std::fmt::Display for Notice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Alias { used, name } => write!(f, "the input `{used}` is called `{name}` here"),
            Self::Unknown {
                used,
                near: Some(near),
            } => write!(f, "there is no input `{used}`; did you mean `{near}`?"),
            Self::Unknown { used, near: None } => write!(f, "there is no input `{used}`"),
        }
    }
}

/// Why the environment holds no inputs.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InputError {
    /// An input that is not text.
    #[error("the input `{0}` is not UTF-8 text")]
    NotText(String),
    /// Two names of one input with two values.
    #[error("`{}` and `{}` are the same input, with two values; give one of them", .0[0], .0[1])]
    Contradiction([String; 2]),
    /// The deserializer's own words.
    #[error("{0}")]
    Unreadable(#[from] envy::Error),
}

/// Reads the action's inputs from `INPUT_*` variables. `""` is unset; variables
/// that are no inputs are never looked at.
///
/// # Errors
/// An input that is not UTF-8.
pub(crate) fn from_environment(
    variables: impl Iterator<Item = (OsString, OsString)>,
) -> Result<(Inputs, Vec<Notice>), InputError> {
    let mut given: BTreeMap<&str, (String, String)> = BTreeMap::new();
    let mut notices = Vec::new();
    for (variable, value) in variables {
        let Some(used) = variable
            .to_str()
            .and_then(|name| name.strip_prefix("INPUT_"))
        else {
            continue;
        };
        let used = used.to_ascii_lowercase();
        let value = value
            .into_string()
            .map_err(|_| InputError::NotText(used.clone()))?;
        if value.trim().is_empty() {
            continue;
        }
        let Some(name) = own_name(&used) else {
            let near = nearest(&used);
            notices.push(Notice::Unknown { used, near });
            continue;
        };
        if used != name {
            let name = name.to_owned();
            let used = used.clone();
            notices.push(Notice::Alias { used, name });
        }
        let value = if VERBATIM.contains(&name) {
            value
        } else {
            value.trim().to_owned()
        };
        match given.get(name) {
            Some((first, other)) if *other != value => {
                let names = [first.clone(), used];
                return Err(InputError::Contradiction(names));
            }
            _ => given.insert(name, (used, value)),
        };
    }
    let normalised = given
        .into_iter()
        .map(|(name, (_, value))| (name.replace('-', "_"), value));
    Ok((envy::from_iter(normalised)?, notices))
}

/// Inputs whose white space may be meant: a value's end, an indented policy.
const VERBATIM: &[&str] = &["build-args", "repository-tags", "lifecycle-policy"];

fn own_name(used: &str) -> Option<&'static str> {
    let own = NAMES.iter().copied().find(|name| *name == used);
    let alias = || ALIASES.iter().find(|(alias, _)| *alias == used);
    own.or_else(|| alias().map(|(_, name)| *name))
}

/// Every input's name.
pub(crate) const NAMES: &[&str] = &[
    "aws-region",
    "endpoint-url",
    "repository",
    "create-repository",
    "image-tag-mutability",
    "scan-on-push",
    "repository-tags",
    "context",
    "file",
    "build-args",
    "target",
    "platforms",
    "tags",
    "push",
    "image",
    "lifecycle-policy",
    "dry-run",
];

/// The input whose name is at most two edits away.
fn nearest(used: &str) -> Option<&'static str> {
    NAMES
        .iter()
        .map(|name| (strsim::osa_distance(&used.replace('_', "-"), name), *name))
        .min()
        .filter(|(distance, _)| *distance <= 2)
        .map(|(_, name)| name)
}

/// A list arrives as one text, which [`crate::config`] takes apart.
fn whole_text<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    String::deserialize(deserializer).map(|text| vec![text])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> (Inputs, Vec<String>) {
        let variables = variables
            .iter()
            .map(|(name, value)| (OsString::from(name), OsString::from(value)));
        let (inputs, notices) = from_environment(variables).unwrap();
        (inputs, notices.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn an_empty_input_is_unset() {
        assert_eq!(
            read(&[
                ("INPUT_REPOSITORY", ""),
                ("INPUT_DRY-RUN", ""),
                ("PATH", "/bin")
            ]),
            (Inputs::default(), vec![])
        );
    }

    #[test]
    fn a_list_keeps_its_commas_and_lines() {
        let (inputs, _) = read(&[("INPUT_BUILD-ARGS", "A=1,2\nB=3")]);
        assert_eq!(inputs.build_args, ["A=1,2\nB=3"]);
    }

    #[test]
    fn other_tools_names_work_with_a_notice_and_slips_are_named() {
        let (inputs, notices) = read(&[
            ("INPUT_ECR_REPOSITORY", "app"),
            ("INPUT_TAG", "v1"),
            ("INPUT_FRAMBOISE", "x"),
        ]);
        assert_eq!(inputs.repository.as_deref(), Some("app"));
        assert_eq!(
            notices,
            [
                "the input `ecr_repository` is called `repository` here",
                "there is no input `tag`; did you mean `tags`?",
                "there is no input `framboise`",
            ]
        );
    }

    #[test]
    fn two_names_of_one_input_must_not_contradict_each_other() {
        let both = |value: &str| {
            let variables = [("INPUT_REPO", "mine"), ("INPUT_REPOSITORY", value)];
            from_environment(variables.map(|(n, v)| (n.into(), v.into())).into_iter())
        };
        assert!(both("mine").is_ok());
        assert_eq!(
            both("other").unwrap_err().to_string(),
            "`repo` and `repository` are the same input, with two values; give one of them"
        );
    }

    #[test]
    fn space_around_a_value_is_not_meant_but_in_a_build_argument_it_may_be() {
        let (inputs, _) = read(&[
            ("INPUT_REPOSITORY", "app\n"),
            ("INPUT_CONTEXT", "  "),
            ("INPUT_BUILD-ARGS", "A=x  "),
        ]);
        assert_eq!(inputs.repository.as_deref(), Some("app"));
        assert_eq!(inputs.context, None);
        assert_eq!(inputs.build_args, ["A=x  "]);
    }

    #[test]
    fn variables_that_are_not_text_are_no_concern_unless_they_are_inputs() {
        use std::os::unix::ffi::OsStringExt;
        let bytes = || OsString::from_vec(vec![0xff, 0xfe]);
        let other = from_environment([("LEGACY".into(), bytes())].into_iter());
        assert!(other.is_ok());
        let input = from_environment([("INPUT_TAGS".into(), bytes())].into_iter());
        assert_eq!(
            input.unwrap_err().to_string(),
            "the input `tags` is not UTF-8 text"
        );
    }
}

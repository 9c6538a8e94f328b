//! The inputs as the runner gives them: variables of the environment.

use super::Inputs;
use super::names::{ALIASES, NAMES};
use std::collections::BTreeMap;
use std::ffi::OsString;

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
const VERBATIM: &[&str] = &[
    "build-args",
    "repository-tags",
    "lifecycle-policy",
    "secrets",
    "labels",
    "annotations",
];

fn own_name(used: &str) -> Option<&'static str> {
    let own = NAMES.iter().copied().find(|name| *name == used);
    let alias = || ALIASES.iter().find(|(alias, _)| *alias == used);
    own.or_else(|| alias().map(|(_, name)| *name))
}

/// The input whose name is at most two edits away.
fn nearest(used: &str) -> Option<&'static str> {
    NAMES
        .iter()
        .map(|name| (strsim::osa_distance(&used.replace('_', "-"), name), *name))
        .min()
        .filter(|(distance, _)| *distance <= 2)
        .map(|(_, name)| name)
}

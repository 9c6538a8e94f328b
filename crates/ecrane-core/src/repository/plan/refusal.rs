use super::super::Encryption;
use crate::name::{Pattern, RepositoryName};
use std::fmt;

/// Why nothing is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The repository does not exist and must not be created.
    Missing {
        /// The repository.
        name: RepositoryName,
        /// The pattern that its name does not match, where one was given.
        pattern: Option<Pattern>,
    },
    /// It is encrypted in another way, which never changes.
    Encryption {
        /// The repository.
        name: RepositoryName,
        /// As it is wanted.
        wanted: Encryption,
        /// As it is, for people.
        there: String,
    },
    /// A policy that ecrane did not put stands there, with another meaning.
    ForeignPolicy {
        /// The repository.
        name: RepositoryName,
    },
    /// The same of the policy that says who may use the repository.
    ForeignAccess {
        /// The repository.
        name: RepositoryName,
        /// The ids in it of whom IAM no longer has: a policy changes by itself
        /// when somebody whom it names is deleted.
        deleted: Vec<String>,
    },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing {
                name,
                pattern: None,
            } => write!(
                f,
                "the repository `{name}` does not exist and `create-repository` is false; nothing was done"
            ),
            Self::Missing {
                name,
                pattern: Some(pattern),
            } => write!(
                f,
                "the repository `{name}` does not exist and its name does not match `{pattern}` of `create-repository`; nothing was done"
            ),
            Self::Encryption {
                name,
                wanted,
                there,
            } => write!(
                f,
                "the repository `{name}` is encrypted by {there}, and {wanted} is asked for: that is chosen when a repository is made and never changes; nothing was done. Make one of another name, or leave `encryption-type` and `kms-key` out"
            ),
            Self::ForeignPolicy { name } => write!(
                f,
                "the repository `{name}` has another lifecycle policy that ecrane did not put; nothing was done. Replace it with `adopt: true`, or leave `lifecycle-policy` out"
            ),
            Self::ForeignAccess { name, deleted } => {
                write!(
                    f,
                    "the repository `{name}` has another repository policy, that ecrane did not put; nothing was done. Replace it with `adopt: true`, or leave `repository-policy` out"
                )?;
                match deleted.as_slice() {
                    [] => Ok(()),
                    ids => write!(
                        f,
                        "\n`{}` in it stands for a role or user that was deleted in IAM: if ecrane put the policy, it is another one since",
                        ids.join("`, `")
                    ),
                }
            }
        }
    }
}

impl std::error::Error for Refusal {}

//! A lifecycle policy that a run put, and the way back to the one before.

use super::{OWNER_TAG, ResourceTags};
use crate::lifecycle::{Policy, check};
use crate::name::RepositoryName;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What is kept of a run that put a policy: enough to take it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PutReport {
    /// The repository.
    pub repository: RepositoryName,
    /// The commit that the run was for.
    pub commit: Option<String>,
    /// The text of the policy that it put.
    pub policy: String,
    /// Where it was put, one for each registry.
    pub puts: Vec<PutPolicy>,
}

/// A policy that was put in one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PutPolicy {
    /// The repository's URI.
    pub repository_uri: String,
    /// The ARN of who put it, where that was known.
    pub caller: Option<String>,
    /// What it took the place of; `None`: there was no policy.
    pub replaces: Option<Replaced>,
}

/// A policy that another took the place of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Replaced {
    /// Its text.
    pub policy: String,
    /// Who had put it.
    pub put_by: PutBy,
}

/// Who put a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PutBy {
    /// ecrane, by the repository's tag.
    Ecrane,
    /// Somebody else.
    Another,
}

/// The way back.
#[derive(Debug, Clone)]
pub enum Rollback {
    /// What was there before is there: nothing is done.
    Nothing,
    /// The policy that was there before is put.
    Put {
        /// The policy.
        policy: Policy,
        /// Resource tags to set before, so that whichever policy stands there
        /// after a failure is known for what it is.
        tags: ResourceTags,
    },
    /// There was none before: the policy is deleted, which removes no image.
    Delete,
}

/// Why there is no way back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoRollback {
    /// The report is not about this place.
    Elsewhere {
        /// This place.
        uri: String,
        /// The places that it is about.
        reported: Vec<String>,
    },
    /// There is no policy, though the run put one.
    Gone,
    /// Another policy stands there than the run put.
    Another,
    /// The policy that was there before cannot be read, and so what it removes
    /// cannot be counted.
    Unreadable,
}

impl fmt::Display for NoRollback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Elsewhere { uri, reported } => write!(
                f,
                "the report is about `{}`, and this is `{uri}`: see that Region, account and name are the ones that are meant; nothing was done",
                reported.join("`, `")
            ),
            Self::Gone => f.write_str(
                "the repository has no lifecycle policy, and the run of the report put one: somebody took it away since; nothing was done",
            ),
            Self::Another => f.write_str(
                "the repository has another lifecycle policy than the run of the report put: somebody changed it since; nothing was done",
            ),
            Self::Unreadable => f.write_str(
                "the lifecycle policy before cannot be read, so nobody knows what it removes; nothing was done",
            ),
        }
    }
}

impl std::error::Error for NoRollback {}

impl PutReport {
    /// What it says of this place.
    ///
    /// # Errors
    /// [`NoRollback::Elsewhere`].
    pub fn at(&self, uri: &str) -> Result<&PutPolicy, NoRollback> {
        let found = self.puts.iter().find(|put| put.repository_uri == uri);
        found.ok_or_else(|| NoRollback::Elsewhere {
            uri: uri.to_owned(),
            reported: self
                .puts
                .iter()
                .map(|put| put.repository_uri.clone())
                .collect(),
        })
    }

    /// The way back in one of its places, from the policy that stands there and
    /// the repository's resource tags.
    ///
    /// # Errors
    /// What stands there is not what the run put, or what was there before
    /// cannot be judged.
    pub fn rollback(
        &self,
        put: &PutPolicy,
        standing: Option<&str>,
        tags: &ResourceTags,
    ) -> Result<Rollback, NoRollback> {
        let before = put.replaces.as_ref();
        let Some(text) = standing else {
            return match before {
                None => Ok(Rollback::Nothing),
                Some(_) => Err(NoRollback::Gone),
            };
        };
        if before.is_some_and(|before| means_the_same(&before.policy, text)) {
            return Ok(Rollback::Nothing);
        }
        if !means_the_same(&self.policy, text) {
            return Err(NoRollback::Another);
        }
        let Some(before) = before else {
            return Ok(Rollback::Delete);
        };
        let policy = check(&before.policy).policy;
        let policy = policy.ok_or(NoRollback::Unreadable)?;
        Ok(Rollback::Put {
            tags: owner(&policy, before.put_by, text).missing_from(tags),
            policy,
        })
    }
}

/// The tag that says whose policy stands there, now and after the put: one that
/// somebody else had put is theirs again.
fn owner(before: &Policy, put_by: PutBy, standing: &str) -> ResourceTags {
    let back = (put_by == PutBy::Ecrane).then(|| before.fingerprint());
    let own: Vec<String> = [back, Policy::fingerprint_of(standing)]
        .into_iter()
        .flatten()
        .collect();
    ResourceTags::default().with(OWNER_TAG, &own.join(" "))
}

/// To the letter where one of them cannot be read.
fn means_the_same(one: &str, other: &str) -> bool {
    match check(one).policy {
        Some(policy) => policy.means_the_same_as(other),
        None => one == other,
    }
}

#[cfg(test)]
mod tests;

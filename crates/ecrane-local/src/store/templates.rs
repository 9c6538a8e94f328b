//! What a registry makes new repositories of, and where it would fetch images.

use super::{Encryption, Registry, Repository, RepositoryKey, TagMutability};
use crate::clock::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The prefix that stands for every repository.
pub(crate) const ROOT: &str = "ROOT";

/// What makes a repository that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum AppliedFor {
    /// An image that is copied from another registry.
    Replication,
    /// An image that is fetched from elsewhere. Nothing is fetched here.
    PullThroughCache,
    /// An image that is pushed.
    CreateOnPush,
}

/// A repository creation template.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Template {
    /// What the template is for, in its author's words.
    pub(crate) description: Option<String>,
    /// Which tags may move.
    pub(crate) tag_mutability: TagMutability,
    /// How a repository would be encrypted.
    pub(crate) encryption: Encryption,
    /// AWS resource tags.
    pub(crate) tags: BTreeMap<String, String>,
    /// The repository policy's text.
    pub(crate) policy: Option<String>,
    /// The lifecycle policy's text.
    pub(crate) lifecycle_policy: Option<String>,
    /// When it is used.
    pub(crate) applied_for: Vec<AppliedFor>,
    /// The role that ECR would make the repository with.
    pub(crate) role: Option<String>,
    /// When it was created.
    pub(crate) created_at: Timestamp,
    /// When it was last changed.
    pub(crate) updated_at: Timestamp,
}

impl Template {
    /// One that asks for nothing, made at this time.
    pub(crate) fn new(now: Timestamp) -> Self {
        Self {
            description: None,
            tag_mutability: TagMutability::default(),
            encryption: Encryption::default(),
            tags: BTreeMap::new(),
            policy: None,
            lifecycle_policy: None,
            applied_for: Vec::new(),
            role: None,
            created_at: now,
            updated_at: now,
        }
    }

    /// A repository as the template wants it.
    pub(crate) fn repository(self, key: RepositoryKey, now: Timestamp) -> Repository {
        let RepositoryKey { registry, name } = key;
        Repository {
            id: 0,
            registry,
            name,
            created_at: now,
            tag_mutability: self.tag_mutability,
            scan_on_push: false,
            encryption: self.encryption,
            tags: self.tags,
            lifecycle_put_at: self.lifecycle_policy.is_some().then_some(now),
            lifecycle_policy: self.lifecycle_policy,
            lifecycle_evaluated_at: None,
            policy: self.policy,
        }
    }
}

/// A pull-through cache rule. It is kept; nothing is fetched.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PullThroughRule {
    /// The upstream registry's host.
    pub(crate) upstream_url: String,
    /// The upstream registry's name.
    pub(crate) upstream: String,
    /// The secret with the credentials.
    pub(crate) credential: Option<String>,
    /// The role, for an upstream of ECR's own.
    pub(crate) role: Option<String>,
    /// The prefix of the upstream's repositories.
    pub(crate) upstream_prefix: String,
    /// When it was created.
    pub(crate) created_at: Timestamp,
    /// When it was last changed.
    pub(crate) updated_at: Timestamp,
}

/// The template for a repository: the one of the longest prefix.
pub(crate) fn for_repository(
    templates: BTreeMap<String, Template>,
    name: &str,
    applied_for: AppliedFor,
) -> Option<Template> {
    let fits = |prefix: &str| {
        let prefix = prefix.trim_end_matches('/');
        prefix == ROOT
            || name
                .strip_prefix(prefix)
                .is_some_and(|rest| rest.starts_with('/'))
    };
    let length = |prefix: &str| if prefix == ROOT { 0 } else { prefix.len() };
    templates
        .into_iter()
        .filter(|(prefix, template)| fits(prefix) && template.applied_for.contains(&applied_for))
        .max_by_key(|(prefix, _)| length(prefix))
        .map(|(_, template)| template)
}

/// A repository as ECR makes it where nothing is said.
pub(crate) fn plain(
    registry: Registry,
    name: ecrane_core::name::RepositoryName,
    now: Timestamp,
) -> Repository {
    Template::new(now).repository(RepositoryKey { registry, name }, now)
}

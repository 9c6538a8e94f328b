use crate::clock::Timestamp;
use crate::refusal::Reason;
use ecrane_core::name::{AccountId, Digest, Region, RepositoryName, Tag};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// A private registry: one account in one Region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Registry {
    /// The account that owns it.
    pub(crate) account: AccountId,
    /// Its Region.
    pub(crate) region: Region,
}

impl fmt::Display for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.account, self.region)
    }
}

/// A repository's full name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RepositoryKey {
    /// The registry that it is in.
    pub(crate) registry: Registry,
    /// Its name there.
    pub(crate) name: RepositoryName,
}

/// A repository and its settings.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Repository {
    /// Never used again, not even for a repository of the same name.
    pub(crate) id: u64,
    /// The registry that it is in.
    pub(crate) registry: Registry,
    /// Its name there.
    pub(crate) name: RepositoryName,
    /// When it was created.
    pub(crate) created_at: Timestamp,
    /// Which tags may move.
    pub(crate) tag_mutability: TagMutability,
    /// Whether a push starts a scan.
    pub(crate) scan_on_push: bool,
    /// How ECR would encrypt it; here it is a setting only.
    pub(crate) encryption: Encryption,
    /// Its AWS resource tags.
    pub(crate) tags: BTreeMap<String, String>,
    /// The lifecycle policy's text, as it was put.
    pub(crate) lifecycle_policy: Option<String>,
    /// When the lifecycle policy was put.
    #[serde(default)]
    pub(crate) lifecycle_put_at: Option<Timestamp>,
    /// When it was last carried out.
    #[serde(default)]
    pub(crate) lifecycle_evaluated_at: Option<Timestamp>,
    /// The repository policy's text, as it was put.
    #[serde(default)]
    pub(crate) policy: Option<String>,
}

/// How many resource tags a repository may have. Source: "Tagging a private
/// repository" in the Amazon ECR user guide.
pub(crate) const MOST_TAGS: usize = 50;

impl Repository {
    /// Adds resource tags, and replaces those of the same key.
    pub(crate) fn add_tags(&mut self, tags: BTreeMap<String, String>) -> Result<(), Reason> {
        self.tags.extend(tags);
        if self.tags.len() > MOST_TAGS {
            return Err(Reason::TooManyTags);
        }
        Ok(())
    }

    /// Its full name.
    pub(crate) fn key(&self) -> RepositoryKey {
        RepositoryKey {
            registry: self.registry.clone(),
            name: self.name.clone(),
        }
    }

    /// Its ARN.
    pub(crate) fn arn(&self) -> String {
        let Registry { account, region } = &self.registry;
        let partition = region.partition().arn_name();
        format!(
            "arn:{partition}:ecr:{region}:{account}:repository/{}",
            self.name
        )
    }
}

/// Which tags may move to another image.
///
/// Source: `ImageTagMutability` in the Amazon ECR API reference.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Mutability {
    /// All.
    #[default]
    Mutable,
    /// None.
    Immutable,
    /// Those that match an exclusion filter.
    ImmutableWithExclusion,
    /// Those that match no exclusion filter.
    MutableWithExclusion,
}

/// The setting and its filters: `*` stands for any number of characters.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TagMutability {
    /// The rule.
    pub(crate) setting: Mutability,
    /// The exceptions from it.
    pub(crate) exclusions: Vec<String>,
}

impl TagMutability {
    /// Whether a tag that exists may be given to another image.
    pub(crate) fn may_move(&self, tag: &Tag) -> bool {
        let excluded = || {
            self.exclusions
                .iter()
                .any(|filter| matches_wildcard(filter, tag.as_str()))
        };
        match self.setting {
            Mutability::Mutable => true,
            Mutability::Immutable => false,
            Mutability::ImmutableWithExclusion => excluded(),
            Mutability::MutableWithExclusion => !excluded(),
        }
    }
}

/// Whether the whole text fits the pattern, where `*` stands for any text.
///
/// The pieces between stars are found from the left, each as early as possible,
/// so the time is bounded by the product of both lengths.
pub(crate) fn matches_wildcard(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut text) = text.strip_prefix(first) else {
        return false;
    };
    let (middle, last) = rest.rsplit_once('*').unwrap_or(("", rest));
    for piece in middle.split('*') {
        match text.split_once(piece) {
            _ if piece.is_empty() => {}
            Some((_, after)) => text = after,
            None => return false,
        }
    }
    text.ends_with(last)
}

/// How a repository would be encrypted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Encryption {
    /// The kind.
    pub(crate) kind: EncryptionType,
    /// The KMS key.
    pub(crate) kms_key: Option<String>,
}

/// The kinds of encryption. Source: `EncryptionType` in the API reference.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum EncryptionType {
    /// Keys that S3 manages.
    #[default]
    #[serde(rename = "AES256")]
    Aes256,
    /// A KMS key.
    #[serde(rename = "KMS")]
    Kms,
    /// A KMS key, two layers.
    #[serde(rename = "KMS_DSSE")]
    KmsDsse,
}

/// An image: a manifest in a repository, and what is known about it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Image {
    /// The manifest's digest.
    pub(crate) digest: Digest,
    /// The manifest's media type.
    pub(crate) media_type: String,
    /// What the image is for: its artifact type, else its config's media type.
    pub(crate) artifact_media_type: Option<String>,
    /// What the manifest itself says that it is (OCI `artifactType`).
    pub(crate) artifact_type: Option<String>,
    /// The manifest's own size, in bytes.
    pub(crate) manifest_size: u64,
    /// Config and layers, in bytes; of an index, those of its largest child.
    pub(crate) size: u64,
    /// The images that an index holds.
    pub(crate) children: Vec<Digest>,
    /// The manifest that this one refers to.
    pub(crate) subject: Option<Digest>,
    /// The manifest's annotations.
    pub(crate) annotations: BTreeMap<String, String>,
    /// When it was pushed first.
    pub(crate) pushed_at: Timestamp,
    /// When it was last pulled.
    #[serde(default)]
    pub(crate) pulled_at: Option<Timestamp>,
    /// When it was last archived.
    #[serde(default)]
    pub(crate) archived_at: Option<Timestamp>,
    /// When it was last restored from the archive.
    #[serde(default)]
    pub(crate) activated_at: Option<Timestamp>,
    /// Whether it can be pulled.
    pub(crate) status: ImageStatus,
    /// Whether somebody asked for a scan.
    #[serde(default)]
    pub(crate) scan_asked: bool,
}

impl Image {
    /// Puts it into the archive.
    pub(crate) fn archive(&mut self, now: Timestamp) {
        self.status = ImageStatus::Archived;
        self.archived_at = Some(now);
    }

    /// Brings it back from the archive. ECR takes up to 20 minutes, here it is
    /// there at once.
    pub(crate) fn restore(&mut self, now: Timestamp) {
        self.status = ImageStatus::Active;
        self.activated_at = Some(now);
    }
}

/// Whether an image can be pulled. Source: `ImageStatus` in the API reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum ImageStatus {
    /// It can.
    Active,
    /// It is in the archive.
    Archived,
    /// It is on its way back from the archive.
    Activating,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcard() {
        let check = |pattern, text, expected| {
            assert_eq!(
                matches_wildcard(pattern, text),
                expected,
                "{pattern} {text}"
            );
        };
        check("latest", "latest", true);
        check("latest", "latest-1", false);
        check("dev-*", "dev-1", true);
        check("dev-*", "dev-", true);
        check("dev-*", "prod-1", false);
        check("*-snapshot", "1.0-snapshot", true);
        check("*-snapshot", "1.0-snapshots", false);
        check("a*b*c", "a-b-c", true);
        check("a*b*c", "a-c", false);
        check("a*b*c", "abc", true);
        check("ab*ba", "aba", false);
        check("*", "anything", true);
    }
}

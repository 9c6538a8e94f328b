mod refusal;

pub use refusal::Refusal;

use super::{
    ACCESS_TAG, AccessPolicy, Adoption, CREATED_TAG, Creation, Desired, Encryption, ImageOrigin,
    MutabilitySetting, OWNER_TAG, Observed, Placement, ResourceTags, ScanOnPush, Standing,
};
use crate::lifecycle::Policy;
use crate::name::{Digest, RepositoryName, Tag};
use std::fmt;

/// What a run will do. An image is part of it from the start and is resolved
/// when it is built or read.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What happens to the repository.
    pub repository: RepositoryStep,
    /// What happens to the policy that says who may use it; `None` when none was
    /// given.
    pub access: Option<AccessStep>,
    /// What happens to its lifecycle policy; `None` when none was given.
    pub policy: Option<PolicyStep>,
    /// What happens to the image.
    pub image: ImageStep,
    /// Where it comes from.
    pub origin: ImageOrigin,
    /// Whether tags may move once the plan is carried out; `None` where that is
    /// not known.
    pub mutability: Option<MutabilitySetting>,
}

impl Plan {
    /// The same plan where the image is there already and is not built.
    #[must_use]
    pub fn keeping(mut self, image: &Digest) -> Self {
        if let ImageStep::AfterBuild(tags) = self.image {
            self.image = ImageStep::Keep(tags, image.clone());
        }
        self
    }
}

/// What happens to the repository.
#[derive(Debug, Clone)]
pub enum RepositoryStep {
    /// It is created.
    Create(NewRepository),
    /// It is there; these settings change. None: it stays as it is.
    Keep {
        /// The repository.
        name: RepositoryName,
        /// What changes, each by a call of its own.
        changes: Vec<SettingChange>,
    },
}

/// The arguments of a `CreateRepository`. `None` leaves it to the service.
#[derive(Debug, Clone)]
pub struct NewRepository {
    /// Its name.
    pub name: RepositoryName,
    /// Whether tags may move.
    pub mutability: Option<MutabilitySetting>,
    /// Whether images are scanned when they arrive.
    pub scan_on_push: Option<ScanOnPush>,
    /// How it is encrypted.
    pub encryption: Option<Encryption>,
    /// Its resource tags.
    pub resource_tags: ResourceTags,
}

/// A setting that differs in meaning from what is desired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingChange {
    /// Tag mutability.
    Mutability {
        /// As it stands, for people.
        from: String,
        /// As desired.
        to: MutabilitySetting,
    },
    /// Scan on push.
    ScanOnPush {
        /// As it stands.
        from: ScanOnPush,
        /// As desired.
        to: ScanOnPush,
    },
    /// Resource tags to set.
    ResourceTags(ResourceTags),
}

impl fmt::Display for SettingChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mutability { from, to } => {
                write!(f, "tag mutability {from} → {to}")
            }
            Self::ScanOnPush { from, to } => write!(f, "scan on push {from} → {to}"),
            Self::ResourceTags(tags) => {
                // The owner's fingerprint says nothing to a person.
                let tag = |(key, value): (&str, &str)| match key {
                    OWNER_TAG | ACCESS_TAG => key.to_owned(),
                    _ => format!("{key}={value}"),
                };
                let tags: Vec<String> = tags.iter().map(tag).collect();
                write!(f, "tags {}", tags.join(", "))
            }
        }
    }
}

/// What happens to the lifecycle policy.
#[derive(Debug, Clone)]
pub enum PolicyStep {
    /// It is put where none was, or in place of another.
    Put {
        /// The policy.
        policy: Policy,
        /// What stood there.
        replaces: Replaces,
    },
    /// What stands there means the same.
    Keep(Policy),
    /// It is not put, as was asked for.
    Leave(Policy, LeftOut),
}

/// What happens to the policy that says who may use the repository.
#[derive(Debug, Clone)]
pub enum AccessStep {
    /// It is put where none was, or in place of another.
    Put {
        /// The policy.
        policy: AccessPolicy,
        /// What stood there.
        replaces: Replaces,
    },
    /// What stands there means the same.
    Keep(AccessPolicy),
}

/// Why a policy is not put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOut {
    /// It is only judged.
    OnlyChecked,
    /// Another one stands there, and it is only for where none does.
    AnotherStands,
}

/// What a put policy takes the place of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replaces {
    /// There was none.
    Nothing,
    /// One that ecrane put.
    OwnPolicy,
    /// One that somebody else put.
    ForeignPolicy,
}

/// What happens to the image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageStep {
    /// It is pushed; no image can be there yet.
    Create(Vec<Tag>),
    /// It is pushed to the tags that hold another digest, once that is known.
    AfterBuild(Vec<Tag>),
    /// All these tags name this image already: nothing is built.
    Keep(Vec<Tag>, Digest),
}

/// What has to be done so that what is observed becomes what is desired.
///
/// # Errors
/// A [`Refusal`]: then nothing is done at all.
pub fn plan(desired: &Desired, observed: &Observed) -> Result<Plan, Refusal> {
    match observed {
        Observed::Missing => plan_new(desired),
        Observed::Present(standing) => plan_standing(desired, standing),
    }
}

fn plan_new(desired: &Desired) -> Result<Plan, Refusal> {
    if !desired.creation.allows(&desired.name) {
        let pattern = match &desired.creation {
            Creation::IfNameMatches(pattern) => Some(pattern.clone()),
            Creation::Allowed | Creation::Forbidden => None,
        };
        return Err(Refusal::Missing {
            name: desired.name.clone(),
            pattern,
        });
    }
    // The owner tag goes with the create: one call less, and should the policy's
    // own call fail, the next run finds no policy and puts it.
    let policy = desired
        .policy
        .clone()
        .map(|policy| match desired.placement {
            Placement::Apply | Placement::CreateOnly => PolicyStep::Put {
                policy,
                replaces: Replaces::Nothing,
            },
            Placement::Check => PolicyStep::Leave(policy, LeftOut::OnlyChecked),
        });
    let mut resource_tags = desired.resource_tags.clone();
    if let Some(PolicyStep::Put { policy, .. }) = &policy {
        resource_tags = resource_tags.with(OWNER_TAG, &policy.fingerprint());
    }
    if let Some(policy) = &desired.access {
        resource_tags = resource_tags.with(ACCESS_TAG, &policy.fingerprint());
    }
    // Without others it is left out: setting any takes a right of its own.
    if !resource_tags.is_empty() {
        resource_tags = resource_tags.with(CREATED_TAG, "true");
    }
    Ok(Plan {
        repository: RepositoryStep::Create(NewRepository {
            name: desired.name.clone(),
            mutability: desired.mutability.clone(),
            scan_on_push: desired.scan_on_push,
            encryption: desired.encryption.clone(),
            resource_tags,
        }),
        access: desired.access.clone().map(|policy| AccessStep::Put {
            policy,
            replaces: Replaces::Nothing,
        }),
        policy,
        image: ImageStep::Create(desired.tags.clone()),
        origin: desired.origin,
        // A creation template of the registry may say otherwise.
        mutability: desired.mutability.clone(),
    })
}

fn plan_standing(desired: &Desired, standing: &Standing) -> Result<Plan, Refusal> {
    check_encryption(desired, standing)?;
    let policy = plan_policy(desired, standing)?;
    let access = plan_access(desired, standing)?;
    let mut wanted = desired.resource_tags.clone();
    if let Some(PolicyStep::Put { policy, replaces }) = &policy {
        let before = standing.policy.as_deref().and_then(Policy::fingerprint_of);
        let owned = owned(policy.fingerprint(), *replaces, before);
        wanted = wanted.with(OWNER_TAG, &owned);
    }
    if let Some(AccessStep::Put { policy, replaces }) = &access {
        let before = standing.access.as_deref();
        let before = before.and_then(AccessPolicy::fingerprint_of);
        let owned = owned(policy.fingerprint(), *replaces, before);
        wanted = wanted.with(ACCESS_TAG, &owned);
    }
    let tags = wanted.missing_from(
        standing
            .resource_tags
            .as_ref()
            .unwrap_or(&ResourceTags::default()),
    );

    let there = &standing.mutability;
    let mutability = desired
        .mutability
        .as_ref()
        .filter(|to| there.as_ref() != Ok(to))
        .map(|to| SettingChange::Mutability {
            from: there
                .as_ref()
                .map_or_else(Clone::clone, ToString::to_string),
            to: to.clone(),
        });
    let scan = desired
        .scan_on_push
        .filter(|to| *to != standing.scan_on_push)
        .map(|to| SettingChange::ScanOnPush {
            from: standing.scan_on_push,
            to,
        });
    let tags = (!tags.is_empty()).then_some(SettingChange::ResourceTags(tags));
    Ok(Plan {
        repository: RepositoryStep::Keep {
            name: desired.name.clone(),
            changes: [mutability, scan, tags].into_iter().flatten().collect(),
        },
        access,
        policy,
        image: ImageStep::AfterBuild(desired.tags.clone()),
        origin: desired.origin,
        mutability: desired
            .mutability
            .clone()
            .or_else(|| standing.mutability.clone().ok()),
    })
}

/// A repository keeps the encryption that it was made with.
fn check_encryption(desired: &Desired, standing: &Standing) -> Result<(), Refusal> {
    let Some(wanted) = &desired.encryption else {
        return Ok(());
    };
    let there = match &standing.encryption {
        Ok(there) if wanted.is_met_by(there) => return Ok(()),
        Ok(there) => there.to_string(),
        Err(word) => word.clone(),
    };
    Err(Refusal::Encryption {
        name: desired.name.clone(),
        wanted: wanted.clone(),
        there,
    })
}

fn plan_policy(desired: &Desired, standing: &Standing) -> Result<Option<PolicyStep>, Refusal> {
    let Some(policy) = &desired.policy else {
        return Ok(None);
    };
    let put = |replaces| match desired.placement {
        Placement::CreateOnly if replaces != Replaces::Nothing => {
            PolicyStep::Leave(policy.clone(), LeftOut::AnotherStands)
        }
        Placement::Check => PolicyStep::Leave(policy.clone(), LeftOut::OnlyChecked),
        Placement::Apply | Placement::CreateOnly => PolicyStep::Put {
            policy: policy.clone(),
            replaces,
        },
    };
    let Some(text) = &standing.policy else {
        return Ok(Some(put(Replaces::Nothing)));
    };
    if policy.means_the_same_as(text) {
        return Ok(Some(PolicyStep::Keep(policy.clone())));
    }
    let is_ours = standing.is_owned(OWNER_TAG, Policy::fingerprint_of(text));
    match (is_ours, desired.adoption) {
        (true, _) => Ok(Some(put(Replaces::OwnPolicy))),
        (false, Adoption::Allowed) => Ok(Some(put(Replaces::ForeignPolicy))),
        // It stays in any case.
        (false, _) if desired.placement == Placement::CreateOnly => {
            Ok(Some(put(Replaces::ForeignPolicy)))
        }
        (false, Adoption::Refused) => Err(Refusal::ForeignPolicy {
            name: desired.name.clone(),
        }),
    }
}

fn plan_access(desired: &Desired, standing: &Standing) -> Result<Option<AccessStep>, Refusal> {
    let Some(policy) = &desired.access else {
        return Ok(None);
    };
    let put = |replaces| AccessStep::Put {
        policy: policy.clone(),
        replaces,
    };
    let Some(text) = &standing.access else {
        return Ok(Some(put(Replaces::Nothing)));
    };
    if policy.means_the_same_as(text) {
        return Ok(Some(AccessStep::Keep(policy.clone())));
    }
    let is_ours = standing.is_owned(ACCESS_TAG, AccessPolicy::fingerprint_of(text));
    match (is_ours, desired.adoption) {
        (true, _) => Ok(Some(put(Replaces::OwnPolicy))),
        (false, Adoption::Allowed) => Ok(Some(put(Replaces::ForeignPolicy))),
        (false, Adoption::Refused) => Err(Refusal::ForeignAccess {
            name: desired.name.clone(),
            deleted: AccessPolicy::deleted_principals(text),
        }),
    }
}

/// What a tag says of whose a policy is, the new one first. Somebody else's is
/// never named: should it come back, it is theirs.
fn owned(new: String, replaces: Replaces, before: Option<String>) -> String {
    let ours = before.filter(|_| replaces == Replaces::OwnPolicy);
    let both: Vec<String> = [Some(new), ours].into_iter().flatten().collect();
    both.join(" ")
}

impl Standing {
    /// Whether ecrane put the policy of this fingerprint, as the tag says.
    fn is_owned(&self, tag: &str, fingerprint: Option<String>) -> bool {
        let owned = self.resource_tags.as_ref().and_then(|tags| tags.get(tag));
        let mut owned = owned.unwrap_or_default().split(' ');
        fingerprint.is_some_and(|fingerprint| owned.any(|own| own == fingerprint))
    }
}

#[cfg(test)]
mod tests;

//! A repository as it is wanted, as it is, and what lies between.
//!
//! [`plan`] is data to data: the same [`Plan`] is shown in a dry run, printed
//! as a tree, and applied. Only a difference in meaning becomes a step.

mod access;
mod cleanup;
mod contents;
mod plan;
mod rollback;
mod settings;

pub use access::{AccessPolicy, ReadAccess};
pub use cleanup::{
    Cleanup, Failed, KeptTag, Named, NoPullTags, PullState, PullTag, PullTags, Removed,
    TooManyTags, Why, clean_up, pull_tags,
};
pub use contents::{Contents, NoDestroy, confirmed, may_destroy};
pub use plan::{
    AccessStep, ImageStep, LeftOut, NewRepository, Plan, PolicyStep, Refusal, Replaces,
    RepositoryStep, SettingChange, plan,
};
pub use rollback::{NoRollback, PutBy, PutPolicy, PutReport, Replaced, Rollback};
pub use settings::{
    Creation, Encryption, EncryptionType, MutabilitySetting, ResourceTags, ScanOnPush,
    SettingError, TagFilter, TagMutability,
};

use crate::lifecycle::Policy;
use crate::name::{Reference, RepositoryName, Tag};

/// What the user asked for. `None` leaves a setting as it is.
#[derive(Debug, Clone)]
pub struct Desired {
    /// The repository.
    pub name: RepositoryName,
    /// Whether it may be created.
    pub creation: Creation,
    /// Whether tags may move.
    pub mutability: Option<MutabilitySetting>,
    /// Whether images are scanned when they arrive.
    pub scan_on_push: Option<ScanOnPush>,
    /// How it is encrypted.
    pub encryption: Option<Encryption>,
    /// Resource tags that must be there; others are left alone.
    pub resource_tags: ResourceTags,
    /// Who may use it. `None` leaves that alone.
    pub access: Option<AccessPolicy>,
    /// The lifecycle policy. `None`: no lifecycle call at all.
    pub policy: Option<Policy>,
    /// How far the run goes with it.
    pub placement: Placement,
    /// Whether a policy that ecrane did not put may be replaced.
    pub adoption: Adoption,
    /// The tags that the image gets.
    pub tags: Vec<Tag>,
    /// Where the image comes from.
    pub origin: ImageOrigin,
}

/// Where an image comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageOrigin {
    /// The run builds it.
    Build,
    /// It was there before: in a layout, an archive or an engine.
    Prebuilt,
}

/// How far a run goes with a lifecycle policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Placement {
    /// It is put wherever another stands or none.
    #[default]
    Apply,
    /// It is put where none stands.
    CreateOnly,
    /// It is judged as if it were to be put, and is not.
    Check,
}

/// Whether a policy that ecrane did not put may be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Adoption {
    /// It stays, and nothing is done.
    #[default]
    Refused,
    /// It is replaced, and ecrane's from then on.
    Allowed,
}

/// What the service says is there.
#[derive(Debug, Clone)]
pub enum Observed {
    /// The service said that there is no such repository. Nothing else may be
    /// taken for this: a describe that failed is not "not found".
    Missing,
    /// The repository as it stands.
    Present(Standing),
}

/// A repository that is there.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Whether tags may move; the service's word where it is not known here.
    pub mutability: Result<MutabilitySetting, String>,
    /// Whether images are scanned when they arrive.
    pub scan_on_push: ScanOnPush,
    /// How it is encrypted; the service's word where it is not known here.
    pub encryption: Result<Encryption, String>,
    /// Its resource tags; `None` when nothing needed them ([`needs_tags`]).
    pub resource_tags: Option<ResourceTags>,
    /// The text of the policy that says who may use it; `None` when there is none,
    /// or when nobody asked because none is desired.
    pub access: Option<String>,
    /// The text of its lifecycle policy; `None` when there is none, or when
    /// nobody asked because none is desired.
    pub policy: Option<String>,
}

/// The resource tag by which ecrane knows a lifecycle policy that it put: its
/// value is the policy's fingerprint. While one of ours takes the place of
/// another of ours it names both, the new one first: whichever stands there after
/// a failure is known. Somebody else's is never named.
pub const OWNER_TAG: &str = "ecrane:lifecycle";

/// The same for the policy that says who may use the repository.
pub const ACCESS_TAG: &str = "ecrane:access";

/// The resource tag of a repository that ecrane made together with other tags: by
/// it ecrane knows one that it may delete.
pub const CREATED_TAG: &str = "ecrane:created";

/// The texts of the policies that stand in a repository, as far as somebody asked.
#[derive(Debug, Clone, Copy, Default)]
pub struct StandingPolicies<'a> {
    /// Of the lifecycle policy.
    pub lifecycle: Option<&'a str>,
    /// Of the one that says who may use it.
    pub access: Option<&'a str>,
}

/// Whether the plan depends on the repository's resource tags: when some are
/// desired, or when a different policy stands there, whose owner they tell.
#[must_use]
pub fn needs_tags(desired: &Desired, standing: StandingPolicies<'_>) -> bool {
    let lifecycle = desired.policy.as_ref().zip(standing.lifecycle);
    let access = desired.access.as_ref().zip(standing.access);
    !desired.resource_tags.is_empty()
        || lifecycle.is_some_and(|(policy, text)| !policy.means_the_same_as(text))
        || access.is_some_and(|(policy, text)| !policy.means_the_same_as(text))
}

/// An image that a run made or found, and where it can be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedImage {
    /// One reference for each tag that names it.
    pub tagged: Vec<Reference>,
    /// References of tags that stayed at the image of a later commit.
    pub held: Vec<Reference>,
    /// By digest.
    pub digested: Reference,
}

//! What is built, and the command line that builds it.
//!
//! [`argv`] is a pure function: no shell, no probing. Which [`Route`] is open is
//! found by asking the engine, and decided by [`route`].

mod argument;
mod backend;
mod buildah;
mod cache;
mod command;
mod context;
mod description;
mod label;
mod option;
mod own;
mod platform;
mod registries;
mod route;
mod secret;
mod steps;

#[cfg(test)]
mod tests;

pub use argument::BuildArg;
pub use backend::{Backend, PushBy};
pub use buildah::export;
pub use cache::{CacheEntry, CacheKind};
pub use command::{BuildFiles, argv};
pub use context::{ExtraHost, NamedContext};
pub use description::describe;
pub use label::{Annotation, Label};
pub use option::{Attestation, Compression, ExtraOption};
pub use own::{NODE_PREFIX, NodeContainer, create_builder, needing_own_builder, remove_builder};
pub use platform::Platform;
pub use registries::registries;
pub use route::{BUILDKIT_VARIABLE, Builder, Docker, ImagePlace, OciExporter, Route, route};
pub use secret::{Secret, SecretId, SecretSource, SshAgent};
pub use steps::{Step, Steps};

use crate::name::RegistryHost;
use std::path::PathBuf;

/// What is built.
#[derive(Debug, Clone, Default)]
pub struct BuildSpec {
    /// The folder that the builder is given.
    pub context: PathBuf,
    /// The Dockerfile; `None`: `Dockerfile` in the context.
    pub file: Option<PathBuf>,
    /// Contexts that the Dockerfile knows by name.
    pub build_contexts: Vec<NamedContext>,
    /// Build arguments, in their order.
    pub build_args: Vec<BuildArg>,
    /// The stage to stop at.
    pub target: Option<String>,
    /// The platforms; none: the engine's own.
    pub platforms: Vec<Platform>,
    /// What steps may read and no layer keeps.
    pub secrets: Vec<Secret>,
    /// The agents that steps may use.
    pub ssh: Vec<SshAgent>,
    /// Where layers of earlier builds come from.
    pub cache_from: Vec<CacheEntry>,
    /// Where layers go for later builds.
    pub cache_to: Vec<CacheEntry>,
    /// What is built anew though it did not change.
    pub rebuild: Rebuild,
    /// Which base images are asked for at their registries.
    pub base_images: BaseImages,
    /// The network of steps, such as `none` or `host`.
    pub network: Option<String>,
    /// Names that steps resolve.
    pub hosts: Vec<ExtraHost>,
    /// What the image says of itself, in its configuration.
    pub labels: Vec<Label>,
    /// What the image says of itself, in its manifest or index.
    pub annotations: Vec<Annotation>,
    /// What the image says of itself where `labels` and `annotations` do not;
    /// in its manifest, where the builder can.
    pub description: Vec<Label>,
    /// How the image says what it was made of.
    pub provenance: Attestation,
    /// How the image says what is in it.
    pub sbom: Attestation,
    /// What builds.
    pub backend: Backend,
    /// What pushes.
    pub push_by: PushBy,
    /// The builder of buildx; `None`: the current one.
    pub builder: Option<String>,
    /// How layers are compressed; `None`: as the builder does it.
    pub compression: Option<Compression>,
    /// Registries to sign in to besides those that the build names.
    pub registries: Vec<RegistryHost>,
    /// Options of the builder that have no input of their own.
    pub options: Vec<ExtraOption>,
}

/// What is built anew though it did not change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Rebuild {
    /// Nothing.
    #[default]
    Nothing,
    /// These stages.
    Stages(Vec<String>),
    /// Every step.
    Everything,
}

/// Which base images are asked for at their registries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BaseImages {
    /// Those that are not there.
    #[default]
    Missing,
    /// All: a tag may have moved.
    All,
}

/// What the cache of GitHub needs. A step's tokens go to the builder for this
/// alone.
const GITHUB_CACHE: [&str; 3] = [
    "ACTIONS_RUNTIME_TOKEN",
    "ACTIONS_RESULTS_URL",
    "ACTIONS_CACHE_URL",
];

impl BuildSpec {
    /// Whether the builder is to see this variable of the environment: a build
    /// argument asks for its value, or a cache cannot do without.
    #[must_use]
    pub fn asks_for(&self, variable: &str) -> bool {
        let argument = |arg: &BuildArg| arg.value.is_none() && arg.name == variable;
        let mut caches = self.cache_from.iter().chain(&self.cache_to);
        self.build_args.iter().any(argument)
            || (GITHUB_CACHE.contains(&variable)
                && caches.any(|entry| entry.kind() == CacheKind::GitHub))
    }
}

//! The inputs, judged: every fault is found before anything is called.

mod access;
mod build;
mod comment;
mod document;
mod errand;
mod event;
mod fault;
mod gate;
mod host;
mod identity;
mod list;
mod place;
mod policy;
mod push_to;
mod read;
mod registries;
mod remarks;
mod repository;
mod tags;

pub(crate) use comment::{Changes, Conversation, conversation};
pub(crate) use document::leads_out;
pub(crate) use errand::{
    Cleanup, ClosedPull, Confirmation, Errand, Extent, GitHubApi, Task, errand, is_errand, target,
};
pub(crate) use fault::{Fault, Origin};
pub(crate) use gate::{Gate, Preview};
pub(crate) use host::outside;
pub(crate) use identity::SignIn;
pub(crate) use place::Place;

use crate::inputs::Inputs;
use ecrane_core::build::{BuildSpec, PushBy};
use ecrane_core::name::{Region, RegistryHost, RepositoryName};
use ecrane_core::push::Destination;
use ecrane_core::repository::{Desired, ImageOrigin};
use ecrane_engine::aws::EndpointUrl;
use ecrane_engine::network::Network;
use ecrane_engine::push::Backwards;
use event::Surroundings;
use host::HostFolders;
use std::path::PathBuf;

/// What a run is about. Good: nothing in it will be refused for its form.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    /// Where it is at AWS, and who it is there.
    pub place: Place,
    /// The registry that a full reference in `tags` names: the image goes there
    /// or nowhere.
    pub registry: Option<RegistryHost>,
    /// The repository as it is wanted.
    pub desired: Desired,
    /// Where the image comes from.
    pub image: ImageSource,
    /// What must be so before a policy is put.
    pub gate: Gate,
    /// What the engine of this machine has of the image afterwards.
    pub engine: InEngine,
    /// What happens to an image that is at the tags already.
    pub existing: Existing,
    /// Whether a tag may move from the image of a later commit.
    pub backwards: Backwards,
    /// Repositories of the same registry that layers may be taken over from.
    pub mount_from: Vec<RepositoryName>,
    /// Further registries that get the image.
    pub push_to: Vec<Destination>,
    /// How far the run goes.
    pub mode: Mode,
    /// Whose changes it is about.
    pub changes: Changes,
}

/// What the engine of this machine has of an image after the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InEngine {
    /// The image, by its tags.
    Named,
    /// What the build left.
    AsItIs,
}

/// What happens to an image that is at all the tags before the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Existing {
    /// Another one is built and takes its place, if it differs.
    Replace,
    /// It stays, and nothing is built.
    Keep,
}

/// Where the image comes from.
#[derive(Debug, Clone)]
pub(crate) enum ImageSource {
    /// It is built.
    Build(Box<BuildSpec>),
    /// It is an OCI layout in this folder.
    Layout(PathBuf),
    /// It is in this archive: of `docker save`, or an OCI layout as a tar.
    Archive(PathBuf),
    /// The engine has it under this name.
    Engine(String),
}

impl ImageSource {
    const fn origin(&self) -> ImageOrigin {
        match self {
            Self::Build(_) => ImageOrigin::Build,
            Self::Layout(_) | Self::Archive(_) | Self::Engine(_) => ImageOrigin::Prebuilt,
        }
    }
}

/// How far a run goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// To the pushed image.
    Up,
    /// To the built image: nothing is written to AWS or a registry.
    BuildOnly,
    /// To the plan.
    Plan,
    /// To the inputs and the policy: nobody is asked anything.
    Check,
}

/// Which ECR a run is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    /// AWS, or what stands at the endpoint.
    Aws,
    /// The local ECR of this machine.
    Local,
}

/// What answers for ECR.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counterpart {
    /// AWS itself.
    Aws,
    /// A local ECR, or what else there is at an endpoint.
    StandIn,
}

impl Counterpart {
    /// At an endpoint, if it is not AWS's own.
    pub(crate) fn at(endpoint: Option<&EndpointUrl>) -> Self {
        match endpoint.is_none_or(EndpointUrl::is_of_aws) {
            true => Self::Aws,
            false => Self::StandIn,
        }
    }
}

/// The Region and, if it is not AWS's own, the endpoint; or every fault.
pub(crate) fn place(
    inputs: &Inputs,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<(Region, Option<EndpointUrl>), Vec<Fault>> {
    let mut reader = read::Reader::default();
    let region = reader.region(inputs, &variable);
    let endpoint = reader.endpoint(inputs, &variable);
    let (faults, _) = reader.finish();
    match region {
        Some(region) if faults.is_empty() => Ok((region, endpoint)),
        _ => Err(faults),
    }
}

/// How AWS is reached from here, as far as the environment says it well.
pub(crate) fn network(variable: impl Fn(&str) -> Option<String>) -> Network {
    read::Reader::default().network(&Inputs::default(), &variable)
}

/// A good configuration, or every fault.
///
/// `variable` looks up the environment: the Region's usual variables, and what
/// the runner says of the event.
///
/// # Errors
/// All faults of all inputs; the order is that of the inputs.
pub(crate) fn read(
    inputs: &Inputs,
    service: Service,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<(Config, Vec<Fault>), Vec<Fault>> {
    let mut reader = read::Reader::default();
    let inputs = &HostFolders::new(&variable).map(inputs);
    let mode = reader.mode(inputs, &variable);
    let place = reader.place(inputs, (service, mode), &variable);
    let Place {
        region, endpoint, ..
    } = &place;
    let registries = reader.registries(inputs, region.as_ref(), endpoint.as_ref());
    let settings = reader.settings(inputs);
    let mut image = reader.image(inputs, settings.if_immutable());
    let surroundings = Surroundings::new(&variable);
    let (tags, registry) = reader.tags(inputs, settings.name.as_ref(), mode, &surroundings);
    let engine = reader.in_engine(inputs, &image);
    if let ImageSource::Build(spec) = &mut image {
        // An image that goes nowhere is left here, as is one for the engine.
        if mode == Mode::BuildOnly || engine == InEngine::Named {
            spec.push_by = PushBy::Ecrane;
        }
        reader.remarks_on_build(inputs, spec, &variable);
        spec.registries = registries;
        spec.description = surroundings.description(tags.first());
    }
    reader.remarks_on_repository(inputs);
    let policies = reader.policies(inputs, settings.of_all_tags());
    let counterpart = match service {
        Service::Aws => Counterpart::at(endpoint.as_ref()),
        Service::Local => Counterpart::StandIn,
    };
    let gate = reader.gate(inputs, counterpart);
    let existing = reader.existing(inputs);
    let backwards = reader.backwards(inputs);
    let mount_from = reader.mount_from(inputs);
    let push_to = reader.push_to(inputs, region.as_ref(), counterpart);
    reader.no_errand(inputs);
    reader.key_is_there(&settings, place.region.as_ref(), &push_to);
    // Who is told is found for itself; what is wrong with it is found here.
    reader.conversation(inputs, &variable);
    let (faults, warnings) = reader.finish();
    // Without a fault there is a name; the pattern says so to the compiler.
    match settings.desired(policies, (tags, image.origin())) {
        Some(desired) if faults.is_empty() => Ok((
            Config {
                place,
                registry,
                desired,
                image,
                gate,
                engine,
                existing,
                backwards,
                mount_from,
                push_to,
                mode,
                changes: comment::changes(&variable),
            },
            warnings,
        )),
        _ => Err(faults),
    }
}

#[cfg(test)]
mod tests;

use crate::config::Config;
use ecrane_core::name::{Digest, Reference, RegistryHost, RepositoryName};
use ecrane_core::push::UploadPlan;
use ecrane_core::report::{ImageResult, Row, TagChange, TagResult, changed};
use ecrane_core::repository::PlacedImage;
use ecrane_engine::aws::Applied;
use ecrane_engine::push::{self, Pushed};
use std::collections::BTreeSet;
use std::time::Duration;

/// What came of it.
#[derive(Debug)]
pub(crate) struct Report {
    /// The tree.
    pub(crate) rows: Vec<Row>,
    /// The repository.
    pub(crate) repository: RepositoryName,
    /// The image, if it was built or read.
    pub(crate) made: Option<Made>,
    /// The image in each registry that has it, the main one first; none if it
    /// was not pushed.
    pub(crate) placed: Vec<Placed>,
    /// How long it took.
    pub(crate) took: Duration,
}

impl Report {
    /// The image by each tag that names it. What stands in for AWS has one host
    /// for all of its registries: a reference is told once.
    pub(crate) fn tagged(&self) -> Vec<String> {
        self.references(|image| &image.tagged)
    }

    /// The tags that stayed at the image of a later commit.
    pub(crate) fn held(&self) -> Vec<String> {
        self.references(|image| &image.held)
    }

    fn references(&self, of: fn(&PlacedImage) -> &[Reference]) -> Vec<String> {
        let references = self.placed.iter().flat_map(|it| of(&it.references));
        let mut told = BTreeSet::new();
        references
            .map(ToString::to_string)
            .filter(|text| told.insert(text.clone()))
            .collect()
    }

    /// Whether anything was written: a plan or a build alone writes nothing.
    pub(crate) fn changed(&self) -> bool {
        !self.placed.is_empty() && changed(&self.rows)
    }
}

/// An image on this machine.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    /// Its digest.
    pub(crate) digest: Digest,
    /// The digest of its configuration, by which an engine knows it; none for
    /// an image index.
    pub(crate) id: Option<Digest>,
}

impl Made {
    /// The image with this digest; `image` is it, or the same packed otherwise.
    pub(super) fn new(digest: &Digest, image: &UploadPlan) -> Self {
        let id = match image.images.as_slice() {
            [only] => Some(only.config.clone()),
            _ => None,
        };
        Self {
            digest: digest.clone(),
            id,
        }
    }
}

impl From<&UploadPlan> for Made {
    fn from(image: &UploadPlan) -> Self {
        Self::new(&image.root.descriptor.digest, image)
    }
}

/// An image in its repository.
#[derive(Debug)]
pub(crate) struct Placed {
    /// The registry.
    pub(crate) registry: RegistryHost,
    /// The repository's URI.
    pub(crate) uri: String,
    /// What became of it.
    pub(crate) result: ImageResult,
    /// Where it can be had.
    pub(crate) references: PlacedImage,
}

/// The image in its repository, from what the push said.
pub(super) fn placed(
    config: &Config,
    applied: &Applied,
    registry: RegistryHost,
    pushed: &Pushed,
) -> Placed {
    let result = |outcome: &push::TagOutcome| TagResult {
        tag: outcome.tag.clone(),
        change: match &outcome.outcome {
            push::Outcome::Moved { from: None } => TagChange::New,
            push::Outcome::Moved { from: Some(old) } => TagChange::MovedFrom(old.clone()),
            push::Outcome::Unchanged => TagChange::Unchanged,
            push::Outcome::Same { there } => TagChange::SameImage(there.clone()),
            push::Outcome::Held(newer) => TagChange::Held(newer.digest.clone()),
        },
    };
    let result = ImageResult {
        digest: pushed.digest.clone(),
        size: pushed.bytes,
        tags: pushed.tags.iter().map(result).collect(),
    };
    at(config, applied, registry, result)
}

/// The image in its repository, from what the registry says of it.
pub(super) fn found(
    config: &Config,
    applied: &Applied,
    registry: RegistryHost,
    (image, tags): (&UploadPlan, Vec<TagResult>),
) -> Placed {
    let result = ImageResult {
        digest: image.root.descriptor.digest.clone(),
        size: image.bytes(),
        tags,
    };
    at(config, applied, registry, result)
}

fn at(config: &Config, applied: &Applied, registry: RegistryHost, result: ImageResult) -> Placed {
    let repository = &config.desired.name;
    let (held, tagged): (Vec<&TagResult>, Vec<&TagResult>) = result
        .tags
        .iter()
        .partition(|result| matches!(result.change, TagChange::Held(_)));
    let reference = |result: &TagResult| Reference::Tagged {
        registry: registry.clone(),
        repository: repository.clone(),
        tag: result.tag.clone(),
    };
    let references = PlacedImage {
        tagged: tagged.into_iter().map(reference).collect(),
        held: held.into_iter().map(reference).collect(),
        digested: Reference::Digested {
            registry: registry.clone(),
            repository: repository.clone(),
            digest: result.digest.clone(),
        },
    };
    Placed {
        uri: applied.uri.clone(),
        result,
        references,
        registry,
    }
}

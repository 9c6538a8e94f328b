use crate::config::Config;
use ecrane_core::name::{Digest, Reference, RegistryHost, RepositoryName, Tag};
use ecrane_core::report::{ImageResult, Row, TagChange, TagResult};
use ecrane_core::repository::PlacedImage;
use ecrane_engine::aws::Applied;
use ecrane_engine::layout::Layout;
use ecrane_engine::push::{self, Pushed};
use std::time::Duration;

/// What came of it.
#[derive(Debug)]
pub(crate) struct Report {
    /// The tree.
    pub rows: Vec<Row>,
    /// The repository.
    pub repository: RepositoryName,
    /// The image, if the run went that far.
    pub image: Option<Placed>,
    /// How long it took.
    pub took: Duration,
}

/// An image in its repository.
#[derive(Debug)]
pub(crate) struct Placed {
    /// The registry.
    pub registry: RegistryHost,
    /// The repository's URI.
    pub uri: String,
    /// What became of it.
    pub result: ImageResult,
    /// Where it can be had.
    pub references: PlacedImage,
    /// The digest of its configuration, by which an engine knows it; none for
    /// an image index.
    pub id: Option<Digest>,
}

/// The image in its repository, from what the push said.
pub(super) fn placed(
    config: &Config,
    applied: &Applied,
    registry: RegistryHost,
    layout: &Layout,
    pushed: &Pushed,
) -> Placed {
    let repository = &config.desired.name;
    let tagged = |tag: &Tag| Reference::Tagged {
        registry: registry.clone(),
        repository: repository.clone(),
        tag: tag.clone(),
    };
    let references = PlacedImage {
        tagged: config.desired.tags.iter().map(tagged).collect(),
        digested: Reference::Digested {
            registry: registry.clone(),
            repository: repository.clone(),
            digest: pushed.image.digest.clone(),
        },
    };
    Placed {
        uri: applied.uri.clone(),
        result: image_result(layout, pushed),
        references,
        id: match layout.plan().images.as_slice() {
            [only] => Some(only.config.clone()),
            _ => None,
        },
        registry,
    }
}

fn image_result(layout: &Layout, pushed: &Pushed) -> ImageResult {
    let result = |outcome: &push::TagOutcome| TagResult {
        tag: outcome.tag.clone(),
        change: match &outcome.outcome {
            push::Outcome::Moved { from: None } => TagChange::New,
            push::Outcome::Moved { from: Some(old) } => TagChange::MovedFrom(old.clone()),
            push::Outcome::Unchanged => TagChange::Unchanged,
        },
    };
    ImageResult {
        digest: pushed.image.digest.clone(),
        size: layout.plan().bytes(),
        tags: pushed.tags.iter().map(result).collect(),
    }
}

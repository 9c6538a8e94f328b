//! An image that its builder pushes: it never comes to this machine. What is
//! sure of it is what the registry says afterwards.

use super::output::Output;
use super::result::{Made, Placed, pushed_elsewhere};
use super::source::Source;
use super::{place, secrets};
use crate::config::Config;
use crate::exit::Failure;
use crate::show::Log;
use ecrane_core::auth::Credentials;
use ecrane_core::name::{Digest, Reference, RegistryHost, Tag};
use ecrane_core::report::{TagChange, TagResult};
use ecrane_engine::aws::{Applied, Connection, Ecr};
use ecrane_engine::registry::{Named, Repository};
use futures_util::future::try_join_all;
use std::path::Path;

/// Provisions, has the builder build and push, and reads back.
///
/// # Errors
/// What refused; the registry has another image than the builder says.
pub(super) async fn make(
    config: &Config,
    (ecr, own): (&Ecr, &Connection),
    source: Source<'_>,
    folder: &Path,
    log: Log,
) -> Result<(Applied, Made, Placed), Failure> {
    let output = Output::new(log, secrets::scrub(config));
    // The builder needs the repository: nothing is won by building before.
    let (applied, credentials) = place::provision(config, ecr, None, &output).await?;
    let Credentials { registry: host, .. } = &credentials;
    let registry = place::registry(ecr, &credentials)?;
    let repository = registry.repository(&config.desired.name);
    let before = tagged(&repository, &config.desired.tags).await?;

    let source = source.granted(Some(own), Some(host), folder)?;
    let pushed = source.push(folder, &names(config, host), &output).await;
    output.close();
    let digest = pushed?;

    let after = tagged(&repository, &config.desired.tags).await?;
    let tags = changes(&config.desired.tags, before, after, &digest)?;
    let found = repository.image(Named::Digest(&digest)).await;
    let image = found.map_err(Failure::refused)?.ok_or_else(|| {
        Failure::refused(format!(
            "the builder says that it pushed {digest}, and `{}` does not have it",
            config.desired.name
        ))
    })?;
    let placed = pushed_elsewhere(config, &applied, host.clone(), (&image, tags));
    Ok((applied, Made::from(&image), placed))
}

fn names(config: &Config, registry: &RegistryHost) -> Vec<Reference> {
    let name = |tag: &Tag| Reference::Tagged {
        registry: registry.clone(),
        repository: config.desired.name.clone(),
        tag: tag.clone(),
    };
    config.desired.tags.iter().map(name).collect()
}

async fn tagged(repository: &Repository<'_>, tags: &[Tag]) -> Result<Vec<Option<Digest>>, Failure> {
    let found = tags.iter().map(|tag| repository.find(Named::Tag(tag)));
    try_join_all(found).await.map_err(Failure::refused)
}

/// What became of each tag.
fn changes(
    tags: &[Tag],
    before: Vec<Option<Digest>>,
    after: Vec<Option<Digest>>,
    digest: &Digest,
) -> Result<Vec<TagResult>, Failure> {
    let all = tags.iter().zip(before).zip(after);
    all.map(|((tag, before), after)| {
        if after.as_ref() != Some(digest) {
            let there = after.map_or_else(|| "nothing".to_owned(), |it| it.to_string());
            return Err(Failure::refused(format!(
                "the builder says that it pushed {digest}, and the tag `{tag}` names {there}; another run may have moved it"
            )));
        }
        let change = match before {
            None => TagChange::New,
            Some(old) if old == *digest => TagChange::Unchanged,
            Some(old) => TagChange::MovedFrom(old),
        };
        Ok(TagResult {
            tag: tag.clone(),
            change,
        })
    })
    .collect()
}

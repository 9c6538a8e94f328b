//! An image that its builder pushes: it never comes to this machine. What is
//! sure of it is what the registry says afterwards.

use super::output::Output;
use super::places::{Arrived, Places, arrived, nowhere};
use super::ready::Ready;
use super::result::{Made, Placed, found};
use super::secrets;
use super::source::Source;
use crate::config::Config;
use crate::exit::Failure;
use crate::show::Log;
use ecrane_core::name::{Digest, Reference, RegistryHost, Tag};
use ecrane_core::report::{TagChange, TagResult};
use ecrane_engine::aws::Connection;
use ecrane_engine::registry::Named;
use futures_util::future::try_join_all;
use std::path::Path;

/// Provisions, has the builder build and push, and reads back.
///
/// # Errors
/// What refused; a registry has another image than the builder says.
pub(super) async fn make(
    config: &Config,
    (places, own): (&Places, &Connection),
    source: Source<'_>,
    folder: &Path,
    log: Log,
) -> Result<Arrived, Failure> {
    let output = Output::new(log, secrets::scrub(config));
    // The builder needs the repositories: nothing is won by building before.
    let ready = places.provision(config, None, &output).await?;
    let before = try_join_all(ready.iter().map(|place| tagged(config, place))).await?;

    let hosts = ready.iter().map(|place| place.credentials.registry.clone());
    let hosts: Vec<RegistryHost> = hosts.collect();
    let names: Vec<Reference> = hosts.iter().flat_map(|host| names(config, host)).collect();
    let source = source.granted(Some(own), &hosts, folder)?;
    let pushed = source.push(folder, &names, &output).await;
    output.close();
    let digest = pushed?;
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    let names = names.join(", ");
    places
        .record()
        .done(format!("the builder pushed {digest} as {names}"));

    let mut made = None;
    let mut placed = Vec::new();
    let mut failures = Vec::new();
    for (place, before) in ready.iter().zip(before) {
        match read_back(config, place, before, &digest).await {
            Ok((image, here)) => {
                made.get_or_insert(image);
                placed.push(here);
            }
            Err(failure) if ready.len() > 1 => failures.push(failure.of(&place.name)),
            Err(failure) => return Err(failure),
        }
    }
    if let Some(failure) = Failure::together(failures) {
        return Err(failure);
    }
    let made = made.ok_or_else(nowhere)?;
    Ok(arrived(&ready, made, placed))
}

/// What a registry has after the push.
async fn read_back(
    config: &Config,
    place: &Ready,
    before: Vec<Option<Digest>>,
    digest: &Digest,
) -> Result<(Made, Placed), Failure> {
    let after = tagged(config, place).await?;
    let tags = changes(&config.desired.tags, before, after, digest)?;
    let name = &config.desired.name;
    let registry = place.registry()?;
    let read = registry.repository(name).image(Named::Digest(digest)).await;
    let image = read.map_err(Failure::refused)?.ok_or_else(|| {
        Failure::refused(format!(
            "the builder says that it pushed {digest}, and `{name}` does not have it"
        ))
    })?;
    let host = place.credentials.registry.clone();
    let placed = found(config, &place.applied, host, (&image, tags));
    Ok((Made::from(&image), placed))
}

fn names(config: &Config, registry: &RegistryHost) -> Vec<Reference> {
    let name = |tag: &Tag| Reference::Tagged {
        registry: registry.clone(),
        repository: config.desired.name.clone(),
        tag: tag.clone(),
    };
    config.desired.tags.iter().map(name).collect()
}

async fn tagged(config: &Config, place: &Ready) -> Result<Vec<Option<Digest>>, Failure> {
    let registry = place.registry()?;
    let repository = registry.repository(&config.desired.name);
    let tags = config.desired.tags.iter();
    let asked = tags.map(|tag| repository.find(Named::Tag(tag)));
    try_join_all(asked).await.map_err(Failure::refused)
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

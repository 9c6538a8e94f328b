//! A push: the repository that it may make, the image, and the copies that
//! follow it to other registries; and removals, which the copies may follow.

use crate::ecr::Ecr;
use crate::refusal::{Fault, Reason, Refusal};
use crate::store::{
    AppliedFor, NameFilter, NewImage, Registry, RegistrySettings, ReplicationDestination,
    ReplicationRule, Repository, RepositoryKey, TagRemoval, plain_repository, template_for,
};
use ecrane_core::name::{Digest, Tag};

/// Makes the repository of a push that is not there, if a template says so.
pub(crate) fn make_repository(ecr: &Ecr, key: &RepositoryKey) -> Result<(), Fault> {
    if is_there(ecr.store.repository(key))? {
        return Ok(());
    }
    let templates = ecr.store.registry_settings(&key.registry)?.templates;
    let applied_for = AppliedFor::CreateOnPush;
    match template_for(templates, key.name.as_str(), applied_for) {
        Some(template) => create(ecr, template.repository(key.clone(), ecr.clock.now())),
        // The push itself is refused.
        None => Ok(()),
    }
}

/// Another push may have been quicker.
fn create(ecr: &Ecr, repository: Repository) -> Result<(), Fault> {
    match ecr.store.create_repository(repository) {
        Err(Fault::Refused(Refusal {
            reason: Reason::RepositoryAlreadyExists,
            ..
        })) => Ok(()),
        created => created.map(drop),
    }
}

fn is_there<T>(found: Result<T, Fault>) -> Result<bool, Fault> {
    match found {
        Ok(_) => Ok(true),
        Err(Fault::Refused(_)) => Ok(false),
        Err(fault) => Err(fault),
    }
}

/// Stores an image and copies it to where its registry replicates.
pub(crate) fn put_image(ecr: &Ecr, key: &RepositoryKey, new: &NewImage) -> Result<(), Fault> {
    let settings = ecr.store.registry_settings(&key.registry)?;
    ecr.store.put_image(key, new.clone())?;
    for destination in destinations(&settings, key) {
        match replicate(ecr, key, &destination, new) {
            // What the other registry refuses is told by the replication status.
            Ok(()) | Err(Fault::Refused(_)) => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(())
}

/// Where the images of a repository are copied to.
pub(crate) fn destinations(
    settings: &RegistrySettings,
    key: &RepositoryKey,
) -> Vec<ReplicationDestination> {
    destinations_of(rules(settings, key))
}

fn rules<'a>(
    settings: &'a RegistrySettings,
    key: &RepositoryKey,
) -> impl Iterator<Item = &'a ReplicationRule> {
    let has = |filter: &NameFilter| key.name.as_str().starts_with(&filter.filter);
    settings.replication.iter().filter(move |rule| {
        rule.repository_filters.is_empty() || rule.repository_filters.iter().any(has)
    })
}

fn destinations_of<'a>(
    rules: impl Iterator<Item = &'a ReplicationRule>,
) -> Vec<ReplicationDestination> {
    let mut all: Vec<ReplicationDestination> = Vec::new();
    for destination in rules.flat_map(|rule| &rule.destinations) {
        if !all.contains(destination) {
            all.push(destination.clone());
        }
    }
    all
}

/// Removes a tag, here and where a rule has removals follow.
pub(crate) fn remove_tag(ecr: &Ecr, key: &RepositoryKey, tag: &Tag) -> Result<TagRemoval, Fault> {
    let removal = ecr.store.remove_tag(key, tag)?;
    follow(ecr, key, |copy| ecr.store.remove_tag(copy, tag).map(drop))?;
    Ok(removal)
}

/// Removes an image and all its tags, here and where a rule has removals follow.
pub(crate) fn remove_image(
    ecr: &Ecr,
    key: &RepositoryKey,
    digest: &Digest,
) -> Result<Vec<Tag>, Fault> {
    let tags = ecr.store.remove_image(key, digest)?;
    let remove = |copy: &RepositoryKey| ecr.store.remove_image(copy, digest).map(drop);
    follow(ecr, key, remove)?;
    Ok(tags)
}

/// Does to the copies what was done here. A copy that is not there, or that an
/// index needs, stays as it is.
fn follow(
    ecr: &Ecr,
    key: &RepositoryKey,
    remove: impl Fn(&RepositoryKey) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let settings = ecr.store.registry_settings(&key.registry)?;
    let enabled = |rule: &&ReplicationRule| {
        let follows = rule.delete_replication.as_ref();
        follows.is_some_and(|follows| follows.enabled)
    };
    for destination in destinations_of(rules(&settings, key).filter(enabled)) {
        match remove(&counterpart(key, &destination)) {
            Ok(()) | Err(Fault::Refused(_)) => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(())
}

/// The repository of the same name in another registry.
pub(crate) fn counterpart(
    key: &RepositoryKey,
    destination: &ReplicationDestination,
) -> RepositoryKey {
    RepositoryKey {
        registry: Registry {
            account: destination.registry_id.clone(),
            region: destination.region.clone(),
        },
        name: key.name.clone(),
    }
}

/// Copies an image, and makes its repository if it is not there. What is copied
/// is not copied on, as in ECR.
fn replicate(
    ecr: &Ecr,
    from: &RepositoryKey,
    destination: &ReplicationDestination,
    new: &NewImage,
) -> Result<(), Fault> {
    let to = counterpart(from, destination);
    if !is_there(ecr.store.repository(&to))? {
        let now = ecr.clock.now();
        let templates = ecr.store.registry_settings(&to.registry)?.templates;
        let template = template_for(templates, to.name.as_str(), AppliedFor::Replication);
        create(
            ecr,
            match template {
                Some(template) => template.repository(to.clone(), now),
                None => plain_repository(to.registry.clone(), to.name.clone(), now),
            },
        )?;
    }
    for blob in &new.blobs {
        if let Some(size) = ecr.store.blob_size(from, blob)? {
            ecr.store.add_blob(&to, blob, size)?;
        }
    }
    ecr.store.put_image(&to, new.clone())
}

//! A push: the repository that it may make, the image, and the copies that
//! follow it to other registries.

use crate::ecr::Ecr;
use crate::refusal::{Fault, Reason, Refusal};
use crate::store::{
    AppliedFor, NameFilter, NewImage, Registry, RegistrySettings, ReplicationDestination,
    Repository, RepositoryKey, plain_repository, template_for,
};

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
    let has = |filter: &NameFilter| key.name.as_str().starts_with(&filter.filter);
    let rules = settings.replication.iter().filter(|rule| {
        rule.repository_filters.is_empty() || rule.repository_filters.iter().any(has)
    });
    let mut all: Vec<ReplicationDestination> = Vec::new();
    for destination in rules.flat_map(|rule| &rule.destinations) {
        if !all.contains(destination) {
            all.push(destination.clone());
        }
    }
    all
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

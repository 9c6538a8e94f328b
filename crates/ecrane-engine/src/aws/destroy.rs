use super::answers::Once;
use super::{AwsError, Ecr};
use aws_sdk_ecr::config::Builder;
use ecrane_core::name::RepositoryName;

/// What becomes of images in a repository that is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// They go with it.
    Deleted,
    /// There are none: if one came meanwhile, the repository stays.
    None,
}

/// How a deletion ended that was not refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destroyed {
    /// The repository was deleted.
    Now,
    /// Somebody else had deleted it, or an earlier attempt of ours.
    Before,
    /// It stays, as it is not empty any more.
    NotEmpty,
}

/// Deletes a repository, by one attempt: before another, look what is there.
///
/// # Errors
/// The service refuses, or does not answer ([`AwsError::may_have_worked`]).
pub async fn destroy(ecr: &Ecr, name: &RepositoryName, held: Held) -> Result<Destroyed, AwsError> {
    let deleted = ecr
        .client
        .delete_repository()
        .set_registry_id(ecr.registry_id())
        .repository_name(name.as_str())
        .force(held == Held::Deleted)
        .customize()
        .config_override(Builder::new().retry_classifier(Once))
        .send()
        .await;
    match deleted.map_err(|error| AwsError::new("DeleteRepository", &error)) {
        Ok(_) => Ok(Destroyed::Now),
        Err(error) if error.is(AwsError::NO_REPOSITORY) => Ok(Destroyed::Before),
        Err(error) if error.is("RepositoryNotEmptyException") => Ok(Destroyed::NotEmpty),
        Err(error) => Err(error),
    }
}

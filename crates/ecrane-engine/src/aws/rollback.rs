use super::apply::{change_setting, put_policy};
use super::{AwsError, Ecr, Place};
use ecrane_core::name::RepositoryName;
use ecrane_core::repository::{Rollback, SettingChange};

/// Goes the way back that was decided on: first the tag that says whose policy
/// stands there, then the policy.
///
/// # Errors
/// The first step that the service refused.
pub async fn roll_back(
    ecr: &Ecr,
    name: &RepositoryName,
    place: &Place,
    rollback: &Rollback,
) -> Result<(), AwsError> {
    match rollback {
        Rollback::Nothing => Ok(()),
        Rollback::Put { policy, tags } => {
            if !tags.is_empty() {
                let change = SettingChange::ResourceTags(tags.clone());
                change_setting(ecr, name, place, &change).await?;
            }
            put_policy(ecr, name, policy).await
        }
        Rollback::Delete => delete_policy(ecr, name).await,
    }
}

/// Deletes the policy. That it is gone is what was wanted.
async fn delete_policy(ecr: &Ecr, name: &RepositoryName) -> Result<(), AwsError> {
    let deleted = ecr
        .client
        .delete_lifecycle_policy()
        .set_registry_id(ecr.registry_id())
        .repository_name(name.as_str())
        .send()
        .await;
    match deleted.map_err(|error| AwsError::new("DeleteLifecyclePolicy", &error)) {
        Err(error) if error.is("LifecyclePolicyNotFoundException") => Ok(()),
        deleted => deleted.map(drop),
    }
}

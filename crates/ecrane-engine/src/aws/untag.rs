use super::answers::Once;
use super::{AwsError, Ecr};
use aws_sdk_ecr::config::Builder;
use aws_sdk_ecr::types::{ImageFailure, ImageIdentifier};
use ecrane_core::name::{RepositoryName, Tag};
use ecrane_core::repository::Failed;

/// The most that `BatchDeleteImage` takes at once.
const BATCH: usize = 100;

/// What became of tags that were to go.
#[derive(Debug, Default)]
pub struct Untagged {
    /// How many are not there any more.
    pub gone: usize,
    /// Those that are, each with the service's code and what it means.
    pub left: Vec<Left>,
    /// Why the rest was not asked for.
    pub error: Option<AwsError>,
}

/// A tag that is still there.
#[derive(Debug)]
pub struct Left {
    /// The tag.
    pub tag: String,
    /// The service's code.
    pub code: String,
    /// What it means.
    pub failed: Failed,
}

/// Removes tags, by their names alone: what they name goes with its last tag,
/// and what another tag names stays. A tag that is not there is no failure. Each
/// batch is asked for once: before another attempt, look what the tags name.
pub async fn untag(ecr: &Ecr, repository: &RepositoryName, tags: &[Tag]) -> Untagged {
    let mut untagged = Untagged::default();
    for batch in tags.chunks(BATCH) {
        let failures = match delete(ecr, repository, batch).await {
            Ok(failures) => failures,
            Err(error) => {
                untagged.error = Some(error);
                break;
            }
        };
        let left = failures.into_iter().map(left);
        let left: Vec<Left> = left.filter(|it| it.failed != Failed::Gone).collect();
        untagged.gone += batch.len().saturating_sub(left.len());
        untagged.left.extend(left);
    }
    untagged
}

async fn delete(
    ecr: &Ecr,
    repository: &RepositoryName,
    tags: &[Tag],
) -> Result<Vec<ImageFailure>, AwsError> {
    let ids = tags
        .iter()
        .map(|tag| ImageIdentifier::builder().image_tag(tag.as_str()).build());
    let answer = ecr
        .client
        .batch_delete_image()
        .set_registry_id(ecr.registry_id())
        .repository_name(repository.as_str())
        .set_image_ids(Some(ids.collect()))
        .customize()
        .config_override(Builder::new().retry_classifier(Once))
        .send()
        .await
        .map_err(|error| AwsError::new("BatchDeleteImage", &error))?;
    Ok(answer.failures.unwrap_or_default())
}

fn left(failure: ImageFailure) -> Left {
    let code = failure.failure_code.as_ref();
    let code = code.map_or("without a code", |code| code.as_str());
    Left {
        failed: Failed::of(code),
        code: code.to_owned(),
        tag: failure
            .image_id
            .and_then(|id| id.image_tag)
            .unwrap_or_default(),
    }
}

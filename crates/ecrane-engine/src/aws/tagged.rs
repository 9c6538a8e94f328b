use super::{AwsError, Ecr};
use aws_sdk_ecr::types::{ImageDetail, ImageIdentifier, ImageStatus as ServiceStatus};
use ecrane_core::lifecycle::image::ImageStatus;
use ecrane_core::name::{RepositoryName, Tag};
use ecrane_core::push::TaggedImage;

/// The most images that `DescribeImages` is asked for by name at once.
const BATCH: usize = 100;

/// The images that a repository has at these tags. None at all if one of the
/// tags, or the repository, is not there: the service does not tell of the
/// others then.
///
/// Whether images that are not active are told of when they are named is not
/// documented; one that is not told of is not there for who wants to pull.
///
/// # Errors
/// Any answer but the images or "not found".
pub async fn tagged(
    ecr: &Ecr,
    repository: &RepositoryName,
    tags: &[Tag],
) -> Result<Vec<TaggedImage>, AwsError> {
    const OPERATION: &str = "DescribeImages";
    let mut images = Vec::new();
    for batch in tags.chunks(BATCH) {
        let ids = batch
            .iter()
            .map(|tag| ImageIdentifier::builder().image_tag(tag.as_str()).build());
        let answer = ecr
            .client
            .describe_images()
            .set_registry_id(ecr.registry_id())
            .repository_name(repository.as_str())
            .set_image_ids(Some(ids.collect()))
            .send()
            .await
            .map_err(|error| AwsError::new(OPERATION, &error));
        match answer {
            Ok(answer) => {
                for detail in answer.image_details.unwrap_or_default() {
                    images.push(image(&detail).ok_or(AwsError::Incomplete {
                        operation: OPERATION,
                        what: "the digest of an image",
                    })?);
                }
            }
            Err(error)
                if error.is("ImageNotFoundException") || error.is(AwsError::NO_REPOSITORY) =>
            {
                return Ok(Vec::new());
            }
            Err(error) => return Err(error),
        }
    }
    Ok(images)
}

fn image(detail: &ImageDetail) -> Option<TaggedImage> {
    let tags = detail.image_tags().iter();
    Some(TaggedImage {
        digest: detail.image_digest()?.parse().ok()?,
        tags: tags.filter_map(|tag| tag.parse().ok()).collect(),
        status: match detail.image_status() {
            None | Some(ServiceStatus::Active) => ImageStatus::Active,
            Some(ServiceStatus::Archived) => ImageStatus::Archived,
            Some(ServiceStatus::Activating) => ImageStatus::Activating,
            Some(_) => ImageStatus::Unknown,
        },
    })
}

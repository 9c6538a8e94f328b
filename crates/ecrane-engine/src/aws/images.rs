use super::{AwsError, Ecr};
use aws_sdk_ecr::primitives::{DateTime, DateTimeFormat};
use aws_sdk_ecr::types::{
    DescribeImagesFilter, ImageDetail, ImageFailure, ImageIdentifier, ImageStatus,
    ImageStatusFilter,
};
use ecrane_core::lifecycle::image::MediaKind;
use ecrane_core::name::{Digest, RepositoryName};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Everything that a repository holds: what `DescribeImages` tells, and which
/// images each index is of, which it does not tell.
///
/// As JSON it is what [`ecrane_core::lifecycle::image::read`] reads.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Listing {
    complete: bool,
    image_details: Vec<Image>,
}

/// An image, under the names of the service model.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Image {
    image_digest: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    image_tags: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_size_in_bytes: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_pushed_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_manifest_media_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    artifact_media_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_recorded_pull_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject_manifest_digest: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_archived_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_activated_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    references: Option<Vec<Digest>>,
}

/// The most that `DescribeImages` gives at once.
const PAGE: i32 = 1_000;
/// The most that `BatchGetImage` takes at once.
const BATCH: usize = 100;
/// Batches under way at the same time: a fraction of what ECR allows in a second.
const AT_ONCE: usize = 8;

/// Lists every image of a repository, archived ones too, and the images of each
/// index. `tell` hears how many are read so far.
///
/// # Errors
/// A call that failed, or an index that cannot be read: half a listing is none.
pub async fn list(
    ecr: &Ecr,
    repository: &RepositoryName,
    tell: impl Fn(usize),
) -> Result<Listing, AwsError> {
    let outline = Listing {
        complete: true,
        image_details: details(ecr, repository, tell).await?,
    };
    with_indexes(ecr, repository, outline).await
}

/// The same without the images of each index: ECR counts what reads an index as a
/// pull of it.
///
/// # Errors
/// A call that failed: half a listing is none.
pub async fn outline(ecr: &Ecr, repository: &RepositoryName) -> Result<Listing, AwsError> {
    Ok(Listing {
        complete: true,
        image_details: details(ecr, repository, |_| ()).await?,
    })
}

/// An outline with the images of each index.
///
/// # Errors
/// A call that failed, or an index that cannot be read.
pub async fn with_indexes(
    ecr: &Ecr,
    repository: &RepositoryName,
    mut outline: Listing,
) -> Result<Listing, AwsError> {
    let images = outline.image_details.iter();
    let indexes: Vec<String> = images
        .filter(|image| image.is_readable_index())
        .map(|image| image.image_digest.clone())
        .collect();
    let batches = indexes
        .chunks(BATCH)
        .map(|batch| children(ecr, repository, batch));
    let batches = stream::iter(batches).buffer_unordered(AT_ONCE);
    let children: Vec<Vec<(String, Vec<Digest>)>> = batches.try_collect().await?;
    let mut children: HashMap<String, Vec<Digest>> = children.into_iter().flatten().collect();
    for image in &mut outline.image_details {
        image.references = children.remove(&image.image_digest);
    }
    Ok(outline)
}

/// Whether a repository still holds what a listing shows: the same images, with
/// the same tags, from the same pushes. Pulls are no difference: they only ever
/// save an image.
///
/// # Errors
/// A call that failed.
pub async fn still_holds(
    ecr: &Ecr,
    repository: &RepositoryName,
    listing: &Listing,
) -> Result<bool, AwsError> {
    let now = details(ecr, repository, |_| ()).await?;
    let sorted = |images: &[Image]| {
        let mut all: Vec<Shown> = images.iter().map(Image::shown).collect();
        all.sort_unstable();
        all
    };
    Ok(sorted(&now) == sorted(&listing.image_details))
}

/// All pages of `DescribeImages`.
async fn details(
    ecr: &Ecr,
    repository: &RepositoryName,
    tell: impl Fn(usize),
) -> Result<Vec<Image>, AwsError> {
    let mut all: Vec<Image> = Vec::new();
    let mut next = None;
    loop {
        let (page, after) = describe(ecr, repository, next.clone()).await?;
        all.extend(page);
        tell(all.len());
        if after.is_none() {
            return Ok(all);
        }
        if after == next {
            return Err(AwsError::endless("DescribeImages"));
        }
        next = after;
    }
}

type Page = (Vec<Image>, Option<String>);

/// What tells a repository's content from another: digest, tags, push, status.
type Shown = (String, Vec<String>, Option<String>, Option<String>);

async fn describe(
    ecr: &Ecr,
    repository: &RepositoryName,
    next: Option<String>,
) -> Result<Page, AwsError> {
    const OPERATION: &str = "DescribeImages";
    let every_status = DescribeImagesFilter::builder()
        .image_status(ImageStatusFilter::Any)
        .build();
    let answer = ecr
        .client
        .describe_images()
        .set_registry_id(ecr.registry_id())
        .repository_name(repository.as_str())
        .filter(every_status)
        .max_results(PAGE)
        .set_next_token(next)
        .send()
        .await
        .map_err(|error| AwsError::new(OPERATION, &error))?;
    let images = answer.image_details.unwrap_or_default().into_iter();
    let images = images.map(|detail| {
        Image::of(detail).ok_or(AwsError::Incomplete {
            operation: OPERATION,
            what: "the digest of an image",
        })
    });
    Ok((images.collect::<Result<_, _>>()?, answer.next_token))
}

/// The digests in each of these indexes.
async fn children(
    ecr: &Ecr,
    repository: &RepositoryName,
    indexes: &[String],
) -> Result<Vec<(String, Vec<Digest>)>, AwsError> {
    const OPERATION: &str = "BatchGetImage";
    let ids = indexes
        .iter()
        .map(|digest| ImageIdentifier::builder().image_digest(digest).build());
    let answer = ecr
        .client
        .batch_get_image()
        .set_registry_id(ecr.registry_id())
        .repository_name(repository.as_str())
        .set_image_ids(Some(ids.collect()))
        .set_accepted_media_types(Some(MediaKind::INDEXES.map(str::to_owned).to_vec()))
        .send()
        .await
        .map_err(|error| AwsError::new(OPERATION, &error))?;
    if let Some(failure) = answer.failures().first() {
        return Err(unread(failure));
    }
    let mut found: HashMap<String, Vec<Digest>> = HashMap::new();
    for image in answer.images() {
        let digest = image.image_id().and_then(ImageIdentifier::image_digest);
        let index = image.image_manifest().map(serde_json::from_str::<Index>);
        let (Some(digest), Some(Ok(index))) = (digest, index) else {
            return Err(AwsError::Incomplete {
                operation: OPERATION,
                what: "an index that can be read",
            });
        };
        let manifests = index.manifests.into_iter();
        found.insert(
            digest.to_owned(),
            manifests.map(|manifest| manifest.digest).collect(),
        );
    }
    let all = indexes.iter().map(|digest| {
        found.remove_entry(digest).ok_or(AwsError::Incomplete {
            operation: OPERATION,
            what: "an index that was asked for",
        })
    });
    all.collect()
}

fn unread(failure: &ImageFailure) -> AwsError {
    let digest = failure.image_id().and_then(ImageIdentifier::image_digest);
    let code = failure.failure_code();
    AwsError::Unread {
        digest: digest.unwrap_or("an index").to_owned(),
        code: code
            .map_or("without a code", |code| code.as_str())
            .to_owned(),
    }
}

/// What is read of an index.
///
/// Source: OCI image specification 1.1, "Image index".
#[derive(Deserialize)]
struct Index {
    manifests: Vec<Manifest>,
}

#[derive(Deserialize)]
struct Manifest {
    digest: Digest,
}

impl Image {
    fn of(detail: ImageDetail) -> Option<Self> {
        let time = |time: Option<DateTime>| time?.fmt(DateTimeFormat::DateTime).ok();
        Some(Self {
            image_digest: detail.image_digest?,
            image_tags: detail.image_tags.unwrap_or_default(),
            image_size_in_bytes: detail.image_size_in_bytes,
            image_pushed_at: time(detail.image_pushed_at),
            image_manifest_media_type: detail.image_manifest_media_type,
            artifact_media_type: detail.artifact_media_type,
            last_recorded_pull_time: time(detail.last_recorded_pull_time),
            subject_manifest_digest: detail.subject_manifest_digest,
            image_status: detail.image_status.map(|it| it.as_str().to_owned()),
            last_archived_at: time(detail.last_archived_at),
            last_activated_at: time(detail.last_activated_at),
            references: None,
        })
    }

    fn shown(&self) -> Shown {
        let mut tags = self.image_tags.clone();
        tags.sort_unstable();
        let digest = self.image_digest.clone();
        let status = self.image_status.clone();
        (digest, tags, self.image_pushed_at.clone(), status)
    }

    /// An index that is not active cannot be pulled, nor read.
    fn is_readable_index(&self) -> bool {
        let media_type = self.image_manifest_media_type.as_deref();
        let active = ImageStatus::Active.as_str();
        media_type.map(MediaKind::of) == Some(MediaKind::Index)
            && self.image_status.as_deref().unwrap_or(active) == active
    }
}

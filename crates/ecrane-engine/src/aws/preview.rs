use super::{AwsError, Ecr};
use aws_sdk_ecr::operation::get_lifecycle_policy_preview::GetLifecyclePolicyPreviewOutput;
use aws_sdk_ecr::types::{
    ImageActionType, LifecyclePolicyPreviewResult, LifecyclePolicyPreviewStatus as Status,
    LifecyclePolicyPreviewSummary,
};
use backon::{ConstantBuilder, Retryable};
use ecrane_core::lifecycle::gate::Previewed;
use ecrane_core::lifecycle::{Action, Policy};
use ecrane_core::name::RepositoryName;
use std::time::Duration;

/// Why the service made no preview of a policy that can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoPreview {
    /// A repository has one at a time.
    #[error("another run's preview took its place")]
    Replaced,
    /// It is kept for a while only.
    #[error("it expired")]
    Expired,
    /// The service says no more.
    #[error("it failed")]
    Failed,
}

const GET: &str = "GetLifecyclePolicyPreview";
const START: &str = "StartLifecyclePolicyPreview";

/// How long a preview is waited for, asked for once a second: ECR takes some
/// seconds, and minutes for large repositories.
const WAITS: ConstantBuilder = ConstantBuilder::new()
    .with_delay(Duration::from_secs(1))
    .with_max_times(180);

/// What the service says that a policy would do to the images of a repository
/// now: those that go.
///
/// A repository has one preview at a time. One that another started is waited
/// for and never taken for ours.
///
/// # Errors
/// A call that failed, no preview in three minutes, or one that is not whole.
pub async fn preview(
    ecr: &Ecr,
    repository: &RepositoryName,
    policy: &Policy,
) -> Result<Vec<Previewed>, AwsError> {
    let text = policy.to_json();
    let start = || start(ecr, repository, &text);
    start
        .retry(WAITS)
        .when(|error: &AwsError| error.is("LifecyclePolicyPreviewInProgressException"))
        .await?;
    let first = || finished(ecr, repository, policy);
    let first = first
        .retry(WAITS)
        .when(|error: &AwsError| {
            matches!(error, AwsError::PreviewUnderWay)
                || error.is("LifecyclePolicyPreviewNotFoundException")
        })
        .await?;
    all(ecr, repository, policy, first).await
}

async fn start(ecr: &Ecr, repository: &RepositoryName, text: &str) -> Result<(), AwsError> {
    ecr.client
        .start_lifecycle_policy_preview()
        .set_registry_id(ecr.registry_id())
        .repository_name(repository.as_str())
        .lifecycle_policy_text(text)
        .send()
        .await
        .map(drop)
        .map_err(|error| AwsError::new(START, &error))
}

/// The first page of our own preview, once it is complete.
async fn finished(
    ecr: &Ecr,
    repository: &RepositoryName,
    policy: &Policy,
) -> Result<GetLifecyclePolicyPreviewOutput, AwsError> {
    let page = page(ecr, repository, None).await?;
    let text = page.lifecycle_policy_text().unwrap_or_default();
    match page.status() {
        Some(Status::InProgress) => Err(AwsError::PreviewUnderWay),
        Some(Status::Complete) if policy.means_the_same_as(text) => Ok(page),
        Some(Status::Complete) => Err(NoPreview::Replaced.into()),
        Some(Status::Expired) => Err(NoPreview::Expired.into()),
        _ => Err(NoPreview::Failed.into()),
    }
}

async fn page(
    ecr: &Ecr,
    repository: &RepositoryName,
    next: Option<String>,
) -> Result<GetLifecyclePolicyPreviewOutput, AwsError> {
    ecr.client
        .get_lifecycle_policy_preview()
        .set_registry_id(ecr.registry_id())
        .repository_name(repository.as_str())
        .set_next_token(next)
        .send()
        .await
        .map_err(|error| AwsError::new(GET, &error))
}

/// The images of all pages, as many as the summary says.
async fn all(
    ecr: &Ecr,
    repository: &RepositoryName,
    policy: &Policy,
    first: GetLifecyclePolicyPreviewOutput,
) -> Result<Vec<Previewed>, AwsError> {
    let expected = first.summary().map(count).ok_or(AwsError::Incomplete {
        operation: GET,
        what: "a summary",
    })?;
    let mut next = first.next_token;
    let mut images = previewed(first.preview_results.unwrap_or_default())?;
    while next.is_some() {
        let page = page(ecr, repository, next.clone()).await?;
        // The preview of another run in the middle of ours.
        if !policy.means_the_same_as(page.lifecycle_policy_text().unwrap_or_default()) {
            return Err(NoPreview::Replaced.into());
        }
        images.extend(previewed(page.preview_results.unwrap_or_default())?);
        if page.next_token == next {
            return Err(AwsError::endless(GET));
        }
        next = page.next_token;
    }
    if images.len() as u64 == expected {
        Ok(images)
    } else {
        Err(AwsError::Incomplete {
            operation: GET,
            what: "all the images that its summary counts",
        })
    }
}

fn previewed(results: Vec<LifecyclePolicyPreviewResult>) -> Result<Vec<Previewed>, AwsError> {
    let images = results.into_iter().map(|result| {
        let action = match result.action?.r#type? {
            ImageActionType::Expire => Action::Expire,
            ImageActionType::Transition => Action::Transition,
            _ => return None,
        };
        let digest = result.image_digest?;
        Some(Previewed { digest, action })
    });
    images.collect::<Option<_>>().ok_or(AwsError::Incomplete {
        operation: GET,
        what: "the digest of an image, or an action that is known here",
    })
}

fn count(summary: &LifecyclePolicyPreviewSummary) -> u64 {
    let expiring = summary.expiring_image_total_count().unwrap_or_default();
    let transitioning = summary.transitioning_image_total_counts().iter();
    let transitioning = transitioning.map(|of| of.image_total_count().unwrap_or_default());
    let all: i64 = transitioning.chain([expiring]).map(i64::from).sum();
    all.unsigned_abs()
}

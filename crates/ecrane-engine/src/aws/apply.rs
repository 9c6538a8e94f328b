use super::observe::Place;
use super::{AwsError, Ecr, Observation};
use aws_sdk_ecr::types::{
    EncryptionConfiguration, EncryptionType, ImageScanningConfiguration, ImageTagMutability,
    ImageTagMutabilityExclusionFilter as ExclusionFilter,
    ImageTagMutabilityExclusionFilterType as ExclusionFilterType, Tag,
};
use backon::{ExponentialBuilder, Retryable};
use ecrane_core::lifecycle::Policy;
use ecrane_core::name::RepositoryName;
use ecrane_core::repository::{
    AccessPolicy, AccessStep, Desired, Encryption, MutabilitySetting, NewRepository, Plan,
    PolicyStep, RepositoryStep, ResourceTags, ScanOnPush, SettingChange,
};
use std::fmt;
use std::time::Duration;

/// What was applied.
#[derive(Debug, Clone)]
pub struct Applied {
    /// The plan that was carried out.
    pub plan: Plan,
    /// The repository's URI.
    pub uri: String,
}

/// A step that was carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The repository was made.
    Repository,
    /// A setting of it, or its resource tags.
    Setting,
    /// The lifecycle policy.
    Lifecycle,
    /// The policy that says who may use it.
    Access,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Repository => "the repository was made",
            Self::Setting => "settings of the repository were changed",
            Self::Lifecycle => "the lifecycle policy was put",
            Self::Access => "the repository policy was put",
        })
    }
}

/// Carries out the plan's steps for the repository and its policies, and tells of
/// each that is done, with the repository that it was done in. A plan without
/// changes makes no call.
///
/// # Errors
/// [`AwsError::Appeared`] if another run made the repository meanwhile: the plan
/// was made for another world, and nothing was done. Else the first step that
/// the service refused; what was done before it stays done, and the next run
/// goes on from there.
pub async fn apply(
    ecr: &Ecr,
    desired: &Desired,
    plan: Plan,
    observation: &Observation,
    tell: impl Fn(Step, &Place),
) -> Result<Applied, AwsError> {
    let (plan, place) = match (&plan.repository, &observation.place) {
        (RepositoryStep::Create(new), _) => match create(ecr, new).await {
            Ok(place) => {
                tell(Step::Repository, &place);
                (plan, place)
            }
            Err(error) if error.is("RepositoryAlreadyExistsException") => {
                return Err(AwsError::Appeared(new.name.clone()));
            }
            Err(error) => return Err(error),
        },
        (RepositoryStep::Keep { .. }, Some(place)) => {
            let place = place.clone();
            (plan, place)
        }
        (RepositoryStep::Keep { .. }, None) => {
            return Err(AwsError::Incomplete {
                operation: "DescribeRepositories",
                what: "the repository that is to be kept",
            });
        }
    };
    let changes = match &plan.repository {
        RepositoryStep::Keep { changes, .. } => changes.as_slice(),
        RepositoryStep::Create(_) => &[],
    };
    // What was judged of the policy is to be as fresh as it can be: before it
    // comes only the tag that says whose it is.
    let is_tags = |change: &&SettingChange| matches!(change, SettingChange::ResourceTags(_));
    let (tags, others): (Vec<_>, Vec<_>) = changes.iter().partition(is_tags);
    for change in tags {
        change_setting(ecr, &desired.name, &place, change).await?;
        tell(Step::Setting, &place);
    }
    if let Some(PolicyStep::Put { policy, .. }) = &plan.policy {
        put_policy(ecr, &desired.name, policy).await?;
        tell(Step::Lifecycle, &place);
    }
    if let Some(AccessStep::Put { policy, .. }) = &plan.access {
        put_access(ecr, &desired.name, policy).await?;
        tell(Step::Access, &place);
    }
    for change in others {
        change_setting(ecr, &desired.name, &place, change).await?;
        tell(Step::Setting, &place);
    }
    Ok(Applied {
        plan,
        uri: place.uri,
    })
}

async fn create(ecr: &Ecr, new: &NewRepository) -> Result<Place, AwsError> {
    const OPERATION: &str = "CreateRepository";
    let mut request = ecr
        .client
        .create_repository()
        .set_registry_id(ecr.registry_id())
        .repository_name(new.name.as_str());
    if let Some(mutability) = &new.mutability {
        request = request
            .image_tag_mutability(word(mutability))
            .set_image_tag_mutability_exclusion_filters(filters(OPERATION, mutability)?);
    }
    if let Some(wanted) = &new.encryption {
        request = request.encryption_configuration(encryption(OPERATION, wanted)?);
    }
    if let Some(scan) = new.scan_on_push {
        request = request.image_scanning_configuration(scanning(scan));
    }
    let tags = service_tags(OPERATION, &new.resource_tags)?;
    let answer = request
        .set_tags((!tags.is_empty()).then_some(tags))
        .send()
        .await
        .map_err(|error| AwsError::new(OPERATION, &error))?;
    let repository = answer.repository().ok_or(AwsError::Incomplete {
        operation: OPERATION,
        what: "the new repository",
    })?;
    Place::of(OPERATION, repository)
}

pub(super) async fn change_setting(
    ecr: &Ecr,
    name: &RepositoryName,
    place: &Place,
    change: &SettingChange,
) -> Result<(), AwsError> {
    match change {
        SettingChange::Mutability { to, .. } => ecr
            .client
            .put_image_tag_mutability()
            .set_registry_id(ecr.registry_id())
            .repository_name(name.as_str())
            .image_tag_mutability(word(to))
            .set_image_tag_mutability_exclusion_filters(filters("PutImageTagMutability", to)?)
            .send()
            .await
            .map(drop)
            .map_err(|error| AwsError::new("PutImageTagMutability", &error)),
        SettingChange::ScanOnPush { to, .. } => ecr
            .client
            .put_image_scanning_configuration()
            .set_registry_id(ecr.registry_id())
            .repository_name(name.as_str())
            .image_scanning_configuration(scanning(*to))
            .send()
            .await
            .map(drop)
            .map_err(|error| AwsError::new("PutImageScanningConfiguration", &error)),
        SettingChange::ResourceTags(tags) => ecr
            .client
            .tag_resource()
            .resource_arn(&place.arn)
            .set_tags(Some(service_tags("TagResource", tags)?))
            .send()
            .await
            .map(drop)
            .map_err(|error| AwsError::new("TagResource", &error)),
    }
}

/// Puts the lifecycle policy.
pub(super) async fn put_policy(
    ecr: &Ecr,
    name: &RepositoryName,
    policy: &Policy,
) -> Result<(), AwsError> {
    let text = policy.to_json();
    let put = || async {
        ecr.client
            .put_lifecycle_policy()
            .set_registry_id(ecr.registry_id())
            .repository_name(name.as_str())
            .lifecycle_policy_text(&text)
            .send()
            .await
            .map(drop)
            .map_err(|error| AwsError::new("PutLifecyclePolicy", &error))
    };
    where_it_is_known(put).await
}

/// Puts the policy that says who may use the repository. One that locks the
/// caller out is not forced.
async fn put_access(
    ecr: &Ecr,
    name: &RepositoryName,
    policy: &AccessPolicy,
) -> Result<(), AwsError> {
    let put = || async {
        ecr.client
            .set_repository_policy()
            .set_registry_id(ecr.registry_id())
            .repository_name(name.as_str())
            .policy_text(policy.text())
            .send()
            .await
            .map(drop)
            .map_err(|error| AwsError::new("SetRepositoryPolicy", &error))
    };
    where_it_is_known(put).await
}

/// A repository just created may not be known everywhere yet: only that is
/// waited for, up to a minute.
async fn where_it_is_known<T, A>(put: impl FnMut() -> A) -> Result<T, AwsError>
where
    A: Future<Output = Result<T, AwsError>>,
{
    let waits = ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(250))
        .with_max_delay(Duration::from_secs(10))
        .with_max_times(10)
        .with_total_delay(Some(Duration::from_secs(60)))
        .with_jitter();
    put.retry(waits)
        .when(|error: &AwsError| error.is(AwsError::NO_REPOSITORY))
        .await
}

fn word(mutability: &MutabilitySetting) -> ImageTagMutability {
    ImageTagMutability::from(mutability.word())
}

fn filters(
    operation: &'static str,
    mutability: &MutabilitySetting,
) -> Result<Option<Vec<ExclusionFilter>>, AwsError> {
    let filters = mutability.except().iter().map(|filter| {
        ExclusionFilter::builder()
            .filter_type(ExclusionFilterType::Wildcard)
            .filter(filter.as_str())
            .build()
    });
    let filters: Vec<_> = filters
        .collect::<Result<_, _>>()
        .map_err(|_| incomplete(operation, "a filter of tags"))?;
    Ok((!filters.is_empty()).then_some(filters))
}

fn encryption(
    operation: &'static str,
    wanted: &Encryption,
) -> Result<EncryptionConfiguration, AwsError> {
    EncryptionConfiguration::builder()
        .encryption_type(EncryptionType::from(wanted.kind.word()))
        .set_kms_key(wanted.key.clone())
        .build()
        .map_err(|_| incomplete(operation, "an encryption"))
}

const fn incomplete(operation: &'static str, what: &'static str) -> AwsError {
    AwsError::Incomplete { operation, what }
}

fn scanning(scan: ScanOnPush) -> ImageScanningConfiguration {
    ImageScanningConfiguration::builder()
        .scan_on_push(scan == ScanOnPush::On)
        .build()
}

fn service_tags(operation: &'static str, tags: &ResourceTags) -> Result<Vec<Tag>, AwsError> {
    tags.iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect::<Result<_, _>>()
        .map_err(|_| incomplete(operation, "a key or a value of a tag"))
}

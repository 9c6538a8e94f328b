use super::{AwsError, Ecr};
use aws_sdk_ecr::types::Repository;
use ecrane_core::lifecycle::image::Moment;
use ecrane_core::name::RepositoryName;
use ecrane_core::repository::{
    self, Desired, Encryption, MutabilitySetting, Observed, ResourceTags, ScanOnPush, Standing,
    StandingPolicies,
};

/// What the service says, for the plan, and where the repository is.
#[derive(Debug, Clone)]
pub struct Observation {
    /// For [`ecrane_core::repository::plan`].
    pub observed: Observed,
    /// The repository's URI and ARN, when it is there.
    pub place: Option<Place>,
}

/// Where a repository is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// `registry/name`.
    pub uri: String,
    /// Its ARN, which the calls on resource tags take.
    pub arn: String,
}

impl Place {
    pub(super) fn of(operation: &'static str, repository: &Repository) -> Result<Self, AwsError> {
        let missing = |what| AwsError::Incomplete { operation, what };
        Ok(Self {
            uri: repository
                .repository_uri()
                .ok_or(missing("a repository URI"))?
                .to_owned(),
            arn: repository
                .repository_arn()
                .ok_or(missing("a repository ARN"))?
                .to_owned(),
        })
    }
}

/// A repository, as those look at it who take something away.
#[derive(Debug, Clone)]
pub struct Found {
    /// Where it is.
    pub place: Place,
    /// When it was made, which tells it from another of its name.
    pub created: Moment,
    /// Its resource tags.
    pub tags: ResourceTags,
}

/// Whether a repository is there, and what its tags say of it.
///
/// # Errors
/// Any answer but the repository or "not found".
pub async fn find(ecr: &Ecr, name: &RepositoryName) -> Result<Option<Found>, AwsError> {
    let Some(repository) = describe(ecr, name).await? else {
        return Ok(None);
    };
    let place = Place::of("DescribeRepositories", &repository)?;
    let created = repository.created_at().ok_or(AwsError::Incomplete {
        operation: "DescribeRepositories",
        what: "when the repository was made",
    })?;
    let created = Moment::from_seconds(created.secs());
    let tags = resource_tags(ecr, &place.arn).await?;
    Ok(Some(Found {
        place,
        created,
        tags,
    }))
}

/// Reads what the plan needs and nothing else: the repository and its policies
/// at the same time, its resource tags only if they decide something.
///
/// # Errors
/// Any answer but the repository or "not found". A read that failed is never
/// taken for an absence.
pub async fn observe(ecr: &Ecr, desired: &Desired) -> Result<Observation, AwsError> {
    let (repository, policy, access) = tokio::join!(
        describe(ecr, &desired.name),
        wanted_policy(ecr, desired),
        wanted_access(ecr, desired)
    );
    let Some(repository) = repository? else {
        return Ok(Observation {
            observed: Observed::Missing,
            place: None,
        });
    };
    // A policy may have been asked for just before another run made the
    // repository, and the repository just after.
    let policy = match policy {
        Err(error) if error.is(AwsError::NO_REPOSITORY) => wanted_policy(ecr, desired).await?,
        read => read?,
    };
    let access = match access {
        Err(error) if error.is(AwsError::NO_REPOSITORY) => wanted_access(ecr, desired).await?,
        read => read?,
    };
    let place = Place::of("DescribeRepositories", &repository)?;
    let policies = StandingPolicies {
        lifecycle: policy.as_deref(),
        access: access.as_deref(),
    };
    let resource_tags = if repository::needs_tags(desired, policies) {
        Some(resource_tags(ecr, &place.arn).await?)
    } else {
        None
    };
    let scans = repository
        .image_scanning_configuration()
        .is_some_and(aws_sdk_ecr::types::ImageScanningConfiguration::scan_on_push);
    Ok(Observation {
        observed: Observed::Present(Standing {
            mutability: mutability(&repository),
            scan_on_push: ScanOnPush::from(scans),
            encryption: encryption(&repository),
            resource_tags,
            access,
            policy,
        }),
        place: Some(place),
    })
}

fn mutability(repository: &Repository) -> Result<MutabilitySetting, String> {
    let word = repository.image_tag_mutability();
    let word = word.map_or("MUTABLE", |word| word.as_str());
    let except = repository.image_tag_mutability_exclusion_filters();
    let except = except.iter().map(|filter| filter.filter().parse());
    except
        .collect::<Result<_, _>>()
        .and_then(|except| MutabilitySetting::parse(word, except))
        .map_err(|_| word.to_owned())
}

fn encryption(repository: &Repository) -> Result<Encryption, String> {
    let Some(there) = repository.encryption_configuration() else {
        return Err("a way that the service does not tell".to_owned());
    };
    let word = there.encryption_type().as_str();
    let kind = word.parse().map_err(|_| word.to_owned())?;
    let key = there.kms_key().map(str::to_owned);
    Ok(Encryption { kind, key })
}

async fn describe(ecr: &Ecr, name: &RepositoryName) -> Result<Option<Repository>, AwsError> {
    const OPERATION: &str = "DescribeRepositories";
    let answer = ecr
        .client
        .describe_repositories()
        .set_registry_id(ecr.registry_id())
        .repository_names(name.as_str())
        .send()
        .await;
    match answer {
        Ok(answer) => match answer.repositories.unwrap_or_default().pop() {
            Some(repository) => Ok(Some(repository)),
            None => Err(AwsError::Incomplete {
                operation: OPERATION,
                what: "the repository that was asked for",
            }),
        },
        Err(error) => absent(AwsError::new(OPERATION, &error), AwsError::NO_REPOSITORY),
    }
}

/// The stored policy's text, if a policy is desired at all: otherwise nothing
/// is asked.
async fn wanted_policy(ecr: &Ecr, desired: &Desired) -> Result<Option<String>, AwsError> {
    if desired.policy.is_none() {
        return Ok(None);
    }
    stored_policy(ecr, &desired.name).await
}

/// The text of a repository's policy; none if it has none.
///
/// # Errors
/// Any answer but a policy or "no policy". "No such repository" is no answer
/// either: whether there is one is for `DescribeRepositories` to say, and if
/// there is, this read has failed.
pub async fn stored_policy(
    ecr: &Ecr,
    repository: &RepositoryName,
) -> Result<Option<String>, AwsError> {
    let answer = ecr
        .client
        .get_lifecycle_policy()
        .set_registry_id(ecr.registry_id())
        .repository_name(repository.as_str())
        .send()
        .await;
    match answer {
        Ok(answer) => Ok(answer.lifecycle_policy_text),
        Err(error) => absent(
            AwsError::new("GetLifecyclePolicy", &error),
            "LifecyclePolicyNotFoundException",
        ),
    }
}

/// The text of the policy that says who may use the repository, if one is
/// desired at all.
async fn wanted_access(ecr: &Ecr, desired: &Desired) -> Result<Option<String>, AwsError> {
    match desired.access {
        None => Ok(None),
        Some(_) => stored_access(ecr, &desired.name).await,
    }
}

/// The text of the policy that says who may use the repository.
///
/// # Errors
/// The call failed: that is no absence.
pub async fn stored_access(
    ecr: &Ecr,
    repository: &RepositoryName,
) -> Result<Option<String>, AwsError> {
    let answer = ecr
        .client
        .get_repository_policy()
        .set_registry_id(ecr.registry_id())
        .repository_name(repository.as_str())
        .send()
        .await;
    match answer {
        Ok(answer) => Ok(answer.policy_text),
        Err(error) => absent(
            AwsError::new("GetRepositoryPolicy", &error),
            "RepositoryPolicyNotFoundException",
        ),
    }
}

async fn resource_tags(ecr: &Ecr, arn: &str) -> Result<ResourceTags, AwsError> {
    let answer = ecr
        .client
        .list_tags_for_resource()
        .resource_arn(arn)
        .send()
        .await
        .map_err(|error| AwsError::new("ListTagsForResource", &error))?;
    let pairs = answer
        .tags
        .unwrap_or_default()
        .into_iter()
        .map(|tag| (tag.key, tag.value));
    Ok(ResourceTags::observed(pairs))
}

/// The one error code that means "not there"; every other error stays one.
pub(super) fn absent<T>(error: AwsError, code: &str) -> Result<Option<T>, AwsError> {
    if error.is(code) { Ok(None) } else { Err(error) }
}

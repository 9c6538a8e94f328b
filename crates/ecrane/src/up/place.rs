//! The place that gets the image: observed, provisioned, pushed to.

use super::output::Output;
use super::progress::Bar;
use super::result::{Made, Placed, kept, placed};
use super::unfinished::Unfinished;
use crate::config::{Config, Existing};
use crate::exit::{Exit, Failure};
use crate::show::Log;
use ecrane_core::auth::Credentials;
use ecrane_core::name::Digest;
use ecrane_core::push::{Known, UploadPlan, mount_sources, standing as standing_image};
use ecrane_core::report::{self, plan_rows};
use ecrane_core::repository::{Plan, Refusal, plan};
use ecrane_engine::aws::{self, Applied, AwsError, Ecr};
use ecrane_engine::layout::Layout;
use ecrane_engine::push::{self, Delivery, Outcome, PushError, Pushed, TagOutcome};
use ecrane_engine::registry::{Named, Patience, Registry};
use futures_util::FutureExt as _;
use futures_util::future::join_all;

/// The image that all tags name, if it can be pulled and is to stay: then
/// nothing is built.
pub(super) async fn standing(
    config: &Config,
    ecr: &Ecr,
    log: Log,
) -> Result<Option<Digest>, Failure> {
    if config.existing == Existing::Replace {
        return Ok(None);
    }
    let desired = &config.desired;
    let found = aws::tagged(ecr, &desired.name, &desired.tags)
        .await
        .map_err(Failure::refused)?;
    match standing_image(&desired.tags, &found) {
        Ok(digest) => Ok(Some(digest)),
        Err(why) => {
            log.line(&format!("`skip-if-exists` skips nothing: {why}"));
            log.line("");
            Ok(None)
        }
    }
}

/// What is there, and what has to be done for what is wanted.
pub(super) async fn observe_and_plan(
    config: &Config,
    ecr: &Ecr,
    standing: Option<&Digest>,
) -> Result<(Plan, aws::Observation), Failure> {
    let observation = aws::observe(ecr, &config.desired)
        .await
        .map_err(Failure::refused)?;
    let plan = plan(&config.desired, &observation.observed).map_err(|reason| refusal(&reason))?;
    let plan = match standing {
        Some(digest) => plan.keeping(digest),
        None => plan,
    };
    Ok((plan, observation))
}

fn refusal(refusal: &Refusal) -> Failure {
    let exit = match refusal {
        Refusal::Missing { .. } => Exit::Refused,
        Refusal::ForeignPolicy { .. } => Exit::Gate,
    };
    Failure::Because(exit, refusal.to_string())
}

fn aws_failure(error: AwsError) -> Failure {
    match error {
        AwsError::Plan(reason) => refusal(&reason),
        other => Failure::refused(other),
    }
}

/// Reads and signs in at the same time; writes only when both went well and the
/// registry is the one that was meant.
pub(super) async fn provision(
    config: &Config,
    ecr: &Ecr,
    standing: Option<&Digest>,
    output: &Output,
) -> Result<(Applied, Credentials), Failure> {
    let sign_in = async { aws::sign_in(ecr).await.map_err(Failure::refused) };
    let ((plan, observation), credentials) =
        tokio::try_join!(observe_and_plan(config, ecr, standing), sign_in)?;
    if let Some(meant) = &config.registry
        && *meant != credentials.registry
    {
        return Err(Failure::faulty(format!(
            "`tags` names the registry `{meant}`, and these credentials are for `{}`; nothing was done",
            credentials.registry
        )));
    }
    output.log.heading("Plan");
    output.log.rows(&plan_rows(&plan));
    output.log.line("");
    output.open();
    let applied = aws::apply(ecr, &config.desired, plan, &observation)
        .await
        .map_err(aws_failure)?;
    Ok((applied, credentials))
}

/// What the repository has at the tags: layers that it has need not be made.
///
/// Nothing depends on it, so what cannot be read is not known.
pub(super) async fn known(config: &Config, ecr: &Ecr, credentials: &Credentials) -> Known {
    let desired = &config.desired;
    let Ok(registry) = registry(ecr, credentials) else {
        return Known::default();
    };
    let repository = registry.repository(&desired.name);
    let tags = desired.tags.iter().map(Named::Tag);
    let found = join_all(tags.map(|tag| repository.image(tag))).await;
    Known::of(found.into_iter().flatten().flatten().collect())
}

/// Why the image is not in its place.
pub(super) enum Unplaced {
    /// The repository lost what it was seen to have: with the whole image the
    /// push may be made again.
    Lost(Failure),
    /// Anything else.
    Failed(Failure),
}

impl From<PushError> for Unplaced {
    fn from(error: PushError) -> Self {
        match error.is_lost_content() {
            true => Self::Lost(Failure::refused(error)),
            false => Self::Failed(Failure::refused(error)),
        }
    }
}

impl From<Failure> for Unplaced {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<Unplaced> for Failure {
    fn from(unplaced: Unplaced) -> Self {
        match unplaced {
            Unplaced::Lost(failure) | Unplaced::Failed(failure) => failure,
        }
    }
}

/// Pushes, and says how much of it there was to do.
pub(super) async fn push(
    config: &Config,
    ecr: &Ecr,
    applied: &Applied,
    credentials: &Credentials,
    layout: &Layout,
    log: Log,
) -> Result<(Made, Placed), Unplaced> {
    let desired = &config.desired;
    let registry = registry(ecr, credentials)?;
    let image = layout.plan();
    let base = image.origin.base.as_deref();
    let host = &credentials.registry;
    let sources = mount_sources(host, &desired.name, base, &config.mount_from);
    let delivery = Delivery {
        mutability: applied.plan.mutability,
        backwards: config.backwards,
        sources: &sources,
        ..Delivery::new(layout, &desired.tags)
    };
    let bar = Bar::new(image);
    let tags = Unfinished::new(&desired.tags, log);
    let pushed = push::push(&registry, &desired.name, &delivery, |step| {
        bar.show(&step);
        tags.see(&step);
    });
    let pushed = pushed.await;
    bar.clear();
    // A push that failed says it itself.
    tags.finish();
    let pushed = pushed?;
    say(&pushed, image, log);
    let placed = placed(config, applied, credentials.registry.clone(), &pushed);
    Ok((Made::new(&pushed.digest, image), placed))
}

/// What the rows do not say.
fn say(pushed: &Pushed, image: &UploadPlan, log: Log) {
    if pushed.writes > 0 {
        let blobs = pushed.blobs;
        let mounted = match blobs.mounted {
            0 => String::new(),
            n => format!(", mounted {n}"),
        };
        log.line(&format!(
            "pushed {} of {} blobs, {}{mounted}",
            blobs.uploaded,
            blobs.uploaded + blobs.mounted + blobs.present,
            report::bytes(blobs.bytes_uploaded)
        ));
        log.line("");
    }
    for TagOutcome { tag, outcome } in &pushed.tags {
        match outcome {
            Outcome::Held(newer) => log.warning(&format!(
                "`{tag}` stays where it is: {newer} is of a later commit than this image{}; `allow-older` would move it",
                image.origin
            )),
            Outcome::Same { there } => log.line(&format!(
                "`{tag}` names the same image already, as {there}; ours, {}, is packed otherwise",
                image.root.descriptor.digest
            )),
            Outcome::Moved { .. } | Outcome::Unchanged => {}
        }
    }
    for remark in &pushed.remarks {
        log.warning(remark);
    }
}

/// The image that was there before the run, as if it had been made.
pub(super) async fn keep(
    config: &Config,
    ecr: &Ecr,
    applied: &Applied,
    credentials: &Credentials,
    digest: &Digest,
) -> Result<(Made, Placed), Failure> {
    let name = &config.desired.name;
    let registry = registry(ecr, credentials)?;
    let found = registry.repository(name).image(Named::Digest(digest)).await;
    let image = found.map_err(Failure::refused)?.ok_or_else(|| {
        Failure::refused(format!(
            "the image {digest} was in `{name}` a moment ago and is gone; run again"
        ))
    })?;
    let placed = kept(config, applied, credentials.registry.clone(), &image);
    Ok((Made::from(&image), placed))
}

fn registry(ecr: &Ecr, credentials: &Credentials) -> Result<Registry, Failure> {
    let ecr = ecr.clone();
    // A token that ends during a long push is asked for again.
    let refresh = move || {
        let ecr = ecr.clone();
        async move { aws::sign_in(&ecr).await.map_err(Into::into) }.boxed()
    };
    Ok(Registry::new(credentials, Patience::default())
        .map_err(Failure::refused)?
        .with_refresh(Box::new(refresh)))
}

//! The gate before a policy is put in a repository that is there: what it would
//! cost is read whole, counted, and held against what is allowed. What cannot
//! be read speaks against it.

use crate::config::{Gate, Preview};
use crate::exit::{Exit, Failure};
use crate::service::{self, Clock};
use crate::show::Log;
use ecrane_core::lifecycle::gate::{Objection, Window, losses, within};
use ecrane_core::lifecycle::image::Images;
use ecrane_core::lifecycle::{self, Policy, evaluate};
use ecrane_core::name::RepositoryName;
use ecrane_core::report::Cost;
use ecrane_engine::aws::{self, Ecr, Listing};
use std::pin::pin;
use std::time::Duration;

/// Whose images would go, and when it is there.
#[derive(Clone, Copy)]
pub(crate) struct Repository<'a> {
    pub(crate) ecr: &'a Ecr,
    pub(crate) clock: &'a Clock,
    pub(crate) name: &'a RepositoryName,
}

/// What was judged, to see whether it is still so.
pub(crate) struct Passed {
    stored: Option<String>,
    /// None where nobody was to be asked.
    listing: Option<Listing>,
}

/// The policy that is to be put, and the text of the one that stands there.
#[derive(Clone, Copy)]
pub(crate) struct Policies<'a> {
    pub(crate) new: &'a Policy,
    pub(crate) stored: Option<&'a str>,
}

/// ECR acts on a policy "within 24 hours" ("Automate the cleanup of images", Amazon ECR
/// user guide): what is old enough only by then goes the first time too.
const FIRST_RUN_DAYS: i64 = 1;

/// Lets a policy pass that costs no more than allowed. `tell` hears what it
/// costs before that is judged.
///
/// # Errors
/// With [`Exit::Gate`]: it costs too much, the service says otherwise, or
/// something could not be read.
pub(crate) async fn pass(
    gate: Gate,
    repository: Repository<'_>,
    policies: Policies<'_>,
    tell: impl Fn(Cost),
) -> Result<Passed, Failure> {
    let Policies {
        new: policy,
        stored,
    } = policies;
    let mut passed = Passed::unjudged(stored);
    if gate.preview == Preview::Nobody {
        return Ok(passed);
    }
    let Repository { ecr, clock, name } = repository;
    let listing = aws::list(ecr, name, |_| ()).await.map_err(unread)?;
    let images = images(&listing)?;
    let opened = clock.now().await?;
    let first_run = opened.plus_days(FIRST_RUN_DAYS);
    let new = evaluate(policy, &images, first_run);
    // A policy that cannot be read keeps everything, as far as is known.
    let before = stored.and_then(|text| lifecycle::check(text).policy);
    let before = before.as_ref().map(|it| evaluate(it, &images, first_run));
    let lost = losses(before.as_ref(), &new);
    tell(Cost::of(&new, &lost, stored));
    within(gate.max_remove, lost.len(), images.len()).map_err(|it| refused(&it))?;
    if gate.preview == Preview::Service && !images.is_empty() {
        let preview = aws::preview(ecr, name, policy).await.map_err(unread)?;
        let window = Window {
            opened: &evaluate(policy, &images, opened),
            closed: &evaluate(policy, &images, clock.now().await?),
        };
        let differences = window.differences(&preview);
        if !differences.is_empty() {
            return Err(refused(&Objection::Service(differences)));
        }
    }
    passed.listing = Some(listing);
    Ok(passed)
}

/// After so long somebody wonders whether it goes on at all.
const SILENCE: Duration = Duration::from_secs(15);

/// Large repositories and ECR's own preview may take minutes: that is said when
/// they do.
pub(crate) async fn patiently<T>(passing: impl Future<Output = T>, log: Log) -> T {
    let mut passing = pin!(passing);
    tokio::select! {
        passed = &mut passing => passed,
        () = tokio::time::sleep(SILENCE) => {
            log.line("What the policy would remove is still being read");
            passing.await
        }
    }
}

impl Passed {
    /// Where nothing is to be judged but that this policy stands there.
    pub(crate) fn unjudged(stored: Option<&str>) -> Self {
        Self {
            stored: stored.map(str::to_owned),
            listing: None,
        }
    }

    /// What changed since, to be asked just before the put.
    ///
    /// # Errors
    /// With [`Exit::Gate`]: it cannot be read.
    pub(crate) async fn objection(
        &self,
        repository: Repository<'_>,
    ) -> Result<Option<Objection>, Failure> {
        let Repository { ecr, name, .. } = repository;
        if let Some(listing) = &self.listing
            && !aws::still_holds(ecr, name, listing).await.map_err(unread)?
        {
            return Ok(Some(Objection::ImagesChanged));
        }
        let stored = aws::stored_policy(ecr, name).await.map_err(unread)?;
        Ok((stored != self.stored).then_some(Objection::PolicyChanged))
    }
}

/// The end of a run that nothing was allowed to change.
pub(crate) fn refused(objection: &Objection) -> Failure {
    Failure::Because(Exit::Gate, format!("{objection}; nothing was done"))
}

fn unread(error: impl std::fmt::Display) -> Failure {
    Failure::Because(
        Exit::Gate,
        format!(
            "the lifecycle policy is not put, as what it would remove cannot be read whole: {error}; nothing was done"
        ),
    )
}

fn images(listing: &Listing) -> Result<Images, Failure> {
    service::images_in(listing).map_err(|failure| unread(failure.message()))
}

/// So many losses are listed.
const LISTED: usize = 20;

/// Shows them; `name` says of which registry.
pub(crate) fn tell(cost: &Cost, name: Option<&str>, log: Log) {
    let losses = &cost.losses;
    if losses.is_empty() {
        return;
    }
    let of = name.map_or_else(String::new, |name| format!(" in {name}"));
    log.line(&format!(
        "Of the images that are kept{of} today, the lifecycle policy would remove within a day:"
    ));
    for loss in losses.iter().take(LISTED) {
        log.line(&format!("    {}: {}", loss.name(), loss.reason));
    }
    if let more @ 1.. = losses.len().saturating_sub(LISTED) {
        log.line(&format!(
            "    … and {more} more: `ecrane lifecycle preview --now +1d` lists them all"
        ));
    }
    log.line("");
}

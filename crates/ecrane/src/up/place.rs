//! A registry that gets the image: observed, provisioned, pushed to.

use super::progress::Bars;
use super::record::Record;
use super::result::{Made, Placed, found, placed};
use super::unfinished::Unfinished;
use crate::config::Config;
use crate::exit::{Exit, Failure};
use crate::gate::{self, Passed, Policies, Repository};
use crate::service::{self, Clock, Reached};
use crate::show::Log;
use ecrane_core::auth::Credentials;
use ecrane_core::lifecycle::gate::Objection;
use ecrane_core::name::{Digest, RegistryHost, Tag};
use ecrane_core::push::{Destination, Known, TaggedImage, UploadPlan, mount_sources};
use ecrane_core::report::{self, Cost, TagChange, TagResult};
use ecrane_core::repository::{
    AccessStep, LeftOut, Observed, Plan, PolicyStep, PutBy, PutPolicy, Refusal, Replaced, Replaces,
    plan,
};
use ecrane_engine::aws::{self, Applied, AwsError, Connection, Ecr, Observation, Step};
use ecrane_engine::layout::Layout;
use ecrane_engine::push::{self, Delivery, Outcome, PushError, Pushed, TagOutcome};
use ecrane_engine::registry::{Named, Patience, Registry};
use futures_util::FutureExt as _;
use futures_util::future::join_all;
use std::cell::Cell;

/// A registry that is to get the image.
pub(super) struct Place {
    pub(super) ecr: Ecr,
    connection: Connection,
    clock: Clock,
    record: Record,
    /// What `push-to` says, as it was given; none for the main registry.
    pub(super) destination: Option<Destination>,
    /// The registry that it must be, and the input that says so.
    meant: Option<(&'static str, RegistryHost)>,
}

/// What is there and what has to be done, and the right to push.
pub(super) struct Look {
    pub(super) plan: Plan,
    pub(super) observation: Observation,
    pub(super) credentials: Credentials,
}

/// A place that can get the image now.
pub(super) struct Ready {
    ecr: Ecr,
    record: Record,
    /// How a person tells it from the others.
    pub(super) name: String,
    pub(super) applied: Applied,
    pub(super) credentials: Credentials,
}

impl Place {
    /// The main registry, or one besides it.
    pub(super) async fn reach(
        config: &Config,
        main: &Reached,
        destination: Option<&Destination>,
        record: &Record,
    ) -> Result<Self, Failure> {
        let clock = main.clock.clone();
        let main = &main.connection;
        let connection = match destination {
            Some(destination) => main.towards(destination),
            None => main.clone(),
        };
        if let Some(Destination::Region(region)) = destination
            && *region == main.region
        {
            // The local ECR says its Region only when it runs.
            return Err(Failure::faulty(format!(
                "`push-to` names `{region}`, the Region of the main registry: the image goes there already; nothing was done"
            )));
        }
        let meant = match destination {
            None => config.registry.clone().map(|host| ("tags", host)),
            // What stands in for AWS is all of its registries.
            Some(_) if main.endpoint.is_some() => None,
            Some(Destination::Registry(host)) => Some(("push-to", host.clone())),
            Some(Destination::Region(_) | Destination::Account(_)) => None,
        };
        let ecr = aws::connect(&connection).await.map_err(Failure::refused)?;
        let destination = destination.cloned();
        Ok(Self {
            ecr,
            connection,
            clock,
            record: record.clone(),
            destination,
            meant,
        })
    }

    /// The name in front of a failure, before the registry's host is known.
    pub(super) fn label(&self) -> String {
        let destination = self.destination.as_ref();
        destination.map_or_else(|| "the main registry".to_owned(), ToString::to_string)
    }

    /// What stands at the tags.
    pub(super) async fn tagged(&self, config: &Config) -> Result<Vec<TaggedImage>, Failure> {
        let desired = &config.desired;
        aws::tagged(&self.ecr, &desired.name, &desired.tags)
            .await
            .map_err(Failure::refused)
    }

    fn repository<'a>(&'a self, config: &'a Config) -> Repository<'a> {
        Repository {
            ecr: &self.ecr,
            clock: &self.clock,
            name: &config.desired.name,
        }
    }

    /// What is there, and what has to be done for what is wanted.
    pub(super) async fn plan(
        &self,
        config: &Config,
        standing: Option<&Digest>,
    ) -> Result<(Plan, Observation), Failure> {
        let observation = aws::observe(&self.ecr, &config.desired)
            .await
            .map_err(Failure::refused)?;
        let plan =
            plan(&config.desired, &observation.observed).map_err(|reason| refusal(&reason))?;
        let plan = match standing {
            Some(digest) => plan.keeping(digest),
            None => plan,
        };
        Ok((plan, observation))
    }

    /// Has the policy that a plan puts pass the gate, or that it only checks;
    /// none where it does neither.
    /// `name` is for people, where there are several places.
    pub(super) async fn pass(
        &self,
        config: &Config,
        (plan, observation): (&Plan, &Observation),
        name: Option<&str>,
        log: Log,
    ) -> Result<Option<Passed>, Failure> {
        if let (Some(AccessStep::Put { .. }), Observed::Present(found)) =
            (&plan.access, &observation.observed)
            && let Some(before) = &found.access
        {
            // ECR keeps no copy of what is replaced.
            let before = before.split_whitespace().collect::<Vec<_>>().join(" ");
            self.record.access_before(name, &before);
            log.line(&format!("The repository policy until now: {before}"));
            log.line("");
        }
        let judged = match &plan.policy {
            Some(PolicyStep::Put { policy, .. }) => policy,
            Some(PolicyStep::Leave(policy, LeftOut::OnlyChecked)) => policy,
            Some(PolicyStep::Keep(_) | PolicyStep::Leave(_, LeftOut::AnotherStands)) | None => {
                return Ok(None);
            }
        };
        let Observed::Present(found) = &observation.observed else {
            return Ok(None);
        };
        let policies = Policies {
            stored: found.policy.as_deref(),
            new: judged,
        };
        let told = |cost: Cost| {
            gate::tell(&cost, name, log);
            self.record.cost(cost.at(name));
        };
        let passed = gate::pass(config.gate, self.repository(config), policies, told).await?;
        Ok(Some(passed))
    }

    /// What changed since it was looked at, asked before anything is written.
    pub(super) async fn objection(
        &self,
        config: &Config,
        look: &Look,
        passed: Option<&Passed>,
    ) -> Result<Option<Objection>, Failure> {
        if let (Some(AccessStep::Put { .. }), Observed::Present(found)) =
            (&look.plan.access, &look.observation.observed)
        {
            let stored = aws::stored_access(&self.ecr, &config.desired.name).await;
            if stored.map_err(|error| unread(&error))? != found.access {
                return Ok(Some(Objection::AccessChanged));
            }
        }
        match passed {
            Some(passed) => passed.objection(self.repository(config)).await,
            None => Ok(None),
        }
    }

    /// Reads and signs in at the same time. Nothing is written yet.
    pub(super) async fn look(
        &self,
        config: &Config,
        standing: Option<&Digest>,
    ) -> Result<Look, Failure> {
        let sign_in = async { aws::sign_in(&self.ecr).await.map_err(Failure::refused) };
        let ((plan, observation), credentials) =
            tokio::try_join!(self.plan(config, standing), sign_in)?;
        if let Some((input, meant)) = &self.meant
            && *meant != credentials.registry
        {
            return Err(Failure::faulty(format!(
                "`{input}` names the registry `{meant}`, and these credentials are for `{}`; nothing was done",
                credentials.registry
            )));
        }
        Ok(Look {
            plan,
            observation,
            credentials,
        })
    }

    /// Carries the plan out, unless another run made the repository meanwhile.
    pub(super) async fn apply(
        &self,
        config: &Config,
        look: &Look,
    ) -> Result<Result<Applied, Objection>, Failure> {
        let plan = look.plan.clone();
        let name = &config.desired.name;
        let done = Cell::new(false);
        let tell = |step: Step| {
            done.set(done.get() || step == Step::Lifecycle);
            let place = self.destination.as_ref();
            let place = place.map_or_else(String::new, |place| format!(" in {place}"));
            self.record.done(format!("{step}{place}"));
        };
        let desired = &config.desired;
        let applied = aws::apply(&self.ecr, desired, plan, &look.observation, tell).await;
        // Without an answer it may have been put, and the way back does no harm.
        let is_open = |error: &AwsError| matches!(error, AwsError::NoAnswer { operation, .. } if *operation == "PutLifecyclePolicy");
        if done.get() || applied.as_ref().is_err_and(is_open) {
            let host = &look.credentials.registry;
            self.note_put(look, &format!("{host}/{name}")).await;
        }
        match applied {
            Ok(applied) => Ok(Ok(applied)),
            Err(AwsError::Appeared(_)) => Ok(Err(Objection::RepositoryAppeared)),
            Err(error) => Err(Failure::refused(error)),
        }
    }

    /// Notes what a put policy took the place of, so that it can come back.
    async fn note_put(&self, look: &Look, uri: &str) {
        let Some(PolicyStep::Put { replaces, .. }) = &look.plan.policy else {
            return;
        };
        let before = match &look.observation.observed {
            Observed::Present(standing) => standing.policy.clone(),
            Observed::Missing => None,
        };
        let put_by = match replaces {
            Replaces::ForeignPolicy => PutBy::Another,
            Replaces::Nothing | Replaces::OwnPolicy => PutBy::Ecrane,
        };
        self.record.put(PutPolicy {
            repository_uri: uri.to_owned(),
            caller: service::caller(&self.connection).await,
            replaces: before.map(|policy| Replaced { policy, put_by }),
        });
    }

    /// The place, when all is done there but the push.
    pub(super) fn ready(&self, look: Look, applied: Applied, name: String) -> Ready {
        Ready {
            ecr: self.ecr.clone(),
            record: self.record.clone(),
            name,
            applied,
            credentials: look.credentials,
        }
    }
}

fn unread(error: &AwsError) -> Failure {
    let message =
        format!("who may use the repository cannot be read again: {error}; nothing was done");
    Failure::Because(Exit::Gate, message)
}

fn refusal(refusal: &Refusal) -> Failure {
    let exit = match refusal {
        Refusal::Missing { .. } | Refusal::Encryption { .. } => Exit::Refused,
        Refusal::ForeignPolicy { .. } | Refusal::ForeignAccess { .. } => Exit::Gate,
    };
    Failure::Because(exit, refusal.to_string())
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

impl Ready {
    /// A push to it that begins.
    pub(super) fn unfinished<'t>(
        &self,
        prefix: String,
        tags: &'t [Tag],
        log: Log,
    ) -> Unfinished<'t> {
        Unfinished::new(prefix, tags, self.record.clone(), log)
    }

    /// What the repository has at the tags: layers that it has need not be made.
    ///
    /// Nothing depends on it, so what cannot be read is not known.
    pub(super) async fn known(&self, config: &Config) -> Known {
        let desired = &config.desired;
        let Ok(registry) = self.registry() else {
            return Known::default();
        };
        let repository = registry.repository(&desired.name);
        let tags = desired.tags.iter().map(Named::Tag);
        let found = join_all(tags.map(|tag| repository.image(tag))).await;
        Known::of(found.into_iter().flatten().flatten().collect())
    }

    pub(super) async fn push(
        &self,
        config: &Config,
        layout: &Layout,
        bars: &Bars,
        unfinished: Unfinished<'_>,
    ) -> Result<Pushed, Unplaced> {
        let desired = &config.desired;
        let registry = self.registry()?;
        let image = layout.plan();
        let base = image.origin.base.as_deref();
        let host = &self.credentials.registry;
        let sources = mount_sources(host, &desired.name, base, &config.mount_from);
        let delivery = Delivery {
            mutability: self.applied.plan.mutability.as_ref(),
            backwards: config.backwards,
            sources: &sources,
            ..Delivery::new(layout, &desired.tags)
        };
        let bar = bars.bar(&self.name, image);
        let pushed = push::push(&registry, &desired.name, &delivery, |step| {
            bar.show(&step);
            unfinished.see(&step);
        });
        let pushed = pushed.await;
        bar.clear();
        // A push that failed says it itself.
        unfinished.finish();
        Ok(pushed?)
    }

    /// The image as it is there after a push.
    pub(super) fn placed(&self, config: &Config, pushed: &Pushed) -> Placed {
        let registry = self.credentials.registry.clone();
        placed(config, &self.applied, registry, pushed)
    }

    /// The image that was there before the run, as if it had been made.
    pub(super) async fn keep(
        &self,
        config: &Config,
        digest: &Digest,
    ) -> Result<(Made, Placed), Failure> {
        let name = &config.desired.name;
        let registry = self.registry()?;
        let read = registry.repository(name).image(Named::Digest(digest)).await;
        let image = read.map_err(Failure::refused)?.ok_or_else(|| {
            Failure::refused(format!(
                "the image {digest} was in `{name}` a moment ago and is gone; run again"
            ))
        })?;
        let host = self.credentials.registry.clone();
        let unchanged = |tag: &Tag| TagResult {
            tag: tag.clone(),
            change: TagChange::Unchanged,
        };
        let tags = config.desired.tags.iter().map(unchanged).collect();
        let placed = found(config, &self.applied, host, (&image, tags));
        Ok((Made::from(&image), placed))
    }

    /// A client of the registry, for as long as the run needs it.
    pub(super) fn registry(&self) -> Result<Registry, Failure> {
        let ecr = self.ecr.clone();
        // A token that ends during a long push is asked for again.
        let refresh = move || {
            let ecr = ecr.clone();
            async move { aws::sign_in(&ecr).await.map_err(Into::into) }.boxed()
        };
        let network = self.ecr.network();
        Ok(
            Registry::through(network, &self.credentials, Patience::default())
                .map_err(Failure::refused)?
                .with_refresh(Box::new(refresh)),
        )
    }
}

/// What the rows do not say of a push; `place` in front where there are several.
pub(super) fn say(place: &str, pushed: &Pushed, image: &UploadPlan, log: Log) {
    if pushed.writes > 0 {
        let blobs = pushed.blobs;
        let mounted = match blobs.mounted {
            0 => String::new(),
            n => format!(", mounted {n}"),
        };
        log.line(&format!(
            "{place}pushed {} of {} blobs, {}{mounted}",
            blobs.uploaded,
            blobs.uploaded + blobs.mounted + blobs.present,
            report::bytes(blobs.bytes_uploaded)
        ));
    }
    for TagOutcome { tag, outcome } in &pushed.tags {
        match outcome {
            Outcome::Held(newer) => log.warning(&format!(
                "{place}`{tag}` stays where it is: {newer} is of a later commit than this image{}; `allow-older` would move it",
                image.origin
            )),
            Outcome::Same { there } => log.line(&format!(
                "{place}`{tag}` names the same image already, as {there}; ours, {}, is packed otherwise",
                image.root.descriptor.digest
            )),
            Outcome::Moved { .. } | Outcome::Unchanged => {}
        }
    }
    for image in &pushed.unjudged {
        log.warning(&format!("{place}{image}"));
    }
}

//! A registry that is to get the image: observed and provisioned.

use super::ready::Ready;
use super::record::Record;
use crate::config::{Config, Counterpart};
use crate::exit::{Exit, Failure};
use crate::gate::{self, Passed, Policies, Repository};
use crate::service::{self, Clock, Reached};
use crate::show::Log;
use ecrane_core::auth::Credentials;
use ecrane_core::lifecycle::gate::Objection;
use ecrane_core::name::{Digest, RegistryHost};
use ecrane_core::push::{Destination, TaggedImage};
use ecrane_core::report::Cost;
use ecrane_core::repository::{
    AccessStep, LeftOut, Observed, Plan, PolicyStep, PutBy, PutPolicy, Refusal, Replaced, Replaces,
    plan,
};
use ecrane_engine::aws::{self, Applied, AwsError, Connection, Ecr, Observation, Step};
use std::cell::{Cell, RefCell};

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
            Some(_) if Counterpart::at(main.endpoint.as_ref()) == Counterpart::StandIn => None,
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
        let passing = gate::pass(config.gate, self.repository(config), policies, told);
        Ok(Some(gate::patiently(passing, log).await?))
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
        // The repository's own URI: the host that is pushed to may be another name of
        // the registry.
        let standing = look.observation.place.as_ref();
        let uri = RefCell::new(standing.map(|place| place.uri.clone()));
        let is_put = Cell::new(false);
        // Whoever stops the run while the answer is awaited has the way back too.
        if let Some(place) = standing {
            self.note_put(look, &place.uri, None);
        }
        let tell = |step: Step, at: &aws::Place| {
            uri.replace(Some(at.uri.clone()));
            is_put.set(is_put.get() || step == Step::Lifecycle);
            let place = self.destination.as_ref();
            let place = place.map_or_else(String::new, |place| format!(" in {place}"));
            self.record.done(format!("{step}{place}"));
            if step == Step::Repository {
                self.note_put(look, &at.uri, None);
            }
        };
        let desired = &config.desired;
        let applied = aws::apply(&self.ecr, desired, plan, &look.observation, tell).await;
        // Without an answer it may have been put, and the way back does no harm.
        let is_of_put = |error: &AwsError| matches!(error, AwsError::NoAnswer { operation, .. } | AwsError::Refused { operation, .. } if *operation == "PutLifecyclePolicy");
        let is_open = |error: &AwsError| is_of_put(error) && error.may_have_worked();
        let may_be_put = is_put.get() || applied.as_ref().is_err_and(is_open);
        match uri.into_inner() {
            Some(uri) if may_be_put => {
                let caller = service::caller(&self.connection).await;
                self.note_put(look, &uri, caller);
            }
            Some(uri) => self.record.not_put(&uri),
            None => {}
        }
        match applied {
            Ok(applied) => Ok(Ok(applied)),
            Err(AwsError::Appeared(_)) => Ok(Err(Objection::RepositoryAppeared)),
            Err(error) => Err(Failure::refused(error)),
        }
    }

    /// Notes what a put policy takes the place of, so that it can come back.
    fn note_put(&self, look: &Look, uri: &str, caller: Option<String>) {
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
            caller,
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

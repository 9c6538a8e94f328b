//! A registry that can get the image now: pushed to, or kept as it is.

use super::progress::{Bar, Bars};
use super::record::Record;
use super::result::{Made, Placed, found, placed};
use super::unfinished::Unfinished;
use crate::config::Config;
use crate::exit::Failure;
use crate::show::Log;
use ecrane_core::auth::Credentials;
use ecrane_core::name::{Digest, RepositoryName, Tag};
use ecrane_core::push::{Known, Origin, UploadPlan, mount_sources};
use ecrane_core::report::{self, TagChange, TagResult};
use ecrane_core::repository::{RepositoryStep, TagMutability};
use ecrane_engine::archive::Packed;
use ecrane_engine::aws::{self, Applied, Ecr};
use ecrane_engine::builder::{self, EngineImage};
use ecrane_engine::layout::Layout;
use ecrane_engine::push::{self, Ahead, Delivery, Outcome, PushError, Pushed, TagOutcome};
use ecrane_engine::registry::{Named, Patience, Registry};
use futures_util::future::join_all;
use futures_util::{FutureExt as _, StreamExt as _, stream};
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedReceiver;

/// What goes ahead waits for no longer trouble: the push has its own time for that.
const SHORT_TROUBLE: Duration = Duration::from_secs(10);

/// A place that can get the image now.
pub(super) struct Ready {
    pub(super) ecr: Ecr,
    pub(super) record: Record,
    /// How a person tells it from the others.
    pub(super) name: String,
    pub(super) applied: Applied,
    pub(super) credentials: Credentials,
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
        let found = join_all(tags.map(|tag| repository.find(tag))).await;
        // Once each: ECR counts what is read as pulled.
        let images: BTreeSet<Digest> = found.into_iter().flatten().flatten().collect();
        let read = images
            .iter()
            .map(|digest| repository.image(Named::Digest(digest)));
        let images = join_all(read).await.into_iter().flatten().flatten();
        Known::of(images.collect())
    }

    /// Brings layers before the image that they belong to is made, where it is sure
    /// that they are to go there: no tag can refuse it, and none of them may be taken
    /// over from another repository.
    pub(super) async fn ahead(
        &self,
        config: &Config,
        image: &EngineImage,
        mut layers: UnboundedReceiver<Packed>,
    ) -> Ahead {
        // Of an image that the registry has, none comes, and nothing is asked.
        let Some(first) = layers.recv().await else {
            return Ahead::default();
        };
        let Ok(origin) = builder::origin(image).await else {
            return Ahead::default();
        };
        let sources = self.sources(config, &origin);
        if !sources.is_empty() || !self.takes_all(&config.desired.tags) {
            return Ahead::default();
        }
        let others = stream::poll_fn(move |context| layers.poll_recv(context));
        let layers = stream::iter([first]).chain(others);
        let patience = Patience {
            budget: SHORT_TROUBLE,
            connect_budget: SHORT_TROUBLE,
            ..Patience::default()
        };
        // What is wrong, the push says.
        let Ok(registry) = self.client(patience) else {
            return Ahead::default();
        };
        let bar = Bar::ahead();
        let name = &config.desired.name;
        let ahead = push::ahead(&registry, name, layers, |step| bar.show(&step)).await;
        bar.clear();
        ahead
    }

    /// Whether no tag can be one that stays where it is.
    fn takes_all(&self, tags: &[Tag]) -> bool {
        let plan = &self.applied.plan;
        let may_move = |tag| {
            let setting = plan.mutability.as_ref();
            setting.is_some_and(|it| it.of(tag) == TagMutability::Mutable)
        };
        matches!(plan.repository, RepositoryStep::Create(_)) || tags.iter().all(may_move)
    }

    /// The repositories that layers may be taken over from.
    fn sources(&self, config: &Config, origin: &Origin) -> Vec<RepositoryName> {
        let (host, name) = (&self.credentials.registry, &config.desired.name);
        mount_sources(host, name, origin.base.as_deref(), &config.mount_from)
    }

    pub(super) async fn push(
        &self,
        config: &Config,
        (layout, ahead): (&Layout, &Ahead),
        bars: &Bars,
        unfinished: Unfinished<'_>,
    ) -> Result<Pushed, Unplaced> {
        let desired = &config.desired;
        let registry = self.registry()?;
        let image = layout.plan();
        let sources = self.sources(config, &image.origin);
        let delivery = Delivery {
            mutability: self.applied.plan.mutability.as_ref(),
            backwards: config.backwards,
            sources: &sources,
            ahead: Some(ahead),
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
        let repository = registry.repository(name);
        // Provisioning may have taken minutes.
        for tag in &config.desired.tags {
            let found = repository.find(Named::Tag(tag)).await;
            if found.map_err(Failure::refused)?.as_ref() != Some(digest) {
                return Err(Failure::refused(format!(
                    "the tag `{tag}` named {digest} a moment ago and does not now; run again"
                )));
            }
        }
        let read = repository.image(Named::Digest(digest)).await;
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
        self.client(Patience::default())
    }

    fn client(&self, patience: Patience) -> Result<Registry, Failure> {
        let ecr = self.ecr.clone();
        // A token that ends during a long push is asked for again.
        let refresh = move || {
            let ecr = ecr.clone();
            async move { aws::sign_in(&ecr).await.map_err(Into::into) }.boxed()
        };
        let network = self.ecr.network();
        Ok(Registry::through(network, &self.credentials, patience)
            .map_err(Failure::refused)?
            .with_refresh(Box::new(refresh)))
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

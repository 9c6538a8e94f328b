//! All registries that get the image. What one of them refuses is known before
//! anything is written to any.

use super::output::Output;
use super::place::{Look, Place, Ready, Unplaced, say};
use super::progress::Bars;
use super::result::{Made, Placed};
use super::unfinished::Unfinished;
use crate::config::{Config, Existing};
use crate::exit::Failure;
use crate::service::Reached;
use crate::show::Log;
use ecrane_core::name::{Digest, RegistryHost};
use ecrane_core::push::{self, Known, standing as standing_image};
use ecrane_core::report::{Row, plan_rows, result_rows};
use ecrane_engine::layout::Layout;
use ecrane_engine::push::{Outcome, Pushed};
use futures_util::future::join_all;
use futures_util::{StreamExt as _, stream};

/// Registries that are pushed to at once: they share the same line.
const AT_ONCE: usize = 4;

/// The main registry and the further ones, in this order.
pub(super) struct Places(Vec<Place>);

/// The image where it was to be.
pub(super) struct Arrived {
    pub(super) made: Made,
    pub(super) placed: Vec<Placed>,
    pub(super) rows: Vec<Row>,
}

impl Places {
    /// Connects to all of them. No call is made yet.
    pub(super) async fn reach(config: &Config, reached: &Reached) -> Result<Self, Failure> {
        let further = config.push_to.iter().map(Some);
        let places = [None].into_iter().chain(further);
        let places = places.map(|destination| Place::reach(config, reached, destination));
        let places = join_all(places).await.into_iter();
        Ok(Self(places.collect::<Result<_, _>>()?))
    }

    /// The image that all tags name everywhere, if it can be pulled and is to
    /// stay: then nothing is built.
    pub(super) async fn standing(
        &self,
        config: &Config,
        log: Log,
    ) -> Result<Option<Digest>, Failure> {
        if config.existing == Existing::Replace {
            return Ok(None);
        }
        let found = join_all(self.0.iter().map(|place| place.tagged(config))).await;
        let found = self.every(found)?;
        let mut first: Option<Digest> = None;
        for (place, found) in self.0.iter().zip(found) {
            let why = match (standing_image(&config.desired.tags, &found), &first) {
                (Ok(digest), Some(other)) if digest != *other => {
                    format!("it is {}, and {} elsewhere", digest.short(), other.short())
                }
                (Ok(digest), _) => {
                    first = Some(digest);
                    continue;
                }
                (Err(why), _) => why.to_string(),
            };
            let place = match self.0.as_slice() {
                [_] => String::new(),
                _ => format!(" in {}", place.label()),
            };
            log.line(&format!("`skip-if-exists` skips nothing: {why}{place}"));
            log.line("");
            return Ok(None);
        }
        Ok(first)
    }

    /// The plan for each of them.
    pub(super) async fn plan(
        &self,
        config: &Config,
        standing: Option<&Digest>,
        log: Log,
    ) -> Result<Vec<Row>, Failure> {
        let plans = self.0.iter().map(|place| place.plan(config, standing, log));
        let plans = join_all(plans).await;
        let plans = self.every(plans)?;
        let rows = self.0.iter().zip(plans).flat_map(|(place, (plan, ..))| {
            let label = place.label();
            self.named(&label, plan_rows(&plan))
        });
        Ok(rows.collect())
    }

    /// Looks at all of them, shows the plans, and carries them out.
    pub(super) async fn provision(
        &self,
        config: &Config,
        standing: Option<&Digest>,
        output: &Output,
    ) -> Result<Vec<Ready>, Failure> {
        let log = output.log;
        let looks = self.0.iter().map(|place| place.look(config, standing, log));
        let looks = self.every(join_all(looks).await)?;
        let names = self.names(&looks)?;
        let shown = names.iter().zip(&looks);
        let rows = shown.flat_map(|(name, look)| self.named(name, plan_rows(&look.plan)));
        output.log.heading("Plan");
        output.log.rows(&rows.collect::<Vec<Row>>());
        output.log.line("");
        output.open();
        let provisioned = self.0.iter().zip(looks).zip(names);
        let provisioned =
            provisioned.map(|((place, look), name)| place.provision(config, look, name, log));
        self.every(join_all(provisioned).await)
    }

    /// What people call each of them, now that the hosts are known.
    fn names(&self, looks: &[Look]) -> Result<Vec<String>, Failure> {
        let mut names = Vec::new();
        for (place, look) in self.0.iter().zip(looks) {
            let host = &look.credentials.registry;
            // A stand-in has one host for all accounts and Regions.
            let name = match (&place.destination, host) {
                (Some(destination), RegistryHost::Emulator(host))
                    if destination.stand_in().is_none() =>
                {
                    format!("{host} ({destination})")
                }
                _ => host.to_string(),
            };
            if names.contains(&name) {
                return Err(Failure::faulty(format!(
                    "`push-to` names `{name}` a second time, by {}; nothing was done",
                    place.label()
                )));
            }
            names.push(name);
        }
        Ok(names)
    }

    /// Rows say where they belong if there are several places.
    fn named(&self, name: &str, rows: Vec<Row>) -> Vec<Row> {
        match self.0.as_slice() {
            [_] => rows,
            _ => rows.into_iter().map(|row| row.of(name)).collect(),
        }
    }

    /// All of them, or everything that failed.
    fn every<T>(&self, results: Vec<Result<T, Failure>>) -> Result<Vec<T>, Failure> {
        let several = results.len() > 1;
        let mut good = Vec::new();
        let mut failures = Vec::new();
        for (place, result) in self.0.iter().zip(results) {
            match result {
                Ok(result) => good.push(result),
                Err(failure) if several => failures.push(failure.of(&place.label())),
                Err(failure) => return Err(failure),
            }
        }
        match Failure::together(failures) {
            Some(failure) => Err(failure),
            None => Ok(good),
        }
    }
}

/// What the repository has already, so that it need not be exported. With several
/// places each lacks something else, and all get the whole image.
pub(super) async fn known(config: &Config, places: &[Ready]) -> Known {
    match places {
        [only] => only.known(config).await,
        _ => Known::default(),
    }
}

/// Pushes to all places. Those that fail do not keep the image from the others.
pub(super) async fn push(
    config: &Config,
    places: &[Ready],
    layout: &Layout,
    log: Log,
) -> Result<Arrived, Unplaced> {
    let image = layout.plan();
    let bars = Bars::new(places.len());
    let pushes = places.iter().map(|place| {
        let unfinished = Unfinished::new(prefix(places, place), &config.desired.tags, log);
        place.push(config, layout, &bars, unfinished)
    });
    let results: Vec<Result<Pushed, Unplaced>> =
        stream::iter(pushes).buffered(AT_ONCE).collect().await;
    let mut good = Vec::new();
    let mut failures = Vec::new();
    for (place, result) in places.iter().zip(results) {
        match result {
            Ok(pushed) => {
                say(&prefix(places, place), &pushed, image, log);
                good.push((place, pushed));
            }
            Err(unplaced) if places.len() > 1 => {
                failures.push(Failure::from(unplaced).of(&place.name));
            }
            Err(unplaced) => return Err(unplaced),
        }
    }
    if good.iter().any(|(_, pushed)| pushed.writes > 0) {
        log.line("");
    }
    if let Some(failure) = Failure::together(failures) {
        return Err(failure.despite(&arrivals(&good)).into());
    }
    let placed = good
        .iter()
        .map(|(place, pushed)| place.placed(config, pushed));
    let placed: Vec<Placed> = placed.collect();
    let first = good.first().map(|(_, pushed)| &pushed.digest);
    let made = Made::new(first.unwrap_or(&image.root.descriptor.digest), image);
    Ok(arrived(places, made, placed))
}

/// The image that is in all places already.
pub(super) async fn keep(
    config: &Config,
    places: &[Ready],
    digest: &Digest,
) -> Result<Arrived, Failure> {
    let mut made = None;
    let mut placed = Vec::new();
    for place in places {
        let (image, here) = place.keep(config, digest).await?;
        made.get_or_insert(image);
        placed.push(here);
    }
    let made = made.ok_or_else(|| Failure::refused("there is no registry to look in"))?;
    Ok(arrived(places, made, placed))
}

pub(super) fn arrived(places: &[Ready], made: Made, placed: Vec<Placed>) -> Arrived {
    let rows = places.iter().zip(&placed).flat_map(|(place, placed)| {
        let rows = result_rows(&place.applied.plan, &placed.result);
        match places {
            [_] => rows,
            _ => rows.into_iter().map(|row| row.of(&place.name)).collect(),
        }
    });
    Arrived {
        rows: rows.collect(),
        made,
        placed,
    }
}

/// Where the image is, for those who must know after a failure.
fn arrivals(good: &[(&Ready, Pushed)]) -> Vec<String> {
    let arrival = |(place, pushed): &(&Ready, Pushed)| {
        let named = pushed
            .tags
            .iter()
            .filter(|it| !matches!(it.outcome, Outcome::Held(_)));
        let tags: Vec<_> = named.map(|it| it.tag.clone()).collect();
        match tags.as_slice() {
            [] => format!("{} by its digest", place.name),
            tags => format!("{} with {}", place.name, push::list(tags)),
        }
    };
    good.iter().map(arrival).collect()
}

fn prefix(places: &[Ready], place: &Ready) -> String {
    match places {
        [_] => String::new(),
        _ => format!("{}: ", place.name),
    }
}

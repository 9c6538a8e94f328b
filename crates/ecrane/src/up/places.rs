//! All registries that get the image. What one of them refuses is known before
//! anything is written to any.

use super::output::Output;
use super::place::{Look, Place};
use super::progress::Bars;
use super::ready::{Ready, Unplaced, say};
use super::record::Record;
use super::result::{Made, Placed};
use crate::config::{Config, Existing};
use crate::exit::Failure;
use crate::gate::{self, Passed};
use crate::service::Reached;
use crate::show::Log;
use ecrane_core::lifecycle::gate::Objection;
use ecrane_core::name::{Digest, RegistryHost};
use ecrane_core::push::{self, Known, standing as standing_image};
use ecrane_core::report::{Row, plan_rows, result_rows};
use ecrane_core::repository::Plan;
use ecrane_engine::archive::Packed;
use ecrane_engine::aws::{Applied, Observation};
use ecrane_engine::builder::Built;
use ecrane_engine::layout::Layout;
use ecrane_engine::push::{Ahead, Outcome, Pushed};
use futures_util::future::join_all;
use futures_util::{StreamExt as _, stream};
use tokio::sync::mpsc::UnboundedReceiver;

/// How often repositories are looked at that others change at the same time.
const LOOKS: usize = 5;
/// Registries that are pushed to at once: they share the same line.
const AT_ONCE: usize = 4;

/// The main registry and the further ones, in this order.
pub(super) struct Places {
    places: Vec<Place>,
    record: Record,
}

/// The image where it was to be.
pub(super) struct Arrived {
    pub(super) made: Made,
    pub(super) placed: Vec<Placed>,
    pub(super) rows: Vec<Row>,
}

impl Places {
    /// Connects to all of them. No call is made yet.
    pub(super) async fn reach(
        config: &Config,
        reached: &Reached,
        record: &Record,
    ) -> Result<Self, Failure> {
        let further = config.push_to.iter().map(Some);
        let places = [None].into_iter().chain(further);
        let places = places.map(|destination| Place::reach(config, reached, destination, record));
        let places = join_all(places).await.into_iter();
        Ok(Self {
            places: places.collect::<Result<_, _>>()?,
            record: record.clone(),
        })
    }

    /// Where what is found out is noted.
    pub(super) const fn record(&self) -> &Record {
        &self.record
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
        let found = join_all(self.places.iter().map(|place| place.tagged(config))).await;
        let found = self.every(found)?;
        let mut first: Option<Digest> = None;
        for (place, found) in self.places.iter().zip(found) {
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
            let place = match self.places.as_slice() {
                [_] => String::new(),
                _ => format!(" in {}", place.label()),
            };
            log.line(&format!("`skip-if-exists` skips nothing: {why}{place}"));
            log.line("");
            return Ok(None);
        }
        Ok(first)
    }

    /// Shows the plan for each of them, and whether the gate lets it.
    pub(super) async fn plan(
        &self,
        config: &Config,
        standing: Option<&Digest>,
        log: Log,
    ) -> Result<Vec<Row>, Failure> {
        let plans = join_all(self.places.iter().map(|place| place.plan(config, standing))).await;
        let plans = self.every(plans)?;
        let names: Vec<String> = self.places.iter().map(Place::label).collect();
        let rows = self.show(&names, plans.iter().map(|(plan, _)| plan), log);
        let plans = plans.iter().map(|(plan, observation)| (plan, observation));
        self.pass(config, &names, plans, log).await?;
        Ok(rows)
    }

    /// Looks at all of them, shows the plans, and carries them out. What another
    /// run changes meanwhile is looked at again: until all have passed the gate,
    /// nothing is written to any.
    pub(super) async fn provision(
        &self,
        config: &Config,
        standing: Option<&Digest>,
        output: &Output,
    ) -> Result<Vec<Ready>, Failure> {
        for round in 1..=LOOKS {
            let looks = self.places.iter().map(|place| place.look(config, standing));
            let looks = self.every(join_all(looks).await)?;
            let names = self.names(&looks)?;
            if round == 1 {
                self.show(&names, looks.iter().map(|look| &look.plan), output.log);
            }
            let plans = looks.iter().map(|look| (&look.plan, &look.observation));
            let passed = self.pass(config, &names, plans, output.log).await?;
            if round == 1 {
                output.open();
            }
            let objection = match self.objection(config, &looks, &passed).await? {
                Some(objection) => objection,
                None => match self.apply(config, &looks).await? {
                    Ok(applied) => return Ok(self.ready(looks, applied, names)),
                    Err(objection) => objection,
                },
            };
            if round == LOOKS {
                return Err(gate::refused(&objection));
            }
        }
        Err(nowhere())
    }

    fn show<'p>(
        &self,
        names: &[String],
        plans: impl Iterator<Item = &'p Plan>,
        log: Log,
    ) -> Vec<Row> {
        let rows = names.iter().zip(plans);
        let rows: Vec<Row> = rows
            .flat_map(|(name, plan)| named(plan_rows(plan), name, self.places.len()))
            .collect();
        log.heading("Plan");
        log.rows(&rows);
        log.line("");
        self.record.plan(&rows);
        rows
    }

    async fn pass<'p>(
        &self,
        config: &Config,
        names: &[String],
        plans: impl Iterator<Item = (&'p Plan, &'p Observation)>,
        log: Log,
    ) -> Result<Vec<Option<Passed>>, Failure> {
        let several = self.places.len() > 1;
        let passes = self.places.iter().zip(names).zip(plans);
        let passes = passes.map(|((place, name), plan)| {
            let name = several.then_some(name.as_str());
            place.pass(config, plan, name, log)
        });
        self.every(join_all(passes).await)
    }

    async fn objection(
        &self,
        config: &Config,
        looks: &[Look],
        passed: &[Option<Passed>],
    ) -> Result<Option<Objection>, Failure> {
        let asked = self.places.iter().zip(looks).zip(passed);
        let asked =
            asked.map(|((place, look), passed)| place.objection(config, look, passed.as_ref()));
        let said = self.every(join_all(asked).await)?;
        Ok(said.into_iter().flatten().next())
    }

    async fn apply(
        &self,
        config: &Config,
        looks: &[Look],
    ) -> Result<Result<Vec<Applied>, Objection>, Failure> {
        let applied = self.places.iter().zip(looks);
        let applied = applied.map(|(place, look)| place.apply(config, look));
        let applied = self.every(join_all(applied).await)?;
        Ok(applied.into_iter().collect())
    }

    fn ready(&self, looks: Vec<Look>, applied: Vec<Applied>, names: Vec<String>) -> Vec<Ready> {
        let places = self.places.iter().zip(looks).zip(applied).zip(names);
        places
            .map(|(((place, look), applied), name)| place.ready(look, applied, name))
            .collect()
    }

    /// What people call each of them, now that the hosts are known.
    fn names(&self, looks: &[Look]) -> Result<Vec<String>, Failure> {
        let mut names = Vec::new();
        for (place, look) in self.places.iter().zip(looks) {
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

    /// All of them, or everything that failed.
    fn every<T>(&self, results: Vec<Result<T, Failure>>) -> Result<Vec<T>, Failure> {
        let several = results.len() > 1;
        let mut good = Vec::new();
        let mut failures = Vec::new();
        for (place, result) in self.places.iter().zip(results) {
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

/// Brings layers to the only place while the image is made. With several places
/// the line is shared as it is, and none goes ahead.
pub(super) async fn ahead(
    config: &Config,
    places: &[Ready],
    built: &Built,
    layers: UnboundedReceiver<Packed>,
) -> Ahead {
    match (places, built) {
        ([only], Built::InEngine(image)) => only.ahead(config, image, layers).await,
        _ => Ahead::default(),
    }
}

/// Pushes to all places. Those that fail do not keep the image from the others.
pub(super) async fn push(
    config: &Config,
    places: &[Ready],
    (layout, ahead): (&Layout, &Ahead),
    log: Log,
) -> Result<Arrived, Unplaced> {
    let image = layout.plan();
    let bars = Bars::new(places.len());
    let pushes = places.iter().map(|place| {
        let unfinished = place.unfinished(prefix(places, place), &config.desired.tags, log);
        place.push(config, (layout, ahead), &bars, unfinished)
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
    let made = made.ok_or_else(nowhere)?;
    Ok(arrived(places, made, placed))
}

pub(super) fn arrived(places: &[Ready], made: Made, placed: Vec<Placed>) -> Arrived {
    let rows = places.iter().zip(&placed).flat_map(|(place, placed)| {
        let rows = result_rows(&place.applied.plan, &placed.result);
        named(rows, &place.name, places.len())
    });
    Arrived {
        rows: rows.collect(),
        made,
        placed,
    }
}

/// Rows say where they belong if there are several places.
fn named(rows: Vec<Row>, name: &str, places: usize) -> Vec<Row> {
    match places {
        1 => rows,
        _ => rows.into_iter().map(|row| row.of(name)).collect(),
    }
}

/// The end of a run that has no place, which none is made without.
pub(super) fn nowhere() -> Failure {
    Failure::refused("there is no registry to look in")
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

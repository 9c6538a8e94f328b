//! `ecrane up`: the main job. Core decides, the engine acts, this file is the
//! order in which they do and the words that go with it.

mod elsewhere;
mod load;
mod output;
mod place;
mod places;
mod progress;
mod ready;
mod record;
mod result;
mod secrets;
mod source;
mod unfinished;
mod work;

pub(crate) use record::{Record, Seen};
pub(crate) use result::{Made, Placed, Report};

use crate::config::{self, Changes, Config, Existing, Mode, Service};
use crate::credentials;
use crate::exit::{self, Failure};
use crate::inputs::Inputs;
use crate::local;
use crate::scrub::Scrub;
use crate::service::{self, Reached};
use crate::show::Log;
use ecrane_core::name::Digest;
use ecrane_core::push::Known;
use ecrane_core::report::{Row, built_row, duration, resources};
use ecrane_engine::aws::Connection;
use ecrane_engine::builder::Built;
use output::Output;
use places::{Arrived, Places};
use ready::{Ready, Unplaced};
use source::{Source, prepare};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, mpsc};
use work::WorkFolder;

/// What somebody asked for.
#[derive(Debug)]
pub(crate) struct Order {
    /// The inputs as given.
    pub inputs: Inputs,
    /// For which ECR.
    pub service: Service,
    /// The local ECR's folder, if one was named.
    pub data: Option<PathBuf>,
}

/// Does the main job, until it is done or stopped. A failure says what was done
/// before it.
pub(crate) async fn up(order: Order, record: &Record, log: Log) -> Result<Report, Failure> {
    let result = exit::stoppable(run(order, record, log)).await;
    result.map_err(|failure| failure.after(&record.so_far().done))
}

async fn run(order: Order, record: &Record, log: Log) -> Result<Report, Failure> {
    let begin = Instant::now();
    let variable = |name: &str| std::env::var(name).ok();
    let (config, warnings) =
        config::read(&order.inputs, order.service, variable).map_err(Failure::Inputs)?;
    for warning in &warnings {
        log.fault(warning);
    }
    record.inputs(&config, &warnings);
    config.gate.findings()?;
    secrets::mask(&config, log);
    let report = match config.mode {
        Mode::Check => {
            log.line(CHECKED);
            log.line("");
            record.no_plan(CHECKED);
            unplaced(&config, Vec::new())
        }
        Mode::BuildOnly => {
            let folder = WorkFolder::create()?;
            let source = prepare(&config, folder.path()).await?;
            let registries = source.registries();
            let own = service::reach_to_read(&config, order.service, &registries, log).await?;
            let source = source.granted(own.as_ref(), &[], folder.path())?;
            build_only(&config, source, &folder, record, log).await?
        }
        Mode::Plan if is_without_credentials(&config, order.service).await => {
            log.line(WITHOUT_CREDENTIALS);
            log.line("");
            record.no_plan(WITHOUT_CREDENTIALS);
            unplaced(&config, Vec::new())
        }
        Mode::Plan => {
            let reached = service::reach(&config, order.service, order.data, log).await?;
            look(&config, &reached, record, log).await?
        }
        Mode::Up => bring(&config, (order.service, order.data), record, log).await?,
    };
    let report = Report {
        took: begin.elapsed(),
        ..report
    };
    conclude(&report, log);
    Ok(report)
}

/// Shows the plan. What only looks leaves nothing behind.
async fn look(
    config: &Config,
    reached: &Reached,
    record: &Record,
    log: Log,
) -> Result<Report, Failure> {
    let started = reached.started.as_deref();
    let guard = started.map(local::ForALook);
    let shown = show_plan(config, reached, record, log).await;
    if let Some(data) = started {
        local::end(data).await?;
    }
    drop(guard);
    shown
}

async fn show_plan(
    config: &Config,
    reached: &Reached,
    record: &Record,
    log: Log,
) -> Result<Report, Failure> {
    let places = Places::reach(config, reached, record).await?;
    let standing = places.standing(config, log).await?;
    let rows = places.plan(config, standing.as_ref(), log).await?;
    Ok(unplaced(config, rows))
}

/// All that a check has to say.
const CHECKED: &str = "The inputs and the policy are good. Nothing was called.";

/// Whether the run is for the changes of others, and gets no credentials for it.
async fn is_without_credentials(config: &Config, service: Service) -> bool {
    let foreign = config.changes == Changes::Foreign && service == Service::Aws;
    match config.place.region.as_ref().filter(|_| foreign) {
        Some(region) => credentials::are_missing(&config.place.sign_in, region).await,
        None => false,
    }
}

/// A job for changes of others gets no secrets, and nothing is wrong with that.
const WITHOUT_CREDENTIALS: &str = "The plan needs AWS credentials, and a run for the changes of a fork or of Dependabot gets none. The inputs and the policy are good.";

/// Builds, and asks nobody else: neither AWS nor a registry.
async fn build_only(
    config: &Config,
    source: Source<'_>,
    folder: &WorkFolder,
    record: &Record,
    log: Log,
) -> Result<Report, Failure> {
    let output = Output::new(log, secrets::scrub(config));
    output.open();
    let built = record
        .timed("build", source.built(folder.path(), &output))
        .await;
    output.close();
    let built = built?;
    let into = folder.path().join("layout");
    let layout = source::layout(&built, &Known::default(), &into, |_| ()).await?;
    load::load(config, &built, &[], log).await?;
    let rows = vec![built_row(&config.desired, layout.plan())];
    log.heading("Result");
    log.rows(&rows);
    log.line("");
    Ok(Report {
        made: Some(Made::from(layout.plan())),
        ..unplaced(config, rows)
    })
}

fn unplaced(config: &Config, rows: Vec<Row>) -> Report {
    Report {
        rows,
        repository: config.desired.name.clone(),
        made: None,
        placed: Vec::new(),
        took: Duration::ZERO,
    }
}

/// Brings the image to where it is to be, unless it is there already and stays.
async fn bring(
    config: &Config,
    (service, data): (Service, Option<PathBuf>),
    record: &Record,
    log: Log,
) -> Result<Report, Failure> {
    let folder = WorkFolder::create()?;
    // Before anything is started or created: without an engine, or with a broken
    // image, nothing is half-done.
    let prepared = match config.existing {
        Existing::Replace => Some(prepare(config, folder.path()).await?),
        Existing::Keep => None,
    };
    let reached = service::reach(config, service, data, log).await?;
    let places = Places::reach(config, &reached, record).await?;
    if let Some(digest) = places.standing(config, log).await? {
        return keep(config, &places, &digest, log).await;
    }
    let source = match prepared {
        Some(source) => source,
        None => prepare(config, folder.path()).await?,
    };
    let own = &reached.connection;
    make(config, (&places, own), source, &folder, log).await
}

/// Provisioning and build at the same time, then the push.
async fn make(
    config: &Config,
    (places, own): (&Places, &Connection),
    source: Source<'_>,
    folder: &WorkFolder,
    log: Log,
) -> Result<Report, Failure> {
    if source.is_pushed_by_builder() {
        let arrived = elsewhere::make(config, (places, own), source, folder.path(), log).await?;
        return Ok(report(config, arrived, log));
    }
    let source = source.granted(Some(own), &[], folder.path())?;
    let record = places.record();
    let output = Output::new(log, secrets::scrub(config));
    let stop = Notify::new();
    let may_leave_layers = source.may_leave_layers();
    let provision = async {
        let provisioning = places.provision(config, None, &output);
        let done = record.timed("provisioning", provisioning).await;
        if done.is_err() {
            stop.notify_one();
        }
        let ready = done?;
        let known = match may_leave_layers {
            true => places::known(config, &ready).await,
            false => Known::default(),
        };
        Ok::<_, Failure>((ready, known))
    };
    let build = async {
        tokio::select! {
            // A build that ended counts, even if provisioning failed meanwhile.
            biased;
            built = record.timed("build", source.built(folder.path(), &output)) => built.map(Some),
            () = stop.notified() => Ok(None),
        }
    };
    // A failed build does not cut provisioning off half-way; a failed
    // provisioning stops the build, whose image would have no place to go.
    let (provisioned, built) = tokio::join!(provision, build);
    output.close();
    let (ready, known) = provisioned?;
    let built = built?.ok_or_else(|| Failure::refused("the build was stopped"))?;
    let push = async |known: &Known, into: &str| {
        let into = folder.path().join(into);
        let pushed = push(config, &ready, (&built, known), &into, log);
        record.timed("push", pushed).await
    };
    let arrived = match push(&known, "layout").await {
        // Whoever removed it from the repository, here it still is.
        Err(Unplaced::Lost(_)) => push(&Known::default(), "whole").await,
        pushed => pushed,
    }?;
    load::load(config, &built, &arrived.placed, log).await?;
    Ok(report(config, arrived, log))
}

/// Makes a layout of what was built in the folder `into`, and pushes it; layers go
/// ahead as they are compressed.
async fn push(
    config: &Config,
    ready: &[Ready],
    (built, known): (&Built, &Known),
    into: &Path,
    log: Log,
) -> Result<Arrived, Unplaced> {
    let (packed, layers) = mpsc::unbounded_channel();
    let layout = source::layout(built, known, into, move |layer| {
        // Nobody may be there to take it.
        let _ = packed.send(layer);
    });
    let ahead = async { Ok(places::ahead(config, ready, built, layers).await) };
    // Of an image that turns out to be broken nothing more is uploaded.
    let (layout, ahead) = tokio::try_join!(layout, ahead)?;
    places::push(config, ready, (&layout, &ahead), log).await
}

/// Provisioning alone: the image is there.
async fn keep(
    config: &Config,
    places: &Places,
    standing: &Digest,
    log: Log,
) -> Result<Report, Failure> {
    let output = Output::new(log, Scrub::default());
    let provisioned = places.provision(config, Some(standing), &output).await;
    output.close();
    let arrived = places::keep(config, &provisioned?, standing).await?;
    load::nothing(config, log);
    Ok(report(config, arrived, log))
}

fn report(config: &Config, arrived: Arrived, log: Log) -> Report {
    log.heading("Result");
    log.rows(&arrived.rows);
    Report {
        made: Some(arrived.made),
        placed: arrived.placed,
        ..unplaced(config, arrived.rows)
    }
}

fn conclude(report: &Report, log: Log) {
    if let Some(main) = report.placed.first() {
        log.line("");
        log.heading("Outputs");
        for reference in report.tagged() {
            log.line(&format!("    image      {reference}"));
        }
        log.line(&format!("    image-uri  {}", main.references.digested));
        log.line("");
        log.line(&format!("Resources: {}", resources(&report.rows)));
    }
    log.line(&format!("Duration:  {}", duration(report.took)));
}

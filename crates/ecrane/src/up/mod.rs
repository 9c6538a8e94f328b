//! `ecrane up`: the main job. Core decides, the engine acts, this file is the
//! order in which they do and the words that go with it.

mod output;
mod place;
mod progress;
mod result;

pub(crate) use result::{Made, Placed, Report};

use crate::config::{self, Config, Existing, ImageSource, Mode, Service};
use crate::exit::Failure;
use crate::inputs::Inputs;
use crate::local;
use crate::service::{self, Reached};
use crate::show::Log;
use ecrane_core::build::{self, BuildSpec, Builder, Route, SecretSource};
use ecrane_core::name::Digest;
use ecrane_core::push::Known;
use ecrane_core::report::{self, Row, built_row, plan_rows, resources, result_rows};
use ecrane_engine::archive;
use ecrane_engine::aws::{self, Applied, Ecr};
use ecrane_engine::builder::{self, Built, EngineImage};
use ecrane_engine::layout::{self, Layout};
use output::Output;
use secrecy::ExposeSecret as _;
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::sync::Notify;

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

/// Does the main job.
pub(crate) async fn up(order: Order, log: Log) -> Result<Report, Failure> {
    let begin = Instant::now();
    let variable = |name: &str| std::env::var(name).ok();
    let (config, warnings) =
        config::read(&order.inputs, order.service, variable).map_err(Failure::Inputs)?;
    for warning in &warnings {
        log.fault(warning);
    }
    mask_secrets(&config, log);
    let report = match config.mode {
        Mode::BuildOnly => build_only(&config, &work_folder()?, log).await?,
        Mode::Plan => {
            let reached = service::reach(&config, order.service, order.data, log).await?;
            let shown = match connect(&reached).await {
                Ok(ecr) => show_plan(&config, &ecr, log).await,
                Err(failure) => Err(failure),
            };
            // What only looks leaves nothing behind.
            if let Some(data) = &reached.started {
                local::end(data).await?;
            }
            shown?
        }
        Mode::Up => {
            let folder = work_folder()?;
            // Before anything is started or created: without an engine, or with a
            // broken image, nothing is half-done.
            let prepared = match config.existing {
                Existing::Replace => Some(prepare(&config.image, folder.path()).await?),
                Existing::Keep => None,
            };
            let reached = service::reach(&config, order.service, order.data, log).await?;
            let ecr = connect(&reached).await?;
            match (place::standing(&config, &ecr, log).await?, prepared) {
                (Some(digest), _) => keep(&config, &ecr, &digest, log).await?,
                (None, Some(source)) => make(&config, &ecr, source, &folder, log).await?,
                (None, None) => {
                    let source = prepare(&config.image, folder.path()).await?;
                    make(&config, &ecr, source, &folder, log).await?
                }
            }
        }
    };
    let report = Report {
        took: begin.elapsed(),
        ..report
    };
    conclude(&report, log);
    Ok(report)
}

/// Before the first line of a builder that could show one.
fn mask_secrets(config: &Config, log: Log) {
    if let ImageSource::Build(spec) = &config.image {
        for secret in &spec.secrets {
            if let SecretSource::Value(value) = &secret.source {
                log.mask(value.expose_secret());
            }
        }
    }
}

async fn connect(reached: &Reached) -> Result<Ecr, Failure> {
    aws::connect(&reached.connection)
        .await
        .map_err(Failure::refused)
}

/// Where the image will come from, found to be possible.
enum Source<'a> {
    /// It can be built, this way.
    Build {
        spec: &'a BuildSpec,
        builder: Builder,
        route: Route,
    },
    /// It is there and whole.
    Layout(Layout),
    /// The engine has it.
    InEngine(EngineImage),
}

impl Source<'_> {
    /// Whether it will come out of the engine, so that layers of it may be left
    /// there that the repository has.
    const fn is_exported(&self) -> bool {
        match self {
            Self::Build { route, .. } => !matches!(route, Route::BuildxLayout),
            Self::Layout(_) => false,
            Self::InEngine(_) => true,
        }
    }
}

async fn prepare<'a>(image: &'a ImageSource, folder: &Path) -> Result<Source<'a>, Failure> {
    let layout = match image {
        ImageSource::Build(spec) => {
            let builder = builder::probe(spec.builder.as_deref())
                .await
                .map_err(Failure::refused)?;
            let route = build::route(&builder, spec).map_err(Failure::faulty)?;
            return Ok(Source::Build {
                spec,
                builder,
                route,
            });
        }
        ImageSource::Layout(folder) => {
            let folder = folder.clone();
            let read = tokio::task::spawn_blocking(move || layout::read(&folder));
            read.await.map_err(Failure::refused)?.map_err(faulty_image)
        }
        ImageSource::Archive(file) => {
            let (file, into) = (file.clone(), folder.join("layout"));
            let read = tokio::task::spawn_blocking(move || unpack(&file, &into));
            read.await.map_err(Failure::refused)?
        }
        ImageSource::Engine(name) => {
            let found = builder::find(name).await.map_err(Failure::refused);
            return found.map(Source::InEngine);
        }
    };
    layout.map(Source::Layout)
}

fn unpack(file: &Path, into: &Path) -> Result<Layout, Failure> {
    let opened = std::fs::File::open(file)
        .map_err(|error| faulty_image(format!("{}: {error}", file.display())))?;
    archive::to_layout(opened, &Known::default(), into).map_err(faulty_image)
}

fn faulty_image(error: impl std::fmt::Display) -> Failure {
    Failure::faulty(format!("`image`: {error}"))
}

async fn image(source: Source<'_>, folder: &Path, output: &Output) -> Result<Built, Failure> {
    match source {
        Source::Layout(layout) => Ok(Built::Layout(layout)),
        Source::InEngine(image) => Ok(Built::InEngine(image)),
        Source::Build {
            spec,
            builder,
            route,
        } => {
            output.title(&format!("Build {} with {builder}", spec.context.display()));
            builder::build(spec, route, folder, |line| output.foreign(line.text))
                .await
                .map_err(Failure::refused)
        }
    }
}

/// What was built, without what the repository is known to have.
async fn layout<'a>(
    built: &'a Built,
    known: &Known,
    into: &Path,
) -> Result<Cow<'a, Layout>, Failure> {
    match built {
        Built::Layout(layout) => Ok(Cow::Borrowed(layout)),
        Built::InEngine(image) => builder::export(image, known, into.to_owned())
            .await
            .map(Cow::Owned)
            .map_err(Failure::refused),
    }
}

async fn show_plan(config: &Config, ecr: &Ecr, log: Log) -> Result<Report, Failure> {
    let standing = place::standing(config, ecr, log).await?;
    let (plan, _) = place::observe_and_plan(config, ecr, standing.as_ref()).await?;
    let rows = plan_rows(&plan);
    log.heading("Plan");
    log.rows(&rows);
    log.line("");
    Ok(unplaced(config, rows))
}

/// Builds and asks nobody else: neither AWS nor a registry.
async fn build_only(config: &Config, folder: &TempDir, log: Log) -> Result<Report, Failure> {
    let source = prepare(&config.image, folder.path()).await?;
    let output = Output::new(log);
    output.open();
    let built = image(source, folder.path(), &output).await;
    output.close();
    let built = built?;
    let layout = layout(&built, &Known::default(), &folder.path().join("layout")).await?;
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
        placed: None,
        took: Duration::ZERO,
    }
}

/// Provisioning and build at the same time, then the push.
async fn make(
    config: &Config,
    ecr: &Ecr,
    source: Source<'_>,
    folder: &TempDir,
    log: Log,
) -> Result<Report, Failure> {
    let output = Output::new(log);
    let stop = Notify::new();
    let exported = source.is_exported();
    let provision = async {
        let done = place::provision(config, ecr, None, &output).await;
        if done.is_err() {
            stop.notify_one();
        }
        let (applied, credentials) = done?;
        let known = match exported {
            true => place::known(config, ecr, &credentials).await,
            false => Known::default(),
        };
        Ok::<_, Failure>((applied, credentials, known))
    };
    let build = async {
        tokio::select! {
            // A build that ended counts, even if provisioning failed meanwhile.
            biased;
            built = image(source, folder.path(), &output) => built.map(Some),
            () = stop.notified() => Ok(None),
        }
    };
    // A failed build does not cut provisioning off half-way; a failed
    // provisioning stops the build, whose image would have no place to go.
    let (provisioned, built) = tokio::join!(provision, build);
    output.close();
    let (applied, credentials, known) = provisioned?;
    let built = built?.ok_or_else(|| Failure::refused("the build was stopped"))?;

    let push = async |known: &Known, into: &str| {
        let layout = layout(&built, known, &folder.path().join(into)).await?;
        place::push(config, ecr, &applied, &credentials, &layout, log).await
    };
    let placed = match push(&known, "layout").await {
        // Whoever removed it from the repository, here it still is.
        Err(place::Unplaced::Lost(_)) => push(&Known::default(), "whole").await,
        pushed => pushed,
    };
    let (made, placed) = placed?;
    Ok(arrived(config, &applied, made, placed, log))
}

/// Provisioning alone: the image is there.
async fn keep(config: &Config, ecr: &Ecr, standing: &Digest, log: Log) -> Result<Report, Failure> {
    let output = Output::new(log);
    let provisioned = place::provision(config, ecr, Some(standing), &output).await;
    output.close();
    let (applied, credentials) = provisioned?;
    let (made, placed) = place::keep(config, ecr, &applied, &credentials, standing).await?;
    Ok(arrived(config, &applied, made, placed, log))
}

fn arrived(config: &Config, applied: &Applied, made: Made, placed: Placed, log: Log) -> Report {
    let rows = result_rows(&applied.plan, &placed.result);
    log.heading("Result");
    log.rows(&rows);
    Report {
        made: Some(made),
        placed: Some(placed),
        ..unplaced(config, rows)
    }
}

fn conclude(report: &Report, log: Log) {
    if let Some(placed) = &report.placed {
        log.line("");
        log.heading("Outputs");
        for reference in &placed.references.tagged {
            log.line(&format!("    image      {reference}"));
        }
        log.line(&format!("    image-uri  {}", placed.references.digested));
        log.line("");
        log.line(&format!("Resources: {}", resources(&report.rows)));
    }
    log.line(&format!("Duration:  {}", report::duration(report.took)));
}

/// A private folder for what a build leaves, removed with everything in it. On
/// a runner it is the runner's own, where that can be seen from here.
fn work_folder() -> Result<TempDir, Failure> {
    let runner = std::env::var_os("RUNNER_TEMP").map(PathBuf::from);
    let parent = runner
        .filter(|folder| folder.is_dir())
        .unwrap_or_else(std::env::temp_dir);
    tempfile::Builder::new()
        .prefix("ecrane-")
        .tempdir_in(&parent)
        .map_err(|error| {
            Failure::refused(format!("no work folder in {}: {error}", parent.display()))
        })
}

//! `ecrane up`: the main job. Core decides, the engine acts, this file is the
//! order in which they do and the words that go with it.

mod output;
mod progress;
mod result;
mod secrets;
mod unfinished;
mod work;

pub(crate) use result::{Made, Placed, Report};

use crate::config::{self, Config, ImageSource, Mode, Service};
use crate::credentials::{self, Grant};
use crate::exit::{Exit, Failure};
use crate::inputs::Inputs;
use crate::local;
use crate::service::{self, Reached};
use crate::show::Log;
use ecrane_core::auth::Credentials;
use ecrane_core::build::{self, BuildSpec, Builder, Route};
use ecrane_core::report::{self, Row, built_row, plan_rows, resources, result_rows};
use ecrane_core::repository::{Plan, Refusal, plan};
use ecrane_engine::archive;
use ecrane_engine::aws::{self, Applied, AwsError, Connection, Ecr};
use ecrane_engine::builder;
use ecrane_engine::layout::{self, Layout};
use ecrane_engine::push::{self, Pushed};
use ecrane_engine::registry::{Patience, Registry};
use futures_util::FutureExt as _;
use output::Output;
use progress::Bar;
use result::placed;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use unfinished::Unfinished;
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

/// Does the main job.
pub(crate) async fn up(order: Order, log: Log) -> Result<Report, Failure> {
    let begin = Instant::now();
    let variable = |name: &str| std::env::var(name).ok();
    let (config, warnings) =
        config::read(&order.inputs, order.service, variable).map_err(Failure::Inputs)?;
    for warning in &warnings {
        log.fault(warning);
    }
    secrets::mask(&config, log);
    let report = match config.mode {
        Mode::BuildOnly => build_only(&config, &WorkFolder::create()?, log).await?,
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
            // Before anything is started or created: without an engine, or with a
            // broken image, nothing is half-done.
            let folder = WorkFolder::create()?;
            let source = prepare(&config.image, folder.path()).await?;
            let reached = service::reach(&config, order.service, order.data, log).await?;
            let ecr = connect(&reached).await?;
            let source = source.granted(Some(&reached.connection), folder.path())?;
            do_it(&config, &ecr, source, &folder, log).await?
        }
    };
    let report = Report {
        took: begin.elapsed(),
        ..report
    };
    conclude(&report, log);
    Ok(report)
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
        /// What the builder may sign in to, beside what the user's client may.
        grant: Option<Grant>,
    },
    /// It is there and whole.
    Layout(Layout),
}

impl Source<'_> {
    /// Lets the builder sign in to the registries that it needs.
    fn granted(mut self, own: Option<&Connection>, folder: &Path) -> Result<Self, Failure> {
        if let Self::Build { spec, grant, .. } = &mut self {
            *grant = credentials::grant(spec, own, folder)?;
        }
        Ok(self)
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
                grant: None,
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
        ImageSource::Engine(name) => builder::from_engine(name, folder.join("layout"))
            .await
            .map_err(Failure::refused),
    };
    layout.map(Source::Layout)
}

fn unpack(file: &Path, into: &Path) -> Result<Layout, Failure> {
    let opened = std::fs::File::open(file)
        .map_err(|error| faulty_image(format!("{}: {error}", file.display())))?;
    archive::to_layout(opened, into).map_err(faulty_image)
}

fn faulty_image(error: impl std::fmt::Display) -> Failure {
    Failure::faulty(format!("`image`: {error}"))
}

async fn image(source: Source<'_>, folder: &Path, output: &Output) -> Result<Layout, Failure> {
    match source {
        Source::Layout(layout) => Ok(layout),
        Source::Build {
            spec,
            builder,
            route,
            grant,
        } => {
            let access = grant.as_ref().map(Grant::access);
            output.title(&format!("Build {} with {builder}", spec.context.display()));
            builder::build(spec, route, access, folder, |line| {
                output.foreign(line.text);
            })
            .await
            .map_err(Failure::refused)
        }
    }
}

async fn observe_and_plan(config: &Config, ecr: &Ecr) -> Result<(Plan, aws::Observation), Failure> {
    let observation = aws::observe(ecr, &config.desired)
        .await
        .map_err(Failure::refused)?;
    let plan = plan(&config.desired, &observation.observed).map_err(|reason| refusal(&reason))?;
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

async fn show_plan(config: &Config, ecr: &Ecr, log: Log) -> Result<Report, Failure> {
    let (plan, _) = observe_and_plan(config, ecr).await?;
    let rows = plan_rows(&plan);
    log.heading("Plan");
    log.rows(&rows);
    log.line("");
    Ok(unplaced(config, rows))
}

/// Builds and asks nobody else: neither AWS nor a registry.
async fn build_only(config: &Config, folder: &WorkFolder, log: Log) -> Result<Report, Failure> {
    let source = prepare(&config.image, folder.path()).await?;
    let source = source.granted(None, folder.path())?;
    let output = Output::new(log, secrets::scrub(config));
    output.open();
    let layout = image(source, folder.path(), &output).await;
    output.close();
    let layout = layout?;
    let rows = vec![built_row(&config.desired, layout.plan())];
    log.heading("Result");
    log.rows(&rows);
    log.line("");
    Ok(Report {
        made: Some(Made::from(&layout)),
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
async fn do_it(
    config: &Config,
    ecr: &Ecr,
    source: Source<'_>,
    folder: &WorkFolder,
    log: Log,
) -> Result<Report, Failure> {
    let output = Output::new(log, secrets::scrub(config));
    let stop = Notify::new();
    let provision = async {
        let done = provision(config, ecr, &output).await;
        if done.is_err() {
            stop.notify_one();
        }
        done
    };
    let build = async {
        tokio::select! {
            // A build that ended counts, even if provisioning failed meanwhile.
            biased;
            layout = image(source, folder.path(), &output) => layout.map(Some),
            () = stop.notified() => Ok(None),
        }
    };
    // A failed build does not cut provisioning off half-way; a failed
    // provisioning stops the build, whose image would have no place to go.
    let (provisioned, layout) = tokio::join!(provision, build);
    output.close();
    let (applied, credentials) = provisioned?;
    let layout = layout?.ok_or_else(|| Failure::refused("the build was stopped"))?;

    let pushed = push(config, ecr, &credentials, &layout, log).await?;
    let placed = placed(config, &applied, credentials.registry, &layout, &pushed);
    let rows = result_rows(&applied.plan, &placed.result);
    log.heading("Result");
    log.rows(&rows);
    Ok(Report {
        made: Some(Made::from(&layout)),
        placed: Some(placed),
        ..unplaced(config, rows)
    })
}

/// Reads and signs in at the same time; writes only when both went well and the
/// registry is the one that was meant.
async fn provision(
    config: &Config,
    ecr: &Ecr,
    output: &Output,
) -> Result<(Applied, Credentials), Failure> {
    let sign_in = async { aws::sign_in(ecr).await.map_err(Failure::refused) };
    let ((plan, observation), credentials) =
        tokio::try_join!(observe_and_plan(config, ecr), sign_in)?;
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

async fn push(
    config: &Config,
    ecr: &Ecr,
    credentials: &Credentials,
    layout: &Layout,
    log: Log,
) -> Result<Pushed, Failure> {
    let desired = &config.desired;
    let ecr = ecr.clone();
    // A token that ends during a long push is asked for again.
    let refresh = move || {
        let ecr = ecr.clone();
        async move { aws::sign_in(&ecr).await.map_err(Into::into) }.boxed()
    };
    let registry = Registry::new(credentials, Patience::default())
        .map_err(Failure::refused)?
        .with_refresh(Box::new(refresh));
    let bar = Bar::new(layout.plan());
    let tags = Unfinished::new(&desired.tags, log);
    let pushed = push::push(&registry, &desired.name, layout, &desired.tags, |step| {
        bar.show(&step);
        tags.see(&step);
    })
    .await
    .map_err(Failure::refused)?;
    bar.clear();
    tags.finish();
    if pushed.writes > 0 {
        log.line(&format!(
            "pushed {} of {} blobs, {}",
            pushed.blobs_uploaded,
            pushed.blobs_uploaded + pushed.blobs_present,
            report::bytes(pushed.bytes_uploaded)
        ));
        log.line("");
    }
    Ok(pushed)
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

//! Which ECR a command is for: AWS, an endpoint, or the local one.

use crate::config::{self, Config, Mode, Place, Service};
use crate::credentials;
use crate::exit::Failure;
use crate::inputs::Inputs;
use crate::lifecycle;
use crate::local;
use crate::show::Log;
use clap::ValueHint;
use ecrane_core::lifecycle::image::{self, Images, Moment};
use ecrane_core::name::{Region, RegistryHost, RepositoryName};
use ecrane_engine::aws::{self, Connection, Ecr, EndpointUrl, Identity, Listing};
use ecrane_local::instance::Running;
use std::path::PathBuf;

/// Where the ECR of the main job is.
pub(crate) struct Reached {
    pub(crate) connection: Connection,
    pub(crate) clock: Clock,
    /// The folder of a local ECR that was started for this run.
    pub(crate) started: Option<PathBuf>,
}

/// What tells the time of an ECR.
#[derive(Debug, Clone)]
pub(crate) enum Clock {
    /// This machine: AWS's time is everybody's.
    Machine,
    /// The local ECR that owns this folder, whose clock can be moved.
    Local(PathBuf),
}

impl Clock {
    /// The time there.
    ///
    /// # Errors
    /// The local ECR does not answer.
    pub(crate) async fn now(&self) -> Result<Moment, Failure> {
        match self {
            Self::Machine => Ok(lifecycle::now()),
            Self::Local(data) => local::now(data).await,
        }
    }
}

/// AWS, an endpoint, or the local one, which may start now.
///
/// # Errors
/// The local one does not start; nobody can be signed in, or somebody of
/// another account than is allowed.
pub(crate) async fn reach(
    config: &Config,
    service: Service,
    data: Option<PathBuf>,
    log: Log,
) -> Result<Reached, Failure> {
    if let (Service::Aws, Some(region)) = (service, &config.place.region) {
        return aws(region, &config.place, log).await;
    }
    let stop = local::stop_command(data.as_deref());
    let data = local::data_folder(data)?;
    let local::Found { running, started } = local::find_or_start(&data).await?;
    let what = match (started, config.mode) {
        (false, _) => format!("already running); `{stop}` ends it"),
        (true, Mode::Plan) => "started for this look)".to_owned(),
        (true, _) => format!("started in the background); `{stop}` ends it"),
    };
    log.line(&format!("local ECR on {} ({what}", running.url()));
    log.line("");
    Ok(Reached {
        connection: local_connection(running)?,
        clock: Clock::Local(data.clone()),
        started: started.then_some(data),
    })
}

/// ECR as a build reads from it that is not pushed, if anything that it reads is
/// there. The local one is not started for that.
///
/// # Errors
/// Nobody can be signed in, or somebody of another account than is allowed.
pub(crate) async fn reach_to_read(
    config: &Config,
    service: Service,
    registries: &[RegistryHost],
    log: Log,
) -> Result<Option<Connection>, Failure> {
    let of_registry = || registries.iter().find_map(RegistryHost::region);
    let region = config.place.region.clone().or_else(of_registry);
    match region {
        Some(region) if service == Service::Aws && !registries.is_empty() => {
            Ok(Some(aws(&region, &config.place, log).await?.connection))
        }
        _ => Ok(None),
    }
}

/// Who calls, for the report of a run. STS is not asked where something stands
/// in for ECR alone.
pub(crate) async fn caller(connection: &Connection) -> Option<String> {
    let named = ["AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"];
    let is_named = named.iter().any(|name| std::env::var_os(name).is_some());
    match connection.endpoint.is_none() || is_named {
        true => aws::caller(&connection.identity).await,
        false => connection.identity.caller(),
    }
}

/// AWS, or what stands at an endpoint, or the local ECR that runs: where nothing
/// is made, none is started.
///
/// # Errors
/// Nobody can be signed in, or no local ECR runs.
pub(crate) async fn standing(
    place: &Place,
    data: Option<PathBuf>,
    log: Log,
) -> Result<Reached, Failure> {
    if let Some(region) = &place.region {
        return aws(region, place, log).await;
    }
    Ok(Reached {
        connection: running_locally(data.clone())?,
        clock: Clock::Local(local::data_folder(data)?),
        started: None,
    })
}

async fn aws(region: &Region, place: &Place, log: Log) -> Result<Reached, Failure> {
    let connection = Connection {
        region: region.clone(),
        account: None,
        endpoint: place.endpoint.clone(),
        identity: credentials::identity(&place.sign_in, region, log).await?,
    };
    Ok(Reached {
        connection,
        clock: Clock::Machine,
        started: None,
    })
}

fn local_connection(running: Running) -> Result<Connection, Failure> {
    Ok(Connection {
        endpoint: Some(EndpointUrl::parse(&running.url()).map_err(Failure::refused)?),
        region: running.region.clone(),
        account: None,
        identity: Identity::local_ecr(running.region),
    })
}

/// Options of a command that reads, which has an option `--repository` too.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Service")]
pub(crate) struct Asked {
    /// The Region [default: AWS_REGION or AWS_DEFAULT_REGION]
    #[arg(long, value_name = "REGION", requires = "repository")]
    aws_region: Option<String>,
    /// Another endpoint than AWS's own: https://host, or http://host:port
    #[arg(long, value_name = "URL", requires = "repository", value_hint = ValueHint::Url)]
    endpoint_url: Option<String>,
    /// Ask the local ECR that runs
    #[arg(long, requires = "repository", conflicts_with_all = ["endpoint_url", "aws_region"])]
    local: bool,
    /// The local ECR's folder [default: $XDG_DATA_HOME/ecrane]
    #[arg(long, value_name = "DIR", requires = "local", value_hint = ValueHint::DirPath)]
    data: Option<PathBuf>,
}

impl Asked {
    /// Where it is. Nothing is called yet.
    ///
    /// # Errors
    /// Faulty options, or no local ECR runs.
    pub(crate) fn connection(&self) -> Result<Connection, Failure> {
        if self.local {
            return running_locally(self.data.clone());
        }
        let inputs = Inputs {
            aws_region: self.aws_region.clone(),
            endpoint_url: self.endpoint_url.clone(),
            ..Inputs::default()
        };
        let variable = |name: &str| std::env::var(name).ok();
        config::place(&inputs, variable)
            .map(|(region, endpoint)| Connection {
                endpoint,
                ..credentials::in_region(&region)
            })
            .map_err(Failure::Inputs)
    }
}

impl Asked {
    /// The time of the local ECR, if that is asked.
    ///
    /// # Errors
    /// None runs, or it does not answer.
    pub(crate) async fn clock(&self) -> Result<Option<Moment>, Failure> {
        if !self.local {
            return Ok(None);
        }
        let data = local::data_folder(self.data.clone())?;
        local::now(&data).await.map(Some)
    }
}

/// The local ECR that owns the folder.
///
/// # Errors
/// None runs.
pub(crate) fn running_locally(data: Option<PathBuf>) -> Result<Connection, Failure> {
    let data = local::data_folder(data)?;
    let Some(running) = local::owner(&data)? else {
        return Err(Failure::refused(format!(
            "no local ECR owns {}: `ecrane local` starts one",
            data.display()
        )));
    };
    local_connection(running)
}

/// What a listing shows.
///
/// # Errors
/// What in it cannot be read.
pub(crate) fn images_in(listing: &Listing) -> Result<Images, Failure> {
    let text = serde_json::to_string(listing).map_err(Failure::refused)?;
    let image::Listing {
        images,
        diagnostics,
    } = image::read(&text);
    let first = diagnostics.into_iter().next();
    let fault = || first.map_or_else(String::new, |fault| fault.message);
    images.ok_or_else(|| Failure::refused(fault()))
}

/// Everything that a repository holds.
///
/// # Errors
/// A call failed: half a listing is none.
pub(crate) async fn images(
    connection: &Connection,
    repository: &RepositoryName,
    log: Log,
) -> Result<Listing, Failure> {
    let ecr: Ecr = aws::connect(connection).await.map_err(Failure::refused)?;
    let told = std::cell::Cell::new(0);
    let tell = |read: usize| {
        // A page has a thousand: small repositories need no word.
        if read >= told.get() + 10_000 {
            log.beside_data().line(&format!("{read} images read"));
            told.set(read);
        }
    };
    aws::list(&ecr, repository, tell)
        .await
        .map_err(Failure::refused)
}

//! `ecrane login` and `ecrane logout`: whom Docker asks for the credentials of a
//! registry. No credential is written.

use super::{docker_config, docker_folder, in_region};
use crate::exit::{Exit, Failure};
use crate::local;
use crate::show::Log;
use crate::{config, inputs::Inputs};
use clap::{Args, ValueHint};
use ecrane_core::docker_config::DockerConfig;
use ecrane_core::name::RegistryHost;
use ecrane_engine::aws::{self, Connection};
use ecrane_engine::builder;
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// `ecrane login`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ecrane login\n  ecrane login 123456789012.dkr.ecr.eu-central-1.amazonaws.com\n  ecrane login --local"
)]
pub(crate) struct Login {
    /// The registries [default: that of the AWS credentials and Region]
    registries: Vec<RegistryHost>,
    /// The Region, if no registry is named [default: AWS_REGION or AWS_DEFAULT_REGION]
    #[arg(long, value_name = "REGION", conflicts_with = "registries")]
    aws_region: Option<String>,
    /// The local ECR that runs
    #[arg(long, conflicts_with_all = ["registries", "aws_region"])]
    local: bool,
    /// The local ECR's folder [default: $XDG_DATA_HOME/ecrane]
    #[arg(long, value_name = "DIR", requires = "local", value_hint = ValueHint::DirPath)]
    data: Option<PathBuf>,
}

/// `ecrane logout`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ecrane logout 123456789012.dkr.ecr.eu-central-1.amazonaws.com")]
pub(crate) struct Logout {
    /// The registries
    #[arg(required = true)]
    registries: Vec<RegistryHost>,
}

/// Has Docker ask ecrane for the credentials of registries.
///
/// # Errors
/// AWS does not say which registry, or the configuration cannot be written.
pub(crate) async fn login(options: Login, log: Log) -> Result<Exit, Failure> {
    let registries = if options.local {
        vec![running(options.data)?]
    } else if options.registries.is_empty() {
        vec![default_registry(options.aws_region).await?]
    } else {
        options.registries
    };
    put_on_path(log)?;
    let (file, mut config) = open()?;
    for registry in &registries {
        let name = registry.to_string();
        let before = config.helper(&name).map(str::to_owned);
        if !config.set_helper(&name) {
            log.line(&format!("{name}: Docker asks ecrane already"));
            continue;
        }
        let instead = before.map_or_else(String::new, |tool| format!(", no more `{tool}`"));
        log.line(&format!(
            "{name}: Docker asks ecrane for its credentials{instead}"
        ));
    }
    save(&file, &config)?;
    log.line(&format!(
        "said in {}; no credential was written. `ecrane logout {}` takes it back",
        file.display(),
        names(&registries)
    ));
    Ok(Exit::Done)
}

/// Takes back what [`login`] did.
///
/// # Errors
/// The configuration cannot be read or written.
pub(crate) fn logout(options: &Logout, log: Log) -> Result<Exit, Failure> {
    let (file, mut config) = open()?;
    let mut changed = false;
    for registry in &options.registries {
        let name = registry.to_string();
        if config.remove_helper(&name) {
            changed = true;
            log.line(&format!("{name}: Docker asks ecrane no more"));
        } else {
            log.line(&format!("{name}: Docker did not ask ecrane"));
        }
    }
    if changed {
        save(&file, &config)?;
    }
    Ok(Exit::Done)
}

fn names(registries: &[RegistryHost]) -> String {
    let names: Vec<String> = registries.iter().map(ToString::to_string).collect();
    names.join(" ")
}

fn running(data: Option<PathBuf>) -> Result<RegistryHost, Failure> {
    let data = local::data_folder(data)?;
    let running = local::owner(&data)?.ok_or_else(|| {
        Failure::refused(format!(
            "no local ECR owns {}: `ecrane local` starts one",
            data.display()
        ))
    })?;
    let authority = running.authority().to_string();
    authority.parse().map_err(Failure::refused)
}

async fn default_registry(region: Option<String>) -> Result<RegistryHost, Failure> {
    let inputs = Inputs {
        aws_region: region,
        ..Inputs::default()
    };
    let (region, endpoint) =
        config::place(&inputs, |name| std::env::var(name).ok()).map_err(Failure::Inputs)?;
    let connection = Connection {
        endpoint,
        ..in_region(&region)
    };
    let ecr = aws::connect(&connection).await.map_err(Failure::refused)?;
    let credentials = aws::sign_in(&ecr).await.map_err(Failure::refused)?;
    Ok(credentials.registry)
}

/// Docker finds a helper by its name on PATH: a link to this program, beside it.
fn put_on_path(log: Log) -> Result<(), Failure> {
    let name = builder::program();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    if folders.iter().any(|folder| folder.join(&name).exists()) {
        return Ok(());
    }
    let own = std::env::current_exe().map_err(Failure::refused)?;
    let beside = own.parent().filter(|it| folders.iter().any(|on| on == it));
    let link = beside.map(|folder| folder.join(&name));
    match link.as_ref().map(|link| symlink(&own, link)) {
        Some(Ok(())) => {
            if let Some(link) = &link {
                log.line(&format!("{}: linked to this program", link.display()));
            }
            Ok(())
        }
        _ => Err(Failure::refused(format!(
            "Docker looks for a program `{name}` on PATH, and it is not there; link it: ln -s {} /usr/local/bin/{name}",
            own.display()
        ))),
    }
}

fn open() -> Result<(PathBuf, DockerConfig), Failure> {
    let folder =
        docker_folder().ok_or_else(|| Failure::refused("neither HOME nor DOCKER_CONFIG is set"))?;
    let file = folder.join("config.json");
    // One that is a link stays one.
    let file = file.canonicalize().unwrap_or(file);
    let config = docker_config(&file)?;
    Ok((file, config))
}

/// All of it or nothing: a client that reads meanwhile sees a whole file.
fn save(file: &Path, config: &DockerConfig) -> Result<(), Failure> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let write = || {
        std::fs::create_dir_all(folder)?;
        // Readable by its owner alone.
        let mut new = tempfile::NamedTempFile::new_in(folder)?;
        new.write_all(config.to_text().as_bytes())?;
        new.persist(file).map_err(|error| error.error)
    };
    let written = write();
    written
        .map(|_| ())
        .map_err(|error| Failure::refused(format!("{}: {error}", file.display())))
}

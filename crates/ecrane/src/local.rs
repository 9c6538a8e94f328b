//! `ecrane local`: serve, find, start and stop the local ECR.

use crate::cli::{LocalCommand, Serve};
use crate::config::{Fault, Origin};
use crate::exit::{Exit, Failure};
use crate::lifecycle::When;
use crate::show;
use anyhow::{Context as _, anyhow};
use ecrane_local::instance::{self, Running};
use ecrane_local::seed::{Seed, Seeded};
use ecrane_local::{Options, StartError, Tls, bind};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

mod admin;
mod background;
mod span;

pub(crate) use admin::now;
pub(crate) use background::{Found, find_or_start};
pub(crate) use ecrane_local::Schedule;
pub(crate) use span::Span;

/// The port that people come to know.
pub(crate) const PORT: u16 = 5100;

/// How long a local ECR may take to start or to stop.
const PATIENCE: Duration = Duration::from_secs(15);

/// How the words begin that say why one does not start.
const NOT_STARTED: &str = "the local ECR does not start: ";

/// The data folder: the one given, or `ecrane` in the user's data home.
///
/// # Errors
/// Neither a home nor a data home in the environment.
pub(crate) fn data_folder(given: Option<PathBuf>) -> anyhow::Result<PathBuf> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    given
        .or_else(|| variable("XDG_DATA_HOME").map(|home| PathBuf::from(home).join("ecrane")))
        .or_else(|| variable("HOME").map(|home| PathBuf::from(home).join(".local/share/ecrane")))
        .ok_or_else(|| {
            anyhow!("neither HOME nor XDG_DATA_HOME is set; name a folder with `--data`")
        })
}

/// The command that ends the one in this folder, if it was named, or in the
/// usual one.
pub(crate) fn stop_command(named: Option<&Path>) -> String {
    let Some(data) = named else {
        return "ecrane local stop".to_owned();
    };
    // It is for another terminal, which is in another folder.
    let data = std::path::absolute(data).unwrap_or_else(|_| data.to_owned());
    let data = data.display().to_string();
    if data.contains(char::is_whitespace) {
        format!("ecrane local stop --data '{data}'")
    } else {
        format!("ecrane local stop --data {data}")
    }
}

/// Serves until it is stopped.
pub(crate) async fn serve(options: Serve) -> Result<Exit, Failure> {
    let named = |error: ecrane_core::name::NameError| Failure::faulty(error.to_string());
    let stop = stop_command(options.data.as_deref());
    let data = data_folder(options.data)?;
    let seed = options.seed.as_deref().map(seed).transpose()?;
    let certificate = options.tls_cert.clone();
    let tls = options.tls_cert.zip(options.tls_key);
    let server = bind(Options {
        data: data.clone(),
        listen: SocketAddr::new(options.listen, options.port),
        account: options.account.parse().map_err(named)?,
        region: options.region.parse().map_err(named)?,
        now: options.now.map(When::moment),
        schedule: options.lifecycle,
        tls: tls.map(|(certificate, key)| Tls { certificate, key }),
    })
    .await
    .map_err(|error| start_failure(&error))?;
    let seeded = match seed {
        Some(seed) => Some(server.seed(seed).await.map_err(|it| start_failure(&it))?),
        None => None,
    };
    let trust = certificate.map_or_else(String::new, |file| {
        let address = server.running().authority();
        let file = file.display();
        format!(
            "\n\nWhere nobody vouches for its certificate:\n\n  export AWS_CA_BUNDLE={file}\n  sudo install -D {file} /etc/docker/certs.d/{address}/ca.crt"
        )
    });
    show::data(&welcome(server.running(), &data, seeded, &trust, &stop))?;
    server
        .serve(crate::exit::signal())
        .await
        .context("the local ECR stopped")?;
    Ok(Exit::Done)
}

/// The seed in a file, or every fault with its place.
fn seed(path: &Path) -> Result<Seed, Failure> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::faulty(format!("`{name}` cannot be read: {error}")))?;
    ecrane_local::seed::read(&text).map_err(|diagnostics| {
        Failure::Inputs(vec![Fault {
            origin: Origin::File(name),
            text,
            diagnostics,
        }])
    })
}

fn start_failure(error: &StartError) -> Failure {
    let help = match error {
        StartError::Listen { reason, .. } if reason.kind() == ErrorKind::AddrInUse => {
            "; name another port with `--port`, or let `--port 0` take a free one"
        }
        _ => "",
    };
    Failure::refused(format!("{NOT_STARTED}{error}{help}"))
}

fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// What to paste.
fn welcome(
    running: &Running,
    data: &Path,
    seeded: Option<Seeded>,
    trust: &str,
    stop: &str,
) -> String {
    let (url, address) = (running.url(), running.authority());
    let region = &running.region;
    let seeded = seeded.map_or_else(String::new, |seeded| {
        format!(
            "\nseeded {} with {}; {} there already",
            count(seeded.repositories, "repository", "repositories"),
            count(seeded.images, "image", "images"),
            seeded.there
        )
    });
    format!(
        "\
ecrane local listens on {url} (account {account}, {region}), data in {data}{seeded}

  export AWS_ENDPOINT_URL_ECR={url} AWS_ENDPOINT_URL_STS={url}
  export AWS_REGION={region} AWS_DEFAULT_REGION={region}
  export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local
  aws ecr create-repository --repository-name hello
  aws ecr get-login-password | docker login --username AWS --password-stdin {address}
  docker push {address}/hello:v1
  act --env AWS_ENDPOINT_URL_ECR={url} --env AWS_ENDPOINT_URL_STS={url} --env AWS_REGION={region} --env AWS_DEFAULT_REGION={region} --env AWS_ACCESS_KEY_ID=local --env AWS_SECRET_ACCESS_KEY=local{trust}

Stop it with Ctrl-C, or `{stop}` from another terminal.",
        account = running.account,
        data = data.display(),
    )
}

/// What is done to one that runs.
pub(crate) async fn look_after(command: LocalCommand) -> Result<Exit, Failure> {
    match command {
        LocalCommand::Status { data, json } => status(&data_folder(data)?, json),
        LocalCommand::Clock(options) => admin::clock(options).await,
        LocalCommand::Expire {
            data,
            repository,
            json,
        } => admin::expire(&data_folder(data)?, repository, json).await,
        LocalCommand::Stop { data } => stop(&data_folder(data)?).await,
    }
}

fn status(data: &Path, json: bool) -> Result<Exit, Failure> {
    let running = owner(data)?;
    let text = match &running {
        _ if json => serde_json::to_string_pretty(&running).context("printing the status")?,
        Some(running) => format!(
            "running on {} (process {}, account {}, {})",
            running.url(),
            running.pid,
            running.account,
            running.region
        ),
        None => format!("no local ECR owns {}", data.display()),
    };
    show::data(&text)?;
    Ok(match running {
        Some(_) => Exit::Done,
        None => Exit::Refused,
    })
}

async fn stop(data: &Path) -> Result<Exit, Failure> {
    show::data(&match end(data).await? {
        Some(running) => format!("stopped the local ECR on {}", running.url()),
        None => format!("no local ECR owns {}", data.display()),
    })?;
    Ok(Exit::Done)
}

/// Ends the local ECR that owns the folder, if there is one.
pub(crate) async fn end(data: &Path) -> anyhow::Result<Option<Running>> {
    let Some(running) = tell_to_end(data)? else {
        return Ok(None);
    };
    ask(PATIENCE, || Ok(owner(data)?.is_none().then_some(())))
        .await?
        .ok_or_else(|| anyhow!("process {} was told to stop and did not", running.pid))?;
    Ok(Some(running))
}

/// Asks it to end, and does not wait for it.
fn tell_to_end(data: &Path) -> anyhow::Result<Option<Running>> {
    let Some(running) = owner(data)? else {
        return Ok(None);
    };
    let pid = i32::try_from(running.pid)
        .ok()
        .and_then(rustix::process::Pid::from_raw)
        .ok_or_else(|| anyhow!("the local ECR's process id {} is none", running.pid))?;
    rustix::process::kill_process(pid, rustix::process::Signal::TERM)
        .with_context(|| format!("stopping process {}", running.pid))?;
    Ok(Some(running))
}

/// A local ECR that was started for a look: it ends with the look, however that
/// ends.
pub(crate) struct ForALook<'d>(pub(crate) &'d Path);

impl Drop for ForALook<'_> {
    fn drop(&mut self) {
        // Whoever ended it meanwhile did what was to be done.
        let _ = tell_to_end(self.0);
    }
}

/// The local ECR that owns the folder.
pub(crate) fn owner(data: &Path) -> anyhow::Result<Option<Running>> {
    instance::running(data)
        .with_context(|| format!("looking for a local ECR in {}", data.display()))
}

/// Asks until there is an answer or the patience ends.
async fn ask<T>(
    patience: Duration,
    mut question: impl FnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<Option<T>> {
    let begin = Instant::now();
    loop {
        let answer = question()?;
        if answer.is_some() || begin.elapsed() > patience {
            return Ok(answer);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

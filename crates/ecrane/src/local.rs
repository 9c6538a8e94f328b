//! `ecrane local`: serve, find, start and stop the local ECR.

use crate::cli::{LocalCommand, Serve};
use crate::exit::{Exit, Failure};
use anyhow::{Context as _, anyhow, bail};
use ecrane_local::instance::{self, Running};
use ecrane_local::{Options, bind};
use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The port that people come to know.
pub(crate) const PORT: u16 = 5100;

/// How long a local ECR may take to start or to stop.
const PATIENCE: Duration = Duration::from_secs(15);

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

/// Serves until it is stopped.
pub(crate) async fn serve(options: Serve) -> Result<Exit, Failure> {
    let named = |error: ecrane_core::name::NameError| Failure::faulty(error.to_string());
    let data = data_folder(options.data)?;
    let server = bind(Options {
        data: data.clone(),
        listen: SocketAddr::new(options.listen, options.port),
        account: options.account.parse().map_err(named)?,
        region: options.region.parse().map_err(named)?,
    })
    .await
    .context("the local ECR does not start")?;
    let running = Running {
        address: server.address(),
        pid: std::process::id(),
        account: options.account.parse().map_err(named)?,
        region: options.region.parse().map_err(named)?,
    };
    anstream::println!("{}", welcome(&running, &data));
    server
        .serve(crate::exit::signal())
        .await
        .context("the local ECR stopped")?;
    Ok(Exit::Done)
}

/// What to paste.
fn welcome(running: &Running, data: &Path) -> String {
    let address = running.address;
    let region = &running.region;
    format!(
        "\
ecrane local listens on http://{address} (account {account}, {region}), data in {data}

  export AWS_ENDPOINT_URL_ECR=http://{address}
  export AWS_REGION={region} AWS_DEFAULT_REGION={region}
  export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local
  aws ecr create-repository --repository-name hello
  aws ecr get-login-password | docker login --username AWS --password-stdin {address}
  docker push {address}/hello:v1

Stop it with Ctrl-C, or `ecrane local stop` from another terminal.",
        account = running.account,
        data = data.display(),
    )
}

/// `status` and `stop`.
pub(crate) fn look_after(command: LocalCommand) -> Result<Exit, Failure> {
    match command {
        LocalCommand::Status { data, json } => status(&data_folder(data)?, json),
        LocalCommand::Stop { data } => stop(&data_folder(data)?),
    }
}

fn status(data: &Path, json: bool) -> Result<Exit, Failure> {
    let running = owner(data)?;
    if json {
        let text = serde_json::to_string_pretty(&running).context("printing the status")?;
        anstream::println!("{text}");
    } else {
        anstream::println!(
            "{}",
            match &running {
                Some(running) => format!(
                    "running on http://{} (process {}, account {}, {})",
                    running.address, running.pid, running.account, running.region
                ),
                None => format!("no local ECR owns {}", data.display()),
            }
        );
    }
    Ok(if running.is_some() {
        Exit::Done
    } else {
        Exit::Refused
    })
}

fn stop(data: &Path) -> Result<Exit, Failure> {
    let Some(running) = owner(data)? else {
        anstream::println!("no local ECR owns {}", data.display());
        return Ok(Exit::Done);
    };
    let pid = i32::try_from(running.pid)
        .ok()
        .and_then(rustix::process::Pid::from_raw)
        .ok_or_else(|| anyhow!("the local ECR's process id {} is none", running.pid))?;
    rustix::process::kill_process(pid, rustix::process::Signal::TERM)
        .with_context(|| format!("stopping process {}", running.pid))?;
    wait(|| Ok(owner(data)?.is_none().then_some(())))?
        .ok_or_else(|| anyhow!("process {} was told to stop and did not", running.pid))?;
    anstream::println!("stopped the local ECR on http://{}", running.address);
    Ok(Exit::Done)
}

/// The local ECR that owns the folder.
fn owner(data: &Path) -> anyhow::Result<Option<Running>> {
    instance::running(data)
        .with_context(|| format!("looking for a local ECR in {}", data.display()))
}

/// A local ECR that runs: found, or started just now.
#[derive(Debug)]
pub(crate) struct Found {
    /// Where it is.
    pub running: Running,
    /// Whether it was started for this run.
    pub started: bool,
}

/// The local ECR that owns the folder, started in the background if there is
/// none. It goes on when this process ends.
pub(crate) fn find_or_start(data: &Path) -> anyhow::Result<Found> {
    if let Some(running) = owner(data)? {
        return Ok(Found {
            running,
            started: false,
        });
    }
    std::fs::create_dir_all(data).with_context(|| format!("making {}", data.display()))?;
    let log_path = data.join("local.log");
    for port in [PORT, 0] {
        let mut child = start(data, port, &log_path)?;
        let running = wait(|| {
            let ended = child.try_wait().context("waiting for the local ECR")?;
            Ok(match (owner(data)?, ended) {
                (Some(running), _) => Some(Ok(running)),
                (None, Some(status)) => Some(Err(status)),
                (None, None) => None,
            })
        })?;
        match running {
            Some(Ok(running)) => {
                return Ok(Found {
                    running,
                    started: true,
                });
            }
            // Another program may have the port: then any free one does.
            Some(Err(_)) if port != 0 => {}
            _ => break,
        }
    }
    let log = std::fs::read_to_string(&log_path).unwrap_or_default();
    bail!("the local ECR did not start: {}", log.trim())
}

fn start(data: &Path, port: u16, log: &Path) -> anyhow::Result<std::process::Child> {
    use std::os::unix::process::CommandExt as _;
    let log = File::create(log).with_context(|| format!("making {}", log.display()))?;
    let program = std::env::current_exe().context("finding this program")?;
    Command::new(program)
        .args(["local", "--port", &port.to_string(), "--data"])
        .arg(data)
        .stdin(Stdio::null())
        .stdout(log.try_clone().context("sharing the log")?)
        .stderr(log)
        // Ctrl-C at this run's terminal is not meant for it.
        .process_group(0)
        .spawn()
        .context("starting the local ECR")
}

/// Asks until there is an answer or the patience ends.
fn wait<T>(mut ask: impl FnMut() -> anyhow::Result<Option<T>>) -> anyhow::Result<Option<T>> {
    let begin = Instant::now();
    while begin.elapsed() < PATIENCE {
        if let Some(answer) = ask()? {
            return Ok(Some(answer));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(None)
}

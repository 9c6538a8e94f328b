use super::{NOT_STARTED, PATIENCE, PORT, ask, owner};
use anyhow::{Context as _, bail};
use ecrane_local::instance::Running;
use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How long one that another run started may take to say where it is.
const GRACE: Duration = Duration::from_secs(2);

/// The variables that a server in the background gets. It outlives this run:
/// no key or token of this environment goes with it.
const PASSED_ON: &[&str] = &["PATH", "HOME", "TMPDIR", "XDG_DATA_HOME", "LANG"];

/// A local ECR that runs: found, or started just now.
#[derive(Debug)]
pub(crate) struct Found {
    /// Where it is.
    pub(crate) running: Running,
    /// Whether it was started for this run.
    pub(crate) started: bool,
}

/// The local ECR that owns the folder, started in the background if there is
/// none. It goes on when this process ends.
pub(crate) async fn find_or_start(data: &Path) -> anyhow::Result<Found> {
    let found = |running, started| Ok(Found { running, started });
    if let Some(running) = owner(data)? {
        return found(running, false);
    }
    make_private(data)?;
    let data = data
        .canonicalize()
        .with_context(|| format!("finding {}", data.display()))?;
    let mut said = String::new();
    // Another program may have the usual port: then any free one does.
    for port in [PORT, 0] {
        match start(&data, port).await? {
            Started::Running(running) => return found(running, true),
            Started::Ended(words) => said = words,
        }
        // Another run may have been quicker.
        if let Some(running) = ask(GRACE, || owner(&data)).await? {
            return found(running, false);
        }
    }
    bail!("{NOT_STARTED}{said}")
}

/// New folders are for their owner alone: the key of the tokens is kept there.
fn make_private(data: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(data)
        .with_context(|| format!("making {}", data.display()))
}

enum Started {
    Running(Running),
    /// It ended at once; what it said.
    Ended(String),
}

async fn start(data: &Path, port: u16) -> anyhow::Result<Started> {
    let log_path = data.join("local.log");
    let log = File::options()
        .create(true)
        .append(true)
        .open(&log_path)
        .with_context(|| format!("opening {}", log_path.display()))?;
    let before = log.metadata().map_or(0, |metadata| metadata.len());
    let mut child = server(data, port, log)?;
    let answer = ask(PATIENCE, || {
        let ended = child.try_wait().context("waiting for the local ECR")?;
        let own = owner(data)?.filter(|running| running.pid == child.id());
        Ok(match (own, ended) {
            (Some(running), _) => Some(Started::Running(running)),
            (None, Some(_)) => Some(Started::Ended(words(&log_path, before))),
            (None, None) => None,
        })
    })
    .await?;
    if let Some(started) = answer {
        return Ok(started);
    }
    // It must not come to life later, when nobody waits for it.
    let _ = child.kill();
    let _ = child.wait();
    bail!(
        "the local ECR did not answer within {} s",
        PATIENCE.as_secs()
    )
}

/// What was written to the log since, without the words that are said again.
fn words(log: &Path, before: u64) -> String {
    let text = std::fs::read(log).unwrap_or_default();
    let since = usize::try_from(before)
        .ok()
        .and_then(|start| text.get(start..));
    let said = String::from_utf8_lossy(since.unwrap_or_default()).into_owned();
    let said = said.trim();
    let said = said.strip_prefix("error: ").unwrap_or(said);
    said.strip_prefix(NOT_STARTED).unwrap_or(said).to_owned()
}

fn server(data: &Path, port: u16, log: File) -> anyhow::Result<Child> {
    use std::os::unix::process::CommandExt as _;
    let program = std::env::current_exe().context("finding this program")?;
    let kept = PASSED_ON
        .iter()
        .filter_map(|name| Some((name, std::env::var_os(name)?)));
    Command::new(program)
        .args(["local", "--port", &port.to_string(), "--data"])
        .arg(data)
        .env_clear()
        .envs(kept)
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(log.try_clone().context("sharing the log")?)
        .stderr(log)
        // Ctrl-C at this run's terminal is not meant for it.
        .process_group(0)
        .spawn()
        .context("starting the local ECR")
}

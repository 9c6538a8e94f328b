use super::BuildError;
use ecrane_core::build::{BUILDKIT_VARIABLE, BuildSpec, Route};
use rustix::process::{Pid, Signal, kill_process_group};
use std::ffi::{OsStr, OsString};
use std::ops::{Deref, DerefMut};
use std::process::Stdio;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::task::JoinHandle;

/// One line of the builder's output, without its end.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// The text; bytes that are not UTF-8 are shown as replacement characters.
    pub text: &'a str,
}

/// Longer lines are cut: a builder may print a file in one.
const MAX_LINE: usize = 16 * 1024;

/// The variables that a builder gets: what reaches the engine and the network,
/// never the cloud's keys or the runner's tokens.
const PASSED_ON: &[&str] = &[
    "PATH",
    "HOME",
    "USER",
    "TMPDIR",
    "LANG",
    "LC_ALL",
    "TERM",
    "SOURCE_DATE_EPOCH",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "ALL_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "all_proxy",
    "SSH_AUTH_SOCK",
    "XDG_RUNTIME_DIR",
    "XDG_CONFIG_HOME",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    // "Environment variables" of the `docker` command's reference, and what its builders
    // heed besides.
    "DOCKER_API_VERSION",
    "DOCKER_AUTH_CONFIG",
    "DOCKER_BUILDKIT",
    "DOCKER_CERT_PATH",
    "DOCKER_CLI_EXPERIMENTAL",
    "DOCKER_CONFIG",
    "DOCKER_CONTENT_TRUST",
    "DOCKER_CONTENT_TRUST_SERVER",
    "DOCKER_CONTEXT",
    "DOCKER_CUSTOM_HEADERS",
    "DOCKER_DEFAULT_PLATFORM",
    "DOCKER_HOST",
    "DOCKER_TLS",
    "DOCKER_TLS_VERIFY",
    // Buildah's registries and its storage.
    "REGISTRY_AUTH_FILE",
    "STORAGE_DRIVER",
    "STORAGE_OPTS",
];
/// How the variables begin that only these tools have. Under `DOCKER_` and `STORAGE_`
/// people keep passwords of their own, so of these there are names alone.
const PASSED_ON_PREFIXES: &[&str] = &["BUILDX_", "BUILDKIT_", "BUILDAH_", "CONTAINERS_"];

/// A program that builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Program {
    Docker,
    Buildah,
}

impl Program {
    pub(super) const fn of(route: Route) -> Self {
        match route {
            Route::Buildah => Self::Buildah,
            Route::BuildxLayout
            | Route::OwnBuilder
            | Route::BuildxPush
            | Route::BuildxLoad
            | Route::BuildKit
            | Route::Classic => Self::Docker,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Buildah => "buildah",
        }
    }
}

/// The environment of a builder: the variables above, and those that the build
/// asks for by name.
pub(super) fn environment(spec: &BuildSpec, route: Route) -> Vec<(OsString, OsString)> {
    let mut variables = passed_on(|name| spec.asks_for(name));
    variables.retain(|(name, _)| name != BUILDKIT_VARIABLE);
    let needed = route.buildkit_variable();
    variables.extend(needed.map(|value| (BUILDKIT_VARIABLE.into(), value.into())));
    variables
}

pub(super) fn passed_on(also: impl Fn(&str) -> bool) -> Vec<(OsString, OsString)> {
    std::env::vars_os()
        .filter(|(name, _)| {
            name.to_str().is_some_and(|name| {
                PASSED_ON.contains(&name)
                    || PASSED_ON_PREFIXES
                        .iter()
                        .any(|prefix| name.starts_with(prefix))
                    || also(name)
            })
        })
        .collect()
}

/// Runs a program to its end; dropped, it kills it and what it has started.
pub(super) async fn run(
    program: Program,
    argv: &[OsString],
    environment: &[(OsString, OsString)],
    mut on_line: impl FnMut(Line<'_>),
) -> Result<(), BuildError> {
    let mut child = Running::spawn(program, command(program, argv, environment))?;
    let mut stdout = lines(child.stdout.take());
    let mut stderr = lines(child.stderr.take());
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let (mut out_open, mut err_open) = (true, true);
    while out_open || err_open {
        tokio::select! {
            more = next_line(&mut stdout, &mut out), if out_open => {
                out_open = emit(more, &mut out, &mut on_line);
            }
            more = next_line(&mut stderr, &mut err), if err_open => {
                err_open = emit(more, &mut err, &mut on_line);
            }
        }
    }
    let status = child
        .wait()
        .await
        .map_err(BuildError::io("waiting for the builder"))?;
    if status.success() {
        Ok(())
    } else {
        let words: Vec<_> = argv.iter().take_while(|it| !is_option(it)).collect();
        let words: Vec<_> = words.iter().map(|it| it.to_string_lossy()).collect();
        Err(BuildError::Failed {
            command: format!("{} {}", program.name(), words.join(" ")),
            status,
        })
    }
}

fn is_option(word: &OsStr) -> bool {
    word.as_encoded_bytes().starts_with(b"-")
}

/// A `docker save` under way; dropped, it is killed.
pub(super) struct Saving {
    child: Running,
    said: JoinHandle<String>,
}

/// Starts saving an image to standard output.
pub(super) fn save(
    image: &str,
    environment: &[(OsString, OsString)],
) -> Result<Saving, BuildError> {
    // Ends the options: a name never reads as one.
    let mut child = Running::spawn(
        Program::Docker,
        command(Program::Docker, ["save", "--", image], environment),
    )?;
    let stderr = child.stderr.take();
    let said = tokio::spawn(async move {
        let mut said = Vec::new();
        if let Some(stderr) = stderr {
            // Words that cannot be read are not worth a failure of their own.
            let _ = stderr.take(MAX_LINE as u64).read_to_end(&mut said).await;
        }
        String::from_utf8_lossy(&said).trim().to_owned()
    });
    Ok(Saving { child, said })
}

impl Saving {
    /// The archive as it comes. There is one.
    pub(super) fn take_archive(&mut self) -> Result<ChildStdout, BuildError> {
        self.child.stdout.take().ok_or(BuildError::NoImage)
    }

    /// Waits for its end. An error is what the client said.
    pub(super) async fn finish(mut self) -> Result<(), String> {
        match self.child.wait().await {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(match self.said.await {
                Ok(said) if !said.is_empty() => said,
                _ => status.to_string(),
            }),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// A child whose output is read. Dropped, it ends with all that it has started:
/// a client leaves its plugin behind.
pub(super) struct Running(Child);

impl Running {
    pub(super) fn spawn(program: Program, mut command: Command) -> Result<Self, BuildError> {
        command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // What a terminal sends to ecrane, ecrane decides about.
            .process_group(0)
            .spawn()
            .map(Self)
            .map_err(|error| not_started(program, error))
    }
}

impl Deref for Running {
    type Target = Child;

    fn deref(&self) -> &Child {
        &self.0
    }
}

impl DerefMut for Running {
    fn deref_mut(&mut self) -> &mut Child {
        &mut self.0
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // One that was waited for has no id any more.
        let id = self.0.id().and_then(|id| i32::try_from(id).ok());
        if let Some(group) = id.and_then(Pid::from_raw) {
            // It may have ended just now.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

/// A command with exactly this environment.
pub(super) fn command(
    program: Program,
    argv: impl IntoIterator<Item = impl AsRef<OsStr>>,
    environment: &[(OsString, OsString)],
) -> Command {
    let mut command = Command::new(program.name());
    command
        .args(argv)
        .env_clear()
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

pub(super) fn not_started(program: Program, error: std::io::Error) -> BuildError {
    let missing = error.kind() == std::io::ErrorKind::NotFound;
    match program {
        Program::Docker if missing => BuildError::NoClient,
        Program::Buildah if missing => BuildError::NoBuildah,
        _ => BuildError::io(format!("starting {}", program.name()))(error),
    }
}

type Lines = Option<BufReader<Box<dyn AsyncRead + Send + Unpin>>>;

fn lines(stream: Option<impl AsyncRead + Send + Unpin + 'static>) -> Lines {
    stream.map(|stream| BufReader::new(Box::new(stream) as _))
}

/// Fills `line` up to the next line feed or carriage return, or to [`MAX_LINE`].
/// False at the end. Safe to drop and call again: what was read stays in `line`.
async fn next_line(stream: &mut Lines, line: &mut Vec<u8>) -> bool {
    let Some(stream) = stream else { return false };
    loop {
        let Ok(chunk) = stream.fill_buf().await else {
            return false;
        };
        if chunk.is_empty() {
            return false;
        }
        let end = chunk.iter().position(|b| matches!(b, b'\n' | b'\r'));
        let room = MAX_LINE.saturating_sub(line.len());
        line.extend(chunk.iter().take(end.unwrap_or(chunk.len()).min(room)));
        let used = end.map_or(chunk.len(), |end| end + 1);
        std::pin::Pin::new(&mut *stream).consume(used);
        if end.is_some() {
            return true;
        }
    }
}

fn emit(more: bool, line: &mut Vec<u8>, on_line: &mut impl FnMut(Line<'_>)) -> bool {
    let text = String::from_utf8_lossy(line);
    let text = text.trim_end();
    if !text.is_empty() {
        on_line(Line { text });
    }
    line.clear();
    more
}

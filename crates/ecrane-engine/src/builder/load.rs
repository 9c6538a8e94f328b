//! The way of an image into the engine of this machine.

use super::child::{self, Program, Running};
use super::{BuildError, Built, blocking};
use crate::layout::{self, Layout, LayoutError};
use ecrane_core::push::archive_manifest;
use std::ffi::OsString;
use std::io::ErrorKind;
use std::process::Stdio;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio_util::io::SyncIoBridge;

/// Has the engine know the image by these names. One that it does not have goes
/// there as a stream; dropping the future ends that.
///
/// # Errors
/// No engine, or what it says.
pub async fn load(built: &Built, names: &[String]) -> Result<(), BuildError> {
    match built {
        Built::InEngine(image) => name(image.id.as_str(), names, &image.environment).await,
        Built::Layout(layout) => {
            let environment = child::passed_on(|_| false);
            let id = take_in(layout, &environment).await?;
            name(&id, names, &environment).await
        }
    }
}

async fn name(
    image: &str,
    names: &[String],
    environment: &[(OsString, OsString)],
) -> Result<(), BuildError> {
    for name in names {
        let argv = ["image", "tag", "--", image, name];
        let named = child::command(Program::Docker, argv, environment)
            .output()
            .await
            .map_err(|error| child::not_started(Program::Docker, error))?;
        if !named.status.success() {
            return Err(BuildError::NotNamed {
                name: name.clone(),
                said: String::from_utf8_lossy(&named.stderr).trim().to_owned(),
            });
        }
    }
    Ok(())
}

/// Gives the id under which the engine has the image then.
async fn take_in(
    layout: &Layout,
    environment: &[(OsString, OsString)],
) -> Result<String, BuildError> {
    let single = archive_manifest(layout.plan()).is_some();
    let failed = |said: &str| BuildError::NotLoaded {
        said: said.trim().to_owned(),
        single,
    };
    let mut command = child::command(Program::Docker, ["load", "--quiet"], environment);
    command.stdin(Stdio::piped());
    let mut client = Running::spawn(Program::Docker, command)?;
    let (stdout, stderr) = (client.stdout.take(), client.stderr.take());
    let to = client
        .stdin
        .take()
        .ok_or_else(|| failed("it reads nothing"))?;
    let to = SyncIoBridge::new(to);
    let layout = layout.clone();
    let packing = blocking("packing the image", move || Ok(layout::pack(&layout, to)?));
    let (packed, said, complaint) = tokio::join!(packing, all(stdout), all(stderr));
    let status = client.wait().await;
    let status = status.map_err(BuildError::io("waiting for the engine's client"))?;
    match (packed, status.success()) {
        // What could not be packed is why the client saw its end too early.
        (Err(error), _) if !is_broken_stream(&error) => return Err(error),
        // A client that gave up has said why; the broken stream is its consequence.
        (_, false) => return Err(failed(&complaint)),
        (packed, true) => packed?,
    }
    let id = said
        .lines()
        .find_map(|it| it.strip_prefix("Loaded image ID: "));
    id.map(|id| id.trim().to_owned())
        .ok_or_else(|| failed(&said))
}

fn is_broken_stream(error: &BuildError) -> bool {
    matches!(error, BuildError::Layout(LayoutError::Packing(error)) if error.kind() == ErrorKind::BrokenPipe)
}

async fn all(stream: Option<impl AsyncRead + Unpin>) -> String {
    let mut said = Vec::new();
    if let Some(mut stream) = stream {
        // Words that cannot be read are not worth a failure of their own.
        let _ = stream.read_to_end(&mut said).await;
    }
    String::from_utf8_lossy(&said).into_owned()
}

//! The builder: a `docker` process that turns a Dockerfile into an OCI layout.

mod access;
mod child;
mod export;
mod probe;
mod secrets;

pub use access::{Access, DOCKER_CONFIG, program};
pub use child::Line;
pub use export::{EngineImage, export, find};
pub use probe::probe;

use crate::archive::ArchiveError;
use crate::layout::{self, Layout, LayoutError};
use ecrane_core::build::{self, BuildFiles, BuildSpec, Route};
use std::path::{Path, PathBuf};

/// Why there is no image.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// No `docker` command.
    #[error(
        "there is no `docker` command on PATH; install a Docker client, or push a prebuilt image"
    )]
    NoClient,
    /// The client found no engine.
    #[error(
        "no Docker engine answers: {said}; start one, or name it in DOCKER_HOST. In a container, mount its socket"
    )]
    NoEngine {
        /// What the client said.
        said: String,
    },
    /// The engine's socket is there and may not be used.
    #[error(
        "the Docker engine's socket may not be used by this user: {said}; add the user to the socket's group, or name another engine in DOCKER_HOST"
    )]
    NoRight {
        /// What the client said.
        said: String,
    },
    /// The builder ended with an error, which its output tells.
    #[error("`docker {command}` failed with {status}; its output above says why")]
    Failed {
        /// The command's first word or words.
        command: &'static str,
        /// How it ended.
        status: std::process::ExitStatus,
    },
    /// The engine did not hand over the image.
    #[error("the engine did not hand over the image `{image}`: {said}")]
    NotSaved {
        /// Its name or id.
        image: String,
        /// What the client said.
        said: String,
    },
    /// The builder ended well and left nothing.
    #[error("the builder ended well and left no image id")]
    NoImage,
    /// A file or process of our own failed.
    #[error("{doing}: {source}")]
    Io {
        /// What was being done.
        doing: String,
        /// The system's answer.
        source: std::io::Error,
    },
    /// The builder's layout cannot be read.
    #[error("the builder's OCI layout: {0}")]
    Layout(#[from] LayoutError),
    /// The engine's archive cannot be read.
    #[error("the engine's archive of the image: {0}")]
    Archive(#[from] ArchiveError),
}

impl BuildError {
    fn io(doing: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let doing = doing.into();
        move |source| Self::Io { doing, source }
    }
}

/// What a builder left.
#[derive(Debug)]
pub enum Built {
    /// A layout.
    Layout(Layout),
    /// An image in the engine, for [`export`] to fetch.
    InEngine(EngineImage),
}

/// Builds in `folder`, which must exist and be empty.
///
/// With `access` it signs in to registries by that, else as the user's own
/// client does. Every line of the builder's output goes to `on_line` as it
/// comes. Dropping the future stops the builder.
///
/// # Errors
/// See [`BuildError`].
pub async fn build(
    spec: &BuildSpec,
    route: Route,
    access: Option<&Access>,
    folder: &Path,
    on_line: impl FnMut(Line<'_>),
) -> Result<Built, BuildError> {
    let files = BuildFiles {
        layout_tar: folder.join("layout.tar"),
        image_id: folder.join("image-id"),
        secrets: folder.join("secrets"),
    };
    secrets::write(spec, &files.secrets)?;
    let argv = build::argv(spec, route, &files);
    let command = match route {
        Route::BuildxLayout | Route::BuildxLoad => "buildx build",
        Route::BuildKit | Route::Classic => "build",
    };
    let mut environment = child::environment(spec, route);
    if let Some(access) = access {
        access.enter(&mut environment);
    }
    let built = child::run(command, &argv, &environment, on_line).await;
    // The folder goes anyway; what is in these files goes first.
    let _ = std::fs::remove_dir_all(&files.secrets);
    built?;
    match route {
        Route::BuildxLayout => {
            let layout = unpack(files.layout_tar, folder.join("layout")).await?;
            Ok(Built::Layout(layout))
        }
        Route::BuildxLoad | Route::BuildKit | Route::Classic => {
            let id = tokio::fs::read_to_string(&files.image_id)
                .await
                .map_err(|_| BuildError::NoImage)?;
            let image = EngineImage::built(id.trim(), environment)?;
            Ok(Built::InEngine(image))
        }
    }
}

async fn unpack(tar: PathBuf, into: PathBuf) -> Result<Layout, BuildError> {
    blocking("unpacking the builder's layout", move || {
        let opened =
            std::fs::File::open(&tar).map_err(BuildError::io("opening the builder's layout"))?;
        let layout = layout::unpack(opened, &into)?;
        // A layout that could not be removed is removed with its folder.
        let _ = std::fs::remove_file(&tar);
        Ok(layout)
    })
    .await
}

async fn blocking<T: Send + 'static>(
    doing: &'static str,
    work: impl FnOnce() -> Result<T, BuildError> + Send + 'static,
) -> Result<T, BuildError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| BuildError::io(doing)(std::io::Error::other(error)))?
}

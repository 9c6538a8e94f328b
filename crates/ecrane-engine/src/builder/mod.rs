//! The builder: a `docker` process that turns a Dockerfile into an OCI layout.

mod access;
mod child;
mod classic;
mod export;
mod load;
mod own;
mod probe;
mod secrets;

pub use access::{AUTH_FILE, Access, DOCKER_CONFIG, program};
pub use child::Line;
use child::Program;
pub use export::{EngineImage, export, find, origin};
pub use load::load;
use own::{Own, Start};
pub use probe::{answers, probe};

use crate::archive::ArchiveError;
use crate::layout::{self, Layout, LayoutError};
use ecrane_core::build::{self, BuildFiles, BuildSpec, NodeContainer, Route};
use ecrane_core::name::{Digest, Reference};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Why there is no image.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// No `docker` command.
    #[error(
        "there is no `docker` command on PATH; install a Docker client, or push a prebuilt image by `image`"
    )]
    NoClient,
    /// No `buildah` command.
    #[error(
        "there is no `buildah` command on PATH; install it, or choose another `builder-backend`"
    )]
    NoBuildah,
    /// Buildx knows no builder of this name.
    #[error(
        "`builder` names `{name}`, which cannot be used: {said}; `docker buildx ls` lists those that are there, and the engine runs no container `{container}` of it"
    )]
    NoBuilder {
        /// The name.
        name: String,
        /// What buildx said.
        said: String,
        /// The container that it would run in.
        container: NodeContainer,
    },
    /// A client without the plugin.
    #[error(
        "the Docker client has no buildx plugin; install it (Debian: docker-buildx), or choose another `builder-backend`"
    )]
    NoBuildx,
    /// Nothing that builds.
    #[error(
        "nothing here builds: {docker}. And there is no `buildah`, which builds without an engine"
    )]
    Nothing {
        /// Why no engine does.
        docker: Box<BuildError>,
    },
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
    #[error("`{command}` failed with {status}; its output above says why")]
    Failed {
        /// The command's first words.
        command: String,
        /// How it ended.
        status: std::process::ExitStatus,
    },
    /// The builder of this run did not start.
    #[error(
        "the builder of this run did not start: {said}; the engine must be able to pull `moby/buildkit:buildx-stable-1` for it. Or turn on the engine's containerd image store, or name a `builder` that is there"
    )]
    NotStarted {
        /// What the client said.
        said: String,
    },
    /// The engine did not hand over the image.
    #[error("the engine did not hand over the image `{image}`: {said}")]
    NotSaved {
        /// Its name or id.
        image: String,
        /// What the client said.
        said: String,
    },
    /// The engine did not take the image in.
    #[error("the engine did not take the image: {said}{}", if *.single { "" } else { "; an engine of the classic image store takes images of one platform only" })]
    NotLoaded {
        /// What the client said.
        said: String,
        /// Whether it is an image of one platform.
        single: bool,
    },
    /// The engine did not name the image.
    #[error("the engine did not name the image `{name}`: {said}")]
    NotNamed {
        /// The name.
        name: String,
        /// What the client said.
        said: String,
    },
    /// The builder ended well and left nothing.
    #[error("the builder ended well and left no image id")]
    NoImage,
    /// The builder pushed, and did not say what.
    #[error("the builder ended well and did not say the digest of what it pushed")]
    NoDigest,
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

/// A build: what, how, and with which access to registries.
#[derive(Debug, Clone, Copy)]
pub struct Build<'b> {
    /// What is built.
    pub spec: &'b BuildSpec,
    /// How.
    pub route: Route,
    /// The containers of the builder that is to be taken up.
    pub adopted: &'b [NodeContainer],
    /// How the builder signs in to registries; `None`: as the user's own client
    /// does.
    pub access: Option<&'b Access>,
    /// An empty folder for it.
    pub folder: &'b Path,
}

impl Build<'_> {
    fn files(&self, names: &[Reference]) -> BuildFiles {
        BuildFiles {
            builder: self.own_builder(),
            layout_tar: self.folder.join("layout.tar"),
            image_id: self.folder.join("image-id"),
            metadata: self.folder.join("metadata.json"),
            names: names.to_vec(),
            secrets: self.folder.join("secrets"),
        }
    }

    /// The name of the builder that the run makes, if it does. One for each run:
    /// its folder has a name that no other has.
    fn own_builder(&self) -> Option<String> {
        let folder = self.folder.file_name().unwrap_or_default();
        let needed = self.route == Route::OwnBuilder || !self.adopted.is_empty();
        needed.then(|| folder.to_string_lossy().to_lowercase())
    }

    fn environment(&self) -> Vec<(OsString, OsString)> {
        let mut environment = child::environment(self.spec, self.route);
        if let Some(access) = self.access {
            access.enter(&mut environment);
        }
        environment
    }

    async fn run(
        &self,
        files: &BuildFiles,
        on_line: &mut impl FnMut(Line<'_>),
    ) -> Result<(), BuildError> {
        secrets::write(self.spec, &files.secrets)?;
        let argv = build::argv(self.spec, self.route, files);
        let program = Program::of(self.route);
        let environment = self.environment();
        let built = if let Some(name) = &files.builder {
            let commands = build::create_builder(self.route, self.adopted, name);
            let _own = Own::create(name, &commands, &environment, on_line).await?;
            let mut start = Start::default();
            let seen = |line: Line<'_>| {
                start.see(line.text);
                on_line(line);
            };
            let built = child::run(program, &argv, &environment, seen).await;
            match start.failure {
                Some(said) if built.is_err() => Err(BuildError::NotStarted { said }),
                _ => built,
            }
        } else if matches!(self.route, Route::Classic | Route::BuildKit) {
            classic::run(&argv, &environment, on_line).await
        } else {
            child::run(program, &argv, &environment, on_line).await
        };
        // The folder goes anyway; what is in these files goes first.
        let _ = std::fs::remove_dir_all(&files.secrets);
        built
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

/// Builds.
///
/// Every line of the builder's output goes to `on_line` as it comes. Dropping
/// the future stops the builder.
///
/// # Errors
/// See [`BuildError`].
pub async fn build(
    build: Build<'_>,
    mut on_line: impl FnMut(Line<'_>),
) -> Result<Built, BuildError> {
    let files = build.files(&[]);
    build.run(&files, &mut on_line).await?;
    let into = build.folder.join("layout");
    let layout = match build.route {
        Route::BuildxLayout | Route::OwnBuilder => unpack(files.layout_tar, into).await,
        Route::BuildxLoad | Route::BuildKit | Route::Classic => {
            let id = image_id(&files).await?;
            let image = EngineImage::built(&id, build.environment())?;
            return Ok(Built::InEngine(image));
        }
        Route::Buildah => {
            let argv = build::export(build.spec, &image_id(&files).await?, &into);
            child::run(Program::Buildah, &argv, &build.environment(), on_line).await?;
            blocking("reading buildah's layout", move || Ok(layout::read(&into)?)).await
        }
        // It leaves nothing here.
        Route::BuildxPush => Err(BuildError::NoImage),
    };
    layout.map(Built::Layout)
}

/// Builds, and has the builder push the image by these names. Gives the digest
/// that the builder says.
///
/// # Errors
/// See [`BuildError`].
pub async fn push(
    build: Build<'_>,
    names: &[Reference],
    mut on_line: impl FnMut(Line<'_>),
) -> Result<Digest, BuildError> {
    let files = build.files(names);
    build.run(&files, &mut on_line).await?;
    let metadata = tokio::fs::read(&files.metadata).await;
    let metadata: Metadata = metadata
        .ok()
        .and_then(|text| serde_json::from_slice(&text).ok())
        .ok_or(BuildError::NoDigest)?;
    metadata.digest.parse().map_err(|_| BuildError::NoDigest)
}

/// What a builder says of an image.
#[derive(serde::Deserialize)]
struct Metadata {
    #[serde(rename = "containerimage.digest")]
    digest: String,
}

async fn image_id(files: &BuildFiles) -> Result<String, BuildError> {
    let id = tokio::fs::read_to_string(&files.image_id).await;
    let id = id.map_err(|_| BuildError::NoImage)?;
    Ok(id.trim().to_owned())
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

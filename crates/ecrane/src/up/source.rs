//! Where the image comes from: a build, or one that is there.

use super::output::Output;
use crate::config::ImageSource;
use crate::credentials::{self, Grant};
use crate::exit::Failure;
use ecrane_core::build::{self, BuildSpec, Builder, Route};
use ecrane_engine::archive;
use ecrane_engine::aws::Connection;
use ecrane_engine::builder;
use ecrane_engine::layout::{self, Layout};
use std::path::Path;

/// Where the image will come from, found to be possible.
pub(super) enum Source<'a> {
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
    pub(super) fn granted(
        mut self,
        own: Option<&Connection>,
        folder: &Path,
    ) -> Result<Self, Failure> {
        if let Self::Build { spec, grant, .. } = &mut self {
            *grant = credentials::grant(spec, own, folder)?;
        }
        Ok(self)
    }

    /// The image, built now or there already.
    ///
    /// # Errors
    /// The builder's.
    pub(super) async fn layout(self, folder: &Path, output: &Output) -> Result<Layout, Failure> {
        match self {
            Self::Layout(layout) => Ok(layout),
            Self::Build {
                spec,
                builder,
                route,
                grant,
            } => {
                let access = grant.as_ref().map(Grant::access);
                output.title(&format!("Build {} with {builder}", spec.context.display()));
                let on_line = |line: builder::Line<'_>| output.foreign(line.text);
                let built = builder::build(spec, route, access, folder, on_line).await;
                built.map_err(Failure::refused)
            }
        }
    }
}

/// Finds out whether the image can be had. Nothing is started.
///
/// # Errors
/// No builder, or one that cannot do what is asked; a broken image.
pub(super) async fn prepare<'a>(
    image: &'a ImageSource,
    folder: &Path,
) -> Result<Source<'a>, Failure> {
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

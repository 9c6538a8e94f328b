//! Where the image comes from: a build, or one that is there.

use super::output::Output;
use crate::config::{Config, ImageSource, InEngine};
use crate::credentials::{self, Grant};
use crate::exit::Failure;
use ecrane_core::build::{self, BuildSpec, Builder, Rebuild, Route};
use ecrane_core::name::{Digest, Reference, RegistryHost};
use ecrane_core::push::Known;
use ecrane_engine::archive::{self, Packed};
use ecrane_engine::aws::Connection;
use ecrane_engine::builder::{self, Build, BuildError, Built, EngineImage, Line};
use ecrane_engine::layout::{self, Layout};
use std::borrow::Cow;
use std::path::Path;

/// Where the image will come from, found to be possible.
pub(super) enum Source<'a> {
    /// It can be built, this way.
    Build {
        spec: &'a BuildSpec,
        builder: Builder,
        /// Why it is not the first choice.
        why: Option<String>,
        route: Route,
        /// What the builder may sign in to, beside what the user's client may.
        grant: Option<Grant>,
    },
    /// It is there and whole.
    Layout(Layout),
    /// The engine has it.
    InEngine(EngineImage),
}

impl Source<'_> {
    /// Whether the builder pushes: the image does not come here.
    pub(super) fn is_pushed_by_builder(&self) -> bool {
        matches!(
            self,
            Self::Build {
                route: Route::BuildxPush,
                ..
            }
        )
    }

    /// The registries of ECR that a build reads from, as far as nobody else
    /// signs in to them.
    pub(super) fn registries(&self) -> Vec<RegistryHost> {
        match self {
            Self::Build { spec, route, .. } => credentials::unknown((spec, *route)),
            Self::Layout(_) | Self::InEngine(_) => Vec::new(),
        }
    }

    /// Lets the builder sign in to the registries that it needs; to `pushed_to`
    /// by the credentials of this run, whatever else is configured.
    ///
    /// # Errors
    /// The folder for it cannot be made.
    pub(super) fn granted(
        mut self,
        own: Option<&Connection>,
        pushed_to: &[RegistryHost],
        folder: &Path,
    ) -> Result<Self, Failure> {
        if let Self::Build {
            spec, route, grant, ..
        } = &mut self
        {
            *grant = credentials::grant((spec, *route), own, pushed_to, folder)?;
        }
        Ok(self)
    }

    /// Whether layers that the repository has can stay in the engine that it will
    /// come out of. Which these are, the images at the tags say; who builds without a
    /// cache takes nobody's word.
    pub(super) fn may_leave_layers(&self) -> bool {
        match self {
            Self::Build { spec, route, .. } => {
                let is_exported =
                    matches!(route, Route::BuildxLoad | Route::BuildKit | Route::Classic);
                is_exported && spec.rebuild != Rebuild::Everything
            }
            Self::Layout(_) => false,
            Self::InEngine(_) => true,
        }
    }

    /// The image, built now or there already.
    ///
    /// # Errors
    /// The builder's.
    pub(super) async fn built(self, folder: &Path, output: &Output) -> Result<Built, Failure> {
        let this = match self {
            Self::Layout(layout) => return Ok(Built::Layout(layout)),
            Self::InEngine(image) => return Ok(Built::InEngine(image)),
            build @ Self::Build { .. } => build,
        };
        let build = this.build(folder, output)?;
        let route = build.route;
        let show = |line: Line<'_>| {
            if !route.is_advice(line.text) {
                output.foreign(line.text);
            }
        };
        builder::build(build, show).await.map_err(Failure::refused)
    }

    /// Builds, and has the builder push by these names.
    ///
    /// # Errors
    /// The builder's.
    pub(super) async fn push(
        self,
        folder: &Path,
        names: &[Reference],
        output: &Output,
    ) -> Result<Digest, Failure> {
        let build = self.build(folder, output)?;
        let pushed = builder::push(build, names, |line| output.foreign(line.text)).await;
        pushed.map_err(Failure::refused)
    }

    fn build<'b>(&'b self, folder: &'b Path, output: &Output) -> Result<Build<'b>, Failure> {
        let Self::Build {
            spec,
            builder,
            why,
            route,
            grant,
        } = self
        else {
            return Err(Failure::refused("there is nothing to build"));
        };
        let why = why
            .as_ref()
            .map_or_else(String::new, |why| format!(", as {why}"));
        let own = match route {
            Route::OwnBuilder => own_builder(spec),
            _ => adopted(builder),
        };
        output.title(&format!(
            "Build {} with {builder}{why}{own}",
            spec.context.display()
        ));
        Ok(Build {
            spec,
            route: *route,
            adopted: builder.adopted(),
            access: grant.as_ref().map(Grant::access),
            folder,
        })
    }
}

/// Why the run makes a builder.
fn own_builder(spec: &BuildSpec) -> String {
    let inputs = build::needing_own_builder(spec);
    let inputs: Vec<String> = inputs.iter().map(|it| format!("`{it}`")).collect();
    format!(
        ", in a builder of its own for {}: its image may have to be pulled",
        inputs.join(" and ")
    )
}

/// Which containers the run takes up.
fn adopted(builder: &Builder) -> String {
    let nodes: Vec<String> = builder
        .adopted()
        .iter()
        .map(|it| format!("`{it}`"))
        .collect();
    match nodes.is_empty() {
        true => String::new(),
        false => format!(", in the running {}", nodes.join(" and ")),
    }
}

/// Finds out whether the image can be had. Nothing is started.
///
/// # Errors
/// No builder, or one that cannot do what is asked; a broken image; no engine to
/// load it into.
pub(super) async fn prepare<'a>(config: &'a Config, folder: &Path) -> Result<Source<'a>, Failure> {
    let source = find(&config.image, folder).await?;
    if config.engine == InEngine::Named {
        let answers = builder::answers().await;
        answers.map_err(|error| Failure::refused(format!("`load`: {error}")))?;
    }
    Ok(source)
}

async fn find<'a>(image: &'a ImageSource, folder: &Path) -> Result<Source<'a>, Failure> {
    let layout = match image {
        ImageSource::Build(spec) => {
            let probed = builder::probe(spec.backend, spec.builder.as_deref()).await;
            let (builder, why) = probed.map_err(|error| match error {
                BuildError::NoBuilder { .. } => Failure::faulty(error.to_string()),
                other => Failure::refused(other),
            })?;
            let route = build::route(&builder, spec).map_err(Failure::faulty)?;
            return Ok(Source::Build {
                spec,
                builder,
                why,
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
            let read = tokio::task::spawn_blocking(move || archive::read(&file, &into));
            read.await.map_err(Failure::refused)?.map_err(faulty_image)
        }
        ImageSource::Engine(name) => {
            let found = builder::find(name).await.map_err(Failure::refused);
            return found.map(Source::InEngine);
        }
    };
    layout.map(Source::Layout)
}

/// What was built, as a push needs it: what the repository is known to have may
/// stay in the engine. Of layers that come from there each is told of as soon as it
/// is compressed.
///
/// # Errors
/// The engine's.
pub(super) async fn layout<'a>(
    built: &'a Built,
    known: &Known,
    into: &Path,
    packed: impl FnMut(Packed) + Send + 'static,
) -> Result<Cow<'a, Layout>, Failure> {
    match built {
        Built::Layout(layout) => Ok(Cow::Borrowed(layout)),
        Built::InEngine(image) => builder::export(image, known, into.to_owned(), packed)
            .await
            .map(Cow::Owned)
            .map_err(Failure::refused),
    }
}

fn faulty_image(error: impl std::fmt::Display) -> Failure {
    Failure::faulty(format!("`image`: {error}"))
}

use super::{Attestation, BuildSpec, NodeContainer, PushBy, Rebuild, needing_own_builder};
use std::fmt;

/// What answered when it was asked whether it builds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Builder {
    /// A Docker client and its engine.
    Docker(Docker),
    /// buildah, which needs no engine.
    Buildah {
        /// Its version, such as `1.39.3`.
        version: String,
    },
}

/// What a Docker engine and its client said of themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Docker {
    /// The client's version, such as `28.2.2`.
    pub client: String,
    /// The engine's version.
    pub engine: String,
    /// The buildx plugin's version, where it answers.
    pub buildx: Option<String>,
    /// What can export an image as an OCI layout.
    pub oci_exporter: OciExporter,
    /// Where the builder makes the image.
    pub image_place: ImagePlace,
    /// The containers of the builder that was named, where this client does not
    /// know it; else none.
    pub adopted: Vec<NodeContainer>,
}

impl Builder {
    /// The containers of a builder that the run takes up.
    #[must_use]
    pub fn adopted(&self) -> &[NodeContainer] {
        match self {
            Self::Docker(docker) => &docker.adopted,
            Self::Buildah { .. } => &[],
        }
    }
}

/// Where a builder makes an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImagePlace {
    /// On one machine, which is here or near.
    Here,
    /// On a machine of its own, in a cluster, or in parts on several: it should
    /// not come here only to go on.
    Elsewhere,
}

/// Whether the builder can write an OCI layout itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OciExporter {
    /// It can: the engine has the containerd image store, or the builder is one
    /// of its own.
    Present,
    /// It cannot: the docker driver on the classic image store.
    Absent,
}

/// A way from a Dockerfile to an OCI layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// buildx writes the layout.
    BuildxLayout,
    /// buildx writes the layout, with a builder that is made for the run.
    OwnBuilder,
    /// buildx pushes the image from where it is.
    BuildxPush,
    /// buildx leaves the image in the engine, which saves it.
    BuildxLoad,
    /// The client's own `build` with the engine's BuildKit; the engine saves it.
    BuildKit,
    /// The client's own `build` without BuildKit; the engine saves it.
    Classic,
    /// buildah builds, and writes the layout.
    Buildah,
}

/// The variable that decides between BuildKit and the classic builder, in a
/// client that has both.
pub const BUILDKIT_VARIABLE: &str = "DOCKER_BUILDKIT";

impl Route {
    /// Whether buildx does it.
    #[must_use]
    pub const fn has_buildx(self) -> bool {
        matches!(
            self,
            Self::BuildxLayout | Self::OwnBuilder | Self::BuildxPush | Self::BuildxLoad
        )
    }

    /// The value of [`BUILDKIT_VARIABLE`] that the client needs on this route;
    /// on the others it must not be set.
    #[must_use]
    pub const fn buildkit_variable(self) -> Option<&'static str> {
        match self {
            Self::BuildKit => Some("1"),
            // Where buildx is there, the client would hand the build to it.
            Self::Classic => Some("0"),
            Self::BuildxLayout
            | Self::OwnBuilder
            | Self::BuildxPush
            | Self::BuildxLoad
            | Self::Buildah => None,
        }
    }

    /// Whether a line is the client's advice to whoever chose this builder. On
    /// this route ecrane did, and nobody can follow it.
    #[must_use]
    pub fn is_advice(self, line: &str) -> bool {
        self == Self::Classic && CLASSIC_ADVICE.contains(&line.trim())
    }
}

/// By which a client of version 23 or later begins a classic build.
const CLASSIC_ADVICE: [&str; 3] = [
    "DEPRECATED: The legacy builder is deprecated and will be removed in a future release.",
    "BuildKit is currently disabled; enable it by removing the DOCKER_BUILDKIT=0",
    "environment-variable.",
];

impl fmt::Display for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Buildah { version } => write!(f, "buildah {version}"),
            Self::Docker(Docker {
                buildx: Some(buildx),
                engine,
                ..
            }) => write!(f, "docker buildx {buildx}, engine {engine}"),
            Self::Docker(Docker { client, engine, .. }) => {
                write!(f, "docker build {client}, engine {engine}")
            }
        }
    }
}

/// Chooses the way.
///
/// # Errors
/// Several platforms where the builder cannot make them, or inputs that it does
/// not know, all of them; says what would.
pub fn route(builder: &Builder, spec: &BuildSpec) -> Result<Route, String> {
    let several = spec.platforms.len() > 1;
    if let Some(route) = pushed(builder, spec)? {
        return Ok(route);
    }
    let route = match builder {
        Builder::Buildah { .. } => Route::Buildah,
        Builder::Docker(docker) => match (&docker.buildx, docker.oci_exporter) {
            (Some(_), OciExporter::Present) => return Ok(Route::BuildxLayout),
            // A builder that somebody named is the one that is meant.
            (Some(_), OciExporter::Absent)
                if spec.builder.is_none() && !needing_own_builder(spec).is_empty() =>
            {
                return Ok(Route::OwnBuilder);
            }
            (Some(_), OciExporter::Absent) => Route::BuildxLoad,
            // Clients from 23 on reach BuildKit only through buildx; those before
            // carry it themselves.
            (None, _) if major(&docker.client).is_some_and(|v| v < 23) => Route::BuildKit,
            (None, _) => Route::Classic,
        },
    };
    let mut refusals = Vec::new();
    if several {
        refusals.push(format!(
            "the builder ({builder}) makes one platform at a time, and `platforms` names {}; turn on the engine's containerd image store, or choose a builder of the docker-container driver",
            spec.platforms.len()
        ));
    }
    let unknown: Vec<String> = beyond(route, spec)
        .map(|name| format!("`{name}`"))
        .collect();
    if !unknown.is_empty() {
        let help = if route == Route::Buildah {
            "build with buildx"
        } else if route.has_buildx() {
            "turn on the engine's containerd image store, or name a `builder` of the docker-container driver"
        } else {
            "install the buildx plugin of the Docker client"
        };
        refusals.push(format!(
            "the builder ({builder}) cannot do what {} ask{} for; {help}",
            unknown.join(" and "),
            if unknown.len() == 1 { "s" } else { "" },
        ));
    }
    if refusals.is_empty() {
        Ok(route)
    } else {
        Err(refusals.join("; "))
    }
}

/// The way on which the builder pushes, if it is to.
fn pushed(builder: &Builder, spec: &BuildSpec) -> Result<Option<Route>, String> {
    let able = match builder {
        Builder::Docker(docker) => {
            docker.buildx.is_some() && docker.oci_exporter == OciExporter::Present
        }
        Builder::Buildah { .. } => false,
    };
    let elsewhere =
        matches!(builder, Builder::Docker(docker) if docker.image_place == ImagePlace::Elsewhere);
    match spec.push_by {
        PushBy::Ecrane => Ok(None),
        PushBy::Auto if !elsewhere => Ok(None),
        PushBy::Auto | PushBy::Builder if able => Ok(Some(Route::BuildxPush)),
        PushBy::Auto | PushBy::Builder => Err(format!(
            "the builder ({builder}) does not push itself, as `push-by` asks for; turn on the engine's containerd image store, or name another `builder`"
        )),
    }
}

/// The inputs that are given and that this way cannot follow.
pub(super) fn beyond(route: Route, spec: &BuildSpec) -> impl Iterator<Item = &'static str> {
    let stages = matches!(spec.rebuild, Rebuild::Stages(_));
    let needs = [
        (Least::BuildKit, "secrets", !spec.secrets.is_empty()),
        (Least::BuildKit, "ssh", !spec.ssh.is_empty()),
        (
            Least::Buildx,
            "build-contexts",
            !spec.build_contexts.is_empty(),
        ),
        (Least::Buildx, "cache-to", !spec.cache_to.is_empty()),
        (Least::Buildx, "no-cache-filters", stages),
        (Least::Buildx, "builder", spec.builder.is_some()),
        (
            Least::Layout,
            "provenance",
            spec.provenance != Attestation::Off,
        ),
        (Least::Layout, "annotations", !spec.annotations.is_empty()),
        (Least::Layout, "sbom", spec.sbom != Attestation::Off),
        (Least::Layout, "compression", spec.compression.is_some()),
    ];
    let has = match route {
        Route::Classic => Least::Client,
        Route::BuildKit => Least::BuildKit,
        // It knows some of what only buildx knows otherwise.
        Route::BuildxLoad | Route::Buildah => Least::Buildx,
        Route::BuildxLayout | Route::OwnBuilder | Route::BuildxPush => Least::Layout,
    };
    let buildah = [
        ("cache-from", !spec.cache_from.is_empty()),
        ("cache-to", !spec.cache_to.is_empty()),
        ("no-cache-filters", stages),
        ("builder", spec.builder.is_some()),
    ];
    let buildah = buildah
        .into_iter()
        .filter(move |(_, given)| *given && route == Route::Buildah);
    let beyond = needs.into_iter().filter(move |(least, name, given)| {
        let known = route == Route::Buildah && OF_BUILDAH.contains(name);
        *given && *least > has && !known
    });
    beyond
        .map(|(_, name, _)| name)
        .chain(buildah.map(|(name, _)| name))
}

/// What buildah knows, though it is no buildx.
const OF_BUILDAH: &[&str] = &["annotations", "compression"];

/// The least that an input needs, in order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Least {
    Client,
    BuildKit,
    Buildx,
    Layout,
}

fn major(version: &str) -> Option<u32> {
    version.split('.').next()?.parse().ok()
}

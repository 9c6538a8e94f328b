use super::{Attestation, BuildSpec, Rebuild};
use std::fmt;

/// What the engine and its client said of themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Builder {
    /// The client's version, such as `28.2.2`.
    pub client: String,
    /// The engine's version.
    pub engine: String,
    /// The buildx plugin's version, where it answers.
    pub buildx: Option<String>,
    /// What can export an image as an OCI layout.
    pub oci_exporter: OciExporter,
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
    /// buildx leaves the image in the engine, which saves it.
    BuildxLoad,
    /// The client's own `build` with the engine's BuildKit; the engine saves it.
    BuildKit,
    /// The client's own `build` without BuildKit; the engine saves it.
    Classic,
}

/// The variable that decides between BuildKit and the classic builder, in a
/// client that has both.
pub const BUILDKIT_VARIABLE: &str = "DOCKER_BUILDKIT";

impl Route {
    /// Whether buildx does it.
    #[must_use]
    pub const fn has_buildx(self) -> bool {
        matches!(self, Self::BuildxLayout | Self::BuildxLoad)
    }

    /// The value of [`BUILDKIT_VARIABLE`] that the client needs on this route;
    /// on the others it must not be set.
    #[must_use]
    pub const fn buildkit_variable(self) -> Option<&'static str> {
        match self {
            Self::BuildKit => Some("1"),
            Self::BuildxLayout | Self::BuildxLoad | Self::Classic => None,
        }
    }
}

impl fmt::Display for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.buildx {
            Some(buildx) => write!(f, "docker buildx {buildx}, engine {}", self.engine),
            None => write!(f, "docker build {}, engine {}", self.client, self.engine),
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
    let route = match (&builder.buildx, builder.oci_exporter) {
        (Some(_), OciExporter::Present) => return Ok(Route::BuildxLayout),
        (Some(_), OciExporter::Absent) => Route::BuildxLoad,
        // Clients from 23 on reach BuildKit only through buildx; those before
        // carry it themselves.
        (None, _) if major(&builder.client).is_some_and(|v| v < 23) => Route::BuildKit,
        (None, _) => Route::Classic,
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
        let help = if route.has_buildx() {
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

/// The inputs that are given and that this way cannot follow.
fn beyond(route: Route, spec: &BuildSpec) -> impl Iterator<Item = &'static str> {
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
        Route::BuildxLoad => Least::Buildx,
        Route::BuildxLayout => Least::Layout,
    };
    needs
        .into_iter()
        .filter(move |(least, _, given)| *given && *least > has)
        .map(|(_, name, _)| name)
}

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

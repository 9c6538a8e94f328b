//! A builder that a run makes for itself: of the `docker-container` driver, where
//! the engine's own cannot do what is asked; or of the `remote` driver, by which
//! it takes up the containers of a builder that buildx knows elsewhere.

use super::route::beyond;
use super::{BuildSpec, CacheKind, Route};
use std::ffi::OsString;
use std::fmt;

/// The inputs that need one where buildx has the engine's classic image store.
#[must_use]
pub fn needing_own_builder(spec: &BuildSpec) -> Vec<&'static str> {
    let several = (spec.platforms.len() > 1).then_some("platforms");
    let mut caches = spec.cache_to.iter();
    let cache = caches.any(|it| it.kind() != CacheKind::Inline);
    let cache = cache.then_some("cache-to");
    let others = beyond(Route::BuildxLoad, spec);
    several.into_iter().chain(cache).chain(others).collect()
}

/// What buildx begins the names of its builders' containers with.
pub const NODE_PREFIX: &str = "buildx_buildkit_";

/// A container in which buildx runs one node of a builder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeContainer(String);

impl NodeContainer {
    /// The one in which buildx runs this node of a builder, counted from 0,
    /// unless somebody gave the node another name.
    #[must_use]
    pub fn of(builder: &str, node: usize) -> Self {
        // Buildx keeps names so.
        let builder = builder.to_lowercase();
        Self(format!("{NODE_PREFIX}{builder}{node}"))
    }

    /// The nodes of a builder among the containers of these names, from the
    /// first to where one is missing: `farm10` is of a builder `farm1` too.
    pub fn among(names: &[&str], builder: &str) -> Vec<Self> {
        (0..)
            .map(|node| Self::of(builder, node))
            .take_while(|it| names.contains(&it.0.as_str()))
            .collect()
    }
}

impl fmt::Display for NodeContainer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The arguments of `docker` that make the builder of a run, one command after
/// the other; none where the run needs none. One that is `adopted` runs already,
/// any other starts with the build.
#[must_use]
pub fn create_builder(route: Route, adopted: &[NodeContainer], name: &str) -> Vec<Vec<OsString>> {
    let name = format!("--name={name}");
    let create = |words: &[&str]| {
        let all = ["buildx", "create", &name]
            .into_iter()
            .chain(words.iter().copied());
        all.map(OsString::from).collect()
    };
    if route == Route::OwnBuilder {
        return vec![create(&["--driver=docker-container"])];
    }
    let nodes = adopted.iter().enumerate().map(|(place, node)| {
        let address = format!("docker-container://{node}");
        match place {
            0 => create(&["--driver=remote", &address]),
            _ => create(&["--append", "--driver=remote", &address]),
        }
    });
    nodes.collect()
}

/// The arguments of `docker` that remove it: with its container and its cache
/// where the run made these, and otherwise only what buildx knows of it.
#[must_use]
pub fn remove_builder(name: &str) -> Vec<OsString> {
    ["buildx", "rm", "--force", name].map(OsString::from).into()
}

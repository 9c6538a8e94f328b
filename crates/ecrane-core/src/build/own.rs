//! A builder of the `docker-container` driver that a run makes for itself, where
//! the engine's own cannot do what is asked.

use super::route::beyond;
use super::{BuildSpec, CacheKind, Route};
use std::ffi::OsString;

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

/// The arguments of `docker` that make it. It starts with the build.
#[must_use]
pub fn create_builder(name: &str) -> Vec<OsString> {
    let name = format!("--name={name}");
    ["buildx", "create", &name, "--driver=docker-container"]
        .map(OsString::from)
        .into()
}

/// The arguments of `docker` that remove it, with its container and its cache.
#[must_use]
pub fn remove_builder(name: &str) -> Vec<OsString> {
    ["buildx", "rm", "--force", name].map(OsString::from).into()
}

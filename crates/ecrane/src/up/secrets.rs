//! What a log must not show.

use crate::config::{Config, ImageSource};
use crate::scrub::Scrub;
use crate::show::Log;
use ecrane_core::build::SecretSource;
use secrecy::{ExposeSecret as _, SecretBox};

/// The variables of the environment that are secrets whatever a build does.
const VARIABLES: &[&str] = &[
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "ACTIONS_RUNTIME_TOKEN",
    "GITHUB_TOKEN",
    "INPUT_GITHUB-TOKEN",
    "INPUT_HTTP-PROXY",
    "INPUT_SECRETS",
];

type Secret = SecretBox<Vec<u8>>;

/// Has the runner mask the secrets of the build, before the first line of a
/// builder that could show one.
pub(super) fn mask(config: &Config, log: Log) {
    for secret in of_build(config) {
        log.mask(&String::from_utf8_lossy(secret.expose_secret()));
    }
}

/// What keeps the secrets of the environment out of what is told.
pub(crate) fn of_environment() -> Scrub {
    let all: Vec<Secret> = VARIABLES.iter().filter_map(|name| variable(name)).collect();
    Scrub::new(all.iter().map(|secret| secret.expose_secret().as_slice()))
}

/// What keeps those of the build too out of a builder's lines, and out of what
/// is told elsewhere than in the log, where the runner masks.
pub(super) fn scrub(config: &Config) -> Scrub {
    let mut all = of_build(config);
    all.extend(VARIABLES.iter().filter_map(|name| variable(name)));
    Scrub::new(all.iter().map(|secret| secret.expose_secret().as_slice()))
}

fn of_build(config: &Config) -> Vec<Secret> {
    let ImageSource::Build(spec) = &config.image else {
        return Vec::new();
    };
    let value = |source: &SecretSource| match source {
        SecretSource::Value(value) => Some(secret(value.expose_secret().as_bytes().to_vec())),
        SecretSource::Environment(name) => variable(name),
        // One that cannot be read reaches no builder.
        SecretSource::File(file) => std::fs::read(file).ok().map(secret),
    };
    let secrets = spec.secrets.iter().map(|it| &it.source);
    secrets.filter_map(value).collect()
}

fn variable(name: &str) -> Option<Secret> {
    use std::os::unix::ffi::OsStringExt as _;
    std::env::var_os(name).map(|value| secret(value.into_vec()))
}

fn secret(bytes: Vec<u8>) -> Secret {
    SecretBox::new(Box::new(bytes))
}

//! Credentials of registries for Docker clients: those of a build, which ask
//! this run, and those of a user, who ask a process of their own.

mod grant;
mod helper;
mod identity;
mod login;
mod socket;

pub(crate) use grant::{Grant, grant, unknown};
pub(crate) use helper::{Action, run as helper};
pub(crate) use identity::{are_missing, identity, in_region};
pub(crate) use login::{Login, Logout, login, logout};

use crate::exit::Failure;
use ecrane_core::docker_config::DockerConfig;
use ecrane_core::name::RegistryHost;
use ecrane_engine::aws::{self, Connection};
use ecrane_engine::builder::DOCKER_CONFIG;
use secrecy::SecretString;
use std::path::PathBuf;

/// A user name with its password.
#[derive(Debug, Clone)]
struct Password {
    username: String,
    password: SecretString,
}

/// Signs in to one registry. A token of ECR is good for every registry of the
/// Region that its holder may use.
///
/// # Errors
/// What AWS says, or an answer for something else than was asked.
async fn sign_in(registry: &RegistryHost, connection: &Connection) -> Result<Password, String> {
    let said = |error: aws::AwsError| error.to_string();
    if *registry == RegistryHost::Public {
        let signed_in = aws::sign_in_to_public(&connection.identity).await;
        let (username, password) = signed_in.map_err(said)?;
        return Ok(Password { username, password });
    }
    let ecr = aws::connect(connection).await.map_err(said)?;
    let credentials = aws::sign_in(&ecr).await.map_err(said)?;
    let fits = match (registry, &credentials.registry) {
        (RegistryHost::Private { region, .. }, RegistryHost::Private { region: own, .. }) => {
            region == own
        }
        (RegistryHost::Emulator(_), RegistryHost::Emulator(_)) => true,
        _ => false,
    };
    if !fits {
        return Err(format!(
            "these credentials are for `{}`, not for `{registry}`",
            credentials.registry
        ));
    }
    Ok(Password {
        username: credentials.username,
        password: credentials.password,
    })
}

/// The folder of the user's Docker configuration.
fn docker_folder() -> Option<PathBuf> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    variable(DOCKER_CONFIG)
        .map(PathBuf::from)
        .or_else(|| variable("HOME").map(|home| PathBuf::from(home).join(".docker")))
}

/// The user's Docker configuration in this folder; none is an empty one.
fn docker_config(file: &std::path::Path) -> Result<DockerConfig, Failure> {
    let faulty = |said: String| Failure::refused(format!("{}: {said}", file.display()));
    match std::fs::read_to_string(file) {
        Ok(text) => DockerConfig::parse(&text).map_err(faulty),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(DockerConfig::default()),
        Err(error) => Err(faulty(error.to_string())),
    }
}

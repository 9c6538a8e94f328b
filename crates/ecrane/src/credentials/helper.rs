//! The credential helper: the protocol that Docker clients speak to it.
//!
//! Source: `docker/docker-credential-helpers`, "Development of a helper".

use super::{Password, docker_folder, in_region, sign_in, socket};
use crate::exit::{Exit, Failure};
use crate::service;
use crate::show;
use clap::Subcommand;
use ecrane_core::name::{NameError, Region, RegistryHost};
use ecrane_engine::aws::{Connection, EndpointUrl, Identity};
use secrecy::ExposeSecret as _;
use serde_json::json;
use std::io::Read as _;

/// What a Docker client asks of it.
#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum Action {
    /// Print the credentials of the registry that standard input names
    Get,
    /// Take credentials: they are not kept, as fresh ones can be had
    Store,
    /// Forget credentials: none are kept
    Erase,
    /// Print the registries whose credentials are kept: none are
    List,
}

/// The words that a client takes for "nobody knows": it goes on without.
pub(super) const NOT_FOUND: &str = "credentials not found in native keychain";

/// Answers one question of a Docker client. What goes wrong is told on standard
/// output, where the client reads it.
pub(crate) async fn run(action: Action) -> Result<Exit, Failure> {
    let mut asked = String::new();
    std::io::stdin()
        .read_to_string(&mut asked)
        .map_err(Failure::refused)?;
    let answer = match action {
        Action::Get => get(asked.trim()).await,
        Action::List => Ok("{}".to_owned()),
        Action::Store | Action::Erase => return Ok(Exit::Done),
    };
    let (text, exit) = match answer {
        Ok(text) => (text, Exit::Done),
        Err(why) => (why, Exit::Refused),
    };
    show::data(&text)?;
    Ok(exit)
}

async fn get(asked: &str) -> Result<String, String> {
    let folder = docker_folder();
    let from_run = match &folder {
        Some(folder) => socket::ask(folder, asked).await,
        None => None,
    };
    let Password { username, password } = match from_run {
        Some(answer) => answer?,
        None => alone(asked).await?,
    };
    let answer = json!({
        "ServerURL": asked,
        "Username": username,
        "Secret": password.expose_secret(),
    });
    Ok(answer.to_string())
}

/// Without a run that answers: by the credentials of this environment.
async fn alone(asked: &str) -> Result<Password, String> {
    let host = asked.rsplit_once("://").map_or(asked, |(_, host)| host);
    let host = host.split('/').next().unwrap_or_default();
    let registry: RegistryHost = host.parse().map_err(|_| NOT_FOUND.to_owned())?;
    let connection = match &registry {
        RegistryHost::Private { region, .. } => in_region(region),
        RegistryHost::Emulator(authority) => on_loopback(authority)?,
        RegistryHost::Public => in_region(&Region::of_ecr_public()),
    };
    sign_in(&registry, &connection).await
}

/// A local ECR, which takes everybody. Its passwords are for one Region.
fn on_loopback(authority: &str) -> Result<Connection, String> {
    match service::running_locally(None) {
        Ok(usual)
            if usual
                .endpoint
                .as_ref()
                .is_some_and(|it| it.authority() == authority) =>
        {
            Ok(usual)
        }
        _ => {
            let region = region(LOCAL_REGION)?;
            Ok(Connection {
                region: region.clone(),
                account: None,
                endpoint: Some(EndpointUrl::parse(&format!("http://{authority}"))?),
                identity: Identity::local_ecr(region),
            })
        }
    }
}

/// Of a local ECR that was told nothing else.
const LOCAL_REGION: &str = "us-east-1";

fn region(name: &str) -> Result<Region, String> {
    name.parse().map_err(|error: NameError| error.to_string())
}

//! What the builder of a run may sign in to.

use super::{Password, docker_config, docker_folder, in_region, sign_in, socket};
use crate::exit::Failure;
use ecrane_core::build::{self, BuildSpec, Route};
use ecrane_core::docker_config::{DockerConfig, Login};
use ecrane_core::name::RegistryHost;
use ecrane_engine::aws::Connection;
use ecrane_engine::builder::{AUTH_FILE, Access};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::net::UnixListener;
use tokio::sync::OnceCell;
use tokio::task::JoinHandle;

/// Lets a builder sign in to registries, until it is dropped.
pub(crate) struct Grant {
    access: Access,
    answering: JoinHandle<()>,
    /// Removed with it.
    _folder: TempDir,
}

impl Grant {
    /// What the builder needs for it.
    pub(crate) const fn access(&self) -> &Access {
        &self.access
    }
}

impl Drop for Grant {
    fn drop(&mut self) {
        self.answering.abort();
    }
}

/// Where the credentials of a registry come from.
enum Source {
    /// From ECR, asked once and only if the builder asks.
    Ecr {
        registry: RegistryHost,
        connection: Box<Connection>,
        signed_in: OnceCell<Password>,
    },
    /// From the user's own configuration, of which the builder gets a copy
    /// without them.
    Own(Password),
}

/// Lets the builder of `spec` sign in to those of [`unknown`]; `None` if there
/// are none.
/// `own` is how this run reaches its ECR. If the builder pushes, it is to
/// `pushed_to`, by the credentials of this run.
///
/// # Errors
/// The folder for it cannot be made.
pub(crate) fn grant(
    (spec, route): (&BuildSpec, Route),
    own: Option<&Connection>,
    pushed_to: &[RegistryHost],
    work: &Path,
) -> Result<Option<Grant>, Failure> {
    let docker = docker_folder();
    let mut config = users(route, docker.as_deref());
    let mut sources = BTreeMap::new();
    let mut registries = needed(spec);
    registries.extend(pushed_to.iter().cloned());
    for registry in registries {
        let name = registry.to_string();
        let ours = pushed_to.contains(&registry) || !config.knows(&name);
        if let Some(connection) = connection(&registry, own)
            && ours
        {
            config.set_helper(&name);
            let source = Source::Ecr {
                registry,
                connection: Box::new(connection),
                signed_in: OnceCell::new(),
            };
            sources.insert(name, source);
        }
    }
    if sources.is_empty() {
        return Ok(None);
    }
    keep_own(route, &mut config, &mut sources);
    let refused = |error| Failure::refused(format!("letting the builder sign in: {error}"));
    let helper = std::env::current_exe().map_err(refused)?;
    let folder = private_folder(work).map_err(refused)?;
    let inside = folder.path().join("docker");
    let access = Access::create(inside, docker.as_deref(), &config, &helper).map_err(refused)?;
    let listener = access.listen().map_err(refused)?;
    Ok(Some(Grant {
        access,
        _folder: folder,
        answering: tokio::spawn(serve(listener, Arc::new(sources))),
    }))
}

/// The registries of ECR that a build may read from and that the user's
/// configuration does not know: for them somebody has to be signed in.
pub(crate) fn unknown((spec, route): (&BuildSpec, Route)) -> Vec<RegistryHost> {
    let config = users(route, docker_folder().as_deref());
    let mut registries = needed(spec);
    registries.retain(|registry| !config.knows(&registry.to_string()));
    registries.into_iter().collect()
}

/// The user's own configuration. One that cannot be read is left alone, as by
/// the client.
fn users(route: Route, docker: Option<&Path>) -> DockerConfig {
    let file = own_file(route, docker);
    let config = file.and_then(|file| docker_config(&file).ok());
    config.unwrap_or_default()
}

/// Where the user's own client looks for credentials.
///
/// Source: the manual page `containers-auth.json`.
fn own_file(route: Route, docker: Option<&Path>) -> Option<PathBuf> {
    let variable = |name| std::env::var_os(name).map(PathBuf::from);
    let of_buildah = [
        variable(AUTH_FILE),
        variable("XDG_RUNTIME_DIR").map(|folder| folder.join("containers/auth.json")),
        variable("HOME").map(|folder| folder.join(".config/containers/auth.json")),
    ];
    let mut of_buildah = of_buildah.into_iter().flatten();
    let of_buildah = of_buildah.find(|file| route == Route::Buildah && file.is_file());
    of_buildah.or_else(|| docker.map(|folder| folder.join("config.json")))
}

fn needed(spec: &BuildSpec) -> BTreeSet<RegistryHost> {
    let dockerfile = spec
        .file
        .clone()
        .unwrap_or_else(|| spec.context.join("Dockerfile"));
    // One that cannot be read ends the build, by the builder's words.
    let dockerfile = std::fs::read(dockerfile).unwrap_or_default();
    let dockerfile = String::from_utf8_lossy(&dockerfile);
    build::registries(spec, &dockerfile, |name| std::env::var(name).ok())
}

/// A local ECR is spoken to only where the run itself does.
fn connection(registry: &RegistryHost, own: Option<&Connection>) -> Option<Connection> {
    match registry {
        RegistryHost::Private { region, .. } => match own {
            Some(own) if own.region == *region => Some(own.clone()),
            Some(own) if !own.identity.is_local() => Some(own.of_aws(region)),
            _ => Some(in_region(region)),
        },
        RegistryHost::Emulator(authority) => {
            let own = own?;
            let port =
                |authority: &str| authority.rsplit_once(':').map(|(_, port)| port.to_owned());
            let endpoint: RegistryHost = own.endpoint.as_ref()?.authority().parse().ok()?;
            let same = port(&endpoint.to_string()) == port(authority);
            same.then(|| own.clone())
        }
        // It has its own Region, and is asked by the same identity.
        RegistryHost::Public => match own {
            Some(own) if !own.identity.is_local() => Some(own.clone()),
            Some(own) => Some(in_region(&own.region)),
            None => None,
        },
    }
}

/// The user's own passwords do not go to disk a second time: the builder asks
/// for them as for the others.
fn keep_own(route: Route, config: &mut DockerConfig, sources: &mut BTreeMap<String, Source>) {
    let mut logins = config.take_logins();
    if config.has_store() {
        return;
    }
    // Of several for one host, that for all of it is handed over.
    logins.sort_by_key(|login| login.registry.len());
    for login in logins {
        let asked = match route {
            Route::Buildah => login.host().to_owned(),
            _ => login.registry.clone(),
        };
        // One that has a helper is asked of that.
        if config.helper(&asked).is_none() {
            config.set_helper(&asked);
            let Login {
                username, password, ..
            } = login;
            sources.insert(asked, Source::Own(Password { username, password }));
        }
    }
}

/// A folder for the configuration with its socket, whose path has at most 107
/// bytes.
fn private_folder(work: &Path) -> io::Result<TempDir> {
    const ROOM: usize = 72;
    let short = work.as_os_str().len() <= ROOM;
    let parent = if short { work } else { Path::new("/tmp") };
    tempfile::Builder::new()
        .prefix("ecrane-")
        .tempdir_in(parent)
}

async fn serve(listener: UnixListener, sources: Arc<BTreeMap<String, Source>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let sources = Arc::clone(&sources);
        tokio::spawn(async move {
            let look_up = async |registry: &str| look_up(&sources, registry).await;
            // A helper that went away needs no answer.
            let _ = socket::answer(stream, look_up).await;
        });
    }
}

async fn look_up(sources: &BTreeMap<String, Source>, registry: &str) -> Result<Password, String> {
    match sources.get(registry) {
        Some(Source::Own(password)) => Ok(password.clone()),
        Some(Source::Ecr {
            registry,
            connection,
            signed_in,
        }) => signed_in
            .get_or_try_init(|| sign_in(registry, connection))
            .await
            .cloned(),
        None => Err(super::helper::NOT_FOUND.to_owned()),
    }
}

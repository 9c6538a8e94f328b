//! The service that both doors lead to.

use crate::blob_files::BlobFiles;
use crate::clock::Clock;
use crate::instance;
use crate::instance::Scheme;
use crate::lifecycle::{Previews, Schedule};
use crate::refusal::Fault;
use crate::request_log::RequestLog;
use crate::store::{Registry, Repository, RepositoryKey, Store, StoreError};
use crate::token::{Purpose, Tokens};
use crate::uploads::Uploads;
use ecrane_core::name::Digest;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// Below it are the addresses of layers.
pub(crate) const LAYERS: &str = "/_ecrane/layers/";
/// How long an address of a layer is good. ECR's are for an hour.
const LAYER_ADDRESS: Duration = Duration::from_secs(60 * 60);

/// Everything that requests share.
pub(crate) struct Ecr {
    /// The registry of a request that names none.
    pub(crate) home: Registry,
    /// How clients speak to the server.
    pub(crate) scheme: Scheme,
    /// Where the server listens.
    pub(crate) address: SocketAddr,
    /// Repositories and images.
    pub(crate) store: Store,
    /// Blobs.
    pub(crate) files: BlobFiles,
    /// Uploads in progress.
    pub(crate) uploads: Uploads,
    /// The registry's passwords.
    pub(crate) tokens: Tokens,
    /// The time.
    pub(crate) clock: Clock,
    /// What lifecycle policies would do.
    pub(crate) previews: Previews,
    /// When lifecycle policies are carried out.
    pub(crate) schedule: Schedule,
    /// What was asked.
    pub(crate) log: RequestLog,
}

impl Ecr {
    /// The host that repository URIs begin with.
    pub(crate) fn authority(&self) -> String {
        instance::reachable(self.address).to_string()
    }

    /// Where clients sign in and call the AWS API.
    pub(crate) fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.authority())
    }

    /// The path of a layer for who has no password, good for a while.
    pub(crate) fn layer_path(&self, repository: &RepositoryKey, digest: &Digest) -> String {
        let expires = self.clock.now().after(LAYER_ADDRESS);
        let subject = (repository, digest);
        let token = self.tokens.seal(Purpose::Layer, &subject, expires);
        format!("{LAYERS}{token}")
    }

    /// The name by which clients push to a repository.
    pub(crate) fn repository_uri(&self, repository: &Repository) -> String {
        format!("{}/{}", self.authority(), repository.name)
    }
}

/// Runs work that waits for the disk where it holds up no other request.
pub(crate) async fn blocking<T, F>(ecr: &Arc<Ecr>, work: F) -> Result<T, Fault>
where
    T: Send + 'static,
    F: FnOnce(&Arc<Ecr>) -> Result<T, Fault> + Send + 'static,
{
    let ecr = Arc::clone(ecr);
    match tokio::task::spawn_blocking(move || work(&ecr)).await {
        Ok(result) => result,
        Err(_) => Err(StoreError::CutOff.into()),
    }
}

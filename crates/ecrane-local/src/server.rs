//! From a data directory and an address to a server that answers.

use crate::blob_files::BlobFiles;
use crate::clock::Clock;
use crate::connections::Connections;
use crate::ecr::{Ecr, blocking};
use crate::instance::{self, Ownership, Running, Scheme};
use crate::lifecycle::{self, Previews, Schedule};
use crate::refusal::Fault;
use crate::request_log::{self, RequestLog};
use crate::seed::{self, Seed, Seeded};
use crate::store::{Registry, Store};
use crate::tls::{Tls, TlsFault};
use crate::token::Tokens;
use crate::uploads::Uploads;
use crate::{admin, api, orphans, registry};
use axum::routing::{any, get, post};
use axum::{Router, middleware};
use ecrane_core::lifecycle::image::Moment;
use ecrane_core::name::{AccountId, Region};
use std::error::Error;
use std::fs;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// How long requests may go on after the server was told to stop.
const LAST_REQUESTS: Duration = Duration::from_secs(3);

/// What to serve, and where.
#[derive(Debug, Clone)]
pub struct Options {
    /// The data directory; made if it is not there.
    pub data: PathBuf,
    /// The address to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The account of requests that name none.
    pub account: AccountId,
    /// The Region of requests that name none.
    pub region: Region,
    /// What time it is; where the clock was left if nothing is said.
    pub now: Option<Moment>,
    /// When lifecycle policies are carried out.
    pub schedule: Schedule,
    /// What it shows clients that speak TLS; without it, it speaks plain HTTP.
    pub tls: Option<Tls>,
}

/// Why the server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another server owns the data directory.
    #[error(
        "another `ecrane local` owns `{}`{}; use it, stop it, or give another directory",
        data.display(),
        at(owner.as_ref())
    )]
    Owned {
        /// The data directory.
        data: PathBuf,
        /// The owner, if it has said where it is.
        owner: Option<Running>,
    },
    /// The data directory cannot be used.
    #[error("cannot use the data directory `{}`: {reason}", data.display())]
    Data {
        /// The data directory.
        data: PathBuf,
        /// What failed.
        reason: Box<dyn Error + Send + Sync>,
    },
    /// The certificate or its key cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsFault),
    /// The seed cannot be loaded.
    #[error("cannot load the seed: {reason}")]
    Seed {
        /// What failed.
        reason: String,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {reason}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        reason: io::Error,
    },
}

fn at(owner: Option<&Running>) -> String {
    owner.map_or_else(String::new, |owner| {
        format!(" (process {} on {})", owner.pid, owner.address)
    })
}

/// Why the server ended early.
#[derive(Debug, thiserror::Error)]
#[error("the server failed: {0}")]
pub struct ServeError(io::Error);

/// A server that owns its data directory and listens, but does not answer yet.
pub struct Server {
    ecr: Arc<Ecr>,
    connections: Connections,
    ownership: Ownership,
    running: Running,
}

/// Takes the data directory, opens what it holds, and listens.
///
/// Connections wait from here on, and are answered by [`Server::serve`].
///
/// # Errors
/// The directory is owned by another server or cannot be used, or the address
/// cannot be listened on.
pub async fn bind(options: Options) -> Result<Server, StartError> {
    let Options {
        data,
        listen,
        account,
        region,
        now,
        schedule,
        tls,
    } = options;
    let home = Registry { account, region };
    let acceptor = tls.as_ref().map(Tls::acceptor).transpose()?;
    let scheme = match acceptor {
        Some(_) => Scheme::Https,
        None => Scheme::Http,
    };
    let ownership = own(&data)?;
    let unusable = |reason| StartError::Data {
        data: data.clone(),
        reason,
    };
    let refused = |reason| StartError::Listen {
        address: listen,
        reason,
    };
    let listener = TcpListener::bind(listen).await.map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    let mut ecr = open(&data, home, scheme, address).map_err(unusable)?;
    ecr.schedule = schedule;
    if let Some(now) = now {
        let kept = ecr.store.keep_clock(ecr.clock.set(now.into()));
        kept.map_err(|error| unusable(error.into()))?;
    }
    let running = Running {
        scheme,
        address,
        pid: std::process::id(),
        account: ecr.home.account.clone(),
        region: ecr.home.region.clone(),
    };
    ownership
        .announce(&running)
        .map_err(|error| unusable(error.into()))?;
    Ok(Server {
        ecr: Arc::new(ecr),
        connections: Connections::accept_from(listener, acceptor).map_err(refused)?,
        ownership,
        running,
    })
}

fn own(data: &Path) -> Result<Ownership, StartError> {
    let unusable = |reason: io::Error| StartError::Data {
        data: data.to_owned(),
        reason: reason.into(),
    };
    make_private(data).map_err(unusable)?;
    match instance::take(data).map_err(unusable)? {
        Some(ownership) => Ok(ownership),
        None => Err(StartError::Owned {
            data: data.to_owned(),
            owner: instance::running(data).map_err(unusable)?,
        }),
    }
}

/// Makes the directory; what is new is for its owner alone, because the key of
/// the tokens is kept in it.
fn make_private(data: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(data)
}

fn open(
    data: &Path,
    home: Registry,
    scheme: Scheme,
    address: SocketAddr,
) -> Result<Ecr, Box<dyn Error + Send + Sync>> {
    let store = Store::open(&data.join("ecr.redb"))?;
    let files = BlobFiles::open(data)?;
    files.remove_orphans(&store.all_blobs()?)?;
    let clock = store.clock()?.map_or_else(Clock::default, Clock::new);
    Ok(Ecr {
        home,
        scheme,
        address,
        tokens: Tokens::new(store.token_key()?),
        store,
        files,
        uploads: Uploads::default(),
        clock,
        previews: Previews::default(),
        schedule: Schedule::default(),
        log: RequestLog::open(data)?,
    })
}

impl Server {
    /// Makes the repositories of a seed that are not there.
    ///
    /// # Errors
    /// The database failed.
    pub async fn seed(&self, seed: Seed) -> Result<Seeded, StartError> {
        let loaded = blocking(&self.ecr, move |ecr| seed::load(ecr, &seed)).await;
        loaded.map_err(|fault| StartError::Seed {
            reason: match fault {
                Fault::Store(error) => error.to_string(),
                Fault::Refused(refusal) => refusal.to_string(),
            },
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.ecr.address
    }

    /// What it says of itself to whoever looks at its data directory.
    #[must_use]
    pub fn running(&self) -> &Running {
        &self.running
    }

    /// Answers until `stop` is done. Requests that are under way then have a few
    /// seconds to end.
    ///
    /// # Errors
    /// The listener failed.
    pub async fn serve(
        self,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), ServeError> {
        let (stopping, mut stopped) = tokio::sync::watch::channel(false);
        let collecting = orphans::collect_until(Arc::clone(&self.ecr), stopped.clone());
        let collecting = tokio::spawn(collecting);
        let stop = async move {
            stop.await;
            let _ = stopping.send(true);
        };
        let overdue = async move {
            // An error means that the sender is gone: the server has ended.
            let _ = stopped.wait_for(|stopped| *stopped).await;
            tokio::time::sleep(LAST_REQUESTS).await;
        };
        let schedule = match self.ecr.schedule {
            Schedule::Daily => Some(tokio::spawn(lifecycle::keep(Arc::clone(&self.ecr)))),
            Schedule::OnDemand => None,
        };
        let serving = axum::serve(self.connections, router(self.ecr)).with_graceful_shutdown(stop);
        let result = tokio::select! {
            result = serving => result,
            () = overdue => Ok(()),
        };
        if let Some(schedule) = schedule {
            schedule.abort();
        }
        let _ = collecting.await;
        drop(self.ownership);
        result.map_err(ServeError)
    }
}

fn router(ecr: Arc<Ecr>) -> Router {
    Router::new()
        .route("/", any(api::handle))
        .route("/_ecrane/health", get(admin::health))
        .route("/_ecrane/clock", get(admin::clock).put(admin::set_clock))
        .route("/_ecrane/lifecycle", post(admin::carry_out))
        .route("/_ecrane/layers/{token}", get(registry::layer))
        .route("/v2", any(registry::handle))
        .route("/v2/", any(registry::handle))
        .route("/v2/{*rest}", any(registry::handle))
        .layer(middleware::from_fn_with_state(
            Arc::clone(&ecr),
            request_log::record,
        ))
        .with_state(ecr)
}

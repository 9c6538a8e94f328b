//! A client of the OCI distribution protocol, for pushing.
//!
//! Written on the HTTP client itself, because what matters in a push is what a
//! general client hides: which failure is retried and which is not, that a
//! broken upload restarts (Amazon ECR's `Range` cannot be trusted), and to
//! whom the credential goes. Source: OCI distribution specification 1.1.

mod access;
mod call;
mod error;
mod location;
mod pace;
mod patience;
mod read;
mod upload;

pub use access::Refresh;
pub use error::{Operation, Phase, RegistryError};
pub use pace::Rate;
pub use patience::Patience;
pub use upload::Arrival;

use crate::network::Network;
use access::Held;
use call::{Body, Call, Refusal};
use ecrane_core::auth::{Credentials, Scheme};
use ecrane_core::name::{Digest, RegistryHost, RepositoryName, Tag};
use ecrane_core::push::{Descriptor, Manifest};
use location::Target;
use pace::Pace;
use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode, Url};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::RwLock;

/// Every kind of manifest that a push can meet.
const MANIFESTS: &str = "application/vnd.oci.image.index.v1+json, \
    application/vnd.oci.image.manifest.v1+json, \
    application/vnd.docker.distribution.manifest.list.v2+json, \
    application/vnd.docker.distribution.manifest.v2+json";
const CONTENT_DIGEST: &str = "docker-content-digest";

/// A registry, and the right to push there. Its connections are shared by all
/// that is pushed through it.
pub struct Registry {
    http: reqwest::Client,
    name: RegistryHost,
    base: Url,
    patience: Patience,
    held: RwLock<Held>,
    refresh: Option<Refresh>,
    /// Puts of manifests, which ECR counts.
    pace: Pace,
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry")
            .field("base", &self.base.as_str())
            .finish_non_exhaustive()
    }
}

impl Registry {
    /// A client for the registry that these credentials are for. Connects to
    /// nothing yet.
    ///
    /// # Errors
    /// The HTTP client cannot be set up, or ECR itself would be spoken to in
    /// the clear.
    pub fn new(credentials: &Credentials, patience: Patience) -> Result<Self, RegistryError> {
        Self::through(&Network::default(), credentials, patience)
    }

    /// The same over this network. What stands in for ECR is never behind a
    /// proxy.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn through(
        network: &Network,
        credentials: &Credentials,
        patience: Patience,
    ) -> Result<Self, RegistryError> {
        let name = credentials.registry.clone();
        let setup = |cause: String| RegistryError::Setup {
            registry: name.to_string(),
            cause,
        };
        let stand_in = matches!(name, RegistryHost::Emulator(_));
        if credentials.scheme == Scheme::Http && !stand_in {
            return Err(setup("it must be spoken to by TLS".to_owned()));
        }
        let base = Url::parse(&format!("{}://{name}/", credentials.scheme))
            .map_err(|error| setup(error.to_string()))?;
        let mut http = reqwest::Client::builder()
            .user_agent(concat!("ecrane/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(patience.connect)
            .redirect(reqwest::redirect::Policy::none())
            .https_only(false)
            .tcp_nodelay(true);
        http = match credentials.scheme {
            // Hundreds of certificates would be read that nobody will show.
            Scheme::Http => http.tls_certs_only([]),
            Scheme::Https => network.set_up(http),
        };
        if stand_in {
            http = http.no_proxy();
        }
        let http = http.build().map_err(|error| setup(error.to_string()))?;
        let held = Held::first(credentials)
            .ok_or_else(|| setup("the credentials are malformed".to_owned()))?;
        Ok(Self {
            http,
            name: credentials.registry.clone(),
            base,
            pace: Pace::new(patience.manifests),
            patience,
            held: RwLock::new(held),
            refresh: None,
        })
    }

    /// Where new credentials come from. Without it, expired ones are the end.
    #[must_use]
    pub fn with_refresh(mut self, refresh: Refresh) -> Self {
        self.refresh = Some(refresh);
        self
    }

    /// One repository of it.
    #[must_use]
    pub fn repository<'a>(&'a self, name: &'a RepositoryName) -> Repository<'a> {
        Repository {
            registry: self,
            name,
            writes: AtomicU64::new(0),
        }
    }

    fn host(&self) -> String {
        self.name.to_string()
    }
}

/// How a manifest is asked for or put.
#[derive(Debug, Clone, Copy)]
pub enum Named<'a> {
    /// By a tag.
    Tag(&'a Tag),
    /// By its digest.
    Digest(&'a Digest),
}

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag(tag) => tag.fmt(f),
            Self::Digest(digest) => digest.fmt(f),
        }
    }
}

/// One repository of a registry. Counts what is written through it.
#[derive(Debug)]
pub struct Repository<'a> {
    registry: &'a Registry,
    name: &'a RepositoryName,
    writes: AtomicU64,
}

impl Repository<'_> {
    /// The requests made so far that can change something: `PUT`, `POST`, `PATCH`.
    #[must_use]
    pub fn writes(&self) -> u64 {
        self.writes.load(Ordering::Relaxed)
    }

    /// Another repository of the registry.
    #[must_use]
    pub fn beside<'b>(&'b self, name: &'b RepositoryName) -> Repository<'b> {
        self.registry.repository(name)
    }

    /// Which manifest the repository has under this name; none if it has none.
    ///
    /// # Errors
    /// See [`RegistryError`].
    pub async fn find(&self, named: Named<'_>) -> Result<Option<Digest>, RegistryError> {
        let path = format!("manifests/{named}");
        let call = Call {
            accept: Some(MANIFESTS),
            ..self.call(Operation::FindManifest, Method::HEAD, self.at(&path)?)
        };
        match self.registry.patiently(&call).await? {
            Ok(answer) => match content_digest(&answer.headers) {
                Some(digest) => Ok(Some(digest)),
                None => Err(RegistryError::NoDigest {
                    registry: self.registry.host(),
                    repository: self.name.to_string(),
                    reference: named.to_string(),
                }),
            },
            Err(refusal) if refusal.status == StatusCode::NOT_FOUND => Ok(None),
            Err(refusal) => Err(self.refused(call.operation, refusal)),
        }
    }

    /// Checks that the repository has `ours` under this name.
    ///
    /// # Errors
    /// It has nothing or something else there, or see [`RegistryError`].
    pub async fn confirm(&self, named: Named<'_>, ours: &Digest) -> Result<(), RegistryError> {
        match self.find(named).await? {
            Some(theirs) => self.agree(named, ours, theirs),
            None => Err(RegistryError::NoDigest {
                registry: self.registry.host(),
                repository: self.name.to_string(),
                reference: named.to_string(),
            }),
        }
    }

    /// Puts a manifest whose content the repository has. On a tag, the tag
    /// moves with it.
    ///
    /// # Errors
    /// See [`RegistryError`].
    pub async fn put(&self, named: Named<'_>, manifest: &Manifest) -> Result<(), RegistryError> {
        let descriptor = &manifest.descriptor;
        let path = format!("manifests/{named}");
        let call = Call {
            body: Body::Manifest {
                media_type: &descriptor.media_type,
                bytes: &manifest.bytes,
            },
            ..self.call(Operation::PutManifest, Method::PUT, self.at(&path)?)
        };
        match self.registry.patiently(&call).await? {
            Ok(answer) => match content_digest(&answer.headers) {
                Some(theirs) => self.agree(named, &descriptor.digest, theirs),
                None => Ok(()),
            },
            Err(refusal) if is_immutable(&refusal) => Err(RegistryError::Immutable {
                registry: self.registry.host(),
                message: refusal.message,
            }),
            Err(refusal) if refusal.status == StatusCode::METHOD_NOT_ALLOWED => {
                Err(RegistryError::ManifestUnsupported {
                    registry: self.registry.host(),
                    digest: descriptor.digest.clone(),
                    media_type: descriptor.media_type.clone(),
                    message: refusal.message,
                })
            }
            Err(refusal) => Err(self.refused(call.operation, refusal)),
        }
    }

    /// Whether the repository has this blob.
    ///
    /// # Errors
    /// See [`RegistryError`].
    pub async fn has_blob(&self, blob: &Descriptor) -> Result<bool, RegistryError> {
        let path = format!("blobs/{}", blob.digest);
        let call = self.call(Operation::FindBlob, Method::HEAD, self.at(&path)?);
        match self.registry.patiently(&call).await? {
            Ok(answer) => Ok(answer.status == StatusCode::OK),
            Err(refusal) if refusal.status == StatusCode::NOT_FOUND => Ok(false),
            Err(refusal) => Err(self.refused(call.operation, refusal)),
        }
    }

    /// What is to be said of a blob that is neither there nor here.
    pub(crate) fn lost(&self, digest: &Digest) -> RegistryError {
        RegistryError::Lost {
            registry: self.registry.host(),
            repository: self.name.to_string(),
            digest: digest.clone(),
        }
    }

    /// A request without a body.
    fn call(&self, operation: Operation, method: Method, target: Target) -> Call<'_> {
        Call {
            operation,
            method,
            target,
            accept: None,
            body: Body::None,
            writes: &self.writes,
        }
    }

    /// A place inside the repository.
    fn at(&self, path: &str) -> Result<Target, RegistryError> {
        let path = format!("v2/{}/{path}", self.name);
        match self.registry.base.join(&path) {
            Ok(url) => Ok(Target { url, trusted: true }),
            Err(error) => Err(RegistryError::Setup {
                registry: self.registry.host(),
                cause: error.to_string(),
            }),
        }
    }

    fn refused(&self, operation: Operation, refusal: Refusal) -> RegistryError {
        let registry = self.registry.host();
        let repository = self.name.to_string();
        if refusal.is_about_credentials() {
            return RegistryError::Unauthorized {
                registry,
                operation,
                message: refusal.message,
            };
        }
        let message = refusal.message;
        match (refusal.status, refusal.code.as_str()) {
            (StatusCode::NOT_FOUND, "NAME_UNKNOWN") => RegistryError::RepositoryMissing {
                registry,
                repository,
            },
            (StatusCode::FORBIDDEN, _) => RegistryError::Denied {
                registry,
                repository,
                operation,
                message,
            },
            (status, _) => RegistryError::Refused {
                registry,
                operation,
                answer: format!("{} {}", status.as_u16(), refusal.code),
                message,
            },
        }
    }
}

fn content_digest(headers: &HeaderMap) -> Option<Digest> {
    headers.get(CONTENT_DIGEST)?.to_str().ok()?.parse().ok()
}

/// ECR refuses to move an immutable tag with status 400 and the code
/// `TAG_INVALID`; others with 409 or 403 and words.
fn is_immutable(refusal: &Refusal) -> bool {
    refusal.code == "TAG_INVALID" || refusal.message.contains("immutable")
}

//! Whose calls are made, and for how long the credentials for them are good.
//!
//! Credentials are asked for once and kept in memory by everything that runs
//! under one identity. They are asked for again shortly before they end.

mod account;
mod error;
mod oidc;
mod role;

pub use account::{account, caller};
pub use error::SignInError;
pub use oidc::{IdTokens, NoEndpoint};
pub use role::Proof;

use crate::aws::client;
use crate::network::Network;
use aws_credential_types::provider::{
    self, ProvideCredentials, SharedCredentialsProvider, error::CredentialsError, future,
};
use aws_sdk_ecr::config::Credentials;
use ecrane_core::identity::Role;
use ecrane_core::name::Region;
use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime};
use tokio::sync::{Mutex, OnceCell};

/// Whose calls these are. Clones are one identity, with one set of credentials.
#[derive(Debug, Clone)]
pub struct Identity(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    source: Source,
    setting: Setting,
    held: Mutex<Option<Credentials>>,
    /// The credentials that the service called ended.
    forgotten: OnceLock<Forgotten>,
    /// The SDK's default chain, set up once.
    chain: OnceCell<Option<SharedCredentialsProvider>>,
    /// The ARN of who calls, once STS has said it.
    caller: OnceLock<String>,
}

/// Credentials that the service called ended before their time.
#[derive(Debug)]
struct Forgotten {
    /// In the answer to this request.
    request: String,
    /// The id of their key; none if they were asked for anew just then.
    key: Option<String>,
    at: Instant,
}

/// Where credentials come from.
#[derive(Debug)]
enum Source {
    /// The fixed key of the local ECR, which checks no signature.
    LocalEcr,
    /// The SDK's default chain: environment, profile, web identity, container
    /// and instance credentials.
    Chain,
    /// A role, by this proof.
    Role(Box<Role>, Proof),
}

/// What signing in needs to know besides.
#[derive(Debug, Clone)]
pub struct Setting {
    /// The Region whose STS is asked.
    pub region: Region,
    /// How it is reached.
    pub network: Network,
    /// Who is told of secrets.
    pub announce: Announce,
}

/// Told of every secret before it is used for the first time, so that it can be
/// kept out of logs.
#[derive(Clone)]
pub struct Announce(Arc<dyn Fn(&str) + Send + Sync>);

impl Announce {
    /// This one is told.
    pub fn new(tell: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self(Arc::new(tell))
    }

    /// Where nobody keeps a log.
    #[must_use]
    pub fn nobody() -> Self {
        Self::new(|_| ())
    }

    fn secret(&self, secret: &str) {
        (self.0)(secret);
    }

    /// The key's id is none, and neither is the account.
    fn credentials(&self, credentials: &Credentials) {
        self.secret(credentials.secret_access_key());
        if let Some(token) = credentials.session_token() {
            self.secret(token);
        }
    }
}

impl fmt::Debug for Announce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Announce(…)")
    }
}

/// What is left to credentials that are still used. A signed request is under
/// way for half a minute at most.
const MARGIN: Duration = Duration::from_secs(60);

impl Identity {
    /// Whom the local ECR takes everybody for. `region` is its own.
    #[must_use]
    pub fn local_ecr(region: Region) -> Self {
        let setting = Setting {
            region,
            network: Network::default(),
            announce: Announce::nobody(),
        };
        Self::new(Source::LocalEcr, setting)
    }

    /// Whom the SDK's default chain finds in this environment.
    #[must_use]
    pub fn of_environment(setting: Setting) -> Self {
        Self::new(Source::Chain, setting)
    }

    /// Who takes this role.
    #[must_use]
    pub fn of_role(role: Role, proof: Proof, setting: Setting) -> Self {
        Self::new(Source::Role(Box::new(role), proof), setting)
    }

    fn new(source: Source, setting: Setting) -> Self {
        Self(Arc::new(Inner {
            source,
            setting,
            held: Mutex::new(None),
            forgotten: OnceLock::new(),
            chain: OnceCell::new(),
            caller: OnceLock::new(),
        }))
    }

    /// Whether it is one of the local ECR, which is nobody to AWS.
    #[must_use]
    pub fn is_local(&self) -> bool {
        matches!(self.0.source, Source::LocalEcr)
    }

    /// The ARN of who calls, if STS has said it by now.
    #[must_use]
    pub fn caller(&self) -> Option<String> {
        self.0.caller.get().cloned()
    }

    /// How the world is reached for this identity.
    #[must_use]
    pub fn network(&self) -> &Network {
        &self.0.setting.network
    }

    /// The credentials, asked for if there are none or if they are about to end.
    ///
    /// # Errors
    /// No source has any, or the role was not given.
    pub async fn credentials(&self) -> Result<Credentials, SignInError> {
        let mut held = self.0.held.lock().await;
        if let Some(credentials) = held.as_ref().filter(|it| lasts(it, MARGIN)) {
            return Ok(credentials.clone());
        }
        match self.ask().await {
            Ok(credentials) => {
                *held = Some(credentials.clone());
                Ok(credentials)
            }
            // What still lasts is used: its renewal may work next time.
            Err(error) => match held.as_ref().filter(|it| lasts(it, Duration::ZERO)) {
                Some(credentials) => Ok(credentials.clone()),
                None => Err(error),
            },
        }
    }

    async fn ask(&self) -> Result<Credentials, SignInError> {
        match &self.0.source {
            Source::LocalEcr => Ok(Credentials::new(
                "local",
                "local",
                None,
                None,
                "ecrane local",
            )),
            Source::Chain => self.chain().await,
            Source::Role(role, proof) => {
                let setting = &self.0.setting;
                let (credentials, arn) = match proof {
                    Proof::IdToken(tokens) => role::by_token(role, tokens, setting).await?,
                    Proof::Environment => {
                        role::by_caller(role, self.chain().await?, setting).await?
                    }
                };
                setting.announce.credentials(&credentials);
                self.is_called(arn);
                Ok(credentials)
            }
        }
    }

    /// STS said whose calls these are.
    fn is_called(&self, arn: Option<String>) {
        if let Some(arn) = arn {
            self.0.caller.get_or_init(|| arn);
        }
    }

    async fn chain(&self) -> Result<Credentials, SignInError> {
        let setting = &self.0.setting;
        let load = || async {
            let config = client::shared(&setting.region, &setting.network).await;
            config.load().await.credentials_provider()
        };
        let provider = self.0.chain.get_or_init(load).await.as_ref();
        let provider = provider.ok_or(SignInError::NoCredentials)?;
        let given = provider.provide_credentials().await;
        given.map_err(|error| match error {
            CredentialsError::CredentialsNotLoaded(_) => SignInError::NoCredentials,
            other => SignInError::Unusable {
                reason: super::error::chain(&other),
            },
        })
    }

    /// Forgets credentials that the service called ended in its answer to this
    /// request, once in a run: whether the request is worth another try. So are
    /// others that were under way by then, if there are new credentials for them.
    pub(super) fn forget(&self, request: &str) -> bool {
        if self.is_local() {
            return false;
        }
        // Locked, they are being asked for anew.
        let mut held = self.0.held.try_lock().ok();
        let key = |it: &Credentials| it.access_key_id().to_owned();
        let now = held.as_ref().and_then(|it| it.as_ref()).map(key);
        let forgotten = self.0.forgotten.get_or_init(|| {
            if let Some(held) = held.as_deref_mut() {
                *held = None;
            }
            Forgotten {
                request: request.to_owned(),
                key: now.clone(),
                at: Instant::now(),
            }
        });
        let renewed = now.is_none() || now != forgotten.key;
        forgotten.request == request || (renewed && forgotten.at.elapsed() < MARGIN)
    }
}

/// Whether credentials are good for so long.
fn lasts(credentials: &Credentials, margin: Duration) -> bool {
    credentials
        .expiry()
        .is_none_or(|ends| SystemTime::now() + margin < ends)
}

impl ProvideCredentials for Identity {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            let given: provider::Result = self
                .credentials()
                .await
                .map_err(CredentialsError::provider_error);
            given
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn calls_under_way_are_made_again_by_what_comes_after_ended_credentials() {
        let setting = Setting {
            region: Region::of_ecr_public(),
            network: Network::default(),
            announce: Announce::nobody(),
        };
        let identity = Identity::of_environment(setting);
        let hold = async |key: &str| {
            *identity.0.held.lock().await = Some(Credentials::new(key, "", None, None, "test"));
        };
        hold("first").await;
        assert!(identity.forget("request 1"));
        assert!(identity.0.held.lock().await.is_none());
        // One answer is classified more than once.
        assert!(identity.forget("request 1"));
        assert!(identity.forget("request 2"));
        hold("second").await;
        assert!(identity.forget("request 3"));
        assert!(identity.0.held.lock().await.is_some());
        // The source has no others.
        hold("first").await;
        assert!(!identity.forget("request 4"));
    }
}

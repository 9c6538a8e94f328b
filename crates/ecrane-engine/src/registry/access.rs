use super::Registry;
use super::error::RegistryError;
use ecrane_core::auth::{self, Credentials};
use ecrane_core::lifecycle::image::Moment;
use futures_util::future::BoxFuture;
use reqwest::header::HeaderValue;
use secrecy::ExposeSecret;
use std::time::{SystemTime, UNIX_EPOCH};

/// Fetches new credentials when the registry no longer takes the old ones.
pub type Refresh = Box<
    dyn Fn() -> BoxFuture<'static, Result<Credentials, Box<dyn std::error::Error + Send + Sync>>>
        + Send
        + Sync,
>;

/// The credentials that requests carry.
pub(super) struct Held {
    authorization: HeaderValue,
    /// When they end, if that is known and newer ones may be had.
    ends: Option<Moment>,
    generation: u32,
    /// Whether they were renewed because they were refused: wrong credentials
    /// stay wrong, so that happens once.
    refused: bool,
}

impl Registry {
    /// What a request is signed with, and the generation it is of. Credentials
    /// that are about to end are renewed first, once for all requests that wait.
    pub(super) async fn authorization(&self) -> (HeaderValue, u32) {
        if let Some(refresh) = &self.refresh
            && self.held.read().await.are_ending()
        {
            let mut held = self.held.write().await;
            if held.are_ending() {
                let renewed = self.fetch(refresh).await.ok();
                let (authorization, ends) = match renewed {
                    Some((authorization, ends)) => (authorization, ends),
                    // They are still good for a while. Once they are refused,
                    // new ones are asked for again.
                    None => (held.authorization.clone(), None),
                };
                *held = Held {
                    authorization,
                    ends,
                    generation: held.generation + 1,
                    refused: held.refused,
                };
                // Newer ones that end as soon are all that can be had.
                if held.are_ending() {
                    held.ends = None;
                }
            }
        }
        let held = self.held.read().await;
        (held.authorization.clone(), held.generation)
    }

    /// Gets new credentials for those of `generation`, which were refused.
    ///
    /// # Errors
    /// `Renewed` when there are newer ones than those: the request may be made
    /// again. `Renewal` when they cannot be had. No error means that there is
    /// nothing to be done about the refusal.
    pub(super) async fn renew(&self, generation: u32) -> Result<(), RegistryError> {
        let mut held = self.held.write().await;
        let registry = self.host();
        if held.generation != generation {
            return Err(RegistryError::Renewed { registry });
        }
        let Some(refresh) = self.refresh.as_ref().filter(|_| !held.refused) else {
            return Ok(());
        };
        let (authorization, ends) = self.fetch(refresh).await?;
        *held = Held {
            authorization,
            ends,
            generation: generation + 1,
            refused: true,
        };
        Err(RegistryError::Renewed { registry })
    }

    /// New credentials for this very registry.
    async fn fetch(
        &self,
        refresh: &Refresh,
    ) -> Result<(HeaderValue, Option<Moment>), RegistryError> {
        let renewal = |cause| RegistryError::Renewal {
            registry: self.host(),
            cause,
        };
        let credentials = refresh()
            .await
            .map_err(|error| renewal(error.to_string()))?;
        if credentials.registry != self.name {
            return Err(renewal(format!("they are for `{}`", credentials.registry)));
        }
        let authorization =
            basic(&credentials).ok_or_else(|| renewal("they are malformed".to_owned()))?;
        Ok((authorization, credentials.ends))
    }
}

impl Held {
    /// None where the credentials cannot stand in a header.
    pub(super) fn first(credentials: &Credentials) -> Option<Self> {
        Some(Self {
            authorization: basic(credentials)?,
            ends: credentials.ends,
            generation: 0,
            refused: false,
        })
    }

    fn are_ending(&self) -> bool {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.map_or(0, |since| {
            i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
        });
        auth::are_ending(self.ends, Moment::from_seconds(now))
    }
}

/// Basic authentication, which ECR and Docker's registry take (RFC 7617). The
/// value is marked so that no log prints it.
fn basic(credentials: &Credentials) -> Option<HeaderValue> {
    use base64::Engine as _;
    let pair = format!(
        "{}:{}",
        credentials.username,
        credentials.password.expose_secret()
    );
    let text = base64::engine::general_purpose::STANDARD.encode(pair);
    let mut value = HeaderValue::from_str(&format!("Basic {text}")).ok()?;
    value.set_sensitive(true);
    Some(value)
}

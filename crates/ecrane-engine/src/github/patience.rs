use super::error::{Doing, GitHubError};
use backon::{ExponentialBuilder, Retryable as _};
use octocrab::{Error, GitHubError as Answer};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::time::Instant;

/// How long GitHub is waited for: what is told there is not worth more.
#[derive(Debug, Clone)]
pub struct Patience {
    /// Before the first retry. Doubles from there, plus a random part.
    pub first_wait: Duration,
    /// Where a secondary limit names no time.
    pub unnamed_wait: Duration,
    /// How long one call is tried again in all.
    pub budget: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            first_wait: Duration::from_millis(500),
            // GitHub's documentation, "Exceeding the rate limit": at least one minute.
            unnamed_wait: Duration::from_secs(60),
            budget: Duration::from_secs(120),
        }
    }
}

impl Patience {
    /// Tries again, as long as what went wrong heals and the budget lasts.
    pub(super) async fn retry<T, A>(
        &self,
        doing: Doing,
        attempt: impl FnMut() -> A,
    ) -> Result<T, GitHubError>
    where
        A: Future<Output = octocrab::Result<T>>,
    {
        let start = Instant::now();
        let waits = ExponentialBuilder::default()
            .with_min_delay(self.first_wait)
            .with_max_delay(self.unnamed_wait)
            .without_max_times()
            .with_jitter();
        let result = attempt
            .retry(waits)
            .when(heals)
            .adjust(|error, wait| {
                let asked = limit(error).map_or(Duration::ZERO, |it| self.wait(it));
                let wait = wait?.max(asked);
                (start.elapsed().saturating_add(wait) <= self.budget).then_some(wait)
            })
            .await;
        result.map_err(|error| match limit(&error) {
            Some(limit) => GitHubError::limited(doing, self.wait(limit)),
            None => GitHubError::new(doing, &error),
        })
    }

    const fn wait(&self, limit: Limit) -> Duration {
        match limit {
            Limit::Named(wait) => wait,
            Limit::Unnamed => self.unnamed_wait,
        }
    }
}

/// What a rate limit asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Limit {
    /// To wait so long.
    Named(Duration),
    /// To wait, and not how long.
    Unnamed,
}

/// The rate limit that an error is of, if it is of one.
fn limit(error: &Error) -> Option<Limit> {
    let answer = answer(error)?;
    if !matches!(answer.status_code.as_u16(), 403 | 429) {
        return None;
    }
    let number = |name| {
        let value = answer.headers.as_ref()?.get(name)?;
        value.to_str().ok()?.parse::<u64>().ok()
    };
    if let Some(seconds) = number("retry-after") {
        return Some(Limit::Named(Duration::from_secs(seconds)));
    }
    if number("x-ratelimit-remaining") == Some(0)
        && let Some(reset) = number("x-ratelimit-reset")
    {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        // A second more, as it is cut to whole seconds.
        let reset = Duration::from_secs(reset.saturating_add(1));
        return Some(Limit::Named(reset.saturating_sub(now.unwrap_or_default())));
    }
    let message = answer.message.to_ascii_lowercase();
    let limited = answer.status_code.as_u16() == 429 || message.contains("secondary rate limit");
    limited.then_some(Limit::Unnamed)
}

fn answer(error: &Error) -> Option<&Answer> {
    match error {
        Error::GitHub { source, .. } => Some(source),
        _ => None,
    }
}

/// Whether the same request may go well later.
fn heals(error: &Error) -> bool {
    match answer(error) {
        Some(answer) => {
            let status = answer.status_code;
            limit(error).is_some() || status.is_server_error() || status.as_u16() == 408
        }
        // No connection, or an answer that broke off.
        None => matches!(
            error,
            Error::Service { .. } | Error::Hyper { .. } | Error::Reqwest { .. }
        ),
    }
}

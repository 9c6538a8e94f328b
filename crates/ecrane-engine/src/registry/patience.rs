use super::error::{Phase, RegistryError};
use super::pace::Rate;
use backon::{ExponentialBuilder, Retryable};
use std::future::Future;
use std::sync::OnceLock;
use std::time::Duration;
use tokio::time::Instant;

/// How long the client waits for what. A value, so that tests can shrink it.
#[derive(Debug, Clone)]
pub struct Patience {
    /// For a connection to be made.
    pub connect: Duration,
    /// For something to move: a chunk of an upload, or the answer after it.
    pub stall: Duration,
    /// Before the first retry. Doubles from there, plus a random part.
    pub first_wait: Duration,
    /// Before any retry at most, unless the registry asks for more.
    pub longest_wait: Duration,
    /// How long one request or upload is retried in all, from its first failure on: what
    /// went well until then, as an hour of a large layer, counts for nothing.
    pub budget: Duration,
    /// The same where no connection can be made: a wrong host does not heal.
    pub connect_budget: Duration,
    /// How often a manifest is put at most. Amazon ECR allows 10 `PutImage` a
    /// second for a registry ("Amazon ECR service quotas").
    pub manifests: Rate,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            stall: Duration::from_secs(25),
            first_wait: Duration::from_millis(250),
            longest_wait: Duration::from_secs(20),
            budget: Duration::from_secs(300),
            connect_budget: Duration::from_secs(30),
            manifests: Rate {
                most: 10,
                within: Duration::from_secs(1),
            },
        }
    }
}

impl Patience {
    /// Tries again, as long as what went wrong heals and the budget lasts.
    pub(super) async fn retry<T, F, A>(
        &self,
        heals: impl Fn(&RegistryError) -> bool,
        attempt: A,
    ) -> Result<T, RegistryError>
    where
        F: Future<Output = Result<T, RegistryError>>,
        A: FnMut() -> F,
    {
        let first_failure = OnceLock::new();
        let trouble = || first_failure.get_or_init(Instant::now).elapsed();
        let waits = ExponentialBuilder::default()
            .with_min_delay(self.first_wait)
            .with_max_delay(self.longest_wait)
            .without_max_times()
            .with_jitter();
        let result = attempt
            .retry(waits)
            .when(&heals)
            .adjust(|error, wait| self.next(error, wait, trouble()))
            .await;
        result.map_err(|error| {
            if heals(&error) {
                RegistryError::GaveUp {
                    after: trouble(),
                    last: Box::new(error),
                }
            } else {
                error
            }
        })
    }

    /// How long to wait before the next attempt; none if it would end too late.
    fn next(
        &self,
        error: &RegistryError,
        wait: Option<Duration>,
        trouble: Duration,
    ) -> Option<Duration> {
        let asked = match error {
            RegistryError::Busy { retry_after, .. } => *retry_after,
            _ => None,
        };
        let wait = wait?.max(asked.unwrap_or_default());
        let budget = match error {
            RegistryError::Connection {
                phase: Phase::Connecting,
                ..
            } => self.connect_budget,
            _ => self.budget,
        };
        (trouble.saturating_add(wait) <= budget).then_some(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::super::error::Operation;
    use super::*;
    use std::cell::Cell;

    /// Large layers take longer than anybody waits for a registry to heal.
    #[tokio::test]
    async fn what_went_well_before_it_failed_counts_for_nothing() {
        let patience = Patience {
            first_wait: Duration::from_millis(1),
            budget: Duration::from_millis(20),
            ..Patience::default()
        };
        let attempts = Cell::new(0);
        let upload = || async {
            attempts.set(attempts.get() + 1);
            match attempts.get() {
                1 => {
                    tokio::time::sleep(2 * patience.budget).await;
                    Err(RegistryError::CutAnswer {
                        registry: "127.0.0.1".to_owned(),
                        operation: Operation::SendBlob,
                        cause: "the connection broke".to_owned(),
                    })
                }
                _ => Ok(()),
            }
        };
        patience.retry(RegistryError::heals, upload).await.unwrap();
        assert_eq!(attempts.get(), 2);
    }
}

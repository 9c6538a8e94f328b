//! Previews: what a policy would do, computed beside the requests.

use super::Removal;
use crate::clock::Timestamp;
use crate::store::StoreError;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long the service keeps a preview. That they expire is documented, when
/// is not.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// How far a preview has come.
#[derive(Debug, Clone)]
pub(crate) enum Progress {
    /// It is being computed.
    Running,
    /// It is there, the newest image first.
    Complete(Arc<[Removal]>),
    /// The store failed.
    Failed,
    /// It is too old.
    Expired,
}

/// The last preview of a repository.
#[derive(Debug, Clone)]
pub(crate) struct Preview {
    /// The policy's text.
    pub(crate) policy: String,
    /// How far it is.
    pub(crate) progress: Progress,
    started: Timestamp,
}

/// The previews of all repositories by their ids. They end with the server.
#[derive(Debug, Default)]
pub(crate) struct Previews(Mutex<HashMap<u64, Preview>>);

impl Previews {
    fn all(&self) -> MutexGuard<'_, HashMap<u64, Preview>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins one; not while one of this repository is being computed.
    #[must_use]
    pub(crate) fn begin(&self, repository: u64, policy: &str, now: Timestamp) -> bool {
        let mut all = self.all();
        let running = |preview: &Preview| matches!(preview.progress, Progress::Running);
        if all.get(&repository).is_some_and(running) {
            return false;
        }
        let preview = Preview {
            policy: policy.to_owned(),
            progress: Progress::Running,
            started: now,
        };
        all.insert(repository, preview);
        true
    }

    /// Ends the one that was begun.
    pub(crate) fn end(&self, repository: u64, removals: Result<Vec<Removal>, StoreError>) {
        if let Some(preview) = self.all().get_mut(&repository) {
            preview.progress = match removals {
                Ok(removals) => Progress::Complete(removals.into()),
                Err(_) => Progress::Failed,
            };
        }
    }

    /// The last one.
    pub(crate) fn last(&self, repository: u64, now: Timestamp) -> Option<Preview> {
        let mut preview = self.all().get(&repository).cloned()?;
        if now >= preview.started.after(KEPT) {
            preview.progress = Progress::Expired;
        }
        Some(preview)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ecrane_core::lifecycle::image::Moment;

    #[test]
    fn one_is_computed_at_a_time_and_is_kept_for_a_day() {
        let previews = Previews::default();
        let start = Timestamp::from(Moment::from_seconds(1_700_000_000));
        let progress = |now| previews.last(1, now).map(|preview| preview.progress);
        assert!(progress(start).is_none());
        assert!(previews.begin(1, "{}", start));
        assert!(!previews.begin(1, "{}", start), "it is not done yet");
        assert!(previews.begin(2, "{}", start), "of another repository");
        assert!(matches!(progress(start), Some(Progress::Running)));
        previews.end(1, Ok(Vec::new()));
        assert!(matches!(progress(start), Some(Progress::Complete(_))));
        assert!(matches!(
            progress(start.after(KEPT)),
            Some(Progress::Expired)
        ));
        assert!(previews.begin(1, "{}", start));
    }
}

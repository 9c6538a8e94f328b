//! What time it is, decided in one place.
//!
//! The clock runs at the machine's pace from wherever it was set, so that months
//! pass in seconds for whoever moves it.

use ecrane_core::lifecycle::image::Moment;
use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A moment, in milliseconds since the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Timestamp(i64);

impl Timestamp {
    /// The form that the AWS JSON protocol uses: seconds with a fraction.
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds since 1970 fit a double exactly for 285,000 years"
    )]
    pub(crate) fn epoch_seconds(self) -> f64 {
        self.0 as f64 / 1000.0
    }

    /// Milliseconds since the Unix epoch, as they are stored.
    pub(crate) fn milliseconds(self) -> i64 {
        self.0
    }

    /// The moment this long before.
    pub(crate) fn before(self, duration: Duration) -> Self {
        let milliseconds = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self(self.0.saturating_sub(milliseconds))
    }

    /// The moment this long after.
    pub(crate) fn after(self, duration: Duration) -> Self {
        let milliseconds = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(milliseconds))
    }

    /// RFC 3339 in UTC, for people who read a log.
    pub(crate) fn rfc3339(self) -> String {
        use time::format_description::well_known::Rfc3339;
        time::OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000)
            .ok()
            .and_then(|moment| moment.format(&Rfc3339).ok())
            .unwrap_or_default()
    }
}

impl From<Timestamp> for Moment {
    fn from(timestamp: Timestamp) -> Self {
        Self::from_milliseconds(timestamp.0)
    }
}

/// To the second, as people set clocks.
impl From<Moment> for Timestamp {
    fn from(moment: Moment) -> Self {
        Self(moment.seconds().saturating_mul(1000))
    }
}

/// The only source of the time: every date that is stored or compared comes
/// from here.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    /// How far ahead of the machine's clock it is, in milliseconds.
    ahead: AtomicI64,
}

impl Clock {
    /// A clock that is so many milliseconds ahead of the machine's.
    pub(crate) fn ahead_by(milliseconds: i64) -> Self {
        Self {
            ahead: AtomicI64::new(milliseconds),
        }
    }

    /// The time now.
    pub(crate) fn now(&self) -> Timestamp {
        let ahead = self.ahead.load(Ordering::Acquire);
        Timestamp(machine().saturating_add(ahead))
    }

    /// Sets the time; gives how far ahead of the machine's clock that is, in
    /// milliseconds.
    pub(crate) fn set(&self, now: Timestamp) -> i64 {
        let ahead = now.0.saturating_sub(machine());
        self.ahead.store(ahead, Ordering::Release);
        ahead
    }
}

fn machine() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

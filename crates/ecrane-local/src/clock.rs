//! What time it is, decided in one place.
//!
//! The clock runs at the machine's pace from wherever it was set, so that months
//! pass in seconds for whoever moves it.

use ecrane_core::lifecycle::image::Moment;
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;
use std::sync::{Mutex, MutexGuard, PoisonError};
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

    /// What a clock can be set to: the years 1970 to 9999, which RFC 3339 can
    /// write.
    pub(crate) const SETTABLE: RangeInclusive<Self> = Self(0)..=Self(253_402_300_799_999);

    /// What the machine's own clock shows, wherever ours was moved to.
    pub(crate) fn of_machine() -> Self {
        Self(machine())
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

    /// How long ago the other moment was; nothing if it is yet to come.
    pub(crate) fn since(self, earlier: Self) -> Duration {
        let milliseconds = self.0.saturating_sub(earlier.0);
        Duration::from_millis(u64::try_from(milliseconds).unwrap_or_default())
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

/// How a clock goes, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Pace {
    /// So far ahead of the machine's clock.
    Ahead(i64),
    /// It stands still at this time.
    Held(i64),
}

/// The only source of the time: every date that is stored or compared comes
/// from here.
#[derive(Debug)]
pub(crate) struct Clock(Mutex<Pace>);

impl Default for Clock {
    /// The machine's own.
    fn default() -> Self {
        Self::new(Pace::Ahead(0))
    }
}

impl Clock {
    /// A clock that goes like this.
    pub(crate) fn new(pace: Pace) -> Self {
        Self(Mutex::new(pace))
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The time now.
    pub(crate) fn now(&self) -> Timestamp {
        time(*self.pace())
    }

    /// Sets the time; one that stands still goes on standing.
    pub(crate) fn set(&self, now: Timestamp) -> Pace {
        let mut pace = self.pace();
        *pace = match *pace {
            Pace::Ahead(_) => running(now),
            Pace::Held(_) => Pace::Held(now.0),
        };
        *pace
    }

    /// Stops it.
    pub(crate) fn hold(&self) -> Pace {
        let mut pace = self.pace();
        *pace = Pace::Held(time(*pace).0);
        *pace
    }

    /// Lets it go on from the time that it shows.
    pub(crate) fn run(&self) -> Pace {
        let mut pace = self.pace();
        *pace = running(time(*pace));
        *pace
    }

    /// Makes it the machine's own.
    pub(crate) fn reset(&self) -> Pace {
        *self.pace() = Pace::Ahead(0);
        Pace::Ahead(0)
    }
}

fn time(pace: Pace) -> Timestamp {
    Timestamp(match pace {
        Pace::Ahead(ahead) => machine().saturating_add(ahead),
        Pace::Held(now) => now,
    })
}

fn running(now: Timestamp) -> Pace {
    Pace::Ahead(now.0.saturating_sub(machine()))
}

fn machine() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_held_shows_the_time_that_it_was_set_to() {
        let clock = Clock::default();
        let set = Timestamp(2_000_000_000_000);
        clock.set(set);
        assert!(clock.now() >= set);
        clock.hold();
        clock.set(set);
        assert_eq!(clock.now(), set);
        clock.run();
        assert!(matches!(clock.set(set), Pace::Ahead(ahead) if ahead > 0));
        assert_eq!(clock.reset(), Pace::Ahead(0));
    }
}

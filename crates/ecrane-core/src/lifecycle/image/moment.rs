//! Points in time, as ECR's answers, files and people write them.

use std::fmt;
use std::str::FromStr;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A point in time, to the microsecond; what is finer is cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Moment(i64);

/// A lifecycle policy's day: 86,400 seconds.
const DAY: i64 = 86_400 * SECOND;
const SECOND: i64 = 1_000_000;

/// The last second of the year 9999, and its counterpart before 1970.
const FARTHEST_SECOND: f64 = 253_402_300_799.0;
/// From here on a number of seconds is in the year 5138 or later, and a number
/// of milliseconds in 1973: it is the latter.
const MILLISECONDS_FROM: f64 = 100_000_000_000.0;

impl Moment {
    /// Whole seconds after the start of 1970 in UTC.
    pub fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(SECOND))
    }

    /// Whole milliseconds after the start of 1970 in UTC.
    pub fn from_milliseconds(milliseconds: i64) -> Self {
        Self(milliseconds.saturating_mul(1_000))
    }

    /// Whole seconds after the start of 1970 in UTC, rounded down.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(SECOND)
    }

    /// So many days later; earlier if negative.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        Self(self.0.saturating_add(days.saturating_mul(DAY)))
    }

    /// The start of its day in UTC.
    #[must_use]
    pub fn start_of_day(self) -> Self {
        Self(self.0.saturating_sub(self.0.rem_euclid(DAY)))
    }

    /// A number that is the smaller the later this is.
    pub(super) fn newest_first(self) -> u128 {
        u128::from(self.0.abs_diff(i64::MAX))
    }

    /// The time that has passed since an earlier moment; nothing since a later
    /// one.
    pub(in crate::lifecycle) fn since(self, earlier: Self) -> std::time::Duration {
        let micros = self.0.saturating_sub(earlier.0);
        std::time::Duration::from_micros(u64::try_from(micros).unwrap_or_default())
    }
}

/// As RFC 3339 in UTC, to the second.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = OffsetDateTime::from_unix_timestamp(self.seconds())
            .ok()
            .and_then(|moment| moment.format(&Rfc3339).ok());
        match text {
            Some(text) => f.write_str(&text),
            None => write!(f, "{} s", self.seconds()),
        }
    }
}

/// A text that is no point in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoMoment(String);

impl fmt::Display for NoMoment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is no time: write it as `2026-09-01T12:00:00Z` or as seconds since 1970",
            self.0.escape_debug()
        )
    }
}

impl std::error::Error for NoMoment {}

/// RFC 3339, or seconds since 1970. What [`Written`] only remarks is taken.
impl FromStr for Moment {
    type Err = NoMoment;

    fn from_str(text: &str) -> Result<Self, NoMoment> {
        match Written::text(text) {
            Some(written) => Ok(written.moment),
            None => Err(NoMoment(text.to_owned())),
        }
    }
}

/// A point in time as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) moment: Moment,
    pub(super) remark: Option<Remark>,
}

/// What is odd about how a time is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Remark {
    /// Without a zone: taken as UTC.
    NoZone,
    /// A number that is in milliseconds.
    Milliseconds,
}

impl Written {
    /// Reads RFC 3339, with or without a zone, or a number as text.
    pub(super) fn text(text: &str) -> Option<Self> {
        if let Ok(moment) = OffsetDateTime::parse(text, &Rfc3339) {
            return Some(Self::plain(moment));
        }
        if let Ok(number) = serde_json::from_str(text) {
            return Self::number(number);
        }
        let moment = OffsetDateTime::parse(&format!("{text}Z"), &Rfc3339).ok()?;
        let remark = Some(Remark::NoZone);
        Some(Self {
            remark,
            ..Self::plain(moment)
        })
    }

    /// Reads seconds since 1970, as version 1 of the AWS CLI prints them, or
    /// milliseconds.
    pub(super) fn number(number: f64) -> Option<Self> {
        let milliseconds = number.abs() >= MILLISECONDS_FROM;
        let seconds = if milliseconds { number / 1e3 } else { number };
        if !seconds.is_finite() || seconds.abs() > FARTHEST_SECOND {
            return None;
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the bound above is far inside of what 64 bits hold"
        )]
        let micros = (seconds * 1e6).round() as i64;
        Some(Self {
            moment: Moment(micros),
            remark: milliseconds.then_some(Remark::Milliseconds),
        })
    }

    fn plain(moment: OffsetDateTime) -> Self {
        let seconds = Moment::from_seconds(moment.unix_timestamp());
        let micros = i64::from(moment.microsecond());
        Self {
            moment: Moment(seconds.0.saturating_add(micros)),
            remark: None,
        }
    }
}

//! The time that images are judged for.

use ecrane_core::lifecycle::image::{Moment, NoMoment};
use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

/// `--now`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// At this time.
    At(Moment),
    /// So many days from now, or so many days ago.
    InDays(i64),
}

impl When {
    /// The moment, by the machine's clock.
    pub(crate) fn moment(self) -> Moment {
        self.counted_from(now())
    }

    /// The moment where it is `now`.
    pub(crate) fn counted_from(self, now: Moment) -> Moment {
        match self {
            Self::At(moment) => moment,
            Self::InDays(days) => now.plus_days(days),
        }
    }
}

/// The time of the machine's clock.
pub(crate) fn now() -> Moment {
    let since_1970 = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Moment::from_seconds(i64::try_from(since_1970.as_secs()).unwrap_or(i64::MAX))
}

/// The first day of December 2015, in seconds since 1970: ECR opened on the 21st.
const ECR_BEGAN: i64 = 1_448_928_000;

/// A text that `--now` does not take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoTime {
    #[error("`{0}` is followed by a number of days: write it as `{0}30d`")]
    Days(char),
    #[error("{0}, or in days from now as `+30d` or `-30d`")]
    Moment(NoMoment),
    #[error(
        "`{0}` is {1}, before there was ECR: write a day as `2026-09-01T00:00:00Z`, or seconds since 1970"
    )]
    BeforeEcr(String, Moment),
}

impl FromStr for When {
    type Err = NoTime;

    fn from_str(text: &str) -> Result<Self, NoTime> {
        // Four digits are more than 27 years, and no sum of them overflows.
        let signed = ['+', '-'].into_iter();
        let mut signed = signed.filter_map(|sign| Some((sign, text.strip_prefix(sign)?)));
        match signed.next() {
            Some((sign, days)) => {
                let number = days.strip_suffix('d').map(str::parse::<u16>);
                match (number, sign) {
                    (Some(Ok(days)), '-') => Ok(Self::InDays(-i64::from(days))),
                    (Some(Ok(days)), _) => Ok(Self::InDays(days.into())),
                    _ => Err(NoTime::Days(sign)),
                }
            }
            None => match text.parse().map_err(NoTime::Moment)? {
                // A day without dashes, such as 20260901, reads as seconds.
                early if early < Moment::from_seconds(ECR_BEGAN) => {
                    Err(NoTime::BeforeEcr(text.to_owned(), early))
                }
                moment => Ok(Self::At(moment)),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let found = match text.parse() {
            Ok(When::At(moment)) => moment.to_string(),
            Ok(When::InDays(days)) => format!("in {days} days"),
            Err(error) => NoTime::to_string(&error),
        };
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn times_are_absolute_or_in_days() {
        check("2026-09-01T12:00:00+02:00", "2026-09-01T10:00:00Z");
        check("1700000000", "2023-11-14T22:13:20Z");
        check("+30d", "in 30 days");
        check("+0d", "in 0 days");
        check("-30d", "in -30 days");
        let ago = "`-` is followed by a number of days: write it as `-30d`";
        check("-1700000000", ago);
        check("--json", ago);
        let days = "`+` is followed by a number of days: write it as `+30d`";
        for text in ["+30", "+d", "+-1d", "+2h", "+99999999999d"] {
            check(text, days);
        }
        check(
            "20260901",
            "`20260901` is 1970-08-23T12:01:41Z, before there was ECR: write a day as `2026-09-01T00:00:00Z`, or seconds since 1970",
        );
        check(
            "tomorrow",
            "`tomorrow` is no time: write it as `2026-09-01T12:00:00Z` or as seconds since 1970, or in days from now as `+30d` or `-30d`",
        );
    }
}

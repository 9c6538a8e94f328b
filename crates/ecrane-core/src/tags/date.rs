//! Dates by the letters that Moment.js gives them: `YYYYMMDD-HHmmss`.
//!
//! Source: momentjs.com, "Display", "Format"; English, as the action has it.

use super::slip::Slip;
use super::zone::ZonedTime;
use crate::diagnostic::Span;
use time::{Date, UtcOffset};

/// How a date is written.
#[derive(Debug, Clone)]
pub(super) struct DateFormat(Vec<Part>);

#[derive(Debug, Clone)]
enum Part {
    Text(String),
    Field(fn(&ZonedTime) -> String),
    /// So many digits of the second's fraction.
    Fraction(usize),
}

type Field = (&'static str, fn(&ZonedTime) -> String);

/// What the letters mean; where one begins like another, the longer stands first.
const FIELDS: &[Field] = &[
    ("YYYY", |at| format!("{:04}", at.time.year())),
    ("YY", |at| two(at.time.year().rem_euclid(100))),
    ("GGGG", |at| format!("{:04}", at.time.to_iso_week_date().0)),
    ("GG", |at| two(at.time.to_iso_week_date().0.rem_euclid(100))),
    ("gggg", |at| format!("{:04}", week(at.time.date()).0)),
    ("gg", |at| two(week(at.time.date()).0.rem_euclid(100))),
    ("Qo", |at| ordinal(quarter(at))),
    ("Q", |at| quarter(at).to_string()),
    ("MMMM", |at| at.time.month().to_string()),
    ("MMM", |at| first(3, &at.time.month().to_string())),
    ("Mo", |at| ordinal(u8::from(at.time.month()).into())),
    ("MM", |at| two(u8::from(at.time.month()))),
    ("M", |at| u8::from(at.time.month()).to_string()),
    ("DDDD", |at| format!("{:03}", at.time.ordinal())),
    ("DDDo", |at| ordinal(at.time.ordinal().into())),
    ("DDD", |at| at.time.ordinal().to_string()),
    ("Do", |at| ordinal(at.time.day().into())),
    ("DD", |at| two(at.time.day())),
    ("D", |at| at.time.day().to_string()),
    ("dddd", |at| at.time.weekday().to_string()),
    ("ddd", |at| first(3, &at.time.weekday().to_string())),
    ("dd", |at| first(2, &at.time.weekday().to_string())),
    ("do", |at| ordinal(sunday(at).into())),
    ("d", |at| sunday(at).to_string()),
    ("e", |at| sunday(at).to_string()),
    ("E", |at| at.time.weekday().number_from_monday().to_string()),
    ("WW", |at| two(at.time.iso_week())),
    ("Wo", |at| ordinal(at.time.iso_week().into())),
    ("W", |at| at.time.iso_week().to_string()),
    ("ww", |at| two(week(at.time.date()).1)),
    ("wo", |at| ordinal(week(at.time.date()).1)),
    ("w", |at| week(at.time.date()).1.to_string()),
    ("HH", |at| two(at.time.hour())),
    ("H", |at| at.time.hour().to_string()),
    ("hh", |at| two(twelve(at))),
    ("h", |at| twelve(at).to_string()),
    ("kk", |at| two(twenty_four(at))),
    ("k", |at| twenty_four(at).to_string()),
    ("mm", |at| two(at.time.minute())),
    ("m", |at| at.time.minute().to_string()),
    ("ss", |at| two(at.time.second())),
    ("s", |at| at.time.second().to_string()),
    ("A", |at| half(at).to_owned()),
    ("a", |at| half(at).to_lowercase()),
    ("ZZ", |at| offset(at.time.offset(), "")),
    ("Z", |at| offset(at.time.offset(), ":")),
    ("zz", zone),
    ("z", zone),
    ("X", |at| at.time.unix_timestamp().to_string()),
    ("x", |at| {
        (at.time.unix_timestamp_nanos() / 1_000_000).to_string()
    }),
];

/// Letters that Moment reads as a date of a locale or an era.
const REFUSED: &str = "LlyN";

impl DateFormat {
    /// Reads a format. Text that is not meant as letters stands in `[` and `]`.
    pub(super) fn parse(text: &str, slips: &mut Vec<Slip>) -> Self {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let at = text.len() - rest.len();
            let escaped = rest.strip_prefix('[').and_then(|r| r.split_once(']'));
            let field = FIELDS
                .iter()
                .find_map(|(letters, field)| Some((rest.strip_prefix(letters)?, field)));
            let after = rest.strip_prefix(c).unwrap_or_default();
            let (part, next) = match (escaped, field) {
                (Some((escaped, next)), _) => (Part::Text(escaped.to_owned()), next),
                (_, Some((next, field))) => (Part::Field(*field), next),
                _ if c == 'S' => {
                    let next = rest.trim_start_matches('S');
                    (Part::Fraction(rest.len() - next.len()), next)
                }
                _ => {
                    if REFUSED.contains(c) {
                        slips.push(refused(c, at));
                    }
                    (Part::Text(c.to_string()), after)
                }
            };
            parts.push(part);
            rest = next;
        }
        Self(parts)
    }

    /// ISO 8601 to the second, which is Moment's own where no format is given.
    pub(super) fn iso() -> Self {
        Self::parse("YYYY-MM-DD[T]HH:mm:ss", &mut Vec::new()).with(|at| {
            if at.time.offset().is_utc() {
                "Z".to_owned()
            } else {
                offset(at.time.offset(), ":")
            }
        })
    }

    fn with(mut self, field: fn(&ZonedTime) -> String) -> Self {
        self.0.push(Part::Field(field));
        self
    }

    /// The date as text.
    pub(super) fn write(&self, at: &ZonedTime) -> String {
        let part = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Field(field) => field(at),
            Part::Fraction(digits) => {
                let nanoseconds = format!("{:09}", at.time.nanosecond());
                first(*digits, &format!("{nanoseconds:0<digits$}"))
            }
        };
        self.0.iter().map(part).collect()
    }
}

fn refused(c: char, at: usize) -> Slip {
    let message = format!("`{c}` is a date of a locale or an era to Moment.js, and not known here");
    Slip::error(Span::new(at, at + 1), message).help(format!(
        "if text is meant, put it in brackets, for example `[{c}]`"
    ))
}

fn two(number: impl Into<i64>) -> String {
    format!("{:02}", number.into())
}

fn first(characters: usize, text: &str) -> String {
    text.chars().take(characters).collect()
}

fn quarter(at: &ZonedTime) -> i64 {
    i64::from((u8::from(at.time.month()) - 1) / 3 + 1)
}

fn sunday(at: &ZonedTime) -> u8 {
    at.time.weekday().number_days_from_sunday()
}

fn twelve(at: &ZonedTime) -> u8 {
    match at.time.hour() % 12 {
        0 => 12,
        hour => hour,
    }
}

fn twenty_four(at: &ZonedTime) -> u8 {
    match at.time.hour() {
        0 => 24,
        hour => hour,
    }
}

fn half(at: &ZonedTime) -> &'static str {
    if at.time.hour() < 12 { "AM" } else { "PM" }
}

fn zone(at: &ZonedTime) -> String {
    at.abbreviation.clone().unwrap_or_else(|| "UTC".to_owned())
}

fn offset(offset: UtcOffset, between: &str) -> String {
    let minutes = offset.whole_minutes();
    let sign = if minutes < 0 { '-' } else { '+' };
    let minutes = minutes.unsigned_abs();
    format!("{sign}{:02}{between}{:02}", minutes / 60, minutes % 60)
}

/// English: `1st`, `2nd`, `11th`.
fn ordinal(number: i64) -> String {
    let ending = match (number % 10, number % 100 / 10) {
        (_, 1) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

/// The week's year and number where weeks begin on Sunday, and the first is the
/// one that holds the first of January.
fn week(date: Date) -> (i32, i64) {
    let sunday =
        |date: Date| date.to_julian_day() - i32::from(date.weekday().number_days_from_sunday());
    let start = |year: i32| Date::from_ordinal_date(year, 1).map_or(i32::MAX, sunday);
    let this = sunday(date);
    let year = if this >= start(date.year() + 1) {
        date.year() + 1
    } else {
        date.year()
    };
    (year, i64::from((this - start(year)) / 7 + 1))
}

#[cfg(test)]
mod tests {
    use super::super::zone::Zone;
    use super::*;
    use time::OffsetDateTime;
    use time::macros::datetime;

    fn check(moment: OffsetDateTime, zone: &str, format: &str, expected: &str) {
        let mut slips = Vec::new();
        let format = DateFormat::parse(format, &mut slips);
        assert_eq!(slips, []);
        let zone = Zone::named(zone).unwrap();
        assert_eq!(format.write(&zone.at(moment)), expected);
    }

    const NEW_YEAR: OffsetDateTime = datetime!(2021-01-02 15:04:05.678 UTC);

    #[test]
    fn letters_as_moment_reads_them() {
        let check = |format: &str, expected: &str| check(NEW_YEAR, "utc", format, expected);
        check("YYYYMMDD-HHmmss", "20210102-150405");
        check("YY.M.D h:mm A a", "21.1.2 3:04 PM pm");
        check("[nightly]-YYYY", "nightly-2021");
        check(
            "dddd Do MMMM, ddd MMM dd",
            "Saturday 2nd January, Sat Jan Sa",
        );
        check("GGGG-[W]WW E, gggg ww d", "2020-W53 6, 2021 01 6");
        check("DDDD DDDo Q Z ZZ z", "002 2nd 1 +00:00 +0000 UTC");
        check(
            "X x SSS SSSSSSSSSSSS",
            "1609599845 1609599845678 678 678000000000",
        );
        check("Hmm kk", "1504 15");
    }

    #[test]
    fn a_zone_moves_the_clock_and_the_day() {
        let late = datetime!(2024-03-10 23:30 UTC);
        check(
            late,
            "Asia/Tokyo",
            "YYYYMMDD HHmm Z z",
            "20240311 0830 +09:00 JST",
        );
        check(
            late,
            "america/new_york",
            "YYYYMMDD HHmm Z z",
            "20240310 1930 -04:00 EDT",
        );
        check(late, "Asia/Kolkata", "HHmm ZZ", "0500 +0530");
    }

    #[test]
    fn a_week_that_holds_new_year_is_the_first() {
        let check = |moment, expected| check(moment, "UTC", "gggg-ww", expected);
        check(datetime!(2023-12-30 12:00 UTC), "2023-52");
        check(datetime!(2023-12-31 12:00 UTC), "2024-01");
        check(datetime!(2024-01-07 12:00 UTC), "2024-02");
        check(datetime!(2022-01-01 12:00 UTC), "2022-01");
    }

    #[test]
    fn letters_of_a_locale_are_refused() {
        let mut slips = Vec::new();
        DateFormat::parse("YYYY-l", &mut slips);
        insta::assert_debug_snapshot!(slips, @r#"
        [
            Slip {
                severity: Error,
                span: Span {
                    start: 5,
                    end: 6,
                },
                message: "`l` is a date of a locale or an era to Moment.js, and not known here",
                help: Some(
                    "if text is meant, put it in brackets, for example `[l]`",
                ),
            },
        ]
        "#);
    }

    #[test]
    fn no_format_is_iso_8601() {
        let iso = |zone: &str| DateFormat::iso().write(&Zone::named(zone).unwrap().at(NEW_YEAR));
        assert_eq!(iso("UTC"), "2021-01-02T15:04:05Z");
        assert_eq!(iso("Asia/Tokyo"), "2021-01-03T00:04:05+09:00");
    }
}

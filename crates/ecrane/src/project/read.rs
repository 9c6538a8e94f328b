//! The text of `ecrane.toml`.

use super::Contents;
use super::table::{Table, Wanted, fault};
use ecrane_core::diagnostic::{Diagnostic, Severity, Span};
use ecrane_core::lifecycle::codes::Lint;
use ecrane_core::lifecycle::settings::{Allowance, Level, Settings};
use std::collections::BTreeMap;
use time::{Date, Month};
use toml::de::{DeTable, DeValue};

/// The settings, or every fault in the order of the text.
pub(super) fn read(text: &str) -> Result<Contents, Vec<Diagnostic>> {
    let (document, errors) = DeTable::parse_recoverable(text);
    let mut faults: Vec<Diagnostic> = errors
        .iter()
        .map(|error| {
            let place = error.span().unwrap_or_default();
            let message = format!("this is no TOML: {}", error.message());
            fault(Span::new(place.start, place.end), "", message, "")
        })
        .collect();
    // What is read of broken TOML would be faulty for no other reason.
    let contents = if faults.is_empty() {
        let place = Span::default();
        let mut root = Table::new(document.get_ref(), place, String::new(), &mut faults);
        root.only(&["lifecycle"]);
        root.table("lifecycle").map(lifecycle).unwrap_or_default()
    } else {
        Contents::default()
    };
    faults.sort_by_key(|fault| (fault.span.start, fault.span.end));
    if faults.is_empty() {
        Ok(contents)
    } else {
        Err(faults)
    }
}

fn lifecycle(mut table: Table<'_, '_>) -> Contents {
    table.only(&["allow", "baseline", "lints"]);
    Contents {
        baseline: table.optional("baseline", text),
        settings: Settings {
            levels: table.table("lints").map(levels).unwrap_or_default(),
            allowances: table.tables("allow", allowance),
            ..Settings::default()
        },
    }
}

fn levels(mut table: Table<'_, '_>) -> BTreeMap<Lint, Level> {
    let mut levels = BTreeMap::new();
    for (name, place, _) in table.entries() {
        let lint = name.parse::<Lint>();
        let level = table.optional(name, level);
        match lint {
            Ok(lint) => levels.extend(level.map(|level| (lint, level))),
            Err(error) => table.report(place, name, error),
        }
    }
    levels
}

fn allowance(mut table: Table<'_, '_>) -> Option<Allowance> {
    table.only(&["code", "file", "policy", "reason", "rule", "until"]);
    let lint = table.required("code", "which finding is allowed", |value| {
        let id = text(value)?;
        id.parse::<Lint>()
            .map_err(|error| Wanted::Because(error.to_string()))
    });
    let file = table.required(
        "file",
        "in which policy, from the folder of this file",
        text,
    );
    let policy = table.optional("policy", text);
    let rule = table.optional("rule", priority);
    let reason = table.required("reason", "why the finding is allowed", text);
    let until = table.required(
        "until",
        "the last day on which it is allowed, such as 2026-12-31",
        date,
    );
    Some(Allowance {
        lint: lint?,
        file: file?,
        policy,
        rule,
        reason: reason?,
        until: until?,
    })
}

fn text(value: &DeValue<'_>) -> Result<String, Wanted> {
    match value {
        DeValue::String(text) if !text.trim().is_empty() => Ok(text.clone().into_owned()),
        _ => Err(Wanted::A("a text that says something")),
    }
}

fn level(value: &DeValue<'_>) -> Result<Level, Wanted> {
    match value.as_str() {
        Some("error") => Ok(Level::As(Severity::Error)),
        Some("warning") => Ok(Level::As(Severity::Warning)),
        Some("info") => Ok(Level::As(Severity::Info)),
        Some("off") => Ok(Level::Off),
        _ => Err(Wanted::A(r#""error", "warning", "info" or "off""#)),
    }
}

fn priority(value: &DeValue<'_>) -> Result<u32, Wanted> {
    let wanted = Wanted::A("the `rulePriority` of a rule");
    match value {
        DeValue::Integer(number) => number.as_str().parse().map_err(|_| wanted),
        _ => Err(wanted),
    }
}

fn date(value: &DeValue<'_>) -> Result<Date, Wanted> {
    let wanted = || Wanted::A("a date without quotes and time, such as 2026-12-31");
    let DeValue::Datetime(found) = value else {
        return Err(wanted());
    };
    let day = found.date.filter(|_| found.time.is_none());
    let day = day.ok_or_else(wanted)?;
    let month = Month::try_from(day.month).map_err(|_| wanted())?;
    Date::from_calendar_date(i32::from(day.year), month, day.day).map_err(|_| wanted())
}

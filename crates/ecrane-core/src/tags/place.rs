//! What can stand in braces, and what it comes to.

use super::date::DateFormat;
use super::event::{Event, GitRef};
use super::release::Release;
use super::slip::Slip;
use super::template::{Expression, Template, Word};
use super::zone::Zone;
use crate::spelling::{did_you_mean, nearest};
use time::OffsetDateTime;

/// A place that the event fills in.
#[derive(Debug, Clone)]
pub(super) enum Place {
    Branch,
    Tag,
    Sha,
    BaseRef,
    IsDefaultBranch,
    IsNotDefaultBranch,
    Date(Written),
    CommitDate(Written),
}

/// How a moment is written.
#[derive(Debug, Clone)]
pub(super) struct Written {
    format: DateFormat,
    zone: Zone,
}

/// A place that a version fills in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Raw,
    Version,
    Major,
    Minor,
    Patch,
}

const PLACES: &[&str] = &[
    "branch",
    "tag",
    "sha",
    "base_ref",
    "is_default_branch",
    "is_not_default_branch",
    "date",
    "commit_date",
];

const PARTS: &[&str] = &["raw", "version", "major", "minor", "patch"];

/// Reads a text that the event fills in.
pub(super) fn of_event(text: &str, slips: &mut Vec<Slip>) -> Template<Place> {
    Template::parse(text, slips, |expression, slips| {
        let place = match expression.name.text {
            "branch" => Place::Branch,
            "tag" => Place::Tag,
            "sha" => Place::Sha,
            "base_ref" => Place::BaseRef,
            "is_default_branch" => Place::IsDefaultBranch,
            "is_not_default_branch" => Place::IsNotDefaultBranch,
            "date" => return written(expression, slips).map(Place::Date),
            "commit_date" => return written(expression, slips).map(Place::CommitDate),
            _ => return unknown(expression.name, PLACES, slips),
        };
        alone(expression, slips).then_some(place)
    })
}

/// Reads a text that a version fills in.
pub(super) fn of_version(text: &str, slips: &mut Vec<Slip>) -> Template<Part> {
    Template::parse(text, slips, |expression, slips| {
        let part = match expression.name.text {
            "raw" => Part::Raw,
            "version" => Part::Version,
            "major" => Part::Major,
            "minor" => Part::Minor,
            "patch" => Part::Patch,
            _ => return unknown(expression.name, PARTS, slips),
        };
        alone(expression, slips).then_some(part)
    })
}

fn unknown<V>(name: Word<'_>, known: &[&'static str], slips: &mut Vec<Slip>) -> Option<V> {
    let message = format!("`{}` is not known in these braces", name.text);
    let help = match nearest(name.text, known.iter().copied()) {
        Some(near) => did_you_mean(name.text, near),
        None => format!("known are `{}`", known.join("`, `")),
    };
    slips.push(Slip::error(name.span, message).help(help));
    None
}

/// Whether nothing follows the name.
fn alone(expression: &Expression<'_>, slips: &mut Vec<Slip>) -> bool {
    let options = expression.options.iter().map(|(key, _)| key);
    let Some(extra) = expression.arguments.iter().chain(options).next() else {
        return true;
    };
    let message = format!("nothing follows `{}`", expression.name.text);
    slips.push(Slip::error(extra.span, message).help("only dates take a format and a zone"));
    false
}

fn written(expression: &Expression<'_>, slips: &mut Vec<Slip>) -> Option<Written> {
    let format = match expression.arguments.as_slice() {
        [] => Some(DateFormat::iso()),
        [format] if format.quoted => {
            let mut found = Vec::new();
            let read = DateFormat::parse(format.text, &mut found);
            let at = format.span.start;
            slips.extend(found.into_iter().map(|slip| {
                slip.moved(|span| crate::diagnostic::Span::new(at + span.start, at + span.end))
            }));
            Some(read)
        }
        // A name that stands for nothing, to Handlebars: no format at all.
        [format] => {
            slips.push(
                Slip::warning(
                    format.span,
                    "a format without quotes has no effect: the date is written in full",
                )
                .help(format!("write `'{}'`", format.text)),
            );
            Some(DateFormat::iso())
        }
        [_, extra, ..] => {
            slips.push(Slip::error(extra.span, "a date takes one format"));
            None
        }
    };
    let zone = zone(expression, slips);
    Some(Written {
        format: format?,
        zone: zone?,
    })
}

fn zone(expression: &Expression<'_>, slips: &mut Vec<Slip>) -> Option<Zone> {
    let mut zone = Some(Zone::UTC);
    for (key, value) in &expression.options {
        if key.text != "tz" {
            let message = format!("`{}` is not an option of a date", key.text);
            slips.push(Slip::error(key.span, message).help("the only option is `tz='…'`"));
            continue;
        }
        zone = Zone::named(value.text)
            .map_err(|near| {
                let message = format!("`{}` is not a time zone", value.text);
                let help = match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "zones are named as in `Europe/Berlin`; UTC needs none".to_owned(),
                };
                slips.push(Slip::error(value.span, message).help(help));
            })
            .ok();
    }
    zone
}

impl Place {
    /// What the place comes to.
    ///
    /// # Errors
    /// Something that is not known of the event.
    pub(super) fn fill(&self, event: &Event) -> Result<String, Unknown> {
        Ok(match self {
            Self::Branch => match &event.git_ref {
                GitRef::Branch(name) => name.clone(),
                _ => String::new(),
            },
            Self::Tag => match &event.git_ref {
                GitRef::Tag(name) => name.clone(),
                _ => String::new(),
            },
            Self::Sha => event.short_commit().unwrap_or_default(),
            Self::BaseRef => event.base_branch.clone().unwrap_or_default(),
            Self::IsDefaultBranch => event.is_default_branch().to_string(),
            Self::IsNotDefaultBranch => (!event.is_default_branch()).to_string(),
            Self::Date(written) => written.at(event.now),
            Self::CommitDate(written) => written.at(event.commit_time.ok_or(Unknown)?),
        })
    }
}

/// The time of the commit is asked for, and not known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unknown;

impl Written {
    fn at(&self, moment: OffsetDateTime) -> String {
        self.format.write(&self.zone.at(moment))
    }
}

impl Part {
    pub(super) fn of(self, release: &Release) -> String {
        match self {
            Self::Raw => release.raw.clone(),
            Self::Version => release.version.clone(),
            Self::Major => release.major.to_string(),
            Self::Minor => release.minor.to_string(),
            Self::Patch => release.patch.to_string(),
        }
    }
}

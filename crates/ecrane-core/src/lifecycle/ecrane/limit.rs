//! What happens to the images of a rule, and when.

use std::num::NonZeroU32;

use super::super::fault::{ARCHIVE_MIN_DAYS, Fault, Finding, LimitFault, MAX_NUMBER, NumberName};
use super::super::node::{Node, Value};
use super::super::places::Place;
use super::super::rule::{Action, CountType, StorageClass};
use super::super::shape::{Field, Object};
use crate::diagnostic::Span;

/// A number of days.
pub(super) type Days = NonZeroU32;

/// A number in a rule of ECR, with the place of what it stands for.
pub(super) struct Counted {
    pub(super) count_type: CountType,
    pub(super) number: NonZeroU32,
    pub(super) action: Action,
    pub(super) place: Place,
}

/// What happens to the images of a rule: in the storage class `standard`, and
/// in the archive. One of the two is there.
pub(super) struct Limit {
    standard: Option<Counted>,
    archived: Option<Counted>,
    /// Where `keep` is: it counts all images of the rule together.
    keep: Option<Span>,
}

impl Limit {
    /// What happens in a storage class; nothing is said of it where it is none.
    pub(super) fn of(&self, class: StorageClass) -> Option<&Counted> {
        match class {
            StorageClass::Standard => self.standard.as_ref(),
            StorageClass::Archive => self.archived.as_ref(),
        }
    }

    pub(super) fn keeps_together(&self) -> Option<Span> {
        self.keep
    }
}

/// A way to say what happens in the storage class `standard`.
struct Way {
    name: &'static str,
    count_type: CountType,
    action: Action,
}

impl Way {
    const fn new(name: &'static str, count_type: CountType, action: Action) -> Self {
        Self {
            name,
            count_type,
            action,
        }
    }

    fn number(&self, rule: &Object<'_>, findings: &mut Vec<Finding>) -> Field<NonZeroU32> {
        match self.name {
            KEEP => rule.number(NumberName::Keep, findings),
            KEEP_EACH => rule.number(NumberName::KeepEach, findings),
            name => days(rule, name, findings),
        }
    }
}

const KEEP: &str = "keep";
const KEEP_EACH: &str = "keep-each";
const UNDO: &str = "undo";
const EXPIRE_ARCHIVED: &str = "expire-archived-after";

const WAYS: &[Way] = &[
    Way::new(KEEP, CountType::ImageCountMoreThan, Action::Expire),
    Way::new(KEEP_EACH, CountType::ImageCountMoreThan, Action::Expire),
    Way::new("older-than", CountType::SinceImagePushed, Action::Expire),
    Way::new(
        "archive-after",
        CountType::SinceImagePushed,
        Action::Transition,
    ),
    Way::new(
        "archive-unpulled-after",
        CountType::SinceImagePulled,
        Action::Transition,
    ),
];

/// What a rule says of its archived images.
struct Later {
    /// `undo`: those that the rule would have removed.
    undo: Field<Days>,
    /// `expire-archived-after`
    expire: Field<Days>,
}

/// What happens to the images of a rule. `undo` is that of the document.
pub(super) fn limit(
    rule: &Object<'_>,
    undo: &Field<Days>,
    findings: &mut Vec<Finding>,
) -> Option<Limit> {
    // All are read, so that what is wrong with any is said.
    let given: Vec<(&Way, Field<NonZeroU32>)> = WAYS
        .iter()
        .map(|way| (way, way.number(rule, findings)))
        .filter(|(_, number)| !number.is_absent())
        .collect();
    let later = Later {
        undo: archived_days(rule, UNDO, findings),
        expire: archived_days(rule, EXPIRE_ARCHIVED, findings),
    };
    match given.as_slice() {
        [] => archived_only(rule, &later, findings),
        [(way, number)] => one_way(rule, (way, number), &later, undo, findings),
        [(first, one), (second, other), ..] => {
            let first = (first.name, one.place());
            report_both(rule, first, (second.name, other.place()), findings);
            None
        }
    }
}

fn one_way(
    rule: &Object<'_>,
    (way, number): (&Way, &Field<NonZeroU32>),
    later: &Later,
    undo: &Field<Days>,
    findings: &mut Vec<Finding>,
) -> Option<Limit> {
    let removes = way.action == Action::Expire;
    let (name, partner, stranger, other) = if removes {
        (UNDO, &later.undo, EXPIRE_ARCHIVED, &later.expire)
    } else {
        (EXPIRE_ARCHIVED, &later.expire, UNDO, &later.undo)
    };
    if !other.is_absent() {
        let first = (way.name, number.place());
        report_both(rule, first, (stranger, other.place()), findings);
        return None;
    }
    let archived = match (partner, undo) {
        (Field::Absent, Field::Given(days, span)) if removes => {
            let path = Some(UNDO.to_owned());
            Some(from_archive(*days, Place { span: *span, path }))
        }
        _ => in_archive(rule, name, partner),
    };
    let action = match archived {
        Some(_) => Action::Transition,
        None => way.action,
    };
    Some(Limit {
        standard: Some(Counted {
            count_type: way.count_type,
            number: *number.value()?,
            action,
            place: place(rule, way.name, number.place()),
        }),
        archived,
        keep: number.place().filter(|_| way.name == KEEP),
    })
}

/// A rule that is about archived images and no others.
fn archived_only(rule: &Object<'_>, later: &Later, findings: &mut Vec<Finding>) -> Option<Limit> {
    if let Some(place) = later.undo.place() {
        let finding = Finding::new(LimitFault::NothingToUndo, place);
        findings.push(finding.at(rule.path_of(UNDO)));
        return None;
    }
    if later.expire.is_absent() {
        let finding = Finding::new(LimitFault::Missing, rule.place);
        findings.push(finding.at(&rule.path));
    }
    Some(Limit {
        standard: None,
        archived: Some(in_archive(rule, EXPIRE_ARCHIVED, &later.expire)?),
        keep: None,
    })
}

fn report_both(
    rule: &Object<'_>,
    (first, first_place): (&'static str, Option<Span>),
    (second, second_place): (&'static str, Option<Span>),
    findings: &mut Vec<Finding>,
) {
    let fault = LimitFault::Two { first, second };
    let finding = Finding::new(fault, second_place.unwrap_or(rule.place)).at(&rule.path);
    findings.push(match first_place {
        Some(place) => finding.label(place, "and here"),
        None => finding,
    });
}

fn place(rule: &Object<'_>, name: &str, span: Option<Span>) -> Place {
    Place {
        span: span.unwrap_or(rule.place),
        path: Some(rule.path_of(name)),
    }
}

fn in_archive(rule: &Object<'_>, name: &str, days: &Field<Days>) -> Option<Counted> {
    let number = *days.value()?;
    Some(from_archive(number, place(rule, name, days.place())))
}

fn from_archive(number: Days, place: Place) -> Counted {
    Counted {
        count_type: CountType::SinceImageTransitioned,
        number,
        action: Action::Expire,
        place,
    }
}

/// A duration such as `30d`.
fn days(object: &Object<'_>, name: &'static str, findings: &mut Vec<Finding>) -> Field<Days> {
    object.field(name, findings, |node| duration(name, node))
}

fn duration(name: &'static str, node: &Node) -> Result<Days, Fault> {
    let text = match &node.value {
        Value::String(text) | Value::Number(text) => text.as_str(),
        _ => {
            let found = node.kind();
            return Err(LimitFault::DurationType { name, found }.into());
        }
    };
    let fault = || LimitFault::Duration {
        name,
        text: text.to_owned(),
    };
    let days = [("d", 1), ("w", 7)].iter().find_map(|(unit, days)| {
        let number: u32 = text.strip_suffix(unit)?.parse().ok()?;
        number.checked_mul(*days)
    });
    // `+30d` is a number to Rust.
    let days = days.filter(|days| *days <= MAX_NUMBER && !text.starts_with('+'));
    days.and_then(Days::new).ok_or_else(|| fault().into())
}

/// How long an archived image is kept: for a while at least.
pub(super) fn archived_days(
    object: &Object<'_>,
    name: &'static str,
    findings: &mut Vec<Finding>,
) -> Field<Days> {
    let field = days(object, name, findings);
    if let Field::Given(days, place) = &field
        && days.get() < ARCHIVE_MIN_DAYS
    {
        let days = days.get();
        let fault = LimitFault::TooFewDays { name, days };
        findings.push(Finding::new(fault, *place).at(object.path_of(name)));
    }
    field
}

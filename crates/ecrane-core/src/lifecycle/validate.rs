//! How the properties of a rule, and the rules of a policy, must go together.
//!
//! Source: the Amazon ECR user guide, "Lifecycle policy properties" and
//! "Creating a lifecycle policy".

use super::draft::Draft;
use super::fault::{ARCHIVE_MIN_DAYS, AcrossFault, ArchiveFault, Fault, Finding, RuleFault};
use super::rule::{Action, CountType, StorageClass, TagStatus};
use super::seen::Seen;
use super::shape::Listed;
use crate::diagnostic::Span;
use crate::sorting;

/// Checks the properties of one rule against each other.
pub(super) fn rule(draft: &Draft, findings: &mut Vec<Finding>) {
    tag_lists(draft, findings);
    count_unit(draft, findings);
    storage_class(draft, findings);
    action(draft, findings);
}

/// Reports a fault of the selection: at the property where it is there, else at
/// the selection, which lacks it.
fn in_selection(
    draft: &Draft,
    name: &str,
    fault: impl Into<Fault>,
    place: Option<Span>,
) -> Finding {
    let path = format!("{}.{name}", draft.selection_path);
    Finding::new(fault, place.unwrap_or(draft.selection_place)).at(path)
}

fn in_action(draft: &Draft, name: &str, fault: ArchiveFault, place: Option<Span>) -> Finding {
    let path = format!("{}.action.{name}", draft.path);
    Finding::new(fault, place.unwrap_or(draft.action_place)).at(path)
}

fn tag_lists(draft: &Draft, findings: &mut Vec<Finding>) {
    let Some(status) = draft.status.value() else {
        return;
    };
    let lists = [
        ("tagPatternList", draft.patterns.place()),
        ("tagPrefixList", draft.prefixes.place()),
    ];
    match (status, draft.patterns.place(), draft.prefixes.place()) {
        (TagStatus::Tagged, None, None) => {
            let place = draft.status.place();
            findings.push(in_selection(
                draft,
                "tagStatus",
                RuleFault::ListRequired,
                place,
            ));
        }
        (TagStatus::Tagged, Some(patterns), Some(prefixes)) => {
            let name = "tagPrefixList";
            let finding = in_selection(draft, name, RuleFault::BothLists, Some(prefixes));
            findings.push(finding.label(patterns, "and here"));
        }
        (TagStatus::Tagged, ..) => {}
        (TagStatus::Any | TagStatus::Untagged, ..) => {
            for (name, place) in lists.into_iter().filter(|(_, place)| place.is_some()) {
                let status = *status;
                let fault = RuleFault::ListForbidden { name, status };
                findings.push(in_selection(draft, name, fault, place));
            }
        }
    }
}

fn count_unit(draft: &Draft, findings: &mut Vec<Finding>) {
    let Some(count_type) = draft.count_type.value().copied() else {
        return;
    };
    let unit = draft.count_unit.place();
    match (count_type.count_unit(), unit) {
        (Some(_), None) => {
            let place = draft.count_type.place();
            let fault = RuleFault::UnitRequired { count_type };
            findings.push(in_selection(draft, "countUnit", fault, place));
        }
        (None, Some(_)) => {
            findings.push(in_selection(
                draft,
                "countUnit",
                RuleFault::UnitForbidden,
                unit,
            ));
        }
        (Some(_), Some(_)) | (None, None) => {}
    }
}

fn storage_class(draft: &Draft, findings: &mut Vec<Finding>) {
    let Some(count_type) = draft.count_type.value().copied() else {
        return;
    };
    let place = draft.storage_class.place();
    let given = draft.storage_class.value();
    let fault = match (count_type.storage_class(), given) {
        (StorageClass::Archive, None) if place.is_none() => Some(ArchiveFault::ClassRequired),
        (StorageClass::Archive, Some(StorageClass::Standard)) => Some(ArchiveFault::NotForStandard),
        (StorageClass::Standard, Some(StorageClass::Archive)) => {
            Some(ArchiveFault::NotForArchive { count_type })
        }
        _ => None,
    };
    if let Some(fault) = fault {
        let place = place.or(draft.count_type.place());
        findings.push(in_selection(draft, "storageClass", fault, place));
    }
    let days = draft.count_number.value().map(|days| days.get());
    if let (StorageClass::Archive, Some(days)) = (count_type.storage_class(), days)
        && days < ARCHIVE_MIN_DAYS
    {
        let fault = ArchiveFault::TooFewDays { days };
        let place = draft.count_number.place();
        findings.push(in_selection(draft, "countNumber", fault, place));
    }
}

fn action(draft: &Draft, findings: &mut Vec<Finding>) {
    let Some(action) = draft.action.value() else {
        return;
    };
    let place = draft.action.place();
    match (draft.count_type.value(), action) {
        (Some(CountType::SinceImagePulled), Action::Expire) => {
            findings.push(in_action(
                draft,
                "type",
                ArchiveFault::PulledNeedsTransition,
                place,
            ));
        }
        (Some(CountType::SinceImageTransitioned), Action::Transition) => {
            findings.push(in_action(
                draft,
                "type",
                ArchiveFault::TransitionedNeedsExpire,
                place,
            ));
        }
        _ => {}
    }
    let target = draft.target.place();
    let name = "targetStorageClass";
    match (action, target) {
        (Action::Transition, None) => {
            findings.push(in_action(draft, name, ArchiveFault::TargetRequired, place));
        }
        (Action::Expire, Some(_)) => {
            findings.push(in_action(
                draft,
                name,
                ArchiveFault::TargetForbidden,
                target,
            ));
        }
        (Action::Transition, Some(_)) | (Action::Expire, None) => {}
    }
}

/// Checks the rules against each other.
pub(super) fn across(drafts: &[Draft], findings: &mut Vec<Finding>) {
    duplicate_priorities(drafts, findings);
    for class in [StorageClass::Standard, StorageClass::Archive] {
        let rules: Vec<&Draft> = drafts
            .iter()
            .filter(|draft| draft.class() == class)
            .collect();
        duplicate_status(&rules, TagStatus::Untagged, class, findings);
        duplicate_status(&rules, TagStatus::Any, class, findings);
        any_not_last(&rules, class, findings);
        duplicate_lists(&rules, findings);
    }
}

fn duplicate_priorities(drafts: &[Draft], findings: &mut Vec<Finding>) {
    let mut seen = Seen::default();
    for draft in drafts {
        let (Some(priority), Some(place)) = (draft.priority.value(), draft.priority.place()) else {
            continue;
        };
        let priority = priority.get();
        if let Some((other, first)) = seen.before(priority.to_string(), draft.index, place) {
            let fault = AcrossFault::DuplicatePriority {
                priority,
                rule: draft.index,
                other,
            };
            let path = format!("{}.rulePriority", draft.path);
            let finding = Finding::new(fault, place).at(path);
            findings.push(finding.label(first, "first here"));
        }
    }
}

fn with_status<'d>(rules: &[&'d Draft], status: TagStatus) -> Vec<(&'d Draft, Span)> {
    rules
        .iter()
        .filter(|draft| draft.status.value() == Some(&status))
        .filter_map(|draft| Some((*draft, draft.status.place()?)))
        .collect()
}

/// `untagged` and `any` are taken once per storage class.
fn duplicate_status(
    rules: &[&Draft],
    status: TagStatus,
    class: StorageClass,
    findings: &mut Vec<Finding>,
) {
    let same = with_status(rules, status);
    let Some(((first, first_place), others)) = same.split_first() else {
        return;
    };
    let other = first.index;
    for (draft, place) in others {
        let fault = match status {
            TagStatus::Untagged => AcrossFault::DuplicateUntagged { class, other },
            TagStatus::Any | TagStatus::Tagged => AcrossFault::DuplicateAny { class, other },
        };
        let finding = in_selection(draft, "tagStatus", fault, Some(*place));
        findings.push(finding.label(*first_place, "first here"));
    }
}

fn any_not_last(rules: &[&Draft], class: StorageClass, findings: &mut Vec<Finding>) {
    let highest = rules
        .iter()
        .filter(|draft| draft.status.value() != Some(&TagStatus::Any))
        .filter_map(|draft| Some((draft.priority.value()?.get(), *draft)))
        .max_by_key(|(priority, _)| *priority);
    let Some((highest, last)) = highest else {
        return;
    };
    for (draft, place) in with_status(rules, TagStatus::Any) {
        let Some(priority) = draft.priority.value().map(|priority| priority.get()) else {
            continue;
        };
        if priority < highest {
            let fault = AcrossFault::AnyNotLast {
                class,
                priority,
                highest,
                other: last.index,
            };
            let path = format!("{}.rulePriority", draft.path);
            let place = draft.priority.place().unwrap_or(place);
            let finding = Finding::new(fault, place).at(path);
            findings.push(match last.priority.place() {
                Some(place) => finding.label(place, "applied later"),
                None => finding,
            });
        }
    }
}

fn texts(entries: &[Listed]) -> Vec<&str> {
    let texts: Vec<&str> = entries.iter().map(|entry| entry.text.as_str()).collect();
    sorting::sorted(&texts)
}

fn duplicate_lists(rules: &[&Draft], findings: &mut Vec<Finding>) {
    let mut seen = Seen::default();
    let tagged = with_status(rules, TagStatus::Tagged);
    for (draft, _) in tagged {
        let lists = [
            ("tagPatternList", &draft.patterns),
            ("tagPrefixList", &draft.prefixes),
        ];
        for (name, list) in lists {
            let (Some(entries), Some(place)) = (list.value(), list.place()) else {
                continue;
            };
            let key = format!("{name} {}", texts(entries).join("\n"));
            if let Some((other, first)) = seen.before(key, draft.index, place) {
                let fault = AcrossFault::DuplicateTagList { name, other };
                let finding = in_selection(draft, name, fault, Some(place));
                findings.push(finding.label(first, "first here"));
            }
        }
    }
}

//! Images that are archived and never expire.

use super::super::codes::Code;
use super::super::language::{Budget, Images, left_over};
use super::super::phrase;
use super::super::rule::{Action, StorageClass};
use super::{Placed, advice, of_class, warning};
use crate::diagnostic::Diagnostic;

/// For every rule that archives: whether what it archives is selected by a rule
/// of the archive.
pub(super) fn lint(rules: &[Placed<'_>], budget: &mut Budget, found: &mut Vec<Diagnostic>) {
    let archive = of_class(rules, StorageClass::Archive);
    let expiring: Vec<&Images> = archive.iter().map(|rule| &rule.images).collect();
    let archiving = |rule: &&Placed<'_>| rule.rule.action == Action::Transition;
    for rule in rules.iter().filter(archiving) {
        let Ok(Some(tags)) = left_over(&rule.images, &expiring, budget) else {
            continue;
        };
        let help = "add a rule with `\"storageClass\": \"archive\"` and `sinceImageTransitioned` for them, unless they are to stay";
        let place = &rule.places.action;
        found.push(if expiring.is_empty() {
            let message =
                "what this rule archives stays in the archive for ever: no rule expires it";
            advice(Code::ArchiveForever, place, message.to_owned(), help)
        } else {
            let message = format!(
                "no rule expires all that this one archives: {} stays in the archive for ever",
                phrase::image_tagged(&tags)
            );
            warning(Code::ArchiveForever, place, message, help)
        });
    }
}

//! Rules that do nothing to the images that are there.

use super::super::codes::Code;
use super::super::evaluate::Verdicts;
use super::super::phrase::counted;
use super::super::rule::{StorageClass, TagSelection};
use super::{Placed, advice, warning};
use crate::diagnostic::Diagnostic;

/// For every rule: whether it selects any of the images, and removes any.
pub(super) fn lint(rules: &[Placed<'_>], verdicts: &Verdicts<'_>, found: &mut Vec<Diagnostic>) {
    for (rule, share) in rules.iter().zip(verdicts.shares()) {
        found.extend(match share.selected {
            0 => protects_nothing(rule),
            // A rule that may remove an image is not one that removes none.
            _ if rule.protects() || share.removed > 0 => None,
            selected => Some(expires_nothing(rule, selected)),
        });
    }
}

/// A rule for tags was written for images that there are. Untagged and archived
/// ones come and go.
fn protects_nothing(rule: &Placed<'_>) -> Option<Diagnostic> {
    let tagged = matches!(rule.rule.selection.tags, TagSelection::Tagged(_));
    if !tagged || rule.class() != StorageClass::Standard {
        return None;
    }
    let message = "this rule selects none of the images: it keeps nothing from later rules, and removes nothing";
    let help = "are images tagged otherwise now?";
    let code = Code::ProtectsNothing;
    Some(warning(code, &rule.places.tags, message.to_owned(), help))
}

fn expires_nothing(rule: &Placed<'_>, selected: u32) -> Diagnostic {
    let message = format!(
        "this rule removes none of the {} that it selects",
        counted(selected, "image")
    );
    let help =
        "this is right for a limit that is not reached yet; else an earlier rule may claim them";
    advice(Code::ExpiresNothing, &rule.places.count, message, help)
}

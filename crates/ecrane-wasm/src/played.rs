//! What a policy does to images, and what changes with another one.

use ecrane_core::lifecycle::evaluate::{self, Share, Summary};
use ecrane_core::lifecycle::explain::RuleInWords;
use ecrane_core::lifecycle::{Change, Checked, ImageChange};
use serde::Serialize;

use crate::report::Report;
use crate::units::Units;

/// A policy played through on images.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Played {
    /// What was found in the policy.
    pub report: Report,
    /// The JSON for PutLifecyclePolicy; null where the text has an error, and
    /// where it asks for no policy.
    pub policy: Option<String>,
    /// The policy's rules, the first applied first.
    pub rules: Vec<RuleAtWork>,
    /// The verdicts in numbers; null where there are none.
    #[cfg_attr(test, ts(type = "Summary | null"))]
    pub summary: Option<Summary>,
    /// What is to be known of all verdicts, each a sentence.
    pub warnings: Vec<String>,
}

/// A rule in words, and what it comes to in numbers of images.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RuleAtWork {
    /// The rule in words.
    #[cfg_attr(test, ts(type = "RuleInWords"))]
    pub words: RuleInWords,
    /// Where it begins in the text, or what it was compiled from.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
    /// Those it selects, and counts.
    pub selected: u32,
    /// Those of them that are beyond its limit.
    pub marked: u32,
    /// Those of them that belong to it: no earlier rule selects them.
    pub claimed: u32,
    /// Those that go by it, or may.
    pub removed: u32,
}

impl RuleAtWork {
    pub(crate) fn new(
        words: RuleInWords,
        share: &Share<'_>,
        checked: &Checked,
        units: &Units<'_>,
    ) -> Self {
        let place = checked.place(share.rule.priority).unwrap_or_default();
        let (from, to) = units.range(place);
        Self {
            words,
            from,
            to,
            selected: share.selected,
            marked: share.marked,
            claimed: share.claimed,
            removed: share.removed,
        }
    }
}

/// What changes from one policy to another.
#[derive(Debug, Default, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Compared {
    /// Whether both can be used; else there is nothing to compare.
    pub valid: bool,
    /// The rules that change.
    #[cfg_attr(test, ts(type = "Array<Change>"))]
    pub rules: Vec<Change>,
    /// How many images change hands.
    pub count: usize,
    /// Those images, the newest first, and of many the first thousand.
    #[cfg_attr(test, ts(type = "Array<ImageChange>"))]
    pub images: Vec<ImageChange>,
}

/// A text with one finding of it mended.
#[derive(Debug, Default, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Mended {
    /// The text; null where it cannot be mended.
    pub text: Option<String>,
    /// What ECR would not take of it.
    pub refusal: Option<String>,
}

/// What of AWS's guide a verdict rests on.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Basis {
    /// What the guide says, in short.
    pub guide: &'static str,
    /// What AWS does not say, or nobody told, and would make a difference.
    pub open: Option<&'static str>,
}

impl From<evaluate::Basis> for Basis {
    fn from(basis: evaluate::Basis) -> Self {
        let evaluate::Basis { guide, open } = basis;
        Self { guide, open }
    }
}

//! What a policy does to the images of a repository.
//!
//! Source: Amazon ECR user guide, "Lifecycle policy evaluation rules". Every
//! rule selects and counts for itself, over all images; an image then belongs
//! to the first rule that selects it, and only that one can remove it.

mod basis;
mod doubt;
mod mark;
mod reason;
mod relation;
mod select;
mod set;
mod settle;
mod workbench;

#[cfg(test)]
pub(super) mod tests;

pub use basis::Basis;
pub use doubt::Doubt;
pub use workbench::Workbench;

use std::borrow::Cow;

use super::image::{ImageId, Images, Moment};
use super::rule::{Action, Policy, Rule};
use set::{ImageSet, Ranks};
use settle::{Classes, Reading, RulePlace, Ruling, Settled, settle};

/// What becomes of every image of a repository.
#[derive(Debug, Clone)]
pub struct Verdicts<'a> {
    images: &'a Images,
    /// In the order of priority.
    rules: Vec<&'a Rule>,
    outcome: Cow<'a, Outcome>,
}

/// Verdicts without the images and the rules that they are on: what is kept of
/// an evaluation. [`Workbench::verdicts`] puts them together again.
#[derive(Debug, Clone)]
pub struct Outcome {
    now: Moment,
    /// What each rule selects, in the order of priority.
    selected: Vec<(ImageSet, Ranks)>,
    /// How many of those each marks.
    marked: Vec<u32>,
    rulings: Vec<Ruling>,
}

/// What a rule comes to, in numbers of images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share<'a> {
    /// Which rule.
    pub rule: &'a Rule,
    /// Those it selects, and counts.
    pub selected: u32,
    /// Those of them that are beyond its limit.
    pub marked: u32,
    /// Those of them that belong to it: no earlier rule selects them.
    pub claimed: u32,
    /// Those that go by it, or may.
    pub removed: u32,
}

/// What becomes of one image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict<'a> {
    /// Which image.
    pub image: ImageId,
    /// The rule by which it is expired or archived; none if it stays.
    pub removal: Option<&'a Rule>,
    /// The first rule that selects it, and so keeps all later ones from it.
    pub claimed_by: Option<&'a Rule>,
    /// The index that holds it, and so keeps it from being removed.
    pub blocked_by: Option<ImageId>,
    /// Why it may turn out otherwise; none if it will not.
    pub doubt: Option<Doubt>,
}

impl Verdict<'_> {
    /// What happens to it, if anything.
    pub fn action(&self) -> Option<Action> {
        self.removal.map(|rule| rule.action)
    }

    /// Whether a gate counts it as removed: it goes, or may go. An archived
    /// image cannot be pulled, so archiving counts.
    pub fn may_go(&self) -> bool {
        self.removal.is_some() || self.doubt.is_some()
    }
}

/// A verdict without its reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Brief {
    /// What happens to the image, if anything.
    pub action: Option<Action>,
    /// Whether that is certain.
    pub is_certain: bool,
    /// The place of the rule that it belongs to, in the order of priority.
    pub claim: Option<usize>,
}

/// The verdicts in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// All images.
    pub images: usize,
    /// Those that expire, or may.
    pub expire: usize,
    /// Those that are archived, or may be.
    pub transition: usize,
    /// Verdicts that are not certain, of removal or of staying.
    pub may: usize,
    /// All that go or may go: what a gate counts.
    pub may_go: usize,
    /// The size of those that expire. Freed is at most this, as images share
    /// layers.
    pub bytes: u64,
}

/// Decides what happens to each image at the time `now`.
pub fn evaluate<'a>(policy: &'a Policy, images: &'a Images, now: Moment) -> Verdicts<'a> {
    let rules = policy.by_priority();
    let tagged: Vec<ImageSet> = rules
        .iter()
        .map(|rule| select::select(&rule.selection.tags, images))
        .collect();
    let classes = Classes::of(images, Reading::OURS);
    let outcome = outcome(&rules, &tagged, images, &classes, now);
    Verdicts {
        images,
        rules,
        outcome: Cow::Owned(outcome),
    }
}

/// `tagged` is what each rule selects by tags, and `classes` are those of our
/// reading.
fn outcome(
    rules: &[&Rule],
    tagged: &[ImageSet],
    images: &Images,
    classes: &Classes,
    now: Moment,
) -> Outcome {
    let Settled {
        selected,
        marked,
        mut rulings,
    } = settle(rules, tagged, images, now, (Reading::OURS, classes));
    let action = |ruling: &Ruling| Some(rules.get(ruling.removal?.place())?.action);
    for (reading, doubt) in Reading::others(images) {
        let classes = Classes::of(images, reading);
        let other = settle(rules, tagged, images, now, (reading, &classes)).rulings;
        for (ours, other) in rulings.iter_mut().zip(&other) {
            // What is uncertain by the other reading is so by both together.
            let differs = action(ours) != action(other) || other.doubt.is_some();
            if ours.doubt.is_none() && differs {
                ours.doubt = Some(doubt);
            }
        }
    }
    let with_ranks = |set| {
        let ranks = Ranks::new(&set);
        (set, ranks)
    };
    Outcome {
        now,
        selected: selected.into_iter().map(with_ranks).collect(),
        marked,
        rulings,
    }
}

impl<'a> Verdicts<'a> {
    /// The images that were judged.
    pub fn images(&self) -> &'a Images {
        self.images
    }

    /// The verdict on one image.
    pub fn of(&self, image: ImageId) -> Verdict<'a> {
        let ruling = self.ruling(image);
        Verdict {
            image,
            removal: ruling.removal.and_then(|place| self.rule(place)),
            claimed_by: ruling.claim.and_then(|place| self.rule(place)),
            blocked_by: ruling.blocked_by,
            doubt: ruling.doubt,
        }
    }

    /// The verdicts on all images, the newest first.
    pub fn iter(&self) -> impl Iterator<Item = Verdict<'a>> {
        self.images.ids().map(|id| self.of(id))
    }

    /// The verdicts on all images in brief, the newest first.
    pub fn briefs(&self) -> impl Iterator<Item = Brief> {
        let actions: Vec<Action> = self.rules.iter().map(|rule| rule.action).collect();
        let rulings = self.outcome.rulings.iter();
        rulings.map(move |ruling| Brief {
            action: ruling
                .removal
                .and_then(|rule| actions.get(rule.place()).copied()),
            is_certain: ruling.doubt.is_none(),
            claim: ruling.claim.map(RulePlace::place),
        })
    }

    /// What each rule comes to, the rules in the order of priority.
    pub fn shares(&self) -> Vec<Share<'a>> {
        let outcome = &self.outcome;
        let rules = self
            .rules
            .iter()
            .zip(&outcome.selected)
            .zip(&outcome.marked);
        let mut shares: Vec<Share<'a>> = rules
            .map(|((rule, (_, selected)), marked)| Share {
                rule,
                selected: selected.total(),
                marked: *marked,
                claimed: 0,
                removed: 0,
            })
            .collect();
        let mut count = |rule: Option<RulePlace>, count: fn(&mut Share<'a>)| {
            rule.and_then(|rule| shares.get_mut(rule.place()))
                .map(count);
        };
        for ruling in &outcome.rulings {
            let may = ruling.claim.filter(|_| ruling.doubt.is_some());
            count(ruling.claim, |share| share.claimed += 1);
            count(ruling.removal.or(may), |share| share.removed += 1);
        }
        shares
    }

    /// The verdicts in numbers.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary {
            images: self.images.len(),
            ..Summary::default()
        };
        for (place, ruling) in self.outcome.rulings.iter().enumerate() {
            let rule = ruling.removal.and_then(|place| self.rule(place));
            match rule.map(|rule| rule.action) {
                Some(Action::Expire) => {
                    summary.expire += 1;
                    let size = self.images.size(ImageId::new(place));
                    summary.bytes = summary.bytes.saturating_add(size);
                }
                Some(Action::Transition) => summary.transition += 1,
                None => {}
            }
            summary.may += usize::from(ruling.doubt.is_some());
            summary.may_go += usize::from(ruling.may_go());
        }
        summary
    }

    fn ruling(&self, image: ImageId) -> Ruling {
        let ruling = self.outcome.rulings.get(image.place());
        ruling.copied().unwrap_or_default()
    }

    fn rule(&self, place: RulePlace) -> Option<&'a Rule> {
        self.rules.get(place.place()).copied()
    }
}

//! Images on which one policy after the other is tried.

use std::borrow::Cow;

use super::set::ImageSet;
use super::settle::{Classes, Reading};
use super::{Outcome, Verdicts, outcome, select};
use crate::lifecycle::image::{Images, Moment};
use crate::lifecycle::rule::{Policy, Rule, TagSelection};

/// Images, with what the rules of the last policy selected by their tags.
///
/// While somebody writes a policy, most of its rules stay as they are from one
/// keystroke to the next. To find the tags that a rule wants takes longer than
/// all the rest of an evaluation.
#[derive(Debug)]
pub struct Workbench {
    images: Images,
    classes: Classes,
    kept: Kept,
}

/// What rules select by their tags.
#[derive(Debug, Default)]
struct Kept {
    tags: Vec<TagSelection>,
    /// For each of those.
    selected: Vec<ImageSet>,
}

impl Workbench {
    /// One on which nothing was tried yet.
    pub fn new(images: Images) -> Self {
        Self {
            classes: Classes::of(&images, Reading::OURS),
            images,
            kept: Kept::default(),
        }
    }

    /// The images, whatever policy is tried.
    pub fn images(&self) -> &Images {
        &self.images
    }

    /// Decides as [`evaluate`](super::evaluate) does.
    pub fn evaluate(&mut self, policy: &Policy, now: Moment) -> Outcome {
        let rules = policy.by_priority();
        self.kept = std::mem::take(&mut self.kept).turned_to(&rules, &self.images);
        let (tagged, images) = (&self.kept.selected, &self.images);
        outcome(&rules, tagged, images, &self.classes, now)
    }

    /// The outcome in full, given the policy that it is of.
    pub fn verdicts<'a>(&'a self, policy: &'a Policy, outcome: &'a Outcome) -> Verdicts<'a> {
        Verdicts {
            images: &self.images,
            rules: policy.by_priority(),
            outcome: Cow::Borrowed(outcome),
        }
    }
}

impl Kept {
    /// The same for other rules: of those that were there, it is known.
    fn turned_to(mut self, rules: &[&Rule], images: &Images) -> Self {
        let tags: Vec<TagSelection> = rules.iter().map(|it| it.selection.tags.clone()).collect();
        let selected = tags.iter().map(|tags| self.take(tags, images)).collect();
        Self { tags, selected }
    }

    fn take(&mut self, tags: &TagSelection, images: &Images) -> ImageSet {
        match self.tags.iter().position(|known| known == tags) {
            Some(place) => {
                self.tags.swap_remove(place);
                self.selected.swap_remove(place)
            }
            None => select::select(tags, images),
        }
    }
}

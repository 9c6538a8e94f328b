//! From what each rule selects and marks to what happens to each image.

use super::doubt::Doubt;
use super::mark::mark;
use super::relation::relate;
use super::set::ImageSet;
use crate::lifecycle::image::{Extent, ImageId, ImageStatus, Images, Moment};
use crate::lifecycle::rule::{Rule, StorageClass};

/// A rule by its place in the order of priority, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RulePlace(u8);

impl RulePlace {
    pub(super) fn place(self) -> usize {
        usize::from(self.0)
    }
}

/// What is decided about one image.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Ruling {
    /// The first rule that selects it, whether it marks it or not.
    pub(super) claim: Option<RulePlace>,
    /// The rule by which it goes.
    pub(super) removal: Option<RulePlace>,
    /// The index that keeps it.
    pub(super) blocked_by: Option<ImageId>,
    /// Why it may be otherwise.
    pub(super) doubt: Option<Doubt>,
}

impl Ruling {
    pub(super) fn may_go(self) -> bool {
        self.removal.is_some() || self.doubt.is_some()
    }
}

/// How the points are read that AWS leaves open and that change what rules
/// select.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) referrers: Referrers,
    /// The storage class of an image that is being restored, or has a status that
    /// is not known.
    pub(super) activating: StorageClass,
}

/// Whether rules select an image that refers to another one that is present.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Referrers {
    /// No: it only goes when that one goes.
    Follow,
    /// Yes, like any other.
    Selected,
}

impl Reading {
    /// The one that verdicts are given by.
    pub(super) const OURS: Self = Self {
        referrers: Referrers::Follow,
        activating: StorageClass::Archive,
    };

    /// The others that can make a difference to these images, each with what
    /// it puts in doubt.
    pub(super) fn others(images: &Images) -> Vec<(Self, Doubt)> {
        let selected = Self {
            referrers: Referrers::Selected,
            ..Self::OURS
        };
        let standard = Self {
            activating: StorageClass::Standard,
            ..Self::OURS
        };
        let both = Self {
            referrers: Referrers::Selected,
            activating: StorageClass::Standard,
        };
        let referrers = !images.relations.referrers.is_empty();
        let activating = images
            .status
            .iter()
            .any(|status| matches!(status, ImageStatus::Activating | ImageStatus::Unknown));
        match (referrers, activating) {
            (false, false) => Vec::new(),
            (true, false) => vec![(selected, Doubt::Referrers)],
            (false, true) => vec![(standard, Doubt::Activating)],
            (true, true) => vec![
                (selected, Doubt::Referrers),
                (standard, Doubt::Activating),
                (both, Doubt::Activating),
            ],
        }
    }

    pub(super) fn class(self, images: &Images, id: ImageId) -> StorageClass {
        match images.status.at(id) {
            ImageStatus::Activating | ImageStatus::Unknown => self.activating,
            status => status.storage_class(),
        }
    }
}

/// What comes of all rules together.
pub(super) struct Settled {
    /// What each rule selects, in the order of priority.
    pub(super) selected: Vec<ImageSet>,
    /// How many of those each rule marks.
    pub(super) marked: Vec<u32>,
    pub(super) rulings: Vec<Ruling>,
}

/// The images of each storage class that rules can select.
#[derive(Debug)]
pub(super) struct Classes {
    standard: ImageSet,
    archive: ImageSet,
}

impl Classes {
    pub(super) fn of(images: &Images, reading: Reading) -> Self {
        let (mut standard, mut archive) =
            (ImageSet::none(images.len()), ImageSet::none(images.len()));
        for id in images.ids() {
            let follows = reading.referrers == Referrers::Follow
                && images.relations.subjects.at(id).is_some();
            match reading.class(images, id) {
                _ if follows => {}
                StorageClass::Standard => standard.insert(id),
                StorageClass::Archive => archive.insert(id),
            }
        }
        Self { standard, archive }
    }

    fn of_rule(&self, rule: &Rule) -> &ImageSet {
        match rule.selection.count_type.storage_class() {
            StorageClass::Standard => &self.standard,
            StorageClass::Archive => &self.archive,
        }
    }
}

/// Settles every image; `tagged` is what each rule selects by tags, and `classes`
/// those of the same reading.
pub(super) fn settle(
    rules: &[&Rule],
    tagged: &[ImageSet],
    images: &Images,
    now: Moment,
    (reading, classes): (Reading, &Classes),
) -> Settled {
    let mut rulings = vec![Ruling::default(); images.len()];
    let mut unclaimed = ImageSet::all(images.len());
    let mut all_selected = Vec::with_capacity(rules.len());
    let mut marked = Vec::with_capacity(rules.len());
    for ((rule, tagged), place) in rules.iter().zip(tagged).zip(0..) {
        let selected = tagged.and(classes.of_rule(rule));
        let marks = mark(&rule.selection, &selected, images, now);
        let claimed = selected.and(&unclaimed);
        let place = Some(RulePlace(place));
        change(&mut rulings, &claimed, &|ruling| ruling.claim = place);
        change(&mut rulings, &claimed.and(&marks.marked), &|ruling| {
            ruling.removal = place;
        });
        for (doubt, images) in &marks.doubts {
            change(&mut rulings, &claimed.and(images), &|ruling| {
                ruling.doubt = ruling.doubt.or(Some(*doubt));
            });
        }
        unclaimed.remove(&selected);
        marked.push(u32::try_from(marks.marked.len()).unwrap_or(u32::MAX));
        all_selected.push(selected);
    }
    Gaps::of(images).doubt(&mut rulings, images);
    Settled {
        selected: all_selected,
        marked,
        rulings: relate(rulings, images, reading),
    }
}

fn change(rulings: &mut [Ruling], images: &ImageSet, change: &dyn Fn(&mut Ruling)) {
    images.for_each(&mut |id| {
        if let Some(ruling) = rulings.get_mut(id.place()) {
            change(ruling);
        }
    });
}

/// What the data do not tell.
pub(super) struct Gaps {
    cut_short: bool,
    children: bool,
    subjects: bool,
}

impl Gaps {
    pub(super) fn of(images: &Images) -> Self {
        let cut_short = images.extent == Extent::CutShort;
        let archived = |id: &ImageId| images.status.at(*id) == ImageStatus::Archived;
        Self {
            cut_short,
            children: !images.unread_indexes.iter().all(archived),
            subjects: cut_short || images.may_lack_archived(),
        }
    }

    /// Why it may be that an image stays, though rules say that it goes.
    pub(super) fn of_removal(&self, images: &Images, id: ImageId) -> Option<Doubt> {
        let untagged_child = self.children && images.is_untagged(id);
        untagged_child
            .then_some(Doubt::UnknownChildren)
            .or(self.cut_short.then_some(Doubt::CutShort))
    }

    fn doubt(&self, rulings: &mut [Ruling], images: &Images) {
        if self.subjects {
            for id in &images.relations.lost {
                if let Some(ruling) = rulings.get_mut(id.place()) {
                    ruling.doubt = ruling.doubt.or(Some(Doubt::LostSubject));
                }
            }
        }
        if !self.children && !self.cut_short {
            return;
        }
        for (id, ruling) in images.ids().zip(rulings) {
            if ruling.removal.is_some() && ruling.doubt.is_none() {
                ruling.doubt = self.of_removal(images, id);
            }
        }
    }
}

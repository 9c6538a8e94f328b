//! Images that depend on others: the children of indexes, which stay as long
//! as an index holds them, and referrers, which go with their subject.
//!
//! Both are followed from the images that go to those that depend on them, so
//! that a chain is walked once and a circle, which no real digests can make,
//! is never entered.

use super::doubt::Doubt;
use super::set::ImageSet;
use super::settle::{Gaps, Reading, Ruling};
use crate::lifecycle::image::{ImageId, Images};
use crate::lifecycle::rule::StorageClass;

/// Settles the images that depend on others.
pub(super) fn relate(mut rulings: Vec<Ruling>, images: &Images, reading: Reading) -> Vec<Ruling> {
    if images.relations.related.is_empty() {
        return rulings;
    }
    let mut walk = Walk {
        images,
        reading,
        gaps: Gaps::of(images),
        holding: vec![0; rulings.len()],
        would_go: ImageSet::none(rulings.len()),
        passed: ImageSet::none(rulings.len()),
        next: Vec::new(),
        rulings: &mut rulings,
    };
    walk.block_children();
    while let Some(id) = walk.next.pop() {
        walk.pass(id);
    }
    walk.name_holders();
    rulings
}

struct Walk<'a> {
    images: &'a Images,
    reading: Reading,
    gaps: Gaps,
    rulings: &'a mut Vec<Ruling>,
    /// By how many indexes that stay each image is held.
    holding: Vec<u32>,
    /// Those that would go if no index held them.
    would_go: ImageSet,
    /// Indexes that no longer count as holding their children.
    passed: ImageSet,
    /// Those that go, or may, and whose dependents were not told yet.
    next: Vec<ImageId>,
}

impl Walk<'_> {
    fn ruling(&self, id: ImageId) -> Ruling {
        self.rulings.get(id.place()).copied().unwrap_or_default()
    }

    fn set(&mut self, id: ImageId, ruling: Ruling) {
        if let Some(place) = self.rulings.get_mut(id.place()) {
            *place = ruling;
        }
    }

    /// An archived index holds nothing.
    fn holds(&self, index: ImageId) -> bool {
        self.reading.class(self.images, index) == StorageClass::Standard
    }

    fn block_children(&mut self) {
        for &id in &self.images.relations.related {
            let parents = self.images.relations.parents.of(id).iter();
            let mut holders = parents.copied().filter(|parent| self.holds(*parent));
            let first = holders.next();
            let others = holders.count();
            let ruling = self.ruling(id);
            match first {
                None if ruling.may_go() => self.next.push(id),
                None => {}
                Some(_) => {
                    if let Some(holding) = self.holding.get_mut(id.place()) {
                        *holding = u32::try_from(others + 1).unwrap_or(u32::MAX);
                    }
                    if ruling.may_go() {
                        self.would_go.insert(id);
                    }
                    let blocked = Ruling {
                        claim: ruling.claim,
                        blocked_by: first,
                        ..Ruling::default()
                    };
                    self.set(id, blocked);
                }
            }
        }
    }

    /// Tells those that depend on an image that it goes, or may.
    fn pass(&mut self, id: ImageId) {
        let images = self.images;
        for referrer in images.relations.referrers.of(id) {
            self.follow(*referrer, id);
        }
        if self.passed.contains(id) || !self.holds(id) {
            return;
        }
        self.passed.insert(id);
        for child in images.relations.children.of(id) {
            if let Some(holding) = self.holding.get_mut(child.place()) {
                *holding -= 1;
            }
            self.release(*child);
        }
    }

    fn follow(&mut self, referrer: ImageId, subject: ImageId) {
        let (subject, before) = (self.ruling(subject), self.ruling(referrer));
        if before.blocked_by.is_some() {
            self.would_go.insert(referrer);
            self.release(referrer);
            return;
        }
        let mut after = before;
        after.removal = before.removal.or(subject.removal);
        if after.removal != before.removal || !before.may_go() {
            let gap = after
                .removal
                .and(self.gaps.of_removal(self.images, referrer));
            let inherited = subject.doubt.map(|_| Doubt::Subject);
            after.doubt = before.doubt.or(inherited).or(gap);
            self.set(referrer, after);
            self.next.push(referrer);
        }
    }

    /// A child goes after its indexes, if not with them.
    fn release(&mut self, child: ImageId) {
        let held = self.holding.get(child.place()).is_some_and(|it| *it > 0);
        let ruling = self.ruling(child);
        if !held && ruling.doubt.is_none() && self.would_go.contains(child) {
            let doubt = Some(Doubt::SamePass);
            self.set(child, Ruling { doubt, ..ruling });
            self.next.push(child);
        }
    }

    /// Of several indexes that hold an image, one that stays is the one to name.
    fn name_holders(&mut self) {
        for &id in &self.images.relations.related {
            let ruling = self.ruling(id);
            if ruling.blocked_by.is_none() {
                continue;
            }
            let mut parents = self.images.relations.parents.of(id).iter().copied();
            let stays = |it: &ImageId| self.holds(*it) && !self.ruling(*it).may_go();
            let blocked_by = parents.find(stays).or(ruling.blocked_by);
            self.set(
                id,
                Ruling {
                    blocked_by,
                    ..ruling
                },
            );
        }
    }
}

//! Which of the images that a rule selects it marks.

use super::doubt::Doubt;
use super::set::ImageSet;
use crate::lifecycle::image::{Extent, ImageId, Images, Moment};
use crate::lifecycle::rule::{CountType, Selection};

/// What a rule marks of what it selects.
pub(super) struct Marks {
    pub(super) marked: ImageSet,
    /// Images of which it cannot be said for sure whether they are marked.
    pub(super) doubts: Vec<(Doubt, ImageSet)>,
}

/// Marks by the rule's own count, whatever other rules claim or mark.
pub(super) fn mark(
    selection: &Selection,
    selected: &ImageSet,
    images: &Images,
    now: Moment,
) -> Marks {
    let number = selection.count_number.get();
    let age = Age {
        limit: now.plus_days(-i64::from(number)),
        limit_by_calendar: now.start_of_day().plus_days(-i64::from(number)),
    };
    match selection.count_type {
        CountType::ImageCountMoreThan => beyond(number as usize, selected, images),
        CountType::SinceImagePushed => pushed_before(&age, selected, images),
        CountType::SinceImagePulled => {
            before(&age, selected, |id| Some(images.pulled.at(id)), images)
        }
        CountType::SinceImageTransitioned => {
            before(&age, selected, |id| images.archived.at(id), images)
        }
    }
}

/// All but the newest.
fn beyond(kept: usize, selected: &ImageSet, images: &Images) -> Marks {
    let end = images.len();
    let first = selected.nth(kept);
    let last_kept = kept.checked_sub(1).and_then(|newer| selected.nth(newer));
    let start = first.map_or(end, ImageId::place);
    let mut doubts = Vec::new();
    if let (Some(last_kept), Some(first)) = (last_kept, first)
        && images.pushed.at(last_kept) == images.pushed.at(first)
    {
        let time = images.pushed.at(first);
        let from = images.pushed.partition_point(|pushed| pushed > time);
        let to = images.pushed.partition_point(|pushed| pushed >= time);
        doubts.push((Doubt::Tie, selected.within(from, to)));
    }
    if images.extent == Extent::CutShort {
        // Images that are not in the list may be newer than those that are.
        doubts.push((Doubt::CutShort, selected.within(0, start)));
    }
    Marks {
        marked: selected.within(start, end),
        doubts,
    }
}

/// From when on an image is old. One that is as old as the limit, and not
/// older, is not.
struct Age {
    limit: Moment,
    /// If only whole days between dates count, an image must be older than
    /// this too.
    limit_by_calendar: Moment,
}

/// The images are in the order of this clock.
fn pushed_before(age: &Age, selected: &ImageSet, images: &Images) -> Marks {
    let place = |limit| images.pushed.partition_point(|pushed| pushed >= limit);
    let (old, older) = (place(age.limit), place(age.limit_by_calendar));
    Marks {
        marked: selected.within(old, images.len()),
        doubts: vec![(Doubt::CalendarDay, selected.within(old, older))],
    }
}

fn before(
    age: &Age,
    selected: &ImageSet,
    clock: impl Fn(ImageId) -> Option<Moment>,
    images: &Images,
) -> Marks {
    let mut marked = ImageSet::none(images.len());
    let mut today = ImageSet::none(images.len());
    let mut unknown = ImageSet::none(images.len());
    selected.for_each(&mut |id| match clock(id) {
        Some(time) if time < age.limit => {
            marked.insert(id);
            if time >= age.limit_by_calendar {
                today.insert(id);
            }
        }
        Some(_) => {}
        None => unknown.insert(id),
    });
    Marks {
        marked,
        doubts: vec![(Doubt::CalendarDay, today), (Doubt::NoArchiveTime, unknown)],
    }
}

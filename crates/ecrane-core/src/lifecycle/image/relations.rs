//! Which images depend on which.

use super::{Column, ImageId, Lists};
use crate::sorting;

/// How the images of a repository hang together.
#[derive(Debug, Clone)]
pub(in crate::lifecycle) struct Relations {
    /// What is in an index.
    pub(in crate::lifecycle) children: Lists<ImageId>,
    /// The indexes that an image is in.
    pub(in crate::lifecycle) parents: Lists<ImageId>,
    /// The present image that each one refers to.
    pub(in crate::lifecycle) subjects: Column<Option<ImageId>>,
    pub(in crate::lifecycle) referrers: Lists<ImageId>,
    /// Those that depend on another image or that another depends on.
    pub(in crate::lifecycle) related: Vec<ImageId>,
    /// Those that refer to an image that is not here.
    pub(in crate::lifecycle) lost: Vec<ImageId>,
}

impl Relations {
    /// Of so many images: indexes with what is in them, and referrers with
    /// what they refer to, if it is here; both in any order.
    pub(super) fn new(
        images: usize,
        mut children: Vec<(ImageId, ImageId)>,
        referring: &[(ImageId, Option<ImageId>)],
    ) -> Self {
        children.retain(|(list, child)| list != child);
        sorting::sort_by_key(&mut children, |(list, child)| (list.place(), child.place()));
        children.dedup();
        let parents: Vec<_> = children
            .iter()
            .map(|(list, child)| (*child, *list))
            .collect();

        let mut subjects = vec![None; images];
        let mut lost = vec![false; images];
        for (referrer, subject) in referring {
            let place = referrer.place();
            if let (Some(its), Some(lost)) = (subjects.get_mut(place), lost.get_mut(place)) {
                *its = *subject;
                *lost = subject.is_none();
            }
        }
        let ids = || (0..images).map(ImageId::new);
        let subjects: Column<Option<ImageId>> = subjects.into_iter().collect();
        let referrers: Vec<_> = ids()
            .filter_map(|id| Some((subjects.at(id)?, id)))
            .collect();
        let children = Lists::new(images, &children);
        let parents = Lists::new(images, &parents);
        let referrers = Lists::new(images, &referrers);
        let is_related = |id: &ImageId| {
            let lists = [&children, &parents, &referrers];
            subjects.at(*id).is_some() || lists.iter().any(|list| !list.of(*id).is_empty())
        };
        Self {
            related: ids().filter(is_related).collect(),
            lost: ids()
                .zip(lost)
                .filter(|(_, lost)| *lost)
                .map(|(id, _)| id)
                .collect(),
            children,
            parents,
            subjects,
            referrers,
        }
    }
}

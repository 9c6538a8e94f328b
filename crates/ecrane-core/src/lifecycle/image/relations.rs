//! Which images depend on which.

use super::{Column, ImageId, Lists};

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
        children.sort_unstable();
        children.dedup();
        let parents: Vec<_> = children
            .iter()
            .map(|(list, child)| (*child, *list))
            .collect();

        let mut referrers = Vec::new();
        let mut lost = Vec::new();
        for (referrer, subject) in referring {
            match subject {
                Some(subject) => referrers.push((*subject, *referrer)),
                None => lost.push(*referrer),
            }
        }
        referrers.sort_unstable();
        lost.sort_unstable();
        let mut subjects = vec![None; images];
        for (subject, referrer) in &referrers {
            if let Some(its) = subjects.get_mut(referrer.place()) {
                *its = Some(*subject);
            }
        }
        let mut related: Vec<ImageId> = [&children, &referrers]
            .into_iter()
            .flatten()
            .flat_map(|(a, b)| [*a, *b])
            .collect();
        related.sort_unstable();
        related.dedup();
        Self {
            children: Lists::new(images, &children),
            parents: Lists::new(images, &parents),
            subjects: subjects.into_iter().collect(),
            referrers: Lists::new(images, &referrers),
            related,
            lost,
        }
    }
}

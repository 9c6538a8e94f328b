//! A set of a repository's images.

use crate::lifecycle::image::ImageId;

const BITS: usize = u64::BITS as usize;

/// A bit for each image, in the order of the images: newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ImageSet(Vec<u64>);

impl ImageSet {
    /// None of so many images.
    pub(super) fn none(images: usize) -> Self {
        Self(vec![0; images.div_ceil(BITS)])
    }

    /// All of so many images.
    pub(super) fn all(images: usize) -> Self {
        let mut set = Self(vec![u64::MAX; images.div_ceil(BITS)]);
        set.keep_range(0, images);
        set
    }

    /// One of so many images each for which `holds` is true.
    pub(super) fn filled(images: usize, holds: impl Fn(ImageId) -> bool) -> Self {
        let word = |index: usize| {
            let start = index * BITS;
            let ids = (start..images.min(start + BITS)).map(ImageId::new);
            ids.zip(0..)
                .fold(0, |word, (id, bit)| word | (u64::from(holds(id)) << bit))
        };
        Self((0..images.div_ceil(BITS)).map(word).collect())
    }

    pub(super) fn insert(&mut self, id: ImageId) {
        if let Some(word) = self.0.get_mut(id.place() / BITS) {
            *word |= 1 << (id.place() % BITS);
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        let ones = self.0.iter().map(|word| word.count_ones() as usize);
        ones.sum()
    }

    pub(super) fn contains(&self, id: ImageId) -> bool {
        let word = self.0.get(id.place() / BITS).copied().unwrap_or_default();
        word & (1 << (id.place() % BITS)) != 0
    }

    /// Leaves what is in the other set too.
    pub(super) fn keep(&mut self, other: &Self) {
        for (word, other) in self.0.iter_mut().zip(&other.0) {
            *word &= other;
        }
    }

    /// Leaves what is not in the other set.
    pub(super) fn remove(&mut self, other: &Self) {
        for (word, other) in self.0.iter_mut().zip(&other.0) {
            *word &= !other;
        }
    }

    /// Leaves those for which `holds` is true.
    pub(super) fn retain(&mut self, holds: impl Fn(ImageId) -> bool) {
        for (index, word) in self.0.iter_mut().enumerate() {
            for id in ids(index, *word) {
                if !holds(id) {
                    *word &= !(1 << (id.place() % BITS));
                }
            }
        }
    }

    /// Leaves the images from one place up to another.
    pub(super) fn keep_range(&mut self, from: usize, to: usize) {
        let (first, last) = ((from / BITS).min(self.0.len()), to / BITS);
        if let Some(words) = self.0.get_mut(..first) {
            words.fill(0);
        }
        if let Some(word) = self.0.get_mut(first) {
            *word &= !below(from % BITS);
        }
        if let Some(word) = self.0.get_mut(last) {
            *word &= below(to % BITS);
        }
        if let Some(words) = self.0.get_mut(last + 1..) {
            words.fill(0);
        }
    }

    pub(super) fn and(&self, other: &Self) -> Self {
        let mut both = self.clone();
        both.keep(other);
        both
    }

    pub(super) fn within(&self, from: usize, to: usize) -> Self {
        let mut part = self.clone();
        part.keep_range(from, to);
        part
    }

    /// Hands over the images, newest first. In the page, which is compiled to be
    /// small, this takes a third of the time of an iterator.
    pub(super) fn for_each(&self, take: &mut dyn FnMut(ImageId)) {
        for (index, word) in self.0.iter().enumerate() {
            let mut rest = *word;
            while rest != 0 {
                take(ImageId::new(index * BITS + rest.trailing_zeros() as usize));
                rest &= rest - 1;
            }
        }
    }

    /// The image with so many newer ones in the set.
    pub(super) fn nth(&self, mut newer: usize) -> Option<ImageId> {
        for (index, word) in self.0.iter().enumerate() {
            let ones = word.count_ones() as usize;
            if newer < ones {
                let rest = (0..newer).fold(*word, |rest, _| rest & rest.wrapping_sub(1));
                let bit = rest.trailing_zeros() as usize;
                return Some(ImageId::new(index * BITS + bit));
            }
            newer -= ones;
        }
        None
    }
}

/// The images of a word, by its place.
fn ids(index: usize, word: u64) -> impl Iterator<Item = ImageId> {
    let rests = std::iter::successors(Some(word), |rest| Some(rest & rest.wrapping_sub(1)));
    rests
        .take_while(|rest| *rest != 0)
        .map(move |rest| ImageId::new(index * BITS + rest.trailing_zeros() as usize))
}

/// The lowest bits, so many of them.
fn below(bits: usize) -> u64 {
    match u32::try_from(bits) {
        Ok(bits) if bits < u64::BITS => (1 << bits) - 1,
        _ => u64::MAX,
    }
}

/// How many images of a set are before each place, to be asked often.
#[derive(Debug, Clone)]
pub(super) struct Ranks {
    /// Before each word.
    before: Vec<u32>,
    total: u32,
}

impl Ranks {
    pub(super) fn new(set: &ImageSet) -> Self {
        let mut total = 0;
        let before = set.0.iter().map(|word| {
            let before = total;
            total += word.count_ones();
            before
        });
        Self {
            before: before.collect(),
            total,
        }
    }

    pub(super) fn total(&self) -> u32 {
        self.total
    }

    /// How many images of the set are newer than this one.
    pub(super) fn newer(&self, set: &ImageSet, id: ImageId) -> u32 {
        let index = id.place() / BITS;
        let before = self.before.get(index).copied().unwrap_or_default();
        let word = set.0.get(index).copied().unwrap_or_default();
        before + (word & below(id.place() % BITS)).count_ones()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(set: &ImageSet) -> Vec<usize> {
        let mut places = Vec::new();
        set.for_each(&mut |id| places.push(id.place()));
        places
    }

    #[test]
    fn a_range_is_what_lies_from_one_place_up_to_another() {
        for size in [0, 1, 63, 64, 65, 128, 200] {
            for from in 0..=size + 70 {
                for to in 0..=size + 70 {
                    let range = places(&ImageSet::all(size).within(from, to));
                    let expected: Vec<usize> = (from..to.min(size)).collect();
                    assert_eq!(range, expected, "{from}..{to} of {size}");
                }
            }
        }
    }
}

//! What columns are made of.

use super::ImageId;

/// One value for each image.
#[derive(Debug, Clone)]
pub(in crate::lifecycle) struct Column<T>(Vec<T>);

impl<T: Copy + Default> Column<T> {
    /// The value of an image. An id belongs to the images it came from; for
    /// another's the value is the default.
    pub(in crate::lifecycle) fn at(&self, id: ImageId) -> T {
        self.0.get(id.place()).copied().unwrap_or_default()
    }

    pub(in crate::lifecycle) fn iter(&self) -> impl Iterator<Item = T> + '_ {
        self.0.iter().copied()
    }

    pub(in crate::lifecycle) fn len(&self) -> usize {
        self.0.len()
    }

    /// The first place from which on `before` is false.
    pub(in crate::lifecycle) fn partition_point(&self, before: impl Fn(T) -> bool) -> usize {
        self.0.partition_point(|value| before(*value))
    }
}

impl<T> FromIterator<T> for Column<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Self(values.into_iter().collect())
    }
}

/// Any number of values for each image, in one allocation.
#[derive(Debug, Clone)]
pub(in crate::lifecycle) struct Lists<T> {
    /// Where each image's values end.
    ends: Vec<u32>,
    values: Vec<T>,
}

impl<T: Copy + Default> Lists<T> {
    /// From pairs, of which those of one image stay in their order.
    pub(super) fn new(images: usize, pairs: &[(ImageId, T)]) -> Self {
        let mut ends = vec![0; images];
        for (id, _) in pairs {
            if let Some(end) = ends.get_mut(id.place()) {
                *end += 1;
            }
        }
        let mut total = 0;
        for end in &mut ends {
            total += *end;
            *end = total;
        }
        // From the last on, each takes the place before the one taken before.
        let mut next = ends.clone();
        let mut values = vec![T::default(); pairs.len()];
        for (id, value) in pairs.iter().rev() {
            if let Some(next) = next.get_mut(id.place()) {
                *next -= 1;
                if let Some(place) = values.get_mut(*next as usize) {
                    *place = *value;
                }
            }
        }
        Self { ends, values }
    }

    pub(in crate::lifecycle) fn of(&self, id: ImageId) -> &[T] {
        let place = id.place();
        let start = match place.checked_sub(1) {
            Some(before) => self.ends.get(before).copied().unwrap_or_default(),
            None => 0,
        };
        let end = self.ends.get(place).copied().unwrap_or(start);
        let range = start as usize..end as usize;
        self.values.get(range).unwrap_or_default()
    }

    /// Whether no image has a value.
    pub(in crate::lifecycle) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

/// Texts one after the other, in one allocation.
#[derive(Debug, Clone, Default)]
pub(in crate::lifecycle) struct Texts {
    text: String,
    ends: Vec<usize>,
}

impl Texts {
    /// With room for so many texts, all in all of so many bytes.
    pub(super) fn with_room(texts: usize, bytes: usize) -> Self {
        Self {
            text: String::with_capacity(bytes),
            ends: Vec::with_capacity(texts),
        }
    }

    pub(super) fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }

    pub(in crate::lifecycle) fn get(&self, place: usize) -> &str {
        let start = match place.checked_sub(1) {
            Some(before) => self.ends.get(before).copied().unwrap_or_default(),
            None => 0,
        };
        let end = self.ends.get(place).copied().unwrap_or(start);
        self.text.get(start..end).unwrap_or_default()
    }

    pub(in crate::lifecycle) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The first place from which on `before` is false, of sorted texts.
    pub(in crate::lifecycle) fn partition_point(&self, before: impl Fn(&str) -> bool) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            if before(self.get(middle)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

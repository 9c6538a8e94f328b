//! Sorting that is compiled once.
//!
//! The standard library's sort takes some kilobytes for each type that it sorts,
//! and a page loads all of them. So what is sorted are always numbers with a
//! place: those of rules, of findings, of texts.

use std::cmp::Ordering;

/// Puts the items in the order of their keys. Those with the same key stay in the
/// order in which they are.
pub(crate) fn sort_by_key<T>(items: &mut Vec<T>, key: impl Fn(&T) -> (usize, usize)) {
    // Each is a place in a text or in a list, which 48 bits are enough for.
    let number = |(a, b): (usize, usize)| (a as u128) << 48 | b as u128;
    let keys: Vec<u128> = items.iter().map(|item| number(key(item))).collect();
    if keys.is_sorted() {
        return;
    }
    let mut items_left: Vec<Option<T>> = items.drain(..).map(Some).collect();
    let places = in_order(keys, &|a, b| a.cmp(&b)).into_iter();
    items.extend(places.filter_map(|place| items_left.get_mut(place)?.take()));
}

/// The texts in alphabetical order, each once.
pub(crate) fn sorted<'t>(texts: &[&'t str]) -> Vec<&'t str> {
    let text = |place: usize| texts.get(place).copied().unwrap_or_default();
    let keys = texts.iter().map(|text| first_bytes(text)).collect();
    let places = in_order(keys, &|a, b| text(a).cmp(text(b)));
    let mut sorted: Vec<&str> = places.into_iter().map(text).collect();
    sorted.dedup();
    sorted
}

/// The places of numbers in their order, each of at most [`NUMBER_BITS`]; `tie`
/// orders the places of two that are the same.
pub(crate) fn in_order(
    mut numbers: Vec<u128>,
    tie: &dyn Fn(usize, usize) -> Ordering,
) -> Vec<usize> {
    // A number and its place are compared as one, without a jump.
    for (place, number) in (0_u32..).zip(&mut numbers) {
        *number = *number << PLACE_BITS | u128::from(place);
    }
    numbers.sort_unstable();
    for same in numbers.chunk_by_mut(|a, b| a >> PLACE_BITS == b >> PLACE_BITS) {
        same.sort_unstable_by(|a, b| tie(place(*a), place(*b)));
    }
    numbers.into_iter().map(place).collect()
}

/// The bits that a number of [`in_order`] may have.
const NUMBER_BITS: u32 = u128::BITS - PLACE_BITS;
const PLACE_BITS: u32 = u32::BITS;

/// That of a number with its place in the lowest bits.
fn place(numbered: u128) -> usize {
    let lowest = numbered & u128::from(u32::MAX);
    usize::try_from(lowest).unwrap_or_default()
}

/// A number that orders texts as their first bytes do, as many as there is room
/// for: one comparison for most pairs.
pub(crate) fn first_bytes(text: &str) -> u128 {
    const BYTES: usize = (NUMBER_BITS / u8::BITS) as usize;
    let mut first = [0; size_of::<u128>()];
    for (byte, of) in first.iter_mut().zip(text.bytes().take(BYTES)) {
        *byte = of;
    }
    u128::from_be_bytes(first) >> PLACE_BITS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(items: &[&'static str], expected: &[&'static str]) {
        let mut items = items.to_vec();
        sort_by_key(&mut items, |item| (item.len(), 0));
        assert_eq!(items, expected);
    }

    #[test]
    fn what_has_the_same_key_stays_in_its_order() {
        check(&[], &[]);
        check(&["a", "bb", "cc"], &["a", "bb", "cc"]);
        check(
            &["ccc", "z", "bb", "a", "aa"],
            &["z", "a", "bb", "aa", "ccc"],
        );
    }

    #[test]
    fn texts_are_there_once() {
        assert_eq!(sorted(&["b", "a", "b", ""]), ["", "a", "b"]);
        let long = ["sixteen letters or more: b", "sixteen letters or more: a"];
        assert_eq!(sorted(&long), [long[1], long[0]]);
    }
}

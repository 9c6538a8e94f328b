//! What a single value must be: a number, a prefix, a pattern.

use std::num::NonZeroU32;

use super::fault::{ListFault, MAX_NUMBER, MAX_TAG, MAX_WILDCARDS, NumberFault, NumberName};

/// A number as written in JSON, if it is whole, 1 or more, and not too large.
pub(super) fn whole_number(name: NumberName, written: &str) -> Result<NonZeroU32, NumberFault> {
    let text = written.to_owned();
    let digits = written.strip_prefix('-').unwrap_or(written);
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let plain = plain_form(written);
        return Err(NumberFault::NotWhole { name, text, plain });
    }
    if written.starts_with('-') || digits.bytes().all(|byte| byte == b'0') {
        return Err(NumberFault::BelowOne { name, text });
    }
    digits
        .parse()
        .ok()
        .filter(|number: &NonZeroU32| number.get() <= MAX_NUMBER)
        .ok_or(NumberFault::TooLarge { name, text })
}

/// `5.0` as `5` and `1e3` as `1000`; nothing where the value is no whole number
/// that could be meant.
fn plain_form(written: &str) -> Option<String> {
    let written = written.trim_start_matches('+').trim_end_matches('.');
    // The standard library's reader is exact to the last bit by a table of 10 kB,
    // which the page would have to load.
    let value: f64 = serde_json::from_str(written).ok()?;
    let fits = value >= 1.0 && value <= f64::from(MAX_NUMBER) && value.fract() == 0.0;
    fits.then(|| (value as u32).to_string())
}

/// What is wrong with a tag prefix.
pub(super) fn prefix_fault(text: &str) -> Option<ListFault> {
    let length = text.chars().count();
    (length > MAX_TAG).then_some(ListFault::TooLong { length })
}

/// What is wrong with a tag pattern.
pub(super) fn pattern_fault(text: &str) -> Option<ListFault> {
    let stars = text.matches('*').count();
    if stars > MAX_WILDCARDS {
        return Some(ListFault::TooManyWildcards { stars });
    }
    prefix_fault(text)
}

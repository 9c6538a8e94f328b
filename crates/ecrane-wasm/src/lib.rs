//! The decisions of ecrane for a page.
//!
//! Everything here hands a text to `ecrane-core` and puts the answer into the
//! types of `types.ts`. Nothing is decided here. JavaScript counts the UTF-16
//! units of a text and core its bytes: this crate is where the one becomes the
//! other.

mod preview;
mod report;
mod units;

use ecrane_core::lifecycle::image::{self, Moment};
use ecrane_core::lifecycle::{self, Checked, Policy, UnknownDialect, evaluate};
use serde::Serialize;
use wasm_bindgen::prelude::*;

pub use preview::Played;
pub use report::{Compiled, Dialect, Finding, Label, Report, Severity};

/// The types of the answers, for the module's `.d.ts`.
#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("../types.ts");

/// Everything that is found in a policy, lints too. Without a dialect it is
/// recognised.
///
/// # Errors
///
/// When no dialect has this name.
#[wasm_bindgen(unchecked_return_type = "Report")]
pub fn check(
    text: &str,
    #[wasm_bindgen(unchecked_optional_param_type = "Dialect")] dialect: Option<String>,
) -> Result<JsValue, JsError> {
    let checked = read(text, dialect)?.with_lints();
    hand_over(&Report::new(text, &checked))
}

/// A policy as the JSON that PutLifecyclePolicy takes, with what was found.
///
/// # Errors
///
/// When no dialect has this name.
#[wasm_bindgen(unchecked_return_type = "Compiled")]
pub fn compile(
    text: &str,
    #[wasm_bindgen(unchecked_optional_param_type = "Dialect")] dialect: Option<String>,
) -> Result<JsValue, JsError> {
    let checked = read(text, dialect)?.alone();
    hand_over(&Compiled {
        report: Report::new(text, &checked),
        policy: checked.policy.as_ref().map(Policy::to_json),
    })
}

/// What a policy does to the images that `aws ecr describe-images` lists. `now`
/// is in milliseconds after the start of 1970, as of `Date.now()`.
///
/// # Errors
///
/// When no dialect has this name.
#[wasm_bindgen(unchecked_return_type = "Played")]
pub fn preview(
    text: &str,
    images: &str,
    now: f64,
    #[wasm_bindgen(unchecked_optional_param_type = "Dialect")] dialect: Option<String>,
) -> Result<JsValue, JsError> {
    let checked = read(text, dialect)?.alone();
    // What is no number is the start of 1970, and what is too large the last moment.
    let now = Moment::from_milliseconds(now as i64);
    let listing = image::read(images);
    let both = checked.policy.as_ref().zip(listing.images.as_ref());
    let verdicts = both.map(|(policy, images)| evaluate(policy, images, now));
    hand_over(&Played::new(
        (text, &checked),
        (images, &listing),
        verdicts.as_ref(),
    ))
}

fn read(text: &str, dialect: Option<String>) -> Result<Checked, UnknownDialect> {
    let dialect = dialect.map(|name| name.parse()).transpose()?;
    Ok(lifecycle::read(text, dialect))
}

/// As JSON: the browser's own reader builds objects faster than calls from here
/// could, one for each property, and the module stays smaller.
fn hand_over(answer: &impl Serialize) -> Result<JsValue, JsError> {
    let json = serde_json::to_string(answer)?;
    js_sys::JSON::parse(&json).map_err(|_| JsError::new("the answer is no JSON"))
}

#[cfg(test)]
mod types;

//! The decisions of ecrane for a page.
//!
//! Everything here hands a text to `ecrane-core` and puts the answer into the
//! types of `types.ts`. Nothing is decided here. JavaScript counts the UTF-16
//! units of a text and core its bytes: this crate is where the one becomes the
//! other.

mod report;
mod units;

use ecrane_core::lifecycle::{self, Checked, Policy, UnknownDialect};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

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

fn read(text: &str, dialect: Option<String>) -> Result<Checked, UnknownDialect> {
    let dialect = dialect.map(|name| name.parse()).transpose()?;
    Ok(lifecycle::read(text, dialect))
}

/// As what `JSON.parse` would give: plain objects, and `null` for what is not
/// there.
fn hand_over(answer: &impl Serialize) -> Result<JsValue, JsError> {
    Ok(answer.serialize(&Serializer::json_compatible())?)
}

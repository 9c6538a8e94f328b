//! The decisions of ecrane for a page.
//!
//! Everything here hands a text to `ecrane-core` and puts the answer into the
//! types of `types.ts`. Nothing is decided here. JavaScript counts the UTF-16
//! units of a text and core its bytes: this crate is where the one becomes the
//! other.

mod played;
mod report;
mod repository;
mod units;

use ecrane_core::lifecycle::image::Moment;
use ecrane_core::lifecycle::{self, Checked, Policy, UnknownDialect};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

pub use played::{Basis, Compared, Mended, Played, RuleAtWork};
pub use report::{Compiled, Dialect, Finding, Label, Report, Severity};
pub use repository::Repository;
use units::Units;

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
    Ok(hand_over(&Report::new(text, &checked, &Units::of(text))))
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
    Ok(hand_over(&Compiled {
        report: Report::new(text, &checked, &Units::of(text)),
        policy: checked.policy.as_ref().map(Policy::to_json),
    }))
}

/// The text with one finding mended: that of this code, which begins there. Null
/// for one that only its author can mend.
///
/// # Errors
///
/// When no dialect has this name.
#[wasm_bindgen(unchecked_return_type = "Mended")]
pub fn mend(
    text: &str,
    code: &str,
    from: usize,
    #[wasm_bindgen(unchecked_optional_param_type = "Dialect")] dialect: Option<String>,
) -> Result<JsValue, JsError> {
    let checked = read(text, dialect)?.with_lints();
    let units = Units::of(text);
    let mut findings = checked.diagnostics.iter();
    let finding = findings.find(|it| it.code == code && units.offset(it.span.start) == from);
    let mended = finding.and_then(|finding| lifecycle::mend(text, &checked, finding));
    Ok(hand_over(&match mended {
        None => Mended::default(),
        Some(Ok(text)) => Mended {
            text: Some(text),
            refusal: None,
        },
        Some(Err(refusal)) => Mended {
            text: None,
            refusal: Some(refusal.to_string()),
        },
    }))
}

/// The codes of what a refusal of Amazon ECR may be about, such as one that a tool
/// printed: none if its words are new. Undefined for a text that is no refusal.
#[wasm_bindgen]
pub fn causes(message: &str) -> Option<Vec<String>> {
    let causes = lifecycle::causes(message)?.into_iter();
    Some(causes.map(str::to_owned).collect())
}

/// Milliseconds after the start of 1970. What is no number is that start, and
/// what is too large the last moment.
fn moment(milliseconds: f64) -> Moment {
    Moment::from_milliseconds(milliseconds as i64)
}

fn read(text: &str, dialect: Option<String>) -> Result<Checked, UnknownDialect> {
    let dialect = dialect.map(|name| name.parse()).transpose()?;
    Ok(lifecycle::read(text, dialect))
}

/// As the plain objects that JSON would give: no `Map`, and null for none.
fn hand_over(answer: &impl Serialize) -> JsValue {
    // The types of the answers have nothing that JavaScript has not.
    let plain = Serializer::json_compatible();
    answer.serialize(&plain).unwrap_or(JsValue::NULL)
}

#[cfg(test)]
mod types;

//! What a policy does to images.

use ecrane_core::lifecycle::image::Listing;
use ecrane_core::lifecycle::preview::Preview;
use ecrane_core::lifecycle::{Checked, Verdicts};
use serde::Serialize;

use crate::report::{Finding, Report, findings};

/// A policy played through on images.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Played<'a> {
    /// What was found in the policy.
    pub policy: Report,
    /// What was found in the list of images.
    pub images: Vec<Finding>,
    /// What happens to each image; null where one of the two has an error.
    #[cfg_attr(test, ts(type = "Preview | null"))]
    pub preview: Option<Preview<'a>>,
}

impl<'a> Played<'a> {
    /// What came of two texts, each with what was read of it.
    pub(crate) fn new(
        (policy, checked): (&str, &Checked),
        (images, listing): (&str, &Listing),
        verdicts: Option<&'a Verdicts<'a>>,
    ) -> Self {
        Self {
            policy: Report::new(policy, checked),
            images: findings(images, &listing.diagnostics),
            preview: verdicts.map(|verdicts| Preview::new(verdicts, &listing.diagnostics)),
        }
    }
}

//! Any text as a list of images: where it is one, each image gets one verdict
//! of a policy with every kind of rule, and the numbers agree with them.

#![no_main]

use std::sync::LazyLock;

use ecrane_core::lifecycle::image::{self, Moment};
use ecrane_core::lifecycle::preview::Preview;
use ecrane_core::lifecycle::{self, Policy};
use libfuzzer_sys::fuzz_target;

static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    let text = include_str!("../seeds/policy/every-count-type.json");
    lifecycle::check(text).policy.expect("a valid policy")
});

fuzz_target!(|text: &str| {
    let listing = image::read(text);
    for found in &listing.diagnostics {
        let at = found.span;
        assert!(text.get(at.start..at.end).is_some(), "{found:?}");
    }
    let Some(images) = listing.images else {
        return;
    };
    let now = Moment::from_seconds(1_800_000_000);
    let verdicts = lifecycle::evaluate(&POLICY, &images, now);
    assert_eq!(verdicts.iter().count(), images.len());
    for verdict in verdicts.iter() {
        if let Some(rule) = verdict.removal {
            // What refers to another image is not claimed: it goes with that one.
            let removes = verdict.claimed_by.is_none_or(|claim| claim == rule);
            assert!(removes, "only the claiming rule removes");
            assert_eq!(verdict.blocked_by, None, "what an index holds stays");
        }
    }
    let preview = Preview::new(&verdicts, &listing.diagnostics);
    assert_eq!(preview.summary().images, images.len());
    serde_json::to_string(&preview).expect("a preview is JSON");
});

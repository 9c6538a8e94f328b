//! Images that the module holds, so that a policy is all that crosses at a
//! keystroke.

use ecrane_core::diagnostic::Diagnostic;
use ecrane_core::lifecycle::evaluate::{Brief, Outcome, Workbench};
use ecrane_core::lifecycle::explain::explain;
use ecrane_core::lifecycle::image::{self, ImageId, Images};
use ecrane_core::lifecycle::preview::{Line, Preview};
use ecrane_core::lifecycle::{
    self, Action, Policy, Verdicts, diff, diff_images, evaluate, lint, lint_images,
};
use wasm_bindgen::prelude::*;

use crate::played::{Basis, Compared, Played, RuleAtWork};
use crate::report::{Finding, Report};
use crate::units::Units;
use crate::{hand_over, moment, read};

/// The images of a repository, newest first, and the policy that was played
/// through on them last.
#[wasm_bindgen]
pub struct Repository {
    bench: Option<Workbench>,
    remarks: Vec<Diagnostic>,
    findings: Vec<Finding>,
    last: Option<(Policy, Outcome)>,
}

/// As many changes as somebody reads.
const MOST_CHANGES: usize = 1_000;

#[wasm_bindgen]
impl Repository {
    /// Reads what `aws ecr describe-images` lists, or the array of its
    /// `imageDetails`. A list with errors is one without images.
    #[wasm_bindgen(constructor)]
    pub fn new(text: &str) -> Self {
        let listing = image::read(text);
        let units = Units::of(text);
        let findings = listing.diagnostics.iter();
        Self {
            findings: findings.map(|it| Finding::new(it, &units)).collect(),
            remarks: listing.diagnostics,
            bench: listing.images.map(Workbench::new),
            last: None,
        }
    }

    /// What was found in the list.
    #[wasm_bindgen(unchecked_return_type = "Finding[]")]
    pub fn findings(&self) -> JsValue {
        hand_over(&self.findings)
    }

    /// When each image was pushed or, once restored, restored: in milliseconds
    /// after the start of 1970.
    pub fn pushed(&self) -> Vec<f64> {
        self.of_each(|images, id| images.pushed(id).seconds() as f64 * 1e3)
    }

    /// The size of each image in bytes, as ECR counts it.
    pub fn sizes(&self) -> Vec<f64> {
        self.of_each(|images, id| images.size(id) as f64)
    }

    /// The first tag of each image, or nothing for one without a tag; one to a
    /// line.
    #[wasm_bindgen(js_name = firstTags)]
    pub fn first_tags(&self) -> String {
        let mut lines = String::new();
        for id in self.images().into_iter().flat_map(Images::ids) {
            let tag = self.images().and_then(|images| images.tags(id).next());
            // No legal tag has one.
            lines.push_str(&tag.unwrap_or_default().replace('\n', " "));
            lines.push('\n');
        }
        lines
    }

    /// The images that have these words in a tag or in the digest, whatever their
    /// case.
    pub fn find(&self, words: &str) -> Vec<u32> {
        let Some(images) = self.images() else {
            return Vec::new();
        };
        // Tags and digests are in ASCII.
        let words = words.as_bytes();
        let is_in = |text: &str| {
            let mut places = text.as_bytes().windows(words.len().max(1));
            words.is_empty() || places.any(|place| place.eq_ignore_ascii_case(words))
        };
        let has = |id: &ImageId| images.tags(*id).any(is_in) || is_in(images.digest(*id));
        let found = images.ids().filter(has);
        found.map(|id| id.place() as u32).collect()
    }

    /// What a policy does to the images at a time, in milliseconds as of
    /// `Date.now()`. `own` says that these are the images that the policy is for,
    /// so that rules which do nothing to them are worth a finding.
    ///
    /// # Errors
    ///
    /// When no dialect has this name.
    #[wasm_bindgen(unchecked_return_type = "Played")]
    pub fn play(
        &mut self,
        text: &str,
        now: f64,
        own: bool,
        #[wasm_bindgen(unchecked_optional_param_type = "Dialect")] dialect: Option<String>,
    ) -> Result<JsValue, JsError> {
        let mut checked = read(text, dialect)?.alone();
        let lints = lint(&checked);
        checked.tell(lints);
        self.last = None;
        if let (Some(bench), Some(policy)) = (&mut self.bench, &checked.policy) {
            let outcome = bench.evaluate(policy, moment(now));
            self.last = Some((policy.clone(), outcome));
        }
        let verdicts = self.verdicts_in_full();
        if let Some(verdicts) = verdicts.as_ref().filter(|_| own) {
            let found = lint_images(&checked, verdicts);
            checked.tell(found);
        }
        let units = Units::of(text);
        let words = checked.policy.as_ref().map(explain).unwrap_or_default();
        let shares = verdicts.as_ref().map(Verdicts::shares).unwrap_or_default();
        let rules = words.into_iter().zip(&shares);
        let preview = verdicts.as_ref().map(|it| Preview::new(it, &self.remarks));
        Ok(hand_over(&Played {
            report: Report::new(text, &checked, &units),
            policy: checked.policy.as_ref().map(Policy::to_json),
            rules: rules
                .map(|(words, share)| RuleAtWork::new(words, share, &checked, &units))
                .collect(),
            summary: preview.as_ref().map(Preview::summary),
            warnings: preview.map(|it| it.warnings().to_vec()).unwrap_or_default(),
        }))
    }

    /// The verdict on each image, of the policy that was played through last. In
    /// the low byte 1 for one that expires, 2 for one that is archived, and 4 more
    /// if that is not certain. In the high byte the place of the rule that the
    /// image belongs to, from 1; 0 if it belongs to none.
    pub fn verdicts(&self) -> Vec<u16> {
        let Some(verdicts) = self.verdicts_in_full() else {
            return Vec::new();
        };
        verdicts.briefs().map(in_two_bytes).collect()
    }

    /// The verdicts on some images in full, in the order asked for.
    #[wasm_bindgen(unchecked_return_type = "Verdict[]")]
    pub fn rows(&self, images: &[u32]) -> JsValue {
        let verdicts = self.verdicts_in_full();
        let lines: Vec<Line<'_>> = verdicts
            .iter()
            .flat_map(|verdicts| {
                let ids = images.iter().map(|place| ImageId::at(*place));
                ids.map(|id| Line::new(verdicts, id))
            })
            .collect();
        hand_over(&lines)
    }

    /// What of AWS's guide the verdicts on some images rest on, in the order asked
    /// for.
    #[wasm_bindgen(unchecked_return_type = "Basis[]")]
    pub fn bases(&self, images: &[u32]) -> JsValue {
        let verdicts = self.verdicts_in_full();
        let bases: Vec<Basis> = verdicts
            .iter()
            .flat_map(|verdicts| {
                let ids = images.iter().map(|place| ImageId::at(*place));
                ids.map(|id| Basis::from(verdicts.basis(id)))
            })
            .collect();
        hand_over(&bases)
    }

    /// What changes for the images from one policy to another.
    #[wasm_bindgen(unchecked_return_type = "Compared")]
    pub fn compare(&self, old: &str, new: &str, now: f64) -> JsValue {
        let now = moment(now);
        let policy = |text| lifecycle::read(text, None).alone().policy;
        let both = policy(old).zip(policy(new));
        let both = self.images().zip(both.as_ref());
        let Some((images, (old, new))) = both else {
            return hand_over(&Compared::default());
        };
        let (before, after) = (evaluate(old, images, now), evaluate(new, images, now));
        let mut images = diff_images(&before, &after);
        let count = images.len();
        images.truncate(MOST_CHANGES);
        hand_over(&Compared {
            valid: true,
            rules: diff(old, new),
            count,
            images,
        })
    }
}

impl Repository {
    fn images(&self) -> Option<&Images> {
        self.bench.as_ref().map(Workbench::images)
    }

    fn of_each(&self, value: impl Fn(&Images, ImageId) -> f64) -> Vec<f64> {
        let images = self.images();
        let values = images.map(|images| images.ids().map(|id| value(images, id)).collect());
        values.unwrap_or_default()
    }

    fn verdicts_in_full(&self) -> Option<Verdicts<'_>> {
        let (policy, outcome) = self.last.as_ref()?;
        Some(self.bench.as_ref()?.verdicts(policy, outcome))
    }
}

fn in_two_bytes(verdict: Brief) -> u16 {
    let action = match verdict.action {
        None => 0,
        Some(Action::Expire) => 1,
        Some(Action::Transition) => 2,
    };
    let doubt = if verdict.is_certain { 0 } else { 4 };
    // A policy has at most 50 rules.
    let rule = verdict.claim.map_or(0, |place| place as u16 + 1);
    rule << 8 | action | doubt
}

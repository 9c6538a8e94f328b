//! What of AWS's guide a verdict rests on.

use super::doubt::Doubt;
use super::{ImageId, Verdicts};
use crate::lifecycle::rule::CountType;

/// What a verdict rests on, and what is open about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Basis {
    /// What the guide says, in short.
    pub guide: &'static str,
    /// What AWS does not say, or nobody told, and would make a difference.
    pub open: Option<&'static str>,
}

impl Verdicts<'_> {
    /// What of the guide the verdict on an image rests on.
    ///
    /// Source: Amazon ECR user guide, "Lifecycle policy evaluation rules".
    pub fn basis(&self, image: ImageId) -> Basis {
        let verdict = self.of(image);
        let rule = verdict.removal.or(verdict.claimed_by);
        let guide = if verdict.blocked_by.is_some() {
            "an image in a manifest list stays as long as the list"
        } else if self.images.relations.subjects.at(image).is_some() {
            "artifacts that refer to an image go within a day of it"
        } else {
            match rule.map(|rule| rule.selection.count_type) {
                None => "only what a rule selects is expired or archived",
                Some(_) if verdict.removal.is_none() && self.is_selected_later(image) => {
                    "what a rule selects, no rule after it can remove"
                }
                Some(CountType::ImageCountMoreThan) => {
                    "counted from the newest on, those beyond the count go"
                }
                Some(CountType::SinceImagePushed) => {
                    "what was pushed longer ago than so many days goes"
                }
                Some(CountType::SinceImagePulled) => {
                    "what was last pulled longer ago than so many days goes"
                }
                Some(CountType::SinceImageTransitioned) => {
                    "what was archived longer ago than so many days goes"
                }
            }
        };
        Basis {
            guide,
            open: verdict.doubt.map(Doubt::why),
        }
    }

    /// Whether a rule after the one that claims an image selects it too.
    fn is_selected_later(&self, image: ImageId) -> bool {
        let claim = self.ruling(image).claim;
        let later = claim.map_or(usize::MAX, |claim| claim.place() + 1);
        let mut sets = self.outcome.selected.iter().skip(later);
        sets.any(|(set, _)| set.contains(image))
    }
}

#[cfg(test)]
mod tests {
    use crate::lifecycle::image::{self, Moment};
    use crate::lifecycle::{check, evaluate};

    /// What the verdicts on images rest on under one rule for releases, and one
    /// for all; the newest image first.
    fn bases(images: &str) -> String {
        let policy = r#"{"rules": [
            {"rulePriority": 1, "selection": {"tagStatus": "tagged", "tagPatternList": ["v*"], "countType": "imageCountMoreThan", "countNumber": 1}, "action": {"type": "expire"}},
            {"rulePriority": 2, "selection": {"tagStatus": "any", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 30}, "action": {"type": "expire"}}
        ]}"#;
        let policy = check(policy).policy.unwrap();
        let images = image::read(images).images.unwrap();
        let now = Moment::from_seconds(1_800_000_000);
        let verdicts = evaluate(&policy, &images, now);
        let lines = images.ids().map(|id| {
            let basis = verdicts.basis(id);
            let open = basis.open.map(|open| format!("; open: {open}"));
            format!("{}{}", basis.guide, open.unwrap_or_default())
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn every_verdict_rests_on_something() {
        let image = |digit: &str, tags: &str, pushed: &str| {
            let digest = digit.repeat(64);
            format!(
                r#"{{"imageDigest": "sha256:{digest}", "imageTags": [{tags}], "imagePushedAt": "{pushed}"}}"#
            )
        };
        let images = [
            image("a", "\"v3\"", "2026-06-03T00:00:00Z"),
            image("b", "\"v2\"", "2026-06-02T00:00:00Z"),
            image("c", "\"v1\"", "2026-06-02T00:00:00Z"),
            image("d", "\"main\"", "2026-06-01T00:00:00Z"),
        ];
        insta::assert_snapshot!(bases(&format!("[{}]", images.join(","))), @"
        what a rule selects, no rule after it can remove
        counted from the newest on, those beyond the count go
        counted from the newest on, those beyond the count go
        what was pushed longer ago than so many days goes
        ");
        let tied = [
            image("b", "\"v2\"", "2026-06-02T00:00:00Z"),
            image("c", "\"v1\"", "2026-06-02T00:00:00Z"),
        ];
        insta::assert_snapshot!(bases(&format!("[{}]", tied.join(","))), @"
        what a rule selects, no rule after it can remove; open: others at the edge of the count have the same time, and AWS does not say which of them counts as newer
        counted from the newest on, those beyond the count go; open: others at the edge of the count have the same time, and AWS does not say which of them counts as newer
        ");
    }
}

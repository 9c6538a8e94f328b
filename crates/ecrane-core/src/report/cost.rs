//! What a change of policy costs a repository, for those who read it and for
//! programs.

use super::bytes;
use crate::lifecycle::Action;
use crate::lifecycle::evaluate::{Verdict, Verdicts};
use crate::name::short;
use serde::Serialize;

/// The images of a repository that a new policy removes, or may remove, though
/// they are kept today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cost {
    /// The registry, where there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registry: Option<String>,
    /// How many images the repository has.
    pub images: usize,
    /// Those that are lost, the newest first.
    pub losses: Vec<Loss>,
    /// The text of the policy that stands there until now.
    pub replaces: Option<String>,
}

/// An image that is lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Loss {
    /// Its digest.
    pub digest: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its size; other images may share layers with it.
    pub bytes: u64,
    /// `expire`, `transition` or `none`: the last may turn out otherwise.
    pub action: &'static str,
    /// `will` or `may`.
    pub certainty: &'static str,
    /// The rule by which it goes.
    pub rule_priority: Option<u32>,
    /// Why.
    pub reason: String,
}

impl Loss {
    fn of(verdicts: &Verdicts<'_>, verdict: &Verdict<'_>) -> Self {
        let images = verdicts.images();
        Self {
            digest: images.digest(verdict.image).to_owned(),
            tags: images.tags(verdict.image).map(str::to_owned).collect(),
            bytes: images.size(verdict.image),
            action: verdict.action().map_or("none", Action::as_str),
            certainty: if verdict.doubt.is_some() {
                "may"
            } else {
                "will"
            },
            rule_priority: verdict.removal.map(|rule| rule.priority.get()),
            reason: verdicts.reason(verdict.image),
        }
    }

    /// Its tags, or the start of its digest.
    #[must_use]
    pub fn name(&self) -> String {
        match self.tags.as_slice() {
            [] => short(&self.digest).to_owned(),
            tags => tags.join(", "),
        }
    }
}

impl Cost {
    /// Of the images that were judged, those that are lost. `stored` is the
    /// policy that stands there.
    #[must_use]
    pub fn of(verdicts: &Verdicts<'_>, lost: &[Verdict<'_>], stored: Option<&str>) -> Self {
        Self {
            registry: None,
            images: verdicts.images().len(),
            losses: lost.iter().map(|it| Loss::of(verdicts, it)).collect(),
            replaces: stored.map(str::to_owned),
        }
    }

    /// The cost in one place of several.
    #[must_use]
    pub fn at(self, registry: Option<&str>) -> Self {
        Self {
            registry: registry.map(str::to_owned),
            ..self
        }
    }

    /// How much room the lost images take: at most, as images share layers.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.losses
            .iter()
            .fold(0, |sum, loss| sum.saturating_add(loss.bytes))
    }

    /// In one sentence, without a full stop.
    pub(super) fn sentence(&self) -> String {
        let images = match self.images {
            1 => "1 image".to_owned(),
            n => format!("{n} images"),
        };
        match self.losses.len() {
            0 => format!("the lifecycle policy removes none of {images} that are kept today"),
            n => format!(
                "the lifecycle policy would remove {n} of {images} that are kept today, at most {}",
                bytes(self.bytes())
            ),
        }
    }

    /// One line for each lost image, in columns.
    pub(super) fn lines(&self) -> Vec<String> {
        let names: Vec<String> = self.losses.iter().map(Loss::name).collect();
        let width = names.iter().map(|name| name.chars().count()).max();
        let width = width.unwrap_or(0).min(WIDEST);
        let lines = names.iter().zip(&self.losses);
        lines
            .map(|(name, loss)| {
                format!("{name:<width$}  {:>8}  {}", bytes(loss.bytes), loss.reason)
            })
            .collect()
    }
}

/// Names are aligned up to here: one long name does not push all others aside.
const WIDEST: usize = 40;

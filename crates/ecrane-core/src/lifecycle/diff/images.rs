//! Which images another policy treats otherwise.

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::super::evaluate::{Verdict, Verdicts};
use super::super::meaning::selects_the_same;
use super::super::rule::Action;

/// An image that changes hands from one policy to another: it goes where it
/// stayed, or stays where it went, or belongs to another rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageChange {
    /// Which image.
    pub image: ImageName,
    /// What the old policy does to it.
    pub old: Hands,
    /// What the new one does.
    pub new: Hands,
}

/// One object: the name of the image is a part of it.
impl Serialize for ImageChange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut change = serializer.serialize_struct("ImageChange", 4)?;
        change.serialize_field("digest", &self.image.digest)?;
        change.serialize_field("tags", &self.image.tags)?;
        change.serialize_field("old", &self.old)?;
        change.serialize_field("new", &self.new)?;
        change.end()
    }
}

/// By what an image is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageName {
    /// Its digest.
    pub digest: String,
    /// Its tags, if any.
    pub tags: Vec<String>,
}

/// In whose hands an image is. The words are those of a preview.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Hands {
    /// `none`, `expire` or `transition`.
    pub action: &'static str,
    /// `will` or `may`.
    pub certainty: &'static str,
    /// The rule that it belongs to.
    pub claimed_by: Option<u32>,
}

impl Hands {
    fn of(verdict: &Verdict<'_>) -> Self {
        Self {
            action: verdict.action().map_or("none", Action::as_str),
            certainty: match verdict.doubt {
                None => "will",
                Some(_) => "may",
            },
            claimed_by: verdict.claimed_by.map(|rule| rule.priority.get()),
        }
    }
}

/// The images that change hands, the newest first. Both verdicts are on the same
/// images.
pub fn diff_images(old: &Verdicts<'_>, new: &Verdicts<'_>) -> Vec<ImageChange> {
    let images = new.images();
    let pairs = old.iter().zip(new.iter());
    pairs
        .filter(|(old, new)| changes_hands(old, new))
        .map(|(old, new)| ImageChange {
            image: ImageName {
                digest: images.digest(new.image).to_owned(),
                tags: images.tags(new.image).map(str::to_owned).collect(),
            },
            old: Hands::of(&old),
            new: Hands::of(&new),
        })
        .collect()
}

fn changes_hands(old: &Verdict<'_>, new: &Verdict<'_>) -> bool {
    let (before, after) = (Hands::of(old), Hands::of(new));
    let same_fate = before.action == after.action && before.certainty == after.certainty;
    let same_rule = match (old.claimed_by, new.claimed_by) {
        (None, None) => true,
        (Some(old), Some(new)) => selects_the_same(old, new),
        _ => false,
    };
    !same_fate || !same_rule
}

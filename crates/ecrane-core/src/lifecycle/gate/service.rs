//! Whether the service's own preview of a policy says the same.
//!
//! Source: Amazon ECR API reference, `StartLifecyclePolicyPreview` and
//! `GetLifecyclePolicyPreview`.

use std::collections::HashMap;
use std::fmt;

use super::Verdicts;
use crate::lifecycle::image::ImageId;
use crate::lifecycle::rule::Action;
use crate::name::short;

/// What the service's preview says of an image: that it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Previewed {
    /// Its digest.
    pub digest: String,
    /// What happens to it.
    pub action: Action,
}

/// The verdicts around a preview that another made: from before it was asked
/// for, and from after it was there. What becomes old enough in between is
/// neither right nor wrong.
#[derive(Debug, Clone, Copy)]
pub struct Window<'a, 'v> {
    /// At the time before.
    pub opened: &'a Verdicts<'v>,
    /// On the same images at the time after.
    pub closed: &'a Verdicts<'v>,
}

/// What a preview says otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// An image goes by the preview, and is kept by our reading.
    Goes(String),
    /// An image stays by the preview, and goes by our reading.
    Stays(String),
    /// An image goes another way than by our reading.
    Otherwise(String),
    /// The preview names an image that was not listed.
    Unknown(String),
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Goes(image) => write!(f, "{image} goes there and is kept here"),
            Self::Stays(image) => write!(f, "{image} is kept there and goes here"),
            Self::Otherwise(image) => write!(f, "{image} goes another way there"),
            Self::Unknown(image) => write!(f, "{image} goes there and was not listed"),
        }
    }
}

impl Window<'_, '_> {
    /// Where a preview differs from what is certain here, the newest image
    /// first. What only may happen agrees with either.
    pub fn differences(&self, preview: &[Previewed]) -> Vec<Difference> {
        let images = self.opened.images();
        let mut said: HashMap<&str, Action> = preview
            .iter()
            .map(|image| (image.digest.as_str(), image.action))
            .collect();
        let mut differences = Vec::new();
        for id in images.ids() {
            let theirs = said.remove(images.digest(id));
            let Some(ours) = self.certain(id) else {
                continue;
            };
            let name = || name(images.digest(id), images.tags(id).next());
            match (ours, theirs) {
                (None, Some(_)) => differences.push(Difference::Goes(name())),
                (Some(_), None) => differences.push(Difference::Stays(name())),
                (Some(ours), Some(theirs)) if ours != theirs => {
                    differences.push(Difference::Otherwise(name()));
                }
                (Some(_), Some(_)) | (None, None) => {}
            }
        }
        let unknown = preview
            .iter()
            .filter(|image| said.contains_key(image.digest.as_str()));
        differences.extend(unknown.map(|image| Difference::Unknown(name(&image.digest, None))));
        differences
    }

    /// What becomes of an image at both times, if that is certain.
    fn certain(&self, id: ImageId) -> Option<Option<Action>> {
        let (before, after) = (self.opened.of(id), self.closed.of(id));
        let certain = before.doubt.is_none() && after.doubt.is_none();
        (certain && before.action() == after.action()).then(|| before.action())
    }
}

fn name(digest: &str, tag: Option<&str>) -> String {
    match tag {
        Some(tag) => format!("`{tag}`"),
        None => short(digest).to_owned(),
    }
}

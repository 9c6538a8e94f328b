//! The verdicts on a repository as programs read them.

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::evaluate::{Summary, Verdict, Verdicts};
use super::image::{ImageId, Images};
use super::rule::Action;
use crate::diagnostic::Diagnostic;

#[cfg(test)]
mod tests;

/// What `ecrane lifecycle preview` says. As JSON it is
/// `{"results": […], "summary": {…}, "warnings": […]}`; the results are written
/// one by one, so that those of 100,000 images need no second copy.
#[derive(Debug, Clone)]
pub struct Preview<'a> {
    verdicts: &'a Verdicts<'a>,
    summary: Summary,
    warnings: Vec<String>,
}

impl<'a> Preview<'a> {
    /// The preview of verdicts; `found` is what reading the images found.
    pub fn new(verdicts: &'a Verdicts<'a>, found: &[Diagnostic]) -> Self {
        let mut warnings: Vec<String> = found.iter().map(warning).collect();
        warnings.extend(verdicts.warnings());
        Self {
            verdicts,
            summary: verdicts.summary(),
            warnings,
        }
    }

    /// What becomes of each image.
    pub fn verdicts(&self) -> &'a Verdicts<'a> {
        self.verdicts
    }

    /// The verdicts in numbers.
    pub fn summary(&self) -> Summary {
        self.summary
    }

    /// What is to be known of all verdicts, each a sentence.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }
}

fn warning(diagnostic: &Diagnostic) -> String {
    let path = diagnostic.path.iter().map(|path| format!("{path}: "));
    let help = diagnostic.help.iter().map(|help| format!("; {help}"));
    let message = std::iter::once(diagnostic.message.clone());
    path.chain(message).chain(help).collect()
}

impl Serialize for Preview<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut preview = serializer.serialize_struct("Preview", 3)?;
        preview.serialize_field("results", &Results(self.verdicts))?;
        preview.serialize_field("summary", &self.summary)?;
        preview.serialize_field("warnings", &self.warnings)?;
        preview.end()
    }
}

struct Results<'a>(&'a Verdicts<'a>);

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let images = self.0.images().ids();
        serializer.collect_seq(images.map(|image| Line::new(self.0, image)))
    }
}

/// One image's verdict, as one of the results of a [`Preview`].
#[derive(Debug, Clone)]
pub struct Line<'a> {
    verdicts: &'a Verdicts<'a>,
    verdict: Verdict<'a>,
}

impl<'a> Line<'a> {
    /// That on this image.
    pub fn new(verdicts: &'a Verdicts<'a>, image: ImageId) -> Self {
        let verdict = verdicts.of(image);
        Self { verdicts, verdict }
    }
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (images, verdict) = (self.verdicts.images(), &self.verdict);
        let removal = verdict.removal;
        let priority = |rule: &super::Rule| rule.priority.get();
        let certainty = match verdict.doubt {
            None => "will",
            Some(_) => "may",
        };
        let mut line = serializer.serialize_struct("Verdict", 8)?;
        line.serialize_field("digest", images.digest(verdict.image))?;
        line.serialize_field("tags", &Tags(images, verdict))?;
        line.serialize_field("action", verdict.action().map_or("none", Action::as_str))?;
        line.serialize_field("certainty", certainty)?;
        line.serialize_field("rulePriority", &removal.map(priority))?;
        line.serialize_field("claimedBy", &verdict.claimed_by.map(priority))?;
        line.serialize_field("blockedBy", &verdict.blocked_by.map(|id| images.digest(id)))?;
        line.serialize_field("reason", &self.verdicts.reason(verdict.image))?;
        line.end()
    }
}

struct Tags<'a>(&'a Images, &'a Verdict<'a>);

impl Serialize for Tags<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.tags(self.1.image))
    }
}

impl Serialize for Summary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Summary {
            images,
            expire,
            transition,
            may,
            bytes,
            may_go: _,
        } = self;
        let mut numbers = serializer.serialize_struct("Summary", 5)?;
        numbers.serialize_field("images", images)?;
        numbers.serialize_field("expire", expire)?;
        numbers.serialize_field("transition", transition)?;
        numbers.serialize_field("may", may)?;
        numbers.serialize_field("bytes", bytes)?;
        numbers.end()
    }
}

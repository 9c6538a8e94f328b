//! A run in Markdown: for the job's summary and for a pull request.

use super::cost::Cost;
use super::markdown::{Page, code};
use super::{ImageResult, Row, by_registry, bytes, duration, resources, tree};
use crate::lifecycle::explain::Fate;
use crate::repository::PlacedImage;
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::time::Duration;

/// What there is to say of a run.
#[derive(Debug, Clone)]
pub struct Run<'a> {
    /// How it ended.
    pub ending: Ending<'a>,
    /// The repository; none if its name is what is wrong.
    pub repository: Option<&'a str>,
    /// The plan, or what came of it.
    pub rows: &'a [Row],
    /// What the lifecycle policy costs, in each registry.
    pub costs: &'a [Cost],
    /// What was found in the inputs and the policy, as a person reads it.
    pub findings: &'a [String],
    /// The image in each registry that has it.
    pub images: &'a [(&'a ImageResult, &'a PlacedImage)],
    /// What the policy does to the image.
    pub fate: Option<&'a Fate>,
    /// What took how long, the whole last.
    pub times: &'a [(&'static str, Duration)],
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending<'a> {
    /// With the plan, as was asked.
    Planned,
    /// With the policy checked and no plan, for this reason.
    Checked(&'a str),
    /// With the image in its place.
    Done,
    /// Nothing was allowed to change, for this reason.
    Refused(&'a str),
    /// It failed, for this reason.
    Failed(&'a str),
}

impl Ending<'_> {
    const fn title(self) -> &'static str {
        match self {
            Self::Planned => "plan",
            Self::Checked(_) => "policy checked, no plan",
            Self::Done => "result",
            Self::Refused(_) => "refused",
            Self::Failed(_) => "failed",
        }
    }

    const fn reason(&self) -> Option<&str> {
        match self {
            Self::Checked(why) | Self::Refused(why) | Self::Failed(why) => Some(why),
            Self::Planned | Self::Done => None,
        }
    }
}

/// By what a comment is found again: nobody sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker(String);

impl Marker {
    /// The mark of what these texts name together. Others have another.
    #[must_use]
    pub fn of(names: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for name in names {
            hash.update(name.len().to_be_bytes());
            hash.update(name);
        }
        let digits = hash.finalize();
        let digits = digits.iter().take(16).map(|byte| format!("{byte:02x}"));
        Self(format!("<!-- ecrane {} -->", digits.collect::<String>()))
    }

    /// Whether a comment begins with it.
    #[must_use]
    pub fn is_on(&self, comment: &str) -> bool {
        comment.starts_with(&self.0)
    }
}

impl fmt::Display for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// GitHub refuses a larger comment.
const MAX_COMMENT: usize = 65_536;
/// The runner refuses a larger summary of a step.
const MAX_SUMMARY: usize = 1024 * 1024;

/// The comment on a pull request. It is the same as long as the run's result is:
/// nothing in it is of one run alone.
#[must_use]
pub fn comment(run: &Run<'_>, marker: &Marker) -> String {
    let mut page = Page::new(MAX_COMMENT);
    page.add(&marker.to_string());
    tell(run, &mut page);
    page.into_text()
}

/// The job's summary.
#[must_use]
pub fn summary(run: &Run<'_>) -> String {
    let mut page = Page::new(MAX_SUMMARY);
    tell(run, &mut page);
    if !run.images.is_empty() {
        page.table("| image | |\n|---|---|\n", places(run.images).into_iter());
    }
    if let Some(fate) = run.fate {
        page.block(None, &[fate_sentence(fate)], usize::MAX);
    }
    if !run.times.is_empty() {
        let times = run.times.iter();
        let times = times.map(|(what, took)| format!("{what} {}", duration(*took)));
        page.add(&times.collect::<Vec<_>>().join(", "));
    }
    page.into_text()
}

fn tell(run: &Run<'_>, page: &mut Page) {
    let name = run.repository.map(|name| format!(", {}", code(name)));
    let title = run.ending.title();
    page.add(&format!("### ecrane{}: {title}", name.unwrap_or_default()));
    if let Some(reason) = run.ending.reason() {
        let lines: Vec<String> = reason.lines().map(str::to_owned).collect();
        page.block(None, &lines, page.room() / 2);
    }
    for (registry, rows) in by_registry(run.rows) {
        if let Some(registry) = registry {
            page.add(&format!("in {}", code(registry)));
        }
        let lines: Vec<String> = tree(rows).lines().map(str::to_owned).collect();
        page.block(None, &lines, page.room() / 2);
    }
    if run.ending == Ending::Done {
        page.add(&code(&resources(run.rows)));
    }
    findings(run.findings, page);
    for cost in run.costs {
        costs(cost, page);
    }
}

fn findings(findings: &[String], page: &mut Page) {
    if findings.is_empty() {
        return;
    }
    let text = findings.join("\n\n");
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let title = "What was found in the policy and the inputs";
    page.block(Some(title), &lines, page.room() / 2);
}

fn costs(cost: &Cost, page: &mut Page) {
    let mut title = cost.sentence();
    if let Some(registry) = &cost.registry {
        title = format!("in {registry}, {title}");
    }
    let first = title.get(..1).map(str::to_uppercase).unwrap_or_default();
    let title = format!("{first}{}", title.get(1..).unwrap_or_default());
    match cost.losses.as_slice() {
        [] => page.add(&format!("{title}.")),
        _ => page.block(Some(&title), &cost.lines(), usize::MAX),
    }
}

fn places(images: &[(&ImageResult, &PlacedImage)]) -> Vec<String> {
    let mut rows = Vec::new();
    for (_, placed) in images {
        let held = placed.held.iter().map(|it| ("left at a newer image", it));
        let tagged = placed.tagged.iter().map(|it| ("by tag", it));
        let digested = [("by digest", &placed.digested)];
        for (what, reference) in tagged.chain(held).chain(digested) {
            rows.push(format!("| {what} | {} |", code(&reference.to_string())));
        }
    }
    if let Some((result, _)) = images.first() {
        rows.push(format!("| size | {} |", bytes(result.size)));
    }
    rows
}

/// What a policy does to an image with such tags, in a sentence.
#[must_use]
pub fn fate_sentence(fate: &Fate) -> String {
    let tags: Vec<String> = fate.tags.iter().map(|tag| format!("`{tag}`")).collect();
    let image = match tags.as_slice() {
        [] => "an image without a tag".to_owned(),
        _ => format!("an image tagged {}", tags.join(" and ")),
    };
    format!("{image} {}", fate.standard)
}

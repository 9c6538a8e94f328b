//! One rule: `type=semver,pattern={{version}},priority=900`.

use super::matcher::Matcher;
use super::place::{Part, Place};
use super::reader;
use super::record::entries;
use super::release::Scheme;
use super::slip::Slip;
use super::template::Template;
use crate::diagnostic::{Diagnostic, Severity};
use crate::name::Tag;

/// What gives an image tags.
#[derive(Debug, Clone)]
pub struct Rule {
    pub(super) line: String,
    pub(super) kind: Kind,
    pub(super) enable: Template<Place>,
    pub(super) priority: i64,
    pub(super) prefix: Option<Template<Place>>,
    pub(super) suffix: Option<Template<Place>>,
}

/// Where a rule takes its tag from.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    /// From the clock, in scheduled runs.
    Schedule(Template<Place>),
    /// From a version: the git tag, or `value`.
    Version {
        scheme: Scheme,
        pattern: Template<Part>,
        value: Option<Template<Place>>,
        /// Its first group is the version.
        filter: Option<Matcher>,
    },
    /// From what of the git tag, or of `value`, matches.
    Match {
        pattern: Matcher,
        group: usize,
        value: Option<Template<Place>>,
    },
    /// `edge`, on this branch or the default one.
    Edge(Option<String>),
    /// From the branch's name.
    Branch,
    /// From the git tag.
    GitTag,
    /// From the pull request's number.
    Pull,
    /// As it is given.
    Raw(Template<Place>),
    /// From the commit's id.
    Commit(Length),
}

/// How much of a commit's id is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Length {
    Short,
    Long,
}

/// The priority of `type=raw`, and of a bare tag.
pub(super) const RAW_PRIORITY: i64 = 200;

impl Rule {
    /// Whether a line is a rule, and not a list of tags: no tag and no reference
    /// holds `=` or braces.
    #[must_use]
    pub fn is_rule(line: &str) -> bool {
        line.contains('=') || line.contains("{{")
    }

    /// Reads a rule. The diagnostics point into `line`; with an error among
    /// them there is no rule.
    #[must_use]
    pub fn read(line: &str) -> (Option<Self>, Vec<Diagnostic>) {
        let mut slips = Vec::new();
        let rule = match entries(line) {
            Ok(entries) => reader::rule(entries, line, &mut slips),
            Err(slip) => {
                slips.push(slip);
                None
            }
        };
        let broken = slips.iter().any(|slip| slip.severity == Severity::Error);
        slips.sort_by_key(|slip| slip.span);
        let diagnostics = slips.into_iter().map(Slip::into_diagnostic).collect();
        (rule.filter(|_| !broken), diagnostics)
    }

    /// The rule that a bare tag is.
    #[must_use]
    pub fn bare(tag: &Tag) -> Self {
        Self {
            line: tag.to_string(),
            kind: Kind::Raw(Template::text(tag.as_str())),
            enable: Template::text("true"),
            priority: RAW_PRIORITY,
            prefix: None,
            suffix: None,
        }
    }

    /// The rule that the tag of a full reference is: no flavor changes it.
    #[must_use]
    pub fn exact(tag: &Tag) -> Self {
        Self {
            prefix: Some(Template::text("")),
            suffix: Some(Template::text("")),
            ..Self::bare(tag)
        }
    }

    /// The rule as it was written.
    #[must_use]
    pub fn line(&self) -> &str {
        &self.line
    }
}

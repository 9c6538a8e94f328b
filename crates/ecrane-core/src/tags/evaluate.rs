//! From rules and an event to tags.

use super::event::{Event, GitRef};
use super::flavor::{Affix, Flavor, Latest};
use super::matcher::Matcher;
use super::place::{Part, Place, Unknown};
use super::release::Scheme;
use super::rule::{Kind, Length, Rule};
use super::slip::Slip;
use super::template::Template;
use crate::diagnostic::{Diagnostic, Span};
use crate::name::Tag;

/// What the rules come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Given {
    /// The tags, each once, by falling priority; the first is the version.
    pub tags: Vec<Tag>,
    /// What is to be said of rules; with an error among them the tags are not
    /// all there.
    pub remarks: Vec<Remark>,
}

/// Something to be said of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The rule as it was written.
    pub line: String,
    /// What is to be said, with a place in the line.
    pub diagnostic: Diagnostic,
}

/// A tag before it is judged, and whether `latest` goes with it by default.
struct Candidate {
    text: String,
    latest: bool,
}

/// The tags that `rules` give at `event`.
#[must_use]
pub fn evaluate(rules: &[Rule], flavor: &Flavor, event: &Event) -> Given {
    let mut sorted: Vec<&Rule> = rules.iter().collect();
    // Stable: rules of one priority stay in their order.
    sorted.sort_by_key(|rule| std::cmp::Reverse(rule.priority));
    let mut given = Given::default();
    let mut latest = None;
    for rule in sorted {
        let candidate = match rule.candidate(flavor, event) {
            Ok(Some(candidate)) => candidate,
            Ok(None) => continue,
            Err(slip) => {
                given.remark(rule, slip);
                continue;
            }
        };
        given.add(rule, &candidate.text);
        // The first one decides.
        latest.get_or_insert(match flavor.latest {
            Latest::Auto => (rule, candidate.latest),
            Latest::Always => (rule, true),
            Latest::Never => (rule, false),
        });
    }
    if let Some((rule, true)) = latest {
        let affix = |affix: &Affix| match &affix.text {
            Some(text) if affix.on_latest => filled(text, event),
            _ => Ok(String::new()),
        };
        match affix(&flavor.prefix).and_then(|prefix| Ok((prefix, affix(&flavor.suffix)?))) {
            Ok((prefix, suffix)) => given.add(rule, &format!("{prefix}latest{suffix}")),
            Err(slip) => given.remark(rule, slip),
        }
    }
    given
}

impl Given {
    fn add(&mut self, rule: &Rule, text: &str) {
        let text = in_tag_characters(text);
        match text.parse::<Tag>() {
            Ok(tag) if self.tags.contains(&tag) => {}
            Ok(tag) => self.tags.push(tag),
            Err(error) => {
                let message = format!("this gives `{text}`: {} {}", error.kind, error.message);
                self.remark(rule, Slip::error(Span::default(), message));
            }
        }
    }

    /// What is found only now is about the rule as a whole.
    fn remark(&mut self, rule: &Rule, slip: Slip) {
        let line = rule.line().to_owned();
        let whole = Span::new(0, line.len());
        self.remarks.push(Remark {
            diagnostic: slip.moved(|_| whole).into_diagnostic(),
            line,
        });
    }
}

/// A run of characters that no tag has becomes one `-`.
fn in_tag_characters(text: &str) -> String {
    let mut tag = String::with_capacity(text.len());
    let mut replaced = false;
    for c in text.chars() {
        let fits = c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if fits {
            tag.push(c);
        } else if !replaced {
            tag.push('-');
        }
        replaced = !fits;
    }
    tag
}

fn filled(template: &Template<Place>, event: &Event) -> Result<String, Slip> {
    template
        .try_render(|place| place.fill(event))
        .map_err(|Unknown| {
            Slip::error(Span::default(), "the time of the commit is not known")
                .help("the event of a push says it, and else git does, where it is installed and the commit checked out")
        })
}

impl Rule {
    fn candidate(&self, flavor: &Flavor, event: &Event) -> Result<Option<Candidate>, Slip> {
        match filled(&self.enable, event)?.as_str() {
            "true" => {}
            "false" => return Ok(None),
            other => {
                let message =
                    format!("`enable` comes to `{other}`, which is neither true nor false");
                return Err(Slip::error(Span::default(), message));
            }
        }
        let Some((text, latest)) = self.kind.text(event)? else {
            return Ok(None);
        };
        let affix = |own: &Option<Template<Place>>, common: &Affix| {
            let affix = own.as_ref().or(common.text.as_ref());
            affix.map_or(Ok(String::new()), |affix| filled(affix, event))
        };
        let prefix = affix(&self.prefix, &flavor.prefix)?;
        let suffix = affix(&self.suffix, &flavor.suffix)?;
        let text = format!("{prefix}{text}{suffix}");
        Ok((!text.is_empty()).then_some(Candidate { text, latest }))
    }
}

impl Kind {
    /// The text, and whether `latest` goes with it.
    fn text(&self, event: &Event) -> Result<Option<(String, bool)>, Slip> {
        let text = match (self, &event.git_ref) {
            (Self::Schedule(pattern), _) if event.name.contains("schedule") => {
                Some(filled(pattern, event)?)
            }
            (
                Self::Version {
                    scheme,
                    pattern,
                    value,
                    filter,
                },
                _,
            ) => {
                let Some(source) = source(value.as_ref(), event)? else {
                    return Ok(None);
                };
                return version(*scheme, pattern, filter.as_ref(), &source).map(Some);
            }
            (
                Self::Match {
                    pattern,
                    group,
                    value,
                },
                _,
            ) => {
                let Some(source) = source(value.as_ref(), event)? else {
                    return Ok(None);
                };
                return matched(pattern, *group, &source).map(Some);
            }
            (Self::Edge(branch), GitRef::Branch(name)) => {
                let Some(wanted) = branch.as_ref().or(event.default_branch.as_ref()) else {
                    return Err(
                        no_tag("the default branch is not known").help("give it as `branch=…`")
                    );
                };
                (wanted == name).then(|| "edge".to_owned())
            }
            (Self::GitTag, GitRef::Tag(name)) => return Ok(Some((name.clone(), true))),
            (Self::Branch, GitRef::Branch(name)) => Some(name.clone()),
            (Self::Pull, GitRef::Pull(number)) => Some(number.clone()),
            (Self::Raw(value), _) => Some(filled(value, event)?),
            (Self::Commit(Length::Short), _) => event.short_commit(),
            (Self::Commit(Length::Long), _) => event.commit.clone(),
            _ => None,
        };
        Ok(text.map(|text| (text, false)))
    }
}

/// What a version or a match is read from.
fn source(value: Option<&Template<Place>>, event: &Event) -> Result<Option<String>, Slip> {
    match (value, &event.git_ref) {
        (Some(value), _) => filled(value, event).map(Some),
        (None, GitRef::Tag(name)) => Ok(Some(name.clone())),
        (None, _) => Ok(None),
    }
}

/// The version in `source` as `pattern` has it, and whether it is a release.
fn version(
    scheme: Scheme,
    pattern: &Template<Part>,
    filter: Option<&Matcher>,
    source: &str,
) -> Result<(String, bool), Slip> {
    // What the filter does not match is read as it is.
    let filtered = filter.and_then(|filter| filter.group(source, 1));
    let text = filtered
        .unwrap_or_else(|| source.to_owned())
        .replace('/', "-");
    let Some(release) = scheme.read(&text) else {
        return Err(no_tag(&format!("`{text}` is not {}", scheme.name())));
    };
    // A prerelease has no short names: `1.2` is not `1.2.0-rc.1`.
    let text = match pattern.only() {
        _ if release.proper => pattern.render(|part| part.of(&release)),
        Some(Part::Raw) => release.raw.clone(),
        _ => release.version.clone(),
    };
    Ok((text, release.proper))
}

fn matched(pattern: &Matcher, group: usize, source: &str) -> Result<(String, bool), Slip> {
    match pattern.group(source, group) {
        Some(text) => Ok((text, true)),
        None if pattern.matches(source) => Err(no_tag(&format!(
            "group {group} takes nothing from `{source}`"
        ))),
        None => Err(no_tag(&format!("`{source}` does not match"))),
    }
}

fn no_tag(why: &str) -> Slip {
    Slip::warning(Span::default(), format!("{why}: this rule gives no tag"))
}

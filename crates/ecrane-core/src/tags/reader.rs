//! Reads one rule, entry by entry.

use super::matcher::Matcher;
use super::place::{self, Place};
use super::record::Entry;
use super::release::Scheme;
use super::rule::{Kind, Length, RAW_PRIORITY, Rule};
use super::slip::Slip;
use super::template::Template;
use crate::diagnostic::Span;
use crate::spelling::{did_you_mean, nearest};

/// A type's name, its priority, and the keys that not every type has.
type Type = (&'static str, i64, &'static [&'static str]);

const TYPES: &[Type] = &[
    ("schedule", 1000, &["pattern"]),
    ("semver", 900, &["pattern", "value", "match"]),
    ("pep440", 900, &["pattern", "value", "match"]),
    ("match", 800, &["pattern", "group", "value"]),
    ("edge", 700, &["branch"]),
    ("ref", 600, &["event"]),
    ("raw", RAW_PRIORITY, &["value"]),
    ("sha", 100, &["format"]),
];

/// What every rule may say.
const COMMON: &[&str] = &["type", "enable", "priority", "prefix", "suffix"];

/// The rule that `entries` of `line` make; none where an entry is amiss.
pub(super) fn rule(entries: Vec<Entry>, line: &str, slips: &mut Vec<Slip>) -> Option<Rule> {
    Reader::new(entries, line, slips).rule()
}

/// Reads a line's entries one after the other.
struct Reader<'s> {
    line: &'s str,
    entries: Vec<(String, Entry)>,
    slips: &'s mut Vec<Slip>,
}

impl<'s> Reader<'s> {
    fn new(given: Vec<Entry>, line: &'s str, slips: &'s mut Vec<Slip>) -> Self {
        let mut entries: Vec<(String, Entry)> = Vec::new();
        for entry in given {
            // What has no key is the value.
            let key = entry.key.clone().unwrap_or_else(|| "value".to_owned());
            if entries.iter().any(|(known, _)| *known == key) {
                let message = format!("`{key}` is given twice");
                let help = match entry.key {
                    Some(_) => "leave one of them out",
                    None => "a tag with braces stands on a line of its own",
                };
                slips.push(Slip::error(entry.key_span, message).help(help));
            } else {
                entries.push((key, entry));
            }
        }
        Self {
            line,
            entries,
            slips,
        }
    }

    fn rule(mut self) -> Option<Rule> {
        let (name, priority, own) = self.kind_name()?;
        let kind = self.kind(name);
        let default_prefix = match (name, &kind) {
            (_, Some(Kind::Pull)) => Some("pr-"),
            ("sha", _) => Some("sha-"),
            _ => None,
        };
        let prefix = self.template("prefix");
        let prefix = prefix.or_else(|| default_prefix.map(Template::text));
        let suffix = self.template("suffix");
        let enable = self.enable();
        let priority = self.priority().unwrap_or(priority);
        self.nothing_left(name, own);
        Some(Rule {
            line: self.line.to_owned(),
            kind: kind?,
            enable,
            priority,
            prefix,
            suffix,
        })
    }

    fn take(&mut self, key: &str) -> Option<Entry> {
        let at = self.entries.iter().position(|(known, _)| known == key)?;
        Some(self.entries.remove(at).1)
    }

    fn kind_name(&mut self) -> Option<Type> {
        let Some(entry) = self.take("type") else {
            // Docker's action takes a line without a type for a raw one.
            return TYPES.iter().copied().find(|(name, ..)| *name == "raw");
        };
        let known = TYPES
            .iter()
            .copied()
            .find(|(name, ..)| *name == entry.value);
        if known.is_none() {
            let names = || TYPES.iter().map(|(name, ..)| *name);
            let help = match nearest(&entry.value, names()) {
                Some(near) => did_you_mean(&entry.value, near),
                None => format!("known are `{}`", names().collect::<Vec<_>>().join("`, `")),
            };
            let message = format!("`{}` is not a type of tag", entry.value);
            self.slips
                .push(Slip::error(entry.value_span, message).help(help));
        }
        known
    }

    fn kind(&mut self, name: &str) -> Option<Kind> {
        match name {
            "schedule" => {
                let pattern = self.template("pattern");
                Some(Kind::Schedule(
                    pattern.unwrap_or_else(|| Template::text("nightly")),
                ))
            }
            "semver" => self.version(Scheme::Semver, name),
            "pep440" => self.version(Scheme::Pep440, name),
            "match" => self.matched(),
            "edge" => {
                let branch = self.take("branch").map(|entry| entry.value);
                Some(Kind::Edge(branch.filter(|branch| !branch.is_empty())))
            }
            "ref" => self.one_of(
                "event",
                None,
                &[
                    ("branch", Kind::Branch),
                    ("tag", Kind::GitTag),
                    ("pr", Kind::Pull),
                ],
            ),
            "sha" => {
                let lengths = [("short", Length::Short), ("long", Length::Long)];
                self.one_of("format", Some(Length::Short), &lengths)
                    .map(Kind::Commit)
            }
            _ => {
                let value = self.template("value");
                if value.is_none() {
                    self.missing(
                        "`type=raw`, which is meant where no type is given,",
                        "value",
                        "value=v1",
                    );
                }
                value.map(Kind::Raw)
            }
        }
    }

    fn version(&mut self, scheme: Scheme, name: &str) -> Option<Kind> {
        let value = self.source();
        let filter = self.take("match").filter(|entry| !entry.value.is_empty());
        let filter = filter.and_then(|entry| {
            let filter = self.matcher(&entry, Matcher::plain)?;
            if filter.groups() == 0 {
                let message = "what matches is not taken: there is no group in it";
                let slip = Slip::error(entry.value_span, message);
                self.slips
                    .push(slip.help("put the version in parentheses, for example `v(.*)`"));
            }
            Some(filter)
        });
        let Some(entry) = self.take("pattern") else {
            self.missing(&format!("`type={name}`"), "pattern", "pattern={{version}}");
            return None;
        };
        let mut found = Vec::new();
        let pattern = place::of_version(&entry.value, &mut found);
        self.found_in(&entry, found);
        Some(Kind::Version {
            scheme,
            pattern,
            value,
            filter,
        })
    }

    fn matched(&mut self) -> Option<Kind> {
        let value = self.source();
        let group = self.take("group");
        let Some(entry) = self.take("pattern") else {
            self.missing("`type=match`", "pattern", r"pattern=\d+");
            return None;
        };
        let pattern = self.matcher(&entry, Matcher::with_flags)?;
        let number = group
            .as_ref()
            .map_or(Ok(0), |group| group.value.parse::<usize>());
        if let Some(group) = group {
            match number {
                Ok(number) if pattern.has_group(number) => {}
                Ok(number) => self.slips.push(Slip::warning(
                    group.value_span,
                    format!("the pattern has no group {number}: this rule gives no tag"),
                )),
                Err(_) => {
                    let message = format!("`{}` is not the number of a group", group.value);
                    let slip = Slip::error(group.value_span, message);
                    self.slips
                        .push(slip.help("0 is all that matches, 1 the first parenthesis"));
                }
            }
        }
        Some(Kind::Match {
            pattern,
            group: number.ok()?,
            value,
        })
    }

    /// What a version or a match is read from, where it is not the git tag.
    fn source(&mut self) -> Option<Template<Place>> {
        let given = self.template("value")?;
        let empty = given.literal().is_some_and(|text| text.is_empty());
        (!empty).then_some(given)
    }

    fn matcher(
        &mut self,
        entry: &Entry,
        read: impl Fn(&str) -> Result<Matcher, Slip>,
    ) -> Option<Matcher> {
        read(&entry.value)
            .map_err(|slip| self.found_in(entry, vec![slip]))
            .ok()
    }

    /// The value of `key` among `known`.
    fn one_of<T: Clone>(
        &mut self,
        key: &str,
        default: Option<T>,
        known: &[(&str, T)],
    ) -> Option<T> {
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        let Some(entry) = self.take(key) else {
            if default.is_none() {
                let first = names.first().copied().unwrap_or_default();
                self.missing("this rule", key, &format!("{key}={first}"));
            }
            return default;
        };
        let found = known.iter().find(|(name, _)| *name == entry.value);
        if found.is_none() {
            let help = match nearest(&entry.value, names.iter().copied()) {
                Some(near) => did_you_mean(&entry.value, near),
                None => format!("known are `{}`", names.join("`, `")),
            };
            let message = format!("`{}` is no `{key}` of this rule", entry.value);
            self.slips
                .push(Slip::error(entry.value_span, message).help(help));
        }
        found.map(|(_, value)| value.clone())
    }

    fn template(&mut self, key: &str) -> Option<Template<Place>> {
        let entry = self.take(key)?;
        let mut found = Vec::new();
        let template = place::of_event(&entry.value, &mut found);
        self.found_in(&entry, found);
        Some(template)
    }

    fn found_in(&mut self, entry: &Entry, found: Vec<Slip>) {
        let moved = found
            .into_iter()
            .map(|slip| slip.moved(|span| entry.within(span)));
        self.slips.extend(moved);
    }

    fn enable(&mut self) -> Template<Place> {
        let place = self.entries.iter().find(|(key, _)| key == "enable");
        let span = place.map(|(_, entry)| entry.value_span).unwrap_or_default();
        let enable = self
            .template("enable")
            .unwrap_or_else(|| Template::text("true"));
        if let Some(text) = enable.literal()
            && !matches!(text.as_str(), "true" | "false")
        {
            let message = format!("`{text}` is neither true nor false");
            self.slips
                .push(Slip::error(span, message).help("write `true` or `false`"));
        }
        enable
    }

    fn priority(&mut self) -> Option<i64> {
        let entry = self.take("priority")?;
        let read = entry.value.parse().ok();
        if read.is_none() {
            let message = format!("`{}` is not a priority", entry.value);
            let slip = Slip::error(entry.value_span, message);
            self.slips
                .push(slip.help("write a whole number; the highest is first"));
        }
        read
    }

    fn missing(&mut self, what: &str, key: &str, example: &str) {
        let message = format!("{what} needs `{key}`");
        let slip = Slip::error(Span::new(0, self.line.len()), message);
        self.slips
            .push(slip.help(format!("add for example `{example}`")));
    }

    /// What nobody took is a slip of the pen, or is for another type.
    fn nothing_left(&mut self, name: &str, own: &[&str]) {
        for (key, entry) in std::mem::take(&mut self.entries) {
            let elsewhere = TYPES.iter().any(|(.., keys)| keys.contains(&key.as_str()));
            self.slips.push(if elsewhere {
                let message = format!("`{key}` has no effect with `type={name}`");
                Slip::warning(entry.key_span, message)
            } else {
                let known = || COMMON.iter().chain(own).copied();
                let help = match nearest(&key, known()) {
                    Some(near) => did_you_mean(&key, near),
                    None => format!("known are `{}`", known().collect::<Vec<_>>().join("`, `")),
                };
                let message = format!("`{key}` says nothing of `type={name}`");
                Slip::error(entry.key_span, message).help(help)
            });
        }
    }
}

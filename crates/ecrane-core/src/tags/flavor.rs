//! What holds for all rules: `latest=auto`, `prefix=…`, `suffix=…,onlatest=true`.

use super::place::{self, Place};
use super::record::{Entry, entries};
use super::slip::Slip;
use super::template::Template;
use crate::diagnostic::Diagnostic;
use crate::spelling::{did_you_mean, nearest};

/// What holds for all rules that do not say otherwise.
#[derive(Debug, Clone, Default)]
pub struct Flavor {
    pub(super) latest: Latest,
    pub(super) prefix: Affix,
    pub(super) suffix: Affix,
}

/// Whether the image is also tagged `latest`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Latest {
    /// As the kind of the first rule has it.
    #[default]
    Auto,
    Always,
    Never,
}

/// What stands before or after a tag.
#[derive(Debug, Clone, Default)]
pub(super) struct Affix {
    pub text: Option<Template<Place>>,
    /// Whether it stands at `latest` too.
    pub on_latest: bool,
}

const KEYS: &[&str] = &["latest", "prefix", "suffix", "onlatest"];

impl Flavor {
    /// Adds what a line says.
    ///
    /// # Errors
    /// Everything that is wrong with the line.
    pub fn add(&mut self, line: &str) -> Result<(), Vec<Diagnostic>> {
        let mut slips = Vec::new();
        match entries(line) {
            Ok(entries) => self.read(&entries, &mut slips),
            Err(slip) => slips.push(slip),
        }
        if slips.is_empty() {
            return Ok(());
        }
        Err(slips.into_iter().map(Slip::into_diagnostic).collect())
    }

    fn read(&mut self, entries: &[Entry], slips: &mut Vec<Slip>) {
        // `onlatest` is about the affix before it.
        let mut last: Option<&mut Affix> = None;
        for entry in entries {
            match entry.key.as_deref() {
                Some("latest") => self.latest = latest(entry, slips),
                Some("prefix") => last = Some(self.prefix.set(entry, slips)),
                Some("suffix") => last = Some(self.suffix.set(entry, slips)),
                Some("onlatest") => match (entry.value.as_str(), &mut last) {
                    ("true", Some(affix)) => affix.on_latest = true,
                    ("false", Some(affix)) => affix.on_latest = false,
                    (_, None) => slips.push(
                        Slip::error(entry.key_span, "`onlatest` follows nothing")
                            .help("write it after `prefix` or `suffix`, on the same line"),
                    ),
                    (_, Some(_)) => slips.push(neither(entry, "write `true` or `false`")),
                },
                Some(key) => slips.push(unknown(entry, key)),
                None => slips.push(unknown(entry, &entry.value)),
            }
        }
    }
}

fn latest(entry: &Entry, slips: &mut Vec<Slip>) -> Latest {
    match entry.value.as_str() {
        "auto" => Latest::Auto,
        "true" => Latest::Always,
        "false" => Latest::Never,
        _ => {
            slips.push(neither(entry, "write `auto`, `true` or `false`"));
            Latest::Auto
        }
    }
}

fn neither(entry: &Entry, help: &str) -> Slip {
    let message = format!("`{}` is not a value of this", entry.value);
    Slip::error(entry.value_span, message).help(help)
}

fn unknown(entry: &Entry, key: &str) -> Slip {
    let help = match nearest(key, KEYS.iter().copied()) {
        Some(near) if near == key => format!("give it a value: `{key}=…`"),
        Some(near) => did_you_mean(key, near),
        None => format!("known are `{}`", KEYS.join("`, `")),
    };
    Slip::error(entry.key_span, format!("`{key}` says nothing of a flavor")).help(help)
}

impl Affix {
    fn set(&mut self, entry: &Entry, slips: &mut Vec<Slip>) -> &mut Self {
        let mut found = Vec::new();
        self.text = Some(place::of_event(&entry.value, &mut found));
        slips.extend(
            found
                .into_iter()
                .map(|slip| slip.moved(|span| entry.within(span))),
        );
        self
    }
}

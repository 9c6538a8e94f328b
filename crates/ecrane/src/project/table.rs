//! Tables of TOML, read so that every fault is found.

use ecrane_core::diagnostic::{Diagnostic, Severity, Span};
use std::fmt::Display;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A key or value with its place.
pub(super) type Value<'t> = Spanned<DeValue<'t>>;

/// A table that is being read, and what is wrong with it and others.
pub(super) struct Table<'t, 'f> {
    table: &'t DeTable<'t>,
    place: Span,
    path: String,
    faults: &'f mut Vec<Diagnostic>,
}

/// A fault at a place of `ecrane.toml`.
pub(super) fn fault(place: Span, path: &str, message: impl Display, help: &str) -> Diagnostic {
    Diagnostic {
        code: "settings",
        severity: Severity::Error,
        message: message.to_string(),
        span: place,
        labels: Vec::new(),
        help: (!help.is_empty()).then(|| help.to_owned()),
        path: (!path.is_empty()).then(|| path.to_owned()),
    }
}

/// Where something stands.
pub(super) fn place<T>(of: &Spanned<T>) -> Span {
    let range = of.span();
    Span::new(range.start, range.end)
}

impl<'t, 'f> Table<'t, 'f> {
    /// The whole document, or a table in it. `place` is blamed for what it lacks.
    pub(super) fn new(
        table: &'t DeTable<'t>,
        place: Span,
        path: String,
        faults: &'f mut Vec<Diagnostic>,
    ) -> Self {
        Self {
            table,
            place,
            path,
            faults,
        }
    }

    /// Reports the keys that are none of these.
    pub(super) fn only(&mut self, known: &[&str]) {
        for key in self.table.keys() {
            let name: &str = key.get_ref();
            if known.contains(&name) {
                continue;
            }
            let near = known
                .iter()
                .map(|known| (strsim::osa_distance(name, known), known))
                .min()
                .filter(|(distance, _)| *distance <= 2);
            let help = match near {
                Some((_, near)) => format!("did you mean `{near}`?"),
                None => format!("known here: {}", known.join(", ")),
            };
            let message = format!("`{name}` is not a known setting here");
            let path = self.path_of(name);
            self.faults.push(fault(place(key), &path, message, &help));
        }
    }

    /// The entries, each with its key.
    pub(super) fn entries(&self) -> Vec<(&'t str, Span, &'t Value<'t>)> {
        let entries = self.table.iter();
        entries
            .map(|(key, value)| (key.get_ref().as_ref(), place(key), value))
            .collect()
    }

    /// The table of this name.
    pub(super) fn table(&mut self, name: &str) -> Option<Table<'t, '_>> {
        let value = self.table.get(name)?;
        let path = self.path_of(name);
        match value.get_ref() {
            DeValue::Table(table) => Some(Table::new(table, place(value), path, self.faults)),
            _ => {
                let help = format!("write `[{path}]` on a line of its own");
                self.expected(value, name, "a table", &help);
                None
            }
        }
    }

    /// The tables of a list of this name, each read by `read`.
    pub(super) fn tables<T>(
        &mut self,
        name: &str,
        read: impl Fn(Table<'t, '_>) -> Option<T>,
    ) -> Vec<T> {
        let Some(value) = self.table.get(name) else {
            return Vec::new();
        };
        let path = self.path_of(name);
        let help = format!("write `[[{path}]]` on a line of its own");
        let DeValue::Array(values) = value.get_ref() else {
            self.expected(value, name, "a list of tables", &help);
            return Vec::new();
        };
        let mut found = Vec::new();
        for (index, value) in values.iter().enumerate() {
            let DeValue::Table(table) = value.get_ref() else {
                self.expected(value, name, "a list of tables", &help);
                continue;
            };
            let path = format!("{path}[{index}]");
            found.extend(read(Table::new(table, place(value), path, self.faults)));
        }
        found
    }

    /// A value, as `read` understands it. It says what it wanted instead.
    pub(super) fn optional<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&DeValue<'t>) -> Result<T, Wanted>,
    ) -> Option<T> {
        let value = self.table.get(name)?;
        match read(value.get_ref()) {
            Ok(read) => Some(read),
            Err(wanted) => {
                let path = self.path_of(name);
                self.faults
                    .push(fault(place(value), &path, wanted.message(name), ""));
                None
            }
        }
    }

    /// As [`Self::optional`], for a value that must be there.
    pub(super) fn required<T>(
        &mut self,
        name: &str,
        what: &str,
        read: impl FnOnce(&DeValue<'t>) -> Result<T, Wanted>,
    ) -> Option<T> {
        if self.table.get(name).is_none() {
            let message = format!("`{name}` is missing: {what}");
            let path = self.path_of(name);
            self.faults.push(fault(self.place, &path, message, ""));
        }
        self.optional(name, read)
    }

    /// Reports a fault of a value in it.
    pub(super) fn report(&mut self, place: Span, name: &str, message: impl Display) {
        let path = self.path_of(name);
        self.faults.push(fault(place, &path, message, ""));
    }

    fn expected(&mut self, value: &Value<'t>, name: &str, what: &str, help: &str) {
        let path = self.path_of(name);
        let message = format!("`{name}` must be {what}");
        self.faults.push(fault(place(value), &path, message, help));
    }

    fn path_of(&self, name: &str) -> String {
        match self.path.as_str() {
            "" => name.to_owned(),
            path => format!("{path}.{name}"),
        }
    }
}

/// Why a value is not understood.
pub(super) enum Wanted {
    /// It is something else than this.
    A(&'static str),
    /// In these words.
    Because(String),
}

impl Wanted {
    fn message(&self, name: &str) -> String {
        match self {
            Self::A(what) => format!("`{name}` must be {what}"),
            Self::Because(why) => why.clone(),
        }
    }
}

use ecrane_core::diagnostic::{Colour, Diagnostic, Severity, Source, Span, render};
use ecrane_core::name::NameError;
use ecrane_core::repository::SettingError;

/// Something wrong with an input, or with the file that it names.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    /// Where the text stands.
    pub origin: Origin,
    /// The text that the findings point into.
    pub text: String,
    /// What was found there.
    pub diagnostics: Vec<Diagnostic>,
}

/// Where a faulty text stands.
#[derive(Debug, Clone)]
pub(crate) enum Origin {
    /// In the input of this name.
    Input(String),
    /// In the file of this path.
    File(String),
}

impl Origin {
    /// What people call it.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Input(name) | Self::File(name) => name,
        }
    }
}

impl Fault {
    /// A fault of a whole input.
    pub(super) fn whole(input: &str, text: &str, message: impl Into<String>) -> Self {
        Self::at(input, text, Span::new(0, text.len()), message, None)
    }

    /// A fault at a place in an input.
    pub(super) fn at(
        input: &str,
        text: &str,
        span: Span,
        message: impl Into<String>,
        help: Option<String>,
    ) -> Self {
        Self {
            origin: Origin::Input(input.to_owned()),
            text: without_passwords(text),
            diagnostics: vec![Diagnostic {
                code: "input",
                severity: Severity::Error,
                message: without_passwords(&message.into()),
                span,
                labels: Vec::new(),
                help: help.map(|help| without_passwords(&help)),
                path: Some(input.to_owned()),
            }],
        }
    }

    pub(super) fn name(input: &str, error: NameError) -> Self {
        let end = error
            .text
            .get(error.at..)
            .and_then(|rest| rest.chars().next())
            .map_or(error.at, |c| error.at + c.len_utf8());
        let message = format!("{} {}", error.kind, error.message);
        Self::at(
            input,
            &error.text,
            Span::new(error.at, end),
            message,
            error.help,
        )
    }

    pub(super) fn setting(input: &str, text: &str, error: SettingError) -> Self {
        let span = Span::new(error.at, text.len());
        Self::at(input, text, span, error.message, Some(error.help))
    }

    /// So many findings.
    pub(super) fn len(&self) -> usize {
        self.diagnostics.len()
    }

    /// The same fault with what to do about it.
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        let help = without_passwords(&help.into());
        for diagnostic in &mut self.diagnostics {
            diagnostic.help = Some(help.clone());
        }
        self
    }

    /// As a person reads it.
    #[must_use]
    pub(crate) fn render(&self, colour: Colour) -> String {
        render(self.source(), &self.diagnostics, colour)
    }

    /// The text with the name that people know it by.
    #[must_use]
    pub(crate) fn source(&self) -> Source<'_> {
        Source {
            name: self.origin.name(),
            text: &self.text,
        }
    }
}

/// The text with a star for each byte of who a URL or a host signs in as: a fault
/// is told to everybody who reads the log, the summary and the pull request. What
/// it points at stays where it is.
fn without_passwords(text: &str) -> String {
    let is_end = |c: char| c.is_whitespace() || "\"'`,<>".contains(c);
    let words = text.split_inclusive(is_end);
    words.map(without_password).collect()
}

fn without_password(word: &str) -> String {
    let start = word.find("://").map_or(0, |at| at + "://".len());
    let (scheme, rest) = word.split_at_checked(start).unwrap_or((word, ""));
    let sign_in = match rest.rsplit_once('@') {
        // What a help shows as an example.
        Some(("user:password", _)) => None,
        // An image by its digest.
        Some((_, after)) if after.starts_with("sha256:") => None,
        // Without a scheme a name alone is no secret, as in `git@host`.
        Some((who, _)) if start > 0 || who.contains(':') => Some(who),
        _ => None,
    };
    match sign_in {
        Some(who) => {
            let (_, host) = rest.split_at_checked(who.len()).unwrap_or(("", rest));
            format!("{scheme}{}{host}", "*".repeat(who.len()))
        }
        None => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_signs_in_is_not_in_a_fault() {
        let check = |text: &str, shown: &str| {
            let fault = Fault::whole("context", text, format!("`{text}` is none")).help(text);
            assert_eq!(fault.text, shown);
            let found = &fault.diagnostics[0];
            assert_eq!(found.message, format!("`{shown}` is none"));
            assert_eq!(found.help.as_deref(), Some(shown));
            assert_eq!(found.span.end, shown.len());
        };
        check(
            "https://me:secret@host/a.git#main",
            "https://*********@host/a.git#main",
        );
        check("https://token@host", "https://*****@host");
        check("https://me:sec/ret@host/a", "https://**********@host/a");
        check("app=https://me:ü@host", "app=https://*****@host");
        check("AWS:secret@host, b", "**********@host, b");
        check("git@host:a/b.git", "git@host:a/b.git");
        check("alpine:3@sha256:0f", "alpine:3@sha256:0f");
        check("https://host/a@v1", "https://******@v1");
        check(
            "http://user:password@host:port",
            "http://user:password@host:port",
        );
        check("team/app", "team/app");
    }
}

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
            text: text.to_owned(),
            diagnostics: vec![Diagnostic {
                code: "input",
                severity: Severity::Error,
                message: message.into(),
                span,
                labels: Vec::new(),
                help,
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
        let help = help.into();
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

//! What is wrong with a rule, before it is known whose text it is in.

use crate::diagnostic::{Diagnostic, Severity, Span};

/// A finding at a stretch of some text: a value at first, its line in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slip {
    pub severity: Severity,
    pub span: Span,
    pub message: String,
    pub help: Option<String>,
}

impl Slip {
    pub(super) fn error(span: Span, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            span,
            message: message.into(),
            help: None,
        }
    }

    pub(super) fn warning(span: Span, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(span, message)
        }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(super) fn moved(mut self, place: impl FnOnce(Span) -> Span) -> Self {
        self.span = place(self.span);
        self
    }

    pub(super) fn into_diagnostic(self) -> Diagnostic {
        Diagnostic {
            code: "tag-rule",
            severity: self.severity,
            message: self.message,
            span: self.span,
            labels: Vec::new(),
            help: self.help,
            path: None,
        }
    }
}

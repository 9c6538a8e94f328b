//! Every fault a policy can have, as data, with its words.
//!
//! A fault is found in one place and worded in one place: the area modules
//! hold ecrane's own words, [`service`](super::service) those of ECR.

mod across;
mod archive;
mod awsx;
mod ecrane;
mod embedded;
mod image;
mod list;
mod number;
mod rule;
mod shape;
mod text;

pub(super) use across::AcrossFault;
pub(super) use archive::{ARCHIVE_MIN_DAYS, ArchiveFault};
pub(super) use awsx::AwsxFault;
pub(super) use ecrane::{EcraneFault, ExpansionFault, ImagesFault, LimitFault};
pub(super) use embedded::EmbeddedFault;
pub(super) use image::{ImageFault, TimeName};
pub(super) use list::{ListFault, MAX_RULES, MAX_TAG, MAX_WILDCARDS};
pub(super) use number::{MAX_NUMBER, NumberFault, NumberName};
pub(super) use rule::RuleFault;
pub(super) use shape::{Expected, ShapeFault};
pub(super) use text::{MAX_CHARACTERS, MIN_CHARACTERS, TextFault};

use super::codes::Code;
use crate::diagnostic::{Diagnostic, Label, Severity, Span};

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// With the text, before it is a policy.
    Text(TextFault),
    /// With one property: its name, its type or its word.
    Shape(ShapeFault),
    /// With a number.
    Number(NumberFault),
    /// With a list: the rules, or the tags of one rule.
    List(ListFault),
    /// With how the tags and the count of one rule go together.
    Rule(RuleFault),
    /// With a rule's storage class, or with its action.
    Archive(ArchiveFault),
    /// With how the rules go together.
    Across(AcrossFault),
    /// With rules as Pulumi Crosswalk writes them.
    Awsx(AwsxFault),
    /// With rules as ecrane has them.
    Ecrane(EcraneFault),
    /// With a document that has policies in it.
    Embedded(EmbeddedFault),
}

impl Fault {
    pub(super) fn words(&self) -> Words {
        match self {
            Self::Text(fault) => fault.words(),
            Self::Shape(fault) => fault.words(),
            Self::Number(fault) => fault.words(),
            Self::List(fault) => fault.words(),
            Self::Rule(fault) => fault.words(),
            Self::Archive(fault) => fault.words(),
            Self::Across(fault) => fault.words(),
            Self::Awsx(fault) => fault.words(),
            Self::Ecrane(fault) => fault.words(),
            Self::Embedded(fault) => fault.words(),
        }
    }
}

macro_rules! into_fault {
    ($($area:ident($fault:ident)),+) => {
        $(impl From<$fault> for Fault {
            fn from(fault: $fault) -> Self {
                Self::$area(fault)
            }
        })+
    };
}
into_fault!(
    Text(TextFault),
    Shape(ShapeFault),
    Number(NumberFault),
    List(ListFault),
    Rule(RuleFault),
    Archive(ArchiveFault),
    Across(AcrossFault),
    Awsx(AwsxFault),
    Ecrane(EcraneFault),
    Embedded(EmbeddedFault)
);

macro_rules! into_ecrane_fault {
    ($($area:ident($fault:ident)),+) => {
        $(impl From<$fault> for Fault {
            fn from(fault: $fault) -> Self {
                Self::Ecrane(EcraneFault::$area(fault))
            }
        })+
    };
}
into_ecrane_fault!(
    Images(ImagesFault),
    Limit(LimitFault),
    Expansion(ExpansionFault)
);

/// How a fault is told.
pub(super) struct Words {
    pub(super) code: Code,
    pub(super) severity: Severity,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

fn error(code: Code, message: impl Into<String>) -> Words {
    Words {
        code,
        severity: Severity::Error,
        message: message.into(),
        help: None,
    }
}

impl Words {
    fn help(self, help: impl Into<String>) -> Self {
        Self {
            help: Some(help.into()),
            ..self
        }
    }

    fn maybe_help(self, help: Option<String>) -> Self {
        Self { help, ..self }
    }

    fn warning(self) -> Self {
        Self {
            severity: Severity::Warning,
            ..self
        }
    }

    fn info(self) -> Self {
        Self {
            severity: Severity::Info,
            ..self
        }
    }
}

/// A fault with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) fault: Fault,
    pub(super) span: Span,
    pub(super) path: Option<String>,
    pub(super) labels: Vec<Label>,
}

impl Finding {
    pub(super) fn new(fault: impl Into<Fault>, span: Span) -> Self {
        Self {
            fault: fault.into(),
            span,
            path: None,
            labels: Vec::new(),
        }
    }

    /// Says which value it is about, such as `rules[0].action`.
    pub(super) fn at(self, path: impl Into<String>) -> Self {
        let path = path.into();
        Self {
            path: (!path.is_empty()).then_some(path),
            ..self
        }
    }

    /// Adds a second place that explains it.
    pub(super) fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label {
            span,
            text: text.into(),
        });
        self
    }

    pub(super) fn is_error(&self) -> bool {
        self.fault.words().severity == Severity::Error
    }
}

impl From<Finding> for Diagnostic {
    fn from(finding: Finding) -> Self {
        let words = finding.fault.words();
        Self {
            code: words.code.id(),
            severity: words.severity,
            message: words.message,
            span: finding.span,
            labels: finding.labels,
            help: words.help,
            path: finding.path,
        }
    }
}

/// Text of the user inside a message: in backticks, on one line, not too long.
pub(super) fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut shown: String = text
        .chars()
        .take(LONGEST)
        .flat_map(|character| {
            let visible = !character.is_control();
            let plain = visible.then_some(character);
            let escaped = (!visible).then(|| character.escape_unicode());
            plain.into_iter().chain(escaped.into_iter().flatten())
        })
        .collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    format!("`{shown}`")
}

/// `a`, `b` or `c`, each in backticks.
pub(super) fn one_of(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}

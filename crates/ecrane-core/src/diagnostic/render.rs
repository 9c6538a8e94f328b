//! Diagnostics for a terminal or a log: the source with the place underlined.

use annotate_snippets::{
    Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet, normalize_untrusted_str,
};

use super::{Diagnostic, Lines, Severity, Source, Span};

/// Whether the rendered text carries colour codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// For a terminal that shows them.
    On,
    /// For everything else.
    Off,
}

/// Renders every diagnostic with the lines it is about, a blank line between
/// two. The result has no line break at its end, and is empty for no
/// diagnostics. Control characters of the source or in a message come out as
/// visible characters, so that a text cannot drive the terminal.
pub fn render(source: Source<'_>, diagnostics: &[Diagnostic], colour: Colour) -> String {
    let lines = Lines::new(source.text);
    let renderer = match colour {
        Colour::On => Renderer::styled(),
        Colour::Off => Renderer::plain(),
    };
    let rendered: Vec<String> = diagnostics
        .iter()
        .map(|diagnostic| renderer.render(&[group(source.name, &lines, diagnostic)]))
        .collect();
    rendered.join("\n\n")
}

/// Only the lines that a diagnostic touches are given to the renderer, so that
/// a thousand findings in one text do not read it a thousand times.
fn group<'a>(name: &'a str, lines: &Lines<'a>, diagnostic: &'a Diagnostic) -> Group<'a> {
    let places = diagnostic.labels.iter().map(|label| label.span);
    let whole = places.fold(diagnostic.span, |whole, span| Span {
        start: whole.start.min(span.start),
        end: whole.end.max(span.end),
    });
    let (first_line, base, text) = lines.around(whole);
    let within = |span: Span| {
        let start = text.floor_char_boundary(span.start.saturating_sub(base));
        let end = text.ceil_char_boundary(span.end.saturating_sub(base));
        start..end.max(start)
    };

    let primary = AnnotationKind::Primary.span(within(diagnostic.span));
    let labels = diagnostic.labels.iter().map(|label| {
        AnnotationKind::Context
            .span(within(label.span))
            .label(normalize_untrusted_str(&label.text))
    });
    let snippet: Snippet<'a, Annotation<'a>> = Snippet::source(text)
        .path(name)
        .line_start(first_line)
        .annotation(primary)
        .annotations(labels);

    let title = level(diagnostic.severity)
        .primary_title(diagnostic.message.as_str())
        .id(diagnostic.code);
    // There is nothing to underline in a text that is not there.
    let group = Group::with_title(title);
    let group = if text.is_empty() {
        group.element(Origin::path(name))
    } else {
        group.element(snippet)
    };
    match &diagnostic.help {
        Some(help) => group.element(Level::HELP.message(normalize_untrusted_str(help))),
        None => group,
    }
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    }
}

//! Diagnostics for a terminal or a log: the source with the place underlined.

use annotate_snippets::{
    Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet, normalize_untrusted_str,
};

use super::{Diagnostic, Label, Lines, Position, Severity, Source, Span};

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

fn group<'a>(name: &'a str, lines: &Lines<'a>, diagnostic: &'a Diagnostic) -> Group<'a> {
    let excerpt = Excerpt::of(lines, diagnostic);
    let primary = AnnotationKind::Primary.span(excerpt.range(diagnostic.span));
    let shown = |label: &&Label| excerpt.shows(label.span);
    let labels = diagnostic.labels.iter().filter(shown).map(|label| {
        AnnotationKind::Context
            .span(excerpt.range(label.span))
            .label(normalize_untrusted_str(&label.text))
    });
    let snippet: Snippet<'a, Annotation<'a>> = Snippet::source(excerpt.text)
        .line_start(excerpt.first_line)
        .annotation(primary)
        .annotations(labels);

    let title = level(diagnostic.severity)
        .primary_title(diagnostic.message.as_str())
        .id(diagnostic.code);
    let group = Group::with_title(title);
    let group = if excerpt.text.is_empty() {
        // There is nothing to underline in a text that is not there.
        group.element(Origin::path(name))
    } else if excerpt.is_cut {
        let Position { line, column, .. } = lines.position(diagnostic.span.start);
        let origin = Origin::path(name).line(line).char_column(column);
        group.element(snippet).element(origin)
    } else {
        group.element(snippet.path(name))
    };
    match &diagnostic.help {
        Some(help) => group.element(Level::HELP.message(normalize_untrusted_str(help))),
        None => group,
    }
}

/// The part of a text that the renderer is given: the lines that a diagnostic
/// touches, so that a thousand findings do not read the text a thousand times.
struct Excerpt<'a> {
    first_line: usize,
    /// Where it begins in the text.
    base: usize,
    text: &'a str,
    /// Whether it begins or ends within a line.
    is_cut: bool,
}

impl<'a> Excerpt<'a> {
    /// Lines that have more bytes together are cut: the renderer measures each
    /// character, and a file of 30 MB may have no line break.
    const LONG: usize = 10_000;
    /// Bytes that are left on each side of the place.
    const AROUND: usize = 200;

    fn of(lines: &Lines<'a>, diagnostic: &Diagnostic) -> Self {
        let places = diagnostic.labels.iter().map(|label| label.span);
        let whole = places.fold(diagnostic.span, |whole, span| Span {
            start: whole.start.min(span.start),
            end: whole.end.max(span.end),
        });
        let (first_line, base, text) = lines.around(whole);
        let excerpt = Self {
            first_line,
            base,
            text,
            is_cut: false,
        };
        if text.len() > Self::LONG {
            excerpt.cut(diagnostic.span.start)
        } else {
            excerpt
        }
    }

    fn cut(self, offset: usize) -> Self {
        let at = offset.saturating_sub(self.base);
        let start = self
            .text
            .floor_char_boundary(at.saturating_sub(Self::AROUND));
        let end = self
            .text
            .ceil_char_boundary(at.saturating_add(Self::AROUND));
        let before = self.text.get(..start).unwrap_or_default();
        Self {
            first_line: self.first_line + before.matches('\n').count(),
            base: self.base + start,
            text: self.text.get(start..end).unwrap_or_default(),
            is_cut: true,
        }
    }

    fn shows(&self, span: Span) -> bool {
        (self.base..=self.base + self.text.len()).contains(&span.start)
    }

    /// A span of the whole text in this part of it.
    fn range(&self, span: Span) -> std::ops::Range<usize> {
        let start = span.start.saturating_sub(self.base);
        let start = self.text.floor_char_boundary(start);
        let end = span.end.saturating_sub(self.base);
        start..self.text.ceil_char_boundary(end).max(start)
    }
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    }
}

//! Texts with places to fill in: `{{branch}}-{{date 'YYYYMMDD'}}`.
//!
//! The syntax is that of Handlebars as far as rules use it: a name, texts in
//! quotes after it, options `key='value'`. There are no blocks.

use super::slip::Slip;
use crate::diagnostic::Span;

/// A text with places of the kind `V`.
#[derive(Debug, Clone)]
pub(super) struct Template<V> {
    pieces: Vec<Piece<V>>,
}

#[derive(Debug, Clone)]
enum Piece<V> {
    Text(String),
    Place(V),
}

/// What stands between `{{` and `}}`.
#[derive(Debug)]
pub(super) struct Expression<'t> {
    pub name: Word<'t>,
    pub arguments: Vec<Word<'t>>,
    pub options: Vec<(Word<'t>, Word<'t>)>,
}

/// A word of an expression.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word<'t> {
    pub text: &'t str,
    pub span: Span,
    pub quoted: bool,
}

impl<V> Template<V> {
    /// A text without places.
    pub(super) fn text(text: &str) -> Self {
        Self {
            pieces: vec![Piece::Text(text.to_owned())],
        }
    }

    /// Reads `text`; `place` reads what stands in braces. Where there is a slip,
    /// the place is left out, and nobody fills such a template in.
    pub(super) fn parse(
        text: &str,
        slips: &mut Vec<Slip>,
        place: impl Fn(&Expression<'_>, &mut Vec<Slip>) -> Option<V>,
    ) -> Self {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            pieces.push(Piece::Text(before.to_owned()));
            let at = text.len() - after.len();
            let Some((inner, next)) = after.split_once("}}") else {
                slips.push(
                    Slip::error(Span::new(at - 2, at), "these braces are never closed")
                        .help("write `}}` after the name"),
                );
                return Self { pieces };
            };
            // A third brace asks Handlebars not to escape: nothing is escaped here.
            let (inner, at, next) = match inner.strip_prefix('{') {
                Some(inner) => (inner, at + 1, next.strip_prefix('}').unwrap_or(next)),
                None => (inner, at, next),
            };
            let read = expression(inner, at, slips);
            pieces.extend(read.and_then(|read| place(&read, slips)).map(Piece::Place));
            rest = next;
        }
        pieces.push(Piece::Text(rest.to_owned()));
        Self { pieces }
    }

    /// The only place, if the template is nothing else.
    pub(super) fn only(&self) -> Option<&V> {
        let mut only = None;
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) if text.is_empty() => {}
                Piece::Place(place) if only.is_none() => only = Some(place),
                _ => return None,
            }
        }
        only
    }

    /// The text itself, if there are no places in it.
    pub(super) fn literal(&self) -> Option<String> {
        let text = |piece: &Piece<V>| match piece {
            Piece::Text(text) => Some(text.clone()),
            Piece::Place(_) => None,
        };
        self.pieces.iter().map(text).collect()
    }

    /// The text with every place filled in.
    pub(super) fn render(&self, fill: impl Fn(&V) -> String) -> String {
        let piece = |piece: &Piece<V>| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Place(place) => fill(place),
        };
        self.pieces.iter().map(piece).collect()
    }

    /// As [`Template::render`].
    ///
    /// # Errors
    /// What `fill` says.
    pub(super) fn try_render<E>(
        &self,
        fill: impl Fn(&V) -> Result<String, E>,
    ) -> Result<String, E> {
        let piece = |piece: &Piece<V>| match piece {
            Piece::Text(text) => Ok(text.clone()),
            Piece::Place(place) => fill(place),
        };
        self.pieces.iter().map(piece).collect()
    }
}

/// Reads `inner`, which begins at byte `at` of the template.
fn expression<'t>(inner: &'t str, at: usize, slips: &mut Vec<Slip>) -> Option<Expression<'t>> {
    let whole = Span::new(at, at + inner.len());
    let mut words = Vec::new();
    let mut options = Vec::new();
    let mut rest = inner.trim_start();
    while !rest.is_empty() {
        let from = at + inner.len() - rest.len();
        let (word, after) = word(rest, from, slips)?;
        let (word, after) = match after.strip_prefix('=').filter(|_| !word.quoted) {
            Some(value) => {
                let from = at + inner.len() - value.len();
                let (value, after) = self::word(value, from, slips)?;
                options.push((word, value));
                (None, after)
            }
            None => (Some(word), after),
        };
        words.extend(word);
        rest = after.trim_start();
    }
    let mut words = words.into_iter();
    let Some(name) = words.next() else {
        slips.push(
            Slip::error(whole, "there is no name between these braces")
                .help("write for example `{{branch}}`"),
        );
        return None;
    };
    Some(Expression {
        name,
        arguments: words.collect(),
        options,
    })
}

fn word<'t>(text: &'t str, at: usize, slips: &mut Vec<Slip>) -> Option<(Word<'t>, &'t str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'));
    let Some(quote) = quote else {
        let end = |c: char| c.is_whitespace() || c == '=';
        let (word, rest) = text.split_at_checked(text.find(end).unwrap_or(text.len()))?;
        let span = Span::new(at, at + word.len());
        if word.is_empty() {
            slips.push(Slip::error(
                Span::new(at, at + text.len()),
                "a word is missing here",
            ));
            return None;
        }
        let quoted = false;
        return Some((
            Word {
                text: word,
                span,
                quoted,
            },
            rest,
        ));
    };
    let body = text.strip_prefix(quote)?;
    let Some((word, rest)) = body.split_once(quote) else {
        slips.push(Slip::error(
            Span::new(at, at + 1),
            "this quote is not closed before the braces are",
        ));
        return None;
    };
    let span = Span::new(at + 1, at + 1 + word.len());
    let quoted = true;
    Some((
        Word {
            text: word,
            span,
            quoted,
        },
        rest,
    ))
}

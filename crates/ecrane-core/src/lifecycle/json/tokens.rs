//! What JSON forbids and the parser lets pass, found in the tokens.

use jsonc_parser::tokens::{Token, TokenAndRange};
use serde::de::IgnoredAny;

use super::repair::Repaired;
use super::{Finding, Span, span, syntax};
use crate::lifecycle::fault::shown;

/// Reports every use of a leniency.
pub(super) fn report(
    repaired: &Repaired,
    tokens: &[TokenAndRange<'_>],
    findings: &mut Vec<Finding>,
) {
    let mut last: Option<&TokenAndRange<'_>> = None;
    for token in tokens {
        let place = span(token.range);
        if is_comment(&token.token) {
            let help = Some("remove it; what a rule is for can be said in its `description`");
            findings.push(syntax(place, "comments are not JSON", help));
            continue;
        }
        findings.extend(alone(&repaired.text, token, place));
        if let Some(last) = last {
            findings.extend(between(repaired, last, token));
        }
        last = Some(token);
    }
}

fn is_comment(token: &Token<'_>) -> bool {
    matches!(token, Token::CommentLine(_) | Token::CommentBlock(_))
}

/// A token that is no JSON by itself.
fn alone(text: &str, token: &TokenAndRange<'_>, place: Span) -> Option<Finding> {
    let written = text.get(place.start..place.end).unwrap_or_default();
    match token.token {
        Token::String(_) if written.starts_with('\'') => Some(syntax(
            place,
            "single quotes are not JSON",
            Some("write double quotes"),
        )),
        Token::String(_) => {
            let error = serde_json::from_str::<IgnoredAny>(written).err()?;
            let reason = error.to_string();
            let reason = reason.split(" at line ").next().unwrap_or_default();
            Some(syntax(place, format!("{reason} in a string"), None))
        }
        Token::Number(_) if serde_json::from_str::<IgnoredAny>(written).is_err() => Some(syntax(
            place,
            format!("{} is not JSON", shown(written)),
            Some("write a whole number in decimal digits"),
        )),
        Token::Word(_) => Some(syntax(
            place,
            format!("{} is without quotes", shown(written)),
            Some("put it in double quotes"),
        )),
        _ => None,
    }
}

/// Two tokens that cannot follow one another.
fn between(
    repaired: &Repaired,
    last: &TokenAndRange<'_>,
    next: &TokenAndRange<'_>,
) -> Option<Finding> {
    let closes = matches!(next.token, Token::CloseBrace | Token::CloseBracket);
    if matches!(last.token, Token::Comma) && closes {
        let help = Some("remove it");
        return Some(syntax(
            span(last.range),
            "trailing comma: no value follows",
            help,
        ));
    }
    let guessed = repaired.closed.contains(&last.range.end);
    if ends_value(&last.token) && starts_value(&next.token) && !guessed {
        let place = Span::new(last.range.end, last.range.end);
        return Some(syntax(place, "a `,` is missing here", None));
    }
    None
}

fn ends_value(token: &Token<'_>) -> bool {
    matches!(token, Token::CloseBrace | Token::CloseBracket) || is_scalar(token)
}

fn starts_value(token: &Token<'_>) -> bool {
    matches!(token, Token::OpenBrace | Token::OpenBracket) || is_scalar(token)
}

fn is_scalar(token: &Token<'_>) -> bool {
    matches!(
        token,
        Token::String(_) | Token::Word(_) | Token::Boolean(_) | Token::Number(_) | Token::Null
    )
}

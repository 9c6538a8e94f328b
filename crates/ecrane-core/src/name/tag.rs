use super::{NameError, NameKind, string_name};
use std::str::FromStr;

/// An image's tag: 1 to 128 of letters, digits, `_`, `.` and `-`, not starting
/// with the last two.
///
/// Source: OCI distribution specification 1.1, "Pulling manifests". (ECR's API
/// takes longer tags, which no client could then pull.)
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(String);
string_name!(Tag);

const MAX: usize = 128;

impl FromStr for Tag {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let error = |at, message: String| NameError::new(NameKind::Tag, text, at, message);
        if text.is_empty() {
            return Err(error(0, "is empty".into()));
        }
        super::refuse_invisible(NameKind::Tag, text)?;
        if let Some((at, c)) = text.char_indices().find(|(_, c)| !is_tag_character(*c)) {
            let error = error(at, format!("must not hold `{c}`"));
            return Err(match c {
                '*' => error.help("patterns are for policies, not for tags"),
                ':' | '@' => error.help("give only the tag"),
                _ => match text.replace(|c| !is_tag_character(c), "-").parse::<Self>() {
                    Ok(near) if !text.contains(':') => error.help(format!("did you mean `{near}`")),
                    _ => error.help("give only the tag"),
                },
            });
        }
        if text.starts_with(['.', '-']) {
            return Err(error(0, "must start with a letter, a digit or `_`".into()));
        }
        if text.len() > MAX {
            return Err(error(
                MAX,
                format!("is too long: {} > {MAX} characters", text.len()),
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

fn is_tag_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')
}

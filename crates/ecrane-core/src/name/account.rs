use super::{NameError, NameKind, string_name};
use std::str::FromStr;

/// An AWS account id: twelve ASCII digits. It names a private registry.
///
/// Source: `RegistryId` in the Amazon ECR API reference.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(String);
string_name!(AccountId);

const DIGITS: usize = 12;

impl FromStr for AccountId {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let error = |at, message: String| NameError::new(NameKind::Account, text, at, message);
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        if text.contains('-') && digits.len() == DIGITS {
            let at = text.find('-').unwrap_or(0);
            return Err(error(at, "has dashes".into()).help(format!("remove them: `{digits}`")));
        }
        if let Some((at, c)) = text.char_indices().find(|(_, c)| !c.is_ascii_digit()) {
            return Err(error(at, format!("must be ASCII digits, found `{c}`")));
        }
        if text.len() != DIGITS {
            let error = error(
                text.len(),
                format!("must have 12 digits, got {}", text.len()),
            );
            return Err(if text.len() < DIGITS {
                error.help("quote it in YAML: a leading zero of a bare number is lost")
            } else {
                error
            });
        }
        Ok(Self(text.to_owned()))
    }
}

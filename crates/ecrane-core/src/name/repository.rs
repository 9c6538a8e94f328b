use super::{NameError, NameKind, RegistryHost, string_name};
use std::str::FromStr;

/// A repository's name, such as `team/app`.
///
/// 2 to 256 characters, by ECR's own rule, which is wider than what many tools
/// check: `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*`.
/// Source: `RepositoryName` in the Amazon ECR service model.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepositoryName(String);
string_name!(RepositoryName);

const MIN: usize = 2;
const MAX: usize = 256;

impl FromStr for RepositoryName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let error = |at, message: String| NameError::new(NameKind::Repository, text, at, message);
        if text.is_empty() {
            return Err(error(0, "is empty".into()));
        }
        super::refuse_invisible(NameKind::Repository, text)?;
        refuse_other_names(text)?;
        if let Some(at) = text.find(|c: char| c.is_ascii_uppercase()) {
            return Err(error(at, "must be lowercase".into())
                .help(format!("did you mean `{}`", text.to_ascii_lowercase())));
        }
        if text.len() < MIN {
            return Err(error(0, "must have at least 2 characters".into()));
        }
        if text.len() > MAX {
            return Err(error(
                MAX,
                format!("is too long: {} > {MAX} characters", text.len()),
            ));
        }
        let mut at = 0;
        for component in text.split('/') {
            check_component(component, at == 0, at + component.len() == text.len())
                .map_err(|(offset, message)| error(at + offset, message))?;
            at += component.len() + 1;
        }
        Ok(Self(text.to_owned()))
    }
}

/// What people paste here by mistake: a reference with a tag, a digest or a host.
fn refuse_other_names(text: &str) -> Result<(), NameError> {
    let error = |at, message: &str| NameError::new(NameKind::Repository, text, at, message);
    if let Some((host, rest)) = text.split_once('/')
        && host.parse::<RegistryHost>().is_ok()
    {
        return Err(error(0, "looks like a full URI").help(format!("give `{rest}`")));
    }
    if let Some(at) = text.find('@') {
        return Err(error(at, "looks like it holds a digest").help("give the name alone"));
    }
    if let Some((name, _)) = text.split_once(':') {
        return Err(error(name.len(), "looks like it holds a tag")
            .help(format!("give `{name}` here and the tag in `tags`")));
    }
    Ok(())
}

/// Checks one component between slashes; the error's offset is within it.
fn check_component(component: &str, first: bool, last: bool) -> Result<(), (usize, String)> {
    if component.is_empty() {
        let message = match (first, last) {
            (true, _) => "must not start with `/`",
            (false, true) => "must not end with `/`",
            (false, false) => "has an empty path component",
        };
        return Err((0, message.into()));
    }
    if component == "." || component == ".." {
        return Err((0, format!("has the component `{component}`")));
    }
    if let Some((at, c)) = component
        .char_indices()
        .find(|(_, c)| !matches!(c, 'a'..='z' | '0'..='9' | '.' | '_' | '-'))
    {
        return Err((at, format!("must not hold `{c}`")));
    }
    let separator = |c: char| matches!(c, '.' | '_' | '-');
    if component.starts_with(separator) {
        return Err((0, "must start with a letter or digit".into()));
    }
    if component.ends_with(separator) {
        return Err((
            component.len() - 1,
            "must end with a letter or digit".into(),
        ));
    }
    check_separators(component, separator)
}

/// One `.`, one or two `_`, or any number of `-`, and never two kinds together.
fn check_separators(component: &str, separator: fn(char) -> bool) -> Result<(), (usize, String)> {
    let mut at = 0;
    for run in component.split_inclusive(|c| !separator(c)) {
        let run_at = at;
        at += run.len();
        let separators = run.trim_end_matches(|c| !separator(c));
        let mut kinds = separators.chars();
        let Some(kind) = kinds.next() else { continue };
        if kinds.any(|other| other != kind) {
            return Err((run_at, format!("mixes separators in `{separators}`")));
        }
        let most = match kind {
            '.' => 1,
            '_' => 2,
            _ => usize::MAX,
        };
        if separators.len() > most {
            let many = if most == 1 { "one" } else { "two" };
            return Err((run_at, format!("may have at most {many} `{kind}` in a row")));
        }
    }
    Ok(())
}

use super::SettingError;
use crate::name::{Pattern, Tag};
use std::fmt;
use std::str::FromStr;

/// Whether a tag may be moved to another image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TagMutability {
    /// Tags move.
    Mutable,
    /// A tag stays where it was first put.
    Immutable,
}

impl TagMutability {
    const fn opposite(self) -> Self {
        match self {
            Self::Mutable => Self::Immutable,
            Self::Immutable => Self::Mutable,
        }
    }
}

impl FromStr for TagMutability {
    type Err = SettingError;

    /// The service's word where no tag is excepted.
    fn from_str(text: &str) -> Result<Self, SettingError> {
        let setting = MutabilitySetting::parse(text, Vec::new())?;
        Ok(setting.usual)
    }
}

/// Tags that are excepted: `*` stands for any characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TagFilter(String);

/// As many as the service takes.
const MAX_FILTERS: usize = 5;
const MAX_FILTER: usize = 128;
/// Of one filter. Source: "Preventing image tags from being overwritten",
/// Amazon ECR user guide.
const MAX_STARS: usize = 2;

impl TagFilter {
    /// The service's word for it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TagFilter {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, SettingError> {
        let takes = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '*');
        let stars = text.matches('*').count();
        if let Some((at, odd)) = text.char_indices().find(|(_, c)| !takes(*c)) {
            let message = format!("a filter of tags cannot have `{}`", odd.escape_debug());
            return Err(SettingError::new(
                at,
                message,
                "letters, digits, `.`, `_`, `-`, and `*` for any characters",
            ));
        }
        if text.is_empty() || text.len() > MAX_FILTER {
            let message = format!("a filter of tags has {} characters", text.len());
            return Err(SettingError::new(0, message, "filters have 1 to 128"));
        }
        if stars > MAX_STARS {
            let message = format!("a filter of tags has {stars} stars");
            return Err(SettingError::new(
                0,
                message,
                "Amazon ECR takes at most two",
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

/// Whether tags may move, and those for which the opposite holds.
///
/// Source: `imageTagMutability` and `imageTagMutabilityExclusionFilters` of
/// `CreateRepository`, Amazon ECR API reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MutabilitySetting {
    usual: TagMutability,
    /// In order, each once: the service takes them as a set.
    except: Vec<TagFilter>,
}

impl From<TagMutability> for MutabilitySetting {
    fn from(usual: TagMutability) -> Self {
        let except = Vec::new();
        Self { usual, except }
    }
}

impl MutabilitySetting {
    /// The setting by the service's word and filters.
    ///
    /// # Errors
    /// No such word; filters without a word that takes them, or the word
    /// without filters; more than the service takes.
    pub fn parse(word: &str, mut except: Vec<TagFilter>) -> Result<Self, SettingError> {
        let error = |message: String, help: &str| Err(SettingError::new(0, message, help));
        except.sort();
        except.dedup();
        let upper = word.to_ascii_uppercase();
        let (usual, takes) = match upper.as_str() {
            "MUTABLE" => (TagMutability::Mutable, false),
            "IMMUTABLE" => (TagMutability::Immutable, false),
            "MUTABLE_WITH_EXCLUSION" => (TagMutability::Mutable, true),
            "IMMUTABLE_WITH_EXCLUSION" => (TagMutability::Immutable, true),
            _ => {
                return error(
                    format!("`{word}` is not a tag mutability"),
                    "use `MUTABLE`, `IMMUTABLE`, `MUTABLE_WITH_EXCLUSION` or `IMMUTABLE_WITH_EXCLUSION`",
                );
            }
        };
        match (takes, except.len()) {
            (true, 0) => error(
                format!("`{upper}` says that tags are excepted, and none are named"),
                "name them in `image-tag-mutability-exclusion-filters`",
            ),
            (false, 1..) => error(
                format!("`{upper}` holds for all tags, and filters name exceptions"),
                &format!("use `{upper}_WITH_EXCLUSION`"),
            ),
            (_, n) if n > MAX_FILTERS => error(
                format!("there are {n} filters of tags"),
                "a repository has at most 5",
            ),
            _ => Ok(Self { usual, except }),
        }
    }

    /// What holds for a tag.
    #[must_use]
    pub fn of(&self, tag: &Tag) -> TagMutability {
        let excepted = |filter: &TagFilter| Pattern::new(filter.as_str()).matches(tag.as_str());
        match self.except.iter().any(excepted) {
            true => self.usual.opposite(),
            false => self.usual,
        }
    }

    /// What holds for all tags; none where that differs from tag to tag.
    #[must_use]
    pub fn of_all(&self) -> Option<TagMutability> {
        self.except.is_empty().then_some(self.usual)
    }

    /// The service's word.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match (self.usual, self.except.is_empty()) {
            (TagMutability::Mutable, true) => "MUTABLE",
            (TagMutability::Immutable, true) => "IMMUTABLE",
            (TagMutability::Mutable, false) => "MUTABLE_WITH_EXCLUSION",
            (TagMutability::Immutable, false) => "IMMUTABLE_WITH_EXCLUSION",
        }
    }

    /// The excepted tags.
    #[must_use]
    pub fn except(&self) -> &[TagFilter] {
        &self.except
    }
}

impl fmt::Display for MutabilitySetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let usual = Self::from(self.usual);
        f.write_str(usual.word())?;
        if !self.except.is_empty() {
            let except: Vec<&str> = self.except.iter().map(TagFilter::as_str).collect();
            write!(f, " except {}", except.join(", "))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filters(texts: &[&str]) -> Vec<TagFilter> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn a_word_and_filters_make_a_setting() {
        let check = |word: &str, except: &[&str], expected: &str| {
            let said = match MutabilitySetting::parse(word, filters(except)) {
                Ok(setting) => format!("{} = {setting}", setting.word()),
                Err(error) => format!("{}; {}", error.message, error.help),
            };
            assert_eq!(said, expected);
        };
        check("immutable", &[], "IMMUTABLE = IMMUTABLE");
        check(
            "IMMUTABLE_WITH_EXCLUSION",
            &["latest", "dev-*", "latest"],
            "IMMUTABLE_WITH_EXCLUSION = IMMUTABLE except dev-*, latest",
        );
        check(
            "MUTABLE_WITH_EXCLUSION",
            &[],
            "`MUTABLE_WITH_EXCLUSION` says that tags are excepted, and none are named; name them in `image-tag-mutability-exclusion-filters`",
        );
        check(
            "IMMUTABLE",
            &["latest"],
            "`IMMUTABLE` holds for all tags, and filters name exceptions; use `IMMUTABLE_WITH_EXCLUSION`",
        );
        check(
            "MUTABLE_WITH_EXCLUSION",
            &["a", "b", "c", "d", "e", "f"],
            "there are 6 filters of tags; a repository has at most 5",
        );
        check(
            "FROZEN",
            &[],
            "`FROZEN` is not a tag mutability; use `MUTABLE`, `IMMUTABLE`, `MUTABLE_WITH_EXCLUSION` or `IMMUTABLE_WITH_EXCLUSION`",
        );
    }

    #[test]
    fn a_filter_is_what_the_service_takes() {
        let check = |text: &str, expected: &str| {
            let error = text.parse::<TagFilter>().unwrap_err();
            assert_eq!(format!("{}: {}", error.at, error.message), expected);
        };
        check("", "0: a filter of tags has 0 characters");
        check("dev/*", "3: a filter of tags cannot have `/`");
        check("*a*b*", "0: a filter of tags has 3 stars");
        assert_eq!(filters(&["v*.*"])[0].as_str(), "v*.*");
    }

    #[test]
    fn a_tag_that_is_excepted_has_the_opposite() {
        let except = filters(&["latest", "dev-*"]);
        let setting = MutabilitySetting::parse("IMMUTABLE_WITH_EXCLUSION", except).unwrap();
        let of = |tag: &str| setting.of(&tag.parse().unwrap());
        assert_eq!(of("v1"), TagMutability::Immutable);
        assert_eq!(of("latest"), TagMutability::Mutable);
        assert_eq!(of("dev-7"), TagMutability::Mutable);
        assert_eq!(setting.of_all(), None);
    }
}

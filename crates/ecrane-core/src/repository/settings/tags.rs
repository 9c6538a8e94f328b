use super::SettingError;
use std::collections::BTreeMap;

/// Tags of the repository as an AWS resource (not of images).
///
/// Source: "Tagging a private repository", Amazon ECR user guide: at most 50,
/// keys of 1 to 128 characters, values of up to 256, no `aws:` keys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResourceTags(BTreeMap<String, String>);

/// Less than the service takes by those that are ecrane's own: whose each of the two
/// policies is, and who made the repository.
const MAX_TAGS: usize = 47;
const MAX_KEY: usize = 128;
const MAX_VALUE: usize = 256;
/// How keys begin that ecrane keeps for itself.
const OWN: &str = "ecrane:";

impl ResourceTags {
    /// Adds one tag.
    ///
    /// # Errors
    /// A key or value that the service would refuse. A key given twice is one.
    pub fn add(&mut self, key: &str, value: &str) -> Result<(), SettingError> {
        let error = |message: String, help: &str| Err(SettingError::new(0, message, help));
        if key.is_empty() {
            return error("a tag has no key".into(), "write `key=value`");
        }
        if key.chars().count() > MAX_KEY {
            return error(
                format!("a tag's key has {} characters", key.chars().count()),
                "keys have at most 128",
            );
        }
        if value.chars().count() > MAX_VALUE {
            return error(
                format!(
                    "the value of `{key}` has {} characters",
                    value.chars().count()
                ),
                "values have at most 256",
            );
        }
        if key.to_ascii_lowercase().starts_with("aws:") {
            return error(
                format!("the key `{key}` starts with `aws:`"),
                "AWS keeps these keys for itself",
            );
        }
        if key.starts_with(OWN) {
            return error(
                format!("the key `{key}` starts with `ecrane:`"),
                "ecrane keeps these keys for itself: they say which policy it put",
            );
        }
        if self.0.contains_key(key) {
            return error(
                format!("the key `{key}` is given twice"),
                "keep one of them",
            );
        }
        if self.0.len() == MAX_TAGS {
            return error(
                format!("there are more than {MAX_TAGS} tags"),
                "a repository has at most 50, and three are ecrane's own",
            );
        }
        self.0.insert(key.to_owned(), value.to_owned());
        Ok(())
    }

    /// What the service says is there, taken as it is.
    #[must_use]
    pub fn observed(tags: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(tags.into_iter().collect())
    }

    /// These tags and one more, which wins over its like.
    #[must_use]
    pub fn with(&self, key: &str, value: &str) -> Self {
        let mut tags = self.0.clone();
        tags.insert(key.to_owned(), value.to_owned());
        Self(tags)
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Key and value, by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(k, v)| (k.as_str(), v.as_str()))
    }

    /// Those of these tags that `standing` lacks or has with another value.
    #[must_use]
    pub fn missing_from(&self, standing: &Self) -> Self {
        let differs = |(key, value): &(&str, &str)| standing.get(key) != Some(value);
        Self(
            self.iter()
                .filter(differs)
                .map(|(k, v)| (k.to_owned(), v.to_owned()))
                .collect(),
        )
    }
}

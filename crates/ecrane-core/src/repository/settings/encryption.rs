use super::SettingError;
use std::fmt;
use std::str::FromStr;

/// Who encrypts what a repository holds.
///
/// Source: `encryptionType` of `CreateRepository`, Amazon ECR API reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EncryptionType {
    /// Amazon S3, by its own keys.
    Aes256,
    /// AWS KMS.
    Kms,
    /// AWS KMS, in two layers.
    KmsDsse,
}

impl EncryptionType {
    /// The service's word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Aes256 => "AES256",
            Self::Kms => "KMS",
            Self::KmsDsse => "KMS_DSSE",
        }
    }
}

impl FromStr for EncryptionType {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, SettingError> {
        match text.to_ascii_uppercase().as_str() {
            "AES256" => Ok(Self::Aes256),
            "KMS" => Ok(Self::Kms),
            "KMS_DSSE" => Ok(Self::KmsDsse),
            _ => Err(SettingError::new(
                0,
                format!("`{text}` is no encryption"),
                "use `AES256`, `KMS` or `KMS_DSSE`",
            )),
        }
    }
}

/// How a repository is encrypted. It is said when it is created, and never
/// changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encryption {
    /// By whom.
    pub kind: EncryptionType,
    /// The key of AWS KMS; none for the one that AWS manages.
    pub key: Option<String>,
}

const MAX_KEY: usize = 2048;

impl Encryption {
    /// The encryption that these inputs ask for; a key alone asks for KMS.
    ///
    /// # Errors
    /// A key without KMS, or one that the service would refuse.
    pub fn new(
        kind: Option<EncryptionType>,
        key: Option<&str>,
    ) -> Result<Option<Self>, SettingError> {
        let Some(key) = key else {
            return Ok(kind.map(|kind| Self { kind, key: None }));
        };
        if kind == Some(EncryptionType::Aes256) {
            return Err(SettingError::new(
                0,
                "`AES256` has no key of yours".to_owned(),
                "use `encryption-type: KMS`, or leave the key out",
            ));
        }
        if key.len() > MAX_KEY || key.contains(char::is_whitespace) {
            return Err(SettingError::new(
                0,
                "this names no key of AWS KMS".to_owned(),
                "give its ARN, its id, or an alias such as `alias/images`",
            ));
        }
        Ok(Some(Self {
            kind: kind.unwrap_or(EncryptionType::Kms),
            key: Some(key.to_owned()),
        }))
    }

    /// The Region that the ARN of the key or alias names; an id or a bare alias is
    /// of the repository's own.
    #[must_use]
    pub fn key_region(&self) -> Option<&str> {
        let mut parts = self.key.as_deref()?.split(':');
        let is_arn = parts.next() == Some("arn");
        parts.nth(2).filter(|_| is_arn)
    }

    /// Whether a repository that stands like this has what `self` asks for. The
    /// service tells a key by its ARN: which key an alias stands for is not
    /// known, so that one is taken for it.
    #[must_use]
    pub fn is_met_by(&self, standing: &Self) -> bool {
        let key = |wanted: &str| {
            let by_alias = wanted.contains("alias/");
            let there = standing.key.as_deref().unwrap_or_default();
            by_alias || there == wanted || there.ends_with(&format!(":key/{wanted}"))
        };
        self.kind == standing.kind && self.key.as_deref().is_none_or(key)
    }
}

impl fmt::Display for Encryption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.word())?;
        match &self.key {
            Some(key) => write!(f, " with {key}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_names_a_region() {
        let check = |key: &str, expected: Option<&str>| {
            let encryption = Encryption::new(None, Some(key)).unwrap().unwrap();
            assert_eq!(encryption.key_region(), expected, "{key}");
        };
        check(
            "arn:aws:kms:eu-west-1:123456789012:key/1234",
            Some("eu-west-1"),
        );
        check(
            "arn:aws:kms:eu-west-1:123456789012:alias/images",
            Some("eu-west-1"),
        );
        check("alias/images", None);
        check("1234abcd-12ab-34cd-56ef-1234567890ab", None);
    }

    #[test]
    fn a_key_asks_for_kms() {
        let check = |kind: Option<&str>, key: Option<&str>, expected: &str| {
            let kind = kind.map(|word| word.parse().unwrap());
            let said = match Encryption::new(kind, key) {
                Ok(None) => "nothing".to_owned(),
                Ok(Some(encryption)) => encryption.to_string(),
                Err(error) => error.message,
            };
            assert_eq!(said, expected);
        };
        check(None, None, "nothing");
        check(Some("kms_dsse"), None, "KMS_DSSE");
        check(None, Some("alias/images"), "KMS with alias/images");
        check(
            Some("AES256"),
            Some("alias/images"),
            "`AES256` has no key of yours",
        );
        check(None, Some("my key"), "this names no key of AWS KMS");
    }

    #[test]
    fn a_key_is_known_by_its_arn_or_id() {
        const ARN: &str = "arn:aws:kms:eu-west-1:123456789012:key/1234-ab";
        let kms = |key: &str| Encryption::new(None, Some(key)).unwrap().unwrap();
        let check = |wanted: &Encryption, expected: bool| {
            assert_eq!(wanted.is_met_by(&kms(ARN)), expected, "{wanted}");
        };
        check(&kms(ARN), true);
        check(&kms("1234-ab"), true);
        check(&kms("alias/images"), true);
        check(&kms("5678-cd"), false);
        let of = |kind| Encryption { kind, key: None };
        check(&of(EncryptionType::Kms), true);
        check(&of(EncryptionType::Aes256), false);
    }
}

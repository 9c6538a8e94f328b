//! Further registries that get the image.

use crate::name::{AccountId, NameError, Region, RegistryHost};
use std::fmt;
use std::str::FromStr;

/// A registry besides the main one, in the shortest form that says which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// The same account's registry in another Region.
    Region(Region),
    /// Another account's registry in the same Region.
    Account(AccountId),
    /// The registry with this host.
    Registry(RegistryHost),
}

/// Why a text is no destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DestinationError {
    /// It has the form of a name, and is none.
    Name(NameError),
    /// It names a repository too.
    Repository {
        /// The host before it.
        host: String,
    },
    /// Amazon ECR Public, which has another API.
    Public,
}

impl FromStr for Destination {
    type Err = DestinationError;

    fn from_str(text: &str) -> Result<Self, DestinationError> {
        if let Some((host, _)) = text.split_once('/').filter(|_| !text.contains("://")) {
            let host = host.to_owned();
            return Err(DestinationError::Repository { host });
        }
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if digits {
            return Ok(Self::Account(text.parse().map_err(DestinationError::Name)?));
        }
        if text.contains(['.', ':']) {
            return match text.parse().map_err(DestinationError::Name)? {
                RegistryHost::Public => Err(DestinationError::Public),
                host => Ok(Self::Registry(host)),
            };
        }
        Ok(Self::Region(text.parse().map_err(DestinationError::Name)?))
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Region(region) => region.fmt(f),
            Self::Account(account) => account.fmt(f),
            Self::Registry(host) => host.fmt(f),
        }
    }
}

impl Destination {
    /// The Region, if it is another than the main registry's.
    #[must_use]
    pub const fn region(&self) -> Option<&Region> {
        match self {
            Self::Region(region) | Self::Registry(RegistryHost::Private { region, .. }) => {
                Some(region)
            }
            Self::Account(_) | Self::Registry(_) => None,
        }
    }

    /// The account, if it is another than the caller's own.
    #[must_use]
    pub const fn account(&self) -> Option<&AccountId> {
        match self {
            Self::Account(account) | Self::Registry(RegistryHost::Private { account, .. }) => {
                Some(account)
            }
            Self::Region(_) | Self::Registry(_) => None,
        }
    }

    /// The host of a stand-in for ECR, whose API is where its registry is.
    #[must_use]
    pub fn stand_in(&self) -> Option<&str> {
        match self {
            Self::Registry(RegistryHost::Emulator(host)) => Some(host),
            Self::Registry(_) | Self::Region(_) | Self::Account(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let got = match text.parse::<Destination>() {
            Ok(to) => format!(
                "{:?} {:?} {:?}",
                to.region().map(Region::as_str),
                to.account().map(AccountId::as_str),
                to.stand_in()
            ),
            Err(DestinationError::Name(error)) => format!("{} {}", error.kind, error.message),
            Err(error) => format!("{error:?}"),
        };
        assert_eq!(got, expected, "{text}");
    }

    #[test]
    fn a_region_an_account_or_a_host_says_which_registry() {
        check("eu-west-1", r#"Some("eu-west-1") None None"#);
        check("123456789012", r#"None Some("123456789012") None"#);
        check(
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
            r#"Some("eu-west-1") Some("123456789012") None"#,
        );
        check("127.0.0.1:5101", r#"None None Some("127.0.0.1:5101")"#);
    }

    #[test]
    fn what_is_no_destination_is_refused() {
        check("12345678901", "account id must have 12 digits, got 11");
        check("docker.io", "registry host is not one of Amazon ECR's");
        check(
            "EU-WEST-1",
            "region must be one DNS label of lowercase letters, digits and `-`",
        );
        check(
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app",
            r#"Repository { host: "123456789012.dkr.ecr.eu-west-1.amazonaws.com" }"#,
        );
        check("public.ecr.aws", "Public");
    }
}

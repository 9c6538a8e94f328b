use super::{AccountId, NameError, NameKind, Partition};
use std::fmt;
use std::str::FromStr;

/// The ARN of a role, such as `arn:aws:iam::123456789012:role/ci/push`.
///
/// Source: "IAM identifiers" in the IAM user guide, and `arnType` in the AWS STS
/// API reference.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleArn {
    text: String,
    partition: Partition,
    account: AccountId,
}

impl RoleArn {
    /// The ARN as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The partition in which the role can be used.
    #[must_use]
    pub const fn partition(&self) -> Partition {
        self.partition
    }

    /// The account that has the role.
    #[must_use]
    pub const fn account(&self) -> &AccountId {
        &self.account
    }
}

impl fmt::Display for RoleArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// `arnType` takes no more characters.
const LONGEST: usize = 2048;
/// No role's name is longer.
const LONGEST_NAME: usize = 64;
const EXAMPLE: &str = "give it whole, for example `arn:aws:iam::123456789012:role/push-images`";

impl FromStr for RoleArn {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let error = |at, message: &str| NameError::new(NameKind::Role, text, at, message);
        super::refuse_invisible(NameKind::Role, text)?;
        if text.len() > LONGEST {
            return Err(error(LONGEST, "must have at most 2048 characters"));
        }
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let ["arn", partition, service, region, account, resource] = parts.as_slice() else {
            return Err(error(0, "must be an ARN").help(EXAMPLE));
        };
        let service_at = "arn:".len() + partition.len() + 1;
        let account_at = service_at + service.len() + region.len() + 2;
        let resource_at = account_at + account.len() + 1;
        let known = Partition::of_arn(partition).ok_or_else(|| {
            error(
                "arn:".len(),
                "must name a partition of AWS, such as `aws` or `aws-cn`",
            )
        })?;
        if *service == "sts" && resource.starts_with("assumed-role/") {
            let help = "give the role itself: `arn:aws:iam::ACCOUNT:role/NAME`";
            return Err(error(0, "must not be the session of a role").help(help));
        }
        if *service != "iam" || !region.is_empty() {
            return Err(error(service_at, "must be one of IAM, which has no Region").help(EXAMPLE));
        }
        let account = account.parse::<AccountId>().map_err(|inner| {
            error(
                account_at + inner.at,
                &format!("names an account id that {}", inner.message),
            )
        })?;
        let Some(path) = resource.strip_prefix("role/") else {
            return Err(error(resource_at, "must be that of a role").help(EXAMPLE));
        };
        let name = path.rsplit('/').next().unwrap_or_default();
        if name.is_empty() || name.len() > LONGEST_NAME {
            let message = "must end with the role's name, of 1 to 64 characters";
            return Err(error(text.len(), message));
        }
        if let Some(at) = path.find(|c| c != '/' && !super::session::is_word(c)) {
            let message = "must have a role's name of letters, digits and `+=,.@-_`";
            return Err(error(resource_at + "role/".len() + at, message));
        }
        Ok(Self {
            text: text.to_owned(),
            partition: known,
            account,
        })
    }
}

//! What to do about a refusal of the AWS API, beyond the service's own words.

/// What the service said.
#[derive(Debug, Clone, Copy)]
pub struct Refusal<'a> {
    /// The operation that was asked for.
    pub operation: &'a str,
    /// The error's code.
    pub code: &'a str,
    /// Its message.
    pub message: &'a str,
}

/// What a person can do about it, where that can be known.
///
/// Source: the errors of the Amazon ECR API reference, and "Common errors".
#[must_use]
pub fn help(refusal: &Refusal<'_>) -> Option<String> {
    let text = match refusal.code {
        "AccessDeniedException" | "AccessDenied" => return Some(of_access(refusal)),
        "InvalidParameterException" if refusal.operation == "SetRepositoryPolicy" => {
            "ECR says the same of a policy that names a role, a user or an account which does not exist, or does not yet: see that all of them are there"
        }
        "LimitExceededException" => match refusal.operation {
            "CreateRepository" => {
                "the quota \"Registered repositories\" of the account is used up; more are asked for in Service Quotas, and old repositories can go"
            }
            _ => "a quota of the account is used up; more is asked for in Service Quotas",
        },
        "KmsException" => {
            "the key in the message must be enabled, and its key policy must let the caller create grants for ECR"
        }
        "InvalidTagParameterException" => {
            "a tag's key has 1 to 128 characters and does not begin with `aws:`, its value has at most 256; see `repository-tags`"
        }
        "TooManyTagsException" => {
            "a repository has at most 50 tags, those that are there already included; see `repository-tags`"
        }
        "RepositoryNotFoundException" => {
            "another run or another person may have removed it; see that Region, account and name are the ones that are meant"
        }
        "ExpiredTokenException" | "ExpiredToken" => {
            "the credentials have ended and could not be renewed: the job is longer than their session; `role-to-assume` renews its own"
        }
        "UnrecognizedClientException" | "InvalidClientTokenId" => {
            "the access key is not known here: keys are for one partition, and some Regions must be enabled first"
        }
        "InvalidSignatureException" | "SignatureDoesNotMatch" | "RequestExpired" => {
            "the secret key is wrong, or the clock of this machine is"
        }
        "OptInRequired" => {
            "the Region must be enabled for the account, or the account for the service"
        }
        "UnableToGetUpstreamImageException" => {
            "the registry behind the pull-through cache did not give the image: see that it is there and that the cache's secret is good"
        }
        "BlockedByOrganizationPolicyException" => {
            "a policy of the organisation forbids it; who looks after that must allow it"
        }
        _ => return None,
    };
    Some(text.to_owned())
}

/// The statement that is missing, as far as the message names it.
fn of_access(refusal: &Refusal<'_>) -> String {
    let Refusal {
        operation, message, ..
    } = refusal;
    let after = |words: &str| {
        let (_, rest) = message.split_once(words)?;
        let word = rest.split_whitespace().next()?;
        Some(word.trim_end_matches(['.', ',']))
    };
    let action = after("to perform: ").map_or_else(|| format!("ecr:{operation}"), str::to_owned);
    let Some(resource) = after("on resource: ") else {
        return format!("the caller needs {action}, on what the call is about");
    };
    if message.contains("explicit deny") {
        return format!(
            "a policy denies {action} on {resource} outright: no other statement can allow it"
        );
    }
    format!(r#"the caller needs {{"Effect":"Allow","Action":"{action}","Resource":"{resource}"}}"#)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(operation: &str, code: &str, message: &str) -> String {
        let refusal = Refusal {
            operation,
            code,
            message,
        };
        help(&refusal).unwrap_or_default()
    }

    #[test]
    fn a_missing_permission_is_written_out() {
        let denied = |why: &str| {
            let message = format!(
                "User: arn:aws:sts::1:assumed-role/a/b is not authorized to perform: ecr:CreateRepository on resource: arn:aws:ecr:eu-west-1:1:repository/app {why}"
            );
            check("CreateRepository", "AccessDeniedException", &message)
        };
        let lines = [
            denied("because no identity-based policy allows the ecr:CreateRepository action"),
            denied("with an explicit deny in a service control policy"),
            check("TagResource", "AccessDeniedException", "no"),
        ];
        insta::assert_snapshot!(lines.join("\n"), @r#"
        the caller needs {"Effect":"Allow","Action":"ecr:CreateRepository","Resource":"arn:aws:ecr:eu-west-1:1:repository/app"}
        a policy denies ecr:CreateRepository on arn:aws:ecr:eu-west-1:1:repository/app outright: no other statement can allow it
        the caller needs ecr:TagResource, on what the call is about
        "#);
    }

    #[test]
    fn what_has_no_remedy_gets_no_words() {
        assert_eq!(
            check("DescribeImages", "InvalidParameterException", "x"),
            ""
        );
        assert_eq!(check("DescribeImages", "ServerException", "x"), "");
    }
}

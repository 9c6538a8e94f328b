use super::{Claims, Role};

/// What STS said when it did not give a role.
#[derive(Debug, Clone, Copy)]
pub struct Denial<'a> {
    /// The role that was asked for.
    pub role: &'a Role,
    /// What the token said with which it was asked; `None` where it was asked by
    /// other credentials.
    pub claims: Option<&'a Claims>,
    /// The error's code.
    pub code: &'a str,
    /// Its message.
    pub message: &'a str,
}

/// The usual causes of a denial, each with what to do: AWS names none of them,
/// so that a stranger learns nothing.
///
/// Source: "Troubleshoot IAM roles" in the IAM user guide, and "Configuring
/// OpenID Connect in Amazon Web Services" in the documentation of GitHub.
#[must_use]
pub fn explain(denial: &Denial<'_>) -> Vec<String> {
    let Denial {
        role,
        claims,
        code,
        message,
    } = denial;
    let account = role.arn.account();
    match (*code, claims) {
        ("AccessDenied" | "AccessDeniedException", Some(claims)) => of_token(role, claims),
        ("AccessDenied" | "AccessDeniedException", None) => of_chain(role),
        ("InvalidIdentityToken", Some(claims)) if message.contains("No OpenIDConnect provider") => {
            vec![format!(
                "the account {account} has no identity provider for `{}`: make one there, or take a role of another account",
                claims.issuer
            )]
        }
        ("InvalidIdentityToken", Some(claims)) if message.contains("audience") => vec![format!(
            "the token is for `{}`: the identity provider of the account {account} must list that, or `audience` say what it lists",
            claims.audience
        )],
        ("ValidationError", _) if message.contains("role chaining") => vec![
            "a role that is taken by the session of another has an hour: `role-duration-seconds` may be 3600 at most".to_owned(),
        ],
        ("ValidationError", _) if message.contains("MaxSessionDuration") => vec![format!(
            "`role-duration-seconds` is {}, longer than the role allows: say less, or raise the role's maximum session duration",
            role.length.seconds()
        )],
        ("ExpiredTokenException" | "ExpiredToken", _) => {
            vec!["the credentials or the token by which the role was asked for have ended".to_owned()]
        }
        ("RegionDisabledException", _) => vec![format!(
            "STS is switched off for this Region in the account {account}: switch it on in IAM's account settings, or use another Region"
        )],
        _ => Vec::new(),
    }
}

fn of_token(role: &Role, claims: &Claims) -> Vec<String> {
    let Claims {
        subject, audience, ..
    } = claims;
    let mut causes = vec![
        format!("the token says sub `{subject}`, aud `{audience}`"),
        format!(
            "the trust policy of `{}` must allow `sts:AssumeRoleWithWebIdentity` for just that sub and aud; upper and lower case count",
            role.arn
        ),
    ];
    let of_job = [
        (
            ":pull_request",
            "this is a job of a pull request: its sub names no branch",
        ),
        (
            ":environment:",
            "this job has an environment: its sub names that, and no branch",
        ),
        (":ref:refs/tags/", "this job is of a tag, not of a branch"),
    ];
    let of_job = of_job.iter().find(|(sign, _)| subject.contains(sign));
    causes.extend(of_job.map(|(_, cause)| (*cause).to_owned()));
    causes.push(format!(
        "the role must be there: a mistyped name in account {} is denied alike",
        role.arn.account()
    ));
    causes.push("a policy of the organisation can deny it too".to_owned());
    causes
}

fn of_chain(role: &Role) -> Vec<String> {
    let external = match &role.external_id {
        // Some keep it to themselves.
        Some(_) => "a condition on `sts:ExternalId` there must name what `role-external-id` says",
        None => "a condition on `sts:ExternalId` there wants `role-external-id`",
    };
    vec![
        format!(
            "the caller's own policy must allow `sts:AssumeRole` on `{}`",
            role.arn
        ),
        "the role's trust policy must name the caller, or its account".to_owned(),
        external.to_owned(),
        "to take the role by GitHub's token instead, the job needs `permissions: id-token: write`, and no AWS_ACCESS_KEY_ID in its environment".to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(code: &str, message: &str, subject: Option<&str>) -> String {
        let role = Role {
            arn: "arn:aws:iam::123456789012:role/push".parse().unwrap(),
            session: "ci".parse().unwrap(),
            length: "7200".parse().unwrap(),
            external_id: None,
        };
        let claims = subject.map(|subject| Claims {
            subject: subject.to_owned(),
            audience: "sts.amazonaws.com".to_owned(),
            issuer: "https://issuer".to_owned(),
        });
        let denial = Denial {
            role: &role,
            claims: claims.as_ref(),
            code,
            message,
        };
        explain(&denial).join("\n")
    }

    #[test]
    fn a_denied_token_is_read_out() {
        let denied = check(
            "AccessDenied",
            "Not authorized",
            Some("repo:o/r:pull_request"),
        );
        insta::assert_snapshot!(denied, @"
        the token says sub `repo:o/r:pull_request`, aud `sts.amazonaws.com`
        the trust policy of `arn:aws:iam::123456789012:role/push` must allow `sts:AssumeRoleWithWebIdentity` for just that sub and aud; upper and lower case count
        this is a job of a pull request: its sub names no branch
        the role must be there: a mistyped name in account 123456789012 is denied alike
        a policy of the organisation can deny it too
        ");
    }

    #[test]
    fn each_refusal_has_its_causes() {
        let missing = "No OpenIDConnect provider found in your account for https://issuer";
        let longer =
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
        let lines = [
            check("InvalidIdentityToken", missing, Some("x")),
            check(
                "InvalidIdentityToken",
                "Incorrect token audience",
                Some("x"),
            ),
            check("ValidationError", longer, None),
            check("AccessDenied", "no", None),
        ];
        insta::assert_snapshot!(lines.join("\n"), @"
        the account 123456789012 has no identity provider for `https://issuer`: make one there, or take a role of another account
        the token is for `sts.amazonaws.com`: the identity provider of the account 123456789012 must list that, or `audience` say what it lists
        `role-duration-seconds` is 7200, longer than the role allows: say less, or raise the role's maximum session duration
        the caller's own policy must allow `sts:AssumeRole` on `arn:aws:iam::123456789012:role/push`
        the role's trust policy must name the caller, or its account
        a condition on `sts:ExternalId` there wants `role-external-id`
        to take the role by GitHub's token instead, the job needs `permissions: id-token: write`, and no AWS_ACCESS_KEY_ID in its environment
        ");
    }
}

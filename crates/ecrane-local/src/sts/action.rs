//! What can be asked of STS.

use super::xml::Element;
use super::{Parameters, StsError, token};
use crate::clock::Timestamp;
use crate::ecr::Ecr;
use crate::identity::{Identity, Session, Unknown, role_key};
use crate::token::Purpose;
use axum::http::{HeaderMap, StatusCode};
use ecrane_core::lifecycle::image::Moment;
use ecrane_core::name::AccountId;
use std::time::Duration;

/// How long a session is, in seconds, where nothing is said. Source: `AssumeRole`
/// in the AWS STS API reference.
const USUAL: u64 = 3_600;
const LEAST: u64 = 900;
const MOST: u64 = 43_200;

/// Carries out an action; gives its result's element.
pub(super) fn run(
    ecr: &Ecr,
    headers: &HeaderMap,
    action: &str,
    parameters: &Parameters,
) -> Result<Element, StsError> {
    match action {
        "GetCallerIdentity" => Ok(caller(&identity(ecr, headers)?)),
        "AssumeRole" => {
            let caller = identity(ecr, headers)?;
            assume(ecr, parameters, Some(&caller), "AssumeRoleResult")
        }
        "AssumeRoleWithWebIdentity" => web_identity(ecr, parameters),
        _ => Err(StsError::new(
            StatusCode::BAD_REQUEST,
            "InvalidAction",
            format!("ecrane local does not have the STS action {action}"),
        )),
    }
}

fn identity(ecr: &Ecr, headers: &HeaderMap) -> Result<Identity, StsError> {
    let now = ecr.clock.now();
    Identity::of(headers, &ecr.home, &ecr.tokens, now).map_err(|unknown| {
        let code = match unknown {
            Unknown::Unsigned => "MissingAuthenticationToken",
            Unknown::NoScope => "IncompleteSignature",
            Unknown::Expired => "ExpiredToken",
        };
        StsError::new(StatusCode::FORBIDDEN, code, unknown.words())
    })
}

fn caller(identity: &Identity) -> Element {
    let Identity {
        registry,
        session,
        key,
    } = identity;
    let account = registry.account.to_string();
    let partition = registry.region.partition().arn_name();
    let (arn, user_id) = match session {
        Some(session) => (session.arn.clone(), session.user_id.clone()),
        None => (
            format!("arn:{partition}:iam::{account}:user/local"),
            key.clone(),
        ),
    };
    Element::new("GetCallerIdentityResult")
        .text("Arn", &arn)
        .text("UserId", &user_id)
        .text("Account", &account)
}

/// A role's account, name and partition, of
/// `arn:aws:iam::ACCOUNT:role/PATH/NAME`.
struct Role<'a> {
    partition: &'a str,
    account: AccountId,
    name: &'a str,
}

fn role(arn: &str) -> Option<Role<'_>> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", partition, "iam", "", account, resource] = parts.as_slice() else {
        return None;
    };
    let name = resource.strip_prefix("role/")?.rsplit('/').next()?;
    Some(Role {
        partition,
        account: account.parse().ok()?,
        name: (!name.is_empty()).then_some(name)?,
    })
}

fn invalid(message: String) -> StsError {
    StsError::new(StatusCode::BAD_REQUEST, "ValidationError", message)
}

/// A text of a session's parameters, as the model has it.
struct Text<'a> {
    member: &'static str,
    value: &'a str,
    longest: usize,
    /// Which signs it may have, besides letters and digits, and the pattern that
    /// says so.
    signs: &'static str,
    pattern: &'static str,
}

impl Text<'_> {
    fn check(&self) -> Result<(), StsError> {
        let Self {
            member,
            value,
            longest,
            signs,
            pattern,
        } = self;
        let broken = if value.len() < 2 {
            Some("Member must have length greater than or equal to 2".to_owned())
        } else if value.len() > *longest {
            Some(format!(
                "Member must have length less than or equal to {longest}"
            ))
        } else if !value
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || signs.contains(c))
        {
            Some(format!(
                "Member must satisfy regular expression pattern: {pattern}"
            ))
        } else {
            None
        };
        match broken {
            Some(constraint) => Err(invalid(format!(
                "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: {constraint}"
            ))),
            None => Ok(()),
        }
    }
}

/// The result's element, with the credentials of a session of the role in it.
/// `caller` is who asks, if that must be known.
fn assume(
    ecr: &Ecr,
    parameters: &Parameters,
    caller: Option<&Identity>,
    result: &str,
) -> Result<Element, StsError> {
    let arn = parameters.required("RoleArn")?;
    let session_name = parameters.required("RoleSessionName")?;
    let name = Text {
        member: "roleSessionName",
        value: session_name,
        longest: 64,
        signs: "_+=,.@-",
        pattern: r"[\w+=,.@-]*",
    };
    name.check()?;
    let external_id = parameters.get("ExternalId").map(|value| Text {
        member: "externalId",
        value,
        longest: 1224,
        signs: "_+=,.@:/-",
        pattern: r"[\w+=,.@:\/-]*",
    });
    external_id.map_or(Ok(()), |it| it.check())?;
    let role = role(arn).ok_or_else(|| invalid(format!("{arn} is invalid")))?;
    let seconds = match parameters.get("DurationSeconds") {
        Some(text) => text
            .parse()
            .ok()
            .filter(|seconds| (LEAST..=MOST).contains(seconds))
            .ok_or_else(|| {
                invalid(format!(
                    "1 validation error detected: Value '{text}' at 'durationSeconds' failed to satisfy constraint: Member must have value between {LEAST} and {MOST}"
                ))
            })?,
        None => USUAL,
    };
    if seconds > USUAL && caller.is_some_and(|it| it.session.is_some()) {
        return Err(invalid(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining".to_owned(),
        ));
    }
    let Role {
        partition,
        account,
        name,
    } = role;
    let random = uuid::Uuid::new_v4().simple().to_string();
    let user_id = format!("AROAECRANE{account}:{session_name}");
    let session = Session {
        arn: format!("arn:{partition}:sts::{account}:assumed-role/{name}/{session_name}"),
        user_id: user_id.clone(),
        account,
    };
    let duration = Duration::from_secs(seconds);
    let expires = ecr.clock.now().after(duration);
    // Clients compare it with the machine's clock, which nobody moved.
    let told = Timestamp::of_machine().after(duration);
    let key = role_key(&session.account, random.get(..8).unwrap_or_default());
    let credentials = Element::new("Credentials")
        .text("AccessKeyId", &key)
        .text("SecretAccessKey", &random)
        .text(
            "SessionToken",
            &ecr.tokens.seal(Purpose::Session, &session, expires),
        )
        .text("Expiration", &Moment::from(told).to_string());
    let user = Element::new("AssumedRoleUser")
        .text("Arn", &session.arn)
        .text("AssumedRoleId", &user_id);
    Ok(Element::new(result).child(credentials).child(user))
}

fn web_identity(ecr: &Ecr, parameters: &Parameters) -> Result<Element, StsError> {
    let token = parameters.required("WebIdentityToken")?;
    let claims = token::read(token, Timestamp::of_machine())?;
    let result = assume(ecr, parameters, None, "AssumeRoleWithWebIdentityResult")?;
    Ok(result
        .text("SubjectFromWebIdentityToken", &claims.subject)
        .text("Audience", &claims.audience)
        .text("Provider", &claims.issuer))
}

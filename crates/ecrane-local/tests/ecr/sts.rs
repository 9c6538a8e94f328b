//! Signing in: who a key belongs to, and roles that are assumed.

use crate::server::Server;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use serde_json::{Value, json};

const KEY: &str = "AKIDEXAMPLE";

/// A token with these claims, signed by nobody.
fn token(claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.c2ln", part(&json!({ "alg": "RS256" })), part(claims))
}

struct Credentials {
    key: String,
    token: Option<String>,
}

impl Credentials {
    fn of(key: &str) -> Self {
        Self {
            key: key.to_owned(),
            token: None,
        }
    }

    /// Those of an answer of STS.
    fn in_answer(text: &str) -> Self {
        Self {
            key: element(text, "AccessKeyId").to_owned(),
            token: Some(element(text, "SessionToken").to_owned()),
        }
    }
}

fn element<'a>(text: &'a str, name: &str) -> &'a str {
    let (_, rest) = text
        .split_once(&format!("<{name}>"))
        .unwrap_or_else(|| panic!("no {name} in {text}"));
    rest.split_once("</").unwrap().0
}

async fn send(
    server: &Server,
    who: Option<&Credentials>,
    body: String,
    target: Option<&str>,
) -> (u16, String) {
    let media_type = match target {
        Some(_) => "application/x-amz-json-1.1",
        None => "application/x-www-form-urlencoded; charset=utf-8",
    };
    let mut request = server
        .request(Method::POST, "/")
        .header("content-type", media_type);
    if let Some(target) = target {
        request = request.header(
            "x-amz-target",
            format!("AmazonEC2ContainerRegistry_V20150921.{target}"),
        );
    }
    if let Some(Credentials { key, token }) = who {
        let scope = format!(
            "AWS4-HMAC-SHA256 Credential={key}/20260101/eu-central-1/sts/aws4_request, Signature=0"
        );
        request = request.header("authorization", scope);
        if let Some(token) = token {
            request = request.header("x-amz-security-token", token);
        }
    }
    let response = request.body(body).send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

async fn sts(server: &Server, who: Option<&Credentials>, parameters: &str) -> (u16, String) {
    send(
        server,
        who,
        format!("Version=2011-06-15&{parameters}"),
        None,
    )
    .await
}

/// The account that the key belongs to, by the repositories that it creates.
async fn account(server: &Server, who: &Credentials) -> String {
    let (_, answer) = send(server, Some(who), "{}".into(), Some("DescribeRegistry")).await;
    let answer: Value = serde_json::from_str(&answer).unwrap();
    answer["registryId"]
        .as_str()
        .unwrap_or(&answer.to_string())
        .to_owned()
}

#[tokio::test]
async fn an_account_is_that_of_the_key() {
    let server = Server::start().await;
    let (_, me) = sts(
        &server,
        Some(&Credentials::of(KEY)),
        "Action=GetCallerIdentity",
    )
    .await;
    assert_eq!(element(&me, "Arn"), "arn:aws:iam::123456789012:user/local");
    assert_eq!(
        account(&server, &Credentials::of(KEY)).await,
        "123456789012"
    );
    assert_eq!(
        account(&server, &Credentials::of("111111111111")).await,
        "111111111111"
    );
}

#[tokio::test]
async fn a_role_of_another_account_is_assumed() {
    let server = Server::start().await;
    let role = "RoleArn=arn%3Aaws%3Aiam%3A%3A222222222222%3Arole%2Fci%2Fpush&RoleSessionName=run-1";
    let (status, answer) = sts(
        &server,
        Some(&Credentials::of(KEY)),
        &format!("Action=AssumeRole&{role}"),
    )
    .await;
    assert_eq!(status, 200, "{answer}");
    let session = Credentials::in_answer(&answer);
    let (_, me) = sts(&server, Some(&session), "Action=GetCallerIdentity").await;
    insta::assert_snapshot!(element(&me, "Arn"), @"arn:aws:sts::222222222222:assumed-role/push/run-1");
    assert_eq!(account(&server, &session).await, "222222222222");

    server.set_clock(json!({ "advance": 3600 })).await;
    let (status, over) = sts(&server, Some(&session), "Action=GetCallerIdentity").await;
    assert_eq!((status, element(&over, "Code")), (403, "ExpiredToken"));
    let over = account(&server, &session).await;
    assert!(over.contains("ExpiredTokenException"), "{over}");
}

#[tokio::test]
async fn a_workflow_signs_in_by_its_token() {
    let server = Server::start().await;
    let role = "RoleArn=arn:aws:iam::333333333333:role/ci&RoleSessionName=run";
    let token = token(&json!({
        "sub": "repo:team/app", "aud": "sts.amazonaws.com", "iss": "https://issuer.example"
    }));
    let action = format!("Action=AssumeRoleWithWebIdentity&{role}&WebIdentityToken={token}");
    let (status, answer) = sts(&server, None, &action).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(
        element(&answer, "SubjectFromWebIdentityToken"),
        "repo:team/app"
    );
    assert_eq!(
        account(&server, &Credentials::in_answer(&answer)).await,
        "333333333333"
    );
}

#[tokio::test]
async fn what_sts_refuses() {
    let server = Server::start().await;
    let who = Credentials::of(KEY);
    let good = "RoleSessionName=run&RoleArn=arn:aws:iam::333333333333:role/x";
    let (_, session) = sts(&server, Some(&who), &format!("Action=AssumeRole&{good}")).await;
    let session = Credentials::in_answer(&session);
    let longer = format!("Action=AssumeRole&{good}&DurationSeconds=3601");
    let other = format!("Action=AssumeRole&{good}&ExternalId=a%20b");
    let by = |claims: &Value| {
        let token = token(claims);
        format!("Action=AssumeRoleWithWebIdentity&{good}&WebIdentityToken={token}")
    };
    let nameless = by(&json!({ "iss": "https://issuer", "aud": "x" }));
    let ended = by(&json!({ "iss": "https://issuer", "aud": "x", "sub": "y", "exp": 1 }));
    let mut lines = Vec::new();
    for (who, action) in [
        (None, "Action=GetCallerIdentity"),
        (Some(&who), "Action=GetFederationToken"),
        (Some(&who), "Action="),
        (Some(&who), "Action=AssumeRole&RoleSessionName=x"),
        (
            Some(&who),
            "Action=AssumeRole&RoleSessionName=xy&RoleArn=arn:aws:iam::1:role/x",
        ),
        (
            Some(&who),
            "Action=AssumeRole&RoleSessionName=xy&RoleArn=arn:aws:iam::333333333333:role/x&DurationSeconds=1",
        ),
        (
            Some(&who),
            "Action=AssumeRole&RoleSessionName=x&RoleArn=arn:aws:iam::333333333333:role/x",
        ),
        (Some(&who), &other),
        (Some(&session), &longer),
        (None, &nameless),
        (None, &ended),
        (
            None,
            "Action=AssumeRoleWithWebIdentity&RoleSessionName=x&RoleArn=x&WebIdentityToken=x",
        ),
    ] {
        let (status, answer) = sts(&server, who, action).await;
        lines.push(format!(
            "{status} {}: {}",
            element(&answer, "Code"),
            element(&answer, "Message")
        ));
    }
    insta::assert_snapshot!(lines.join("\n"), @r"
    403 MissingAuthenticationToken: Missing Authentication Token
    400 InvalidAction: ecrane local does not have the STS action GetFederationToken
    400 MissingAction: The request must contain the parameter Action
    400 ValidationError: 1 validation error detected: Value null at 'roleArn' failed to satisfy constraint: Member must not be null
    400 ValidationError: arn:aws:iam::1:role/x is invalid
    400 ValidationError: 1 validation error detected: Value '1' at 'durationSeconds' failed to satisfy constraint: Member must have value between 900 and 43200
    400 ValidationError: 1 validation error detected: Value 'x' at 'roleSessionName' failed to satisfy constraint: Member must have length greater than or equal to 2
    400 ValidationError: 1 validation error detected: Value 'a b' at 'externalId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@:\/-]*
    400 ValidationError: The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining
    400 InvalidIdentityToken: Missing a required claim: sub
    400 ExpiredTokenException: Token must be unexpired at the time of use
    400 InvalidIdentityToken: The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)
    ");
}

#[tokio::test]
async fn a_session_ends_by_the_clock_of_who_asked_for_it() {
    let server = Server::start().await;
    server
        .set_clock(json!({ "set": "2001-01-01T00:00:00Z" }))
        .await;
    let role = "RoleArn=arn:aws:iam::333333333333:role/ci&RoleSessionName=run";
    let who = Credentials::of(KEY);
    let (_, answer) = sts(&server, Some(&who), &format!("Action=AssumeRole&{role}")).await;
    let expiration = element(&answer, "Expiration");
    assert!(!expiration.starts_with("2001"), "{expiration}");
    let session = Credentials::in_answer(&answer);
    server.set_clock(json!({ "advance": 3600 })).await;
    let (_, over) = sts(&server, Some(&session), "Action=GetCallerIdentity").await;
    assert_eq!(element(&over, "Code"), "ExpiredToken");
}

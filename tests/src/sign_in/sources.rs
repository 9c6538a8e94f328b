//! Each source of the SDK's default chain, against a server that answers as the
//! real one does. A run that may be in one account only shows which it was.

use super::{ROLE, asked, token, up};
use crate::harness::{LocalEcr, run, succeed};
use crate::http::{Request, Server, answer, json};
use crate::proxy::{self, Fault, Spoil};
use serde_json::json as value;
use std::process::Command;

/// A key of this account, which only this source has.
const ACCOUNT: &str = "555555555555";

fn only(ecr: &LocalEcr) -> Command {
    up(ecr, &["--allowed-account-ids", ACCOUNT])
}

/// Credentials as container and instance endpoints give them.
fn credentials(ends: &str) -> Vec<u8> {
    json(&value!({
        "Code": "Success",
        "Type": "AWS-HMAC",
        "LastUpdated": "2026-01-01T00:00:00Z",
        "AccessKeyId": ACCOUNT,
        "SecretAccessKey": "secret-of-a-container",
        "Token": "session-of-a-container",
        "Expiration": ends,
    }))
}

const LATER: &str = "2099-01-01T00:00:00Z";

#[test]
fn keys_of_the_environment() {
    let ecr = LocalEcr::start();
    succeed(
        only(&ecr)
            .env("AWS_ACCESS_KEY_ID", ACCOUNT)
            .env("AWS_SECRET_ACCESS_KEY", "x")
            .env("AWS_SESSION_TOKEN", "y"),
    );
}

#[test]
fn a_profile() {
    let ecr = LocalEcr::start();
    let folder = ecr.home().join(".aws");
    std::fs::create_dir(&folder).unwrap();
    let text = format!("[work]\naws_access_key_id = {ACCOUNT}\naws_secret_access_key = x\n");
    std::fs::write(folder.join("credentials"), text).unwrap();
    succeed(only(&ecr).env("AWS_PROFILE", "work"));
}

#[test]
fn a_profile_that_takes_a_role() {
    let ecr = LocalEcr::start();
    let folder = ecr.home().join(".aws");
    std::fs::create_dir(&folder).unwrap();
    let keys = "[source]\naws_access_key_id = 111111111111\naws_secret_access_key = x\n";
    std::fs::write(folder.join("credentials"), keys).unwrap();
    let text = format!(
        "[profile work]\nrole_arn = arn:aws:iam::{ACCOUNT}:role/work\nsource_profile = source\n"
    );
    std::fs::write(folder.join("config"), text).unwrap();
    succeed(only(&ecr).env("AWS_PROFILE", "work"));
    assert_eq!(asked(&ecr)[0], "AssumeRole");
}

#[test]
fn a_process_that_a_profile_names() {
    let ecr = LocalEcr::start();
    let folder = ecr.home().join(".aws");
    std::fs::create_dir(&folder).unwrap();
    let said = value!({ "Version": 1, "AccessKeyId": ACCOUNT, "SecretAccessKey": "x" });
    std::fs::write(ecr.home().join("said"), said.to_string()).unwrap();
    let home = ecr.home().display();
    let text = format!("[profile work]\ncredential_process = cat {home}/said\n");
    std::fs::write(folder.join("config"), text).unwrap();
    succeed(only(&ecr).env("AWS_PROFILE", "work"));
}

#[test]
fn a_token_in_a_file() {
    let ecr = LocalEcr::start();
    let file = ecr.home().join("token");
    std::fs::write(&file, token("sts.amazonaws.com")).unwrap();
    succeed(
        only(&ecr)
            .env("AWS_WEB_IDENTITY_TOKEN_FILE", &file)
            .env("AWS_ROLE_ARN", format!("arn:aws:iam::{ACCOUNT}:role/pod")),
    );
    assert_eq!(asked(&ecr)[0], "AssumeRoleWithWebIdentity");
}

#[test]
fn a_container_of_ecs() {
    let ecr = LocalEcr::start();
    let agent = Server::start(|_, _| credentials(LATER));
    succeed(only(&ecr).env("AWS_CONTAINER_CREDENTIALS_FULL_URI", agent.url("/v2/id")));
    // Asked once, however many calls are made.
    assert_eq!(agent.requests().len(), 1);
}

#[test]
fn a_pod_with_its_token_in_a_file() {
    let ecr = LocalEcr::start();
    let agent = Server::start(|_, request| match request.header("authorization") {
        "token-of-the-pod" => credentials(LATER),
        _ => answer("401 Unauthorized", "text/plain", b"no"),
    });
    let file = ecr.home().join("token");
    std::fs::write(&file, "token-of-the-pod").unwrap();
    succeed(
        only(&ecr)
            .env(
                "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                agent.url("/v1/credentials"),
            )
            .env("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", &file),
    );
}

/// The second version of the metadata service: nothing without a token.
fn metadata(request: &Request) -> Vec<u8> {
    let path = request.path().trim_end_matches('/');
    if request.line.starts_with("PUT") && path == "/latest/api/token" {
        let ttl = request.header("x-aws-ec2-metadata-token-ttl-seconds");
        let head = format!("X-Aws-Ec2-Metadata-Token-Ttl-Seconds: {ttl}\r\n\r\nimds-token");
        let text = format!("HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n{head}");
        return text.into_bytes();
    }
    if request.header("x-aws-ec2-metadata-token") != "imds-token" {
        return answer("401 Unauthorized", "text/plain", b"");
    }
    match path.rsplit_once("/iam/").map(|(_, asked)| asked) {
        Some("security-credentials" | "security-credentials-extended") => {
            answer("200 OK", "text/plain", b"role-of-the-instance")
        }
        Some(_) => credentials(LATER),
        None => answer("404 Not Found", "text/plain", b""),
    }
}

#[test]
fn an_instance() {
    let ecr = LocalEcr::start();
    let service = Server::start(|_, request| metadata(request));
    succeed(
        only(&ecr)
            .env_remove("AWS_EC2_METADATA_DISABLED")
            .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", service.url("/")),
    );
}

#[test]
fn nothing_at_all_is_said_soon() {
    let ecr = LocalEcr::start();
    let begin = std::time::Instant::now();
    // Nobody listens there, as on a runner of GitHub.
    let ran = run(only(&ecr)
        .env_remove("AWS_EC2_METADATA_DISABLED")
        .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:9"));
    assert_eq!((ran.code, ecr.requests()), (Some(1), 0), "{}", ran.stderr);
    for way in ["AWS_ACCESS_KEY_ID", "a profile", "role-to-assume"] {
        assert!(ran.stderr.contains(way), "{}", ran.stderr);
    }
    // A ceiling, not a measurement.
    assert!(begin.elapsed().as_secs() < 30);
}

#[test]
fn credentials_that_end_are_asked_for_again() {
    let ecr = LocalEcr::start();
    // The first are nearly over, the second last.
    let agent = Server::start(|before, _| match before {
        0 => credentials("2000-01-01T00:00:00Z"),
        _ => credentials(LATER),
    });
    succeed(only(&ecr).env("AWS_CONTAINER_CREDENTIALS_FULL_URI", agent.url("/")));
    assert_eq!(agent.requests().len(), 2);
}

#[test]
fn credentials_that_the_service_calls_ended_are_asked_for_once_more() {
    let ecr = LocalEcr::start();
    let agent = Server::start(|_, _| credentials(LATER));
    let check = |calls, code, tokens| {
        let fault = Fault {
            operation: "DescribeRepositories".to_owned(),
            calls,
            spoil: Spoil::refuse("ExpiredTokenException"),
        };
        let proxy = proxy::before(&ecr.address, [fault]);
        let before = agent.requests().len();
        let ran = run(up(&ecr, &[])
            .env("AWS_CONTAINER_CREDENTIALS_FULL_URI", agent.url("/"))
            .env("AWS_ENDPOINT_URL_ECR", format!("http://{}", proxy.address)));
        assert_eq!(ran.code, Some(code), "{}", ran.stderr);
        assert_eq!(agent.requests().len() - before, tokens);
        ran
    };
    check(1..=1, 0, 2);
    let ended = check(1..=usize::MAX, 1, 2);
    assert!(
        ended
            .stderr
            .contains("the job is longer than their session"),
        "{}",
        ended.stderr
    );
}

/// A source that is there and says no is another thing than none.
#[test]
fn a_source_that_fails_is_named() {
    let ecr = LocalEcr::start();
    let agent = Server::start(|_, _| answer("403 Forbidden", "text/plain", b"not you"));
    let ran = run(only(&ecr).env("AWS_CONTAINER_CREDENTIALS_FULL_URI", agent.url("/")));
    assert_eq!((ran.code, ecr.requests()), (Some(1), 0));
    insta::assert_snapshot!(ran.stderr.trim(), @"error: the AWS credentials that are configured here cannot be had: an error occurred while loading credentials: Non-success status from HTTP credential provider: StatusCode(403)");
}

#[test]
fn a_role_on_top_of_any_of_them() {
    let ecr = LocalEcr::start();
    let agent = Server::start(|_, _| credentials(LATER));
    let words = ["--role-to-assume", ROLE];
    succeed(up(&ecr, &words).env("AWS_CONTAINER_CREDENTIALS_FULL_URI", agent.url("/")));
    assert_eq!(asked(&ecr)[0], "AssumeRole");
}

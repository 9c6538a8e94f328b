//! Signing in: by the token of a job, by other credentials, and by each source
//! that the AWS SDKs know. What answers are real small servers and the STS of
//! the local ECR, which holds requests to STS's limits and trusts everybody.

mod proxies;
mod sources;

use crate::harness::{LocalEcr, Ran, clean, run, succeed};
use crate::http::{Request, Server, answer, json};
use crate::proxy::{self, Fault, Proxy, Spoil};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json as value};
use std::process::Command;

const ROLE: &str = "arn:aws:iam::222222222222:role/ci/push";
const SUBJECT: &str = "repo:octocat/hello:environment:production";
/// What the runner wants to see of who asks for a token.
const BEARER: &str = "bearer-of-the-runner-4711";

/// A token for this audience, signed by nobody.
fn token(audience: &str) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let claims =
        value!({ "iss": "https://token.actions.example", "sub": SUBJECT, "aud": audience });
    let head = value!({ "alg": "RS256", "typ": "JWT" });
    format!("{}.{}.c2lnbmF0dXJl", part(&head), part(&claims))
}

/// The runner's answer to who may ask: a token for the audience in the query.
fn issued(request: &Request) -> Vec<u8> {
    if request.header("authorization") != format!("Bearer {BEARER}") {
        return answer("401 Unauthorized", "application/json", b"{}");
    }
    let (_, audience) = request.path().rsplit_once("audience=").unwrap();
    json(&value!({ "count": 1, "value": token(audience) }))
}

/// A look by `ecrane up`, where the local ECR is AWS.
fn up(ecr: &LocalEcr, words: &[&str]) -> Command {
    whole(ecr, &[words, &["--dry-run"]].concat())
}

/// The same to the pushed image.
fn whole(ecr: &LocalEcr, words: &[&str]) -> Command {
    let mut command = clean(crate::harness::binary(), ecr.home());
    command
        .args(["up", "--repository", "app", "--tags", "v1"])
        .args(["--image", "examples/hello/layout"])
        .args(words)
        .env("AWS_REGION", "eu-central-1")
        .env("AWS_ENDPOINT_URL_ECR", &ecr.url)
        .env("AWS_ENDPOINT_URL_STS", &ecr.url)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .current_dir(crate::harness::root());
    command
}

/// The same in a job that this runner gives tokens.
fn job(mut command: Command, runner: &Server) -> Command {
    command
        .env("GITHUB_ACTIONS", "true")
        .env(
            "ACTIONS_ID_TOKEN_REQUEST_URL",
            runner.url("/id?api-version=2.0"),
        )
        .env("ACTIONS_ID_TOKEN_REQUEST_TOKEN", BEARER);
    command
}

fn asked(ecr: &LocalEcr) -> Vec<String> {
    let log = ecr.log_since(0);
    let operations = log.iter().map(|it| it["operation"].as_str().unwrap());
    operations.map(str::to_owned).collect()
}

/// The role's account as a caller sees it: nobody else has these repositories.
fn in_account(ecr: &LocalEcr, account: &str) -> Value {
    let mut list = ecr.aws_command(&["describe-repositories"]);
    list.env("AWS_ACCESS_KEY_ID", account)
        .env("AWS_REGION", "eu-central-1")
        .env("AWS_DEFAULT_REGION", "eu-central-1");
    serde_json::from_str(&succeed(&mut list).stdout).unwrap()
}

#[test]
fn a_job_takes_its_role_by_its_token_once_for_the_whole_run() {
    let ecr = LocalEcr::start();
    let runner = Server::start(|_, request| issued(request));
    let words = [
        "--role-to-assume",
        ROLE,
        "--allowed-account-ids",
        "222222222222",
        "--push-to",
        "eu-west-1",
    ];
    let ran = succeed(&mut job(whole(&ecr, &words), &runner));
    let requests = runner.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(
        requests[0].path(),
        "/id?api-version=2.0&audience=sts.amazonaws.com"
    );
    let signed_in = asked(&ecr);
    let roles = signed_in.iter().filter(|it| it.starts_with("Assume"));
    assert_eq!(roles.count(), 1, "{signed_in:?}");
    let made = in_account(&ecr, "222222222222");
    assert_eq!(made["repositories"][0]["repositoryName"], "app");

    // Secrets are masked first, in the order in which they come, and shown
    // nowhere else. The account is none.
    let lines: Vec<&str> = ran.stdout.lines().collect();
    let masks: Vec<&str> = lines
        .iter()
        .filter_map(|it| it.strip_prefix("::add-mask::"))
        .collect();
    assert_eq!(masks.len(), 4, "{}", ran.stdout);
    assert_eq!(masks[..2], [BEARER, &token("sts.amazonaws.com")]);
    assert!(lines[..4].iter().all(|it| it.starts_with("::add-mask::")));
    assert_eq!(
        lines[4],
        format!("signed in as {ROLE} by the token of this job")
    );
    for secret in masks {
        let shown = ran.stdout.matches(secret).count() + ran.stderr.matches(secret).count();
        assert_eq!(shown, 1, "{secret}");
        assert!(!secret.contains("222222222222") && secret != "AWS");
    }
}

#[test]
fn what_heals_is_asked_again() {
    let ecr = LocalEcr::start();
    let runner = Server::start(|before, request| match before {
        0 => answer(
            "503 Service Unavailable",
            "text/html",
            b"<html>later</html>",
        ),
        1 => Vec::new(),
        2 => answer("200 OK", "application/json", b"{\"value\": \"cut")
            .split_last()
            .map(|(_, rest)| rest.to_vec())
            .unwrap(),
        _ => issued(request),
    });
    let keys = "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements";
    let spoils = [
        Spoil::refuse("ThrottlingException"),
        Spoil::Refuse("503 Service Unavailable", "ServiceUnavailable".into()),
        Spoil::RefuseSaying(
            "400 Bad Request",
            "InvalidIdentityToken".into(),
            keys.into(),
        ),
        Spoil::refuse("IDPCommunicationError"),
        Spoil::Answer(answer("502 Bad Gateway", "text/html", b"<html>no</html>")),
        Spoil::Lost,
    ];
    let sts = sts(&ecr, "AssumeRoleWithWebIdentity", &spoils);
    let mut command = job(up(&ecr, &["--role-to-assume", ROLE]), &runner);
    succeed(command.env("AWS_ENDPOINT_URL_STS", format!("http://{}", sts.address)));
    assert_eq!(runner.requests().len(), 4);
    assert_eq!(sts.asked("AssumeRoleWithWebIdentity"), 7);
}

/// A proxy before STS that spoils one call after the other.
fn sts(ecr: &LocalEcr, operation: &str, spoils: &[Spoil]) -> Proxy {
    let faults = spoils.iter().enumerate().map(|(n, spoil)| Fault {
        operation: operation.to_owned(),
        calls: n + 1..=n + 1,
        spoil: spoil.clone(),
    });
    proxy::before(&ecr.address, faults)
}

/// A run whose role STS refuses for good, and what a person is told.
fn refused(ecr: &LocalEcr, mut command: Command, operation: &str, code: &str, words: &str) -> Ran {
    let spoil = Spoil::RefuseSaying("403 Forbidden", code.to_owned(), words.to_owned());
    let fault = Fault {
        operation: operation.to_owned(),
        calls: 1..=usize::MAX,
        spoil,
    };
    let sts = proxy::before(&ecr.address, [fault]);
    let ran = run(command.env("AWS_ENDPOINT_URL_STS", format!("http://{}", sts.address)));
    // It is not asked again, and nothing else is asked.
    assert_eq!(sts.asked_in_all(), 1, "{}", ran.stdout);
    assert_eq!((ran.code, ecr.requests()), (Some(1), 0), "{}", ran.stdout);
    ran
}

fn error(ran: &Ran) -> String {
    let text = format!("{}{}", ran.stdout, ran.stderr).replace("%0A", "\n");
    let (_, said) = text.split_once("error:").unwrap();
    said.trim().trim_start_matches(':').to_owned()
}

#[test]
fn a_denied_token_is_read_out_and_not_shown() {
    let ecr = LocalEcr::start();
    let runner = Server::start(|_, request| issued(request));
    let command = job(up(&ecr, &["--role-to-assume", ROLE]), &runner);
    let words = "Not authorized to perform sts:AssumeRoleWithWebIdentity";
    let denied = refused(
        &ecr,
        command,
        "AssumeRoleWithWebIdentity",
        "AccessDenied",
        words,
    );
    insta::assert_snapshot!(error(&denied), @"
    AssumeRoleWithWebIdentity was refused: AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity
      - the token says sub `repo:octocat/hello:environment:production`, aud `sts.amazonaws.com`
      - the trust policy of `arn:aws:iam::222222222222:role/ci/push` must allow `sts:AssumeRoleWithWebIdentity` for just that sub and aud; upper and lower case count
      - this job has an environment: its sub names that, and no branch
      - the role must be there: a mistyped name in account 222222222222 is denied alike
      - a policy of the organisation can deny it too
    ");
    let token = token("sts.amazonaws.com");
    assert_eq!(denied.stdout.matches(&token).count(), 1);
    assert!(denied.stdout.contains(&format!("::add-mask::{token}")));

    let words = ["--role-to-assume", ROLE, "--audience", "my-aws"];
    let command = job(up(&ecr, &words), &runner);
    let words = "Incorrect token audience";
    let denied = refused(
        &ecr,
        command,
        "AssumeRoleWithWebIdentity",
        "InvalidIdentityToken",
        words,
    );
    insta::assert_snapshot!(error(&denied), @"
    AssumeRoleWithWebIdentity was refused: InvalidIdentityToken: Incorrect token audience
      - the token is for `my-aws`: the identity provider of the account 222222222222 must list that, or `audience` say what it lists
    ");
}

#[test]
fn other_credentials_take_the_role_where_a_step_has_keys() {
    let ecr = LocalEcr::start();
    let runner = Server::start(|_, request| issued(request));
    let words = ["--role-to-assume", ROLE, "--role-external-id", "of/them"];
    let keys = |mut command: Command| {
        command
            .env("AWS_ACCESS_KEY_ID", "333333333333")
            .env("AWS_SECRET_ACCESS_KEY", "of-the-caller");
        command
    };
    let ran = succeed(&mut keys(job(up(&ecr, &words), &runner)));
    assert!(
        ran.stdout.contains("by the credentials of the environment"),
        "{}",
        ran.stdout
    );
    assert_eq!(asked(&ecr)[0], "AssumeRole");
    assert_eq!(runner.requests().len(), 0);

    let ecr = LocalEcr::start();
    let command = keys(up(&ecr, &words));
    let words = "User: arn:aws:iam::333333333333:user/ci is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::222222222222:role/ci/push";
    let denied = refused(&ecr, command, "AssumeRole", "AccessDenied", words);
    insta::assert_snapshot!(error(&denied), @"
    AssumeRole was refused: AccessDenied: User: arn:aws:iam::333333333333:user/ci is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::222222222222:role/ci/push
      - the caller's own policy must allow `sts:AssumeRole` on `arn:aws:iam::222222222222:role/ci/push`
      - the role's trust policy must name the caller, or its account
      - a condition on `sts:ExternalId` there must name what `role-external-id` says
      - to take the role by GitHub's token instead, the job needs `permissions: id-token: write`, and no AWS_ACCESS_KEY_ID in its environment
    ");
}

#[test]
fn a_session_that_takes_a_role_has_an_hour() {
    let ecr = LocalEcr::start();
    let mut assume = clean("aws", ecr.home());
    ecr.sign(&mut assume);
    assume
        .env("AWS_ENDPOINT_URL_STS", &ecr.url)
        .args(["sts", "assume-role", "--role-session-name", "first"])
        .args(["--role-arn", "arn:aws:iam::444444444444:role/first"]);
    let session: Value = serde_json::from_str(&succeed(&mut assume).stdout).unwrap();
    let of_session = |name: &str| session["Credentials"][name].as_str().unwrap().to_owned();
    let words = ["--role-to-assume", ROLE, "--role-duration-seconds", "7200"];
    let ran = run(up(&ecr, &words)
        .env("AWS_ACCESS_KEY_ID", of_session("AccessKeyId"))
        .env("AWS_SECRET_ACCESS_KEY", of_session("SecretAccessKey"))
        .env("AWS_SESSION_TOKEN", of_session("SessionToken")));
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.stderr.contains("`role-duration-seconds` may be 3600"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_session_that_has_ended_is_asked_for_anew_by_a_new_token() {
    let ecr = LocalEcr::start();
    let runner = Server::start(|_, request| issued(request));
    let ended = Fault {
        operation: "CreateRepository".to_owned(),
        calls: 1..=1,
        spoil: Spoil::refuse("ExpiredTokenException"),
    };
    let proxy = proxy::before(&ecr.address, [ended]);
    let mut command = job(whole(&ecr, &["--role-to-assume", ROLE]), &runner);
    succeed(command.env("AWS_ENDPOINT_URL_ECR", format!("http://{}", proxy.address)));
    let roles = asked(&ecr);
    let roles = roles.iter().filter(|it| *it == "AssumeRoleWithWebIdentity");
    assert_eq!((roles.count(), runner.requests().len()), (2, 2));
    assert_eq!(proxy.asked("CreateRepository"), 2);
}

#[test]
fn a_job_without_the_permission_is_told_which() {
    let ecr = LocalEcr::start();
    let mut command = up(&ecr, &["--role-to-assume", ROLE]);
    let ran = run(command.env("GITHUB_ACTIONS", "true"));
    assert_eq!((ran.code, ecr.requests()), (Some(1), 0));
    insta::assert_snapshot!(error(&ran), @"the role needs a token of this job, and there is none: the job must have `permissions: id-token: write` (and `contents: read`, as all that are not named are taken away); a pull request from a fork never gets one");
}

#[test]
fn all_that_is_faulty_is_said_together() {
    let ecr = LocalEcr::start();
    let words = [
        "--role-to-assume",
        "arn:aws-cn:iam::222222222222:role/push",
        "--role-session-name",
        "a name",
        "--role-duration-seconds",
        "60",
        "--role-external-id",
        "?",
        "--allowed-account-ids",
        "111111111111,2222",
        "--registries",
        "1234-5678-9012,evil.com/123456789012.dkr.ecr.us-east-1.amazonaws.com",
        "--registry-type",
        "open",
        "--http-proxy",
        "http://user:secret@",
    ];
    let ran = run(up(&ecr, &words)
        .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
        .env("AWS_SESSION_TOKEN", "copied\n")
        .env("HTTPS_PROXY", "not a secret url"));
    assert_eq!((ran.code, ecr.requests()), (Some(2), 0));
    assert!(!ran.stderr.contains("secret"), "{}", ran.stderr);
    let said = ran.stderr.lines();
    let said = said.filter(|it| {
        ["error", " -->", "-->", "  = help", " = help"]
            .iter()
            .any(|of| it.starts_with(of))
    });
    insta::assert_snapshot!(said.collect::<Vec<_>>().join("\n"), @"
    error[input]: AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not
    --> AWS_SECRET_ACCESS_KEY
     = help: set both, or neither
    error[input]: AWS_SESSION_TOKEN ends with a space or a line end
    --> AWS_SESSION_TOKEN
     = help: take it away where the value is kept; it is not shown here
    error[input]: account id must have 12 digits, got 4
     --> allowed-account-ids:1:5
      = help: quote it in YAML: a leading zero of a bare number is lost
    error[input]: the role's account is none of `allowed-account-ids`
     --> role-to-assume:1:1
      = help: take a role of one of them, or add its account
    error[input]: the role is of the partition `aws-cn`, and the Region `eu-central-1` of `aws`
     --> role-to-assume:1:1
      = help: a role is good in its own partition only
    error[input]: session name holds a space at column 2
     --> role-session-name:1:2
    error[input]: a session has 900 to 43200 seconds, not `60`
     --> role-duration-seconds:1:1
    error[input]: external id must be of letters, digits and `+=,.@:/-_`
    --> role-external-id
    error[input]: this is not the URL of a proxy (it is not shown here, as there may be a password in it)
    --> http-proxy
     = help: write `http://host:port`, or `http://user:password@host:port`
    error[input]: registry host is not one of Amazon ECR's
     --> registries:1:1
      = help: credentials are sent to ECR and to loopback only, for example `123456789012.dkr.ecr.eu-central-1.amazonaws.com`
    error[input]: account id has dashes
     --> registries:1:5
      = help: remove them: `123456789012`
    error[input]: `open` is no type of registry
     --> registry-type:1:1
      = help: write `private` or `public`
    error: 12 inputs are faulty; nothing was called
    ");
}

#[test]
fn credentials_of_another_account_are_not_used() {
    let ecr = LocalEcr::start();
    let allowed = ["--allowed-account-ids", "111111111111\n222222222222"];
    let ran = run(up(&ecr, &allowed)
        .env("AWS_ACCESS_KEY_ID", "333333333333")
        .env("AWS_SECRET_ACCESS_KEY", "x"));
    assert_eq!(ran.code, Some(3));
    assert_eq!(asked(&ecr), ["GetCallerIdentity"]);
    insta::assert_snapshot!(ran.stderr, @"error: these credentials are of the account 333333333333, and `allowed-account-ids` has 111111111111, 222222222222; nothing was done");
    succeed(
        up(&ecr, &allowed)
            .env("AWS_ACCESS_KEY_ID", "222222222222")
            .env("AWS_SECRET_ACCESS_KEY", "x"),
    );
}

#[test]
fn credentials_that_are_refused_when_asked_whose_they_are_say_why() {
    let ecr = LocalEcr::start();
    let check = |code: &str| {
        let mut command = up(&ecr, &["--allowed-account-ids", "222222222222"]);
        command
            .env("AWS_ACCESS_KEY_ID", "222222222222")
            .env("AWS_SECRET_ACCESS_KEY", "x");
        error(&refused(&ecr, command, "GetCallerIdentity", code, "no"))
    };
    insta::assert_snapshot!(check("InvalidClientTokenId"), @"
    GetCallerIdentity was refused: InvalidClientTokenId: no
      - the key is unknown to `eu-central-1`: it was deleted or mistyped, is of another partition, or is a session's key without AWS_SESSION_TOKEN
    ");
    insta::assert_snapshot!(check("SignatureDoesNotMatch"), @"
    GetCallerIdentity was refused: SignatureDoesNotMatch: no
      - AWS_SECRET_ACCESS_KEY does not belong to AWS_ACCESS_KEY_ID, or this machine's clock is wrong
    ");
}

/// A build of an image on a base in ECR, which goes nowhere.
#[test]
fn a_build_that_is_not_pushed_reads_from_ecr_as_a_push_does() {
    let ecr = LocalEcr::start();
    let build = |base: &str| {
        let context = ecr.home().join("context");
        std::fs::create_dir_all(&context).unwrap();
        std::fs::write(context.join("Dockerfile"), format!("FROM {base}\n")).unwrap();
        let mut command = clean(crate::harness::binary(), ecr.home());
        command
            .args(["up", "--repository", "app", "--tags", "v1"])
            .args(["--push", "false", "--allowed-account-ids", "222222222222"])
            .arg("--context")
            .arg(&context)
            .env("AWS_ACCESS_KEY_ID", "333333333333")
            .env("AWS_SECRET_ACCESS_KEY", "x")
            .env("AWS_ENDPOINT_URL_STS", &ecr.url);
        command
    };
    let of_ecr = "333333333333.dkr.ecr.eu-west-1.amazonaws.com/base:v1";
    let ran = run(&mut build(of_ecr));
    assert_eq!(
        (ran.code, asked(&ecr)),
        (Some(3), vec!["GetCallerIdentity".to_owned()])
    );
    insta::assert_snapshot!(error(&ran), @"these credentials are of the account 333333333333, and `allowed-account-ids` has 222222222222; nothing was done");
    // Whose base is elsewhere is not asked who they are.
    succeed(&mut build("scratch\nCOPY Dockerfile /"));
    assert_eq!(asked(&ecr).len(), 1);
}

use super::*;
use ecrane_engine::aws::Proof;

const ROLE: &str = "arn:aws:iam::123456789012:role/push";
const TOKENS: [(&str, &str); 2] = [
    ("ACTIONS_ID_TOKEN_REQUEST_URL", "https://runner.example/id"),
    ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "bearer"),
];

fn with_role() -> Inputs {
    Inputs {
        role_to_assume: Some(ROLE.into()),
        ..good()
    }
}

#[test]
fn a_role_is_taken_by_the_jobs_token_unless_somebody_gave_keys() {
    let by_token = |environment: &[(&str, &str)]| {
        let (role, proof) = config(&with_role(), environment)
            .place
            .sign_in
            .role
            .unwrap();
        assert_eq!(role.arn.as_str(), ROLE);
        matches!(proof, Proof::IdToken(_))
    };
    assert!(by_token(&TOKENS));
    let keys = [
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "x"),
    ];
    assert!(!by_token(&[TOKENS.as_slice(), &keys].concat()));
    assert!(!by_token(&TOKENS[..1]));
    assert!(!by_token(&[]));
}

#[test]
fn a_session_is_called_as_trust_policies_of_today_expect() {
    let session = |environment: &[(&str, &str)]| {
        let (role, _) = config(&with_role(), environment)
            .place
            .sign_in
            .role
            .unwrap();
        (role.session.to_string(), role.length.seconds())
    };
    assert_eq!(session(&[]), ("ecrane".to_owned(), 3600));
    let workflow = [("GITHUB_ACTIONS", "true")];
    assert_eq!(session(&workflow), ("GitHubActions".to_owned(), 3600));
}

#[test]
fn the_runners_token_is_not_sent_just_anywhere() {
    let elsewhere = [
        ("ACTIONS_ID_TOKEN_REQUEST_URL", "http://evil.example"),
        TOKENS[1],
    ];
    let said = "this is not an https URL: the runner's token is not sent there";
    check(&with_role(), &elsewhere, &[said]);
    // Nobody asks there who takes no role.
    check(&good(), &elsewhere, &[]);
}

#[test]
fn a_proxy_of_the_environment_counts_where_no_input_names_one() {
    let socks = [("HTTPS_PROXY", "socks5://proxy.example:1080")];
    let said =
        "this is not the URL of a proxy (it is not shown here, as there may be a password in it)";
    check(&good(), &socks, &[said]);
    let named = Inputs {
        http_proxy: Some("http://proxy.example:3128".into()),
        ..good()
    };
    check(&named, &socks, &[]);
}

#[test]
fn a_check_reads_what_a_run_would_sign_in_by_and_needs_none_of_it() {
    let checked = |inputs: Inputs| Inputs {
        mode: Some("check".into()),
        aws_region: None,
        ..inputs
    };
    check(&checked(good()), &[], &[]);
    let faulty = Inputs {
        aws_region: Some("Frankfurt".into()),
        endpoint_url: Some("http://user:pass@127.0.0.1".into()),
        role_to_assume: Some("push".into()),
        ..checked(good())
    };
    let said = [
        "region must be one DNS label of lowercase letters, digits and `-`",
        "an endpoint holds no user name or password",
        "role must be an ARN",
    ];
    check(&faulty, &[], &said);
}

#[test]
fn a_build_alone_signs_in_as_a_push_does() {
    let alone = |inputs: Inputs| Inputs {
        push: Some("false".into()),
        aws_region: None,
        ..inputs
    };
    assert!(
        config(&alone(with_role()), &[])
            .place
            .sign_in
            .role
            .is_some()
    );
    // A registry that is named by its account is in a Region.
    check(
        &alone(signing_in("123456789012")),
        &[],
        &["no AWS Region is given"],
    );
    let ours = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";
    check(&alone(signing_in(ours)), &[], &[]);
}

#[test]
fn what_belongs_to_a_role_says_so_without_one() {
    let inputs = Inputs {
        audience: Some("me".into()),
        role_external_id: Some("id".into()),
        ..good()
    };
    check(
        &inputs,
        &[],
        &[
            "`role-external-id` is about `role-to-assume`, which is not given",
            "`audience` is about `role-to-assume`, which is not given",
        ],
    );
    let inputs = Inputs {
        role_external_id: Some("id".into()),
        ..with_role()
    };
    let said = "a role that is taken by GitHub's token has no external id";
    check(&inputs, &TOKENS, &[said]);
}

#[test]
fn what_is_no_role_is_refused_with_what_to_give() {
    let refused = |arn: &str, message: &str| {
        let inputs = Inputs {
            role_to_assume: Some(arn.into()),
            ..good()
        };
        check(&inputs, &[], &[message]);
    };
    refused("push-images", "role must be an ARN");
    refused(
        "arn:aws:sts::123456789012:assumed-role/push/run",
        "role must not be the session of a role",
    );
    refused(
        "arn:aws:iam::123456789012:user/me",
        "role must be that of a role",
    );
    refused(
        "arn:aws:iam::12345:role/push",
        "role names an account id that must have 12 digits, got 5",
    );
    refused(
        "arn:aws:iam::123456789012:role/",
        "role must end with the role's name, of 1 to 64 characters",
    );
    refused(
        "arn:aws-moon:iam::123456789012:role/push",
        "role must name a partition of AWS, such as `aws` or `aws-cn`",
    );
    refused(
        "arn:aws:iam::123456789012:role/pu$h",
        "role must have a role's name of letters, digits and `+=,.@-_`",
    );
}

/// Inputs of a build that signs in to these.
fn signing_in(registries: &str) -> Inputs {
    Inputs {
        image: None,
        context: Some("../../examples/hello".into()),
        registries: vec![registries.into()],
        ..good()
    }
}

fn registries(inputs: &Inputs) -> Vec<String> {
    match config(inputs, &[]).image {
        ImageSource::Build(spec) => spec.registries.iter().map(ToString::to_string).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn registries_are_accounts_of_the_region_or_hosts_of_ecr() {
    let ours = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";
    let accepted = |given: &str, expected: &[&str]| {
        assert_eq!(registries(&signing_in(given)), expected, "{given}");
    };
    accepted("123456789012", &[ours]);
    accepted(&format!("https://{ours}/"), &[ours]);
    accepted("public.ecr.aws/alias", &["public.ecr.aws"]);
    let fips = "123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com";
    let dual = "123456789012.dkr-ecr-fips.us-east-1.on.aws";
    accepted(&format!("{fips}\n{dual}"), &[fips, dual]);
    let public = Inputs {
        registry_type: Some("public".into()),
        ..signing_in("")
    };
    assert_eq!(registries(&public), ["public.ecr.aws"]);
}

#[test]
fn credentials_are_sent_to_no_host_that_only_looks_like_one_of_ecr() {
    let refused = |given: &str, message: &str| check(&signing_in(given), &[], &[message]);
    let not_one = "registry host is not one of Amazon ECR's";
    let ours = "123456789012.dkr.ecr.us-east-1.amazonaws.com";
    refused(&format!("{ours}.evil.com"), not_one);
    refused(&format!("evil.com/{ours}"), not_one);
    refused("123456789012.dkr.ecr.us-east-1.amazonawsXcom", not_one);
    refused(&format!("{ours}/app"), "this names a repository");
    refused("12345678901", "account id must have 12 digits, got 11");
    refused("1234567890123", "account id must have 12 digits, got 13");
    refused("1234-5678-9012", "account id has dashes");
    refused(
        "１２３４５６７８９０１２",
        "account id must be ASCII digits, found `１`",
    );
    let eleven: Vec<String> = (0..11).map(|n| format!("{:012}", n)).collect();
    refused(&eleven.join(","), "these are 11 account ids");
    let scheme = "the scheme is dropped: a registry is a host";
    check(&signing_in(&format!("https://{ours}")), &[], &[scheme]);
    let china = Inputs {
        aws_region: Some("cn-north-1".into()),
        registry_type: Some("public".into()),
        ..signing_in("")
    };
    let said = "the credentials of the partition `aws-cn` are not good for Amazon ECR Public";
    check(&china, &[], &[said]);
}

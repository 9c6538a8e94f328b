use super::*;
use std::str::FromStr;

/// `expected` is the text that the name prints as, or the words of the refusal.
fn check<N: FromStr<Err = NameError> + fmt::Display>(input: &str, expected: &str) {
    let got = match input.parse::<N>() {
        Ok(name) => name.to_string(),
        Err(error) => error.to_string(),
    };
    assert_eq!(got, expected, "for the input {input:?}");
}

#[test]
fn repository_names_follow_the_services_rule() {
    let check = check::<RepositoryName>;
    check("app", "app");
    check("team/sub/app.v2_x", "team/sub/app.v2_x");
    check("a---b", "a---b");
    check("a__b", "a__b");
    check("", "repository name is empty");
    check("a", "repository name must have at least 2 characters");
    check(
        "MyApp",
        "repository name must be lowercase; did you mean `myapp`",
    );
    check("my app", "repository name holds a space at column 3");
    check("app/", "repository name must not end with `/`");
    check("/app", "repository name must not start with `/`");
    check("team//app", "repository name has an empty path component");
    check("-app", "repository name must start with a letter or digit");
    check("--config=/x", "repository name must not hold `=`");
    check("app.", "repository name must end with a letter or digit");
    check("a..b", "repository name may have at most one `.` in a row");
    check("a___b", "repository name may have at most two `_` in a row");
    check("a-_b", "repository name mixes separators in `-_`");
    check(
        "büro",
        "repository name holds the non-ASCII character `ü` (U+00FC) at column 2",
    );
    check(
        "app\n::x::",
        "repository name holds the control character U+000A at column 4",
    );
    check("../../etc", "repository name has the component `..`");
    check(
        "app:v1",
        "repository name looks like it holds a tag; give `app` here and the tag in `tags`",
    );
    check(
        "app@sha256:00",
        "repository name looks like it holds a digest; give the name alone",
    );
    check(
        "123456789012.dkr.ecr.us-east-1.amazonaws.com/app",
        "repository name looks like a full URI; give `app`",
    );
    check(&"a".repeat(256), &"a".repeat(256));
    check(
        &"a".repeat(257),
        "repository name is too long: 257 > 256 characters",
    );
}

#[test]
fn a_refusal_points_at_the_character() {
    let at = |text: &str| text.parse::<RepositoryName>().unwrap_err().at;
    assert_eq!(at("team/My"), 5);
    assert_eq!(at("team/a___b"), 6);
    assert_eq!(at("team/"), 5);
}

#[test]
fn tags_are_those_that_clients_can_pull() {
    let check = check::<Tag>;
    check("v1.2-rc_3", "v1.2-rc_3");
    check("_x", "_x");
    check("", "tag is empty");
    check(".v1", "tag must start with a letter, a digit or `_`");
    check("-v1", "tag must start with a letter, a digit or `_`");
    check(
        "feature/x",
        "tag must not hold `/`; did you mean `feature-x`",
    );
    check(
        "1.0.0+build5",
        "tag must not hold `+`; did you mean `1.0.0-build5`",
    );
    check("v 1", "tag holds a space at column 2");
    check(
        "v1–rc",
        "tag holds the non-ASCII character `–` (U+2013) at column 3",
    );
    check("app:v1", "tag must not hold `:`; give only the tag");
    check(
        "v*",
        "tag must not hold `*`; patterns are for policies, not for tags",
    );
    check(&"a".repeat(129), "tag is too long: 129 > 128 characters");
}

#[test]
fn accounts_are_twelve_digits() {
    let check = check::<AccountId>;
    check("012345678901", "012345678901");
    check("1234567890123", "account id must have 12 digits, got 13");
    check(
        "12345678901",
        "account id must have 12 digits, got 11; quote it in YAML: a leading zero of a bare number is lost",
    );
    check(
        "1234-5678-9012",
        "account id has dashes; remove them: `123456789012`",
    );
    check("１２３４", "account id must be ASCII digits, found `１`");
}

#[test]
fn regions_are_dns_labels() {
    let check = check::<Region>;
    check("eu-central-1", "eu-central-1");
    check("xx-new-1", "xx-new-1");
    check("", "region is empty; set it, for example `eu-central-1`");
    check(
        "https://ecr.us-east-1.amazonaws.com",
        "region must not be a URL; give its name, for example `eu-central-1`",
    );
    check(
        "us-east-1.evil.com/x",
        "region must be one DNS label of lowercase letters, digits and `-`",
    );
    check(
        "us-east-1\r\nX: y",
        "region holds the control character U+000D at column 10",
    );
    let known = |text: &str| text.parse::<Region>().unwrap().known();
    assert_eq!(known("us-east-1"), Ok(()));
    assert_eq!(known("us-esat-1"), Err(Some("us-east-1")));
    assert_eq!(known("xx-new-1"), Err(None));
}

#[test]
fn every_form_of_registry_host_is_known_and_no_look_alike() {
    let same = |host: &str| check::<RegistryHost>(host, host);
    same("123456789012.dkr.ecr.eu-central-1.amazonaws.com");
    same("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn");
    same("123456789012.dkr.ecr.us-gov-west-1.amazonaws.com");
    same("123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com");
    same("123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu");
    same("123456789012.dkr.ecr.us-iso-east-1.c2s.ic.gov");
    same("123456789012.dkr.ecr.us-isob-east-1.sc2s.sgov.gov");
    same("123456789012.dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk");
    same("123456789012.dkr.ecr.us-isof-south-1.csp.hci.ic.gov");
    same("123456789012.dkr-ecr.us-east-1.on.aws");
    same("123456789012.dkr-ecr-fips.us-east-1.on.aws");
    same("123456789012.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn");
    same("public.ecr.aws");
    same("127.0.0.1:5100");
    same("localhost:5100");
    same("[::1]:5100");

    let refused = |host: &str| {
        let error = host.parse::<RegistryHost>().unwrap_err();
        assert_eq!(error.message, "is not one of Amazon ECR's", "for {host:?}");
    };
    refused("123456789012.dkr.ecr.us-east-1.amazonaws.com.evil.com");
    refused("evil.com/123456789012.dkr.ecr.us-east-1.amazonaws.com");
    refused("123456789012.dkr.ecr.us-east-1.amazonawsXcom");
    refused("123456789012.dkr.ecr.cn-north-1.amazonaws.com");
    refused("127.0.0.1.evil.com:5100");
    refused("localhost.evil.com:80");
    refused("192.168.0.1:5100");
}

#[test]
fn an_endpoint_that_the_user_named_may_be_the_registry() {
    let named = |host: &str| RegistryHost::behind_endpoint(host, "ecr-local:5100").is_ok();
    assert!(named("ecr-local:5100"));
    assert!(named("127.0.0.1:9"));
    assert!(!named("ecr-local.evil.com:5100"));
}

#[test]
fn references_are_by_tag_or_by_digest() {
    let check = check::<Reference>;
    let digest = format!("sha256:{}", "0f".repeat(32));
    check("127.0.0.1:5100/team/app:v1", "127.0.0.1:5100/team/app:v1");
    check("127.0.0.1:5100/app", "127.0.0.1:5100/app:latest");
    check(
        &format!("public.ecr.aws/a/app@{digest}"),
        &format!("public.ecr.aws/a/app@{digest}"),
    );
    check(
        "public.ecr.aws/app@sha256:00",
        "digest must have 64 lowercase hex digits, got 2",
    );
    check(
        "public.ecr.aws/app@sha512:00",
        "digest must start with `sha256:`",
    );
}

#[test]
fn a_star_stands_for_any_characters_and_nothing_else_is_special() {
    let check = |pattern: &str, name: &str, expected: bool| {
        assert_eq!(
            Pattern::new(pattern).matches(name),
            expected,
            "{pattern:?} on {name:?}"
        );
    };
    check("team/app", "team/app", true);
    check("team/app", "team/apps", false);
    check("team/*", "team/", true);
    check("team/*", "other/app", false);
    check("*-prod", "x-prod", true);
    check("a*b*c", "a-b-b-c", true);
    check("a*b*c", "a-c-b", false);
    check("ab*ba", "aba", false);
    check("v1.?", "v1.2", false);
    check("*", "", true);
    check("**", "x", true);
    check("*a*a*a*a*b", &"a".repeat(10_000), false);
}

#[test]
fn a_host_of_aws_is_told_from_another() {
    let check =
        |host: &str, expected: bool| assert_eq!(Partition::has_host(host), expected, "{host}");
    check("api.ecr.eu-central-1.amazonaws.com", true);
    check(
        "vpce-0a1b-2c3d.api.ecr.eu-central-1.vpce.amazonaws.com",
        true,
    );
    check("ecr.cn-north-1.amazonaws.com.cn", true);
    check("ecr.us-east-1.on.aws", true);
    check("127.0.0.1", false);
    check("localhost", false);
    check("amazonaws.com", false);
    check("notamazonaws.com", false);
    check("amazonaws.com.example.org", false);
}

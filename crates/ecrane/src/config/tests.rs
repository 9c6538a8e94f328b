mod build;
mod identity;
mod tags;

use super::*;
use crate::inputs::Inputs;
use ecrane_core::diagnostic::Colour;

/// Inputs that are good as they are; the context is this crate's own folder.
fn good() -> Inputs {
    Inputs {
        aws_region: Some("eu-central-1".into()),
        repository: Some("team/app".into()),
        image: Some("../../examples/hello/layout".into()),
        tags: vec!["v1".into()],
        ..Inputs::default()
    }
}

fn read_in(
    inputs: &Inputs,
    environment: &[(&str, &str)],
) -> Result<(Config, Vec<Fault>), Vec<Fault>> {
    read(inputs, Service::Aws, |name| {
        environment
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| (*value).to_owned())
    })
}

fn config(inputs: &Inputs, environment: &[(&str, &str)]) -> Config {
    read_in(inputs, environment).unwrap().0
}

/// The messages of all faults, or of all warnings.
fn check(inputs: &Inputs, environment: &[(&str, &str)], expected: &[&str]) {
    let found = match read_in(inputs, environment) {
        Ok((_, warnings)) => warnings,
        Err(faults) => faults,
    };
    let messages: Vec<String> = found
        .iter()
        .flat_map(|fault| &fault.diagnostics)
        .map(|diagnostic| diagnostic.message.clone())
        .collect();
    assert_eq!(messages, expected);
}

#[test]
fn the_region_comes_from_the_input_then_from_the_usual_variables() {
    let without = Inputs {
        aws_region: None,
        ..good()
    };
    let region = |inputs: &Inputs, environment: &[(&str, &str)]| {
        config(inputs, environment)
            .place
            .region
            .unwrap()
            .to_string()
    };
    let both = [
        ("AWS_REGION", "us-east-1"),
        ("AWS_DEFAULT_REGION", "us-west-2"),
    ];
    assert_eq!(region(&good(), &both), "eu-central-1");
    assert_eq!(region(&without, &both), "us-east-1");
    assert_eq!(
        region(&without, &[("AWS_REGION", ""), both[1]]),
        "us-west-2"
    );
    check(&without, &[], &["no AWS Region is given"]);
    check(
        &without,
        &[("AWS_REGION", "us-esat-1")],
        &["`us-esat-1` is no Region known here"],
    );
}

#[test]
fn a_mode_that_is_named_goes_before_the_event() {
    let mode = |name: &str, event: &str| {
        let inputs = Inputs {
            mode: Some(name.to_owned()),
            ..good()
        };
        config(&inputs, &[("GITHUB_EVENT_NAME", event)]).mode
    };
    assert_eq!(mode("up", "pull_request"), Mode::Up);
    assert_eq!(mode("plan", "push"), Mode::Plan);
    assert_eq!(mode("check", "push"), Mode::Check);
}

#[test]
fn a_pull_request_shows_the_plan_unless_told_to_push() {
    let mode = |push: Option<&str>, dry_run: Option<&str>, event: &str| {
        let inputs = Inputs {
            push: push.map(str::to_owned),
            dry_run: dry_run.map(str::to_owned),
            ..good()
        };
        config(&inputs, &[("GITHUB_EVENT_NAME", event)]).mode
    };
    assert_eq!(mode(None, None, "push"), Mode::Up);
    assert_eq!(mode(None, None, "pull_request"), Mode::Plan);
    assert_eq!(mode(None, None, "pull_request_target"), Mode::Plan);
    assert_eq!(mode(Some("true"), None, "pull_request"), Mode::Up);
    assert_eq!(mode(Some("false"), None, "push"), Mode::BuildOnly);
    assert_eq!(mode(Some("true"), Some("true"), "push"), Mode::Plan);
}

#[test]
fn a_value_that_may_be_confidential_is_not_quoted() {
    let inputs = Inputs {
        image: None,
        context: Some("../../examples/hello".into()),
        build_args: vec!["1TOKEN=sesame".into()],
        cache_to: vec!["type=s3,secret_access_key=sesame,sesame".into()],
        endpoint_url: Some("http://user:sesame@127.0.0.1".into()),
        ..good()
    };
    let faults = read_in(&inputs, &[]).unwrap_err();
    let text: String = faults
        .iter()
        .map(|fault| fault.render(Colour::Off))
        .collect();
    assert!(!text.contains("sesame"), "{text}");
    let shown = ["1TOKEN", "type=s3,secret_access_key=…,…", "127.0.0.1"];
    assert!(shown.iter().all(|it| text.contains(it)), "{text}");
}

#[test]
fn a_key_is_of_the_regions_that_it_is_to_encrypt_in() {
    let check = |key: &str, expected: &[&str]| {
        let inputs = Inputs {
            kms_key: Some(key.to_owned()),
            push_to: vec!["eu-west-1".into()],
            ..good()
        };
        check(&inputs, &[], expected);
    };
    check("alias/images", &[]);
    let arn = "arn:aws:kms:eu-central-1:123456789012:key/1234";
    check(
        arn,
        &["the key is of `eu-central-1`, and encrypts nothing in `eu-west-1`"],
    );
}

#[test]
fn further_registries_are_others_and_are_given_once() {
    let check = |push_to: &str, endpoint: Option<&str>, expected: &[&str]| {
        let inputs = Inputs {
            push_to: vec![push_to.into()],
            endpoint_url: endpoint.map(str::to_owned),
            ..good()
        };
        check(&inputs, &[], expected);
    };
    check(
        "eu-west-1\n123456789012, 127.0.0.1:5101",
        Some("http://127.0.0.1:5100"),
        &[],
    );
    check(
        "eu-west-1,eu-west-1",
        None,
        &["this is given twice; it is taken once"],
    );
    check("eu-central-1", None, &["the image goes there already"]);
    check("127.0.0.1:5101", None, &["this is no registry of AWS"]);
    check("eu-wset-1", None, &["`eu-wset-1` is no Region known here"]);
    check(
        "public.ecr.aws",
        None,
        &["Amazon ECR Public is not a private registry"],
    );
}

#[test]
fn every_fault_is_found_at_once() {
    let inputs = Inputs {
        aws_region: Some("us east".into()),
        endpoint_url: Some("ftp://x".into()),
        repository: Some("App".into()),
        create_repository: Some("yes".into()),
        image_tag_mutability: Some("IMMUTABLE_WITH_EXCLUSION".into()),
        scan_on_push: Some("1".into()),
        repository_tags: vec!["novalue\naws:x=1".into()],
        tags: vec!["v*".into()],
        push: Some("maybe".into()),
        image: Some("nowhere".into()),
        lifecycle_policy: Some("nowhere.json".into()),
        ..Inputs::default()
    };
    let faults = read_in(&inputs, &[]).unwrap_err();
    let text: Vec<String> = faults
        .iter()
        .map(|fault| fault.render(Colour::Off))
        .collect();
    insta::assert_snapshot!(text.join("\n\n"), @"
    error[input]: `maybe` is neither true nor false
     --> push:1:1
      |
    1 | maybe
      | ^^^^^
      |
      = help: write `true` or `false`

    error[input]: region holds a space at column 3
     --> aws-region:1:3
      |
    1 | us east
      |   ^

    error[input]: `ftp` is not a scheme of the AWS API; use `https` or `http`
     --> endpoint-url:1:1
      |
    1 | ftp://x
      | ^^^^^^^

    error[input]: repository name must be lowercase
     --> repository:1:1
      |
    1 | App
      | ^
      |
      = help: did you mean `app`

    error[input]: `yes` is neither true nor false
     --> create-repository:1:1
      |
    1 | yes
      | ^^^
      |
      = help: write `true` or `false`

    error[input]: `IMMUTABLE_WITH_EXCLUSION` says that tags are excepted, and none are named
     --> image-tag-mutability:1:1
      |
    1 | IMMUTABLE_WITH_EXCLUSION
      | ^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: name them in `image-tag-mutability-exclusion-filters`

    error[input]: `1` is neither true nor false
     --> scan-on-push:1:1
      |
    1 | 1
      | ^
      |
      = help: write `true` or `false`

    error[input]: a tag has no value
     --> repository-tags:1:1
      |
    1 | novalue
      | ^^^^^^^
      |
      = help: write `key=value`

    error[input]: the key `aws:x` starts with `aws:`
     --> repository-tags:1:1
      |
    1 | aws:x=1
      | ^^^^^^^
      |
      = help: AWS keeps these keys for itself

    error[input]: tag must not hold `*`
     --> tags:1:2
      |
    1 | v*
      |  ^
      |
      = help: patterns are for policies, not for tags

    error[input]: the file cannot be read: No such file or directory (os error 2)
     --> lifecycle-policy:1:1
      |
    1 | nowhere.json
      | ^^^^^^^^^^^^
      |
      = help: give a path, a policy's JSON, or the word `default`
    ");
}

//! The inputs `tags` and `flavor`, and what the image says of itself.

use super::{check, config, good, read_in};
use crate::config::ImageSource;
use crate::inputs::Inputs;
use ecrane_core::build::Label;
use ecrane_core::diagnostic::Colour;

fn tags(texts: &[&str]) -> Inputs {
    Inputs {
        tags: texts.iter().map(|text| (*text).to_owned()).collect(),
        ..good()
    }
}

fn names(inputs: &Inputs, environment: &[(&str, &str)]) -> String {
    let tags = config(inputs, environment).desired.tags;
    let names: Vec<String> = tags.iter().map(ToString::to_string).collect();
    names.join(" ")
}

/// A push of the tag v1.2.3 in a workflow.
const RELEASE: &[(&str, &str)] = &[
    ("GITHUB_ACTIONS", "true"),
    ("GITHUB_EVENT_NAME", "push"),
    ("GITHUB_REF", "refs/tags/v1.2.3"),
    ("GITHUB_SHA", "0123456789abcdef0123456789abcdef01234567"),
    ("GITHUB_SERVER_URL", "https://github.com"),
    ("GITHUB_REPOSITORY", "octocat/hello"),
];

/// A pull request, on which nothing is pushed by default.
const PULL_REQUEST: &[(&str, &str)] = &[
    ("GITHUB_EVENT_NAME", "pull_request"),
    ("GITHUB_REF", "refs/pull/7/merge"),
    ("GITHUB_SHA", "0123456789abcdef0123456789abcdef01234567"),
];

#[test]
fn tags_are_bare_or_full_references_to_this_repository() {
    let names = |inputs: &Inputs| names(inputs, &[]);
    assert_eq!(names(&tags(&["v1,v2\nv3"])), "v1 v2 v3");
    let metadata_action = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/team/app:v9";
    assert_eq!(names(&tags(&[metadata_action])), "v9");
    check(
        &tags(&["127.0.0.1:5100/other:v9"]),
        &[],
        &["this reference is to `other`, and the repository is `team/app`"],
    );
    check(
        &tags(&["v1,v1"]),
        &[],
        &["this tag is given twice; it is taken once"],
    );
}

#[test]
fn without_tags_the_commit_names_the_image_and_never_latest() {
    let untagged = Inputs {
        tags: vec![],
        ..good()
    };
    let commit = [("GITHUB_SHA", "0123456789abcdef0123456789abcdef01234567")];
    let tags = config(&untagged, &commit).desired.tags;
    assert_eq!(tags.first().unwrap().as_str(), "0123456");
}

#[test]
fn rules_stand_beside_bare_tags_and_full_references() {
    let mixed = "# releases\ntype=semver,pattern={{version}}\ntype=semver,pattern={{major}}\n\n\
        stable, 127.0.0.1:5100/team/app:exact\n\"type=sha\"";
    assert_eq!(
        names(&tags(&[mixed]), RELEASE),
        "1.2.3 1 stable exact sha-0123456 latest"
    );
    let flavored = Inputs {
        flavor: vec!["suffix=-alpine\nlatest=false".into()],
        ..tags(&[mixed])
    };
    assert_eq!(
        names(&flavored, RELEASE),
        "1.2.3-alpine 1-alpine stable-alpine exact sha-0123456-alpine"
    );
}

#[test]
fn rules_that_give_no_tag_are_a_fault_only_where_something_is_pushed() {
    let releases = tags(&["type=semver,pattern={{version}}"]);
    let none = ["no rule gives a tag at this event"];
    check(&releases, PULL_REQUEST, &none);
    assert_eq!(names(&releases, PULL_REQUEST), "0123456");
    let pushing = Inputs {
        push: Some("true".into()),
        ..releases
    };
    check(&pushing, PULL_REQUEST, &none);
    assert!(read_in(&pushing, PULL_REQUEST).is_err());
}

#[test]
fn what_is_wrong_with_rules_is_told_at_once_and_at_its_place() {
    let faulty = Inputs {
        flavor: vec!["latest=maybe".into()],
        ..tags(&["type=semver,pattern={{verson}}\ntype=raw,value=x,enable=no\nv*"])
    };
    let faults = read_in(&faulty, RELEASE).unwrap_err();
    let shown: Vec<String> = faults.iter().map(|f| f.render(Colour::Off)).collect();
    insta::assert_snapshot!(shown.join("\n"), @"
    error[tag-rule]: `maybe` is not a value of this
     --> flavor:1:8
      |
    1 | latest=maybe
      |        ^^^^^
      |
      = help: write `auto`, `true` or `false`
    error[tag-rule]: `verson` is not known in these braces
     --> tags:1:23
      |
    1 | type=semver,pattern={{verson}}
      |                       ^^^^^^
      |
      = help: did you mean `version`?
    error[tag-rule]: `no` is neither true nor false
     --> tags:1:25
      |
    1 | type=raw,value=x,enable=no
      |                         ^^
      |
      = help: write `true` or `false`
    error[input]: tag must not hold `*`
     --> tags:1:2
      |
    1 | v*
      |  ^
      |
      = help: patterns are for policies, not for tags
    ");
}

#[test]
fn an_event_that_cannot_be_read_is_no_event() {
    let missing = [RELEASE, &[("GITHUB_EVENT_PATH", "/nowhere/event.json")]].concat();
    check(
        &tags(&["type=raw,value={{base_ref}}x"]),
        &missing,
        &["the event of this workflow cannot be read: No such file or directory (os error 2)"],
    );
    // Whoever does not ask for it does not need it.
    assert_eq!(names(&tags(&["v1"]), &missing), "v1");
}

#[test]
fn a_flavor_is_for_tags() {
    let alone = Inputs {
        flavor: vec!["latest=true".into()],
        ..tags(&[])
    };
    check(&alone, RELEASE, &["`flavor` has no effect without `tags`"]);
}

#[test]
fn an_image_describes_itself_in_a_workflow_only() {
    let description = |environment: &[(&str, &str)]| {
        let inputs = Inputs {
            image: None,
            context: Some("../../examples/hello".into()),
            ..tags(&["type=semver,pattern={{version}}"])
        };
        let ImageSource::Build(spec) = config(&inputs, environment).image else {
            panic!("an app is built");
        };
        let labels: Vec<String> = spec.description.iter().map(Label::to_string).collect();
        labels.join("\n")
    };
    let dated = [RELEASE, &[("SOURCE_DATE_EPOCH", "1700000000")]].concat();
    insta::assert_snapshot!(description(&dated), @"
    org.opencontainers.image.created=2023-11-14T22:13:20Z
    org.opencontainers.image.revision=0123456789abcdef0123456789abcdef01234567
    org.opencontainers.image.source=https://github.com/octocat/hello
    org.opencontainers.image.title=hello
    org.opencontainers.image.url=https://github.com/octocat/hello
    org.opencontainers.image.version=1.2.3
    ");
    // The commit is in no repository: when it was made is not known.
    assert!(!description(RELEASE).contains("created"));
    let (_, at_home) = RELEASE.split_first().unwrap();
    assert_eq!(description(at_home), "");
}

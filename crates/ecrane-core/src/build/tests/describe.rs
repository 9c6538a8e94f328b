use super::*;

#[test]
fn platforms_and_build_arguments_are_read_with_care() {
    let platform = |text: &str| match text.parse::<Platform>() {
        Ok(platform) => platform.to_string(),
        Err(error) => error,
    };
    assert_eq!(platform("linux/x86_64"), "linux/amd64");
    assert_eq!(platform("linux/arm/v7"), "linux/arm/v7");
    assert_eq!(
        platform("amd64"),
        "a platform is `os/arch[/variant]`; did you mean `linux/amd64`"
    );
    assert_eq!(
        platform("linux/amd46"),
        "`amd46` is not an architecture; did you mean `linux/amd64`"
    );
    assert_eq!(
        platform("linux/arm/v7/x"),
        "`linux/arm/v7/x` is not a platform: write `os/arch[/variant]`"
    );

    let argument = |text: &str| match text.parse::<BuildArg>() {
        Ok(argument) => argument.to_string(),
        Err(error) => error,
    };
    assert_eq!(argument(r#"J={"a":"b"}"#), r#"J={"a":"b"}"#);
    assert_eq!(argument("A=x  "), "A=x  ");
    assert_eq!(
        argument("=x"),
        "a build argument has no name; write `NAME=value`"
    );
    assert_eq!(
        argument("--build-arg=x"),
        "`--build-arg` is not the name of a build argument: letters, digits and `_`, not starting with a digit"
    );
    assert_eq!(
        argument("A=\0"),
        "the value of `A` holds a NUL, which no argument can"
    );
    assert_eq!(
        argument(&format!("A={}", "x".repeat(200 * 1024))),
        "`A` is longer than the 128 KiB that the kernel takes in one argument"
    );
}

#[test]
fn what_could_add_to_an_argument_is_refused() {
    fn told<T: std::str::FromStr<Err = String>>(text: &str) -> String {
        text.parse::<T>().err().unwrap_or_default()
    }
    for id in ["", "a,src=/etc/shadow", "../x", "-x", "a b"] {
        assert_ne!(told::<SecretId>(id), "", "{id}");
    }
    assert_eq!(told::<SecretId>("npm_token.v2"), "");
    for option in [
        "shm-size=2g",
        "--shm-size 2g",
        "--output=x",
        "-o",
        "-ox",
        "--push",
        "--",
    ] {
        assert_ne!(told::<ExtraOption>(option), "", "{option}");
    }
    for option in ["--allow=network.host", "--ulimit=nofile=1024", "-D"] {
        assert_eq!(told::<ExtraOption>(option), "", "{option}");
    }
    insta::assert_snapshot!(told::<CacheEntry>("mode=max"), @"a cache has a type: write `type=registry,ref=…` or `type=gha`");
    insta::assert_snapshot!(told::<NamedContext>("base"), @"a further context has a name and a source: write `NAME=SOURCE`");
    insta::assert_snapshot!(told::<ExtraHost>("db"), @"a host has a name and an address: write `HOST:ADDRESS`");
    insta::assert_snapshot!(told::<Attestation>("yes"), @"`yes` is neither true nor false, nor parameters such as `mode=max`");
    insta::assert_snapshot!(told::<Compression>("lz4"), @"`lz4` is not a compression: `uncompressed`, `gzip`, `estargz` or `zstd`");
    insta::assert_snapshot!(told::<SshAgent>("a b"), @"an ssh agent is `default`, or an id with the path of a socket or keys: `id=PATH`");
}

fn labels(texts: &[&str]) -> Vec<Label> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

#[test]
fn a_description_gives_way_to_what_is_said() {
    let described = BuildSpec {
        description: labels(&["title=app", "description=a, \"b\""]),
        labels: labels(&["title=mine", "team=x"]),
        annotations: vec!["index,manifest:title=ours".parse().unwrap()],
        ..spec()
    };
    check(
        &described,
        Route::BuildKit,
        "build --progress=plain --iidfile=I --label=description=a, \"b\" --label=title=mine --label=team=x --annotation=index,manifest:title=ours -- app",
    );
    check(
        &described,
        Route::BuildxLayout,
        r#"buildx build --progress=plain --provenance=false --sbom=false --output=type=oci,dest=L,"annotation.description=a, ""b""" --label=description=a, "b" --label=title=mine --label=team=x --annotation=index,manifest:title=ours -- app"#,
    );
}

#[test]
fn an_index_is_described_like_its_manifests() {
    let several = BuildSpec {
        description: labels(&["title=app", "version=1"]),
        annotations: vec!["index:version=2".parse().unwrap()],
        platforms: vec![
            "linux/amd64".parse().unwrap(),
            "linux/arm64".parse().unwrap(),
        ],
        ..spec()
    };
    check(
        &several,
        Route::BuildxLayout,
        "buildx build --progress=plain --provenance=false --sbom=false --output=type=oci,dest=L,annotation.title=app,annotation-index.title=app,annotation.version=1 --label=title=app --label=version=1 --annotation=index:version=2 --platform=linux/amd64,linux/arm64 -- app",
    );
}

#[test]
fn labels_and_annotations_are_read_with_care() {
    let label = |text: &str| match text.parse::<Label>() {
        Ok(label) => label.to_string(),
        Err(error) => error,
    };
    assert_eq!(label("a=b=c "), "a=b=c ");
    assert_eq!(label("a"), "`a` has no value; write `KEY=VALUE`");
    assert_eq!(
        label("=a"),
        "there is no key before the `=`; write `KEY=VALUE`"
    );

    let annotation = |text: &str| match text.parse::<Annotation>() {
        Ok(annotation) => format!("{} {annotation}", annotation.key),
        Err(error) => error,
    };
    assert_eq!(annotation("a=https://b"), "a a=https://b");
    assert_eq!(
        annotation("index,manifest[linux/arm64]:a=b"),
        "a index,manifest[linux/arm64]:a=b"
    );
    assert_eq!(
        annotation("idx:a=b"),
        "`idx` is not a place for an annotation: `manifest`, `index`, `manifest-descriptor`, `index-descriptor`"
    );
}

#[test]
fn an_image_says_what_the_workflow_knows() {
    use crate::tags::{Event, Payload};
    let variable = |name: &str| {
        let value = match name {
            "GITHUB_SHA" => "860c190",
            "GITHUB_REPOSITORY" => "octocat/hello",
            "GITHUB_SERVER_URL" => "https://github.example",
            _ => return None,
        };
        Some(value.to_owned())
    };
    let said = |payload: &str| {
        let payload = Payload::parse(payload).unwrap();
        let event = Event::of_workflow(variable, &payload, time::OffsetDateTime::UNIX_EPOCH);
        let version = "1.2".parse().unwrap();
        let labels = describe(&event, Some(&version), event.commit_time);
        let lines: Vec<String> = labels.iter().map(Label::to_string).collect();
        lines.join("\n")
    };
    insta::assert_snapshot!(said("{}"), @"
    org.opencontainers.image.revision=860c190
    org.opencontainers.image.source=https://github.example/octocat/hello
    org.opencontainers.image.title=hello
    org.opencontainers.image.url=https://github.example/octocat/hello
    org.opencontainers.image.version=1.2
    ");
    insta::assert_snapshot!(said(
        r#"{"repository": {"name": "hello", "description": "Says hello", "license": {"spdx_id": "MIT"},
            "html_url": "https://github.example/octocat/hello"},
            "head_commit": {"id": "860c190", "timestamp": "2022-04-19T11:27:24+02:00"}}"#
    ), @"
    org.opencontainers.image.created=2022-04-19T11:27:24+02:00
    org.opencontainers.image.description=Says hello
    org.opencontainers.image.licenses=MIT
    org.opencontainers.image.revision=860c190
    org.opencontainers.image.source=https://github.example/octocat/hello
    org.opencontainers.image.title=hello
    org.opencontainers.image.url=https://github.example/octocat/hello
    org.opencontainers.image.version=1.2
    ");
    let unknown = r#"{"repository": {"description": "", "license": {"spdx_id": "NOASSERTION"}}}"#;
    assert_eq!(said(unknown), said("{}"));
}

//! Command lines, and who can run them.

use super::*;

fn builder(client: &str, buildx: Option<&str>, oci_exporter: OciExporter) -> Builder {
    Builder::Docker(Docker {
        client: client.into(),
        engine: "26.1".into(),
        buildx: buildx.map(str::to_owned),
        oci_exporter,
        image_place: ImagePlace::Here,
    })
}

fn spec() -> BuildSpec {
    BuildSpec {
        context: "app".into(),
        ..BuildSpec::default()
    }
}

fn check(spec: &BuildSpec, route: Route, expected: &str) {
    let files = BuildFiles {
        layout_tar: "L".into(),
        builder: "B".into(),
        image_id: "I".into(),
        metadata: "M".into(),
        names: ["v1", "latest"]
            .map(|tag| format!("127.0.0.1:5100/app:{tag}").parse().unwrap())
            .into(),
        secrets: "S".into(),
    };
    let argv: Vec<String> = argv(spec, route, &files)
        .into_iter()
        .map(|word| word.into_string().unwrap())
        .collect();
    assert_eq!(argv.join(" "), expected);
}

#[test]
fn the_command_line_of_each_route() {
    let plain = spec();
    check(
        &plain,
        Route::BuildxLayout,
        "buildx build --progress=plain --provenance=false --sbom=false --output=type=oci,dest=L -- app",
    );
    check(
        &plain,
        Route::BuildxLoad,
        "buildx build --progress=plain --provenance=false --sbom=false --load --iidfile=I -- app",
    );
    check(
        &plain,
        Route::BuildKit,
        "build --progress=plain --iidfile=I -- app",
    );
    check(
        &plain,
        Route::Classic,
        "build --force-rm --iidfile=I -- app",
    );
}

#[test]
fn every_input_of_a_build_has_its_place() {
    let full = BuildSpec {
        file: Some("app/Dockerfile.prod".into()),
        build_args: vec![
            "A=b=c==".parse().unwrap(),
            "FROM_ENVIRONMENT".parse().unwrap(),
        ],
        target: Some("final".into()),
        platforms: vec![
            "linux/amd64".parse().unwrap(),
            "linux/aarch64".parse().unwrap(),
        ],
        ..spec()
    };
    check(
        &full,
        Route::Classic,
        "build --force-rm --iidfile=I --file=app/Dockerfile.prod --build-arg=A=b=c== --build-arg=FROM_ENVIRONMENT --target=final --platform=linux/amd64,linux/arm64 -- app",
    );
}

#[test]
fn what_buildx_knows_beside_it() {
    let cache = |text: &str| text.parse::<CacheEntry>().unwrap();
    let ecr = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:cache";
    let full = BuildSpec {
        build_contexts: vec!["base = ../base".parse().unwrap()],
        secrets: vec![
            secret("token", SecretSource::Value("never in an argument".into())),
            secret("npm", SecretSource::Environment("NPM_TOKEN".into())),
            secret("key", SecretSource::File("a,b.pem".into())),
        ],
        ssh: vec!["default".parse().unwrap()],
        cache_from: vec![cache("docker.io/app:cache"), cache("type=gha")],
        cache_to: vec![cache(&format!("type=registry,ref={ecr},mode=max")).as_destination()],
        rebuild: Rebuild::Stages(vec!["deps".into()]),
        base_images: BaseImages::All,
        network: Some("none".into()),
        hosts: vec!["db:10.0.0.1".parse().unwrap()],
        provenance: Attestation::With("mode=max".into()),
        builder: Some("big".into()),
        compression: Some(Compression::Zstd),
        options: vec!["--shm-size=2g".parse().unwrap()],
        ..spec()
    };
    check(
        &full,
        Route::BuildxLayout,
        &format!(
            "buildx build --progress=plain --provenance=mode=max --sbom=false --builder=big \
             --output=type=oci,dest=L,compression=zstd,force-compression=true \
             --build-context=base=../base --secret=id=token,src=S/token \
             --secret=id=npm,src=S/npm --secret=id=key,\"src=a,b.pem\" --ssh=default \
             --cache-from=type=registry,ref=docker.io/app:cache --cache-from=type=gha,version=2 \
             --cache-to=type=registry,ref={ecr},mode=max,image-manifest=true,oci-mediatypes=true \
             --no-cache-filter=deps --pull --network=none --add-host=db:10.0.0.1 --shm-size=2g -- app"
        ),
    );
    let asked = [
        "NPM_TOKEN",
        "ACTIONS_RUNTIME_TOKEN",
        "AWS_SECRET_ACCESS_KEY",
    ];
    assert_eq!(asked.map(|name| full.asks_for(name)), [false, true, false]);
    assert!(!spec().asks_for("ACTIONS_RUNTIME_TOKEN"));
}

fn secret(id: &str, source: SecretSource) -> Secret {
    let id = id.parse().unwrap();
    Secret { id, source }
}

#[test]
fn what_a_builder_cannot_do_is_refused_at_once() {
    let wanting = BuildSpec {
        secrets: vec![secret("token", SecretSource::Value("x".into()))],
        cache_to: vec!["type=gha".parse().unwrap()],
        sbom: Attestation::On,
        ..spec()
    };
    let refusal = |builder: Builder| route(&builder, &wanting).unwrap_err();
    insta::assert_snapshot!(refusal(builder("28.2.2", None, OciExporter::Absent)), @"the builder (docker build 28.2.2, engine 26.1) cannot do what `secrets` and `cache-to` and `sbom` ask for; install the buildx plugin of the Docker client");
    insta::assert_snapshot!(refusal(builder("20.10.24", None, OciExporter::Absent)), @"the builder (docker build 20.10.24, engine 26.1) cannot do what `cache-to` and `sbom` ask for; install the buildx plugin of the Docker client");
    let named = BuildSpec {
        builder: Some("default".into()),
        ..wanting.clone()
    };
    let refusal = route(
        &builder("28.2.2", Some("0.13"), OciExporter::Absent),
        &named,
    )
    .unwrap_err();
    insta::assert_snapshot!(refusal, @"the builder (docker buildx 0.13, engine 26.1) cannot do what `sbom` asks for; turn on the engine's containerd image store, or name a `builder` of the docker-container driver");
}

#[test]
fn the_route_follows_from_what_answered() {
    let check = |b: Builder, expected: Route| assert_eq!(route(&b, &spec()), Ok(expected));
    check(
        builder("26.1", Some("0.13"), OciExporter::Present),
        Route::BuildxLayout,
    );
    check(
        builder("26.1", Some("0.13"), OciExporter::Absent),
        Route::BuildxLoad,
    );
    check(
        builder("20.10.24", None, OciExporter::Absent),
        Route::BuildKit,
    );
    check(builder("28.2.2", None, OciExporter::Absent), Route::Classic);
}

#[test]
fn several_platforms_need_a_builder_that_makes_them() {
    let two = BuildSpec {
        platforms: vec![
            "linux/amd64".parse().unwrap(),
            "linux/arm64".parse().unwrap(),
        ],
        ..spec()
    };
    let refusal = route(&builder("28.2.2", None, OciExporter::Absent), &two).unwrap_err();
    insta::assert_snapshot!(refusal, @"the builder (docker build 28.2.2, engine 26.1) makes one platform at a time, and `platforms` names 2; turn on the engine's containerd image store, or choose a builder of the docker-container driver");
    let able = builder("26.1", Some("0.13"), OciExporter::Present);
    assert_eq!(route(&able, &two), Ok(Route::BuildxLayout));
}

#[test]
fn a_run_makes_a_builder_where_the_engines_own_cannot() {
    let classic = builder("28.2.2", Some("0.25"), OciExporter::Absent);
    let check_need = |wanting: &BuildSpec, expected: &[&str]| {
        assert_eq!(needing_own_builder(wanting), expected);
        let made = matches!(route(&classic, wanting), Ok(Route::OwnBuilder));
        assert_eq!(made, !expected.is_empty(), "{expected:?}");
    };
    let cache = |text: &str| BuildSpec {
        cache_to: vec![text.parse().unwrap()],
        ..spec()
    };
    check_need(&spec(), &[]);
    check_need(&cache("type=inline"), &[]);
    check_need(&cache("type=gha"), &["cache-to"]);
    let all = BuildSpec {
        platforms: vec![
            "linux/amd64".parse().unwrap(),
            "linux/arm64".parse().unwrap(),
        ],
        provenance: Attestation::On,
        ..cache("type=gha")
    };
    check_need(&all, &["platforms", "cache-to", "provenance"]);
    check(
        &all,
        Route::OwnBuilder,
        "buildx build --progress=plain --provenance=true --sbom=false --builder=B --output=type=oci,dest=L --platform=linux/amd64,linux/arm64 --cache-to=type=gha,version=2 -- app",
    );
    let words = |argv: Vec<std::ffi::OsString>| argv.join(" ".as_ref()).into_string().unwrap();
    assert_eq!(
        words(create_builder("B")),
        "buildx create --name=B --driver=docker-container"
    );
    assert_eq!(words(remove_builder("B")), "buildx rm --force B");
}

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

#[test]
fn buildah_has_words_of_its_own() {
    let full = BuildSpec {
        build_contexts: vec!["base=../base".parse().unwrap()],
        secrets: vec![secret(
            "token",
            SecretSource::Value("never in an argument".into()),
        )],
        platforms: vec!["linux/arm64".parse().unwrap()],
        base_images: BaseImages::All,
        rebuild: Rebuild::Everything,
        annotations: vec![
            "manifest:team=a".parse().unwrap(),
            "index:team=b".parse().unwrap(),
        ],
        description: vec!["created=now".parse().unwrap()],
        compression: Some(Compression::Zstd),
        options: vec!["--isolation=chroot".parse().unwrap()],
        ..spec()
    };
    check(
        &full,
        Route::Buildah,
        "build --format=oci --layers --iidfile=I --file=app/Dockerfile --build-context=base=../base \
         --label=created=now --annotation=created=now --annotation=team=a --platform=linux/arm64 \
         --secret=id=token,src=S/token --no-cache --pull=always --isolation=chroot -- app",
    );
    let words = export(&full, "0f1e", "out".as_ref());
    let words: Vec<String> = words
        .into_iter()
        .map(|it| it.into_string().unwrap())
        .collect();
    assert_eq!(
        words.join(" "),
        "push --quiet --format=oci --compression-format=zstd -- 0f1e oci:out"
    );

    let buildah = Builder::Buildah {
        version: "1.39.3".into(),
    };
    assert_eq!(route(&buildah, &full), Ok(Route::Buildah));
    let more = BuildSpec {
        cache_to: vec!["type=gha".parse().unwrap()],
        sbom: Attestation::On,
        builder: Some("big".into()),
        ..full
    };
    insta::assert_snapshot!(route(&buildah, &more).unwrap_err(), @"the builder (buildah 1.39.3) cannot do what `sbom` and `cache-to` and `builder` ask for; build with buildx");
}

#[test]
fn a_builder_that_is_elsewhere_pushes_itself() {
    let far = Builder::Docker(Docker {
        client: "28.2.2".into(),
        engine: "28.2.2".into(),
        buildx: Some("0.25".into()),
        oci_exporter: OciExporter::Present,
        image_place: ImagePlace::Elsewhere,
    });
    let near = builder("28.2.2", Some("0.25"), OciExporter::Present);
    let classic = builder("28.2.2", Some("0.25"), OciExporter::Absent);
    let chosen = |builder: &Builder, push_by: &str| {
        let push_by = push_by.parse().unwrap();
        route(builder, &BuildSpec { push_by, ..spec() })
    };
    assert_eq!(chosen(&far, "auto"), Ok(Route::BuildxPush));
    assert_eq!(chosen(&far, "ecrane"), Ok(Route::BuildxLayout));
    assert_eq!(chosen(&near, "auto"), Ok(Route::BuildxLayout));
    assert_eq!(chosen(&near, "builder"), Ok(Route::BuildxPush));
    insta::assert_snapshot!(chosen(&classic, "builder").unwrap_err(), @"the builder (docker buildx 0.25, engine 26.1) does not push itself, as `push-by` asks for; turn on the engine's containerd image store, or name another `builder`");
    check(
        &BuildSpec {
            description: vec!["created=now".parse().unwrap()],
            ..spec()
        },
        Route::BuildxPush,
        "buildx build --progress=plain --provenance=false --sbom=false \
         --output=type=image,push=true,oci-mediatypes=true,\"name=127.0.0.1:5100/app:v1,127.0.0.1:5100/app:latest\",annotation.created=now \
         --metadata-file=M --label=created=now -- app",
    );
}

use super::*;

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
    check_made(
        Route::OwnBuilder,
        &[],
        &["buildx create --name=B --driver=docker-container"],
    );
    assert_eq!(words(&remove_builder("B")), "buildx rm --force B");
}

fn words(argv: &[std::ffi::OsString]) -> String {
    argv.join(" ".as_ref()).into_string().unwrap()
}

fn check_made(route: Route, adopted: &[NodeContainer], expected: &[&str]) {
    let commands = create_builder(route, adopted, "B");
    let commands: Vec<String> = commands.iter().map(|it| words(it)).collect();
    assert_eq!(commands, expected);
}

#[test]
fn a_builder_is_taken_up_by_its_containers() {
    let running = [
        "buildx_buildkit_farm0",
        "buildx_buildkit_farm10",
        "buildx_buildkit_farm1",
        "farm2",
        "buildx_buildkit_other0",
    ];
    let check = |name: &str, commands: &[&str]| {
        let adopted = NodeContainer::among(&running, name);
        check_made(Route::BuildxLayout, &adopted, commands);
    };
    check(
        "Farm",
        &[
            "buildx create --name=B --driver=remote docker-container://buildx_buildkit_farm0",
            "buildx create --name=B --append --driver=remote docker-container://buildx_buildkit_farm1",
        ],
    );
    let farm1 =
        ["buildx create --name=B --driver=remote docker-container://buildx_buildkit_farm10"];
    check("farm1", &farm1);
    check("far", &[]);
    check("farm.", &[]);
}

#[test]
fn a_builder_that_is_elsewhere_pushes_itself() {
    let far = Builder::Docker(Docker {
        client: "28.2.2".into(),
        engine: "28.2.2".into(),
        buildx: Some("0.25".into()),
        oci_exporter: OciExporter::Present,
        image_place: ImagePlace::Elsewhere,
        adopted: Vec::new(),
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

#[test]
fn the_clients_advice_on_its_builder_is_for_whoever_chose_it() {
    let advice =
        "            BuildKit is currently disabled; enable it by removing the DOCKER_BUILDKIT=0";
    assert!(Route::Classic.is_advice(advice));
    assert!(!Route::BuildKit.is_advice(advice));
    assert!(!Route::Classic.is_advice("Step 1/2 : FROM scratch"));
}

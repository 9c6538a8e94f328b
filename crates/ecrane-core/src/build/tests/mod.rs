//! Command lines, and who can run them.

use super::*;

mod describe;
mod route;

fn builder(client: &str, buildx: Option<&str>, oci_exporter: OciExporter) -> Builder {
    Builder::Docker(Docker {
        client: client.into(),
        engine: "26.1".into(),
        buildx: buildx.map(str::to_owned),
        oci_exporter,
        image_place: ImagePlace::Here,
        adopted: Vec::new(),
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
        builder: (route == Route::OwnBuilder).then(|| "B".into()),
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

//! The inputs of a build.

use super::{Service, check, config, good, read};
use crate::config::ImageSource;
use crate::inputs::Inputs;
use ecrane_core::build::{BuildFiles, BuildSpec, Route, SecretSource, argv};
use secrecy::ExposeSecret as _;

/// An app to build, and nothing else.
fn building() -> Inputs {
    Inputs {
        image: None,
        context: Some("../../examples/hello".into()),
        ..good()
    }
}

fn spec(inputs: &Inputs) -> BuildSpec {
    match config(inputs, &[]).image {
        ImageSource::Build(spec) => *spec,
        other => panic!("{other:?}"),
    }
}

#[test]
fn lists_are_split_as_the_actions_of_docker_split_them() {
    let inputs = Inputs {
        build_contexts: vec!["base=../base\nlib=docker-image://lib:1".into()],
        cache_from: vec!["type=registry,\"ref=a,b\"\ntype=gha".into()],
        no_cache_filters: vec!["deps, test\nlint".into()],
        add_hosts: vec!["db:10.0.0.1,cache:10.0.0.2".into()],
        build_options: vec!["--ulimit=nofile=1024,2048\n--shm-size=2g".into()],
        ..building()
    };
    let files = BuildFiles {
        metadata: "M".into(),
        names: Vec::new(),
        layout_tar: "L".into(),
        builder: None,
        image_id: "I".into(),
        secrets: "S".into(),
    };
    let argv = argv(&spec(&inputs), Route::BuildxLayout, &files);
    let words: Vec<&str> = argv.iter().map(|word| word.to_str().unwrap()).collect();
    insta::assert_snapshot!(words.join("\n"), @r#"
    buildx
    build
    --progress=plain
    --provenance=false
    --sbom=false
    --output=type=oci,dest=L
    --build-context=base=../base
    --build-context=lib=docker-image://lib:1
    --cache-from=type=registry,"ref=a,b"
    --cache-from=type=gha,version=2
    --no-cache-filter=deps
    --no-cache-filter=test
    --no-cache-filter=lint
    --add-host=db:10.0.0.1
    --add-host=cache:10.0.0.2
    --ulimit=nofile=1024,2048
    --shm-size=2g
    --
    ../../examples/hello
    "#);
}

#[test]
fn a_secret_is_taken_byte_by_byte_and_shown_nowhere() {
    let inputs = Inputs {
        secrets: Some(
            "CFG={\"a\":\"b,c\"}\n\"PEM=-----BEGIN\n\"\"x\"\" \n-----END\n\"\nTOKEN= s=1 ".into(),
        ),
        ..building()
    };
    let spec = spec(&inputs);
    let secrets: Vec<(&str, &str)> = spec
        .secrets
        .iter()
        .map(|secret| match &secret.source {
            SecretSource::Value(value) => (secret.id.as_str(), value.expose_secret()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        secrets,
        [
            ("CFG", "{\"a\":\"b,c\"}"),
            ("PEM", "-----BEGIN\n\"x\" \n-----END\n"),
            ("TOKEN", " s=1 "),
        ]
    );
    for shown in [format!("{inputs:?}"), format!("{spec:?}")] {
        assert!(
            !shown.contains("BEGIN") && !shown.contains("s=1"),
            "{shown}"
        );
    }
}

#[test]
fn what_may_be_a_piece_of_a_secret_is_not_shown() {
    let pem = "key=-----BEGIN KEY-----\nMIIEcanary\nMIIEcanary==\n-----END KEY-----";
    for (secrets, said) in [
        ("canary", "no id in 1 of 1 records"),
        (pem, "no id in 2 of 4 records"),
        ("A=1\ncanary", "no id in 1 of 2 records"),
    ] {
        let inputs = Inputs {
            secrets: Some(secrets.into()),
            ..building()
        };
        check(&inputs, &[], &[said]);
        let faults = read(&inputs, Service::Aws, |_| None).unwrap_err();
        let shown: Vec<String> = faults.iter().map(|it| format!("{it:?}")).collect();
        assert!(!shown.concat().contains("canary"), "{shown:?}");
    }
    let inputs = Inputs {
        secret_envs: vec!["canary".into()],
        secret_files: vec!["canary".into()],
        build_options: vec!["--build-arg A=canary".into(), "canary".into()],
        ..building()
    };
    let expected = [
        "no id in 1 of 1 records",
        "no id in 1 of 1 records",
        "name and value would be one argument: write `--name=value`",
        "an option is written `--name=value`, one per line",
    ];
    check(&inputs, &[], &expected);
}

#[test]
fn faults_of_a_build_are_told_together_without_a_value() {
    let inputs = Inputs {
        secrets: Some("=value\nTOKEN=\na,src=/etc/shadow=x\nTWICE=1\nTWICE=2".into()),
        secret_envs: vec!["npm=NO_SUCH_VARIABLE_HERE".into()],
        secret_files: vec!["key=no/such/file".into()],
        cache_to: vec!["mode=max".into()],
        compression: Some("lz4".into()),
        provenance: Some("yes".into()),
        build_options: vec!["--push".into()],
        no_cache: Some("ja".into()),
        ..building()
    };
    let expected = [
        "a secret has no id; write `ID=VALUE`",
        "its value is empty: is the secret set for this repository, and is this no run for a fork?",
        "the id of a secret has letters, digits, `_`, `.` and `-`, and begins with neither of the last two",
        "two secrets have this id",
        "there is no such variable in the environment",
        "there is no such file",
        "a cache has a type: write `type=registry,ref=…` or `type=gha`",
        "`ja` is neither true nor false",
        "`yes` is neither true nor false, nor parameters such as `mode=max`",
        "`lz4` is not a compression: `uncompressed`, `gzip`, `estargz` or `zstd`",
        "`--push` is for ecrane to set: it decides where the image goes or how the build is watched",
    ];
    check(&inputs, &[], &expected);
}

#[test]
fn a_cache_does_not_go_where_tags_are_immutable() {
    let to = |mutability: &str| Inputs {
        image_tag_mutability: Some(mutability.into()),
        cache_to: vec![
            "type=registry,ref=123456789012.dkr.ecr.eu-central-1.amazonaws.com/team/app:cache"
                .into(),
        ],
        ..building()
    };
    check(&to("MUTABLE"), &[], &[]);
    check(
        &to("IMMUTABLE"),
        &[],
        &["tags of this repository are immutable: the second export of a cache would be refused"],
    );
}

#[test]
fn what_is_built_already_takes_no_input_of_a_build() {
    let inputs = Inputs {
        secrets: Some("A=1".into()),
        builder: Some("big".into()),
        ..good()
    };
    check(
        &inputs,
        &[],
        &[
            "`secrets` has no effect with `image`",
            "`builder` has no effect with `image`",
        ],
    );
}

//! Builds by buildx, and what only that can do.

use crate::harness::{LocalEcr, Ran, clean, run, succeed};
use crate::local::modern::{docker, plug_in, sign_in, with_engine};
use serde_json::{Value, json};
use std::process::Command;

/// `ecrane up --local …` with the engine that has buildx, and the image in the
/// repository `app` under the tag `v1`.
pub(crate) fn up(ecr: &LocalEcr, words: &[&str]) -> Command {
    let mut command = ecr.up(&["--repository", "app", "--tags", "v1"]);
    with_engine(command.args(words));
    command
}

/// A context of these files.
fn context(ecr: &LocalEcr, files: &[(&str, &str)]) -> String {
    let folder = ecr.home().join("context");
    std::fs::create_dir_all(&folder).unwrap();
    for (name, text) in files {
        std::fs::write(folder.join(name), text).unwrap();
    }
    folder.to_str().unwrap().to_owned()
}

fn listed(ecr: &LocalEcr, repository: &str) -> Vec<Value> {
    let words = ["images", "--repository", repository];
    let listed = succeed(&mut ecr.ecrane(&words)).stdout;
    let listed: Value = serde_json::from_str(&listed).unwrap();
    listed["imageDetails"].as_array().unwrap().clone()
}

#[test]
fn several_platforms_are_one_index_with_what_is_said_of_them() {
    let ecr = LocalEcr::start();
    sign_in(&ecr);
    let dockerfile = "FROM scratch\nARG TARGETARCH\nCOPY --from=more page.txt /$TARGETARCH/\n";
    let context = context(
        &ecr,
        &[("Dockerfile", dockerfile), ("page.txt", &ecr.address)],
    );
    let further = format!("more={context}");
    let words = [
        ["--context", &context, "--build-contexts", &further].as_slice(),
        &["--platforms", "linux/amd64,linux/arm64"],
    ]
    .concat();
    succeed(&mut up(&ecr, &words));
    let again = succeed(&mut up(&ecr, &words)).stdout;
    assert!(again.contains("no changes"), "{again}");

    // Provenance says when: the index is another one.
    succeed(up(&ecr, &words).args(["--provenance", "mode=max"]));
    let images = listed(&ecr, "app");
    let tagged = |it: &&Value| it["imageTags"] == json!(["v1"]);
    let index = images.iter().find(tagged).unwrap();
    let children = index["references"].as_array().unwrap();
    assert_eq!(children.len(), 4, "{images:#?}");
}

/// The base image, from the usual engine to that of the test.
pub(crate) fn load_base_image(ecr: &LocalEcr) {
    let archive = ecr.home().join("base.tar");
    let archive = archive.to_str().unwrap();
    let words = ["save", "--output", archive, "debian:trixie-slim"];
    succeed(clean("docker", ecr.home()).args(words));
    succeed(&mut docker(ecr, &["load", "--input", archive]));
    std::fs::remove_file(archive).unwrap();
}

/// By four lines that nobody wrote elsewhere.
const SECRET: &str = "-----BEGIN canary-7f3a\n\"quoted\", and more\n\n-----END canary-7f3a\n";

#[test]
fn a_secret_reaches_a_step_byte_by_byte_and_nothing_else() {
    let ecr = LocalEcr::start();
    sign_in(&ecr);
    load_base_image(&ecr);
    let dockerfile = "FROM debian:trixie-slim AS step\n\
        RUN --mount=type=secret,id=key --mount=type=secret,id=env --mount=type=secret,id=file \\\n\
        cat /run/secrets/key /run/secrets/env /run/secrets/file | sha256sum > /sum\n\
        FROM scratch\nCOPY --from=step /sum /\n";
    let file = ecr.home().join("a,b.txt");
    std::fs::write(&file, "of a file").unwrap();
    let context = context(&ecr, &[("Dockerfile", dockerfile)]);
    let secrets = format!("\"key={}\"", SECRET.replace('"', "\"\""));
    let files = format!("file={}", file.display());
    // The engine of the test has no network for steps.
    let words = [
        ["--context", &context, "--network", "none"],
        [
            "--secret-envs",
            "env=SECRET_OF_A_TEST",
            "--secret-files",
            &files,
        ],
    ];
    let mut command = up(&ecr, &words.concat());
    // As the action gets it; an option would be an argument of ecrane itself.
    command.arg(format!("--secrets={secrets}"));
    let Ran { stdout, stderr, .. } = succeed(command.env("SECRET_OF_A_TEST", "of a variable"));
    assert!(!stdout.contains("canary-7f3a") && !stderr.contains("canary-7f3a"));

    let image = format!("{}/app:v1", ecr.address);
    succeed(&mut docker(&ecr, &["pull", &image]));
    let container = succeed(&mut docker(&ecr, &["create", &image, "/none"])).stdout;
    let sum = ecr.home().join("sum");
    let from = format!("{}:/sum", container.trim());
    succeed(&mut docker(&ecr, &["cp", &from, sum.to_str().unwrap()]));
    succeed(&mut docker(&ecr, &["rm", container.trim()]));
    let all = format!("{SECRET}of a variableof a file");
    assert_eq!(std::fs::read_to_string(sum).unwrap(), sha256sum(&ecr, &all));
}

/// By the tool that the step uses too.
fn sha256sum(ecr: &LocalEcr, text: &str) -> String {
    let file = ecr.home().join("all");
    std::fs::write(&file, text).unwrap();
    let mut command = Command::new("sha256sum");
    command.stdin(std::fs::File::open(file).unwrap());
    succeed(&mut command).stdout
}

#[test]
fn a_cache_in_the_registry_has_what_ecr_needs() {
    let ecr = LocalEcr::start();
    ecr.aws(&["create-repository", "--repository-name", "cache"]);
    // Nobody signed in: the builder asks ecrane.
    plug_in(&ecr);
    let context = context(&ecr, &[("Dockerfile", "FROM scratch\nCOPY Dockerfile /\n")]);
    let cache = format!("type=registry,ref={}/cache:v1", ecr.address);
    let to = format!("{cache},mode=max");
    let words = [
        "--context",
        &context,
        "--cache-to",
        &to,
        "--cache-from",
        &cache,
    ];
    succeed(&mut up(&ecr, &words));
    let kind = "application/vnd.buildkit.cacheconfig.v0";
    assert_eq!(listed(&ecr, "cache")[0]["artifactMediaType"], kind);
}

#[test]
fn what_the_engine_cannot_do_is_refused_before_anything_is_created() {
    let ecr = LocalEcr::start();
    let context = context(&ecr, &[("Dockerfile", "FROM scratch\nCOPY Dockerfile /\n")]);
    let seen = ecr.requests();
    let words = ["--repository", "app", "--tags", "v1", "--context", &context];
    let ran = run(ecr.up(&words).args(["--provenance", "true"]));
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("`provenance` asks for"),
        "{}",
        ran.stderr
    );
    assert_eq!(ecr.requests(), seen);
}

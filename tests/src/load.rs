//! `load`: the image in the engine of the machine, for the steps that follow.

use crate::harness::{LocalEcr, clean, run, succeed};
use crate::local::modern;
use std::process::Command;

/// A context that no other test has built.
fn context(ecr: &LocalEcr) -> String {
    let folder = ecr.home().join("context");
    std::fs::create_dir_all(&folder).unwrap();
    let dockerfile = "FROM scratch\nCOPY page.txt /\nCMD [\"/page.txt\"]\n";
    std::fs::write(folder.join("Dockerfile"), dockerfile).unwrap();
    std::fs::write(folder.join("page.txt"), &ecr.address).unwrap();
    folder.to_str().unwrap().to_owned()
}

fn up(ecr: &LocalEcr, repository: &str, words: &[&str]) -> Command {
    let mut up = ecr.up(&["--repository", repository, "--tags", "v1,latest", "--load"]);
    up.args(words);
    up
}

/// The client of the engine with the classic image store.
fn classic(ecr: &LocalEcr, words: &[&str]) -> Command {
    let mut command = clean("docker", ecr.home());
    command.args(words);
    command
}

/// What another tool made of the context.
fn archive(ecr: &LocalEcr) -> String {
    modern::plug_in(ecr);
    let archive = ecr.home().join("image.tar");
    let output = format!("type=oci,dest={}", archive.display());
    let build = ["buildx", "build", "--provenance=false", "--output", &output];
    succeed(modern::docker(ecr, &build).arg(context(ecr)));
    archive.to_str().unwrap().to_owned()
}

/// The engine has the image by these names, until now.
fn check(client: impl Fn(&[&str]) -> Command, names: [&str; 2]) {
    let inspect = ["image", "inspect", "--format", "{{.Config.Cmd}}"];
    let seen = succeed(client(&inspect).args(names)).stdout;
    assert_eq!(seen, "[/page.txt]\n[/page.txt]\n");
    succeed(client(&["image", "rm"]).args(names));
}

#[test]
fn each_engine_has_what_was_pushed_by_its_references() {
    let ecr = LocalEcr::start();
    modern::plug_in(&ecr);
    let context = context(&ecr);
    let names = ["v1", "latest"].map(|tag| format!("{}/app:{tag}", ecr.address));
    let names = names.each_ref().map(String::as_str);
    let backend = ["--context", &context, "--builder-backend", "docker"];
    let ran = succeed(&mut up(&ecr, "app", &backend));
    assert!(
        ran.stdout.contains("The engine has the image as "),
        "{}",
        ran.stdout
    );
    check(|words| classic(&ecr, words), names);

    let mut exported = up(&ecr, "app", &["--context", &context]);
    modern::with_engine(&mut exported);
    succeed(&mut exported);
    check(|words| modern::docker(&ecr, words), names);

    let platforms = [
        "--context",
        &context,
        "--platforms",
        "linux/amd64,linux/arm64",
    ];
    let mut index = up(&ecr, "app", &platforms);
    modern::with_engine(&mut index);
    succeed(&mut index);
    check(|words| modern::docker(&ecr, words), names);
}

#[test]
fn a_layout_of_another_tool_is_taken_in_by_each_engine() {
    let ecr = LocalEcr::start();
    let archive = archive(&ecr);
    // Without a push no registry is known.
    let words = ["--image", &archive, "--push", "false"];
    let repository = format!("app-{}", std::process::id());
    let names = ["v1", "latest"].map(|tag| format!("{repository}:{tag}"));
    let names = names.each_ref().map(String::as_str);
    succeed(&mut up(&ecr, &repository, &words));
    check(|words| classic(&ecr, words), names);
    let mut modern_up = up(&ecr, &repository, &words);
    modern::with_engine(&mut modern_up);
    succeed(&mut modern_up);
    check(|words| modern::docker(&ecr, words), names);
}

#[test]
fn without_an_engine_nothing_is_begun() {
    let ecr = LocalEcr::start();
    let archive = archive(&ecr);
    let seen = ecr.requests();
    let mut up = up(&ecr, "app", &["--image", &archive]);
    let ran = run(up.env("DOCKER_HOST", "unix:///run/no-engine.sock"));
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    let said = ran.stderr.lines().last().unwrap();
    assert!(
        said.starts_with("error: `load`: no Docker engine answers"),
        "{said}"
    );
    assert_eq!(ecr.requests(), seen);
}

//! Credentials of registries for Docker clients: base images that are private,
//! and `docker pull` without a password.

use crate::build;
use crate::harness::{LocalEcr, binary, clean, run, succeed};
use crate::local::modern::plug_in;
use std::path::Path;
use std::process::Command;

/// An image that only who signs in can read, and the context of one made of it.
fn on_private_base(ecr: &LocalEcr) -> String {
    let folder = ecr.home().join("base");
    std::fs::create_dir(&folder).unwrap();
    let dockerfile = "FROM scratch\nCOPY page.txt /\n";
    std::fs::write(folder.join("Dockerfile"), dockerfile).unwrap();
    // No engine knows it by its name: that is asked of the registry.
    std::fs::write(folder.join("page.txt"), &ecr.address).unwrap();
    let words = ["--repository", "base", "--tags", "v1", "--context"];
    succeed(ecr.up(&words).arg(&folder));

    let dockerfile = format!(
        "ARG REGISTRY=nowhere\nFROM ${{REGISTRY}}/base:v1\nCOPY Dockerfile /{}\n",
        ecr.address
    );
    let app = ecr.home().join("app");
    std::fs::create_dir(&app).unwrap();
    std::fs::write(app.join("Dockerfile"), dockerfile).unwrap();
    app.to_str().unwrap().to_owned()
}

/// The words of a build of it, and whether it has two layers in the end.
fn check(ecr: &LocalEcr, mut up: Command, context: &str) {
    let registry = format!("REGISTRY={}", ecr.address);
    up.args(["--context", context, "--build-args", &registry]);
    succeed(&mut up);
    let image = ["--repository-name", "app", "--image-ids", "imageTag=v1"];
    let words = [["batch-get-image"].as_slice(), &image].concat();
    let manifest = ecr.aws(&words)["images"][0]["imageManifest"].clone();
    let manifest: serde_json::Value = serde_json::from_str(manifest.as_str().unwrap()).unwrap();
    assert_eq!(manifest["layers"].as_array().unwrap().len(), 2);
    assert!(!ecr.home().join(".docker/config.json").exists());
}

#[test]
fn a_private_base_image_needs_no_login() {
    let ecr = LocalEcr::start();
    let context = on_private_base(&ecr);
    let up = ecr.up(&["--repository", "app", "--tags", "v1"]);
    check(&ecr, up, &context);
}

#[test]
fn a_private_base_image_needs_no_login_with_buildx() {
    let ecr = LocalEcr::start();
    plug_in(&ecr);
    let context = on_private_base(&ecr);
    check(&ecr, build::up(&ecr, &[]), &context);
}

#[test]
fn a_registry_that_the_build_does_not_show_is_named() {
    let ecr = LocalEcr::start();
    let context = on_private_base(&ecr);
    let hidden = format!("--build-options=--build-arg=REGISTRY={}", ecr.address);
    let words = ["--repository", "app", "--tags", "v1", "--context", &context];
    let build = [words.as_slice(), &[hidden.as_str()]].concat();
    let refused = run(&mut ecr.up(&build));
    assert_eq!(refused.code, Some(1), "{}", refused.stderr);
    succeed(ecr.up(&build).args(["--registries", &ecr.address]));
}

/// `docker-credential-ecrane ACTION`, told a registry.
fn helper(ecr: &LocalEcr, action: &str, registry: &str) -> Command {
    let link = ecr.home().join("docker-credential-ecrane");
    if !link.exists() {
        std::os::unix::fs::symlink(binary(), &link).unwrap();
    }
    let asked = ecr.home().join("asked");
    std::fs::write(&asked, registry).unwrap();
    let mut command = clean(link, ecr.home());
    command
        .arg(action)
        .stdin(std::fs::File::open(asked).unwrap());
    command
}

#[test]
fn the_helper_answers_as_docker_asks() {
    let ecr = LocalEcr::start();
    let got = succeed(&mut helper(&ecr, "get", &format!("{}\n", ecr.address))).stdout;
    let got: serde_json::Value = serde_json::from_str(&got).unwrap();
    assert_eq!(got["ServerURL"], ecr.address);
    assert_eq!(got["Username"], "AWS");
    let mut login = clean("docker", ecr.home());
    login.args(["login", "--username", "AWS", "--password"]);
    succeed(login.args([got["Secret"].as_str().unwrap(), &ecr.address]));

    let unknown = run(&mut helper(&ecr, "get", "https://index.docker.io/v1/"));
    assert_eq!(unknown.code, Some(1));
    // Word by word: a client goes on without credentials then.
    assert_eq!(unknown.stdout, "credentials not found in native keychain\n");
    assert_eq!(succeed(&mut helper(&ecr, "list", "")).stdout, "{}\n");
    for action in ["store", "erase"] {
        assert_eq!(succeed(&mut helper(&ecr, action, "{}")).stdout, "");
    }
}

fn config(home: &Path) -> String {
    std::fs::read_to_string(home.join(".docker/config.json")).unwrap()
}

#[test]
fn after_a_login_docker_pulls_without_a_password_and_none_is_written() {
    let ecr = LocalEcr::start();
    let layout = ["--tags", "v1", "--image", "examples/hello/layout"];
    succeed(ecr.up(&["--repository", "hello"]).args(layout));
    let folder = ecr.home().join(".docker");
    std::fs::create_dir(&folder).unwrap();
    let before = "{\n\t\"detachKeys\": \"ctrl-e,e\"\n}\n";
    std::fs::write(folder.join("config.json"), before).unwrap();

    let login = ["login", &ecr.address];
    let missing = run(&mut ecr.ecrane(&login));
    assert_eq!(missing.code, Some(1));
    assert!(missing.stderr.contains("ln -s"), "{}", missing.stderr);
    let bin = ecr.home().join("bin");
    std::fs::create_dir(&bin).unwrap();
    std::os::unix::fs::symlink(binary(), bin.join("docker-credential-ecrane")).unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let said = succeed(ecr.ecrane(&login).env("PATH", &path)).stdout;
    assert!(said.contains("no credential was written"), "{said}");

    let image = format!("{}/hello:v1", ecr.address);
    let mut pull = clean("docker", ecr.home());
    succeed(pull.args(["pull", &image]).env("PATH", &path));
    assert!(!config(ecr.home()).contains("auth\""));

    succeed(&mut ecr.ecrane(&["logout", &ecr.address]));
    assert_eq!(config(ecr.home()), before);
    succeed(clean("docker", ecr.home()).args(["image", "rm", &image]));
}

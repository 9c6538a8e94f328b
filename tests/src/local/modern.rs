//! The engine with the containerd store and buildx: several platforms at once,
//! provenance, the build cache in a repository.

use super::{digest, images, password};
use crate::harness::{LocalEcr, clean, run, succeed};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where `cargo xtask setup` starts it.
pub(crate) const SOCKET: &str = "unix:///run/ecrane-modern-engine.sock";

/// Where `cargo xtask setup` unpacks it: in the target folder that this test is in.
pub(crate) fn unpacked(file: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let target = test.ancestors().nth(3).unwrap();
    target.join("modern-engine/root/usr").join(file)
}

/// Its own client with its buildx, signed in and with a configuration of its own.
pub(crate) fn docker(ecr: &LocalEcr, words: &[&str]) -> Command {
    let mut command = clean(unpacked("bin/docker"), ecr.home());
    command.args(["--host", SOCKET]).args(words);
    command
}

/// Has a command use it, with its own client.
pub(crate) fn with_engine(command: &mut Command) {
    let path = std::env::var("PATH").unwrap();
    let client = unpacked("bin");
    command
        .env("DOCKER_HOST", SOCKET)
        .env("PATH", format!("{}:{path}", client.display()));
}

/// Gives its client the plugin, and no credentials.
pub(crate) fn plug_in(ecr: &LocalEcr) {
    let plugins = ecr.home().join(".docker/cli-plugins");
    std::fs::create_dir_all(&plugins).unwrap();
    let buildx = unpacked("libexec/docker/cli-plugins/docker-buildx");
    std::os::unix::fs::symlink(buildx, plugins.join("docker-buildx")).unwrap();
}

pub(crate) fn sign_in(ecr: &LocalEcr) {
    plug_in(ecr);
    let password = password(ecr);
    let words = ["login", "--username", "AWS", "--password", &password];
    succeed(docker(ecr, &words).arg(&ecr.address));
}

/// A context that no other test has built.
fn context(folder: &Path, text: &str) -> String {
    let context = folder.join("context");
    std::fs::create_dir(&context).unwrap();
    let dockerfile = "FROM scratch\nARG TARGETARCH\nCOPY page.txt /$TARGETARCH/\n";
    std::fs::write(context.join("Dockerfile"), dockerfile).unwrap();
    std::fs::write(context.join("page.txt"), text).unwrap();
    context.to_str().unwrap().to_owned()
}

/// A build for two platforms.
fn buildx(ecr: &LocalEcr, context: &str, words: &[&str]) -> Command {
    let platforms = ["--platform", "linux/amd64,linux/arm64"];
    let mut build = docker(ecr, &["buildx", "build", "--progress", "plain"]);
    build.args(platforms).args(words).arg(context);
    build
}

#[test]
fn two_platforms_and_their_provenance_are_pushed_and_pulled() {
    let ecr = LocalEcr::start();
    ecr.aws(&["create-repository", "--repository-name", "app"]);
    sign_in(&ecr);
    let context = context(ecr.home(), &ecr.address);
    let image = format!("{}/app:v1", ecr.address);
    let words = ["--provenance", "mode=max", "--push", "--tag", &image];
    succeed(&mut buildx(&ecr, &context, &words));

    let described = images(&ecr, "app");
    let indexes: Vec<&Value> = described
        .iter()
        .filter(|image| image["imageTags"] == json!(["v1"]))
        .collect();
    let kind = "application/vnd.oci.image.index.v1+json";
    assert_eq!(indexes[0]["imageManifestMediaType"], kind);
    assert_eq!(
        described.len(),
        5,
        "two images, what is said of each, their index"
    );

    let raw = ["buildx", "imagetools", "inspect", "--raw", &image];
    let index: Value = serde_json::from_str(&succeed(&mut docker(&ecr, &raw)).stdout).unwrap();
    let named = index["manifests"].as_array().unwrap();
    let mut platforms: Vec<&str> = named
        .iter()
        .map(|child| child["platform"]["architecture"].as_str().unwrap())
        .collect();
    platforms.sort_unstable();
    assert_eq!(platforms, ["amd64", "arm64", "unknown", "unknown"]);

    succeed(&mut docker(&ecr, &["image", "rm", &image]));
    for platform in ["linux/amd64", "linux/arm64"] {
        let pull = ["pull", "--platform", platform, &image];
        let pulled = succeed(&mut docker(&ecr, &pull)).stdout;
        assert!(pulled.contains(digest(indexes[0])), "{pulled}");
    }
    succeed(&mut docker(&ecr, &["image", "rm", &image]));
}

#[test]
fn the_build_cache_is_kept_in_a_repository() {
    let ecr = LocalEcr::start();
    ecr.aws(&["create-repository", "--repository-name", "cache"]);
    sign_in(&ecr);
    let context = context(ecr.home(), &ecr.address);
    let cache = format!("type=registry,ref={}/cache:v1", ecr.address);
    let export = format!("{cache},mode=max,image-manifest=true,oci-mediatypes=true");
    let nowhere = ["--output", "type=cacheonly"];
    let words = [["--cache-to", &export].as_slice(), &nowhere].concat();
    succeed(&mut buildx(&ecr, &context, &words));
    let kept = images(&ecr, "cache");
    let kind = "application/vnd.buildkit.cacheconfig.v0";
    assert_eq!(kept[0]["artifactMediaType"], kind);

    succeed(&mut docker(&ecr, &["builder", "prune", "--all", "--force"]));
    let words = [["--cache-from", &cache].as_slice(), &nowhere].concat();
    let told = succeed(&mut buildx(&ecr, &context, &words)).stderr;
    assert_eq!(told.matches(" CACHED").count(), 2, "{told}");

    // Without the words for ECR the cache is an index of layers, and ECR takes
    // indexes of images only.
    let words = [["--cache-to", &cache].as_slice(), &nowhere].concat();
    let refused = run(&mut buildx(&ecr, &context, &words)).stderr;
    assert!(refused.contains("400 Bad Request"), "{refused}");
}

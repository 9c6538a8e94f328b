//! buildah: builds, pushes and pulls without an engine.

use super::{auth_file, digest, images};
use crate::harness::{LocalEcr, clean, succeed};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// To unpack a layer buildah changes how `/` spreads to other mounts, and in a
/// chroot that is none. It gets a mount name space in which it is one, as an
/// initial RAM disk does it.
const ENTER_ROOT: [&str; 8] = [
    "--mount",
    "--propagation=unchanged",
    "nsenter",
    "--mount=/proc/self/ns/mnt",
    "--wd=/",
    "sh",
    "-c",
    "mount --make-rprivate / && mkdir -p run/ecrane-root && mount --rbind . run/ecrane-root \
     && cd run/ecrane-root && mount --move . / && exec chroot . \"$0\" \"$@\"",
];

fn root_is_a_mount() -> bool {
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    // The fifth field is where it is mounted.
    mounts.is_empty()
        || mounts
            .lines()
            .any(|line| line.split(' ').nth(4) == Some("/"))
}

/// A program where buildah can unpack layers.
pub(crate) fn entered(program: &Path, home: &Path) -> Command {
    if root_is_a_mount() {
        return clean(program, home);
    }
    let mut command = clean("unshare", home);
    command.args(ENTER_ROOT).arg(program);
    command
}

/// `buildah …` with a store of its own, and the words that let it in.
fn buildah(ecr: &LocalEcr, words: &[&str]) -> Command {
    let mut command = entered(Path::new("buildah"), ecr.home());
    command.args(["--storage-driver", "vfs", "--root"]);
    command.arg(ecr.home().join("store"));
    command.arg("--runroot").arg(ecr.home().join("run"));
    command.args(words);
    command
}

/// Words of `push` and `pull`.
fn signed_in(ecr: &LocalEcr, words: &[&str]) -> Command {
    let (subcommand, rest) = words.split_first().unwrap();
    let mut command = buildah(ecr, &[subcommand, "--tls-verify=false", "--authfile"]);
    command.arg(auth_file(ecr)).args(rest);
    command
}

#[test]
fn buildah_pushes_and_pulls_both_kinds_of_manifest() {
    let ecr = LocalEcr::start();
    ecr.aws(&["create-repository", "--repository-name", "app"]);
    let dockerfile = "FROM scratch\nCOPY page.txt /\n";
    std::fs::write(ecr.home().join("Dockerfile"), dockerfile).unwrap();
    std::fs::write(ecr.home().join("page.txt"), "page").unwrap();
    let context = ecr.home().to_str().unwrap();
    let build = ["build", "--isolation", "chroot", "--tag", "page", context];
    succeed(&mut buildah(&ecr, &build));

    for (format, kind) in [
        ("oci", "application/vnd.oci.image.manifest.v1+json"),
        (
            "docker",
            "application/vnd.docker.distribution.manifest.v2+json",
        ),
    ] {
        let target = format!("docker://{}/app:{format}", ecr.address);
        let push = ["push", "--format", format, "page", &target];
        succeed(&mut signed_in(&ecr, &push));
        let tagged = |image: &&Value| image["imageTags"][0] == format;
        let image = images(&ecr, "app").iter().find(tagged).unwrap().clone();
        assert_eq!(image["imageManifestMediaType"], kind);

        let pull = format!("{}/app@{}", ecr.address, digest(&image));
        let pulled = succeed(&mut signed_in(&ecr, &["pull", &pull])).stdout;
        let inspect = ["inspect", "--type", "image", pulled.trim()];
        let inspected: Value =
            serde_json::from_str(&succeed(&mut buildah(&ecr, &inspect)).stdout).unwrap();
        assert_eq!(inspected["FromImageDigest"], digest(&image));
    }
}

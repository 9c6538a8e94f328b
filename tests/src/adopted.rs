//! A builder that somebody made on the host, where this client does not know it:
//! it is taken up by its containers. BuildKit's image cannot be pulled
//! everywhere, so the containers lead to the BuildKit of the second engine.

use crate::harness::{LocalEcr, clean, succeed};
use crate::local::modern;
use std::os::unix::fs::PermissionsExt;

/// The containers of a builder, as buildx would name them; they go with it.
struct Containers {
    names: Vec<String>,
}

impl Containers {
    fn start(ecr: &LocalEcr, builder: &str, nodes: usize) -> Self {
        let dial = ecr.home().join("buildctl");
        std::fs::write(&dial, include_str!("adopted/buildctl.pl")).unwrap();
        std::fs::set_permissions(&dial, PermissionsExt::from_mode(0o755)).unwrap();
        let dial = format!("{}:/usr/bin/buildctl:ro", dial.display());
        let engine = modern::SOCKET.trim_start_matches("unix://");
        let engine = format!("{engine}:/run/engine.sock");
        let mut started = Self { names: Vec::new() };
        for node in 0..nodes {
            let name = format!("buildx_buildkit_{builder}{node}");
            started.names.push(name.clone());
            let mut run = clean("docker", ecr.home());
            run.args([
                "run",
                "--detach",
                "--init",
                "--network",
                "none",
                "--name",
                &name,
            ]);
            run.args(["--volume", &dial, "--volume", &engine]);
            succeed(run.args(["debian:trixie-slim", "sleep", "300"]));
        }
        started
    }

    fn are_running(&self, ecr: &LocalEcr) -> bool {
        let mut list = clean("docker", ecr.home());
        let running = succeed(list.args(["container", "ls", "--format={{.Names}}"])).stdout;
        self.names
            .iter()
            .all(|name| running.lines().any(|it| it == name))
    }
}

impl Drop for Containers {
    fn drop(&mut self) {
        let mut remove = std::process::Command::new("docker");
        // One that did not start is not there.
        let _ = remove.args(["rm", "--force"]).args(&self.names).output();
    }
}

/// Builds what the engine of the run cannot, with the builder taken up.
fn check(nodes: usize, title: &str, push: &str) {
    let ecr = LocalEcr::start();
    modern::plug_in(&ecr);
    // A name that no other test has: its server's port.
    let (_, port) = ecr.address.rsplit_once(':').unwrap();
    let builder = format!("host-{port}-");
    let containers = Containers::start(&ecr, &builder, nodes);
    let context = ecr.home().join("context");
    std::fs::create_dir(&context).unwrap();
    let dockerfile = "FROM scratch\nARG TARGETARCH\nCOPY page.txt /$TARGETARCH/\n";
    std::fs::write(context.join("Dockerfile"), dockerfile).unwrap();
    std::fs::write(context.join("page.txt"), &ecr.address).unwrap();

    let mut up = ecr.up(&["--repository", "app", "--tags", "v1", "--builder", &builder]);
    up.args(["--platforms", "linux/amd64,linux/arm64", "--context"]);
    let ran = succeed(up.arg(&context));
    let said = ran.stdout.replace(port, "PORT");
    assert!(said.contains(title), "{said}");
    assert!(said.contains(push), "{said}");
    let images = ecr.aws(&["describe-images", "--repository-name", "app"]);
    let images = images["imageDetails"].as_array().unwrap();
    assert_eq!(images.len(), 3, "two images and their index: {images:#?}");

    assert!(containers.are_running(&ecr));
    let mut list = clean("docker", ecr.home());
    let known = succeed(list.args(["buildx", "ls"])).stdout;
    assert!(!known.contains("ecrane-"), "{known}");
}

#[test]
fn a_builder_of_the_host_is_taken_up_by_its_container() {
    let title = ", in the running `buildx_buildkit_host-PORT-0`";
    check(1, title, "exporting to oci image format");
}

#[test]
fn a_builder_of_several_nodes_is_taken_up_whole_and_pushes_itself() {
    let title = ", in the running `buildx_buildkit_host-PORT-0` and `buildx_buildkit_host-PORT-1`";
    check(2, title, "pushing manifest");
}

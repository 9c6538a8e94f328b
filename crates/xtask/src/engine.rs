//! The Docker engine: finding one that answers, installing and starting one, and its base image.

mod daemon;
pub(crate) mod modern;

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::command::{self, Failure};
use crate::machine;
use crate::packages::{self, IPTABLES};
use crate::workspace::Workspace;
use daemon::Daemon;

/// What production Dockerfiles, the action's own among them, build on.
pub(crate) const BASE_IMAGE: &str = "debian:trixie-slim";

/// The engine of the usual socket.
const USUAL: Daemon = Daemon {
    data: "/var/lib/ecrane-engine",
    run: "/run/ecrane-engine",
    pid: "/run/ecrane-engine.pid",
    socket: "unix:///var/run/docker.sock",
};
const CONTROL_GROUPS: &str = "/sys/fs/cgroup";
/// The state of what an engine limits its containers by.
#[derive(PartialEq, Eq)]
enum ControlGroups {
    Mounted,
    /// Version 1: one file system for each controller.
    Unmounted,
    /// Version 2: one file system for all.
    UnmountedUnified,
}

/// Whether an engine answers the client.
pub(crate) fn answers() -> bool {
    command::succeeds(Command::new("docker").args(["version", "--format", "{{.Server.Version}}"]))
}

/// Whether the base image is in the engine.
pub(crate) fn has_base_image() -> bool {
    command::succeeds(Command::new("docker").args(["image", "inspect", BASE_IMAGE]))
}

/// The commands that bring an engine.
pub(crate) fn commands() -> Vec<Command> {
    let names = needed_packages();
    let install = if names.is_empty() {
        Vec::new()
    } else {
        packages::commands(&names).into()
    };
    install
        .into_iter()
        .chain(control_groups_mount())
        .chain([USUAL.command(&[], None)])
        .collect()
}

/// Installs what is missing of an engine and starts it in the background, where it outlives this task.
pub(crate) fn install_and_start(workspace: &Workspace) -> Result<(), Failure> {
    if let Some(host) = env::var_os("DOCKER_HOST") {
        let host = host.to_string_lossy();
        return Err(Failure::new(format!(
            "none answers at `{host}`, which DOCKER_HOST names: start that one, or unset DOCKER_HOST"
        )));
    }
    let names = needed_packages();
    if !names.is_empty() {
        packages::install(&names)?;
    }
    if let Some(mut mount) = control_groups_mount() {
        command::quietly(&mut mount)?;
    }
    // The package starts its own engine where an init system runs.
    if answers() {
        return Ok(());
    }
    let log = workspace.target.join("engine.log");
    USUAL.start(USUAL.command(&[], None), &log, answers)
}

fn needed_packages() -> Vec<&'static str> {
    let mut names = packages::needed(&[IPTABLES]);
    if machine::program("dockerd").is_none() {
        names.push("docker.io");
    }
    let control_groups = control_groups();
    if control_groups == ControlGroups::Unmounted && machine::program("cgroupfs-mount").is_none() {
        names.push("cgroupfs-mount");
    }
    if control_groups != ControlGroups::Mounted && machine::program("mount").is_none() {
        names.push("mount");
    }
    // From Debian 13 on the client is a package of its own.
    if machine::program("docker").is_none() && package_exists("docker-cli") {
        names.push("docker-cli");
    }
    names
}

/// The command that mounts the kernel's control groups, where no init system did: in a bare root.
fn control_groups_mount() -> Option<Command> {
    match control_groups() {
        ControlGroups::Mounted => None,
        ControlGroups::Unmounted => Some(machine::as_root("cgroupfs-mount", &[])),
        ControlGroups::UnmountedUnified => Some(machine::as_root(
            "mount",
            &["-t", "cgroup2", "cgroup2", CONTROL_GROUPS],
        )),
    }
}

fn control_groups() -> ControlGroups {
    let mounted = fs::read_dir(CONTROL_GROUPS).is_ok_and(|mut folder| folder.next().is_some());
    if mounted {
        return ControlGroups::Mounted;
    }
    // A controller in a hierarchy of its own (second column) belongs to version 1.
    let list = fs::read_to_string("/proc/cgroups").unwrap_or_default();
    let mut controllers = list.lines().filter(|line| !line.starts_with('#'));
    if controllers.any(|line| line.split_whitespace().nth(1) != Some("0")) {
        ControlGroups::Unmounted
    } else {
        ControlGroups::UnmountedUnified
    }
}

fn package_exists(name: &str) -> bool {
    let found = command::read(Command::new("apt-cache").args([
        "search",
        "--names-only",
        &format!("^{name}$"),
    ]));
    found.is_ok_and(|list| !list.is_empty())
}

fn base_archive(workspace: &Workspace) -> PathBuf {
    workspace.target.join("debian-trixie.tar")
}

/// The commands that make the base image from the distribution's packages: no registry is asked.
pub(crate) fn base_image_commands(workspace: &Workspace) -> [Command; 2] {
    let archive = base_archive(workspace);
    let words = [
        "--quiet",
        "--variant=minbase",
        "--include=ca-certificates",
        "trixie",
    ];
    let mut make = machine::as_root("mmdebstrap", &words);
    make.arg(&archive);
    let mut import = Command::new("docker");
    import.arg("import").arg(&archive).arg(BASE_IMAGE);
    [make, import]
}

/// Makes the base image. The archive is kept, for an engine that loses the image.
pub(crate) fn import_base_image(workspace: &Workspace) -> Result<(), Failure> {
    let [mut make, mut import] = base_image_commands(workspace);
    if !base_archive(workspace).exists() {
        command::quietly(&mut make)?;
    }
    command::quietly(&mut import)
}

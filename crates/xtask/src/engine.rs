//! The Docker engine: finding one that answers, installing and starting one, and its base image.

use std::env;
use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::command::{self, Failure};
use crate::machine;
use crate::packages::{self, IPTABLES};
use crate::workspace::Workspace;

/// What production Dockerfiles, the action's own among them, build on.
pub(crate) const BASE_IMAGE: &str = "debian:trixie-slim";

/// The engine that setup starts keeps its images here, so that they outlive it and a `cargo clean`.
const DATA: &str = "/var/lib/ecrane-engine";
/// What belongs to one run of it. The path is short: the sockets below it have a limit of 108 bytes.
const RUN: &str = "/run/ecrane-engine";
const PID: &str = "/run/ecrane-engine.pid";
const CONTAINERD_PID: &str = "/run/ecrane-engine/containerd/containerd.pid";
const SOCKET: &str = "unix:///var/run/docker.sock";
const CONTROL_GROUPS: &str = "/sys/fs/cgroup";
const START_LIMIT: Duration = Duration::from_secs(60);

/// In a chroot the root of the mounts is not the root of the programs. An engine cannot work there: the kernel refuses
/// it to change how mounts spread, and what it executes in a container would land in the outer root. So it gets a mount
/// name space of its own, in which the inner root becomes the root of the mounts, as an initial RAM disk does it.
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
        .chain([daemon()])
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
    start(workspace)
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

fn daemon() -> Command {
    let words = [
        "--data-root",
        DATA,
        "--exec-root",
        RUN,
        "--pidfile",
        PID,
        "--host",
        SOCKET,
        "--log-level",
        "warn",
    ];
    let mut command = if is_chroot() {
        machine::as_root("unshare", &[&ENTER_ROOT[..], &["dockerd"], &words].concat())
    } else {
        machine::as_root("dockerd", &words)
    };
    // The group of whoever runs the task may use the socket: it need not be root.
    if let Ok(group) = command::read(Command::new("id").arg("-g")) {
        command.args(["--group", &group]);
    }
    command
}

/// Whether this process has another root than its mounts have; only root can tell.
fn is_chroot() -> bool {
    let identity = ["stat", "--format=%d:%i", "/"];
    let inner = command::read(Command::new("env").args(identity));
    let outer = Command::new("nsenter")
        .arg("--mount=/proc/self/ns/mnt")
        .args(identity)
        .output();
    let outer = outer.ok().filter(|output| output.status.success());
    matches!((inner, outer), (Ok(inner), Some(outer)) if inner.as_bytes() != outer.stdout.trim_ascii())
}

/// Whether the process of this file is gone. Its id may be another program's by now, which the engine would take for
/// its own.
fn is_stale(file: &str, program: &str) -> bool {
    let Ok(id) = fs::read_to_string(file) else {
        return false;
    };
    let name = fs::read_to_string(format!("/proc/{}/comm", id.trim())).unwrap_or_default();
    name.trim() != program
}

fn start(workspace: &Workspace) -> Result<(), Failure> {
    machine::check_rights()?;
    for (file, program) in [(PID, "dockerd"), (CONTAINERD_PID, "containerd")] {
        if is_stale(file, program) {
            command::quietly(&mut machine::as_root("rm", &["-f", file]))?;
        }
    }
    let log_path = workspace.target.join("engine.log");
    let log = File::create(&log_path).and_then(|log| Ok((log.try_clone()?, log)));
    let (out, err) = log.map_err(|error| {
        Failure::new(format!(
            "`{}` could not be written: {error}",
            log_path.display()
        ))
    })?;
    let mut daemon = daemon();
    let child = daemon
        .stdin(Stdio::null())
        .stdout(out)
        .stderr(err)
        .process_group(0)
        .spawn();
    let child = child.map_err(|error| {
        Failure::new(format!(
            "`{}` could not be started: {error}",
            command::line(&daemon)
        ))
    })?;
    wait(child).map_err(|reason| {
        let log = fs::read_to_string(&log_path).unwrap_or_default();
        let (line, log) = (command::line(&daemon), command::tail(&log));
        Failure::new(format!(
            "`{line}` {reason}; its log ends with\n{log}\nan engine needs root and control groups"
        ))
    })
}

/// Waits until the engine answers; says what happened when it does not.
fn wait(mut child: Child) -> Result<(), String> {
    let start = Instant::now();
    while start.elapsed() < START_LIMIT {
        if answers() {
            return Ok(());
        }
        if let Ok(Some(status)) = child.try_wait() {
            return Err(format!("ended ({status})"));
        }
        thread::sleep(Duration::from_millis(200));
    }
    Err(format!("did not answer within {} s", START_LIMIT.as_secs()))
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

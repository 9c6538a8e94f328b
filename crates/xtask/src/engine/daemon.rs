//! The program of an engine: started in the background, where it outlives the task.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::command::{self, Failure};
use crate::machine;

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

/// Where an engine that setup starts keeps what.
pub(super) struct Daemon {
    /// Its images are here, so that they outlive it and a `cargo clean`.
    pub(super) data: &'static str,
    /// What belongs to one run of it. The path is short: the sockets below it have a limit of 108 bytes.
    pub(super) run: &'static str,
    /// The file of its process id.
    pub(super) pid: &'static str,
    /// Where clients find it.
    pub(super) socket: &'static str,
}

impl Daemon {
    /// The command that runs it with more words, its programs from a folder before those of the system.
    pub(super) fn command(&self, words: &[&str], programs: Option<&str>) -> Command {
        let own = [
            "--data-root",
            self.data,
            "--exec-root",
            self.run,
            "--pidfile",
            self.pid,
            "--host",
            self.socket,
            "--log-level",
            "warn",
        ];
        let path = programs.map(|folders| {
            let path = std::env::var("PATH").unwrap_or_default();
            format!("PATH={folders}:{path}")
        });
        let mut all: Vec<&str> = Vec::new();
        if is_chroot() {
            all.push("unshare");
            all.extend(ENTER_ROOT);
        }
        if let Some(path) = &path {
            all.extend(["env", path]);
        }
        all.push("dockerd");
        all.extend(own);
        all.extend(words);
        let (program, rest) = all.split_first().unwrap_or((&"dockerd", &[]));
        let mut command = machine::as_root(program, rest);
        // The group of whoever runs the task may use the socket: it need not be root.
        if let Ok(group) = command::read(Command::new("id").arg("-g")) {
            command.args(["--group", &group]);
        }
        command
    }

    /// Runs the command in the background until the engine answers.
    pub(super) fn start(
        &self,
        mut daemon: Command,
        log_path: &Path,
        answers: fn() -> bool,
    ) -> Result<(), Failure> {
        machine::check_rights()?;
        let containerd = format!("{}/containerd/containerd.pid", self.run);
        for (file, program) in [(self.pid, "dockerd"), (&containerd, "containerd")] {
            if is_stale(file, program) {
                command::quietly(&mut machine::as_root("rm", &["-f", file]))?;
            }
        }
        let log = File::create(log_path).and_then(|log| Ok((log.try_clone()?, log)));
        let (out, err) = log.map_err(|error| {
            Failure::new(format!(
                "`{}` could not be written: {error}",
                log_path.display()
            ))
        })?;
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
        wait(child, answers).map_err(|reason| {
            let log = fs::read_to_string(log_path).unwrap_or_default();
            let (line, log) = (command::line(&daemon), command::tail(&log));
            Failure::new(format!(
                "`{line}` {reason}; its log ends with\n{log}\nan engine needs root and control groups"
            ))
        })
    }
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

/// Waits until the engine answers; says what happened when it does not.
fn wait(mut child: Child, answers: fn() -> bool) -> Result<(), String> {
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

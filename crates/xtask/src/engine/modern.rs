//! A second engine, of a later release of the distribution: it keeps images as registries do (the containerd store),
//! builds for several platforms and signs for what it built. Unpacked beside the usual one, whose packages stay.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::daemon::Daemon;
use crate::command::{self, Failure};
use crate::machine;
use crate::packages::{self, IPROUTE};
use crate::workspace::Workspace;

/// The engine of a socket of its own.
const MODERN: Daemon = Daemon {
    data: "/var/lib/ecrane-modern-engine",
    run: "/run/ecrane-modern-engine",
    pid: "/run/ecrane-modern-engine.pid",
    socket: "unix:///run/ecrane-modern-engine.sock",
};
/// Its network. Without one of its own it would take away that of the usual engine, even if it is told to have none.
const BRIDGE: &str = "ecrane-modern";
const BRIDGE_ADDRESS: &str = "10.213.77.1/24";
const PACKAGES: [&str; 5] = [
    "containerd",
    "docker-buildx",
    "docker-cli",
    "docker.io",
    "tini",
];
/// The release that has no such engine, and the one after it.
const RELEASES: (&str, &str) = ("bookworm", "trixie");
/// Where a system may say where its packages come from.
const SOURCES: [&str; 3] = [
    "/etc/apt/sources.list",
    "/etc/apt/sources.list.d/debian.sources",
    "/etc/apt/sources.list.d/ubuntu.sources",
];
const CONFIGURATION: &str = r#"{"features": {"containerd-snapshotter": true}}"#;

/// Whether it answers, and its own client is there.
pub(crate) fn is_here(workspace: &Workspace) -> bool {
    Home::new(workspace).is_unpacked() && answers()
}

fn answers() -> bool {
    command::succeeds(Command::new("docker").args(["--host", MODERN.socket, "version"]))
}

/// Where its packages are unpacked, and what belongs to that.
struct Home {
    folder: PathBuf,
}

impl Home {
    fn new(workspace: &Workspace) -> Self {
        let folder = workspace.target.join("modern-engine");
        Self { folder }
    }

    fn root(&self) -> PathBuf {
        self.folder.join("root")
    }

    fn is_unpacked(&self) -> bool {
        self.root().join("usr/sbin/dockerd").exists()
    }

    /// `apt-get` with sources and lists of its own: those of the system stay as they are.
    fn apt(&self, words: &[&str]) -> Command {
        let mut command = Command::new("apt-get");
        command.arg("--quiet");
        let folder = self.folder.display();
        for option in [
            "Dir::Etc::SourceList=/dev/null".to_owned(),
            format!("Dir::Etc::SourceParts={folder}/sources"),
            format!("Dir::State::Lists={folder}/lists"),
            format!("Dir::Cache={folder}/cache"),
        ] {
            command.args(["--option", &option]);
        }
        command
            .args(words)
            .current_dir(self.folder.join("packages"));
        command
    }

    fn commands(&self) -> [Command; 2] {
        let download = [&["download"], PACKAGES.as_slice()].concat();
        [self.apt(&["update"]), self.apt(&download)]
    }

    /// Downloads the packages and unpacks them.
    fn fill(&self) -> Result<(), Failure> {
        for folder in ["sources", "lists/partial", "cache", "packages", "root"] {
            let folder = self.folder.join(folder);
            fs::create_dir_all(&folder).map_err(|error| unwritten(&folder, &error))?;
        }
        self.write_sources()?;
        self.commands().iter_mut().try_for_each(command::quietly)?;
        let packages = self.folder.join("packages");
        let entries = fs::read_dir(&packages).map_err(|error| unwritten(&packages, &error))?;
        for package in entries.filter_map(Result::ok) {
            let mut unpack = Command::new("dpkg-deb");
            unpack.arg("--extract").arg(package.path()).arg(self.root());
            command::quietly(&mut unpack)?;
        }
        Ok(())
    }

    /// The system's sources, for the release that has the engine.
    fn write_sources(&self) -> Result<(), Failure> {
        let (old, new) = RELEASES;
        for source in SOURCES.map(Path::new) {
            let (Ok(text), Some(name)) = (fs::read_to_string(source), source.file_name()) else {
                continue;
            };
            let copy = self.folder.join("sources").join(name);
            let text = text.replace(old, new);
            fs::write(&copy, text).map_err(|error| unwritten(&copy, &error))?;
        }
        Ok(())
    }

    fn daemon(&self) -> Command {
        let configuration = self.configuration();
        let words = [
            "--config-file",
            &configuration.to_string_lossy(),
            "--bridge",
            BRIDGE,
            // What the tests build needs no way out, and two engines would share the rules of one firewall.
            "--iptables=false",
            "--ip6tables=false",
        ];
        let root = self.root();
        let programs = format!("{0}/usr/sbin:{0}/usr/bin", root.display());
        MODERN.command(&words, Some(&programs))
    }

    fn configuration(&self) -> PathBuf {
        self.folder.join("daemon.json")
    }
}

fn unwritten(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!(
        "`{}` could not be written: {error}",
        path.display()
    ))
}

/// The commands that make its network, if it is not there.
fn bridge() -> Vec<Command> {
    if command::succeeds(Command::new("ip").args(["link", "show", BRIDGE])) {
        return Vec::new();
    }
    [
        ["link", "add", "name", BRIDGE, "type", "bridge"].as_slice(),
        &["address", "add", BRIDGE_ADDRESS, "dev", BRIDGE],
        &["link", "set", BRIDGE, "up"],
    ]
    .map(|words| machine::as_root("ip", words))
    .into()
}

/// The commands that bring it.
pub(crate) fn commands(workspace: &Workspace) -> Vec<Command> {
    let home = Home::new(workspace);
    let names = packages::needed(&[IPROUTE]);
    let install = match names.as_slice() {
        [] => Vec::new(),
        names => packages::commands(names).into(),
    };
    let all = install.into_iter().chain(home.commands()).chain(bridge());
    all.chain([home.daemon()]).collect()
}

/// Unpacks it and starts it in the background, where it outlives this task.
pub(crate) fn install_and_start(workspace: &Workspace) -> Result<(), Failure> {
    let home = Home::new(workspace);
    if !home.is_unpacked() {
        if machine::program("apt-get").is_none() {
            return Err(Failure::new(
                "this machine has no `apt-get` to take its packages from",
            ));
        }
        home.fill()?;
    }
    // Setup of another checkout may have started it.
    if answers() {
        return Ok(());
    }
    let names = packages::needed(&[IPROUTE]);
    if !names.is_empty() {
        packages::install(&names)?;
    }
    bridge().iter_mut().try_for_each(command::quietly)?;
    let configuration = home.configuration();
    fs::write(&configuration, CONFIGURATION).map_err(|error| unwritten(&configuration, &error))?;
    let log = workspace.target.join("modern-engine.log");
    MODERN.start(home.daemon(), &log, answers)
}

//! What this machine has: programs, rights, Rust targets.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use crate::command::{self, Failure};

/// Where a program is found, on PATH or where Debian keeps those of the administrator.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let administrators = ["/usr/sbin", "/sbin"].map(PathBuf::from);
    let folders = env::split_paths(&path).chain(administrators);
    folders
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

/// The command with the rights to change the system: as it is for root, else through `sudo`.
pub(crate) fn as_root(program: &str, words: &[&str]) -> Command {
    let mut command = if is_root() {
        Command::new(program)
    } else {
        let mut sudo = Command::new("sudo");
        sudo.arg(program);
        sudo
    };
    command.args(words);
    command
}

/// Fails, with what to do, when nothing on this machine can give [`as_root`] its rights.
pub(crate) fn check_rights() -> Result<(), Failure> {
    if is_root() || program("sudo").is_some() {
        return Ok(());
    }
    Err(Failure::new(
        "installing needs root and there is no `sudo`: run this command as root",
    ))
}

fn is_root() -> bool {
    command::read(Command::new("id").arg("-u")).is_ok_and(|id| id == "0")
}

/// The target that the toolchain compiles for when none is named.
pub(crate) fn rust_target() -> Result<String, Failure> {
    command::read(Command::new("rustc").args(["--print", "host-tuple"]))
}

/// Whether the toolchain can compile for the target.
pub(crate) fn has_rust_target(target: &str) -> bool {
    let sysroot = command::read(Command::new("rustc").args(["--print", "sysroot"]));
    sysroot.is_ok_and(|root| {
        PathBuf::from(root)
            .join("lib/rustlib")
            .join(target)
            .join("lib")
            .is_dir()
    })
}

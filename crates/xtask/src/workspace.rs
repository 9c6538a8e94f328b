//! Where things are in the repository.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::Failure;

/// The folders that the tasks read and write.
pub(crate) struct Workspace {
    /// The repository's root.
    pub(crate) root: PathBuf,
    /// Cargo's target folder: also the home of everything that setup makes and a clean may remove.
    pub(crate) target: PathBuf,
}

impl Workspace {
    pub(crate) fn find() -> Result<Self, Failure> {
        let package = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let root = package
            .as_deref()
            .and_then(Path::parent)
            .and_then(Path::parent);
        let root = root
            .ok_or_else(|| Failure::new("the tasks are run by `cargo xtask`"))?
            .to_owned();
        let target = match env::var_os("CARGO_TARGET_DIR") {
            Some(folder) => root.join(folder),
            None => root.join("target"),
        };
        Ok(Self { root, target })
    }

    /// Cargo in the root, with words that have no spaces in them.
    pub(crate) fn cargo(&self, words: &str) -> Command {
        let mut command = Command::new("cargo");
        command.args(words.split(' ')).current_dir(&self.root);
        command
    }

    /// The virtual environment with the tools from the Python index.
    pub(crate) fn tools(&self) -> PathBuf {
        self.target.join("tools")
    }

    /// The `ecrane` of the development profile.
    pub(crate) fn ecrane(&self) -> PathBuf {
        self.target.join("debug/ecrane")
    }

    /// The static binary that ships and that the Dockerfile copies.
    pub(crate) fn dist(&self) -> PathBuf {
        self.root.join("dist/ecrane")
    }

    /// The module of ecrane-wasm, with its JavaScript and its types.
    pub(crate) fn wasm(&self) -> PathBuf {
        self.target.join("page")
    }

    /// The built page.
    pub(crate) fn web(&self) -> PathBuf {
        self.target.join("web")
    }
}

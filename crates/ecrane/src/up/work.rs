use crate::exit::Failure;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

/// A private folder for what a build leaves, removed with everything in it. On
/// a runner it is the runner's own, where that can be seen from here.
pub(super) struct WorkFolder(TempDir);

/// How often it is tried to remove it. Work on files that was under way when a
/// run was stopped may put in another file meanwhile; then it finds no folder.
const TRIES: usize = 20;
const PAUSE: Duration = Duration::from_millis(10);

impl WorkFolder {
    /// Makes it.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn create() -> Result<Self, Failure> {
        let runner = std::env::var_os("RUNNER_TEMP").map(PathBuf::from);
        let parent = runner
            .filter(|folder| folder.is_dir())
            .unwrap_or_else(std::env::temp_dir);
        // Layouts and archives lie in it, and other users of a machine read what they can.
        tempfile::Builder::new()
            .prefix("ecrane-")
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(&parent)
            .map(Self)
            .map_err(|error| {
                Failure::refused(format!("no work folder in {}: {error}", parent.display()))
            })
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for WorkFolder {
    fn drop(&mut self) {
        for _ in 0..TRIES {
            match std::fs::remove_dir_all(self.path()) {
                Err(error) if error.kind() == std::io::ErrorKind::DirectoryNotEmpty => {
                    std::thread::sleep(PAUSE);
                }
                _ => break,
            }
        }
    }
}

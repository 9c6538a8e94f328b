//! An input that is a policy's text, or names a file with one.

use super::{Fault, Origin};
use ecrane_core::lifecycle;
use std::path::{Path, PathBuf};

/// The text, with where it stands. `help` says what may be given.
///
/// # Errors
/// The file cannot be read, is no text, or is not in the workspace.
pub(super) fn read(input: &str, given: &str, help: &str) -> Result<(Origin, String), Fault> {
    let trimmed = given.trim();
    if trimmed.starts_with(['{', '[']) || trimmed.contains('\n') {
        return Ok((Origin::Input(input.to_owned()), given.to_owned()));
    }
    if leads_out(Path::new(given)) {
        let message = "the file is a link out of the workspace";
        return Err(Fault::whole(input, given, message).help("keep the policy in the repository"));
    }
    let bytes = std::fs::read(given).map_err(|error| {
        let message = format!("the file cannot be read: {error}");
        Fault::whole(input, given, message).help(help)
    })?;
    let origin = Origin::File(given.to_owned());
    match lifecycle::decode(&bytes) {
        Ok(text) => Ok((origin, text.to_owned())),
        Err(diagnostics) => Err(Fault {
            origin,
            text: String::from_utf8_lossy(&bytes).into_owned(),
            diagnostics,
        }),
    }
}

/// Whether a path within the workspace leads out of it, as a link in somebody
/// else's change may: what is there is quoted where it is faulty.
pub(crate) fn leads_out(path: &Path) -> bool {
    let workspace = std::env::var_os("GITHUB_WORKSPACE").map(PathBuf::from);
    let within = |workspace: &PathBuf| {
        std::path::absolute(path).is_ok_and(|path| path.starts_with(workspace))
    };
    let Some(workspace) = workspace.filter(within) else {
        return false;
    };
    let real = |path: &Path| std::fs::canonicalize(path).ok();
    let (path, workspace) = (real(path), real(&workspace));
    path.zip(workspace)
        .is_some_and(|(path, workspace)| !path.starts_with(workspace))
}

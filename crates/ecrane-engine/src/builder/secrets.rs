use super::BuildError;
use ecrane_core::build::{BuildSpec, Secret, SecretSource};
use secrecy::ExposeSecret as _;
use std::fs::{DirBuilder, File};
use std::io::{self, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

/// Writes the secrets that are in no file yet, byte by byte, for this user alone.
///
/// # Errors
/// The system's answer, or a variable that is not there.
pub(super) fn write(spec: &BuildSpec, folder: &Path) -> Result<(), BuildError> {
    let failed = || BuildError::io("writing a secret for the builder");
    DirBuilder::new()
        .mode(0o700)
        .create(folder)
        .map_err(failed())?;
    for secret in &spec.secrets {
        write_one(secret, folder).map_err(failed())?;
    }
    Ok(())
}

fn write_one(secret: &Secret, folder: &Path) -> io::Result<()> {
    let write = |bytes: &[u8]| {
        let mut file = File::options()
            .create_new(true)
            .write(true)
            .mode(0o600)
            .open(folder.join(secret.id.as_str()))?;
        file.write_all(bytes)
    };
    match &secret.source {
        SecretSource::Value(value) => write(value.expose_secret().as_bytes()),
        SecretSource::Environment(name) => match std::env::var_os(name) {
            Some(value) => write(value.as_bytes()),
            None => Err(io::Error::other(format!("there is no variable `{name}`"))),
        },
        SecretSource::File(_) => Ok(()),
    }
}

use ecrane_core::docker_config::{DockerConfig, HELPER};
use std::ffi::OsString;
use std::fs::{DirBuilder, File, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

/// What a builder signs in to registries with: a configuration of its own that
/// names ecrane as the helper. No credential stands in it.
#[derive(Debug, Clone)]
pub struct Access {
    folder: PathBuf,
}

const CONFIGURATION: &str = "config.json";
const PROGRAMS: &str = "bin";

impl Access {
    /// Makes the folder, which must not be there yet, for this user alone.
    /// Beside the configuration it has what the user's `own` folder has:
    /// contexts, plugins, the state of builders. `helper` is this program.
    ///
    /// # Errors
    /// What the system says.
    pub fn create(
        folder: PathBuf,
        own: Option<&Path>,
        config: &DockerConfig,
        helper: &Path,
    ) -> io::Result<Self> {
        let private = || {
            let mut builder = DirBuilder::new();
            builder.mode(0o700);
            builder
        };
        private().create(&folder)?;
        let mut file = File::options()
            .create_new(true)
            .write(true)
            .mode(0o600)
            .open(folder.join(CONFIGURATION))?;
        file.write_all(config.to_text().as_bytes())?;
        private().create(folder.join(PROGRAMS))?;
        symlink(helper, folder.join(PROGRAMS).join(program()))?;
        for entry in own.map(std::fs::read_dir).into_iter().flatten().flatten() {
            let entry = entry?;
            let name = entry.file_name();
            if name != CONFIGURATION && name != PROGRAMS {
                symlink(std::path::absolute(entry.path())?, folder.join(name))?;
            }
        }
        Ok(Self { folder })
    }

    /// Where the helper finds who answers it, from the environment of a builder.
    #[must_use]
    pub fn socket(docker_config: &Path) -> PathBuf {
        docker_config.join("ecrane.sock")
    }

    /// Opens the socket at which the helper asks.
    ///
    /// # Errors
    /// What the system says.
    pub fn listen(&self) -> io::Result<tokio::net::UnixListener> {
        let socket = Self::socket(&self.folder);
        let listener = tokio::net::UnixListener::bind(&socket)?;
        std::fs::set_permissions(socket, Permissions::from_mode(0o600))?;
        Ok(listener)
    }

    /// Puts it into the environment of a builder.
    pub(super) fn enter(&self, variables: &mut Vec<(OsString, OsString)>) {
        const PATH: &str = "PATH";
        let before = variables.iter().find(|(name, _)| name == PATH);
        let mut path = self.folder.join(PROGRAMS).into_os_string();
        if let Some((_, before)) = before {
            path.push(":");
            path.push(before);
        }
        variables.retain(|(name, _)| name != PATH && name != DOCKER_CONFIG);
        variables.push((PATH.into(), path));
        variables.push((DOCKER_CONFIG.into(), self.folder.clone().into()));
        // buildah reads the same form there.
        variables.retain(|(name, _)| name != AUTH_FILE);
        variables.push((AUTH_FILE.into(), self.folder.join(CONFIGURATION).into()));
    }
}

/// The variable that names the file of credentials of tools without an engine.
pub const AUTH_FILE: &str = "REGISTRY_AUTH_FILE";

/// The variable that names the folder of a Docker client's configuration.
pub const DOCKER_CONFIG: &str = "DOCKER_CONFIG";

/// What Docker calls the helper of a configuration.
#[must_use]
pub fn program() -> String {
    format!("docker-credential-{HELPER}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_users_own_is_there_and_the_rest_is_private() {
        let home = tempfile::tempdir().unwrap();
        let own = home.path().join(".docker");
        std::fs::create_dir_all(own.join("contexts/meta")).unwrap();
        std::fs::write(own.join(CONFIGURATION), "not to be read").unwrap();
        let folder = home.path().join("private");
        let helper = Path::new("/usr/bin/ecrane");
        let access =
            Access::create(folder.clone(), Some(&own), &DockerConfig::default(), helper).unwrap();

        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&folder), 0o700);
        assert_eq!(mode(&folder.join(CONFIGURATION)), 0o600);
        assert!(folder.join("contexts/meta").is_dir());
        let text = std::fs::read_to_string(folder.join(CONFIGURATION)).unwrap();
        assert_eq!(text, "{}\n");

        let mut variables = vec![
            ("PATH".into(), "/usr/bin".into()),
            (DOCKER_CONFIG.into(), own.into()),
        ];
        access.enter(&mut variables);
        let path = format!("{}/bin:/usr/bin", folder.display());
        let file = folder.join(CONFIGURATION);
        let expected = [
            ("PATH", path),
            (DOCKER_CONFIG, folder.display().to_string()),
            (AUTH_FILE, file.display().to_string()),
        ];
        assert_eq!(
            variables,
            expected.map(|(name, value)| (name.into(), value.into()))
        );
    }

    #[test]
    fn a_folder_that_is_there_is_not_used() {
        let home = tempfile::tempdir().unwrap();
        let helper = Path::new("/usr/bin/ecrane");
        let folder = home.path().to_owned();
        let refused = Access::create(folder, None, &DockerConfig::default(), helper);
        assert_eq!(refused.unwrap_err().kind(), io::ErrorKind::AlreadyExists);
    }
}

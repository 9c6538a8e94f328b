//! The files that the page is opened with.

use crate::exit::Failure;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// A file that the page asks for. It is read whenever the page is loaded, so
/// that a reload shows what an editor has saved.
#[derive(Debug)]
pub(super) enum Given {
    /// A file.
    File(PathBuf),
    /// What came on standard input.
    Input(Vec<u8>),
}

impl Given {
    /// The file at a path that can be read now; `-` is standard input.
    pub(super) fn open(path: PathBuf) -> Result<Self, Failure> {
        let mut input = Vec::new();
        let read = if is_input(&path) {
            std::io::stdin().read_to_end(&mut input).map(|_| ())
        } else {
            std::fs::read(&path).map(|_| ())
        };
        match read {
            Err(error) => Err(Failure::faulty(format!("{}: {error}", path.display()))),
            Ok(()) if is_input(&path) => Ok(Self::Input(input)),
            Ok(()) => Ok(Self::File(path)),
        }
    }

    /// How the page calls it.
    pub(super) fn name(&self) -> String {
        match self {
            Self::File(path) => path
                .file_name()
                .unwrap_or(path.as_os_str())
                .to_string_lossy()
                .into_owned(),
            Self::Input(_) => "standard input".to_owned(),
        }
    }

    /// What is in it now.
    pub(super) async fn read(&self) -> std::io::Result<Vec<u8>> {
        match self {
            Self::File(path) => tokio::fs::read(path).await,
            Self::Input(bytes) => Ok(bytes.clone()),
        }
    }
}

/// Whether this stands for standard input.
pub(super) fn is_input(path: &Path) -> bool {
    path == Path::new("-")
}

//! Blobs as files, named by their digest, and the files that uploads grow in.
//!
//! A file under a digest's name is whole: it gets the name when its bytes were
//! hashed and are on disk. All repositories share one file.

use crate::refusal::Fault;
use crate::store::{Store, StoreError};
use ecrane_core::name::Digest;
use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

/// The folders of one data directory that hold blobs.
pub(crate) struct BlobFiles {
    blobs: PathBuf,
    uploads: PathBuf,
    /// Shared by those who make blobs, held alone by who removes them: a file is
    /// not removed between its finding and its record.
    removal: RwLock<()>,
}

impl BlobFiles {
    /// Makes the folders; what an earlier run left unfinished goes.
    pub(crate) fn open(data: &Path) -> io::Result<Self> {
        let files = Self {
            blobs: data.join("blobs").join("sha256"),
            uploads: data.join("uploads"),
            removal: RwLock::new(()),
        };
        fs::create_dir_all(&files.blobs)?;
        if files.uploads.exists() {
            fs::remove_dir_all(&files.uploads)?;
        }
        fs::create_dir_all(&files.uploads)?;
        Ok(files)
    }

    /// Removes the files of blobs that no repository holds, those of a crash
    /// between a file and its record among them.
    ///
    /// Only before requests are served.
    pub(crate) fn remove_orphans(&self, kept: &HashSet<Digest>) -> Result<(), StoreError> {
        for folder in fs::read_dir(&self.blobs)? {
            for file in fs::read_dir(folder?.path())? {
                let file = file?;
                let name = file.file_name();
                let digest = format!("sha256:{}", name.to_string_lossy()).parse::<Digest>();
                if digest.is_ok_and(|digest| !kept.contains(&digest)) {
                    fs::remove_file(file.path())?;
                }
            }
        }
        Ok(())
    }

    /// Where an upload grows.
    pub(crate) fn upload(&self, id: &str) -> PathBuf {
        self.uploads.join(id)
    }

    /// Where a blob is. Two levels, so that no folder grows too long.
    pub(crate) fn blob(&self, digest: &Digest) -> PathBuf {
        let (folder, _) = digest.hex().split_at_checked(2).unwrap_or_default();
        self.blobs.join(folder).join(digest.hex())
    }

    /// Makes the upload's file the blob's and records it. Its bytes were hashed
    /// and have that digest; when this returns they survive a crash.
    pub(crate) fn confirm(
        &self,
        upload: &Path,
        digest: &Digest,
        record: impl FnOnce() -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let blob = self.blob(digest);
        let folder = blob.parent().unwrap_or(&self.blobs);
        if !blob.exists() {
            File::open(upload)?.sync_all()?;
        }
        let _shared = self.removal.read().unwrap_or_else(PoisonError::into_inner);
        if !blob.exists() {
            // Quick, unless the file that was there has just been removed.
            File::open(upload)?.sync_all()?;
            if !folder.exists() {
                fs::create_dir_all(folder)?;
                sync_folder(&self.blobs)?;
            }
            fs::rename(upload, &blob)?;
        }
        // Another upload may have given the name a moment ago.
        sync_folder(folder)?;
        record()
    }

    /// Removes the files of the blobs that no repository holds any more.
    pub(crate) fn remove_unheld(&self, store: &Store) -> Result<(), Fault> {
        if store.unheld_blobs()?.is_empty() {
            return Ok(());
        }
        let _alone = self.removal.write().unwrap_or_else(PoisonError::into_inner);
        let unheld = store.unheld_blobs()?;
        for digest in &unheld {
            match fs::remove_file(self.blob(digest)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            }
        }
        Ok(store.forget_blobs(&unheld)?)
    }
}

/// A new name in a folder is on disk when the folder is.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Other systems keep names by themselves, and do not open folders as files.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

//! What is known about repositories and images, in an embedded database.
//!
//! Every method is one transaction: either all of it is on disk when the method
//! returns, or none. Blobs are not in here, only the fact that a repository has
//! them; their bytes are files, see [`crate::blob_files`].

mod blobs;
mod format;
mod images;
mod lifecycle;
mod push;
mod record;
mod registries;
mod removal;
mod repositories;
mod templates;

pub(crate) use images::{Selector, TaggedImage};
pub(crate) use push::{LoadedImage, NewImage};
pub(crate) use record::{
    Encryption, EncryptionType, Image, ImageStatus, MOST_TAGS, Mutability, Registry, Repository,
    RepositoryKey, TagMutability, matches_wildcard,
};
pub(crate) use registries::{
    AccountSetting, NameFilter, RegistryScanning, RegistrySettings, ReplicationDestination,
    ReplicationRule, ScanningRule, SigningRule,
};
pub(crate) use removal::TagRemoval;
pub(crate) use templates::{
    AppliedFor, PullThroughRule, ROOT, Template, for_repository as template_for,
    plain as plain_repository,
};

use crate::clock::Pace;
use crate::token::TokenKey;
use redb::{Database, ReadableDatabase, TableDefinition};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs::File;
use std::io;
use std::path::Path;
use tokio::sync::Notify;

/// `(registry, name)` → [`Repository`].
const REPOSITORIES: TableDefinition<'_, (&str, &str), &[u8]> = TableDefinition::new("repositories");
/// `(repository id, digest)` → [`Image`].
const IMAGES: TableDefinition<'_, (u64, &str), &[u8]> = TableDefinition::new("images");
/// `(repository id, digest)` → the manifest, as it was pushed.
const MANIFESTS: TableDefinition<'_, (u64, &str), &[u8]> = TableDefinition::new("manifests");
/// `(repository id, tag)` → digest.
const TAGS: TableDefinition<'_, (u64, &str), &str> = TableDefinition::new("tags");
/// `(repository id, digest, tag)`: the tags of an image, found by its digest.
const IMAGE_TAGS: TableDefinition<'_, (u64, &str, &str), ()> = TableDefinition::new("image_tags");
/// `(repository id, child, index)`: the indexes that need an image.
const PARENTS: TableDefinition<'_, (u64, &str, &str), ()> = TableDefinition::new("parents");
/// `(repository id, subject, referrer)`: the manifests that refer to an image.
const REFERRERS: TableDefinition<'_, (u64, &str, &str), ()> = TableDefinition::new("referrers");
/// `(repository id, digest)` → size: the blobs that a repository holds.
const BLOBS: TableDefinition<'_, (u64, &str), u64> = TableDefinition::new("blobs");
/// `(digest, repository id)`: the repositories that hold a blob.
const HOLDERS: TableDefinition<'_, (&str, u64), ()> = TableDefinition::new("holders");
/// `(repository id, image, blob)`: the blobs that an image needs.
const IMAGE_BLOBS: TableDefinition<'_, (u64, &str, &str), ()> = TableDefinition::new("image_blobs");
/// `(repository id, blob, image)`: the images that need a blob.
const BLOB_IMAGES: TableDefinition<'_, (u64, &str, &str), ()> = TableDefinition::new("blob_images");
/// `(repository id, digest)` → since when no image needs the blob, as far as the
/// last collection knows; before it saw the blob, [`UNSEEN`].
const LOOSE_BLOBS: TableDefinition<'_, (u64, &str), i64> = TableDefinition::new("loose_blobs");
/// The blobs that no repository holds any more and whose files are still there.
const UNHELD_BLOBS: TableDefinition<'_, &str, ()> = TableDefinition::new("unheld_blobs");
/// registry → [`registries::RegistrySettings`].
const REGISTRIES: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("registries");
/// Single numbers, by name.
const COUNTERS: TableDefinition<'_, &str, u64> = TableDefinition::new("counters");
/// Single values, by name.
const VALUES: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("values");

const NEXT_REPOSITORY: &str = "next-repository";
const UNSEEN: i64 = 0;
const TOKEN_KEY: &str = "token-key";
const CLOCK: &str = "clock";

/// The disk or the database failed, or holds what this version cannot read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[source] Box<redb::Error>),
    /// A record does not read back.
    #[error("the database holds a record that cannot be read: {0}")]
    Record(#[from] serde_json::Error),
    /// A name in the database is not one.
    #[error("the database holds a name that cannot be read: {0}")]
    Name(#[from] ecrane_core::name::NameError),
    /// A file could not be written or read.
    #[error("{0}")]
    File(#[from] std::io::Error),
    /// No random bytes for the token key.
    #[error("the system gave no random bytes: {0}")]
    Random(#[from] getrandom::Error),
    /// Another version of ecrane wrote it.
    #[error(
        "the data directory has format {found}, and this version of ecrane reads format {now}; use another directory or the ecrane that wrote it"
    )]
    Format {
        /// The format that was found.
        found: u64,
        /// The format of this version.
        now: u64,
    },
    /// Two images of a repository have the same tag.
    #[error("the database gives these tags to several images: {}", .0.join(", "))]
    SharedTags(Vec<String>),
    /// The work was cut off when the server ended.
    #[error("the work was cut off")]
    CutOff,
}

macro_rules! from_redb {
    ($($error:ty),*) => {$(
        impl From<$error> for StoreError {
            fn from(error: $error) -> Self {
                Self::Database(Box::new(error.into()))
            }
        }
    )*};
}
from_redb!(
    redb::DatabaseError,
    redb::TransactionError,
    redb::TableError,
    redb::StorageError,
    redb::CommitError,
    redb::SetDurabilityError
);

/// The database of one data directory.
pub(crate) struct Store {
    database: Database,
    /// Told when blobs may have become superfluous.
    released: Notify,
}

impl Store {
    /// Opens the database, and makes it if it is not there.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        let database = Database::builder().create_file(file(path)?)?;
        format::prepare(&database)?;
        Ok(Self {
            database,
            released: Notify::new(),
        })
    }

    /// How the clock went when it was left; none if nobody ever set it.
    pub(crate) fn clock(&self) -> Result<Option<Pace>, StoreError> {
        let read = self.database.begin_read()?;
        let pace = read.open_table(VALUES)?.get(CLOCK)?;
        pace.map(|pace| decode(pace.value())).transpose()
    }

    /// Keeps how the clock goes, for the next start.
    pub(crate) fn keep_clock(&self, pace: Pace) -> Result<(), StoreError> {
        let write = self.database.begin_write()?;
        write
            .open_table(VALUES)?
            .insert(CLOCK, encode(&pace)?.as_slice())?;
        write.commit()?;
        Ok(())
    }

    /// The key that signs this directory's tokens: made once, kept.
    pub(crate) fn token_key(&self) -> Result<TokenKey, StoreError> {
        let read = self.database.begin_read()?;
        let stored = read.open_table(VALUES)?.get(TOKEN_KEY)?;
        if let Some(key) = stored.and_then(|key| TokenKey::try_from(key.value()).ok()) {
            return Ok(key);
        }
        let mut key = [0; 64];
        getrandom::fill(&mut key)?;
        let write = self.database.begin_write()?;
        write
            .open_table(VALUES)?
            .insert(TOKEN_KEY, key.as_slice())?;
        write.commit()?;
        Ok(key)
    }
}

/// The database's file. It holds the key of all tokens, so that it is made for
/// its owner alone.
fn file(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn encode<T: Serialize>(record: &T) -> Result<Vec<u8>, StoreError> {
    Ok(serde_json::to_vec(record)?)
}

fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, StoreError> {
    Ok(serde_json::from_slice(bytes)?)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_key_of_all_tokens_is_for_its_owner_alone() {
        let data = tempfile::tempdir().unwrap();
        let path = data.path().join("ecr.redb");
        Store::open(&path).unwrap().token_key().unwrap();
        let mode = path.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

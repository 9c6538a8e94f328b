use super::repositories::find;
use super::{BLOBS, REPOSITORIES, RepositoryKey, Store, StoreError};
use crate::refusal::Fault;
use ecrane_core::name::Digest;
use redb::{ReadableDatabase, ReadableTable};
use std::collections::HashSet;

impl Store {
    /// Records that a blob, whole and on disk, was pushed to a repository.
    pub(crate) fn add_blob(
        &self,
        key: &RepositoryKey,
        digest: &Digest,
        size: u64,
    ) -> Result<(), Fault> {
        let write = self.database.begin_write()?;
        {
            let repository = find(&write.open_table(REPOSITORIES)?, key)?;
            let mut blobs = write.open_table(BLOBS)?;
            blobs.insert((repository.id, digest.as_str()), size)?;
        }
        write.commit()?;
        Ok(())
    }

    /// The size of a blob, if it was pushed to this repository.
    pub(crate) fn blob_size(
        &self,
        key: &RepositoryKey,
        digest: &Digest,
    ) -> Result<Option<u64>, Fault> {
        let read = self.database.begin_read()?;
        let repository = find(&read.open_table(REPOSITORIES)?, key)?;
        let size = read
            .open_table(BLOBS)?
            .get((repository.id, digest.as_str()))?
            .map(|size| size.value());
        Ok(size)
    }

    /// The blobs that any repository has.
    pub(crate) fn all_blobs(&self) -> Result<HashSet<Digest>, StoreError> {
        let read = self.database.begin_read()?;
        let mut digests = HashSet::new();
        for entry in read.open_table(BLOBS)?.iter()? {
            let (key, _) = entry?;
            digests.insert(key.value().1.parse()?);
        }
        Ok(digests)
    }
}

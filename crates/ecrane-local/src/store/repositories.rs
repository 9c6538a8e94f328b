use super::blobs::let_go_of_all;
use super::{
    BLOB_IMAGES, COUNTERS, IMAGE_BLOBS, IMAGE_TAGS, IMAGES, LOOSE_BLOBS, MANIFESTS,
    NEXT_REPOSITORY, PARENTS, REFERRERS, REPOSITORIES, Registry, Repository, RepositoryKey, Store,
    StoreError, TAGS, decode, encode,
};
use crate::refusal::{Fault, Reason};
use redb::{ReadableDatabase, ReadableTable, Table, WriteTransaction};

impl Store {
    /// Creates a repository. Its `id` is given here.
    pub(crate) fn create_repository(&self, repository: Repository) -> Result<Repository, Fault> {
        let write = self.database.begin_write()?;
        let repository = create(&write, repository)?;
        write.commit()?;
        Ok(repository)
    }

    /// The repository of that name.
    pub(crate) fn repository(&self, key: &RepositoryKey) -> Result<Repository, Fault> {
        let read = self.database.begin_read()?;
        find(&read.open_table(REPOSITORIES)?, key)
    }

    /// The repositories of a registry after the given name, by name, at most `limit`.
    pub(crate) fn repositories(
        &self,
        registry: &Registry,
        after: &str,
        limit: usize,
    ) -> Result<Vec<Repository>, StoreError> {
        let read = self.database.begin_read()?;
        let table = read.open_table(REPOSITORIES)?;
        let registry = registry.to_string();
        let mut found = Vec::new();
        for entry in table.range((registry.as_str(), after)..)? {
            let (key, record) = entry?;
            let (owner, name) = key.value();
            if owner != registry || found.len() == limit {
                break;
            }
            if name != after {
                found.push(decode(record.value())?);
            }
        }
        Ok(found)
    }

    /// The repositories of all registries.
    pub(crate) fn all_repositories(&self) -> Result<Vec<Repository>, StoreError> {
        let read = self.database.begin_read()?;
        let table = read.open_table(REPOSITORIES)?;
        let mut all = Vec::new();
        for entry in table.iter()? {
            all.push(decode(entry?.1.value())?);
        }
        Ok(all)
    }

    /// Changes a repository's settings; `change` may refuse, and then nothing is.
    pub(crate) fn update_repository<T>(
        &self,
        key: &RepositoryKey,
        change: impl FnOnce(&mut Repository) -> Result<T, Reason>,
    ) -> Result<(Repository, T), Fault> {
        let write = self.database.begin_write()?;
        let changed = {
            let mut repositories = write.open_table(REPOSITORIES)?;
            let mut repository = find(&repositories, key)?;
            let result = change(&mut repository).map_err(|reason| reason.about(key))?;
            let registry = key.registry.to_string();
            repositories.insert(
                (registry.as_str(), key.name.as_str()),
                encode(&repository)?.as_slice(),
            )?;
            (repository, result)
        };
        write.commit()?;
        Ok(changed)
    }

    /// Deletes a repository; one with images only if forced.
    pub(crate) fn delete_repository(
        &self,
        key: &RepositoryKey,
        force: bool,
    ) -> Result<Repository, Fault> {
        let write = self.database.begin_write()?;
        let repository = {
            let mut repositories = write.open_table(REPOSITORIES)?;
            let repository = find(&repositories, key)?;
            let id = repository.id;
            let images = write.open_table(IMAGES)?;
            let empty = images.range((id, "")..(id + 1, ""))?.next().is_none();
            if !(empty || force) {
                return Err(Reason::RepositoryNotEmpty.about(key));
            }
            let registry = key.registry.to_string();
            repositories.remove((registry.as_str(), key.name.as_str()))?;
            repository
        };
        empty_repository(&write, repository.id)?;
        write.commit()?;
        self.released().notify_one();
        Ok(repository)
    }
}

/// Creates a repository, within a transaction.
pub(super) fn create(
    write: &WriteTransaction,
    mut repository: Repository,
) -> Result<Repository, Fault> {
    let mut repositories = write.open_table(REPOSITORIES)?;
    let key = repository.key();
    let registry = key.registry.to_string();
    let place = (registry.as_str(), key.name.as_str());
    if repositories.get(place)?.is_some() {
        return Err(Reason::RepositoryAlreadyExists.about(&key));
    }
    let mut counters = write.open_table(COUNTERS)?;
    repository.id = counters.get(NEXT_REPOSITORY)?.map_or(1, |id| id.value());
    counters.insert(NEXT_REPOSITORY, repository.id + 1)?;
    repositories.insert(place, encode(&repository)?.as_slice())?;
    Ok(repository)
}

/// The repository of that name, within a transaction.
pub(super) fn find(
    repositories: &impl ReadableTable<(&'static str, &'static str), &'static [u8]>,
    key: &RepositoryKey,
) -> Result<Repository, Fault> {
    let registry = key.registry.to_string();
    match repositories.get((registry.as_str(), key.name.as_str()))? {
        Some(record) => Ok(decode(record.value())?),
        None => Err(Reason::RepositoryNotFound.about(key)),
    }
}

/// Removes everything that was kept for a repository.
fn empty_repository(write: &WriteTransaction, id: u64) -> Result<(), StoreError> {
    let pair = (id, "")..(id + 1, "");
    write
        .open_table(IMAGES)?
        .retain_in(pair.clone(), |_, _| false)?;
    write
        .open_table(MANIFESTS)?
        .retain_in(pair.clone(), |_, _| false)?;
    write
        .open_table(TAGS)?
        .retain_in(pair.clone(), |_, _| false)?;
    let_go_of_all(write, id)?;
    write
        .open_table(LOOSE_BLOBS)?
        .retain_in(pair, |_, _| false)?;
    empty_relation(&mut write.open_table(IMAGE_BLOBS)?, id)?;
    empty_relation(&mut write.open_table(BLOB_IMAGES)?, id)?;
    empty_relation(&mut write.open_table(IMAGE_TAGS)?, id)?;
    empty_relation(&mut write.open_table(PARENTS)?, id)?;
    empty_relation(&mut write.open_table(REFERRERS)?, id)
}

fn empty_relation(
    table: &mut Table<'_, (u64, &'static str, &'static str), ()>,
    id: u64,
) -> Result<(), StoreError> {
    table.retain_in((id, "", "")..(id + 1, "", ""), |_, ()| false)?;
    Ok(())
}

//! A lifecycle policy's deed, in one transaction.

use super::images::related;
use super::removal::forget;
use super::repositories::find;
use super::{
    IMAGE_TAGS, IMAGES, Image, REPOSITORIES, RepositoryKey, Store, StoreError, TaggedImage, decode,
    encode,
};
use crate::clock::Timestamp;
use crate::lifecycle::Removal;
use crate::refusal::Fault;
use ecrane_core::lifecycle::Action;
use redb::{ReadableTable, WriteTransaction};

impl Store {
    /// Carries out the repository's lifecycle policy as of the time given:
    /// `decide` says from the policy's text and all images which go. None without
    /// a policy. Nothing is pushed or pulled in between.
    pub(crate) fn carry_out(
        &self,
        key: &RepositoryKey,
        at: Timestamp,
        decide: impl FnOnce(&str, Vec<TaggedImage>) -> Result<Vec<Removal>, StoreError>,
    ) -> Result<Option<Vec<Removal>>, Fault> {
        let write = self.database.begin_write()?;
        let removals = {
            let mut repositories = write.open_table(REPOSITORIES)?;
            let mut repository = find(&repositories, key)?;
            let Some(text) = &repository.lifecycle_policy else {
                return Ok(None);
            };
            let removals = decide(text, all_images(&write, repository.id)?)?;
            for removal in &removals {
                remove(&write, repository.id, removal, at)?;
            }
            repository.lifecycle_evaluated_at = Some(at);
            let registry = key.registry.to_string();
            repositories.insert(
                (registry.as_str(), key.name.as_str()),
                encode(&repository)?.as_slice(),
            )?;
            removals
        };
        write.commit()?;
        if removals
            .iter()
            .any(|removal| removal.action == Action::Expire)
        {
            self.released().notify_one();
        }
        Ok(Some(removals))
    }
}

fn all_images(write: &WriteTransaction, id: u64) -> Result<Vec<TaggedImage>, StoreError> {
    let tags = write.open_table(IMAGE_TAGS)?;
    let mut all = Vec::new();
    for entry in write.open_table(IMAGES)?.range((id, "")..(id + 1, ""))? {
        let image: Image = decode(entry?.1.value())?;
        let tags = related(&tags, id, &image.digest)?;
        all.push(TaggedImage { image, tags });
    }
    Ok(all)
}

fn remove(
    write: &WriteTransaction,
    id: u64,
    removal: &Removal,
    at: Timestamp,
) -> Result<(), StoreError> {
    let mut image = removal.image.image.clone();
    match removal.action {
        Action::Expire => {
            forget(write, id, &image.digest)?;
        }
        Action::Transition => {
            image.archive(at);
            let place = (id, image.digest.as_str());
            let mut images = write.open_table(IMAGES)?;
            images.insert(place, encode(&image)?.as_slice())?;
        }
    }
    Ok(())
}

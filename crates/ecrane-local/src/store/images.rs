use super::repositories::find;
use super::{
    IMAGE_TAGS, IMAGES, Image, ImageStatus, MANIFESTS, PARENTS, REFERRERS, REPOSITORIES,
    RepositoryKey, Store, StoreError, TAGS, decode, encode,
};
use crate::clock::Timestamp;
use crate::refusal::{Fault, Reason};
use ecrane_core::name::{Digest, Tag};
use redb::{Durability, ReadableDatabase, ReadableTable, WriteTransaction};
use std::ops::ControlFlow;

type Relation = (u64, &'static str, &'static str);

/// How a request names an image.
#[derive(Debug, Clone)]
pub(crate) enum Selector {
    /// By its digest.
    Digest(Digest),
    /// By a tag.
    Tag(Tag),
}

impl Selector {
    /// The refusal when there is no such image.
    pub(crate) fn not_found(&self) -> Reason {
        let (digest, tag) = match self {
            Self::Digest(digest) => (Some(digest.to_string()), None),
            Self::Tag(tag) => (None, Some(tag.to_string())),
        };
        Reason::ImageNotFound { digest, tag }
    }
}

/// An image and its tags.
#[derive(Debug, Clone)]
pub(crate) struct TaggedImage {
    /// The image.
    pub(crate) image: Image,
    /// Its tags, sorted.
    pub(crate) tags: Vec<Tag>,
}

impl Store {
    /// The image that is meant, its tags, and its manifest's bytes.
    pub(crate) fn image(
        &self,
        key: &RepositoryKey,
        selector: &Selector,
    ) -> Result<(TaggedImage, Vec<u8>), Fault> {
        let read = self.database.begin_read()?;
        let id = find(&read.open_table(REPOSITORIES)?, key)?.id;
        let digest = match selector {
            Selector::Digest(digest) => Some(digest.clone()),
            Selector::Tag(tag) => tagged(&read.open_table(TAGS)?, id, tag)?,
        };
        let Some(digest) = digest else {
            return Err(selector.not_found().about(key));
        };
        let images = read.open_table(IMAGES)?;
        let manifests = read.open_table(MANIFESTS)?;
        let place = (id, digest.as_str());
        let (Some(record), Some(manifest)) = (images.get(place)?, manifests.get(place)?) else {
            return Err(selector.not_found().about(key));
        };
        let image = TaggedImage {
            image: decode(record.value())?,
            tags: related(&read.open_table(IMAGE_TAGS)?, id, &digest)?,
        };
        Ok((image, manifest.value().to_vec()))
    }

    /// Visits the images of a repository by digest, from the given digest on
    /// (and with it), until the visitor has enough.
    pub(crate) fn visit_images(
        &self,
        key: &RepositoryKey,
        from: &str,
        mut visit: impl FnMut(TaggedImage) -> ControlFlow<()>,
    ) -> Result<(), Fault> {
        let read = self.database.begin_read()?;
        let id = find(&read.open_table(REPOSITORIES)?, key)?.id;
        let tags = read.open_table(IMAGE_TAGS)?;
        for entry in read.open_table(IMAGES)?.range((id, from)..(id + 1, ""))? {
            let (_, record) = entry?;
            let image: Image = decode(record.value())?;
            let tags = related(&tags, id, &image.digest)?;
            if visit(TaggedImage { image, tags }).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// All images of a repository.
    pub(crate) fn images(&self, key: &RepositoryKey) -> Result<Vec<TaggedImage>, Fault> {
        let mut all = Vec::new();
        self.visit_images(key, "", |image| {
            all.push(image);
            ControlFlow::Continue(())
        })?;
        Ok(all)
    }

    /// Changes an image and all that follows it: the children of an index and
    /// what refers to it. Gives its status then; none, and changes nothing, for
    /// one that follows another.
    pub(crate) fn move_family(
        &self,
        key: &RepositoryKey,
        digest: &Digest,
        change: impl Fn(&mut Image),
    ) -> Result<Option<ImageStatus>, Fault> {
        let write = self.database.begin_write()?;
        let status = {
            let id = find(&write.open_table(REPOSITORIES)?, key)?.id;
            let parents: Vec<Digest> = related(&write.open_table(PARENTS)?, id, digest)?;
            let image = update_image(&write, key, digest, |image| image.clone())?;
            let images = write.open_table(IMAGES)?;
            let subject = image.subject.as_ref();
            let is_there = |subject: &Digest| images.get((id, subject.as_str()));
            if !parents.is_empty() || subject.map(is_there).transpose()?.flatten().is_some() {
                return Ok(None);
            }
            drop(images);
            for member in family(&write, id, &image)? {
                update_image(&write, key, &member, &change)?;
            }
            update_image(&write, key, digest, |image| image.status)?
        };
        write.commit()?;
        Ok(Some(status))
    }

    /// Changes what is known of an image.
    pub(crate) fn update_image(
        &self,
        key: &RepositoryKey,
        digest: &Digest,
        change: impl FnOnce(&mut Image),
    ) -> Result<(), Fault> {
        let write = self.database.begin_write()?;
        update_image(&write, key, digest, change)?;
        write.commit()?;
        Ok(())
    }

    /// Records that an image was pulled. That is lost in a crash of the machine
    /// rather than that a pull waits for the disk.
    pub(crate) fn record_pull(
        &self,
        key: &RepositoryKey,
        digest: &Digest,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let mut write = self.database.begin_write()?;
        write.set_durability(Durability::None)?;
        update_image(&write, key, digest, |image| image.pulled_at = Some(now))?;
        write.commit()?;
        Ok(())
    }

    /// The tags of a repository after the given one, sorted, at most `limit`.
    pub(crate) fn tags(
        &self,
        key: &RepositoryKey,
        after: &str,
        limit: usize,
    ) -> Result<Vec<String>, Fault> {
        let read = self.database.begin_read()?;
        let id = find(&read.open_table(REPOSITORIES)?, key)?.id;
        let mut tags = Vec::new();
        for entry in read.open_table(TAGS)?.range((id, after)..(id + 1, ""))? {
            let (place, _) = entry?;
            let (_, tag) = place.value();
            if tags.len() == limit {
                break;
            }
            if tag != after {
                tags.push(tag.to_owned());
            }
        }
        Ok(tags)
    }

    /// The images whose manifests name this one as their subject.
    pub(crate) fn referrers(
        &self,
        key: &RepositoryKey,
        subject: &Digest,
    ) -> Result<Vec<Image>, Fault> {
        let read = self.database.begin_read()?;
        let id = find(&read.open_table(REPOSITORIES)?, key)?.id;
        let images = read.open_table(IMAGES)?;
        let referrers: Vec<Digest> = related(&read.open_table(REFERRERS)?, id, subject)?;
        let mut found = Vec::new();
        for digest in referrers {
            if let Some(record) = images.get((id, digest.as_str()))? {
                found.push(decode(record.value())?);
            }
        }
        Ok(found)
    }
}

fn update_image<T>(
    write: &WriteTransaction,
    key: &RepositoryKey,
    digest: &Digest,
    change: impl FnOnce(&mut Image) -> T,
) -> Result<T, Fault> {
    let id = find(&write.open_table(REPOSITORIES)?, key)?.id;
    let mut images = write.open_table(IMAGES)?;
    let place = (id, digest.as_str());
    let record = images.get(place)?.map(|record| decode(record.value()));
    let Some(mut image): Option<Image> = record.transpose()? else {
        return Err(Selector::Digest(digest.clone()).not_found().about(key));
    };
    let result = change(&mut image);
    images.insert(place, encode(&image)?.as_slice())?;
    Ok(result)
}

/// An image with the children that are its alone, and all that refers to them.
fn family(write: &WriteTransaction, id: u64, image: &Image) -> Result<Vec<Digest>, StoreError> {
    let parents = write.open_table(PARENTS)?;
    let referrers = write.open_table(REFERRERS)?;
    let images = write.open_table(IMAGES)?;
    let mut members = vec![image.digest.clone()];
    for child in &image.children {
        if related::<Digest>(&parents, id, child)?.len() == 1 {
            members.push(child.clone());
        }
    }
    let mut place = 0;
    while let Some(member) = members.get(place) {
        let new: Vec<Digest> = related(&referrers, id, member)?;
        members.extend(
            new.into_iter()
                .filter(|new| !members.contains(new))
                .collect::<Vec<_>>(),
        );
        place += 1;
    }
    let mut there = Vec::new();
    for member in members {
        if images.get((id, member.as_str()))?.is_some() {
            there.push(member);
        }
    }
    Ok(there)
}

/// The image that has the tag.
pub(super) fn tagged(
    tags: &impl ReadableTable<(u64, &'static str), &'static str>,
    id: u64,
    tag: &Tag,
) -> Result<Option<Digest>, StoreError> {
    let digest = tags.get((id, tag.as_str()))?;
    Ok(digest.map(|digest| digest.value().parse()).transpose()?)
}

/// What a relation holds for one digest.
pub(super) fn related<T>(
    relation: &impl ReadableTable<Relation, ()>,
    id: u64,
    digest: &Digest,
) -> Result<Vec<T>, StoreError>
where
    T: std::str::FromStr<Err = ecrane_core::name::NameError>,
{
    let mut found = Vec::new();
    for entry in relation.range((id, digest.as_str(), "")..)? {
        let (key, _) = entry?;
        let (owner, of, other) = key.value();
        if owner != id || of != digest.as_str() {
            break;
        }
        found.push(other.parse()?);
    }
    Ok(found)
}

/// Whether a relation holds anything for one digest.
pub(super) fn has_related(
    relation: &impl ReadableTable<Relation, ()>,
    id: u64,
    digest: &str,
) -> Result<bool, StoreError> {
    let first = relation.range((id, digest, "")..)?.next().transpose()?;
    Ok(first.is_some_and(|(key, _)| {
        let (owner, of, _) = key.value();
        owner == id && of == digest
    }))
}

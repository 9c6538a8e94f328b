//! A seed becomes repositories and images.

use super::{Seed, SeedImage, SeedRepository, Seeded, Status, When};
use crate::clock::Timestamp;
use crate::ecr::Ecr;
use crate::refusal::{Fault, Reason, Refusal};
use crate::store::{
    Image, ImageStatus, LoadedImage, Registry, RepositoryKey, TaggedImage, plain_repository,
};
use ecrane_core::manifest;
use ecrane_core::name::{Digest, Tag};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};

const OCI_IMAGE: &str = "application/vnd.oci.image.manifest.v1+json";
const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
/// Of an image of which nothing else is said.
const USUAL_SIZE: u64 = 10_000_000;

/// Makes the repositories that are not there, each with its images in one
/// transaction.
pub(crate) fn load(ecr: &Ecr, seed: &Seed) -> Result<Seeded, Fault> {
    let mut seeded = Seeded::default();
    for one in &seed.repositories {
        let now = ecr.clock.now();
        let registry = Registry {
            account: one
                .account
                .clone()
                .unwrap_or_else(|| ecr.home.account.clone()),
            region: one
                .region
                .clone()
                .unwrap_or_else(|| ecr.home.region.clone()),
        };
        let key = RepositoryKey {
            registry,
            name: one.name.clone(),
        };
        let images = images(&key, one, now);
        let count = images.len();
        let mut repository = plain_repository(key.registry, key.name, now);
        repository.tag_mutability.setting = one.image_tag_mutability.unwrap_or_default();
        repository.tags.clone_from(&one.tags);
        repository.lifecycle_policy = one.lifecycle_policy.as_ref().map(|text| text.value.clone());
        repository.lifecycle_put_at = repository.lifecycle_policy.as_ref().map(|_| now);
        match ecr.store.load(repository, images) {
            Ok(()) => {
                seeded.repositories += 1;
                seeded.images += count;
            }
            Err(Fault::Refused(Refusal {
                reason: Reason::RepositoryAlreadyExists,
                ..
            })) => seeded.there += 1,
            Err(fault) => return Err(fault),
        }
    }
    Ok(seeded)
}

/// The images of a repository, and what they are called in the seed.
struct Made<'a> {
    key: &'a RepositoryKey,
    now: Timestamp,
    names: HashMap<&'a str, Digest>,
    sizes: HashMap<Digest, u64>,
}

fn images(key: &RepositoryKey, repository: &SeedRepository, now: Timestamp) -> Vec<LoadedImage> {
    let mut made = Made {
        key,
        now,
        names: HashMap::new(),
        sizes: HashMap::new(),
    };
    let mut all = Vec::new();
    for (place, seed) in repository.images.iter().enumerate() {
        for number in 1..=seed.number() {
            let loaded = made.image(seed, place, number);
            let image = &loaded.image.image;
            made.sizes.insert(image.digest.clone(), image.size);
            if let Some(name) = &seed.name {
                made.names.insert(name, image.digest.clone());
            }
            all.push(loaded);
        }
    }
    all
}

impl Made<'_> {
    fn image(&self, seed: &SeedImage, place: usize, number: u32) -> LoadedImage {
        let children: Vec<Digest> = self.digests(seed.children.iter().flatten());
        let subject = self.digests(&seed.subject).into_iter().next();
        let largest = children
            .iter()
            .filter_map(|child| self.sizes.get(child))
            .max();
        let size = seed.size.or_else(|| largest.copied()).unwrap_or(USUAL_SIZE);
        let usual = if seed.children.is_some() {
            OCI_INDEX
        } else {
            OCI_IMAGE
        };
        let media_type = seed.media_type.as_deref().unwrap_or(usual);
        let manifest = self.manifest(seed, place, number, media_type, &children, subject.as_ref());
        let digest = seed.digest.clone().filter(|_| number == 1);
        let archived_at = seed.archived.map(|when| self.time(when));
        let activated_at = seed.restored.map(|when| self.time(when));
        let image = Image {
            digest: digest.unwrap_or_else(|| manifest::digest(manifest.as_bytes())),
            media_type: media_type.to_owned(),
            artifact_media_type: None,
            artifact_type: None,
            manifest_size: u64::try_from(manifest.len()).unwrap_or(u64::MAX),
            size,
            children,
            subject,
            annotations: BTreeMap::new(),
            pushed_at: self.pushed(seed, number),
            pulled_at: seed.pulled.map(|when| self.time(when)),
            archived_at,
            activated_at,
            status: match seed.status {
                Some(Status::Active) => ImageStatus::Active,
                Some(Status::Archived) => ImageStatus::Archived,
                Some(Status::Activating) => ImageStatus::Activating,
                None if archived_at > activated_at => ImageStatus::Archived,
                None => ImageStatus::Active,
            },
            scan_asked: false,
        };
        let tags: Vec<Tag> = seed
            .tags
            .iter()
            .filter_map(|tag| tag.value.tag(number))
            .collect();
        LoadedImage {
            image: TaggedImage { image, tags },
            manifest: manifest.into_bytes(),
        }
    }

    fn digests<'s>(
        &self,
        names: impl IntoIterator<Item = &'s serde_saphyr::Spanned<String>>,
    ) -> Vec<Digest> {
        let digest = |name: &str| self.names.get(name).cloned().or_else(|| name.parse().ok());
        names
            .into_iter()
            .filter_map(|name| digest(&name.value))
            .collect()
    }

    fn time(&self, when: When) -> Timestamp {
        match when {
            When::At(moment) => moment.into(),
            When::Ago(span) => self.now.before(span),
        }
    }

    fn pushed(&self, seed: &SeedImage, number: u32) -> Timestamp {
        let first = seed.pushed.map_or(self.now, |when| self.time(when));
        let every = seed.every.map(|every| every.0).unwrap_or_default();
        first.after(every.saturating_mul(number - 1))
    }

    /// A manifest of blobs that nobody has, unlike any other.
    fn manifest(
        &self,
        seed: &SeedImage,
        place: usize,
        number: u32,
        media_type: &str,
        children: &[Digest],
        subject: Option<&Digest>,
    ) -> String {
        let name = format!("{} {place} {number} {:?}", self.key.name, seed.name);
        let descriptor = |media_type: &str, digest: &Digest, size: u64| json!({ "mediaType": media_type, "digest": digest, "size": size });
        let mut manifest = json!({
            "schemaVersion": 2,
            "mediaType": media_type,
            "annotations": { "ecrane.seed": name },
        });
        let mut set = |name: &str, value: Value| {
            if let Some(manifest) = manifest.as_object_mut() {
                manifest.insert(name.to_owned(), value);
            }
        };
        if seed.children.is_some() {
            let children = children.iter().map(|child| descriptor(OCI_IMAGE, child, 1));
            set("manifests", children.collect());
        } else {
            let config = "application/vnd.oci.image.config.v1+json";
            let nothing = manifest::digest(name.as_bytes());
            set("config", descriptor(config, &nothing, 2));
            set("layers", json!([]));
        }
        if let Some(subject) = subject {
            set("subject", descriptor(OCI_IMAGE, subject, 1));
        }
        manifest.to_string()
    }
}

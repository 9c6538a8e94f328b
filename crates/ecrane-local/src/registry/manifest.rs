//! What a pushed manifest says: pure, from its bytes and its media type.

use super::error::RegistryError;
use crate::clock::Timestamp;
use crate::store::{Image, ImageStatus, NewImage};
use ecrane_core::name::{Digest, Tag};
use oci_spec::image::{Descriptor, ImageIndex, ImageManifest};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, HashMap};

const OCI_IMAGE: &str = "application/vnd.oci.image.manifest.v1+json";
const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
const DOCKER_IMAGE: &str = "application/vnd.docker.distribution.manifest.v2+json";
const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";

/// The two kinds of manifest.
enum Kind {
    Image,
    Index,
}

/// The field that a manifest may name its own type in.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Typed {
    media_type: Option<String>,
}

/// The digest of a manifest's bytes.
pub(super) fn digest(manifest: &[u8]) -> Digest {
    Digest::from_sha256(&Sha256::digest(manifest).into())
}

/// Reads a manifest as it is pushed.
pub(super) fn parse(
    content_type: Option<&str>,
    manifest: Vec<u8>,
    tag: Option<Tag>,
    pushed_at: Timestamp,
) -> Result<NewImage, RegistryError> {
    if std::str::from_utf8(&manifest).is_err() {
        // The AWS API gives manifests as text, so no other can be kept.
        return Err(RegistryError::manifest_invalid("The manifest is not UTF-8"));
    }
    let media_type = media_type(content_type, &manifest)?;
    let image = Image {
        digest: digest(&manifest),
        artifact_media_type: None,
        artifact_type: None,
        manifest_size: size(manifest.len()),
        size: 0,
        children: Vec::new(),
        subject: None,
        annotations: BTreeMap::new(),
        pushed_at,
        pulled_at: None,
        archived_at: None,
        activated_at: None,
        status: ImageStatus::Active,
        media_type: media_type.clone(),
    };
    let (image, blobs) = match kind(&media_type)? {
        Kind::Image => read_image(image, &manifest)?,
        Kind::Index => (read_index(image, &manifest)?, Vec::new()),
    };
    Ok(NewImage {
        image,
        manifest,
        blobs,
        tag,
    })
}

/// The type that the request says, and else the manifest; both must agree.
fn media_type(content_type: Option<&str>, manifest: &[u8]) -> Result<String, RegistryError> {
    let Typed { media_type } = read(manifest)?;
    let said = content_type
        .and_then(|value| value.split(';').next())
        .map(str::trim)
        .filter(|value| !value.is_empty() && *value != "application/json");
    match (said, media_type) {
        (Some(said), Some(own)) if said != own => Err(RegistryError::manifest_invalid(format!(
            "The manifest's mediaType '{own}' does not match the Content-Type '{said}'"
        ))),
        (_, Some(own)) => Ok(own),
        (Some(said), None) => Ok(said.to_owned()),
        (None, None) => Err(RegistryError::manifest_invalid(
            "The manifest has no media type",
        )),
    }
}

fn kind(media_type: &str) -> Result<Kind, RegistryError> {
    match media_type {
        OCI_IMAGE | DOCKER_IMAGE => Ok(Kind::Image),
        OCI_INDEX | DOCKER_LIST => Ok(Kind::Index),
        _ => Err(RegistryError::unsupported(format!(
            "Unsupported manifest media type '{media_type}'"
        ))),
    }
}

fn read_image(mut image: Image, manifest: &[u8]) -> Result<(Image, Vec<Digest>), RegistryError> {
    let parsed: ImageManifest = read(manifest)?;
    // Layers with URLs of their own need not be in the registry.
    let stored_here = |layer: &&Descriptor| layer.urls().as_ref().is_none_or(Vec::is_empty);
    let mut blobs = vec![digest_of(parsed.config())?];
    image.size = parsed.config().size();
    for layer in parsed.layers().iter().filter(stored_here) {
        blobs.push(digest_of(layer)?);
        image.size = image.size.saturating_add(layer.size());
    }
    image.artifact_type = parsed.artifact_type().as_ref().map(ToString::to_string);
    let config_type = parsed.config().media_type().to_string();
    image.artifact_media_type = Some(image.artifact_type.clone().unwrap_or(config_type));
    image.subject = parsed.subject().as_ref().map(digest_of).transpose()?;
    image.annotations = sorted(parsed.annotations().as_ref());
    Ok((image, blobs))
}

fn read_index(mut image: Image, manifest: &[u8]) -> Result<Image, RegistryError> {
    let parsed: ImageIndex = read(manifest)?;
    image.children = parsed
        .manifests()
        .iter()
        .map(digest_of)
        .collect::<Result<_, _>>()?;
    image.artifact_type = parsed.artifact_type().as_ref().map(ToString::to_string);
    image.artifact_media_type = image.artifact_type.clone();
    image.subject = parsed.subject().as_ref().map(digest_of).transpose()?;
    image.annotations = sorted(parsed.annotations().as_ref());
    Ok(image)
}

fn sorted(annotations: Option<&HashMap<String, String>>) -> BTreeMap<String, String> {
    let pairs = annotations.into_iter().flatten();
    pairs
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

fn digest_of(descriptor: &Descriptor) -> Result<Digest, RegistryError> {
    Ok(descriptor.digest().to_string().parse()?)
}

fn read<T: DeserializeOwned>(manifest: &[u8]) -> Result<T, RegistryError> {
    serde_json::from_slice(manifest).map_err(|error| {
        RegistryError::manifest_invalid(format!(
            "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax' ({error})"
        ))
    })
}

fn size(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

//! What a manifest says that is pushed to ECR, and which ECR takes.

use crate::name::{Digest, NameError};
use oci_spec::image::{Descriptor, ImageIndex, ImageManifest};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, HashMap};

const OCI_IMAGE: &str = "application/vnd.oci.image.manifest.v1+json";
const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
const DOCKER_IMAGE: &str = "application/vnd.docker.distribution.manifest.v2+json";
const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";

/// A manifest that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The digest of its bytes.
    pub digest: Digest,
    /// Its media type.
    pub media_type: String,
    /// What the image is for: its artifact type, else its config's media type.
    pub artifact_media_type: Option<String>,
    /// What it says itself that it is (OCI `artifactType`).
    pub artifact_type: Option<String>,
    /// Its own size, in bytes.
    pub manifest_size: u64,
    /// Config and layers, in bytes; of an index, nothing.
    pub size: u64,
    /// The blobs that must be in the registry.
    pub blobs: Vec<Digest>,
    /// The images that an index holds.
    pub children: Vec<Digest>,
    /// The manifest that it refers to.
    pub subject: Option<Digest>,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
}

/// Why a manifest is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestFault {
    /// The AWS API gives manifests as text, so no other can be kept.
    #[error("The manifest is not UTF-8")]
    NotText,
    /// It is no JSON, or not of the form that its type wants.
    #[error(
        "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax' ({0})"
    )]
    Form(String),
    /// The request says another type than the manifest.
    #[error("The manifest's mediaType '{own}' does not match the Content-Type '{said}'")]
    TypesDiffer {
        /// What the manifest says.
        own: String,
        /// What the request says.
        said: String,
    },
    /// Neither the request nor the manifest says a type.
    #[error("The manifest has no media type")]
    NoType,
    /// A type that ECR does not take.
    #[error("Unsupported manifest media type '{0}'")]
    Unsupported(String),
    /// A digest in it is none.
    #[error(transparent)]
    Name(#[from] NameError),
}

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
#[must_use]
pub fn digest(manifest: &[u8]) -> Digest {
    Digest::from_sha256(&Sha256::digest(manifest).into())
}

/// Reads a manifest as it is pushed, with the type that the request says.
///
/// # Errors
/// It is none, or none that ECR takes.
pub fn read(content_type: Option<&str>, manifest: &[u8]) -> Result<Manifest, ManifestFault> {
    if std::str::from_utf8(manifest).is_err() {
        return Err(ManifestFault::NotText);
    }
    let media_type = media_type(content_type, manifest)?;
    let kind = kind(&media_type)?;
    let read = Manifest {
        digest: digest(manifest),
        media_type,
        artifact_media_type: None,
        artifact_type: None,
        manifest_size: u64::try_from(manifest.len()).unwrap_or(u64::MAX),
        size: 0,
        blobs: Vec::new(),
        children: Vec::new(),
        subject: None,
        annotations: BTreeMap::new(),
    };
    match kind {
        Kind::Image => read_image(read, manifest),
        Kind::Index => read_index(read, manifest),
    }
}

/// The type that the request says, and else the manifest; both must agree.
fn media_type(content_type: Option<&str>, manifest: &[u8]) -> Result<String, ManifestFault> {
    let Typed { media_type } = parse(manifest)?;
    let said = content_type
        .and_then(|value| value.split(';').next())
        .map(str::trim)
        .filter(|value| !value.is_empty() && *value != "application/json");
    match (said, media_type) {
        (Some(said), Some(own)) if said != own => Err(ManifestFault::TypesDiffer {
            own,
            said: said.to_owned(),
        }),
        (_, Some(own)) => Ok(own),
        (Some(said), None) => Ok(said.to_owned()),
        (None, None) => Err(ManifestFault::NoType),
    }
}

fn kind(media_type: &str) -> Result<Kind, ManifestFault> {
    match media_type {
        OCI_IMAGE | DOCKER_IMAGE => Ok(Kind::Image),
        OCI_INDEX | DOCKER_LIST => Ok(Kind::Index),
        _ => Err(ManifestFault::Unsupported(media_type.to_owned())),
    }
}

fn read_image(mut read: Manifest, manifest: &[u8]) -> Result<Manifest, ManifestFault> {
    let parsed: ImageManifest = parse(manifest)?;
    // Layers with URLs of their own need not be in the registry.
    let stored_here = |layer: &&Descriptor| layer.urls().as_ref().is_none_or(Vec::is_empty);
    read.blobs.push(digest_of(parsed.config())?);
    read.size = parsed.config().size();
    for layer in parsed.layers().iter().filter(stored_here) {
        read.blobs.push(digest_of(layer)?);
        read.size = read.size.saturating_add(layer.size());
    }
    read.artifact_type = parsed.artifact_type().as_ref().map(ToString::to_string);
    let config_type = parsed.config().media_type().to_string();
    read.artifact_media_type = Some(read.artifact_type.clone().unwrap_or(config_type));
    read.subject = parsed.subject().as_ref().map(digest_of).transpose()?;
    read.annotations = sorted(parsed.annotations().as_ref());
    Ok(read)
}

fn read_index(mut read: Manifest, manifest: &[u8]) -> Result<Manifest, ManifestFault> {
    let parsed: ImageIndex = parse(manifest)?;
    let children = parsed.manifests().iter().map(digest_of);
    read.children = children.collect::<Result<_, _>>()?;
    read.artifact_type = parsed.artifact_type().as_ref().map(ToString::to_string);
    read.artifact_media_type = read.artifact_type.clone();
    read.subject = parsed.subject().as_ref().map(digest_of).transpose()?;
    read.annotations = sorted(parsed.annotations().as_ref());
    Ok(read)
}

fn sorted(annotations: Option<&HashMap<String, String>>) -> BTreeMap<String, String> {
    let pairs = annotations.into_iter().flatten();
    pairs
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

fn digest_of(descriptor: &Descriptor) -> Result<Digest, NameError> {
    descriptor.digest().to_string().parse()
}

fn parse<T: DeserializeOwned>(manifest: &[u8]) -> Result<T, ManifestFault> {
    serde_json::from_slice(manifest).map_err(|error| ManifestFault::Form(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOB: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    /// A manifest of this type, with these fields besides.
    fn manifest(media_type: &str, fields: &str) -> String {
        format!(r#"{{"schemaVersion": 2, "mediaType": "{media_type}", {fields}}}"#)
    }

    fn image(fields: &str) -> String {
        let config = format!(
            r#""config": {{"mediaType": "application/vnd.oci.image.config.v1+json", "digest": "{BLOB}", "size": 7}}"#
        );
        manifest(OCI_IMAGE, &format!("{config}, {fields}"))
    }

    fn check(content_type: Option<&str>, manifest: &str, expected: &str) {
        let seen = match read(content_type, manifest.as_bytes()) {
            Ok(read) => format!(
                "{} bytes in {} blobs, {} children, {}, subject {}",
                read.size,
                read.blobs.len(),
                read.children.len(),
                read.artifact_media_type.as_deref().unwrap_or("no type"),
                read.subject.is_some(),
            ),
            Err(fault) => fault.to_string(),
        };
        assert_eq!(seen, expected, "{manifest}");
    }

    #[test]
    fn every_kind_says_what_it_needs() {
        let layer = format!(
            r#"{{"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": "{BLOB}", "size": 5}}"#
        );
        let config = "application/vnd.oci.image.config.v1+json";
        check(
            Some(OCI_IMAGE),
            &image(&format!(r#""layers": [{layer}, {layer}]"#)),
            &format!("17 bytes in 3 blobs, 0 children, {config}, subject false"),
        );
        check(
            None,
            &image(&format!(
                r#""layers": [], "artifactType": "text/plain", "subject": {layer}"#
            )),
            "7 bytes in 1 blobs, 0 children, text/plain, subject true",
        );
        let elsewhere = layer.replace("{\"media", r#"{"urls": ["https://example.com/"], "media"#);
        check(
            None,
            &image(&format!(r#""layers": [{elsewhere}]"#)),
            &format!("7 bytes in 1 blobs, 0 children, {config}, subject false"),
        );
        for index in [OCI_INDEX, DOCKER_LIST] {
            let children = format!(r#""manifests": [{layer}, {layer}]"#);
            check(
                Some(index),
                &manifest(index, &children),
                "0 bytes in 0 blobs, 2 children, no type, subject false",
            );
        }
    }

    #[test]
    fn what_ecr_does_not_take_is_refused() {
        let layers = image(r#""layers": []"#);
        check(
            Some(OCI_INDEX),
            &layers,
            "The manifest's mediaType 'application/vnd.oci.image.manifest.v1+json' does not match the Content-Type 'application/vnd.oci.image.index.v1+json'",
        );
        check(None, "{}", "The manifest has no media type");
        check(
            Some("text/plain; charset=utf-8"),
            "{}",
            "Unsupported manifest media type 'text/plain'",
        );
        check(
            None,
            "{",
            "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax' (EOF while parsing an object at line 1 column 1)",
        );
        assert_eq!(read(None, b"\xff"), Err(ManifestFault::NotText));
    }
}

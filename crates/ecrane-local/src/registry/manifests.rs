use super::error::RegistryError;
use super::route::Reference;
use super::{CONTENT_DIGEST, Call, empty, json, set};
use crate::ecr::blocking;
use crate::push;
use crate::refusal::Reason;
use crate::store::{Image, ImageStatus, NewImage, Selector};
use axum::body::{Body, to_bytes};
use axum::extract::Query;
use axum::http::{Method, Response, StatusCode, header};
use ecrane_core::manifest;
use ecrane_core::name::Digest;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;

/// `ImageManifest` of the service model.
const LARGEST: usize = 4 << 20;

impl From<Reference> for Selector {
    fn from(reference: Reference) -> Self {
        match reference {
            Reference::Tag(tag) => Self::Tag(tag),
            Reference::Digest(digest) => Self::Digest(digest),
        }
    }
}

/// A manifest, byte for byte as it was pushed.
pub(super) async fn get(call: Call, reference: Reference) -> Result<Response<Body>, RegistryError> {
    let key = call.repository.clone();
    let pulled = call.request.method() == Method::GET;
    let (found, bytes) = blocking(&call.ecr, move |ecr| {
        let (found, bytes) = ecr.store.image(&key, &reference.into())?;
        let digest = &found.image.digest;
        if found.image.status != ImageStatus::Active {
            return Err(Reason::ImageArchived(digest.clone()).about(&key));
        }
        if pulled {
            ecr.store.record_pull(&key, digest, ecr.clock.now())?;
        }
        Ok((found, bytes))
    })
    .await?;
    let length = bytes.len();
    let mut response = match *call.request.method() {
        Method::HEAD => empty(StatusCode::OK),
        _ => Response::new(Body::from(bytes)),
    };
    set(&mut response, header::CONTENT_LENGTH, length.to_string());
    set(&mut response, header::CONTENT_TYPE, found.image.media_type);
    set(&mut response, CONTENT_DIGEST, found.image.digest.as_str());
    Ok(response)
}

/// Stores a manifest whose blobs or images are all in the repository.
pub(super) async fn put(call: Call, reference: Reference) -> Result<Response<Body>, RegistryError> {
    let (head, body) = call.request.into_parts();
    let bytes = to_bytes(body, LARGEST)
        .await
        .map_err(|_| RegistryError::too_large("A manifest can have at most 4 MiB"))?;
    let content_type = head
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let tag = match reference {
        Reference::Tag(tag) => Some(tag),
        Reference::Digest(digest) if digest == manifest::digest(&bytes) => None,
        Reference::Digest(_) => return Err(wrong_digest()),
    };
    let now = call.ecr.clock.now();
    let read = manifest::read(content_type, &bytes)?;
    let new = NewImage::new(read, bytes.into(), tag, now);
    let (digest, subject) = (new.image.digest.clone(), new.image.subject.clone());
    let key = call.repository.clone();
    blocking(&call.ecr, move |ecr| {
        push::make_repository(ecr, &key)?;
        push::put_image(ecr, &key, &new)
    })
    .await?;
    let mut response = empty(StatusCode::CREATED);
    let location = format!("/v2/{}/manifests/{digest}", call.repository.name);
    set(&mut response, header::LOCATION, location);
    set(&mut response, CONTENT_DIGEST, digest.as_str());
    if let Some(subject) = subject {
        set(&mut response, "oci-subject", subject.as_str());
    }
    Ok(response)
}

fn wrong_digest() -> RegistryError {
    let message = "provided digest did not match uploaded content";
    RegistryError::new(StatusCode::BAD_REQUEST, "DIGEST_INVALID", message)
}

/// By digest the image and all its tags, by tag that tag.
pub(super) async fn delete(
    call: Call,
    reference: Reference,
) -> Result<Response<Body>, RegistryError> {
    let key = call.repository.clone();
    blocking(&call.ecr, move |ecr| match reference {
        Reference::Tag(tag) => push::remove_tag(ecr, &key, &tag).map(drop),
        Reference::Digest(digest) => push::remove_image(ecr, &key, &digest).map(drop),
    })
    .await?;
    Ok(empty(StatusCode::ACCEPTED))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReferrersParameters {
    artifact_type: Option<String>,
}

/// The manifests whose subject is this digest, as an index (OCI distribution
/// 1.1, "Listing Referrers"). None is no fault.
pub(super) async fn referrers(
    call: Call,
    subject: Digest,
) -> Result<Response<Body>, RegistryError> {
    let wanted = Query::<ReferrersParameters>::try_from_uri(call.request.uri())
        .ok()
        .and_then(|Query(parameters)| parameters.artifact_type);
    let key = call.repository.clone();
    let images = blocking(&call.ecr, move |ecr| ecr.store.referrers(&key, &subject)).await?;
    let manifests: Vec<Descriptor<'_>> = images
        .iter()
        .filter(|image| wanted.is_none() || wanted == image.artifact_media_type)
        .map(descriptor)
        .collect();
    let media_type = "application/vnd.oci.image.index.v1+json";
    let index = json!({ "schemaVersion": 2, "mediaType": media_type, "manifests": manifests });
    let mut response = json(index.to_string().into_bytes());
    set(&mut response, header::CONTENT_TYPE, media_type);
    if wanted.is_some() {
        set(&mut response, "oci-filters-applied", "artifactType");
    }
    Ok(response)
}

/// A descriptor of the OCI image specification.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor<'a> {
    media_type: &'a str,
    digest: &'a Digest,
    size: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    artifact_type: Option<&'a str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    annotations: &'a BTreeMap<String, String>,
}

fn descriptor(image: &Image) -> Descriptor<'_> {
    Descriptor {
        media_type: &image.media_type,
        digest: &image.digest,
        size: image.manifest_size,
        artifact_type: image.artifact_media_type.as_deref(),
        annotations: &image.annotations,
    }
}

//! A client of the registry's HTTP interface that knows what was confirmed to it.

use super::password;
use crate::harness::LocalEcr;
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const IMAGE: &str = "application/vnd.oci.image.manifest.v1+json";

/// A repository of a local ECR, signed in.
#[derive(Clone)]
pub(super) struct Repository {
    client: Client,
    url: String,
    password: String,
}

/// An image that was confirmed: its manifest's digest and those of its blobs.
#[derive(Clone)]
pub(super) struct Image {
    pub(super) digest: String,
    pub(super) blobs: Vec<String>,
}

pub(super) fn digest(bytes: &[u8]) -> String {
    let hex: String = Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("sha256:{hex}")
}

impl Repository {
    pub(super) fn new(ecr: &LocalEcr, name: &str) -> Self {
        Self {
            client: Client::new(),
            url: format!("http://{}/v2/{name}", ecr.address),
            password: password(ecr),
        }
    }

    pub(super) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("{}{path}", self.url))
            .basic_auth("AWS", Some(&self.password))
    }

    async fn send(request: RequestBuilder) -> reqwest::Result<Response> {
        request.send().await?.error_for_status()
    }

    /// Pushes a blob in two parts; gives its digest once it is confirmed.
    pub(super) async fn push_blob(&self, bytes: &[u8]) -> reqwest::Result<String> {
        let begun = Self::send(self.request(Method::POST, "/blobs/uploads/")).await?;
        let id = begun.headers()["docker-upload-uuid"].to_str().unwrap();
        let path = format!("/blobs/uploads/{id}");
        let (first, second) = bytes.split_at(bytes.len() / 2);
        Self::send(self.request(Method::PATCH, &path).body(first.to_vec())).await?;
        let digest = digest(bytes);
        let path = format!("{path}?digest={digest}");
        Self::send(self.request(Method::PUT, &path).body(second.to_vec())).await?;
        Ok(digest)
    }

    /// Puts a manifest for these blobs; gives the image once it is confirmed.
    pub(super) async fn tag(&self, tag: &str, blobs: &[String]) -> reqwest::Result<Image> {
        let blob = |digest: &String| {
            let kind = "application/vnd.oci.image.layer.v1.tar";
            json!({ "mediaType": kind, "digest": digest, "size": 1 })
        };
        let (config, layers) = blobs.split_first().unwrap();
        let layers: Vec<Value> = layers.iter().map(blob).collect();
        let manifest = json!({
            "schemaVersion": 2, "mediaType": IMAGE, "config": blob(config), "layers": layers
        });
        let manifest = manifest.to_string();
        let request = self.request(Method::PUT, &format!("/manifests/{tag}"));
        Self::send(request.header("content-type", IMAGE).body(manifest.clone())).await?;
        Ok(Image {
            digest: digest(manifest.as_bytes()),
            blobs: blobs.to_vec(),
        })
    }

    /// The bytes at a path.
    pub(super) async fn get(&self, path: &str) -> reqwest::Result<Vec<u8>> {
        let response = Self::send(self.request(Method::GET, path)).await?;
        Ok(response.bytes().await?.to_vec())
    }

    /// That a blob is there, with the bytes that its digest says.
    pub(super) async fn verify_blob(&self, wanted: &str) {
        let bytes = self.get(&format!("/blobs/{wanted}")).await.unwrap();
        assert_eq!(digest(&bytes), wanted);
    }

    /// That an image is there, with all its blobs.
    pub(super) async fn verify(&self, image: &Image) {
        let path = format!("/manifests/{}", image.digest);
        assert_eq!(digest(&self.get(&path).await.unwrap()), image.digest);
        for blob in &image.blobs {
            self.verify_blob(blob).await;
        }
    }

    /// All tags, in as many parts as it takes.
    pub(super) async fn tags(&self) -> Vec<String> {
        let mut tags: Vec<String> = Vec::new();
        loop {
            let last = tags.last().cloned().unwrap_or_default();
            let part = self.get(&format!("/tags/list?n=1000&last={last}")).await;
            let part: Value = serde_json::from_slice(&part.unwrap()).unwrap();
            let part = part["tags"].as_array().unwrap();
            if part.is_empty() {
                return tags;
            }
            tags.extend(part.iter().map(|tag| tag.as_str().unwrap().to_owned()));
        }
    }
}

/// Bytes that look random, the same for the same seed.
pub(super) fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    let words = std::iter::repeat_with(|| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 32).to_le_bytes()
    });
    words.flatten().take(length).collect()
}

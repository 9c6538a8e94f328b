//! A server for a test, and the words to speak to it.

use ecrane_local::{Options, ServeError, Tls, bind};
use reqwest::{Certificate, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::net::SocketAddr;
use std::path::Path;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub(crate) const ACCOUNT: &str = "123456789012";
pub(crate) const REGION: &str = "eu-central-1";
pub(crate) const OCI_IMAGE: &str = "application/vnd.oci.image.manifest.v1+json";
pub(crate) const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";

pub(crate) struct Server {
    pub(crate) data: TempDir,
    pub(crate) address: SocketAddr,
    scheme: &'static str,
    client: reqwest::Client,
    stop: oneshot::Sender<()>,
    served: JoinHandle<Result<(), ServeError>>,
}

/// An answer of the AWS API.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Answer {
    /// The exception's name and message, as the `aws` command prints them.
    pub(crate) fn refusal(&self) -> String {
        assert!(self.status >= 400, "{self:?}");
        let word = |name: &str| self.body[name].as_str().unwrap_or_default().to_owned();
        format!("{} {}: {}", self.status, word("__type"), word("message"))
    }

    pub(crate) fn result(self) -> Value {
        assert_eq!(self.status, 200, "{self:?}");
        self.body
    }
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::start_on(tempfile::tempdir().unwrap()).await
    }

    /// Stops it, and starts one on what it left.
    pub(crate) async fn restart(self) -> Self {
        self.stop.send(()).unwrap();
        self.served.await.unwrap().unwrap();
        Self::start_on(self.data).await
    }

    /// One that speaks TLS, and a client that trusts its certificate.
    pub(crate) async fn start_with_tls() -> Self {
        let data = tempfile::tempdir().unwrap();
        let (tls, pem) = certificate(data.path());
        let client = reqwest::Client::builder()
            .tls_certs_only([Certificate::from_pem(pem.as_bytes()).unwrap()])
            .build()
            .unwrap();
        Self::serve(data, Some(tls), client).await
    }

    async fn start_on(data: TempDir) -> Self {
        Self::serve(data, None, reqwest::Client::new()).await
    }

    async fn serve(data: TempDir, tls: Option<Tls>, client: reqwest::Client) -> Self {
        let scheme = if tls.is_some() { "https" } else { "http" };
        let server = bind(options(data.path(), tls)).await.unwrap();
        let address = server.address();
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(server.serve(async move {
            let _ = stopped.await;
        }));
        Self {
            data,
            address,
            scheme,
            client,
            stop,
            served,
        }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("{}://{}{path}", self.scheme, self.address))
    }

    /// An operation of the AWS API, signed for the home Region.
    pub(crate) async fn api(&self, operation: &str, parameters: Value) -> Answer {
        self.api_in(REGION, operation, parameters).await
    }

    pub(crate) async fn api_in(&self, region: &str, operation: &str, parameters: Value) -> Answer {
        let scope = format!("AKIDEXAMPLE/20260101/{region}/ecr/aws4_request");
        let response = self
            .request(Method::POST, "/")
            .header("content-type", "application/x-amz-json-1.1")
            .header(
                "x-amz-target",
                format!("AmazonEC2ContainerRegistry_V20150921.{operation}"),
            )
            .header(
                "authorization",
                format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"),
            )
            .body(parameters.to_string())
            .send()
            .await
            .unwrap();
        assert!(response.headers().contains_key("x-amzn-requestid"));
        Answer {
            status: response.status().as_u16(),
            body: serde_json::from_slice(&response.bytes().await.unwrap()).unwrap(),
        }
    }

    /// Sets the clock; gives what policies did because time passed.
    pub(crate) async fn set_clock(&self, change: Value) -> Value {
        let request = self
            .request(Method::PUT, "/_ecrane/clock")
            .header("content-type", "application/json");
        let response = request.body(change.to_string()).send().await.unwrap();
        assert_eq!(response.status(), 200);
        serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
    }

    /// Carries out the policies that are named.
    pub(crate) async fn carry_out(&self, which: Value) -> Value {
        let request = self
            .request(Method::POST, "/_ecrane/lifecycle")
            .header("content-type", "application/json");
        let response = request.body(which.to_string()).send().await.unwrap();
        assert_eq!(response.status(), 200);
        serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
    }

    pub(crate) async fn create(&self, name: &str) {
        let parameters = json!({ "repositoryName": name });
        self.api("CreateRepository", parameters).await.result();
    }

    /// A request of the registry, signed in.
    pub(crate) async fn registry(&self, method: Method, path: &str) -> RequestBuilder {
        let answer = self.api("GetAuthorizationToken", json!({})).await.result();
        let token = answer["authorizationData"][0]["authorizationToken"]
            .as_str()
            .unwrap();
        self.request(method, path)
            .header("authorization", format!("Basic {token}"))
    }

    /// Pushes a blob in one request; gives its digest.
    pub(crate) async fn push_blob(&self, repository: &str, bytes: &[u8]) -> String {
        let digest = digest(bytes);
        let path = format!("/v2/{repository}/blobs/uploads/?digest={digest}");
        let request = self.registry(Method::POST, &path).await;
        let response = request.body(bytes.to_vec()).send().await.unwrap();
        assert_eq!(response.status(), 201);
        digest
    }

    /// Puts a manifest under a tag or digest.
    pub(crate) async fn put_manifest(
        &self,
        repository: &str,
        reference: &str,
        manifest: &Value,
    ) -> Response {
        let path = format!("/v2/{repository}/manifests/{reference}");
        let media_type = manifest["mediaType"].as_str().unwrap_or(OCI_IMAGE);
        let request = self.registry(Method::PUT, &path).await;
        request
            .header("content-type", media_type)
            .body(manifest.to_string())
            .send()
            .await
            .unwrap()
    }

    /// Pushes an image whose one layer is `content`; gives its digest.
    pub(crate) async fn push_image(
        &self,
        repository: &str,
        reference: &str,
        content: &str,
    ) -> String {
        let manifest = self.image(repository, content).await;
        let digest = digest(manifest.to_string().as_bytes());
        let reference = if reference.is_empty() {
            &digest
        } else {
            reference
        };
        let response = self.put_manifest(repository, reference, &manifest).await;
        assert_eq!(response.status(), 201);
        digest
    }

    /// Pushes the blobs of an image; gives its manifest.
    pub(crate) async fn image(&self, repository: &str, content: &str) -> Value {
        let config = self.push_blob(repository, b"{}").await;
        let layer = self.push_blob(repository, content.as_bytes()).await;
        json!({
            "schemaVersion": 2,
            "mediaType": OCI_IMAGE,
            "config": {
                "mediaType": "application/vnd.oci.image.config.v1+json", "digest": config, "size": 2
            },
            "layers": [{
                "mediaType": "application/vnd.oci.image.layer.v1.tar",
                "digest": layer,
                "size": content.len()
            }],
        })
    }

    /// The request log, line by line.
    pub(crate) fn log(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.data.path().join("requests.jsonl")).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

pub(crate) fn options(data: &Path, tls: Option<Tls>) -> Options {
    Options {
        data: data.to_owned(),
        listen: "127.0.0.1:0".parse().unwrap(),
        account: ACCOUNT.parse().unwrap(),
        region: REGION.parse().unwrap(),
        now: None,
        schedule: ecrane_local::Schedule::Daily,
        tls,
    }
}

/// A certificate for the loopback address, in files and as PEM.
pub(crate) fn certificate(folder: &Path) -> (Tls, String) {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let tls = Tls {
        certificate: folder.join("certificate.pem"),
        key: folder.join("key.pem"),
    };
    std::fs::write(&tls.certificate, made.cert.pem()).unwrap();
    std::fs::write(&tls.key, made.signing_key.serialize_pem()).unwrap();
    (tls, made.cert.pem())
}

pub(crate) fn digest(bytes: &[u8]) -> String {
    ecrane_core::name::Digest::from_sha256(&Sha256::digest(bytes).into()).to_string()
}

/// An index of these images.
pub(crate) fn index(children: &[&str]) -> Value {
    let manifests: Vec<Value> = children
        .iter()
        .map(|digest| json!({ "mediaType": OCI_IMAGE, "digest": digest, "size": 1 }))
        .collect();
    json!({ "schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": manifests })
}

/// A refusal of the registry: status, code and message.
pub(crate) async fn refusal(response: Response) -> String {
    let status = response.status().as_u16();
    let body: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
    let error = &body["errors"][0];
    let word = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
    format!("{status} {}: {}", word("code"), word("message"))
}

//! Sign-in, manifests and tags, by the registry.

use crate::server::{Server, digest, index, refusal};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::test]
async fn sign_in_is_asked_for_and_checked() {
    let server = Server::start().await;
    let nobody = server.request(Method::GET, "/v2/").send().await.unwrap();
    assert_eq!(nobody.status(), 401);
    assert_eq!(
        nobody.headers()["www-authenticate"],
        format!(
            "Basic realm=\"http://{}/\",service=\"ecr.amazonaws.com\"",
            server.address
        )
    );
    assert_eq!(nobody.text().await.unwrap(), "Not Authorized\n");
    let guess = server
        .request(Method::GET, "/v2/")
        .basic_auth("AWS", Some("guess"));
    insta::assert_snapshot!(
        refusal(guess.send().await.unwrap()).await,
        @"400 DENIED: Your Authorization Token is invalid."
    );
    let signed_in = server
        .registry(Method::GET, "/v2/")
        .await
        .send()
        .await
        .unwrap();
    assert_eq!(signed_in.status(), 200);
}

#[tokio::test]
async fn a_password_opens_the_registry_of_its_account_alone() {
    let server = Server::start().await;
    server.create("app").await;
    let other = json!({ "registryIds": ["999999999999"] });
    let answer = server.api("GetAuthorizationToken", other).await.result();
    let token = answer["authorizationData"][0]["authorizationToken"]
        .as_str()
        .unwrap();
    let response = server
        .request(Method::GET, "/v2/app/tags/list")
        .header("authorization", format!("Basic {token}"))
        .send()
        .await
        .unwrap();
    insta::assert_snapshot!(
        refusal(response).await,
        @"404 NAME_UNKNOWN: The repository with name 'app' does not exist in the registry with id '999999999999'"
    );
}

#[tokio::test]
async fn manifests_are_refused_in_the_words_of_the_service() {
    let server = Server::start().await;
    server.create("app").await;
    let image = server.image("app", "content").await;
    let with = |name: &str, value: Value| {
        let mut manifest = image.clone();
        manifest[name] = value;
        manifest
    };
    let absent = digest(b"absent");
    let layer = json!([{ "mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": absent, "size": 6 }]);
    let artifact = json!({ "mediaType": "application/vnd.oci.artifact.manifest.v1+json" });
    let mut lines = Vec::new();
    for (repository, reference, manifest) in [
        ("nope", "v1", image.clone()),
        ("App", "v1", image.clone()),
        ("app", "-v1", image.clone()),
        ("app", &absent, image.clone()),
        ("app", "v1", with("layers", layer)),
        ("app", "v1", with("layers", Value::Null)),
        ("app", "v1", index(&[&absent])),
        ("app", "v1", artifact),
        (
            "app",
            "v1",
            with("annotations", json!({ "large": "x".repeat(5 << 20) })),
        ),
    ] {
        lines.push(refusal(server.put_manifest(repository, reference, &manifest).await).await);
    }
    let request = server.registry(Method::PUT, "/v2/app/manifests/v1").await;
    let disagreeing = request
        .header("content-type", "application/vnd.oci.image.index.v1+json")
        .body(image.to_string());
    lines.push(refusal(disagreeing.send().await.unwrap()).await);
    let absent = server.registry(Method::GET, "/v2/app/manifests/v1").await;
    lines.push(refusal(absent.send().await.unwrap()).await);
    insta::assert_snapshot!(lines.join("\n"), @r#"
    404 NAME_UNKNOWN: The repository with name 'nope' does not exist in the registry with id '123456789012'
    400 NAME_INVALID: Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must satisfy regular expression '[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*''
    400 TAG_INVALID: Invalid parameter at 'imageTag' failed to satisfy constraint: 'must satisfy regular expression '[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}''
    400 DIGEST_INVALID: provided digest did not match uploaded content
    400 MANIFEST_BLOB_UNKNOWN: Layers with digests '[sha256:5ad38304b535c2987dbd24657c1a11b884984ff600d9f389deb0d4e634fee792]' required for pushing image into repository with name 'app' in the registry with id '123456789012' do not exist
    400 MANIFEST_INVALID: Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax' (invalid type: null, expected a sequence at line 1 column 172)
    400 MANIFEST_BLOB_UNKNOWN: Images with digests '[sha256:5ad38304b535c2987dbd24657c1a11b884984ff600d9f389deb0d4e634fee792]' required for pushing image into repository with name 'app' in the registry with id '123456789012' do not exist
    405 UNSUPPORTED: Unsupported manifest media type 'application/vnd.oci.artifact.manifest.v1+json'
    413 SIZE_INVALID: A manifest can have at most 4 MiB
    400 MANIFEST_INVALID: The manifest's mediaType 'application/vnd.oci.image.manifest.v1+json' does not match the Content-Type 'application/vnd.oci.image.index.v1+json'
    404 MANIFEST_UNKNOWN: Requested image not found
    "#);
    let images = server
        .api("ListImages", json!({ "repositoryName": "app" }))
        .await;
    assert_eq!(images.result(), json!({ "imageIds": [] }));
}

#[tokio::test]
async fn tags_move_as_the_repository_allows() {
    let server = Server::start().await;
    let push = async |repository: &str, tag: &str, content: &str| {
        let manifest = server.image(repository, content).await;
        server.put_manifest(repository, tag, &manifest).await
    };
    for (repository, setting, stable_moves, dev_moves) in [
        ("r1", "MUTABLE", true, true),
        ("r2", "IMMUTABLE", false, false),
        ("r3", "IMMUTABLE_WITH_EXCLUSION", false, true),
        ("r4", "MUTABLE_WITH_EXCLUSION", true, false),
    ] {
        let mut parameters = json!({ "repositoryName": repository, "imageTagMutability": setting });
        if setting.ends_with("EXCLUSION") {
            let filters = json!([{ "filterType": "WILDCARD", "filter": "dev-*" }]);
            parameters["imageTagMutabilityExclusionFilters"] = filters;
        }
        server.api("CreateRepository", parameters).await.result();
        for (tag, moves) in [("stable", stable_moves), ("dev-1", dev_moves)] {
            assert_eq!(push(repository, tag, "one").await.status(), 201);
            assert_eq!(
                push(repository, tag, "one").await.status(),
                201,
                "the same again"
            );
            let other = push(repository, tag, "two").await;
            assert_eq!(other.status().is_success(), moves, "{setting} {tag}");
        }
    }
    insta::assert_snapshot!(
        refusal(push("r2", "stable", "two").await).await,
        @"400 TAG_INVALID: The image tag 'stable' already exists in the 'r2' repository and cannot be overwritten because the tag is immutable."
    );
}

#[tokio::test]
async fn tags_are_listed_in_parts() {
    let server = Server::start().await;
    server.create("app").await;
    for tag in ["c", "a", "b"] {
        server.push_image("app", tag, "content").await;
    }
    let list = async |path: &str| {
        let response = server
            .registry(Method::GET, path)
            .await
            .send()
            .await
            .unwrap();
        let link = response
            .headers()
            .get("link")
            .map(|link| link.to_str().unwrap().to_owned());
        let body: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
        (body["tags"].clone(), link)
    };
    assert_eq!(
        list("/v2/app/tags/list").await,
        (json!(["a", "b", "c"]), None)
    );
    let (first, link) = list("/v2/app/tags/list?n=2").await;
    assert_eq!(first, json!(["a", "b"]));
    assert_eq!(
        link.unwrap(),
        "</v2/app/tags/list?n=2&last=b>; rel=\"next\""
    );
    assert_eq!(
        list("/v2/app/tags/list?n=2&last=b").await,
        (json!(["c"]), None)
    );
    assert_eq!(list("/v2/app/tags/list?n=0").await, (json!([]), None));
}

#[tokio::test]
async fn repositories_are_listed_in_parts() {
    let server = Server::start().await;
    for name in ["team/b", "a1", "c1"] {
        server.create(name).await;
    }
    let list = async |query: &str| {
        let path = format!("/v2/_catalog{query}");
        let request = server.registry(Method::GET, &path).await;
        let response = request.send().await.unwrap();
        let link = response.headers().get("link").cloned();
        let body: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
        (body["repositories"].clone(), link)
    };
    assert_eq!(list("").await, (json!(["a1", "c1", "team/b"]), None));
    let (first, link) = list("?n=2").await;
    assert_eq!(first, json!(["a1", "c1"]));
    assert_eq!(link.unwrap(), "</v2/_catalog?n=2&last=c1>; rel=\"next\"");
    assert_eq!(list("?n=2&last=c1").await, (json!(["team/b"]), None));
}

#[tokio::test]
async fn more_than_a_thousand_are_not_listed_at_once() {
    let server = Server::start().await;
    server.create("app").await;
    let mut lines = Vec::new();
    for path in [
        "/v2/app/tags/list?n=10000",
        "/v2/_catalog?n=10000",
        "/v2/app/tags/list?n=many",
    ] {
        let request = server.registry(Method::GET, path).await;
        lines.push(refusal(request.send().await.unwrap()).await);
    }
    insta::assert_snapshot!(lines.join("\n"), @"
    405 UNSUPPORTED: Invalid parameter at 'maxResults' failed to satisfy constraint: 'Member must have value less than or equal to 1000'
    405 UNSUPPORTED: Invalid parameter at 'maxResults' failed to satisfy constraint: 'Member must have value less than or equal to 1000'
    400 PAGINATION_NUMBER_INVALID: invalid number of results requested
    ");
}

#[tokio::test]
async fn referrers_are_found_by_their_subject() {
    let server = Server::start().await;
    server.create("app").await;
    let subject = server.push_image("app", "v1", "content").await;
    let mut signature = server.image("app", "signature").await;
    signature["artifactType"] = "application/x-signature".into();
    signature["subject"] = json!({
        "mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": subject, "size": 1
    });
    let response = server.put_manifest("app", "signed", &signature).await;
    assert_eq!(response.headers()["oci-subject"], subject.as_str());
    let referrers = async |query: &str| {
        let path = format!("/v2/app/referrers/{subject}{query}");
        let response = server
            .registry(Method::GET, &path)
            .await
            .send()
            .await
            .unwrap();
        let body: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
        body["manifests"].as_array().unwrap().clone()
    };
    let found = referrers("").await;
    assert_eq!(found[0]["digest"], digest(signature.to_string().as_bytes()));
    assert_eq!(found[0]["artifactType"], "application/x-signature");
    assert_eq!(
        referrers("?artifactType=application/x-signature")
            .await
            .len(),
        1
    );
    assert_eq!(referrers("?artifactType=application/x-sbom").await.len(), 0);
}

#[tokio::test]
async fn a_client_that_tries_tls_first_is_told_to_speak_http() {
    let server = Server::start().await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    // The record header of a client hello, and the first bytes of its body.
    stream
        .write_all(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
        .await
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.0 400 "), "{answer}");
    let health = server
        .request(Method::GET, "/_ecrane/health")
        .send()
        .await
        .unwrap();
    assert_eq!(health.text().await.unwrap(), r#"{"status":"ok"}"#);
}

#[tokio::test]
async fn the_log_tells_reads_from_writes_and_no_secret() {
    let server = Server::start().await;
    server.create("app").await;
    server.push_image("app", "v1", "content").await;
    let request = server.registry(Method::GET, "/v2/app/manifests/v1").await;
    request.send().await.unwrap();
    let seen: Vec<String> = server
        .log()
        .iter()
        .filter(|line| line["operation"] != "GetAuthorizationToken")
        .map(|line| {
            let word = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
            let (operation, repository) = (word("operation"), word("repository"));
            format!(
                "{} {operation} {repository} {}",
                word("access"),
                line["status"]
            )
        })
        .collect();
    insta::assert_snapshot!(seen.join("\n"), @r"
    write CreateRepository app 200
    write StartUpload app 201
    write StartUpload app 201
    write PutManifest app 201
    read GetManifest app 200
    ");
    let text = std::fs::read_to_string(server.data.path().join("requests.jsonl")).unwrap();
    for secret in ["Basic", "AWS4", "Credential", "digest="] {
        assert!(!text.contains(secret), "{secret}");
    }
}

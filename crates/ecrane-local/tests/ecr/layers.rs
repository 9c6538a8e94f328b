//! An image without the registry: layers and manifest by the AWS API.

use crate::server::{OCI_IMAGE, Server, digest};
use reqwest::Method;
use serde_json::{Value, json};

async fn ask(server: &Server, operation: &str, mut parameters: Value) -> Result<Value, String> {
    parameters["repositoryName"] = "app".into();
    let answer = server.api(operation, parameters).await;
    match answer.status {
        200 => Ok(answer.body),
        _ => Err(answer.refusal()),
    }
}

/// Base64, as a client sends a part.
fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

async fn begin(server: &Server) -> String {
    let begun = ask(server, "InitiateLayerUpload", json!({})).await.unwrap();
    assert_eq!(begun["partSize"], 10 << 20);
    begun["uploadId"].as_str().unwrap().to_owned()
}

async fn part(server: &Server, id: &str, first: usize, bytes: &[u8]) -> Result<Value, String> {
    let parameters = json!({
        "uploadId": id,
        "partFirstByte": first,
        "partLastByte": first + bytes.len() - 1,
        "layerPartBlob": base64(bytes),
    });
    ask(server, "UploadLayerPart", parameters).await
}

async fn complete(server: &Server, id: &str, digest: &str) -> Result<Value, String> {
    let parameters = json!({ "uploadId": id, "layerDigests": [digest] });
    ask(server, "CompleteLayerUpload", parameters).await
}

async fn push(server: &Server, bytes: &[u8]) -> String {
    let id = begin(server).await;
    part(server, &id, 0, bytes).await.unwrap();
    let digest = digest(bytes);
    complete(server, &id, &digest).await.unwrap();
    digest
}

#[tokio::test]
async fn an_image_is_put_layer_by_layer_and_read_back() {
    let server = Server::start().await;
    server.create("app").await;
    let layer = push(&server, b"layer").await;
    let config = push(&server, b"{}").await;
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": OCI_IMAGE,
        "config": { "mediaType": "application/vnd.oci.image.config.v1+json", "digest": config, "size": 2 },
        "layers": [{ "mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": layer, "size": 5 }],
    })
    .to_string();
    let checked = ask(
        &server,
        "BatchCheckLayerAvailability",
        json!({ "layerDigests": [layer, digest(b"nope"), "nope"] }),
    )
    .await
    .unwrap();
    let availability = |place: usize| &checked["layers"][place]["layerAvailability"];
    assert_eq!(
        [availability(0), availability(1)],
        ["AVAILABLE", "UNAVAILABLE"]
    );
    assert_eq!(checked["failures"][0]["failureCode"], "InvalidLayerDigest");
    let wanted = json!({ "layerDigest": layer });
    let loose = ask(&server, "GetDownloadUrlForLayer", wanted.clone()).await;
    assert!(loose.unwrap_err().contains("LayerInaccessibleException"));

    let put = json!({ "imageManifest": manifest, "imageTag": "v1" });
    let image = ask(&server, "PutImage", put.clone()).await.unwrap();
    assert_eq!(
        image["image"]["imageId"],
        json!({ "imageDigest": digest(manifest.as_bytes()), "imageTag": "v1" })
    );
    let again = ask(&server, "PutImage", put).await.unwrap_err();
    assert!(
        again.starts_with("400 ImageAlreadyExistsException: Image with digest"),
        "{again}"
    );

    let url = ask(&server, "GetDownloadUrlForLayer", wanted)
        .await
        .unwrap()["downloadUrl"]
        .clone();
    let url = url
        .as_str()
        .unwrap()
        .split_once(&server.address.to_string())
        .unwrap()
        .1
        .to_owned();
    let get = async |path: &str| {
        let response = server.request(Method::GET, path).send().await.unwrap();
        (response.status().as_u16(), response.bytes().await.unwrap())
    };
    assert_eq!(get(&url).await, (200, "layer".into()));
    assert_eq!(get(&format!("{url}x")).await.0, 403);
    server.set_clock(json!({ "advance": 3600 })).await;
    assert_eq!(get(&url).await.0, 403, "it is over");
}

#[tokio::test]
async fn parts_and_manifests_are_refused_in_the_words_of_the_service() {
    let server = Server::start().await;
    server.create("app").await;
    push(&server, b"there").await;
    let id = begin(&server).await;
    part(&server, &id, 0, b"part").await.unwrap();
    let gap = part(&server, &id, 5, b"part")
        .await
        .unwrap_err()
        .replace(&id, "ID");
    let small = {
        let id = begin(&server).await;
        part(&server, &id, 0, b"one").await.unwrap();
        part(&server, &id, 3, b"two").await.unwrap();
        complete(&server, &id, &digest(b"onetwo"))
            .await
            .unwrap_err()
    };
    let wrong = complete(&server, &id, &digest(b"other")).await.unwrap_err();
    let ended = part(&server, &id, 4, b"part")
        .await
        .unwrap_err()
        .replace(&id, "ID");
    let there = {
        let id = begin(&server).await;
        part(&server, &id, 0, b"there").await.unwrap();
        complete(&server, &id, &digest(b"there")).await.unwrap_err()
    };
    let empty = {
        let id = begin(&server).await;
        complete(&server, &id, &digest(b""))
            .await
            .unwrap_err()
            .replace(&id, "ID")
    };
    let image = |parameters| ask(&server, "PutImage", parameters);
    let refusals = [
        gap,
        small,
        wrong,
        ended,
        there,
        empty,
        image(json!({ "imageManifest": "{" })).await.unwrap_err(),
        image(json!({ "imageManifest": "{}" })).await.unwrap_err(),
        image(json!({ "imageManifest": "{}", "imageTag": "?" }))
            .await
            .unwrap_err(),
    ];
    insta::assert_snapshot!(refusals.join("\n"), @"
    400 InvalidLayerPartException: The layer part with the first byte 5 is not consecutive to the last byte of the upload with id 'ID', which has 4 bytes
    400 LayerPartTooSmallException: Layer parts must be at least 5242880 bytes in size
    400 InvalidLayerException: provided digest did not match uploaded content
    400 UploadNotFoundException: Upload with id 'ID' in repository with name 'app' in registry with id '123456789012' cannot be found
    400 LayerAlreadyExistsException: Layer with digest 'sha256:e244f187f696561d5fd7e00f618e7ba641dc52e3c137380f6fa23a854b773aac' already exists in the repository with name 'app' in the registry with id '123456789012'
    400 EmptyUploadException: The upload with id 'ID' in the repository with name 'app' in registry with id '123456789012' cannot be completed because it does not have any parts.
    400 InvalidParameterException: Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax' (EOF while parsing an object at line 1 column 1)
    400 InvalidParameterException: The manifest has no media type
    400 InvalidParameterException: Invalid parameter at 'imageTag' failed to satisfy constraint: 'must satisfy regular expression '[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}''
    ");
}

#[tokio::test]
async fn a_scan_says_that_there_is_no_scanner() {
    let server = Server::start().await;
    server.create("app").await;
    server.push_image("app", "v1", "one").await;
    let v1 = json!({ "imageId": { "imageTag": "v1" } });
    let never = ask(&server, "DescribeImageScanFindings", v1.clone())
        .await
        .unwrap_err();
    assert!(never.contains("ScanNotFoundException"), "{never}");
    let started = ask(&server, "StartImageScan", v1.clone()).await.unwrap();
    let failed = json!({ "status": "FAILED", "description": "ecrane local has no scanner: nothing was looked at" });
    assert_eq!(started["imageScanStatus"], failed);
    let found = ask(&server, "DescribeImageScanFindings", v1).await.unwrap();
    assert_eq!(found["imageScanStatus"], failed);
}

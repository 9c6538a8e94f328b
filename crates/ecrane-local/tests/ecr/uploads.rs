//! Blobs and uploads, by the registry.

use crate::server::{Server, digest, refusal};
use reqwest::redirect::Policy;
use reqwest::{Method, Response};
use serde_json::json;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

async fn send(server: &Server, method: Method, path: &str, body: &str) -> Response {
    let request = server.registry(method, path).await;
    request.body(body.to_owned()).send().await.unwrap()
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers()[name].to_str().unwrap()
}

/// Begins an upload; gives its location.
async fn begin(server: &Server) -> String {
    let response = send(server, Method::POST, "/v2/app/blobs/uploads/", "").await;
    assert_eq!(response.status(), 202);
    header(&response, "location").to_owned()
}

#[tokio::test]
async fn a_blob_comes_in_parts_with_the_habits_of_ecr() {
    let server = Server::start().await;
    server.create("app").await;
    let location = begin(&server).await;
    let first = send(&server, Method::PATCH, &location, "hello ").await;
    assert_eq!(
        (first.status().as_u16(), header(&first, "range")),
        (201, "0-5")
    );
    let second = send(&server, Method::PATCH, &location, "world").await;
    assert_eq!(
        (second.status().as_u16(), header(&second, "range")),
        (201, "0-5")
    );

    // Who resumes where `Range` says is wrong.
    let request = server.registry(Method::PATCH, &location).await;
    let resumed = request
        .header("content-range", "6-10")
        .body("world")
        .send()
        .await
        .unwrap();
    assert_eq!(header(&resumed, "location"), location);
    insta::assert_snapshot!(refusal(resumed).await, @"416 BLOB_UPLOAD_INVALID: First byte of the layer part is 6 instead of 11");

    let digest = digest(b"hello world!");
    let path = format!("{location}?digest={digest}");
    let done = send(&server, Method::PUT, &path, "!").await;
    assert_eq!(done.status(), 201);
    assert_eq!(header(&done, "docker-content-digest"), digest);
    let blob = send(&server, Method::GET, header(&done, "location"), "").await;
    assert_eq!(blob.text().await.unwrap(), "hello world!");

    let path = format!("/v2/app/blobs/{digest}");
    let head = send(&server, Method::HEAD, &path, "").await;
    assert_eq!(header(&head, "content-length"), "12");
    let request = server.registry(Method::GET, &path).await;
    let part = request.header("range", "bytes=6-10").send().await.unwrap();
    assert_eq!(
        (part.status().as_u16(), header(&part, "content-range")),
        (206, "bytes 6-10/12")
    );
    assert_eq!(part.text().await.unwrap(), "world");
}

#[tokio::test]
async fn an_upload_is_seen_only_when_its_digest_is_right() {
    let server = Server::start().await;
    server.create("app").await;
    let location = begin(&server).await;
    send(&server, Method::PATCH, &location, "content").await;
    let wanted = digest(b"other");
    let path = format!("{location}?digest={wanted}");
    let wrong = send(&server, Method::PUT, &path, "").await;
    assert!(refusal(wrong).await.starts_with("400 DIGEST_INVALID"));
    for content in ["content", "other"] {
        let path = format!("/v2/app/blobs/{}", digest(content.as_bytes()));
        assert_eq!(send(&server, Method::HEAD, &path, "").await.status(), 404);
    }
    let again = send(&server, Method::PUT, &path, "").await;
    assert!(
        refusal(again).await.starts_with("404 BLOB_UPLOAD_UNKNOWN"),
        "it has ended"
    );
    let left = std::fs::read_dir(server.data.path().join("uploads")).unwrap();
    assert_eq!(left.count(), 0);
}

#[tokio::test]
async fn an_upload_without_bytes_is_no_layer() {
    let server = Server::start().await;
    server.create("app").await;
    let location = begin(&server).await;
    let path = format!("{location}?digest={}", digest(b""));
    let empty = refusal(send(&server, Method::PUT, &path, "").await).await;
    let id = location.rsplit('/').next().unwrap();
    insta::assert_snapshot!(empty.replace(id, "ID"), @"400 BLOB_UPLOAD_INVALID: The upload with id 'ID' in the repository with name 'app' in registry with id '123456789012' cannot be completed because it does not have any parts.");
    // It is still open.
    let path = format!("{location}?digest={}", digest(b"content"));
    assert_eq!(
        send(&server, Method::PUT, &path, "content").await.status(),
        201
    );
}

#[tokio::test]
async fn what_was_confirmed_cannot_be_changed_by_its_upload() {
    let server = Server::start().await;
    server.create("app").await;
    let location = begin(&server).await;
    let digest = digest(b"content");
    let path = format!("{location}?digest={digest}");
    send(&server, Method::PUT, &path, "content").await;
    let more = send(&server, Method::PATCH, &location, " and more").await;
    assert!(refusal(more).await.starts_with("404 BLOB_UPLOAD_UNKNOWN"));
    let blob = send(&server, Method::GET, &format!("/v2/app/blobs/{digest}"), "").await;
    assert_eq!(blob.text().await.unwrap(), "content");
}

#[tokio::test]
async fn a_blob_is_to_be_had_at_an_address_of_its_own() {
    let server = Server::start().await;
    server.create("app").await;
    let blob = server.push_blob("app", b"content").await;
    let path = format!("/v2/app/blobs/{blob}");
    let stays = reqwest::Client::builder()
        .redirect(Policy::none())
        .build()
        .unwrap();
    let (client, request) = server.registry(Method::GET, &path).await.build_split();
    drop(client);
    let redirected = stays.execute(request.unwrap()).await.unwrap();
    assert_eq!(redirected.status(), 307);
    let address = header(&redirected, "location");
    // Who has the address needs no password, and can have a part.
    let request = server.request(Method::GET, address);
    let part = request.header("range", "bytes=0-3").send().await.unwrap();
    assert_eq!(part.status(), 206);
    assert_eq!(part.text().await.unwrap(), "cont");
    let forged = server.request(Method::GET, &format!("{address}x"));
    assert_eq!(forged.send().await.unwrap().status(), 403);
    server.set_clock(json!({ "advance": 60 * 60 })).await;
    let late = server.request(Method::GET, address).send().await.unwrap();
    assert_eq!(late.status(), 403);
    let log = std::fs::read_to_string(server.data.path().join("requests.jsonl")).unwrap();
    let secret = address.rsplit('/').next().unwrap();
    assert!(log.contains("DownloadLayer") && !log.contains(secret));
}

#[tokio::test]
async fn a_part_of_a_blob_that_is_not_there_is_refused() {
    let server = Server::start().await;
    server.create("app").await;
    let blob = server.push_blob("app", b"content").await;
    let path = format!("/v2/app/blobs/{blob}");
    let request = server.registry(Method::GET, &path).await;
    let beyond = request.header("range", "bytes=7-").send().await.unwrap();
    assert_eq!(
        (beyond.status().as_u16(), header(&beyond, "content-range")),
        (416, "bytes */7")
    );
    let absent = format!("/v2/app/blobs/{}", digest(b"absent"));
    let absent = refusal(send(&server, Method::GET, &absent, "").await).await;
    insta::assert_snapshot!(absent, @"404 BLOB_UNKNOWN: blob unknown to registry: sha256:5ad38304b535c2987dbd24657c1a11b884984ff600d9f389deb0d4e634fee792");
}

#[tokio::test]
async fn a_part_that_breaks_off_counts_for_nothing() {
    let server = Server::start().await;
    server.create("app").await;
    let location = begin(&server).await;
    send(&server, Method::PATCH, &location, "whole ").await;

    let request = server
        .registry(Method::PATCH, &location)
        .await
        .build()
        .unwrap();
    let authorization = request.headers()["authorization"].to_str().unwrap();
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let head = format!(
        "PATCH {location} HTTP/1.1\r\nHost: x\r\nAuthorization: {authorization}\r\nContent-Length: 1000\r\n\r\nbroken"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    drop(stream);

    send(&server, Method::PATCH, &location, "part").await;
    let digest = digest(b"whole part");
    let done = send(
        &server,
        Method::PUT,
        &format!("{location}?digest={digest}"),
        "",
    )
    .await;
    assert_eq!(done.status(), 201);
}

#[tokio::test]
async fn an_upload_belongs_to_its_repository_and_can_be_given_up() {
    let server = Server::start().await;
    server.create("app").await;
    server.create("other").await;
    let location = begin(&server).await;
    let elsewhere = location.replace("/v2/app/", "/v2/other/");
    let response = send(&server, Method::PATCH, &elsewhere, "x").await;
    assert!(
        refusal(response)
            .await
            .starts_with("404 BLOB_UPLOAD_UNKNOWN")
    );
    assert_eq!(
        send(&server, Method::GET, &location, "").await.status(),
        204
    );
    assert_eq!(
        send(&server, Method::DELETE, &location, "").await.status(),
        204
    );
    let gone = send(&server, Method::PATCH, &location, "x").await;
    assert!(refusal(gone).await.starts_with("404 BLOB_UPLOAD_UNKNOWN"));
    let nowhere = send(&server, Method::POST, "/v2/nope/blobs/uploads/", "").await;
    insta::assert_snapshot!(
        refusal(nowhere).await,
        @"404 NAME_UNKNOWN: The repository with name 'nope' does not exist in the registry with id '123456789012'"
    );
}

#[tokio::test]
async fn a_blob_is_seen_in_the_repositories_that_it_was_pushed_to() {
    let server = Server::start().await;
    server.create("app").await;
    server.create("other").await;
    let digest = server.push_blob("app", b"content").await;
    let path = format!("/v2/other/blobs/{digest}");
    assert_eq!(send(&server, Method::HEAD, &path, "").await.status(), 404);
    // Mounting is off, as it is in ECR by default: the answer is an upload.
    let mount = format!("/v2/other/blobs/uploads/?mount={digest}&from=app");
    assert_eq!(send(&server, Method::POST, &mount, "").await.status(), 202);
    server.push_blob("other", b"content").await;
    assert_eq!(send(&server, Method::HEAD, &path, "").await.status(), 200);
}

#[tokio::test]
async fn a_blob_is_mounted_where_the_account_allows_it() {
    let server = Server::start().await;
    for name in ["app", "other"] {
        server.create(name).await;
    }
    let kms = json!({ "repositoryName": "secret", "encryptionConfiguration": { "encryptionType": "KMS" } });
    server.api("CreateRepository", kms).await.result();
    server.push_image("app", "v1", "content").await;
    let needed = digest(b"content");
    let loose = server.push_blob("app", b"loose").await;
    let mount = async |digest: &str, from: &str, to: &str| {
        let path = format!("/v2/{to}/blobs/uploads/?mount={digest}&from={from}");
        send(&server, Method::POST, &path, "").await
    };
    assert_eq!(mount(&needed, "app", "other").await.status(), 202);
    let on = json!({ "name": "BLOB_MOUNTING", "value": "ENABLED" });
    server.api("PutAccountSetting", on).await.result();
    for (digest, from, to, status) in [
        (needed.as_str(), "app", "other", 201),
        // No image needs it yet.
        (&loose, "app", "other", 202),
        // Another encryption.
        (&needed, "app", "secret", 202),
        (&needed, "nope", "other", 202),
        (&needed, "-", "other", 202),
        ("sha256:1", "app", "other", 202),
        (&needed, "app", "nope", 404),
    ] {
        let answer = mount(digest, from, to).await;
        assert_eq!(answer.status(), status, "{digest} from {from} to {to}");
    }
    let path = format!("/v2/other/blobs/{needed}");
    let blob = send(&server, Method::GET, &path, "").await;
    assert_eq!(blob.text().await.unwrap(), "content");
}

#[tokio::test]
async fn deleting_follows_ecr() {
    let server = Server::start().await;
    server.create("app").await;
    let digest = server.push_image("app", "v1", "content").await;
    let blob = server.push_blob("app", b"content").await;
    let path = format!("/v2/app/blobs/{blob}");
    let refused = send(&server, Method::DELETE, &path, "").await;
    assert!(refusal(refused).await.starts_with("405 UNSUPPORTED"));
    let path = format!("/v2/app/manifests/{digest}");
    assert_eq!(send(&server, Method::DELETE, &path, "").await.status(), 202);
    let images = server
        .api("ListImages", json!({ "repositoryName": "app" }))
        .await;
    assert_eq!(images.result(), json!({ "imageIds": [] }));
}

//! Images, by the AWS API.

use crate::server::{Server, digest, index};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::task::JoinSet;

async fn images(server: &Server, operation: &str, mut parameters: Value) -> Value {
    parameters["repositoryName"] = "app".into();
    server.api(operation, parameters).await.result()
}

fn digests(answer: &Value) -> Vec<&str> {
    let list = answer["imageDetails"].as_array().unwrap();
    list.iter()
        .map(|one| one["imageDigest"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn an_image_is_described_by_digest_tag_and_filter() {
    let server = Server::start().await;
    server.create("app").await;
    let tagged = server.push_image("app", "v1", "one").await;
    let untagged = server.push_image("app", "", "second").await;
    server.push_image("app", "latest", "one").await;

    let by_tag = json!({ "imageIds": [{ "imageTag": "latest" }] });
    let described = images(&server, "DescribeImages", by_tag).await;
    let mut detail = described["imageDetails"][0].clone();
    assert!(detail["imagePushedAt"].take().as_f64().unwrap() > 1.7e9);
    assert_eq!(
        detail,
        json!({
            "registryId": "123456789012",
            "repositoryName": "app",
            "imageDigest": tagged,
            "imageTags": ["latest", "v1"],
            "imageSizeInBytes": 5,
            "imagePushedAt": null,
            "imageManifestMediaType": "application/vnd.oci.image.manifest.v1+json",
            "artifactMediaType": "application/vnd.oci.image.config.v1+json",
            "imageStatus": "ACTIVE",
        })
    );
    let filtered = async |filter: Value| {
        let answer = images(&server, "DescribeImages", json!({ "filter": filter })).await;
        digests(&answer)
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    assert_eq!(filtered(json!({ "tagStatus": "TAGGED" })).await, [tagged]);
    assert_eq!(
        filtered(json!({ "tagStatus": "UNTAGGED" })).await,
        [untagged]
    );
    assert_eq!(
        filtered(json!({ "imageStatus": "ARCHIVED" })).await,
        Vec::<String>::new()
    );
    assert_eq!(filtered(json!({ "imageStatus": "ANY" })).await.len(), 2);

    let nope = json!({ "repositoryName": "app", "imageIds": [{ "imageTag": "nope" }] });
    insta::assert_snapshot!(
        server.api("DescribeImages", nope).await.refusal(),
        @"400 ImageNotFoundException: The image with imageId {imageDigest:'null', imageTag:'nope'} does not exist within the repository with name 'app' in the registry with id '123456789012'"
    );
}

#[tokio::test]
async fn long_lists_come_in_parts_and_miss_nothing() {
    let server = Server::start().await;
    server.create("app").await;
    let mut pushed = Vec::new();
    for number in 0..4 {
        let digest = server
            .push_image("app", &format!("a{number}"), &format!("{number}"))
            .await;
        server
            .push_image("app", &format!("b{number}"), &format!("{number}"))
            .await;
        pushed.push(digest);
    }
    pushed.sort();
    let all = async |operation: &str, list: &str| {
        let mut entries = Vec::new();
        let mut parameters = json!({ "maxResults": 3 });
        loop {
            let mut part = images(&server, operation, parameters.clone()).await;
            let part_entries = part[list].as_array().unwrap().clone();
            assert!(part_entries.len() <= 3);
            entries.extend(part_entries);
            parameters["nextToken"] = part["nextToken"].take();
            if parameters["nextToken"].is_null() {
                return entries;
            }
        }
    };
    let details = json!({ "imageDetails": all("DescribeImages", "imageDetails").await });
    assert_eq!(digests(&details), pushed);
    let ids = all("ListImages", "imageIds").await;
    let mut tags: Vec<&str> = ids
        .iter()
        .map(|id| id["imageTag"].as_str().unwrap())
        .collect();
    tags.sort_unstable();
    assert_eq!(tags, ["a0", "a1", "a2", "a3", "b0", "b1", "b2", "b3"]);
}

#[tokio::test]
async fn manifests_come_back_byte_for_byte() {
    let server = Server::start().await;
    server.create("app").await;
    let manifest = server.image("app", "content").await;
    server.put_manifest("app", "v1", &manifest).await;
    let ids = json!({ "imageIds": [
        { "imageTag": "v1" }, { "imageTag": "nope" }, {}, { "imageDigest": "sha256:1" },
        { "imageTag": "v1", "imageDigest": digest(b"other") },
    ] });
    let mut answer = images(&server, "BatchGetImage", ids).await;
    let text = manifest.to_string();
    assert_eq!(answer["images"][0]["imageManifest"], text);
    assert_eq!(
        answer["images"][0]["imageId"]["imageDigest"],
        digest(text.as_bytes())
    );
    let codes: Vec<Value> = answer["failures"]
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .map(|failure| failure["failureCode"].take())
        .collect();
    assert_eq!(
        codes,
        [
            "ImageNotFound",
            "MissingDigestAndTag",
            "InvalidImageDigest",
            "ImageTagDoesNotMatchDigest"
        ]
    );
    let accepted = json!({
        "imageIds": [{ "imageTag": "v1" }],
        "acceptedMediaTypes": ["application/vnd.docker.distribution.manifest.v2+json"]
    });
    let answer = images(&server, "BatchGetImage", accepted).await;
    assert_eq!(answer["images"], json!([]));
}

#[tokio::test]
async fn a_tag_goes_alone_and_the_last_one_takes_the_image_with_it() {
    let server = Server::start().await;
    server.create("app").await;
    let digest = server.push_image("app", "v1", "one").await;
    server.push_image("app", "v2", "one").await;
    let delete = async |id: Value| {
        let answer = images(&server, "BatchDeleteImage", json!({ "imageIds": [id] })).await;
        let left = images(&server, "ListImages", json!({})).await;
        (answer["imageIds"].clone(), left["imageIds"].clone())
    };
    let (gone, left) = delete(json!({ "imageTag": "v1" })).await;
    assert_eq!(gone, json!([{ "imageDigest": digest, "imageTag": "v1" }]));
    assert_eq!(left, json!([{ "imageDigest": digest, "imageTag": "v2" }]));
    let (_, left) = delete(json!({ "imageTag": "v2" })).await;
    assert_eq!(left, json!([]));

    server.push_image("app", "v1", "one").await;
    server.push_image("app", "v2", "one").await;
    let (gone, left) = delete(json!({ "imageDigest": digest })).await;
    assert_eq!(gone.as_array().unwrap().len(), 2, "one entry for each tag");
    assert_eq!(left, json!([]));
}

#[tokio::test]
async fn an_image_that_an_index_needs_stays() {
    let server = Server::start().await;
    server.create("app").await;
    let small = server.push_image("app", "", "small").await;
    let large = server.push_image("app", "", "rather large").await;
    let list = index(&[&small, &large]);
    let response = server.put_manifest("app", "multi", &list).await;
    assert_eq!(response.status(), 201);
    let list = digest(list.to_string().as_bytes());

    let by_tag = json!({ "imageIds": [{ "imageTag": "multi" }] });
    let described = images(&server, "DescribeImages", by_tag).await;
    assert_eq!(
        described["imageDetails"][0]["imageSizeInBytes"], 14,
        "of the largest child"
    );

    let child = json!({ "imageIds": [{ "imageDigest": small }] });
    let refused = images(&server, "BatchDeleteImage", child.clone()).await;
    assert_eq!(
        refused["failures"],
        json!([{
            "imageId": { "imageDigest": small },
            "failureCode": "ImageReferencedByManifestList",
            "failureReason": format!("Requested image referenced by manifest list: [{list}]"),
        }])
    );
    let parent = json!({ "imageIds": [{ "imageDigest": list }] });
    images(&server, "BatchDeleteImage", parent).await;
    let deleted = images(&server, "BatchDeleteImage", child).await;
    assert_eq!(deleted["failures"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_push_at_once() {
    let server = Arc::new(Server::start().await);
    server.create("app").await;
    let mut pushes = JoinSet::new();
    for number in 0..16 {
        let server = Arc::clone(&server);
        // Half of them push the same image.
        let content = format!("content {}", number / 2);
        pushes.spawn(async move {
            let tag = format!("t{number}");
            (server.push_image("app", &tag, &content).await, tag)
        });
    }
    let mut pushed = pushes.join_all().await;
    pushed.sort();
    let listed = images(&server, "ListImages", json!({})).await;
    let mut ids: Vec<(String, String)> = listed["imageIds"]
        .as_array()
        .unwrap()
        .iter()
        .map(|id| ["imageDigest", "imageTag"].map(|name| id[name].as_str().unwrap().to_owned()))
        .map(|[digest, tag]| (digest, tag))
        .collect();
    ids.sort();
    assert_eq!(ids, pushed);
}

//! Lifecycle policies: previewed, carried out, and carried out as time passes.

use crate::server::{OCI_IMAGE, Server, digest, index, refusal};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

const DAY: u64 = 24 * 60 * 60;

fn policy(rules: &[Value]) -> String {
    serde_json::to_string_pretty(&json!({ "rules": rules })).unwrap()
}

fn rule(priority: u32, selection: &Value, action: &Value) -> Value {
    json!({
        "rulePriority": priority,
        "description": "a rule of a test, long enough for the service",
        "selection": selection,
        "action": action,
    })
}

fn expire() -> Value {
    json!({ "type": "expire" })
}

fn older_than(days: u32) -> Value {
    json!({ "tagStatus": "any", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": days })
}

fn keep(images: u32) -> Value {
    json!({ "tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": images })
}

/// The last preview, when it is done.
async fn preview(server: &Server, mut parameters: Value) -> Value {
    parameters["repositoryName"] = "app".into();
    loop {
        let answer = server
            .api("GetLifecyclePolicyPreview", parameters.clone())
            .await
            .result();
        if answer["status"] != "IN_PROGRESS" {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn ask(server: &Server, operation: &str, text: Option<&str>) -> String {
    let mut parameters = json!({ "repositoryName": "app" });
    if let Some(text) = text {
        parameters["lifecyclePolicyText"] = text.into();
    }
    let answer = server.api(operation, parameters).await;
    match answer.status {
        200 => answer.body["status"].to_string(),
        _ => answer.refusal(),
    }
}

/// The tags that are left, archived images too.
async fn tags(server: &Server) -> Vec<String> {
    let parameters = json!({ "repositoryName": "app", "filter": { "imageStatus": "ANY" } });
    let answer = server.api("ListImages", parameters).await.result();
    let ids = answer["imageIds"].as_array().unwrap().iter();
    let mut tags: Vec<String> = ids
        .map(|id| id["imageTag"].as_str().unwrap_or_default().to_owned())
        .collect();
    tags.sort();
    tags
}

#[tokio::test]
async fn a_preview_says_what_would_go_and_does_nothing() {
    let server = Server::start().await;
    server.create("app").await;
    let start = "StartLifecyclePolicyPreview";
    insta::assert_snapshot!(
        ask(&server, start, None).await,
        @"400 LifecyclePolicyNotFoundException: Lifecycle policy does not exist for the repository with name 'app' in the registry with id '123456789012'"
    );
    insta::assert_snapshot!(
        ask(&server, "GetLifecyclePolicyPreview", None).await,
        @"400 LifecyclePolicyPreviewNotFoundException: Lifecycle policy preview does not exist for the repository with name 'app' in the registry with id '123456789012'"
    );
    for number in 0..5 {
        server
            .push_image("app", &format!("v{number}"), &format!("{number}"))
            .await;
        server.set_clock(json!({ "advance": 60 })).await;
    }
    assert_eq!(
        ask(
            &server,
            start,
            Some(&policy(&[rule(7, &keep(2), &expire())]))
        )
        .await,
        "\"IN_PROGRESS\""
    );
    let mut done = preview(&server, json!({})).await;
    let results = done["previewResults"].take();
    let of = |one: &Value, name: &str| one[name].to_string();
    let lines: Vec<String> = results
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            ["imageTags", "action", "appliedRulePriority", "storageClass"]
                .map(|name| of(one, name))
                .join(" ")
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    ["v2"] {"type":"EXPIRE"} 7 "STANDARD"
    ["v1"] {"type":"EXPIRE"} 7 "STANDARD"
    ["v0"] {"type":"EXPIRE"} 7 "STANDARD"
    "#);
    assert_eq!(done["summary"], json!({ "expiringImageTotalCount": 3 }));
    assert_eq!(tags(&server).await.len(), 5);

    let first = preview(&server, json!({ "maxResults": 2 })).await;
    let next = json!({ "maxResults": 2, "nextToken": first["nextToken"] });
    let second = preview(&server, next).await;
    assert_eq!(first["previewResults"].as_array().unwrap().len(), 2);
    assert_eq!(second["previewResults"], json!([results[2]]));
    assert_eq!(second["nextToken"], Value::Null);
    let named = preview(
        &server,
        json!({ "imageIds": [{ "imageTag": "v1" }, { "imageTag": "v4" }] }),
    )
    .await;
    assert_eq!(named["previewResults"], json!([results[1]]));
    let untagged = preview(&server, json!({ "filter": { "tagStatus": "UNTAGGED" } })).await;
    assert_eq!(untagged["previewResults"], json!([]));

    server.set_clock(json!({ "advance": DAY })).await;
    assert_eq!(preview(&server, json!({})).await["status"], "EXPIRED");
}

#[tokio::test]
async fn months_pass_and_a_policy_acts_every_day() {
    let server = Server::start().await;
    server.create("app").await;
    let archive = json!({ "type": "transition", "targetStorageClass": "archive" });
    let archived = json!({
        "tagStatus": "any", "storageClass": "archive", "countType": "sinceImageTransitioned",
        "countUnit": "days", "countNumber": 90,
    });
    let text = policy(&[
        rule(1, &older_than(30), &archive),
        rule(2, &archived, &expire()),
    ]);
    server.push_image("app", "old", "old").await;
    ask(&server, "PutLifecyclePolicy", Some(&text)).await;
    server.set_clock(json!({ "advance": 20 * DAY })).await;
    server.push_image("app", "new", "new").await;

    let passed = server.set_clock(json!({ "advance": 12 * DAY })).await;
    let executions = passed["executions"].as_array().unwrap();
    let acted: Vec<&Value> = executions
        .iter()
        .filter(|execution| !execution["archived"].as_array().unwrap().is_empty())
        .collect();
    assert_eq!(acted.len(), 1);
    assert_eq!(acted[0]["archived"][0]["imageTags"], json!(["old"]));
    let pull = server.registry(Method::GET, "/v2/app/manifests/old").await;
    let pulled = refusal(pull.send().await.unwrap()).await;
    assert!(pulled.starts_with("404 MANIFEST_UNKNOWN"), "{pulled}");

    server.set_clock(json!({ "advance": 90 * DAY })).await;
    assert_eq!(tags(&server).await, ["new"]);
    let describe = json!({ "repositoryName": "app", "imageIds": [{ "imageTag": "new" }] });
    let image = server.api("DescribeImages", describe).await.result();
    assert_eq!(image["imageDetails"][0]["imageStatus"], "ARCHIVED");
    let kept = server
        .api("GetLifecyclePolicy", json!({ "repositoryName": "app" }))
        .await
        .result();
    let now = server.set_clock(json!({ "advance": 0 })).await;
    assert!(kept["lastEvaluatedAt"].as_f64().unwrap() > 0.0, "{now}");
}

#[tokio::test]
async fn a_policy_is_carried_out_when_asked() {
    let server = Server::start().await;
    server.create("app").await;
    server.create("other").await;
    let child = server.push_image("app", "", "child").await;
    server.set_clock(json!({ "advance": 1 })).await;
    let list = index(&[&child]);
    server.put_manifest("app", "multi", &list).await;
    let subject = digest(list.to_string().as_bytes());
    let mut signature = server.image("app", "signature").await;
    signature["subject"] = json!({ "mediaType": OCI_IMAGE, "digest": subject, "size": 1 });
    server.put_manifest("app", "signature", &signature).await;
    server.set_clock(json!({ "advance": 1 })).await;
    server.push_image("app", "latest", "latest").await;
    ask(
        &server,
        "PutLifecyclePolicy",
        Some(&policy(&[rule(1, &keep(1), &expire())])),
    )
    .await;

    let first = server.carry_out(json!({ "repositoryName": "app" })).await;
    assert_eq!(first.as_array().unwrap().len(), 1);
    let gone: Vec<Value> = first[0]["expired"]
        .as_array()
        .unwrap()
        .iter()
        .map(|gone| gone["imageTags"].clone())
        .collect();
    assert_eq!(
        gone,
        [json!(["signature"]), json!(["multi"])],
        "the index and what refers to it"
    );
    assert_eq!(
        tags(&server).await,
        ["", "latest"],
        "its child is let go now"
    );
    let second = server.carry_out(json!({})).await;
    assert_eq!(second[0]["expired"][0]["imageDigest"], child.as_str());
    assert_eq!(tags(&server).await, ["latest"]);
    assert_eq!(
        server.carry_out(json!({ "repositoryName": "other" })).await,
        json!([])
    );
}

#[tokio::test]
async fn an_archived_image_comes_back_by_hand_and_by_a_push() {
    let server = Server::start().await;
    server.create("app").await;
    let manifest = server.image("app", "one").await;
    server.put_manifest("app", "v1", &manifest).await;
    let child = server.push_image("app", "", "child").await;
    server.put_manifest("app", "multi", &index(&[&child])).await;
    let mv = async |id: Value, class: &str| {
        let parameters =
            json!({ "repositoryName": "app", "imageId": id, "targetStorageClass": class });
        let answer = server.api("UpdateImageStorageClass", parameters).await;
        match answer.status {
            200 => answer.body["imageStatus"].as_str().unwrap().to_owned(),
            _ => answer.refusal(),
        }
    };
    let pull = async |reference: &str| {
        let path = format!("/v2/app/manifests/{reference}");
        let request = server.registry(Method::GET, &path).await;
        request.send().await.unwrap().status().as_u16()
    };
    let v1 = json!({ "imageTag": "v1" });
    assert_eq!(pull("v1").await, 200);
    assert_eq!(mv(v1.clone(), "ARCHIVE").await, "ARCHIVED");
    assert_eq!(pull("v1").await, 404);
    assert_eq!(mv(v1.clone(), "STANDARD").await, "ACTIVE");
    assert_eq!(mv(v1.clone(), "ARCHIVE").await, "ARCHIVED");
    server.put_manifest("app", "v1", &manifest).await;
    assert_eq!(pull("v1").await, 200);
    let describe = json!({ "repositoryName": "app", "imageIds": [v1] });
    let image = server.api("DescribeImages", describe).await.result();
    for name in ["lastRecordedPullTime", "lastArchivedAt", "lastActivatedAt"] {
        assert!(image["imageDetails"][0][name].is_f64(), "{name}: {image}");
    }

    let refused = mv(json!({ "imageDigest": child }), "ARCHIVE").await;
    assert!(
        refused.starts_with("400 ImageStorageClassUpdateNotSupportedException"),
        "{refused}"
    );
    assert_eq!(
        mv(json!({ "imageTag": "multi" }), "ARCHIVE").await,
        "ARCHIVED"
    );
    assert_eq!(pull(&child).await, 404, "a child follows its index");
}

#[tokio::test]
async fn the_clock_outlives_a_restart_and_ends_passwords() {
    let server = Server::start().await;
    server.create("app").await;
    server.push_image("app", "v1", "one").await;
    let request = server.registry(Method::GET, "/v2/").await;
    server.set_clock(json!({ "advance": 13 * 60 * 60 })).await;
    assert_eq!(request.send().await.unwrap().status(), 403);
    server
        .set_clock(json!({ "set": "2035-01-01T00:00:00Z" }))
        .await;
    let server = server.restart().await;
    let now = server.set_clock(json!({ "advance": 0 })).await;
    assert!(
        now["now"].as_str().unwrap().starts_with("2035-01-01T00:0"),
        "{now}"
    );
    let now = server.set_clock(json!("reset")).await;
    assert!(!now["now"].as_str().unwrap().starts_with("2035"), "{now}");
}

#[tokio::test]
async fn a_policy_goes_on_after_the_clock_went_back() {
    let server = Server::start().await;
    server.create("app").await;
    server
        .set_clock(json!({ "set": "2040-01-01T00:00:00Z" }))
        .await;
    let text = policy(&[rule(1, &older_than(10), &expire())]);
    ask(&server, "PutLifecyclePolicy", Some(&text)).await;
    server.set_clock(json!({ "advance": 2 * DAY })).await;

    server
        .set_clock(json!({ "set": "2030-01-01T00:00:00Z" }))
        .await;
    server.push_image("app", "old", "old").await;
    server.set_clock(json!({ "advance": 12 * DAY })).await;
    assert_eq!(tags(&server).await, [""; 0]);
}

#[tokio::test]
async fn a_jump_of_many_years_carries_the_policy_out_as_of_its_end() {
    let server = Server::start().await;
    server.create("app").await;
    server.push_image("app", "old", "old").await;
    let text = policy(&[rule(1, &older_than(5_000), &expire())]);
    ask(&server, "PutLifecyclePolicy", Some(&text)).await;
    server.set_clock(json!({ "advance": 6_000 * DAY })).await;
    assert_eq!(tags(&server).await, [""; 0]);
}

#[tokio::test]
async fn the_clock_takes_no_time_that_cannot_be_written() {
    let server = Server::start().await;
    let mut answers = Vec::new();
    for change in [
        json!({ "advance": 4_000_000_000 * DAY }),
        json!({ "set": "1969-12-31T23:59:59Z" }),
    ] {
        let request = server.request(Method::PUT, "/_ecrane/clock");
        let request = request.header("content-type", "application/json");
        let response = request.body(change.to_string()).send().await.unwrap();
        answers.push(format!(
            "{} {}",
            response.status(),
            response.text().await.unwrap()
        ));
    }
    insta::assert_snapshot!(answers.join("\n"), @r#"
    400 Bad Request {"message":"the clock takes times from the year 1970 to the year 9999"}
    400 Bad Request {"message":"the clock takes times from the year 1970 to the year 9999"}
    "#);
}

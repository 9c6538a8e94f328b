//! Repositories and their settings, by the AWS API.

use crate::server::{ACCOUNT, REGION, Server, digest, options};
use reqwest::Method;
use serde_json::{Value, json};

/// What each request is refused with, a line each.
async fn refusals(server: &Server, requests: &[(&str, Value)]) -> String {
    let mut lines = Vec::new();
    for (operation, parameters) in requests {
        lines.push(server.api(operation, parameters.clone()).await.refusal());
    }
    lines.join("\n")
}

#[tokio::test]
async fn a_repository_has_what_it_was_created_with() {
    let server = Server::start().await;
    let created = server
        .api(
            "CreateRepository",
            json!({
                "repositoryName": "team/app",
                "imageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
                "imageTagMutabilityExclusionFilters": [{ "filterType": "WILDCARD", "filter": "dev-*" }],
                "imageScanningConfiguration": { "scanOnPush": true },
                "encryptionConfiguration": { "encryptionType": "KMS", "kmsKey": "alias/key" },
                "tags": [{ "Key": "team", "Value": "a" }],
            }),
        )
        .await
        .result();
    let names = json!({ "repositoryNames": ["team/app"] });
    let described = server.api("DescribeRepositories", names).await.result();
    assert_eq!(created["repository"], described["repositories"][0]);
    let mut repository = created["repository"].clone();
    assert!(repository["createdAt"].take().as_f64().unwrap() > 1.7e9);
    assert_eq!(
        repository,
        json!({
            "repositoryArn": format!("arn:aws:ecr:{REGION}:{ACCOUNT}:repository/team/app"),
            "registryId": ACCOUNT,
            "repositoryName": "team/app",
            "repositoryUri": format!("{}/team/app", server.address),
            "createdAt": null,
            "imageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
            "imageTagMutabilityExclusionFilters": [{ "filterType": "WILDCARD", "filter": "dev-*" }],
            "imageScanningConfiguration": { "scanOnPush": true },
            "encryptionConfiguration": { "encryptionType": "KMS", "kmsKey": "alias/key" },
        })
    );
    let arn = json!({ "resourceArn": repository["repositoryArn"] });
    let tags = server.api("ListTagsForResource", arn).await.result();
    assert_eq!(tags, json!({ "tags": [{ "Key": "team", "Value": "a" }] }));
}

#[tokio::test]
async fn faulty_parameters_are_refused_in_the_words_of_the_service() {
    let server = Server::start().await;
    server.create("app").await;
    let long = "a".repeat(257);
    let create = |parameters: Value| ("CreateRepository", parameters);
    let refusals = refusals(
        &server,
        &[
            create(json!({})),
            create(json!({ "repositoryName": "a" })),
            create(json!({ "repositoryName": long })),
            create(json!({ "repositoryName": "Team/App" })),
            create(json!({ "repositoryName": 7 })),
            create(json!({ "repositoryName": "app" })),
            create(json!({ "repositoryName": "bb", "registryId": "12" })),
            create(json!({ "repositoryName": "bb", "imageTagMutability": "FIXED" })),
            create(json!({ "repositoryName": "bb", "imageTagMutability": "MUTABLE_WITH_EXCLUSION" })),
            create(json!({ "repositoryName": "bb", "tags": [{ "Key": "aws:x", "Value": "" }] })),
            create(json!({ "repositoryName": "bb", "encryptionConfiguration": { "encryptionType": "ROT13" } })),
            ("DescribeRepositories", json!({ "repositoryNames": ["app", "nope"] })),
            ("DescribeRepositories", json!({ "maxResults": 0 })),
            ("DescribeRepositories", json!({ "nextToken": "?" })),
            ("DeleteRepository", json!({ "repositoryName": "nope" })),
            ("TagResource", json!({ "resourceArn": "arn:aws:s3:::bucket", "tags": [] })),
            ("GetLifecyclePolicy", json!({ "repositoryName": "app" })),
            ("GetAuthorizationToken", json!({ "registryIds": [] })),
            ("StartReplicationBackfill", json!({})),
        ],
    )
    .await;
    insta::assert_snapshot!(refusals, @r"
    400 InvalidParameterException: Invalid parameter at 'repositoryName' failed to satisfy constraint: 'Member must not be null'
    400 InvalidParameterException: Invalid parameter at 'repositoryName' failed to satisfy constraint: 'Member must have length greater than or equal to 2'
    400 InvalidParameterException: Invalid parameter at 'repositoryName' failed to satisfy constraint: 'Member must have length less than or equal to 256'
    400 InvalidParameterException: Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must satisfy regular expression '[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*''
    400 SerializationException: NUMBER_VALUE can not be converted to a String
    400 RepositoryAlreadyExistsException: The repository with name 'app' already exists in the registry with id '123456789012'
    400 InvalidParameterException: Invalid parameter at 'registryId' failed to satisfy constraint: 'must satisfy regular expression '[0-9]{12}''
    400 InvalidParameterException: Invalid parameter at 'imageTagMutability' failed to satisfy constraint: 'Member must satisfy enum value set: [MUTABLE, IMMUTABLE, IMMUTABLE_WITH_EXCLUSION, MUTABLE_WITH_EXCLUSION]'
    400 InvalidParameterException: Invalid parameter at 'imageTagMutabilityExclusionFilters' failed to satisfy constraint: 'ImageTagMutabilityExclusionFilters can't be null when imageTagMutability is set as MUTABLE_WITH_EXCLUSION'
    400 InvalidTagParameterException: Tag keys must not begin with aws:
    400 InvalidParameterException: Invalid parameter at 'encryptionConfiguration.encryptionType' failed to satisfy constraint: 'Member must satisfy enum value set: [AES256, KMS, KMS_DSSE]'
    400 RepositoryNotFoundException: The repository with name 'nope' does not exist in the registry with id '123456789012'
    400 InvalidParameterException: Invalid parameter at 'maxResults' failed to satisfy constraint: 'Member must have value greater than or equal to 1'
    400 InvalidParameterException: Invalid parameter at 'nextToken' failed to satisfy constraint: 'must be a token of this service'
    400 RepositoryNotFoundException: The repository with name 'nope' does not exist in the registry with id '123456789012'
    400 InvalidParameterException: Invalid parameter at 'resourceArn' failed to satisfy constraint: 'Invalid ARN'
    400 LifecyclePolicyNotFoundException: Lifecycle policy does not exist for the repository with name 'app' in the registry with id '123456789012'
    400 InvalidParameterException: Invalid parameter at 'registryIds' failed to satisfy constraint: 'Member must have length greater than or equal to 1'
    400 UnknownOperationException: ecrane local does not have the operation StartReplicationBackfill
    ");
}

#[tokio::test]
async fn a_request_without_a_signature_is_refused() {
    let server = Server::start().await;
    let request = server
        .request(Method::POST, "/")
        .header(
            "x-amz-target",
            "AmazonEC2ContainerRegistry_V20150921.CreateRepository",
        )
        .body("{}");
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 403);
    assert!(
        response
            .text()
            .await
            .unwrap()
            .contains("MissingAuthenticationTokenException")
    );
}

#[tokio::test]
async fn regions_and_accounts_are_apart() {
    let server = Server::start().await;
    server.create("app").await;
    let names = async |region: &str, parameters: Value| {
        let answer = server
            .api_in(region, "DescribeRepositories", parameters)
            .await;
        let list = answer.result()["repositories"].as_array().unwrap().clone();
        list.iter()
            .map(|one| one["repositoryArn"].clone())
            .collect::<Vec<_>>()
    };
    let other = json!({ "registryId": "999999999999", "repositoryName": "app" });
    server.api("CreateRepository", other).await.result();
    let china = json!({ "repositoryName": "app" });
    server
        .api_in("cn-north-1", "CreateRepository", china)
        .await
        .result();
    assert_eq!(
        names(REGION, json!({})).await,
        ["arn:aws:ecr:eu-central-1:123456789012:repository/app"]
    );
    assert_eq!(
        names(REGION, json!({ "registryId": "999999999999" })).await,
        ["arn:aws:ecr:eu-central-1:999999999999:repository/app"]
    );
    assert_eq!(
        names("cn-north-1", json!({})).await,
        ["arn:aws-cn:ecr:cn-north-1:123456789012:repository/app"]
    );
    assert_eq!(names("us-east-1", json!({})).await, Vec::<Value>::new());
}

#[tokio::test]
async fn repositories_come_in_parts() {
    let server = Server::start().await;
    for name in ["r5", "r1", "r4", "r2", "r3"] {
        server.create(name).await;
    }
    let mut parameters = json!({ "maxResults": 2 });
    let mut parts = Vec::new();
    loop {
        let mut part = server
            .api("DescribeRepositories", parameters.clone())
            .await
            .result();
        let names: Vec<String> = part["repositories"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["repositoryName"].as_str().unwrap().to_owned())
            .collect();
        parts.push(names);
        parameters["nextToken"] = part["nextToken"].take();
        if parameters["nextToken"].is_null() {
            break;
        }
    }
    assert_eq!(parts, [vec!["r1", "r2"], vec!["r3", "r4"], vec!["r5"]]);
}

#[tokio::test]
async fn settings_change_alone() {
    let server = Server::start().await;
    server.create("app").await;
    let put = json!({ "repositoryName": "app", "imageTagMutability": "IMMUTABLE" });
    server.api("PutImageTagMutability", put).await.result();
    let put = json!({
        "repositoryName": "app", "imageScanningConfiguration": { "scanOnPush": true }
    });
    server
        .api("PutImageScanningConfiguration", put)
        .await
        .result();
    let described = server.api("DescribeRepositories", json!({})).await.result();
    let repository = &described["repositories"][0];
    assert_eq!(repository["imageTagMutability"], "IMMUTABLE");
    assert_eq!(repository["imageScanningConfiguration"]["scanOnPush"], true);
}

#[tokio::test]
async fn tags_are_added_replaced_and_removed() {
    let server = Server::start().await;
    server.create("app").await;
    let arn = format!("arn:aws:ecr:{REGION}:{ACCOUNT}:repository/app");
    let put = async |key: &str, value: &str| {
        let tags = json!([{ "Key": key, "Value": value }]);
        let parameters = json!({ "resourceArn": arn, "tags": tags });
        server.api("TagResource", parameters).await
    };
    put("a", "1").await.result();
    put("b", "2").await.result();
    put("a", "3").await.result();
    let remove = json!({ "resourceArn": arn, "tagKeys": ["b", "never"] });
    server.api("UntagResource", remove).await.result();
    let list = server
        .api("ListTagsForResource", json!({ "resourceArn": arn }))
        .await;
    assert_eq!(
        list.result(),
        json!({ "tags": [{ "Key": "a", "Value": "3" }] })
    );
    for number in 1..50 {
        put(&format!("k{number}"), "").await.result();
    }
    let one_too_many = put("last", "").await.refusal();
    assert!(
        one_too_many.contains("TooManyTagsException"),
        "{one_too_many}"
    );
}

#[tokio::test]
async fn a_lifecycle_policy_is_kept_as_it_was_put() {
    let server = Server::start().await;
    server.create("app").await;
    let text = r#"{ "rules": [{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":5},"action":{"type":"expire"}}] }"#;
    let put = json!({ "repositoryName": "app", "lifecyclePolicyText": text });
    server.api("PutLifecyclePolicy", put).await.result();
    let name = json!({ "repositoryName": "app" });
    let got = server
        .api("GetLifecyclePolicy", name.clone())
        .await
        .result();
    assert_eq!(got["lifecyclePolicyText"], text);
    let faulty = text.replace("\"any\"", "\"ANY\"");
    let put = json!({ "repositoryName": "app", "lifecyclePolicyText": faulty });
    let refusal = server.api("PutLifecyclePolicy", put).await.refusal();
    assert!(
        refusal.starts_with("400 InvalidParameterException: Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: 'Lifecycle policy validation failure:"),
        "{refusal}"
    );
    let gone = server
        .api("DeleteLifecyclePolicy", name.clone())
        .await
        .result();
    assert_eq!(
        gone["lifecyclePolicyText"], text,
        "the faulty one changed nothing"
    );
    let again = server.api("DeleteLifecyclePolicy", name).await.refusal();
    assert!(
        again.contains("LifecyclePolicyNotFoundException"),
        "{again}"
    );
}

#[tokio::test]
async fn a_repository_with_images_goes_only_by_force() {
    let server = Server::start().await;
    server.create("app").await;
    server.push_image("app", "v1", "content").await;
    let refusal = server
        .api("DeleteRepository", json!({ "repositoryName": "app" }))
        .await;
    insta::assert_snapshot!(refusal.refusal(), @"400 RepositoryNotEmptyException: The repository with name 'app' in registry with id '123456789012' cannot be deleted because it still contains images");
    let force = json!({ "repositoryName": "app", "force": true });
    server.api("DeleteRepository", force).await.result();
    server.create("app").await;
    let images = server
        .api("ListImages", json!({ "repositoryName": "app" }))
        .await;
    assert_eq!(
        images.result(),
        json!({ "imageIds": [] }),
        "a new one begins empty"
    );
}

#[tokio::test]
async fn a_data_directory_has_one_server() {
    let server = Server::start().await;
    let options = options(server.data.path(), None);
    let second = ecrane_local::bind(options).await.err().unwrap().to_string();
    assert!(second.contains(&server.address.to_string()), "{second}");
    let running = ecrane_local::instance::running(server.data.path())
        .unwrap()
        .unwrap();
    assert_eq!(running.address, server.address);
}

#[tokio::test]
async fn a_restart_keeps_images_and_passwords_and_drops_what_nobody_has() {
    let server = Server::start().await;
    server.create("app").await;
    server.create("gone").await;
    let kept = server.push_image("app", "v1", "kept").await;
    server.push_image("gone", "v1", "dropped").await;
    let orphan = digest(b"dropped").replace("sha256:", "");
    let force = json!({ "repositoryName": "gone", "force": true });
    server.api("DeleteRepository", force).await.result();
    let token = server
        .api("GetAuthorizationToken", json!({}))
        .await
        .result();
    let token = token["authorizationData"][0]["authorizationToken"].clone();

    let server = server.restart().await;
    let request = server.request(Method::GET, "/v2/app/manifests/v1").header(
        "authorization",
        format!("Basic {}", token.as_str().unwrap()),
    );
    let response = request.send().await.unwrap();
    assert_eq!(response.headers()["docker-content-digest"], kept.as_str());
    let blobs = server.data.path().join("blobs/sha256");
    let blob = |hex: &str| blobs.join(hex.get(..2).unwrap()).join(hex);
    assert!(blob(&digest(b"kept").replace("sha256:", "")).exists());
    assert!(!blob(&orphan).exists());
}

//! What no client sends: every operation with bodies that were bent. The service
//! answers each of them, and never by a fault of its own.

use crate::server::Server;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

/// A body of many operations in one: each takes of it what it knows.
fn body() -> Value {
    let policy = json!({ "rules": [{
        "rulePriority": 1,
        "selection": { "tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1 },
        "action": { "type": "expire" },
    }] });
    let access = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": "*", "Action": "ecr:*" },
    ] });
    let digest = format!("sha256:{}", "0".repeat(64));
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [],
    });
    let mut body = json!({
        "repositoryName": "app",
        "registryId": "123456789012",
        "repositoryNames": ["app"],
        "imageTag": "v1",
        "imageId": { "imageTag": "v1" },
        "imageIds": [{ "imageDigest": digest }, { "imageTag": "v1" }],
        "imageManifest": manifest.to_string(),
        "imageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
        "imageTagMutabilityExclusionFilters": [{ "filterType": "WILDCARD", "filter": "dev-*" }],
        "imageScanningConfiguration": { "scanOnPush": true },
        "encryptionConfiguration": { "encryptionType": "KMS", "kmsKey": "alias/x" },
        "tags": [{ "Key": "a", "Value": "b" }],
        "tagKeys": ["a"],
        "resourceArn": "arn:aws:ecr:eu-central-1:123456789012:repository/app",
        "filter": { "tagStatus": "ANY", "imageStatus": "ANY", "artifactStatus": "ANY" },
        "subjectId": { "imageDigest": digest },
    });
    let of_registries = json!({
        "lifecyclePolicyText": policy.to_string(),
        "policyText": access.to_string(),
        "lifecyclePolicy": policy.to_string(),
        "repositoryPolicy": access.to_string(),
        "maxResults": 2,
        "nextToken": "YXBw",
        "name": "BLOB_MOUNTING",
        "value": "ENABLED",
        "layerDigest": digest,
        "layerDigests": [digest],
        "uploadId": "00000000-0000-0000-0000-000000000000",
        "partFirstByte": 0,
        "partLastByte": 0,
        "layerPartBlob": "eA==",
        "prefix": "team",
        "appliedFor": ["CREATE_ON_PUSH", "REPLICATION"],
        "ecrRepositoryPrefix": "quay",
        "upstreamRegistryUrl": "quay.io",
        "principalArn": "arn:aws:iam::123456789012:role/x",
        "targetStorageClass": "ARCHIVE",
        "scanType": "BASIC",
        "rules": [{ "scanFrequency": "MANUAL", "repositoryFilters": [] }],
        "replicationConfiguration": { "rules": [{
            "destinations": [{ "region": "us-west-2", "registryId": "123456789012" }],
        }] },
        "signingConfiguration": { "rules": [] },
    });
    for (name, value) in of_registries.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

const OPERATIONS: &[&str] = &[
    "BatchCheckLayerAvailability",
    "BatchDeleteImage",
    "BatchGetImage",
    "BatchGetRepositoryScanningConfiguration",
    "CompleteLayerUpload",
    "CreatePullThroughCacheRule",
    "CreateRepository",
    "CreateRepositoryCreationTemplate",
    "DeleteRepositoryCreationTemplate",
    "DescribeImageReplicationStatus",
    "DescribeImages",
    "DescribePullThroughCacheRules",
    "DescribeRepositories",
    "DescribeRepositoryCreationTemplates",
    "GetAccountSetting",
    "GetAuthorizationToken",
    "GetDownloadUrlForLayer",
    "GetLifecyclePolicyPreview",
    "InitiateLayerUpload",
    "ListImageReferrers",
    "ListImages",
    "ListPullTimeUpdateExclusions",
    "PutAccountSetting",
    "PutImage",
    "PutImageTagMutability",
    "PutLifecyclePolicy",
    "PutRegistryPolicy",
    "PutRegistryScanningConfiguration",
    "PutReplicationConfiguration",
    "PutSigningConfiguration",
    "RegisterPullTimeUpdateExclusion",
    "SetRepositoryPolicy",
    "StartImageScan",
    "StartLifecyclePolicyPreview",
    "TagResource",
    "UntagResource",
    "UpdateImageStorageClass",
    "UpdateRepositoryCreationTemplate",
    "UploadLayerPart",
];

/// What is put where something else belongs.
fn odd() -> impl Strategy<Value = Value> {
    prop_oneof![
        select(vec![
            json!(null),
            json!(true),
            json!(-1),
            json!(0),
            json!(1e300),
            json!(u64::MAX),
            json!([]),
            json!({}),
            json!([[]]),
            json!(""),
            json!("\u{0}"),
            json!("*"),
            json!("sha256:"),
            json!("{\"rules\":[]}"),
            json!("9".repeat(400)),
        ]),
        any::<String>().prop_map(Value::from),
    ]
}

/// The value with one of its parts, however deep, replaced.
fn bent(value: &mut Value, at: &Index, by: Value) {
    let parts: Vec<&mut Value> = match value {
        Value::Object(object) => object.values_mut().collect(),
        Value::Array(array) => array.iter_mut().collect(),
        _ => Vec::new(),
    };
    if parts.is_empty() {
        *value = by;
        return;
    }
    let place = at.index(parts.len() * 3);
    let count = parts.len();
    let part = parts.into_iter().nth(place % count).unwrap();
    // One time in three the part itself, else something in it.
    if place < count {
        *part = by;
    } else {
        bent(part, at, by);
    }
}

#[tokio::test]
async fn every_operation_answers_whatever_it_is_sent() {
    let long = std::env::var_os("ECRANE_LONG").is_some();
    let requests = if long { 100_000 } else { 500 };
    let server = Server::start().await;
    server.create("app").await;
    server.push_image("app", "v1", "one").await;
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let strategy = (
        select(OPERATIONS),
        prop::collection::vec((any::<Index>(), odd()), 0..4),
    );
    let mut taken = 0;
    for _ in 0..requests {
        let (operation, bends) = strategy.new_tree(&mut runner).unwrap().current();
        let mut body = body();
        for (at, by) in bends {
            bent(&mut body, &at, by);
        }
        let answer = server.api(operation, body.clone()).await;
        match answer.status {
            200 => taken += 1,
            400 => assert!(answer.body["__type"].is_string(), "{operation} {body}"),
            status => panic!("{status} {answer:?}: {operation} {body}"),
        }
    }
    println!("bent requests: {requests}, taken: {taken}");
    assert!(
        taken > requests / 20,
        "what is refused at once tries nothing"
    );
}

//! The shapes that the inputs of the operations are made of.
//!
//! Source: the Amazon ECR service model (2015-09-21). The tests hold them to
//! the copy of it that botocore carries.

use super::shape::{Shape, blob, list, matching, may, must, number, one_of, structure, text};

pub(super) const TEXT: Shape = text(0, usize::MAX);
pub(super) const BOOLEAN: Shape = Shape::Boolean;
pub(super) const ACCOUNT_SETTING_NAME: Shape = text(1, 64);
pub(super) const ARTIFACT_STATUS_FILTER: Shape =
    one_of(&["ACTIVE", "ARCHIVED", "ACTIVATING", "ANY"]);
pub(super) const ARTIFACT_TYPE: Shape = text(1, 255);
pub(super) const ARTIFACT_TYPE_LIST: Shape = list(0, 5, &ARTIFACT_TYPE);
pub(super) const BATCHED_OPERATION_LAYER_DIGEST: Shape = text(0, 1000);
pub(super) const BATCHED_OPERATION_LAYER_DIGEST_LIST: Shape =
    list(1, 100, &BATCHED_OPERATION_LAYER_DIGEST);
pub(super) const CREDENTIAL_ARN: Shape = matching(
    50,
    612,
    r"^arn:aws(-\w+)*:secretsmanager:[a-zA-Z0-9-:]+:secret:ecr\-pullthroughcache\/[a-zA-Z0-9\/_+=.@-]+$",
);
pub(super) const CUSTOM_ROLE_ARN: Shape = text(0, 2048);
pub(super) const DELETE_REPLICATION: Shape = structure(&[must("enabled", &BOOLEAN)]);
pub(super) const DESCRIBE_IMAGES_FILTER: Shape = structure(&[
    may("tagStatus", &TAG_STATUS),
    may("imageStatus", &IMAGE_STATUS_FILTER),
]);
pub(super) const ENCRYPTION_CONFIGURATION: Shape = structure(&[
    must("encryptionType", &ENCRYPTION_TYPE),
    may("kmsKey", &KMS_KEY),
]);
pub(super) const ENCRYPTION_CONFIGURATION_FOR_REPOSITORY_CREATION_TEMPLATE: Shape = structure(&[
    must("encryptionType", &ENCRYPTION_TYPE),
    may("kmsKey", &KMS_KEY_FOR_REPOSITORY_CREATION_TEMPLATE),
]);
pub(super) const ENCRYPTION_TYPE: Shape = one_of(&["AES256", "KMS", "KMS_DSSE"]);
pub(super) const FIFTY_MAX_RESULTS: Shape = number(1, 50);
pub(super) const GET_AUTHORIZATION_TOKEN_REGISTRY_ID_LIST: Shape = list(1, 10, &REGISTRY_ID);
pub(super) const IMAGE_IDENTIFIER: Shape =
    structure(&[may("imageDigest", &TEXT), may("imageTag", &IMAGE_TAG)]);
pub(super) const IMAGE_IDENTIFIER_LIST: Shape = list(1, 100, &IMAGE_IDENTIFIER);
pub(super) const IMAGE_MANIFEST: Shape = text(1, 4194304);
pub(super) const IMAGE_SCANNING_CONFIGURATION: Shape = structure(&[may("scanOnPush", &BOOLEAN)]);
pub(super) const IMAGE_STATUS_FILTER: Shape = one_of(&["ACTIVE", "ARCHIVED", "ACTIVATING", "ANY"]);
pub(super) const IMAGE_TAG: Shape = text(1, 300);
pub(super) const IMAGE_TAG_MUTABILITY: Shape = one_of(&[
    "MUTABLE",
    "IMMUTABLE",
    "IMMUTABLE_WITH_EXCLUSION",
    "MUTABLE_WITH_EXCLUSION",
]);
pub(super) const IMAGE_TAG_MUTABILITY_EXCLUSION_FILTER: Shape = structure(&[
    must("filterType", &IMAGE_TAG_MUTABILITY_EXCLUSION_FILTER_TYPE),
    must("filter", &IMAGE_TAG_MUTABILITY_EXCLUSION_FILTER_VALUE),
]);
pub(super) const IMAGE_TAG_MUTABILITY_EXCLUSION_FILTERS: Shape =
    list(1, 5, &IMAGE_TAG_MUTABILITY_EXCLUSION_FILTER);
pub(super) const IMAGE_TAG_MUTABILITY_EXCLUSION_FILTER_TYPE: Shape = one_of(&["WILDCARD"]);
pub(super) const IMAGE_TAG_MUTABILITY_EXCLUSION_FILTER_VALUE: Shape =
    matching(1, 128, "^[0-9a-zA-Z._*-]{1,128}$");
pub(super) const KMS_KEY: Shape = text(1, 2048);
pub(super) const KMS_KEY_FOR_REPOSITORY_CREATION_TEMPLATE: Shape = matching(
    0,
    2048,
    r"^$|arn:aws[a-z0-9-]*:kms:[a-z0-9-]+:[0-9]{12}:key\/[a-z0-9-]+",
);
pub(super) const LAYER_DIGEST: Shape = matching(0, usize::MAX, "[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+");
pub(super) const LAYER_DIGEST_LIST: Shape = list(1, 100, &LAYER_DIGEST);
pub(super) const LAYER_PART_BLOB: Shape = blob(20971520);
pub(super) const LIFECYCLE_POLICY_PREVIEW_FILTER: Shape =
    structure(&[may("tagStatus", &TAG_STATUS)]);
pub(super) const LIFECYCLE_POLICY_TEXT: Shape = text(100, 30720);
pub(super) const LIFECYCLE_POLICY_TEXT_FOR_REPOSITORY_CREATION_TEMPLATE: Shape = text(0, 30720);
pub(super) const LIFECYCLE_PREVIEW_MAX_RESULTS: Shape = number(1, 100);
pub(super) const LIST_IMAGES_FILTER: Shape = structure(&[
    may("tagStatus", &TAG_STATUS),
    may("imageStatus", &IMAGE_STATUS_FILTER),
]);
pub(super) const LIST_IMAGE_REFERRERS_FILTER: Shape = structure(&[
    may("artifactTypes", &ARTIFACT_TYPE_LIST),
    may("artifactStatus", &ARTIFACT_STATUS_FILTER),
]);
pub(super) const MAX_RESULTS: Shape = number(1, 1000);
pub(super) const MEDIA_TYPE_LIST: Shape = list(1, 100, &TEXT);
pub(super) const PART_SIZE: Shape = number(0, i64::MAX);
pub(super) const PREFIX: Shape = matching(
    1,
    256,
    r"^([a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*\/?|ROOT)$",
);
pub(super) const PREFIX_LIST: Shape = list(0, usize::MAX, &PREFIX);
pub(super) const PRINCIPAL_ARN: Shape = matching(
    0,
    200,
    r"^arn:aws(-[a-z]+)*:iam::[0-9]{12}:(role|user)/[\w+=,.@-]+(/[\w+=,.@-]+)*$",
);
pub(super) const PULL_THROUGH_CACHE_RULE_REPOSITORY_PREFIX: Shape = matching(
    2,
    30,
    r"^([a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*\/?|ROOT)$",
);
pub(super) const PULL_THROUGH_CACHE_RULE_REPOSITORY_PREFIX_LIST: Shape =
    list(1, 100, &PULL_THROUGH_CACHE_RULE_REPOSITORY_PREFIX);
pub(super) const RCT_APPLIED_FOR: Shape =
    one_of(&["REPLICATION", "PULL_THROUGH_CACHE", "CREATE_ON_PUSH"]);
pub(super) const RCT_APPLIED_FOR_LIST: Shape = list(0, usize::MAX, &RCT_APPLIED_FOR);
pub(super) const REGION: Shape = matching(2, 25, "[0-9a-z-]{2,25}");
pub(super) const REGISTRY_ID: Shape = matching(0, usize::MAX, "[0-9]{12}");
pub(super) const REGISTRY_POLICY_TEXT: Shape = text(0, 10240);
pub(super) const REGISTRY_SCANNING_RULE: Shape = structure(&[
    must("scanFrequency", &SCAN_FREQUENCY),
    must("repositoryFilters", &SCANNING_REPOSITORY_FILTER_LIST),
]);
pub(super) const REGISTRY_SCANNING_RULE_LIST: Shape = list(0, 2, &REGISTRY_SCANNING_RULE);
pub(super) const REPLICATION_BACKFILL_ID: Shape = matching(
    0,
    usize::MAX,
    "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}",
);
pub(super) const REPLICATION_BACKFILL_RESULT_STATUS: Shape = one_of(&["COMPLETE", "FAILED"]);
pub(super) const REPLICATION_CONFIGURATION: Shape =
    structure(&[must("rules", &REPLICATION_RULE_LIST)]);
pub(super) const REPLICATION_DESTINATION: Shape =
    structure(&[must("region", &REGION), must("registryId", &REGISTRY_ID)]);
pub(super) const REPLICATION_DESTINATION_LIST: Shape = list(0, 100, &REPLICATION_DESTINATION);
pub(super) const REPLICATION_RULE: Shape = structure(&[
    must("destinations", &REPLICATION_DESTINATION_LIST),
    may("repositoryFilters", &REPOSITORY_FILTER_LIST),
    may("deleteReplication", &DELETE_REPLICATION),
]);
pub(super) const REPLICATION_RULE_LIST: Shape = list(0, 25, &REPLICATION_RULE);
pub(super) const REPOSITORY_FILTER: Shape = structure(&[
    must("filter", &REPOSITORY_FILTER_VALUE),
    must("filterType", &REPOSITORY_FILTER_TYPE),
]);
pub(super) const REPOSITORY_FILTER_LIST: Shape = list(1, 100, &REPOSITORY_FILTER);
pub(super) const REPOSITORY_FILTER_TYPE: Shape = one_of(&["PREFIX_MATCH"]);
pub(super) const REPOSITORY_FILTER_VALUE: Shape = matching(
    2,
    256,
    "^(?:[a-z0-9]+(?:[._-][a-z0-9]*)*/)*[a-z0-9]*(?:[._-][a-z0-9]*)*$",
);
pub(super) const REPOSITORY_NAME: Shape = matching(
    2,
    256,
    r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*",
);
pub(super) const REPOSITORY_NAME_LIST: Shape = list(1, 100, &REPOSITORY_NAME);
pub(super) const REPOSITORY_POLICY_TEXT: Shape = text(0, 10240);
pub(super) const REPOSITORY_TEMPLATE_DESCRIPTION: Shape = text(0, 256);
pub(super) const SCANNING_CONFIGURATION_REPOSITORY_NAME_LIST: Shape = list(1, 25, &REPOSITORY_NAME);
pub(super) const SCANNING_REPOSITORY_FILTER: Shape = structure(&[
    must("filter", &SCANNING_REPOSITORY_FILTER_VALUE),
    must("filterType", &SCANNING_REPOSITORY_FILTER_TYPE),
]);
pub(super) const SCANNING_REPOSITORY_FILTER_LIST: Shape = list(0, 100, &SCANNING_REPOSITORY_FILTER);
pub(super) const SCANNING_REPOSITORY_FILTER_TYPE: Shape = one_of(&["WILDCARD"]);
pub(super) const SCANNING_REPOSITORY_FILTER_VALUE: Shape =
    matching(1, 255, r"^[a-z0-9*](?:[._\-/a-z0-9*]?[a-z0-9*]+)*$");
pub(super) const SCAN_FREQUENCY: Shape = one_of(&["SCAN_ON_PUSH", "CONTINUOUS_SCAN", "MANUAL"]);
pub(super) const SCAN_TYPE: Shape = one_of(&["BASIC", "ENHANCED"]);
pub(super) const SIGNING_CONFIGURATION: Shape = structure(&[must("rules", &SIGNING_RULE_LIST)]);
pub(super) const SIGNING_PROFILE_ARN: Shape = matching(
    0,
    200,
    r"^arn:aws(-[a-z]+)*:signer:[a-z0-9-]+:[0-9]{12}:\/signing-profiles\/[a-zA-Z0-9_]{2,}$",
);
pub(super) const SIGNING_REPOSITORY_FILTER: Shape = structure(&[
    must("filter", &SIGNING_REPOSITORY_FILTER_VALUE),
    must("filterType", &SIGNING_REPOSITORY_FILTER_TYPE),
]);
pub(super) const SIGNING_REPOSITORY_FILTER_LIST: Shape = list(1, 100, &SIGNING_REPOSITORY_FILTER);
pub(super) const SIGNING_REPOSITORY_FILTER_TYPE: Shape = one_of(&["WILDCARD_MATCH"]);
pub(super) const SIGNING_REPOSITORY_FILTER_VALUE: Shape = matching(
    1,
    256,
    "^(?:[a-z0-9*]+(?:[._-][a-z0-9*]+)*/)*[a-z0-9*]+(?:[._-][a-z0-9*]+)*$",
);
pub(super) const SIGNING_RULE: Shape = structure(&[
    must("signingProfileArn", &SIGNING_PROFILE_ARN),
    may("repositoryFilters", &SIGNING_REPOSITORY_FILTER_LIST),
]);
pub(super) const SIGNING_RULE_LIST: Shape = list(0, 10, &SIGNING_RULE);
pub(super) const SUBJECT_IDENTIFIER: Shape = structure(&[must("imageDigest", &TEXT)]);
pub(super) const TAG: Shape = structure(&[must("Key", &TEXT), must("Value", &TEXT)]);
pub(super) const TAG_KEY_LIST: Shape = list(0, usize::MAX, &TEXT);
pub(super) const TAG_LIST: Shape = list(0, usize::MAX, &TAG);
pub(super) const TAG_STATUS: Shape = one_of(&["TAGGED", "UNTAGGED", "ANY"]);
pub(super) const TARGET_STORAGE_CLASS: Shape = one_of(&["STANDARD", "ARCHIVE"]);
pub(super) const UPLOAD_ID: Shape = matching(
    0,
    usize::MAX,
    "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}",
);
pub(super) const UPSTREAM_REGISTRY: Shape = one_of(&[
    "ecr",
    "ecr-public",
    "quay",
    "k8s",
    "docker-hub",
    "github-container-registry",
    "azure-container-registry",
    "gitlab-container-registry",
    "chainguard",
]);

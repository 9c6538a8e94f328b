//! What each operation takes.
//!
//! Source: the Amazon ECR service model (2015-09-21). The tests hold them to
//! the copy of it that botocore carries.

use super::shape::{Shape, may, must, structure};
use super::shapes::{
    ACCOUNT_SETTING_NAME, BATCHED_OPERATION_LAYER_DIGEST_LIST, BOOLEAN, CREDENTIAL_ARN,
    CUSTOM_ROLE_ARN, DESCRIBE_IMAGES_FILTER, ENCRYPTION_CONFIGURATION,
    ENCRYPTION_CONFIGURATION_FOR_REPOSITORY_CREATION_TEMPLATE, FIFTY_MAX_RESULTS,
    GET_AUTHORIZATION_TOKEN_REGISTRY_ID_LIST, IMAGE_IDENTIFIER, IMAGE_IDENTIFIER_LIST,
    IMAGE_MANIFEST, IMAGE_SCANNING_CONFIGURATION, IMAGE_TAG, IMAGE_TAG_MUTABILITY,
    IMAGE_TAG_MUTABILITY_EXCLUSION_FILTERS, LAYER_DIGEST, LAYER_DIGEST_LIST, LAYER_PART_BLOB,
    LIFECYCLE_POLICY_PREVIEW_FILTER, LIFECYCLE_POLICY_TEXT,
    LIFECYCLE_POLICY_TEXT_FOR_REPOSITORY_CREATION_TEMPLATE, LIFECYCLE_PREVIEW_MAX_RESULTS,
    LIST_IMAGE_REFERRERS_FILTER, LIST_IMAGES_FILTER, MAX_RESULTS, MEDIA_TYPE_LIST, PART_SIZE,
    PREFIX, PREFIX_LIST, PRINCIPAL_ARN, PULL_THROUGH_CACHE_RULE_REPOSITORY_PREFIX,
    PULL_THROUGH_CACHE_RULE_REPOSITORY_PREFIX_LIST, RCT_APPLIED_FOR_LIST, REGISTRY_ID,
    REGISTRY_POLICY_TEXT, REGISTRY_SCANNING_RULE_LIST, REPLICATION_BACKFILL_ID,
    REPLICATION_BACKFILL_RESULT_STATUS, REPLICATION_CONFIGURATION, REPLICATION_DESTINATION,
    REPOSITORY_NAME, REPOSITORY_NAME_LIST, REPOSITORY_POLICY_TEXT, REPOSITORY_TEMPLATE_DESCRIPTION,
    SCAN_TYPE, SCANNING_CONFIGURATION_REPOSITORY_NAME_LIST, SIGNING_CONFIGURATION,
    SUBJECT_IDENTIFIER, TAG_KEY_LIST, TAG_LIST, TARGET_STORAGE_CLASS, TEXT, UPLOAD_ID,
    UPSTREAM_REGISTRY,
};

/// Every operation of the service model by its name, with its input.
pub(super) const INPUTS: &[(&str, Shape)] = &[
    (
        "BatchCheckLayerAvailability",
        structure(&[
            may("registryId", &REGISTRY_ID),
            must("repositoryName", &REPOSITORY_NAME),
            must("layerDigests", &BATCHED_OPERATION_LAYER_DIGEST_LIST),
        ]),
    ),
    (
        "BatchDeleteImage",
        structure(&[
            may("registryId", &REGISTRY_ID),
            must("repositoryName", &REPOSITORY_NAME),
            must("imageIds", &IMAGE_IDENTIFIER_LIST),
        ]),
    ),
    (
        "BatchGetImage",
        structure(&[
            may("registryId", &REGISTRY_ID),
            must("repositoryName", &REPOSITORY_NAME),
            must("imageIds", &IMAGE_IDENTIFIER_LIST),
            may("acceptedMediaTypes", &MEDIA_TYPE_LIST),
        ]),
    ),
    (
        "BatchGetRepositoryScanningConfiguration",
        structure(&[must(
            "repositoryNames",
            &SCANNING_CONFIGURATION_REPOSITORY_NAME_LIST,
        )]),
    ),
    (
        "CompleteLayerUpload",
        structure(&[
            may("registryId", &REGISTRY_ID),
            must("repositoryName", &REPOSITORY_NAME),
            must("uploadId", &UPLOAD_ID),
            must("layerDigests", &LAYER_DIGEST_LIST),
        ]),
    ),
    (
        "CreatePullThroughCacheRule",
        structure(&[
            must(
                "ecrRepositoryPrefix",
                &PULL_THROUGH_CACHE_RULE_REPOSITORY_PREFIX,
            ),
            must("upstreamRegistryUrl", &TEXT),
            may("registryId", &REGISTRY_ID),
            may("upstreamRegistry", &UPSTREAM_REGISTRY),
            may("credentialArn", &CREDENTIAL_ARN),
            may("customRoleArn", &CUSTOM_ROLE_ARN),
            may(
                "upstreamRepositoryPrefix",
                &PULL_THROUGH_CACHE_RULE_REPOSITORY_PREFIX,
            ),
        ]),
    ),
    (
        "CreateRepository",
        structure(&[
            may("registryId", &REGISTRY_ID),
            must("repositoryName", &REPOSITORY_NAME),
            may("tags", &TAG_LIST),
            may("imageTagMutability", &IMAGE_TAG_MUTABILITY),
            may(
                "imageTagMutabilityExclusionFilters",
                &IMAGE_TAG_MUTABILITY_EXCLUSION_FILTERS,
            ),
            may("imageScanningConfiguration", &IMAGE_SCANNING_CONFIGURATION),
            may("encryptionConfiguration", &ENCRYPTION_CONFIGURATION),
        ]),
    ),
    (
        "CreateRepositoryCreationTemplate",
        structure(&[
            must("prefix", &PREFIX),
            may("description", &REPOSITORY_TEMPLATE_DESCRIPTION),
            may(
                "encryptionConfiguration",
                &ENCRYPTION_CONFIGURATION_FOR_REPOSITORY_CREATION_TEMPLATE,
            ),
            may("resourceTags", &TAG_LIST),
            may("imageTagMutability", &IMAGE_TAG_MUTABILITY),
            may(
                "imageTagMutabilityExclusionFilters",
                &IMAGE_TAG_MUTABILITY_EXCLUSION_FILTERS,
            ),
            may("repositoryPolicy", &REPOSITORY_POLICY_TEXT),
            may(
                "lifecyclePolicy",
                &LIFECYCLE_POLICY_TEXT_FOR_REPOSITORY_CREATION_TEMPLATE,
            ),
            must("appliedFor", &RCT_APPLIED_FOR_LIST),
            may("customRoleArn", &CUSTOM_ROLE_ARN),
        ]),
    ),
    (
        "DeleteLifecyclePolicy",
        structure(&[
            may("registryId", &REGISTRY_ID),
            must("repositoryName", &REPOSITORY_NAME),
        ]),
    ),
    (
        "DeletePullThroughCacheRule",
        structure(&[
            must(
                "ecrRepositoryPrefix",
                &PULL_THROUGH_CACHE_RULE_REPOSITORY_PREFIX,
            ),
            may("registryId", &REGISTRY_ID),
        ]),
    ),
    ("DeleteRegistryPolicy", structure(&[])),
    (
        "DeleteRepository",
        structure(&[
            may("registryId", &REGISTRY_ID),
            must("repositoryName", &REPOSITORY_NAME),
            may("force", &BOOLEAN),
        ]),
    ),
    (
        "DeleteRepositoryCreationTemplate",
        structure(&[must("prefix", &PREFIX)]),
    ),
    (
        "DeleteRepositoryPolicy",
        structure(&[
            may("registryId", &REGISTRY_ID),
            must("repositoryName", &REPOSITORY_NAME),
        ]),
    ),
    ("DeleteSigningConfiguration", structure(&[])),
    (
        "DeregisterPullTimeUpdateExclusion",
        structure(&[must("principalArn", &PRINCIPAL_ARN)]),
    ),
    (
        "DescribeImageReplicationStatus",
        structure(&[
            must("repositoryName", &REPOSITORY_NAME),
            must("imageId", &IMAGE_IDENTIFIER),
            may("registryId", &REGISTRY_ID),
        ]),
    ),
    (
        "DescribeImageScanFindings",
        structure(&[
            may("registryId", &REGISTRY_ID),
            must("repositoryName", &REPOSITORY_NAME),
            must("imageId", &IMAGE_IDENTIFIER),
            may("nextToken", &TEXT),
            may("maxResults", &MAX_RESULTS),
        ]),
    ),
    (
        "DescribeImageSigningStatus",
        structure(&[
            must("repositoryName", &REPOSITORY_NAME),
            must("imageId", &IMAGE_IDENTIFIER),
            may("registryId", &REGISTRY_ID),
        ]),
    ),
    (
        "DescribeImages",
        structure(&[
            may("registryId", &REGISTRY_ID),
            must("repositoryName", &REPOSITORY_NAME),
            may("imageIds", &IMAGE_IDENTIFIER_LIST),
            may("nextToken", &TEXT),
            may("maxResults", &MAX_RESULTS),
            may("filter", &DESCRIBE_IMAGES_FILTER),
        ]),
    ),
    (
        "DescribePullThroughCacheRules",
        structure(&[
            may("registryId", &REGISTRY_ID),
            may(
                "ecrRepositoryPrefixes",
                &PULL_THROUGH_CACHE_RULE_REPOSITORY_PREFIX_LIST,
            ),
            may("nextToken", &TEXT),
            may("maxResults", &MAX_RESULTS),
        ]),
    ),
    ("DescribeRegistry", structure(&[])),
    (
        "DescribeReplicationBackfillResults",
        structure(&[
            may("registryId", &REGISTRY_ID),
            must("replicationBackfillId", &REPLICATION_BACKFILL_ID),
            may("resultStatusFilter", &REPLICATION_BACKFILL_RESULT_STATUS),
            may("maxResults", &MAX_RESULTS),
            may("nextToken", &TEXT),
        ]),
    ),
    (
        "DescribeRepositories",
        structure(&[
            may("registryId", &REGISTRY_ID),
            may("repositoryNames", &REPOSITORY_NAME_LIST),
            may("nextToken", &TEXT),
            may("maxResults", &MAX_RESULTS),
        ]),
    ),
    (
        "DescribeRepositoryCreationTemplates",
        structure(&[
            may("prefixes", &PREFIX_LIST),
            may("nextToken", &TEXT),
            may("maxResults", &MAX_RESULTS),
        ]),
    ),
    (
        "GetAccountSetting",
        structure(&[must("name", &ACCOUNT_SETTING_NAME)]),
    ),
    (
        "GetAuthorizationToken",
        structure(&[may(
            "registryIds",
            &GET_AUTHORIZATION_TOKEN_REGISTRY_ID_LIST,
        )]),
    ),
    (
        "GetDownloadUrlForLayer",
        structure(&[
            may("registryId", &REGISTRY_ID),
            must("repositoryName", &REPOSITORY_NAME),
            must("layerDigest", &LAYER_DIGEST),
        ]),
    ),
    (
        "GetLifecyclePolicy",
        structure(&[
            may("registryId", &REGISTRY_ID),
            must("repositoryName", &REPOSITORY_NAME),
        ]),
    ),
    (
        "GetLifecyclePolicyPreview",
        structure(&[
            may("registryId", &REGISTRY_ID),
            must("repositoryName", &REPOSITORY_NAME),
            may("imageIds", &IMAGE_IDENTIFIER_LIST),
            may("nextToken", &TEXT),
            may("maxResults", &LIFECYCLE_PREVIEW_MAX_RESULTS),
            may("filter", &LIFECYCLE_POLICY_PREVIEW_FILTER),
        ]),
    ),
    ("GetRegistryPolicy", structure(&[])),
    ("GetRegistryScanningConfiguration", structure(&[])),
    (
        "GetRepositoryPolicy",
        structure(&[
            may("registryId", &REGISTRY_ID),
            must("repositoryName", &REPOSITORY_NAME),
        ]),
    ),
    ("GetSigningConfiguration", structure(&[])),
    (
        "InitiateLayerUpload",
        structure(&[
            may("registryId", &REGISTRY_ID),
            must("repositoryName", &REPOSITORY_NAME),
        ]),
    ),
    (
        "ListImageReferrers",
        structure(&[
            may("registryId", &REGISTRY_ID),
            must("repositoryName", &REPOSITORY_NAME),
            must("subjectId", &SUBJECT_IDENTIFIER),
            may("filter", &LIST_IMAGE_REFERRERS_FILTER),
            may("nextToken", &TEXT),
            may("maxResults", &FIFTY_MAX_RESULTS),
        ]),
    ),
    (
        "ListImages",
        structure(&[
            may("registryId", &REGISTRY_ID),
            must("repositoryName", &REPOSITORY_NAME),
            may("nextToken", &TEXT),
            may("maxResults", &MAX_RESULTS),
            may("filter", &LIST_IMAGES_FILTER),
        ]),
    ),
    (
        "ListPullTimeUpdateExclusions",
        structure(&[may("maxResults", &MAX_RESULTS), may("nextToken", &TEXT)]),
    ),
    (
        "ListReplicationBackfills",
        structure(&[
            may("registryId", &REGISTRY_ID),
            may("maxResults", &FIFTY_MAX_RESULTS),
            may("nextToken", &TEXT),
        ]),
    ),
    (
        "ListTagsForResource",
        structure(&[must("resourceArn", &TEXT)]),
    ),
    (
        "PutAccountSetting",
        structure(&[must("name", &ACCOUNT_SETTING_NAME), must("value", &TEXT)]),
    ),
    (
        "PutImage",
        structure(&[
            may("registryId", &REGISTRY_ID),
            must("repositoryName", &REPOSITORY_NAME),
            must("imageManifest", &IMAGE_MANIFEST),
            may("imageManifestMediaType", &TEXT),
            may("imageTag", &IMAGE_TAG),
            may("imageDigest", &TEXT),
        ]),
    ),
    (
        "PutImageScanningConfiguration",
        structure(&[
            may("registryId", &REGISTRY_ID),
            must("repositoryName", &REPOSITORY_NAME),
            must("imageScanningConfiguration", &IMAGE_SCANNING_CONFIGURATION),
        ]),
    ),
    (
        "PutImageTagMutability",
        structure(&[
            may("registryId", &REGISTRY_ID),
            must("repositoryName", &REPOSITORY_NAME),
            must("imageTagMutability", &IMAGE_TAG_MUTABILITY),
            may(
                "imageTagMutabilityExclusionFilters",
                &IMAGE_TAG_MUTABILITY_EXCLUSION_FILTERS,
            ),
        ]),
    ),
    (
        "PutLifecyclePolicy",
        structure(&[
            may("registryId", &REGISTRY_ID),
            must("repositoryName", &REPOSITORY_NAME),
            must("lifecyclePolicyText", &LIFECYCLE_POLICY_TEXT),
        ]),
    ),
    (
        "PutRegistryPolicy",
        structure(&[must("policyText", &REGISTRY_POLICY_TEXT)]),
    ),
    (
        "PutRegistryScanningConfiguration",
        structure(&[
            may("scanType", &SCAN_TYPE),
            may("rules", &REGISTRY_SCANNING_RULE_LIST),
        ]),
    ),
    (
        "PutReplicationConfiguration",
        structure(&[must("replicationConfiguration", &REPLICATION_CONFIGURATION)]),
    ),
    (
        "PutSigningConfiguration",
        structure(&[must("signingConfiguration", &SIGNING_CONFIGURATION)]),
    ),
    (
        "RegisterPullTimeUpdateExclusion",
        structure(&[must("principalArn", &PRINCIPAL_ARN)]),
    ),
    (
        "SetRepositoryPolicy",
        structure(&[
            may("registryId", &REGISTRY_ID),
            must("repositoryName", &REPOSITORY_NAME),
            must("policyText", &REPOSITORY_POLICY_TEXT),
            may("force", &BOOLEAN),
        ]),
    ),
    (
        "StartImageScan",
        structure(&[
            may("registryId", &REGISTRY_ID),
            must("repositoryName", &REPOSITORY_NAME),
            must("imageId", &IMAGE_IDENTIFIER),
        ]),
    ),
    (
        "StartLifecyclePolicyPreview",
        structure(&[
            may("registryId", &REGISTRY_ID),
            must("repositoryName", &REPOSITORY_NAME),
            may("lifecyclePolicyText", &LIFECYCLE_POLICY_TEXT),
        ]),
    ),
    (
        "StartReplicationBackfill",
        structure(&[
            may("registryId", &REGISTRY_ID),
            must("destination", &REPLICATION_DESTINATION),
        ]),
    ),
    (
        "StopReplicationBackfill",
        structure(&[
            may("registryId", &REGISTRY_ID),
            must("replicationBackfillId", &REPLICATION_BACKFILL_ID),
        ]),
    ),
    (
        "TagResource",
        structure(&[must("resourceArn", &TEXT), must("tags", &TAG_LIST)]),
    ),
    (
        "UntagResource",
        structure(&[must("resourceArn", &TEXT), must("tagKeys", &TAG_KEY_LIST)]),
    ),
    (
        "UpdateImageStorageClass",
        structure(&[
            may("registryId", &REGISTRY_ID),
            must("repositoryName", &REPOSITORY_NAME),
            must("imageId", &IMAGE_IDENTIFIER),
            must("targetStorageClass", &TARGET_STORAGE_CLASS),
        ]),
    ),
    (
        "UpdatePullThroughCacheRule",
        structure(&[
            may("registryId", &REGISTRY_ID),
            must(
                "ecrRepositoryPrefix",
                &PULL_THROUGH_CACHE_RULE_REPOSITORY_PREFIX,
            ),
            may("credentialArn", &CREDENTIAL_ARN),
            may("customRoleArn", &CUSTOM_ROLE_ARN),
        ]),
    ),
    (
        "UpdateRepositoryCreationTemplate",
        structure(&[
            must("prefix", &PREFIX),
            may("description", &REPOSITORY_TEMPLATE_DESCRIPTION),
            may(
                "encryptionConfiguration",
                &ENCRYPTION_CONFIGURATION_FOR_REPOSITORY_CREATION_TEMPLATE,
            ),
            may("resourceTags", &TAG_LIST),
            may("imageTagMutability", &IMAGE_TAG_MUTABILITY),
            may(
                "imageTagMutabilityExclusionFilters",
                &IMAGE_TAG_MUTABILITY_EXCLUSION_FILTERS,
            ),
            may("repositoryPolicy", &REPOSITORY_POLICY_TEXT),
            may(
                "lifecyclePolicy",
                &LIFECYCLE_POLICY_TEXT_FOR_REPOSITORY_CREATION_TEMPLATE,
            ),
            may("appliedFor", &RCT_APPLIED_FOR_LIST),
            may("customRoleArn", &CUSTOM_ROLE_ARN),
        ]),
    ),
    (
        "UploadLayerPart",
        structure(&[
            may("registryId", &REGISTRY_ID),
            must("repositoryName", &REPOSITORY_NAME),
            must("uploadId", &UPLOAD_ID),
            must("partFirstByte", &PART_SIZE),
            must("partLastByte", &PART_SIZE),
            must("layerPartBlob", &LAYER_PART_BLOB),
        ]),
    ),
    (
        "ValidatePullThroughCacheRule",
        structure(&[
            must(
                "ecrRepositoryPrefix",
                &PULL_THROUGH_CACHE_RULE_REPOSITORY_PREFIX,
            ),
            may("registryId", &REGISTRY_ID),
        ]),
    ),
];

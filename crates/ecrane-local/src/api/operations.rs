//! Which operations are there.

use super::call::Call;
use super::error::ApiError;
use super::{
    account, archive, authorization, batch, images, layers, lifecycle, policies, preview,
    pull_through, put_image, referrers, registry, replication, repositories, scanning, scans,
    settings, tags, templates,
};
use crate::request_log::Access::{self, Read, Write};
use serde_json::Value;

/// What carries out an operation.
pub(super) type Handler = fn(&Call<'_>) -> Result<Value, ApiError>;

/// An operation that is there, whether it may change something, and its code.
const OPERATIONS: &[(&str, Access, Handler)] = &[
    ("BatchCheckLayerAvailability", Read, layers::check),
    ("BatchDeleteImage", Write, batch::delete),
    ("BatchGetImage", Read, batch::get),
    (
        "BatchGetRepositoryScanningConfiguration",
        Read,
        scanning::of_repositories,
    ),
    ("CompleteLayerUpload", Write, layers::complete),
    ("CreatePullThroughCacheRule", Write, pull_through::create),
    ("CreateRepository", Write, repositories::create),
    ("CreateRepositoryCreationTemplate", Write, templates::create),
    ("DeleteLifecyclePolicy", Write, lifecycle::delete),
    ("DeletePullThroughCacheRule", Write, pull_through::delete),
    ("DeleteRegistryPolicy", Write, policies::delete_of_registry),
    ("DeleteRepository", Write, repositories::delete),
    ("DeleteRepositoryCreationTemplate", Write, templates::delete),
    ("DeleteRepositoryPolicy", Write, policies::delete),
    (
        "DeleteSigningConfiguration",
        Write,
        registry::delete_signing,
    ),
    (
        "DeregisterPullTimeUpdateExclusion",
        Write,
        registry::deregister_exclusion,
    ),
    ("DescribeImageReplicationStatus", Read, replication::status),
    ("DescribeImageScanFindings", Read, scans::findings),
    ("DescribeImageSigningStatus", Read, registry::signing_status),
    ("DescribeImages", Read, images::describe),
    (
        "DescribePullThroughCacheRules",
        Read,
        pull_through::describe,
    ),
    ("DescribeRegistry", Read, replication::describe_registry),
    ("DescribeRepositories", Read, repositories::describe),
    (
        "DescribeRepositoryCreationTemplates",
        Read,
        templates::describe,
    ),
    ("GetAccountSetting", Read, account::get),
    ("GetAuthorizationToken", Read, authorization::token),
    ("GetDownloadUrlForLayer", Read, layers::download_url),
    ("GetLifecyclePolicy", Read, lifecycle::get),
    ("GetLifecyclePolicyPreview", Read, preview::get),
    ("GetRegistryPolicy", Read, policies::get_of_registry),
    ("GetRegistryScanningConfiguration", Read, scanning::get),
    ("GetRepositoryPolicy", Read, policies::get),
    ("GetSigningConfiguration", Read, registry::get_signing),
    ("InitiateLayerUpload", Write, layers::initiate),
    ("ListImageReferrers", Read, referrers::list),
    ("ListImages", Read, images::list),
    (
        "ListPullTimeUpdateExclusions",
        Read,
        registry::list_exclusions,
    ),
    ("ListTagsForResource", Read, tags::list),
    ("PutAccountSetting", Write, account::put),
    ("PutImage", Write, put_image::put),
    (
        "PutImageScanningConfiguration",
        Write,
        settings::put_scanning,
    ),
    ("PutImageTagMutability", Write, settings::put_mutability),
    ("PutLifecyclePolicy", Write, lifecycle::put),
    ("PutRegistryPolicy", Write, policies::put_of_registry),
    ("PutRegistryScanningConfiguration", Write, scanning::put),
    ("PutReplicationConfiguration", Write, replication::put),
    ("PutSigningConfiguration", Write, registry::put_signing),
    (
        "RegisterPullTimeUpdateExclusion",
        Write,
        registry::register_exclusion,
    ),
    ("SetRepositoryPolicy", Write, policies::set),
    ("StartImageScan", Write, scans::start),
    ("StartLifecyclePolicyPreview", Read, preview::start),
    ("TagResource", Write, tags::put),
    ("UntagResource", Write, tags::remove),
    ("UpdateImageStorageClass", Write, archive::update),
    ("UpdatePullThroughCacheRule", Write, pull_through::update),
    ("UpdateRepositoryCreationTemplate", Write, templates::update),
    ("UploadLayerPart", Write, layers::upload_part),
    ("ValidatePullThroughCacheRule", Read, pull_through::validate),
];

/// The operation of that name, if it is there.
pub(super) fn find(name: &str) -> Option<(Access, Handler)> {
    let mut operations = OPERATIONS.iter();
    let (_, access, handler) = operations.find(|(operation, _, _)| *operation == name)?;
    Some((*access, *handler))
}

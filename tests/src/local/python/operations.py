"""Every operation of the service model by boto3: what it answers, its
paginators, its waiters and its error classes."""

import base64
import hashlib
import json
import urllib.error
import urllib.request

import boto3
from botocore.exceptions import ClientError, WaiterError

client = boto3.client("ecr")
errors = client.exceptions
called = set()
client.meta.events.register("before-call.ecr.*", lambda model, **_: called.add(model.name))

# What the local ECR does not have, and says so.
GAPS = {
    "DescribeReplicationBackfillResults",
    "ListReplicationBackfills",
    "StartReplicationBackfill",
    "StopReplicationBackfill",
}
ACCOUNT = "000000000000"
OCI_IMAGE = "application/vnd.oci.image.manifest.v1+json"
PULL = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage"}],
    }
)
REPLICATE = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": "ecr:ReplicateImage", "Resource": "*"}
        ],
    }
)


def keep(images):
    rule = {
        "rulePriority": 1,
        "description": "keep the newest",
        "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": images},
        "action": {"type": "expire"},
    }
    return json.dumps({"rules": [rule]})


def refused(error, operation, **parameters):
    try:
        answer = operation(**parameters)
    except error as refusal:
        return str(refusal)
    raise AssertionError(f"not refused: {answer}")


def digest(content):
    return "sha256:" + hashlib.sha256(content).hexdigest()


def push_layer(repository, content):
    upload = client.initiate_layer_upload(repositoryName=repository)["uploadId"]
    part = client.upload_layer_part(
        repositoryName=repository,
        uploadId=upload,
        partFirstByte=0,
        partLastByte=len(content) - 1,
        layerPartBlob=content,
    )
    assert part["lastByteReceived"] == len(content) - 1
    done = client.complete_layer_upload(
        repositoryName=repository, uploadId=upload, layerDigests=[digest(content)]
    )
    return done["layerDigest"]


def push(repository, content, tag, **more):
    config, layer = b"{}", content.encode()
    for blob in (config, layer):
        try:
            push_layer(repository, blob)
        except errors.LayerAlreadyExistsException:
            pass
    described = lambda kind, blob: {
        "mediaType": f"application/vnd.oci.image.{kind}",
        "digest": digest(blob),
        "size": len(blob),
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": OCI_IMAGE,
        "config": described("config.v1+json", config),
        "layers": [described("layer.v1.tar", layer)],
        **more,
    }
    text = json.dumps(manifest)
    image = client.put_image(repositoryName=repository, imageManifest=text, imageTag=tag)
    return image["image"]["imageId"]["imageDigest"]


def repositories():
    client.create_repository(
        repositoryName="app",
        imageTagMutability="IMMUTABLE_WITH_EXCLUSION",
        imageTagMutabilityExclusionFilters=[{"filterType": "WILDCARD", "filter": "dev-*"}],
        encryptionConfiguration={"encryptionType": "KMS_DSSE"},
        tags=[{"Key": "team", "Value": "a"}],
    )
    refused(errors.RepositoryAlreadyExistsException, client.create_repository, repositoryName="app")
    refused(
        errors.InvalidTagParameterException,
        client.create_repository,
        repositoryName="other",
        tags=[{"Key": "aws:x", "Value": ""}],
    )
    for number in range(4):
        client.create_repository(repositoryName=f"many/{number}")
    pages = client.get_paginator("describe_repositories").paginate(PaginationConfig={"PageSize": 2})
    pages = list(pages)
    assert len(pages) == 3, pages
    arn = pages[0]["repositories"][0]["repositoryArn"]
    client.tag_resource(resourceArn=arn, tags=[{"Key": "env", "Value": "test"}])
    client.untag_resource(resourceArn=arn, tagKeys=["team"])
    assert client.list_tags_for_resource(resourceArn=arn)["tags"] == [{"Key": "env", "Value": "test"}]
    refused(
        errors.TooManyTagsException,
        client.tag_resource,
        resourceArn=arn,
        tags=[{"Key": f"k{n}", "Value": ""} for n in range(51)],
    )
    client.put_image_tag_mutability(repositoryName="app", imageTagMutability="MUTABLE")
    client.put_image_scanning_configuration(
        repositoryName="app", imageScanningConfiguration={"scanOnPush": False}
    )
    refused(errors.RepositoryNotFoundException, client.delete_repository, repositoryName="nope")
    client.delete_repository(repositoryName="many/3")


def policies():
    refused(errors.RepositoryPolicyNotFoundException, client.get_repository_policy, repositoryName="app")
    refused(
        errors.InvalidParameterException,
        client.set_repository_policy,
        repositoryName="app",
        policyText="{}",
    )
    client.set_repository_policy(repositoryName="app", policyText=PULL)
    assert client.get_repository_policy(repositoryName="app")["policyText"] == PULL
    client.delete_repository_policy(repositoryName="app")
    refused(errors.RegistryPolicyNotFoundException, client.get_registry_policy)
    client.put_registry_policy(policyText=REPLICATE)
    assert client.get_registry_policy()["policyText"] == REPLICATE
    client.delete_registry_policy()


def registry():
    client.put_account_setting(name="BLOB_MOUNTING", value="ENABLED")
    assert client.get_account_setting(name="BLOB_MOUNTING")["value"] == "ENABLED"
    refused(errors.ValidationException, client.get_account_setting, name="NOPE")
    wildcard = {"filter": "app*", "filterType": "WILDCARD"}
    rules = [{"scanFrequency": "SCAN_ON_PUSH", "repositoryFilters": [wildcard]}]
    client.put_registry_scanning_configuration(scanType="BASIC", rules=rules)
    assert client.get_registry_scanning_configuration()["scanningConfiguration"]["rules"] == rules
    scanning = client.batch_get_repository_scanning_configuration(repositoryNames=["app", "nope"])
    assert scanning["scanningConfigurations"][0]["scanFrequency"] == "SCAN_ON_PUSH"
    assert scanning["failures"][0]["failureCode"] == "REPOSITORY_NOT_FOUND"
    client.put_registry_scanning_configuration(scanType="BASIC", rules=[])
    role = f"arn:aws:iam::{ACCOUNT}:role/scanner"
    client.register_pull_time_update_exclusion(principalArn=role)
    refused(
        errors.ExclusionAlreadyExistsException,
        client.register_pull_time_update_exclusion,
        principalArn=role,
    )
    assert client.list_pull_time_update_exclusions()["pullTimeUpdateExclusions"] == [role]
    client.deregister_pull_time_update_exclusion(principalArn=role)
    profile = f"arn:aws:signer:us-east-1:{ACCOUNT}:/signing-profiles/mine"
    client.put_signing_configuration(signingConfiguration={"rules": [{"signingProfileArn": profile}]})
    assert client.get_signing_configuration()["signingConfiguration"]["rules"]
    client.delete_signing_configuration()
    refused(errors.SigningConfigurationNotFoundException, client.get_signing_configuration)


def images():
    first = push("app", "first", "v1")
    second = push("app", "second", "v2")
    refused(
        errors.ImageAlreadyExistsException,
        client.put_image,
        repositoryName="app",
        imageManifest=client.batch_get_image(repositoryName="app", imageIds=[{"imageTag": "v1"}])[
            "images"
        ][0]["imageManifest"],
        imageTag="v1",
    )
    refused(
        errors.ImageDigestDoesNotMatchException,
        client.put_image,
        repositoryName="app",
        imageManifest='{"schemaVersion":2,"mediaType":"%s","config":{"mediaType":"a/b","digest":"%s","size":2},"layers":[]}'
        % (OCI_IMAGE, digest(b"{}")),
        imageDigest=first,
    )
    children = [{"mediaType": OCI_IMAGE, "digest": one, "size": 1} for one in (first, second)]
    index = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": children,
    }
    client.put_image(repositoryName="app", imageManifest=json.dumps(index), imageTag="multi")
    signature = push(
        "app",
        "signature",
        "sig",
        artifactType="application/vnd.example.signature",
        subject={"mediaType": OCI_IMAGE, "digest": first, "size": 1},
    )
    referrers = client.list_image_referrers(repositoryName="app", subjectId={"imageDigest": first})
    assert [one["digest"] for one in referrers["referrers"]] == [signature]

    pages = client.get_paginator("list_images").paginate(
        repositoryName="app", PaginationConfig={"PageSize": 3}
    )
    assert sum(len(page["imageIds"]) for page in pages) == 4
    pages = client.get_paginator("describe_images").paginate(
        repositoryName="app", filter={"tagStatus": "TAGGED"}, PaginationConfig={"PageSize": 1}
    )
    details = {tag: image for page in pages for image in page["imageDetails"] for tag in image["imageTags"]}
    assert set(details) == {"v1", "v2", "multi", "sig"}
    assert details["sig"]["subjectManifestDigest"] == first
    refused(
        errors.ImageNotFoundException,
        client.describe_images,
        repositoryName="app",
        imageIds=[{"imageTag": "nope"}],
    )

    available = client.batch_check_layer_availability(
        repositoryName="app", layerDigests=[digest(b"first"), digest(b"nope")]
    )
    assert [one["layerAvailability"] for one in available["layers"]] == ["AVAILABLE", "UNAVAILABLE"]
    url = client.get_download_url_for_layer(repositoryName="app", layerDigest=digest(b"first"))
    assert urllib.request.urlopen(url["downloadUrl"]).read() == b"first"
    refused(
        errors.LayersNotFoundException,
        client.get_download_url_for_layer,
        repositoryName="app",
        layerDigest=digest(b"nope"),
    )
    refused(
        errors.UploadNotFoundException,
        client.complete_layer_upload,
        repositoryName="app",
        uploadId="00000000-0000-0000-0000-000000000000",
        layerDigests=[digest(b"nope")],
    )

    deleted = client.batch_delete_image(
        repositoryName="app", imageIds=[{"imageDigest": first}, {"imageTag": "sig"}]
    )
    assert [one["imageTag"] for one in deleted["imageIds"]] == ["sig"]
    assert deleted["failures"][0]["failureCode"] == "ImageReferencedByManifestList"
    client.update_image_storage_class(
        repositoryName="app", imageId={"imageTag": "multi"}, targetStorageClass="ARCHIVE"
    )
    archived = client.describe_images(repositoryName="app", filter={"imageStatus": "ARCHIVED"})
    assert all("lastArchivedAt" in image for image in archived["imageDetails"])
    assert len(archived["imageDetails"]) == 3
    got = client.batch_get_image(repositoryName="app", imageIds=[{"imageTag": "multi"}])
    assert got["failures"][0]["failureCode"] == "ImageInaccessible"
    client.update_image_storage_class(
        repositoryName="app", imageId={"imageTag": "multi"}, targetStorageClass="STANDARD"
    )
    refused(
        errors.ImageStorageClassUpdateNotSupportedException,
        client.update_image_storage_class,
        repositoryName="app",
        imageId={"imageTag": "v1"},
        targetStorageClass="ARCHIVE",
    )
    refused(errors.RepositoryNotEmptyException, client.delete_repository, repositoryName="app")


def scans():
    v1 = {"repositoryName": "app", "imageId": {"imageTag": "v1"}}
    refused(errors.ScanNotFoundException, client.describe_image_scan_findings, **v1)
    client.start_image_scan(**v1)
    waiter = client.get_waiter("image_scan_complete")
    assert "terminal failure" in refused(WaiterError, waiter.wait, **v1)
    list(client.get_paginator("describe_image_scan_findings").paginate(**v1))
    refused(
        errors.UnsupportedImageTypeException,
        client.start_image_scan,
        repositoryName="app",
        imageId={"imageTag": "multi"},
    )
    assert client.describe_image_signing_status(**v1)["signingStatuses"] == []


def lifecycle():
    refused(errors.LifecyclePolicyNotFoundException, client.get_lifecycle_policy, repositoryName="app")
    refused(
        errors.LifecyclePolicyPreviewNotFoundException,
        client.get_lifecycle_policy_preview,
        repositoryName="app",
    )
    client.put_lifecycle_policy(repositoryName="app", lifecyclePolicyText=keep(1))
    assert client.get_lifecycle_policy(repositoryName="app")["lifecyclePolicyText"] == keep(1)
    client.start_lifecycle_policy_preview(repositoryName="app")
    waiter = client.get_waiter("lifecycle_policy_preview_complete")
    waiter.wait(repositoryName="app", WaiterConfig={"Delay": 1})
    paginator = client.get_paginator("get_lifecycle_policy_preview")
    pages = list(paginator.paginate(repositoryName="app", PaginationConfig={"PageSize": 1}))
    results = [result for page in pages for result in page["previewResults"]]
    assert all(result["action"] == {"type": "EXPIRE"} for result in results), results
    assert pages[0]["summary"]["expiringImageTotalCount"] == len(results)
    client.delete_lifecycle_policy(repositoryName="app")


def elsewhere():
    west = boto3.client("ecr", region_name="us-west-2")
    destination = {"region": "us-west-2", "registryId": ACCOUNT}
    rule = {
        "destinations": [destination],
        "repositoryFilters": [{"filter": "team", "filterType": "PREFIX_MATCH"}],
    }
    client.put_replication_configuration(replicationConfiguration={"rules": [rule]})
    assert client.describe_registry()["replicationConfiguration"]["rules"] == [rule]
    template = client.create_repository_creation_template(
        prefix="team",
        appliedFor=["CREATE_ON_PUSH", "REPLICATION"],
        imageTagMutability="IMMUTABLE",
        lifecyclePolicy=keep(9),
        resourceTags=[{"Key": "made", "Value": "by push"}],
    )["repositoryCreationTemplate"]
    assert template["prefix"] == "team"
    refused(
        errors.TemplateAlreadyExistsException,
        client.create_repository_creation_template,
        prefix="team",
        appliedFor=["REPLICATION"],
    )
    push("team/app", "first", "v1")
    made = client.describe_repositories(repositoryNames=["team/app"])["repositories"][0]
    assert made["imageTagMutability"] == "IMMUTABLE"
    refused(errors.ImageTagAlreadyExistsException, push, repository="team/app", content="second", tag="v1")
    copied = west.describe_images(repositoryName="team/app")["imageDetails"]
    assert copied[0]["imageTags"] == ["v1"]
    url = west.get_download_url_for_layer(repositoryName="team/app", layerDigest=digest(b"first"))
    assert urllib.request.urlopen(url["downloadUrl"]).read() == b"first"
    status = client.describe_image_replication_status(
        repositoryName="team/app", imageId={"imageTag": "v1"}
    )
    assert status["replicationStatuses"] == [{**destination, "status": "COMPLETE"}]
    following = {"rules": [{**rule, "deleteReplication": {"enabled": True}}]}
    client.put_replication_configuration(replicationConfiguration=following)
    push("team/app", "first", "gone")
    client.batch_delete_image(repositoryName="team/app", imageIds=[{"imageTag": "gone"}])
    copied = west.describe_images(repositoryName="team/app")["imageDetails"]
    assert copied[0]["imageTags"] == ["v1"], "the removal followed"
    client.update_repository_creation_template(prefix="team", description="changed")
    pages = client.get_paginator("describe_repository_creation_templates").paginate()
    found = [one for page in pages for one in page["repositoryCreationTemplates"]]
    assert [one["description"] for one in found] == ["changed"]
    client.delete_repository_creation_template(prefix="team")
    refused(
        errors.TemplateNotFoundException,
        client.delete_repository_creation_template,
        prefix="team",
    )


def pull_through():
    rule = {"ecrRepositoryPrefix": "quay", "upstreamRegistryUrl": "quay.io"}
    client.create_pull_through_cache_rule(**rule)
    refused(errors.PullThroughCacheRuleAlreadyExistsException, client.create_pull_through_cache_rule, **rule)
    refused(
        errors.UnsupportedUpstreamRegistryException,
        client.create_pull_through_cache_rule,
        ecrRepositoryPrefix="other",
        upstreamRegistryUrl="registry.example.com",
    )
    client.update_pull_through_cache_rule(ecrRepositoryPrefix="quay", customRoleArn="arn:aws:iam::1:role/x")
    pages = client.get_paginator("describe_pull_through_cache_rules").paginate()
    assert [one["upstreamRegistry"] for page in pages for one in page["pullThroughCacheRules"]] == ["quay"]
    assert client.validate_pull_through_cache_rule(ecrRepositoryPrefix="quay")["isValid"] is False
    client.delete_pull_through_cache_rule(ecrRepositoryPrefix="quay")
    refused(
        errors.PullThroughCacheRuleNotFoundException,
        client.delete_pull_through_cache_rule,
        ecrRepositoryPrefix="quay",
    )


def sign_in():
    data = client.get_authorization_token(registryIds=["111111111111", "222222222222"])
    tokens = [one["authorizationToken"] for one in data["authorizationData"]]
    assert len(set(tokens)) == 2
    assert base64.b64decode(tokens[0]).startswith(b"AWS:")
    sts = boto3.client("sts")
    assert sts.get_caller_identity()["Account"] == ACCOUNT
    role = sts.assume_role(RoleArn="arn:aws:iam::333333333333:role/ci", RoleSessionName="run")
    keys = role["Credentials"]
    other = boto3.client(
        "ecr",
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
    created = other.create_repository(repositoryName="app")["repository"]
    assert created["registryId"] == "333333333333"
    there = client.describe_repositories(registryId="333333333333")["repositories"]
    assert [one["repositoryName"] for one in there] == ["app"]


def gaps():
    for operation in sorted(GAPS):
        shape = client.meta.service_model.operation_model(operation).input_shape
        samples = {
            "replicationBackfillId": "00000000-0000-0000-0000-000000000000",
            "destination": {"region": "us-west-2", "registryId": ACCOUNT},
        }
        parameters = {name: samples[name] for name in shape.required_members}
        try:
            client._make_api_call(operation, parameters)
            raise AssertionError(f"{operation} is there")
        except ClientError as error:
            assert error.response["Error"]["Code"] == "UnknownOperationException", error
            assert operation in str(error), error


for area in (repositories, policies, registry, images, scans, lifecycle, elsewhere, pull_through, sign_in, gaps):
    area()
every = set(client.meta.service_model.operation_names)
assert called == every, every - called
print(f"operations: {len(every) - len(GAPS)} of {len(every)}, unknown: {', '.join(sorted(GAPS))}")

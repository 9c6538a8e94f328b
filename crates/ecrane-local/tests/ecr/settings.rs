//! Policies and the settings of whole registries, by the AWS API.

use crate::server::Server;
use serde_json::{Value, json};

const PULL: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"ecr:BatchGetImage"}]}"#;
const REPLICATE: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":["ecr:ReplicateImage"],"Resource":"*"}]}"#;

async fn ask(server: &Server, operation: &str, parameters: Value) -> String {
    let answer = server.api(operation, parameters).await;
    match answer.status {
        200 => answer.body.to_string(),
        _ => answer.refusal(),
    }
}

#[tokio::test]
async fn a_repository_policy_is_kept_as_it_was_put() {
    let server = Server::start().await;
    server.create("app").await;
    let app = json!({ "repositoryName": "app" });
    let set = async |text: &str| {
        let parameters = json!({ "repositoryName": "app", "policyText": text });
        ask(&server, "SetRepositoryPolicy", parameters).await
    };
    insta::assert_snapshot!(
        ask(&server, "GetRepositoryPolicy", app.clone()).await,
        @"400 RepositoryPolicyNotFoundException: Repository policy does not exist for the repository with name 'app' in the registry with id '123456789012'"
    );
    for faulty in ["", "{}", "[]", REPLICATE] {
        assert_eq!(
            set(faulty).await,
            "400 InvalidParameterException: Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'",
            "{faulty}"
        );
    }
    // Nobody could put another one then: that must be forced.
    let lock_out = PULL
        .replace("Allow", "Deny")
        .replace("ecr:BatchGetImage", "ecr:*");
    assert!(set(&lock_out).await.contains("Invalid repository policy"));
    let forced = json!({ "repositoryName": "app", "policyText": lock_out, "force": true });
    let forced = ask(&server, "SetRepositoryPolicy", forced).await;
    assert!(forced.contains("Deny"), "{forced}");
    let put = set(PULL).await;
    assert!(put.contains("BatchGetImage"), "{put}");
    assert_eq!(ask(&server, "GetRepositoryPolicy", app.clone()).await, put);
    assert_eq!(
        ask(&server, "DeleteRepositoryPolicy", app.clone()).await,
        put
    );
    let gone = ask(&server, "DeleteRepositoryPolicy", app).await;
    assert!(gone.contains("RepositoryPolicyNotFoundException"), "{gone}");
}

#[tokio::test]
async fn a_registry_has_a_policy_of_its_own() {
    let server = Server::start().await;
    let put = json!({ "policyText": REPLICATE });
    let put = ask(&server, "PutRegistryPolicy", put).await;
    assert_eq!(ask(&server, "GetRegistryPolicy", json!({})).await, put);
    let elsewhere = server.api_in("us-west-2", "GetRegistryPolicy", json!({}));
    insta::assert_snapshot!(
        elsewhere.await.refusal(),
        @"400 RegistryPolicyNotFoundException: Registry policy does not exist in the registry with id '123456789012'"
    );
    insta::assert_snapshot!(
        ask(&server, "PutRegistryPolicy", json!({ "policyText": PULL })).await,
        @"400 InvalidParameterException: Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid registry policy provided'"
    );
    assert_eq!(ask(&server, "DeleteRegistryPolicy", json!({})).await, put);
}

#[tokio::test]
async fn account_settings_have_a_default_and_a_few_values() {
    let server = Server::start().await;
    let get = async |name: &str| ask(&server, "GetAccountSetting", json!({ "name": name })).await;
    let put = async |name: &str, value: &str| {
        let parameters = json!({ "name": name, "value": value });
        ask(&server, "PutAccountSetting", parameters).await
    };
    let answers = [
        get("BASIC_SCAN_TYPE_VERSION").await,
        get("REGISTRY_POLICY_SCOPE").await,
        get("BLOB_MOUNTING").await,
        put("BLOB_MOUNTING", "ENABLED").await,
        get("BLOB_MOUNTING").await,
        put("BLOB_MOUNTING", "on").await,
        get("NOPE").await,
    ];
    insta::assert_snapshot!(answers.join("\n"), @r#"
    {"name":"BASIC_SCAN_TYPE_VERSION","value":"AWS_NATIVE"}
    {"name":"REGISTRY_POLICY_SCOPE","value":"V2"}
    {"name":"BLOB_MOUNTING","value":"DISABLED"}
    {"name":"BLOB_MOUNTING","value":"ENABLED"}
    {"name":"BLOB_MOUNTING","value":"ENABLED"}
    400 ValidationException: The value 'on' is not valid for the account setting 'BLOB_MOUNTING'; it takes [DISABLED, ENABLED]
    400 ValidationException: The account setting name 'NOPE' is not valid
    "#);
}

#[tokio::test]
async fn scanning_is_set_for_repositories_by_their_names() {
    let server = Server::start().await;
    server.create("prod/app").await;
    server.create("dev/app").await;
    let rule = |frequency: &str, filter: &str| {
        json!({
            "scanFrequency": frequency,
            "repositoryFilters": [{ "filter": filter, "filterType": "WILDCARD" }],
        })
    };
    let put = async |scan_type: &str, rules: Value| {
        let parameters = json!({ "scanType": scan_type, "rules": rules });
        ask(&server, "PutRegistryScanningConfiguration", parameters).await
    };
    let names = json!({ "repositoryNames": ["prod/app", "dev/app", "nope"] });
    let answers = [
        ask(&server, "GetRegistryScanningConfiguration", json!({})).await,
        put("BASIC", json!([rule("CONTINUOUS_SCAN", "*")])).await,
        put("ENHANCED", json!([rule("CONTINUOUS_SCAN", "prod/*")])).await,
        ask(&server, "BatchGetRepositoryScanningConfiguration", names).await,
    ];
    insta::assert_snapshot!(answers.join("\n"), @r#"
    {"registryId":"123456789012","scanningConfiguration":{"rules":[],"scanType":"BASIC"}}
    400 InvalidParameterException: Invalid parameter at 'scanFrequency' failed to satisfy constraint: 'must be SCAN_ON_PUSH or MANUAL with scanType BASIC'
    {"registryScanningConfiguration":{"rules":[{"repositoryFilters":[{"filter":"prod/*","filterType":"WILDCARD"}],"scanFrequency":"CONTINUOUS_SCAN"}],"scanType":"ENHANCED"}}
    {"failures":[{"failureCode":"REPOSITORY_NOT_FOUND","failureReason":"The repository with name 'nope' does not exist in the registry with id '123456789012'","repositoryName":"nope"}],"scanningConfigurations":[{"appliedScanFilters":[{"filter":"prod/*","filterType":"WILDCARD"}],"repositoryArn":"arn:aws:ecr:eu-central-1:123456789012:repository/prod/app","repositoryName":"prod/app","scanFrequency":"CONTINUOUS_SCAN","scanOnPush":true},{"appliedScanFilters":[],"repositoryArn":"arn:aws:ecr:eu-central-1:123456789012:repository/dev/app","repositoryName":"dev/app","scanFrequency":"MANUAL","scanOnPush":false}]}
    "#);
}

#[tokio::test]
async fn what_has_no_effect_here_is_kept() {
    let server = Server::start().await;
    let to = |region: &str| {
        json!({ "replicationConfiguration": { "rules": [{
            "destinations": [{ "region": region, "registryId": "123456789012" }],
            "repositoryFilters": [{ "filter": "prod", "filterType": "PREFIX_MATCH" }],
        }] } })
    };
    let role = json!({ "principalArn": "arn:aws:iam::123456789012:role/scanner" });
    let rules = json!({ "signingConfiguration": { "rules": [
        { "signingProfileArn": "arn:aws:signer:eu-central-1:123456789012:/signing-profiles/mine" }
    ] } });
    let answers = [
        ask(&server, "DescribeRegistry", json!({})).await,
        ask(&server, "PutReplicationConfiguration", to("eu-central-1")).await,
        ask(&server, "PutReplicationConfiguration", to("eu-west-1")).await,
        ask(&server, "DescribeRegistry", json!({})).await,
        ask(&server, "DeregisterPullTimeUpdateExclusion", role.clone()).await,
        ask(&server, "ListPullTimeUpdateExclusions", json!({})).await,
        ask(&server, "GetSigningConfiguration", json!({})).await,
        ask(&server, "PutSigningConfiguration", rules).await,
        ask(&server, "DeleteSigningConfiguration", json!({})).await,
    ];
    insta::assert_snapshot!(answers.join("\n"), @r#"
    {"registryId":"123456789012","replicationConfiguration":{"rules":[]}}
    400 InvalidParameterException: Invalid parameter at 'replicationConfiguration' failed to satisfy constraint: 'Replication destination cannot be the same as the source registry'
    {"replicationConfiguration":{"rules":[{"destinations":[{"region":"eu-west-1","registryId":"123456789012"}],"repositoryFilters":[{"filter":"prod","filterType":"PREFIX_MATCH"}]}]}}
    {"registryId":"123456789012","replicationConfiguration":{"rules":[{"destinations":[{"region":"eu-west-1","registryId":"123456789012"}],"repositoryFilters":[{"filter":"prod","filterType":"PREFIX_MATCH"}]}]}}
    400 ExclusionNotFoundException: The pull time update exclusion for principal 'arn:aws:iam::123456789012:role/scanner' does not exist in the registry with id '123456789012'
    {"pullTimeUpdateExclusions":[]}
    400 SigningConfigurationNotFoundException: Signing configuration does not exist in the registry with id '123456789012'
    {"signingConfiguration":{"rules":[{"signingProfileArn":"arn:aws:signer:eu-central-1:123456789012:/signing-profiles/mine"}]}}
    {"registryId":"123456789012","signingConfiguration":{"rules":[{"signingProfileArn":"arn:aws:signer:eu-central-1:123456789012:/signing-profiles/mine"}]}}
    "#);
    let registered = server
        .api("RegisterPullTimeUpdateExclusion", role.clone())
        .await
        .result();
    assert_eq!(registered["principalArn"], role["principalArn"]);
    let again = ask(&server, "RegisterPullTimeUpdateExclusion", role).await;
    assert!(again.contains("ExclusionAlreadyExistsException"), "{again}");
}

#[tokio::test]
async fn an_operation_of_nobody_is_told_from_one_that_is_not_here() {
    let server = Server::start().await;
    insta::assert_snapshot!(
        server.api("Nope", json!({})).await.refusal(),
        @"400 UnknownOperationException:"
    );
}

#[tokio::test]
async fn a_template_keeps_what_an_update_does_not_name() {
    let server = Server::start().await;
    let template = async |operation: &str, parameters: Value| {
        let answer = server.api(operation, parameters).await;
        let mut template = match answer.status {
            200 => answer.body["repositoryCreationTemplate"].clone(),
            _ => return answer.refusal(),
        };
        for time in ["createdAt", "updatedAt"] {
            template[time].take();
        }
        template.to_string()
    };
    let create = json!({
        "prefix": "team", "appliedFor": ["CREATE_ON_PUSH"], "description": "ours",
        "repositoryPolicy": PULL, "resourceTags": [{ "Key": "team", "Value": "a" }],
    });
    let update = "UpdateRepositoryCreationTemplate";
    let answers = [
        template(
            "CreateRepositoryCreationTemplate",
            json!({ "prefix": "team", "appliedFor": [] }),
        )
        .await,
        template("CreateRepositoryCreationTemplate", create).await,
        template(
            update,
            json!({ "prefix": "team", "imageTagMutability": "IMMUTABLE" }),
        )
        .await,
        template(
            update,
            json!({ "prefix": "team", "repositoryPolicy": "", "appliedFor": ["REPLICATION"] }),
        )
        .await,
        template(update, json!({ "prefix": "team", "appliedFor": [] })).await,
        template(update, json!({ "prefix": "nope" })).await,
    ];
    insta::assert_snapshot!(answers.join("\n"), @r#"
    400 ValidationException: The template must be applied for at least one of REPLICATION, PULL_THROUGH_CACHE and CREATE_ON_PUSH
    {"appliedFor":["CREATE_ON_PUSH"],"createdAt":null,"description":"ours","encryptionConfiguration":{"encryptionType":"AES256"},"imageTagMutability":"MUTABLE","prefix":"team","repositoryPolicy":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"ecr:BatchGetImage\"}]}","resourceTags":[{"Key":"team","Value":"a"}],"updatedAt":null}
    {"appliedFor":["CREATE_ON_PUSH"],"createdAt":null,"description":"ours","encryptionConfiguration":{"encryptionType":"AES256"},"imageTagMutability":"IMMUTABLE","prefix":"team","repositoryPolicy":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"ecr:BatchGetImage\"}]}","resourceTags":[{"Key":"team","Value":"a"}],"updatedAt":null}
    {"appliedFor":["REPLICATION"],"createdAt":null,"description":"ours","encryptionConfiguration":{"encryptionType":"AES256"},"imageTagMutability":"IMMUTABLE","prefix":"team","resourceTags":[{"Key":"team","Value":"a"}],"updatedAt":null}
    400 ValidationException: The template must be applied for at least one of REPLICATION, PULL_THROUGH_CACHE and CREATE_ON_PUSH
    400 TemplateNotFoundException: The repository creation template with prefix 'nope' does not exist in the registry with id '123456789012'
    "#);
}

//! The recipes of `docs/other-ci.md`: their shell lines are run.

use super::setup::Mirror;
use super::version;
use crate::harness::{LocalEcr, clean, root, succeed};
use std::fs;
use std::path::{Path, PathBuf};

/// The page's block below this heading.
fn block(heading: &str) -> String {
    let page = fs::read_to_string(root().join("docs/other-ci.md")).unwrap();
    let (_, section) = page.split_once(&format!("\n## {heading}\n")).unwrap();
    let (_, block) = section.split_once("\n```").unwrap();
    let (_, block) = block.split_once('\n').unwrap();
    let (block, _) = block.split_once("\n```").unwrap();
    format!("{block}\n")
}

/// A checkout with an app and a policy, as the recipes expect it.
fn checkout(home: &Path) -> PathBuf {
    let checkout = home.join("checkout");
    fs::create_dir_all(checkout.join("app")).unwrap();
    fs::write(
        checkout.join("app/Dockerfile"),
        "FROM scratch\nCOPY page.txt /\n",
    )
    .unwrap();
    // No other test builds this.
    fs::write(checkout.join("app/page.txt"), home.to_str().unwrap()).unwrap();
    let policy = root().join("examples/policies/lifecycle.json");
    fs::copy(policy, checkout.join("lifecycle.json")).unwrap();
    for words in [
        &["init", "--quiet"][..],
        &["add", "--all"],
        &["commit", "--quiet", "--message", "All"],
    ] {
        let mut git = clean("git", home);
        git.args(["-c", "user.name=a", "-c", "user.email=a@example.com"]);
        succeed(git.args(words).current_dir(&checkout));
    }
    checkout
}

/// A token of the form that the systems issue; a local ECR reads it and checks no signature.
fn token() -> String {
    use base64::Engine as _;
    let part = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
    let claims = r#"{"iss":"https://ci.example.com","sub":"project:team/app","aud":"sts.amazonaws.com","exp":4102444800}"#;
    let header = r#"{"alg":"RS256","typ":"JWT"}"#;
    format!("{}.{}.{}", part(header), part(claims), part("signature"))
}

/// Runs these lines with a release and an ECR on this machine: the repository, the policy and the image under one tag
/// are there afterwards.
fn check(shell: &str, lines: &str, environment: &[(&str, &str)]) {
    let (ecr, mirror) = (LocalEcr::start(), Mirror::start());
    let checkout = checkout(ecr.home());
    let mut command = clean(shell, ecr.home());
    command.args(["-e", "-c", lines]).current_dir(&checkout);
    command
        .env("AWS_ENDPOINT_URL_ECR", &ecr.url)
        .env("AWS_ENDPOINT_URL_STS", &ecr.url)
        .env("AWS_REGION", "us-east-1")
        .env("ECRANE_VERSION", version())
        .env("ECRANE_DOWNLOADS", mirror.url())
        .env("ECRANE_SHA256", mirror.digest());
    command.envs(environment.iter().copied());
    succeed(&mut command);

    let account = environment
        .iter()
        .find(|(name, _)| *name == "AWS_ROLE_ARN")
        .map(|(_, role)| role.split(':').nth(4).unwrap());
    let seen = |operation: &str| {
        let mut command = ecr.aws_command(&[operation, "--repository-name", "team/app"]);
        command.envs(account.map(|id| ("AWS_ACCESS_KEY_ID", id)));
        serde_json::from_str::<serde_json::Value>(&succeed(&mut command).stdout).unwrap()
    };
    let images = seen("describe-images");
    let tags = images["imageDetails"][0]["imageTags"].as_array().unwrap();
    assert_eq!(tags.len(), 1, "{images}");
    assert!(seen("get-lifecycle-policy")["lifecyclePolicyText"].is_string());
}

/// Holds a recipe to the schema of its system, and gives its shell lines.
fn lines(system: &str, schema: &str, recipe: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("recipe.yml");
    fs::write(&file, recipe).unwrap();
    let mut validate = clean("check-jsonschema", folder.path());
    validate.args(["--builtin-schema", &format!("vendor.{schema}")]);
    succeed(validate.arg(&file));
    let mut extract = clean("python", folder.path());
    extract.arg(root().join("tests/src/release/recipes.py"));
    succeed(extract.arg(system).arg(&file)).stdout
}

const ROLE: &str = "arn:aws:iam::123456789012:role/push-images";

#[test]
fn gitlab() {
    let recipe = block("GitLab CI");
    assert!(recipe.contains(ROLE));
    let lines = lines("gitlab", "gitlab-ci", &recipe);
    check(
        // What the image of the job has is no bash.
        "sh",
        &lines,
        &[
            ("AWS_ROLE_ARN", ROLE),
            ("AWS_TOKEN", &token()),
            ("CI_COMMIT_SHORT_SHA", "0123abcd"),
        ],
    );
}

#[test]
fn circleci() {
    let recipe = block("CircleCI");
    assert!(recipe.contains(ROLE));
    let lines = lines("circleci", "circle-ci", &recipe);
    check(
        "bash",
        &lines,
        &[
            ("AWS_ROLE_ARN", ROLE),
            ("CIRCLE_OIDC_TOKEN_V2", &token()),
            ("CIRCLE_SHA1", "0123456789abcdef0123456789abcdef01234567"),
        ],
    );
}

#[test]
fn jenkins() {
    let recipe = block("Jenkins");
    let (_, lines) = recipe.split_once("sh '''").unwrap();
    let (lines, _) = lines.split_once("'''").unwrap();
    let agent = [
        ("AWS_ACCESS_KEY_ID", "local"),
        ("AWS_SECRET_ACCESS_KEY", "local"),
    ];
    check("sh", lines, &agent);
}

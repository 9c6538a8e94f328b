//! Faulty input: everything is said at once, nothing is called.

mod known;
mod made;

use crate::harness::{LocalEcr, Ran, clean, run};

/// Runs `ecrane up` with these words beside a local ECR, and holds that it was
/// not asked anything.
fn refused(words: &[&str]) -> Ran {
    let ecr = LocalEcr::start();
    let ran = run(ecr.ecrane(&["up"]).args(words));
    assert_eq!(ecr.requests(), 0, "{words:?} made a call\n{}", ran.stderr);
    assert_eq!(ran.code, Some(2), "{words:?}\n{}", ran.stderr);
    ran
}

const HELLO: [&str; 2] = ["--context", "examples/hello"];

#[test]
fn every_fault_is_reported_together_with_its_place() {
    let ran = refused(&[
        "--repository",
        "Team/App",
        "--tags",
        "v1,feature/x",
        "--aws-region",
        "us east",
        "--scan-on-push",
        "yes",
        "--platforms",
        "amd64",
        "--context",
        "nowhere",
        "--lifecycle-policy",
        r#"{"rules":[{"rulePriority":0}]}"#,
    ]);
    let root = crate::harness::root();
    let stderr = ran.stderr.replace(root.to_str().unwrap(), "[ROOT]");
    insta::assert_snapshot!(stderr, @r#"
    error[input]: region holds a space at column 3
     --> aws-region:1:3
      |
    1 | us east
      |   ^

    error[input]: repository name must be lowercase
     --> repository:1:1
      |
    1 | Team/App
      | ^
      |
      = help: did you mean `team/app`

    error[input]: `yes` is neither true nor false
     --> scan-on-push:1:1
      |
    1 | yes
      | ^^^
      |
      = help: write `true` or `false`

    error[input]: there is no such folder
     --> context:1:1
      |
    1 | nowhere
      | ^^^^^^^
      |
      = help: the path is taken from `[ROOT]`

    error[input]: a platform is `os/arch[/variant]`; did you mean `linux/amd64`
     --> platforms:1:1
      |
    1 | amd64
      | ^^^^^

    error[input]: tag must not hold `/`
     --> tags:1:8
      |
    1 | feature/x
      |        ^
      |
      = help: did you mean `feature-x`

    error[missing-property]: `selection` is missing
     --> lifecycle-policy:1:11
      |
    1 | {"rules":[{"rulePriority":0}]}
      |           ^
      |
      = help: add `selection`: which images the rule is about

    error[missing-property]: `action` is missing
     --> lifecycle-policy:1:11
      |
    1 | {"rules":[{"rulePriority":0}]}
      |           ^
      |
      = help: add `action`: what happens to them, such as `{"type": "expire"}`

    error[priority-range]: `rulePriority` must be 1 or more, not `0`
     --> lifecycle-policy:1:27
      |
    1 | {"rules":[{"rulePriority":0}]}
      |                           ^

    error: 7 inputs are faulty; nothing was called
    "#);
}

#[test]
fn what_is_missing_is_named() {
    let ecr = LocalEcr::start();
    let mut command = ecr.ecrane(&["up"]);
    command
        .env_remove("AWS_REGION")
        .env_remove("AWS_DEFAULT_REGION")
        .current_dir(ecr.home());
    let ran = run(&mut command);
    assert_eq!((ran.code, ecr.requests()), (Some(2), 0));
    insta::assert_snapshot!(ran.stderr, @"
    error[input]: no AWS Region is given
    --> aws-region
     = help: set `aws-region`, or the variable AWS_REGION

    error[input]: the input `repository` is required
    --> repository
     = help: give the repository's name, for example `team/app`

    error[input]: there is no Dockerfile `./Dockerfile`
     --> context:1:1
      |
    1 | .
      | ^
      |
      = help: give its path in `file`

    error[input]: no tag is given, and there is no commit to name one by
    --> tags
     = help: give at least one tag, for example `v1`

    error: 4 inputs are faulty; nothing was called
    ");
}

#[test]
fn a_repository_is_not_made_against_the_users_will() {
    let ecr = LocalEcr::start();
    let mut command = ecr.ecrane(&[
        "up",
        "--repository",
        "typo",
        "--tags",
        "v1",
        "--create-repository",
        "false",
    ]);
    let ran = run(command.args(HELLO));
    assert_eq!(ran.code, Some(1));
    insta::assert_snapshot!(ran.stderr, @"error: the repository `typo` does not exist and `create-repository` is false; nothing was done");
    assert_eq!(crate::harness::writes(&ecr.log_since(0)).len(), 0);
}

#[test]
fn without_an_engine_nothing_is_half_created() {
    let ecr = LocalEcr::start();
    let mut command = ecr.ecrane(&["up", "--repository", "app", "--tags", "v1"]);
    // Else buildah would be asked, where it is installed.
    let ran = run(command
        .args(HELLO)
        .args(["--builder-backend", "docker"])
        .env("DOCKER_HOST", "unix:///nowhere.sock"));
    assert_eq!((ran.code, ecr.requests()), (Some(1), 0), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("no Docker engine answers"),
        "{}",
        ran.stderr
    );
}

#[test]
fn without_credentials_nothing_is_called() {
    let ecr = LocalEcr::start();
    let mut command = ecr.ecrane(&["up", "--repository", "app", "--tags", "v1"]);
    command
        .args(HELLO)
        .env_remove("AWS_ACCESS_KEY_ID")
        .env_remove("AWS_SECRET_ACCESS_KEY")
        .env("AWS_EC2_METADATA_DISABLED", "true");
    let ran = run(&mut command);
    assert_eq!((ran.code, ecr.requests()), (Some(1), 0), "{}", ran.stderr);
    assert!(ran.stderr.contains("no AWS credentials"), "{}", ran.stderr);
}

#[test]
fn in_a_workflow_faults_are_annotations_and_unknown_inputs_are_named() {
    let ecr = LocalEcr::start();
    let mut command = clean(crate::harness::binary(), ecr.home());
    command
        .env("GITHUB_ACTIONS", "true")
        .env("INPUT_REPOSITORY", "My App")
        .env("INPUT_CONTEXT", "examples/hello")
        .env("INPUT_TAG", "v1")
        .env(
            "INPUT_LIFECYCLE-POLICY",
            r###"{"rules": "##[add-mask]main"}"###,
        )
        .env("INPUT_AWS-REGION", "eu-central-1")
        .env("INPUT_DRY-RUN", "")
        .env("GITHUB_SHA", "0123456789abcdef0123456789abcdef01234567")
        .env("LEGACY", "x")
        .current_dir(crate::harness::root());
    let ran = run(&mut command);
    assert_eq!(ran.code, Some(2));
    insta::assert_snapshot!(ran.stdout, @r###"
    ::warning::there is no input `tag`; did you mean `tags`?
    error[input]: repository name holds a space at column 3
     --> repository:1:3
      |
    1 | My App
      |   ^

    ::error title=input repository::repository name holds a space at column 3
    error[wrong-type]: `rules` must be a list in square brackets, not a string
     --> lifecycle-policy:1:11
      |
    1 | {"rules": "## [add-mask]main"}
      |           ^^^^^^^^^^^^^^^^^^
      |
      = help: put it in square brackets

    ::error title=input lifecycle-policy::`rules` must be a list in square brackets, not a string%0Aput it in square brackets
    ::error::2 inputs are faulty; nothing was called
    "###);
}

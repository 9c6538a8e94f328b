//! `ecrane plan`, and runs that only check.

use crate::harness::{LocalEcr, binary, clean, run, writes};

const WANTED: [&str; 6] = [
    "--repository",
    "app",
    "--tags",
    "v1",
    "--image",
    "examples/hello/layout",
];

#[test]
fn a_plan_can_tell_drift_by_its_exit_code() {
    let ecr = LocalEcr::start();
    let plan = |words: &[&str]| {
        let mut command = ecr.ecrane(&["plan", "--local", "--data"]);
        command.arg(ecr.data()).args(WANTED).args(words);
        run(&mut command)
    };
    assert_eq!(plan(&[]).code, Some(0));
    // It writes nothing, whatever else is asked for.
    assert_eq!(plan(&["--mode", "up"]).code, Some(2));
    let missing = plan(&["--detailed-exitcode"]);
    assert_eq!(missing.code, Some(3), "{}", missing.stderr);
    assert_eq!(writes(&ecr.log_since(0)).len(), 0);

    let made = run(ecr.up(&WANTED).args(["--scan-on-push", "true"]));
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    let same = ["--scan-on-push", "true", "--detailed-exitcode"];
    assert_eq!(plan(&same).code, Some(0));
    let other = plan(&["--scan-on-push", "false", "--detailed-exitcode"]);
    assert_eq!(other.code, Some(3));
    assert!(
        other.stdout.contains("scan on push on → off"),
        "{}",
        other.stdout
    );
    // A policy that is not to be put differs all the same.
    let policy = r#"{"rules": [{"rulePriority": 1, "selection": {"tagStatus": "untagged", "countType": "imageCountMoreThan", "countNumber": 9}, "action": {"type": "expire"}}]}"#;
    let checked = ["--lifecycle-policy", policy, "--lifecycle-mode", "check"];
    let checked = plan(&[&same[..], &checked].concat());
    assert_eq!(checked.code, Some(3), "{}", checked.stdout);
    let row = checked.stdout.lines().find(|line| line.starts_with(" !"));
    insta::assert_snapshot!(row.unwrap(), @" !  ├─ lifecycle policy   app      1 rule, checked and not put");
}

#[test]
fn without_a_plan_nobody_says_that_nothing_drifts() {
    let home = tempfile::tempdir().unwrap();
    let event = home.path().join("event.json");
    let side = |name: &str| serde_json::json!({ "sha": "0f", "repo": { "full_name": name } });
    let pull_request = serde_json::json!({ "pull_request": {
        "number": 7, "head": side("hubot/hello"), "base": side("octocat/hello"),
    }});
    std::fs::write(&event, pull_request.to_string()).unwrap();
    let plan = |words: &[&str]| {
        let mut command = clean(binary(), home.path());
        command
            .args(["plan", "--aws-region", "eu-central-1"])
            .args(WANTED)
            .args(words)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("GITHUB_EVENT_NAME", "pull_request")
            .env("GITHUB_EVENT_PATH", &event)
            .current_dir(crate::harness::root());
        run(&mut command)
    };
    assert_eq!(plan(&[]).code, Some(0));
    let drift = plan(&["--detailed-exitcode"]);
    assert_eq!(drift.code, Some(1));
    insta::assert_snapshot!(drift.stderr.trim(), @"error: The plan needs AWS credentials, and a run for the changes of a fork or of Dependabot gets none. The inputs and the policy are good.");
}

#[test]
fn a_check_needs_neither_region_nor_credentials() {
    let home = tempfile::tempdir().unwrap();
    let check = |policy: &str| {
        let mut command = clean(binary(), home.path());
        command.args(["up", "--mode", "check"]).args(WANTED);
        command.args(["--lifecycle-policy", policy]);
        run(command.current_dir(crate::harness::root()))
    };
    let good = check("examples/policies/lifecycle.json");
    assert_eq!(good.code, Some(0), "{}", good.stderr);
    assert!(
        good.stdout
            .starts_with("The inputs and the policy are good. Nothing was called."),
        "{}",
        good.stdout
    );
    let bad = check(r#"{"rules": [{"rulePriority": 0}]}"#);
    assert_eq!(bad.code, Some(2));
}

#[test]
fn a_policy_that_is_a_link_out_of_the_workspace_is_not_read() {
    let home = tempfile::tempdir().unwrap();
    let workspace = home.path().join("workspace");
    std::fs::create_dir(&workspace).unwrap();
    let outside = home.path().join("secret");
    std::fs::write(&outside, "keep this to yourself").unwrap();
    let policy = workspace.join("lifecycle.json");
    std::os::unix::fs::symlink(&outside, &policy).unwrap();
    let mut command = clean(binary(), home.path());
    command.args(["up", "--mode", "check"]).args(WANTED);
    command.args(["--lifecycle-policy", policy.to_str().unwrap()]);
    let ran = run(command
        .current_dir(crate::harness::root())
        .env("GITHUB_WORKSPACE", &workspace));
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.stderr.contains("a link out of the workspace"),
        "{}",
        ran.stderr
    );
    assert!(!ran.stderr.contains("keep this"), "{}", ran.stderr);

    // Nor is what the project says of the policies in it, and what a command is given.
    std::fs::remove_file(&policy).unwrap();
    std::os::unix::fs::symlink(&outside, workspace.join("ecrane.toml")).unwrap();
    let good = "examples/policies/trap.json";
    std::fs::copy(crate::harness::root().join(good), &policy).unwrap();
    let list = workspace.join("images.json");
    std::os::unix::fs::symlink(&outside, &list).unwrap();
    let (policy, list) = (policy.to_str().unwrap(), list.to_str().unwrap());
    let preview = ["lifecycle", "preview", policy, "--images", list];
    for words in [&["lifecycle", "check", policy][..], &preview] {
        let mut command = clean(binary(), home.path());
        let ran = run(command.args(words).env("GITHUB_WORKSPACE", &workspace));
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
        assert!(ran.stderr.contains("link out of"), "{}", ran.stderr);
        assert!(!ran.stderr.contains("keep this"), "{}", ran.stderr);
    }
}

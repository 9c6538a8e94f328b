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
}

//! The policy before comes back.

use super::{ecr, keep, put, told};
use crate::docs::assert_allowed;
use crate::harness::{LocalEcr, Ran, run, writes};
use crate::proxy::{self, Fault, Spoil};
use serde_json::{Value, json};

/// The way back from what this run said, with these words besides.
fn back(ecr: &LocalEcr, ran: &Ran, words: &[&str]) -> Ran {
    let report = ecr.home().join("run.json");
    std::fs::write(&report, &ran.stdout).unwrap();
    let mut command = ecr.ecrane(&["lifecycle", "rollback", "--repository", "team/app"]);
    command.args(["--local", "--data"]).arg(ecr.data());
    run(command.arg("--report").arg(report).args(words))
}

/// A run that puts this policy, told to programs.
fn put_json(ecr: &LocalEcr, newest: usize, words: &[&str]) -> Ran {
    let ran = put(ecr, &keep(newest), &[words, &["--json"]].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    ran
}

/// How many images the policy there keeps; none where there is none.
fn kept(ecr: &LocalEcr) -> Option<u64> {
    let ran = run(&mut ecr.aws_command(&["get-lifecycle-policy", "--repository-name", "team/app"]));
    if ran.code != Some(0) {
        assert!(ran.stderr.contains("LifecyclePolicyNotFoundException"));
        return None;
    }
    let answer: Value = serde_json::from_str(&ran.stdout).unwrap();
    let policy = answer["lifecyclePolicyText"].as_str().unwrap();
    let policy: Value = serde_json::from_str(policy).unwrap();
    policy["rules"][0]["selection"]["countNumber"].as_u64()
}

#[test]
fn the_policy_before_comes_back_once_what_it_removes_is_allowed() {
    let ecr = ecr(6);
    put_json(&ecr, 7, &["--max-remove", "100%"]);
    let looser = put_json(&ecr, 90, &[]);
    let before = ecr.requests();
    let refused = back(&ecr, &looser, &[]);
    insta::assert_snapshot!(told(&ecr, &refused), @"
    exit Some(3)
    Plan
     ~  repository            team/app   tags ecrane:lifecycle
     ~  └─ lifecycle policy   team/app   1 rule, as before the run

    Of the images that are kept today, the lifecycle policy would remove within a day:
        sha256:88e7015f2103: kept: the index sha256:94c277c0b5e7 holds it; not certain: every index that holds it may go, and AWS does not say whether children go with it at once
        multi: expires by rule 1 (any): newest 9 of 9, and it keeps 7

    error: the policy would remove 2 of 9 images that are kept today, and `max-remove` is 0; allow as many with `max-remove: 2`, or mend the policy; nothing was done
    ");
    assert_eq!(writes(&ecr.log_since(before)).len(), 0);

    let allow = ["--max-remove", "2"];
    let dry = back(&ecr, &looser, &[&allow[..], &["--dry-run"]].concat());
    assert_eq!(
        (dry.code, kept(&ecr)),
        (Some(0), Some(90)),
        "{}",
        dry.stderr
    );
    let seen = ecr.requests();
    let whole = ["--lifecycle-preview", "aws", "--json"];
    let done = back(&ecr, &looser, &[&allow[..], &whole].concat());
    assert_allowed("To put a policy back", &ecr.log_since(seen));
    assert_eq!(
        (done.code, kept(&ecr)),
        (Some(0), Some(7)),
        "{}",
        done.stderr
    );
    let done: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(done["changed"], true);
    assert_eq!(done["costs"][0]["losses"].as_array().unwrap().len(), 2);

    // It is ecrane's own: the next run needs no leave to replace it.
    let seen = ecr.requests();
    let again = back(&ecr, &looser, &[]);
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    assert!(again.stdout.ends_with("no changes\n"), "{}", again.stdout);
    assert_eq!(writes(&ecr.log_since(seen)).len(), 0);
    put_json(&ecr, 50, &[]);
}

#[test]
fn where_there_was_no_policy_it_is_deleted() {
    let ecr = ecr(6);
    let first = put_json(&ecr, 90, &[]);
    let seen = ecr.requests();
    let deleted = back(&ecr, &first, &[]);
    assert_allowed("To put a policy back", &ecr.log_since(seen));
    insta::assert_snapshot!(told(&ecr, &deleted), @"
    exit Some(0)
    Plan
     =  repository            team/app
     -  └─ lifecycle policy   team/app   there was none before the run

    Resources: - 1 deleted, = 1 unchanged
    ");
    assert_eq!(kept(&ecr), None);
    let again = back(&ecr, &first, &[]);
    assert_eq!(again.code, Some(0), "{}", again.stderr);
}

#[test]
fn what_somebody_changed_since_stays_and_what_was_theirs_is_theirs_again() {
    let ecr = ecr(6);
    let theirs = ["put-lifecycle-policy", "--repository-name", "team/app"];
    let policy = keep(80);
    ecr.aws(&[&theirs[..], &["--lifecycle-policy-text", &policy]].concat());
    let adopted = put_json(&ecr, 90, &["--adopt"]);
    let policy = keep(70);
    ecr.aws(&[&theirs[..], &["--lifecycle-policy-text", &policy]].concat());
    let changed = back(&ecr, &adopted, &[]);
    insta::assert_snapshot!(told(&ecr, &changed), @"
    exit Some(3)
    error: the repository has another lifecycle policy than the run of the report put: somebody changed it since; nothing was done
    ");

    let policy = keep(90);
    ecr.aws(&[&theirs[..], &["--lifecycle-policy-text", &policy]].concat());
    let done = back(&ecr, &adopted, &[]);
    assert_eq!(
        (done.code, kept(&ecr)),
        (Some(0), Some(80)),
        "{}",
        done.stderr
    );
    let refused = put(&ecr, &keep(60), &[]);
    assert_eq!(refused.code, Some(3), "{}", refused.stderr);
    assert!(
        refused.stderr.contains("ecrane did not put"),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_report_of_something_else_calls_nothing() {
    let ecr = ecr(2);
    let seen = ecr.requests();
    let said = |text: Value| {
        let stdout = text.to_string();
        let ran = back(
            &ecr,
            &Ran {
                code: None,
                stdout,
                stderr: String::new(),
            },
            &[],
        );
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
        ran.stderr.replace(ecr.home().to_str().unwrap(), "HOME")
    };
    let of = |repository: &str| json!({ "repository": repository, "commit": null, "policy": keep(5), "puts": [] });
    insta::assert_snapshot!(said(json!({})), @"error: HOME/run.json is no report of a run that put a policy: missing field `repository`; it is the file of the output `lifecycle-report`, or what `ecrane up --json` printed");
    insta::assert_snapshot!(said(of("team/other")), @"error: the report is about the repository `team/other`, not `team/app`; nothing was called");
    insta::assert_snapshot!(said(of("team/app")), @"error: the report is of a run that put no policy: there is nothing to take back; nothing was called");
    assert_eq!(ecr.requests(), seen);
}

#[test]
fn a_report_of_another_place_changes_nothing() {
    let (here, there) = (ecr(2), ecr(2));
    let of_there = put_json(&there, 90, &[]);
    put_json(&here, 90, &[]);
    let seen = here.requests();
    let ran = back(&here, &of_there, &[]);
    let said = ran.stderr.replace(&here.address, "HERE");
    insta::assert_snapshot!(said.replace(&there.address, "THERE"), @"error: the report is about `THERE/team/app`, and this is `HERE/team/app`: see that Region, account and name are the ones that are meant; nothing was done");
    assert_eq!(
        (ran.code, writes(&here.log_since(seen)).len()),
        (Some(3), 0)
    );
}

#[test]
fn the_way_back_is_by_a_role_where_one_is_given() {
    let ecr = ecr(2);
    let put = put_json(&ecr, 90, &[]);
    let mut command = ecr.ecrane(&["lifecycle", "rollback", "--repository", "team/app"]);
    let report = ecr.home().join("run.json");
    std::fs::write(&report, &put.stdout).unwrap();
    command
        .arg("--report")
        .arg(report)
        .env("AWS_ENDPOINT_URL_STS", &ecr.url)
        .args(["--role-to-assume", "arn:aws:iam::000000000000:role/back"]);
    let seen = ecr.requests();
    let done = run(&mut command);
    assert_eq!((done.code, kept(&ecr)), (Some(0), None), "{}", done.stderr);
    let asked = ecr.log_since(seen);
    assert_eq!(asked[0]["operation"], "AssumeRole");

    let seen = ecr.requests();
    let refused = run(command.args(["--allowed-account-ids", "123456789012"]));
    assert_eq!(refused.code, Some(2));
    insta::assert_snapshot!(refused.stderr, @"
    error[input]: the role's account is none of `allowed-account-ids`
     --> role-to-assume:1:1
      |
    1 | arn:aws:iam::000000000000:role/back
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: take a role of one of them, or add its account

    error: 1 input is faulty; nothing was called
    ");
    assert_eq!(writes(&ecr.log_since(seen)).len(), 0);
}

#[test]
fn the_report_says_who_put_the_policy() {
    let ecr = ecr(2);
    let policy = keep(90);
    let mut up = ecr.ecrane(&["up"]);
    up.args(super::RUN)
        .args(["--lifecycle-policy", &policy, "--json"]);
    let ran = run(up.env("AWS_ENDPOINT_URL_STS", &ecr.url));
    let told: Value = serde_json::from_str(&ran.stdout).unwrap();
    let caller = told["report"]["puts"][0]["caller"].as_str().unwrap();
    assert!(caller.starts_with("arn:aws:iam::"), "{caller}");
    // Who is not asked is not known, and nothing is wrong with that.
    let quiet = put_json(&ecr, 80, &[]);
    let told: Value = serde_json::from_str(&quiet.stdout).unwrap();
    assert_eq!(told["report"]["puts"][0]["caller"], Value::Null);
}

#[test]
fn the_report_names_the_repository_as_ecr_does() {
    // As where images are pushed to another name of the registry.
    let named = |page: &mut Value| {
        page["repositories"][0]["repositoryUri"] = json!("named.example/team/app");
    };
    let ecr = ecr(2);
    let fault = Fault {
        operation: "DescribeRepositories".into(),
        calls: 1..=usize::MAX,
        spoil: Spoil::Change(named),
    };
    let proxy = proxy::before(&ecr.address, [fault]);
    let policy = keep(90);
    let mut up = ecr.ecrane(&["up"]);
    up.args(super::RUN)
        .args(["--lifecycle-policy", &policy, "--json"]);
    let ran = run(up.env("AWS_ENDPOINT_URL_ECR", format!("http://{}", proxy.address)));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let told: Value = serde_json::from_str(&ran.stdout).unwrap();
    let put = &told["report"]["puts"][0];
    assert_eq!(put["repositoryUri"], "named.example/team/app");
}

//! A policy is put only after what it removes was read, counted and allowed.

mod mode;
mod rollback;

use crate::harness::{LocalEcr, Ran, run, succeed, writes};
use crate::proxy::{self, Fault, Spoil};
use serde_json::{Value, json};

const NOW: &str = "2026-09-01T12:00:00Z";

/// A local ECR with a repository of so many images, a day between two of them,
/// and of an index with what is in it.
fn ecr(images: usize) -> LocalEcr {
    let folder = tempfile::tempdir().unwrap();
    let seed = folder.path().join("seed.json");
    let text = json!({ "repositories": [{ "name": "team/app", "images": [
        { "count": images, "tags": ["v{n}"], "pushed": format!("{images}d"), "every": "1d" },
        { "name": "amd64", "pushed": "400d" },
        { "tags": ["multi"], "pushed": "400d", "children": ["amd64"] },
    ]}]});
    std::fs::write(&seed, text.to_string()).unwrap();
    let ecr = LocalEcr::start_with(&["--seed", seed.to_str().unwrap(), "--now", NOW]);
    let mut hold = ecr.ecrane(&["local", "clock", "--hold", "--data"]);
    succeed(hold.arg(ecr.data()));
    ecr
}

fn keep(newest: usize) -> String {
    json!({ "rules": [{
        "rulePriority": 1,
        "selection": { "tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": newest },
        "action": { "type": "expire" },
    }]})
    .to_string()
}

const RUN: [&str; 6] = [
    "--repository",
    "team/app",
    "--image",
    "examples/hello/layout",
    "--tags",
    "new",
];

/// A run that puts this policy.
fn put(ecr: &LocalEcr, policy: &str, words: &[&str]) -> Ran {
    let words = [&RUN[..], &["--lifecycle-policy", policy], words].concat();
    run(&mut ecr.up(&words))
}

/// What a person is told, without the address.
fn told(ecr: &LocalEcr, ran: &Ran) -> String {
    let text = format!("{}{}", ran.stdout, ran.stderr).replace(&ecr.address, "HOST");
    let of_now = ["local ECR on", "Duration:"];
    let lines = text.lines();
    let lines = lines.filter(|line| !of_now.iter().any(|of| line.starts_with(of)));
    format!(
        "exit {:?}\n{}",
        ran.code,
        lines.collect::<Vec<_>>().join("\n")
    )
}

#[test]
fn a_policy_that_costs_images_waits_for_a_word() {
    let ecr = ecr(6);
    let before = ecr.requests();
    let ran = put(&ecr, &keep(5), &[]);
    insta::assert_snapshot!(told(&ecr, &ran), @"
    exit Some(3)

    Plan
     ~  repository            team/app       tags ecrane:lifecycle
     +  ├─ lifecycle policy   team/app       1 rule
     ?  └─ image              team/app:new   push what differs

    Of the images that are kept today, the lifecycle policy would remove within a day:
        v1: expires by rule 1 (any): newest 6 of 8, and it keeps 5
        sha256:88e7015f2103: kept: the index sha256:94c277c0b5e7 holds it; not certain: every index that holds it may go, and AWS does not say whether children go with it at once
        multi: expires by rule 1 (any): newest 8 of 8, and it keeps 5

    error: the policy would remove 3 of 8 images that are kept today, and `max-remove` is 0; allow as many with `max-remove: 3`, or mend the policy; nothing was done
    ");
    assert_eq!(writes(&ecr.log_since(before)).len(), 0);

    let allowed = put(&ecr, &keep(5), &["--max-remove", "3"]);
    assert_eq!(allowed.code, Some(0), "{}", allowed.stderr);
    let stored = ecr.aws(&["get-lifecycle-policy", "--repository-name", "team/app"]);
    assert!(
        stored["lifecyclePolicyText"]
            .as_str()
            .unwrap()
            .contains('5')
    );

    // The same once more lists nothing and asks for no leave.
    let before = ecr.requests();
    let again = put(&ecr, &keep(5), &[]);
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    let asked = ecr.log_since(before);
    assert!(
        asked.iter().all(|it| it["operation"] != "DescribeImages"),
        "{asked:#?}"
    );
}

/// ECR takes up to a day for its first run, and judges then.
#[test]
fn what_grows_old_before_the_first_run_counts() {
    let ecr = ecr(6);
    let older = json!({ "rules": [{
        "rulePriority": 1,
        "selection": { "tagStatus": "tagged", "tagPatternList": ["v*"], "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 4 },
        "action": { "type": "expire" },
    }]});
    let ran = put(&ecr, &older.to_string(), &["--max-remove", "2"]);
    insta::assert_snapshot!(told(&ecr, &ran), @"
    exit Some(3)

    Plan
     ~  repository            team/app       tags ecrane:lifecycle
     +  ├─ lifecycle policy   team/app       1 rule
     ?  └─ image              team/app:new   push what differs

    Of the images that are kept today, the lifecycle policy would remove within a day:
        v3: expires by rule 1 (v*): pushed 2026-08-28T12:00:00Z, more than 4 days ago
        v2: expires by rule 1 (v*): pushed 2026-08-27T12:00:00Z, more than 4 days ago
        v1: expires by rule 1 (v*): pushed 2026-08-26T12:00:00Z, more than 4 days ago

    error: the policy would remove 3 of 8 images that are kept today, and `max-remove` is 2; allow as many with `max-remove: 3`, or mend the policy; nothing was done
    ");
}

#[test]
fn a_program_is_told_of_a_refused_run_too() {
    let ecr = ecr(6);
    let refused = put(&ecr, &keep(7), &["--json"]);
    assert_eq!(refused.code, Some(3), "{}", refused.stderr);
    let told: Value = serde_json::from_str(&refused.stdout).unwrap();
    assert_eq!(told["error"]["exit"], 3);
    assert_eq!(
        told["outputs"],
        json!({ "repository": "team/app", "changed": "false", "expiring": "2" })
    );
    assert_eq!(told["resources"][1]["kind"], "lifecycle policy");
    assert_eq!(told["costs"][0]["losses"][1]["tags"], json!(["multi"]));

    let faulty = put(&ecr, "{}", &["--json"]);
    assert_eq!(faulty.code, Some(2), "{}", faulty.stderr);
    let told: Value = serde_json::from_str(&faulty.stdout).unwrap();
    let finding = &told["error"]["findings"][0];
    assert_eq!(finding["source"], "lifecycle-policy");
    assert_eq!(finding["diagnostics"][0]["severity"], "error");

    let placed = put(&ecr, &keep(40), &["--json"]);
    assert_eq!(placed.code, Some(0), "{}", placed.stderr);
    let told: Value = serde_json::from_str(&placed.stdout).unwrap();
    insta::assert_snapshot!(format!("{:#}", told["lifecycle"]), @r#"
    {
      "archive": {
        "alsoSelectedBy": [],
        "claimedBy": null,
        "fate": "stays: no rule selects it"
      },
      "standard": {
        "alsoSelectedBy": [],
        "claimedBy": 1,
        "fate": "is expired once 40 newer images are among those the rule selects"
      },
      "tags": [
        "new"
      ]
    }
    "#);
}

#[test]
fn what_the_policy_in_force_removes_needs_no_leave() {
    let ecr = ecr(6);
    put(&ecr, &keep(5), &["--max-remove", "100%"]);
    let looser = put(&ecr, &keep(6), &[]);
    assert_eq!(looser.code, Some(0), "{}", looser.stderr);
    let tighter = put(&ecr, &keep(4), &["--dry-run"]);
    insta::assert_snapshot!(told(&ecr, &tighter), @"
    exit Some(3)

    Plan
     ~  repository            team/app       tags ecrane:lifecycle
     ~  ├─ lifecycle policy   team/app       1 rule
     ?  └─ image              team/app:new   push what differs

    Of the images that are kept today, the lifecycle policy would remove within a day:
        v3: expires by rule 1 (any): newest 5 of 9, and it keeps 4
        v2: expires by rule 1 (any): newest 6 of 9, and it keeps 4

    error: the policy would remove 2 of 9 images that are kept today, and `max-remove` is 0; allow as many with `max-remove: 2`, or mend the policy; nothing was done
    ");
}

#[test]
fn a_policy_of_somebody_else_is_replaced_when_it_is_adopted() {
    let ecr = ecr(2);
    let theirs = keep(900);
    let words = [
        "--repository-name",
        "team/app",
        "--lifecycle-policy-text",
        &theirs,
    ];
    ecr.aws(&[&["put-lifecycle-policy"], &words[..]].concat());
    let refused = put(&ecr, &keep(800), &[]);
    insta::assert_snapshot!(told(&ecr, &refused), @"
    exit Some(3)

    error: the repository `team/app` has another lifecycle policy that ecrane did not put; nothing was done. Replace it with `adopt: true`, or leave `lifecycle-policy` out
    ");
    let adopted = put(&ecr, &keep(800), &["--adopt", "--dry-run"]);
    insta::assert_snapshot!(told(&ecr, &adopted), @"
    exit Some(0)

    Plan
     ~  repository            team/app       tags ecrane:lifecycle
     ~  ├─ lifecycle policy   team/app       1 rule, in place of one that ecrane did not put
     ?  └─ image              team/app:new   push what differs
    ");
    let adopted = put(&ecr, &keep(800), &["--adopt"]);
    assert_eq!(adopted.code, Some(0), "{}", adopted.stderr);
}

#[test]
fn twenty_runs_at_once_make_one_repository_with_its_policy() {
    let ecr = LocalEcr::start();
    let policy = keep(900);
    let runs: Vec<Ran> = std::thread::scope(|scope| {
        let started: Vec<_> = (0..20)
            .map(|_| scope.spawn(|| put(&ecr, &policy, &[])))
            .collect();
        started.into_iter().map(|it| it.join().unwrap()).collect()
    });
    for ran in &runs {
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    }
    let created = ecr.log_since(0);
    let created = created
        .iter()
        .filter(|it| it["operation"] == "CreateRepository" && it["status"] == 200);
    assert_eq!(created.count(), 1);

    let seen = ecr.requests();
    let again = put(&ecr, &policy, &[]);
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    assert_eq!(writes(&ecr.log_since(seen)).len(), 0);
    println!("at once: {0} of {0} runs, 1 repository", runs.len());
    println!("the same once more: 0 writes");
}

#[test]
fn a_repository_that_appears_between_two_reads_is_read_again() {
    let ecr = ecr(2);
    // As if it had not been there yet when the first policy was asked for.
    let fault = Fault {
        operation: "GetLifecyclePolicy".into(),
        calls: 1..=1,
        spoil: Spoil::refuse("RepositoryNotFoundException"),
    };
    let (ran, puts) = spoiled(&ecr, Some(fault));
    assert_eq!((ran.code, puts), (Some(0), 1), "{}", ran.stderr);
}

#[test]
fn nothing_is_written_anywhere_when_one_registry_is_not_as_it_was() {
    let (here, there) = (ecr(2), ecr(2));
    let before = (here.requests(), there.requests());
    let policy = keep(10);
    let second_look = Fault {
        operation: "GetLifecyclePolicy".into(),
        calls: 2..=usize::MAX,
        spoil: Spoil::refuse("AccessDeniedException"),
    };
    let proxy = proxy::before(&there.address, Some(second_look));
    let ran = put(&here, &policy, &["--push-to", &proxy.address]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert_eq!(writes(&here.log_since(before.0)).len(), 0);
    assert_eq!(writes(&there.log_since(before.1)).len(), 0);
    let said = ran.stderr.replace(&proxy.address, "THERE");
    let (said, _) = said.split_once(" (request").unwrap();
    insta::assert_snapshot!(said, @"error: THERE: the lifecycle policy is not put, as what it would remove cannot be read whole: GetLifecyclePolicy was refused: AccessDeniedException: so it is");

    let proxy = proxy::before(&there.address, None);
    let ran = put(&here, &policy, &["--push-to", &proxy.address]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}

/// What a run through a proxy with this fault comes to, and the policies put.
fn spoiled(ecr: &LocalEcr, fault: Option<Fault>) -> (Ran, usize) {
    let proxy = proxy::before(&ecr.address, fault);
    let seen = ecr.requests();
    let policy = keep(10);
    let words = [
        "--lifecycle-policy",
        &policy,
        "--max-remove",
        "100%",
        "--lifecycle-preview",
        "aws",
    ];
    let mut up = ecr.ecrane(&["up"]);
    up.args(RUN).args(words);
    // What does not heal need not be asked eight times here.
    up.env("AWS_MAX_ATTEMPTS", "2");
    let ran = run(up.env("AWS_ENDPOINT_URL_ECR", format!("http://{}", proxy.address)));
    let log = ecr.log_since(seen);
    let puts = log
        .iter()
        .filter(|it| it["operation"] == "PutLifecyclePolicy");
    (ran, puts.count())
}

/// How a run ends that met this fault. What the gate itself reads ends it as the
/// gate does; the first look, for the plan, is not the gate's.
fn code_of(fault: &Fault) -> i32 {
    let first_look = fault.operation == "GetLifecyclePolicy" && *fault.calls.start() == 1;
    if first_look { 1 } else { 3 }
}

/// What an answer is changed to.
type Lie = fn(&mut Value);

fn cut_short(page: &mut Value) {
    page.as_object_mut().unwrap().remove("nextToken");
}

fn one_less(page: &mut Value) {
    let images = page["imageDetails"].as_array_mut().unwrap();
    images.pop();
}

fn keep_one(preview: &mut Value) {
    if let Some(results) = preview["previewResults"].as_array_mut() {
        results.pop();
    }
}

fn nothing_goes(preview: &mut Value) {
    if !preview["summary"].is_null() {
        preview["previewResults"] = json!([]);
        preview["summary"]["expiringImageTotalCount"] = json!(0);
        cut_short(preview);
    }
}

#[test]
fn the_gate_stays_shut_when_anything_cannot_be_read_or_is_otherwise() {
    // Two pages of images.
    let ecr = ecr(1_050);
    // Each answer that the gate reads, first and later pages, first and second look.
    let reads = [
        ("GetLifecyclePolicy", 1),
        ("GetLifecyclePolicy", 2),
        ("DescribeImages", 1),
        ("DescribeImages", 2),
        ("DescribeImages", 3),
        ("DescribeImages", 4),
        ("BatchGetImage", 1),
        ("StartLifecyclePolicyPreview", 1),
        ("GetLifecyclePolicyPreview", 1),
        ("GetLifecyclePolicyPreview", 2),
    ];
    let mut faults: Vec<Fault> = reads
        .iter()
        .flat_map(|(operation, from)| {
            [Spoil::refuse("AccessDeniedException"), Spoil::Cut].map(|spoil| Fault {
                operation: (*operation).to_owned(),
                calls: *from..=usize::MAX,
                spoil,
            })
        })
        .collect();
    let lies: [(&str, Lie); 4] = [
        ("DescribeImages", cut_short),
        ("DescribeImages", one_less),
        ("GetLifecyclePolicyPreview", keep_one),
        ("GetLifecyclePolicyPreview", nothing_goes),
    ];
    faults.extend(lies.map(|(operation, change)| Fault {
        operation: operation.to_owned(),
        calls: 1..=usize::MAX,
        spoil: Spoil::Change(change),
    }));
    let mut shut = 0;
    for fault in &faults {
        let (ran, puts) = spoiled(&ecr, Some(fault.clone()));
        let what = format!(
            "{} from {}\n{}",
            fault.operation,
            fault.calls.start(),
            ran.stderr
        );
        assert_eq!(puts, 0, "{what}");
        assert_eq!(ran.code, Some(code_of(fault)), "{what}");
        shut += 1;
    }
    let seen = ecr.requests();
    let (ran, puts) = spoiled(&ecr, None);
    assert_eq!((ran.code, puts), (Some(0), 1), "{}", ran.stderr);
    // Nothing that it read is left out above. A preview is asked for until it is there.
    let asked = ecr.log_since(seen);
    for (operation, last) in reads {
        let of_it = |it: &&Value| it["operation"] == operation;
        let asked = asked.iter().filter(of_it).count();
        let listed = reads.iter().filter(|it| it.0 == operation).count();
        let is_polled = operation == "GetLifecyclePolicyPreview";
        assert!(
            last <= asked && (asked == listed || is_polled),
            "{operation}"
        );
    }
    println!("gate: shut at {shut} of {} faults", faults.len());
}

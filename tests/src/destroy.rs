//! `ecrane destroy`, and the mode of that name.

use crate::docs::assert_allowed;
use crate::harness::{LocalEcr, Ran, binary, clean, run, writes};
use crate::proxy::{self, Fault, Spoil};
use crate::pull_request::TOKEN;
use crate::pull_request::github::GitHub;
use serde_json::{Value, json};
use std::io::Write as _;
use std::process::Stdio;

/// A local ECR with a repository of ecrane's, one of somebody else and an empty one.
fn ecr() -> LocalEcr {
    let folder = tempfile::tempdir().unwrap();
    let seed = folder.path().join("seed.json");
    let own = json!({ "ecrane:created": "true" });
    let images = json!([
        { "name": "amd64", "pushed": "400d" },
        { "tags": ["multi"], "pushed": "400d", "children": ["amd64"] },
        { "tags": ["v1", "latest"], "pushed": "9d", "pulled": "2d" },
    ]);
    let text = json!({ "repositories": [
        { "name": "team/app", "tags": own, "images": images },
        { "name": "team/theirs", "images": images },
        { "name": "team/empty", "tags": own },
        { "name": "team/spare", "tags": own },
    ]});
    std::fs::write(&seed, text.to_string()).unwrap();
    let now = "2026-09-01T12:00:00Z";
    let ecr = LocalEcr::start_with(&["--seed", seed.to_str().unwrap(), "--now", now]);
    let mut hold = ecr.ecrane(&["local", "clock", "--hold", "--data"]);
    assert_eq!(run(hold.arg(ecr.data())).code, Some(0));
    ecr
}

/// `ecrane destroy` of this repository on it.
fn destroy(ecr: &LocalEcr, repository: &str, words: &[&str]) -> Ran {
    let mut command = clean(binary(), ecr.home());
    command.args(["destroy", "--repository", repository, "--local", "--data"]);
    let mut ran = run(command.arg(ecr.data()).args(words));
    ran.stdout = ran.stdout.replace(&ecr.address, "ECR");
    ran
}

/// The same where the local ECR is AWS: what is on this machine is its user's.
fn destroy_at_aws(ecr: &LocalEcr, repository: &str, words: &[&str]) -> Ran {
    let mut command = ecr.ecrane(&["destroy", "--repository", repository]);
    command.env("AWS_ENDPOINT_URL", &ecr.url);
    run(command.args(words))
}

fn told(ran: &Ran) -> String {
    format!("exit {:?}\n{}{}", ran.code, ran.stdout, ran.stderr)
}

fn is_there(ecr: &LocalEcr, repository: &str) -> bool {
    let words = ["describe-repositories", "--repository-names", repository];
    run(&mut ecr.aws_command(&words)).code == Some(0)
}

#[test]
fn a_repository_goes_when_its_name_is_said_twice() {
    let ecr = ecr();
    let seen = ecr.requests();
    insta::assert_snapshot!(told(&destroy(&ecr, "team/app", &[])), @"
    exit Some(2)
    error: `confirm` must repeat the name of the repository that is to be deleted: give it as `team/app`, or look first with `dry-run`; nothing was called
    ");
    insta::assert_snapshot!(told(&destroy(&ecr, "team/app", &["--confirm", "team/ap"])), @"
    exit Some(2)
    error[input]: this is not `team/app`, the name of the repository
     --> confirm:1:1
      |
    1 | team/ap
      | ^^^^^^^
      |
      = help: write the name of the repository that is to go, to the letter

    error: 1 input is faulty; nothing was called
    ");
    assert_eq!(ecr.requests(), seen);

    let dry = destroy(&ecr, "team/app", &["--dry-run"]);
    insta::assert_snapshot!(told(&dry), @"
    exit Some(0)
    Plan
     -  repository   team/app   3 images, 3 tags, at most 28.6 MiB

        it is        ECR/team/app
        newest push  2026-08-23T12:00:00Z
        last pull    2026-08-30T12:00:00Z

    warning: an image was pulled at 2026-08-30T12:00:00Z: something may still run it
    ");
    assert_eq!(writes(&ecr.log_since(seen)).len(), 0);

    let seen = ecr.requests();
    let gone = destroy(&ecr, "team/app", &["--confirm", "team/app", "--json"]);
    assert_eq!(gone.code, Some(0), "{}", gone.stderr);
    assert_allowed("To delete a repository", &ecr.log_since(seen));
    let gone: Value = serde_json::from_str(&gone.stdout).unwrap();
    insta::assert_snapshot!(format!("{gone:#}"), @r#"
    {
      "changed": true,
      "contents": {
        "bytes": 30000000,
        "images": 3,
        "lastPull": "2026-08-30T12:00:00Z",
        "newestPush": "2026-08-23T12:00:00Z",
        "tags": 3
      },
      "repositoryUri": "ECR/team/app",
      "resources": [
        {
          "change": "delete",
          "kind": "repository",
          "name": "team/app",
          "note": "3 images, 3 tags, at most 28.6 MiB"
        }
      ]
    }
    "#);
    assert!(!is_there(&ecr, "team/app"));
    let again = destroy(&ecr, "team/app", &["--confirm", "team/app"]);
    insta::assert_snapshot!(told(&again), @"
    exit Some(0)
    Plan
     =  repository   team/app   is not there

    Resources: = 1 unchanged, no changes
    ");
}

#[test]
fn what_ecrane_does_not_look_after_stays_until_it_is_adopted() {
    let ecr = ecr();
    let sure = ["--confirm", "team/theirs"];
    let look = destroy_at_aws(&ecr, "team/theirs", &["--dry-run"]);
    assert_eq!(look.code, Some(0), "{}", look.stderr);
    assert!(
        look.stdout.contains("has no tag `ecrane:created`"),
        "{}",
        look.stdout
    );
    let refused = destroy_at_aws(&ecr, "team/theirs", &sure);
    assert_eq!(refused.code, Some(3), "{}", refused.stderr);
    insta::assert_snapshot!(refused.stderr, @"error: the repository `team/theirs` has no tag `ecrane:created`, so somebody else may look after it; nothing was done. `adopt: true` says that it is yours to delete");
    assert!(is_there(&ecr, "team/theirs"));
    let adopted = destroy_at_aws(&ecr, "team/theirs", &[&sure[..], &["--adopt"]].concat());
    assert_eq!(adopted.code, Some(0), "{}", adopted.stderr);
    assert!(!is_there(&ecr, "team/theirs"));
}

#[test]
fn for_a_pull_request_that_is_open_a_command_only_looks() {
    let ecr = ecr();
    let event = ecr.home().join("event.json");
    let pull =
        json!({ "action": "opened", "pull_request": { "number": 7, "head": {}, "base": {} } });
    std::fs::write(&event, pull.to_string()).unwrap();
    let mut command = ecr.ecrane(&["destroy", "--repository", "team/app"]);
    command
        .args(["--confirm", "team/app"])
        .env("AWS_ENDPOINT_URL", &ecr.url)
        .env("GITHUB_EVENT_NAME", "pull_request")
        .env("GITHUB_EVENT_PATH", &event);
    let ran = run(&mut command);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(is_there(&ecr, "team/app"));
}

#[test]
fn a_person_at_a_terminal_is_asked_for_the_name() {
    let ecr = ecr();
    let typed = |name: &str| {
        let command = format!(
            "{} destroy --repository team/app --local --data {}",
            binary().display(),
            ecr.data().display()
        );
        let mut terminal = clean("script", ecr.home());
        terminal.args(["--quiet", "--return", "--command", &command, "/dev/null"]);
        terminal.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut terminal = terminal.spawn().unwrap();
        writeln!(terminal.stdin.as_mut().unwrap(), "{name}").unwrap();
        let ended = terminal.wait_with_output().unwrap();
        assert!(String::from_utf8_lossy(&ended.stdout).contains("Type the name"));
        ended.status.code()
    };
    assert_eq!(typed("yes"), Some(3));
    assert!(is_there(&ecr, "team/app"));
    assert_eq!(typed("team/app"), Some(0));
    assert!(!is_there(&ecr, "team/app"));
}

/// What a deletion through a proxy with this fault comes to, and how often the
/// service was asked to delete.
fn spoiled(
    ecr: &LocalEcr,
    repository: &str,
    faults: impl IntoIterator<Item = Fault>,
) -> (Ran, usize) {
    let proxy = proxy::before(&ecr.address, faults);
    let mut command = ecr.ecrane(&["destroy", "--repository", repository]);
    command.args(["--confirm", repository]);
    command.env("AWS_MAX_ATTEMPTS", "2");
    command.env("AWS_ENDPOINT_URL_ECR", format!("http://{}", proxy.address));
    (run(&mut command), proxy.asked("DeleteRepository"))
}

fn fault(operation: &str, from: usize, spoil: Spoil) -> Fault {
    Fault {
        operation: operation.to_owned(),
        calls: from..=usize::MAX,
        spoil,
    }
}

fn one_less(page: &mut Value) {
    page["imageDetails"].as_array_mut().unwrap().pop();
}

#[test]
fn nothing_is_deleted_that_was_not_read_whole() {
    let ecr = ecr();
    let denied = || Spoil::refuse("AccessDeniedException");
    let faults = [
        (fault("DescribeRepositories", 1, denied()), 1),
        (fault("ListTagsForResource", 1, denied()), 1),
        (fault("DescribeImages", 1, denied()), 1),
        (fault("DescribeImages", 1, Spoil::Cut), 1),
        (fault("DescribeImages", 2, denied()), 1),
        // Somebody pushed, or deleted, meanwhile.
        (fault("DescribeImages", 2, Spoil::Change(one_less)), 3),
    ];
    for (fault, code) in faults {
        let what = format!("{} from {}", fault.operation, fault.calls.start());
        let (ran, asked) = spoiled(&ecr, "team/app", [fault]);
        assert_eq!((ran.code, asked), (Some(code), 0), "{what}\n{}", ran.stderr);
    }
}

#[test]
fn a_deletion_that_meets_another_is_none_the_worse() {
    let ecr = ecr();
    let first = |spoil| Fault {
        calls: 1..=1,
        ..fault("DeleteRepository", 1, spoil)
    };
    // An image came into a repository that was empty: it stays.
    let arrived = first(Spoil::refuse("RepositoryNotEmptyException"));
    let (ran, _) = spoiled(&ecr, "team/empty", [arrived]);
    assert_eq!(ran.code, Some(3));
    insta::assert_snapshot!(ran.stderr, @"error: images were pushed, tagged or removed while this run looked at them; run again; nothing was done");
    assert!(is_there(&ecr, "team/empty"));
    // Its answer is lost, and the second look finds nothing.
    let (ran, asked) = spoiled(&ecr, "team/empty", [first(Spoil::Lost)]);
    assert_eq!((ran.code, asked), (Some(0), 1), "{}", ran.stderr);
    // The service fails before it does anything.
    let fails = || {
        let code = "ServerException".to_owned();
        first(Spoil::Refuse("500 Internal Server Error", code))
    };
    let (ran, asked) = spoiled(&ecr, "team/app", [fails()]);
    assert_eq!((ran.code, asked), (Some(0), 2), "{}", ran.stderr);
    // Another run was first.
    let gone = first(Spoil::DoneThenRefuse(
        "RepositoryNotFoundException".to_owned(),
    ));
    let (ran, asked) = spoiled(&ecr, "team/spare", [gone]);
    assert_eq!((ran.code, asked), (Some(0), 1), "{}", ran.stderr);
}

fn another(page: &mut Value) {
    page["repositories"][0]["createdAt"] = json!(1_900_000_000);
}

#[test]
fn what_somebody_made_again_meanwhile_stays() {
    let ecr = ecr();
    let fault = |operation: &str, call: usize, spoil| Fault {
        operation: operation.to_owned(),
        calls: call..=call,
        spoil,
    };
    let code = "ServerException".to_owned();
    let unsaid = Spoil::Refuse("500 Internal Server Error", code);
    let faults = [
        fault("DeleteRepository", 1, unsaid),
        fault("DescribeRepositories", 2, Spoil::Change(another)),
    ];
    let (ran, asked) = spoiled(&ecr, "team/app", faults);
    assert_eq!((ran.code, asked), (Some(3), 1));
    insta::assert_snapshot!(ran.stderr, @"error: `team/app` was deleted, and somebody made it again meanwhile: what is there now stays");
    assert!(is_there(&ecr, "team/app"));
}

#[test]
fn in_a_workflow_it_is_a_mode() {
    let ecr = ecr();
    let github = GitHub::start(ecr.home());
    let job = |event: &str, inputs: &[(&str, &str)]| {
        let file = |name: &str| ecr.home().join(name);
        std::fs::write(file("event.json"), event).unwrap();
        for name in ["outputs", "summary"] {
            std::fs::write(file(name), "").unwrap();
        }
        let mut command = clean(binary(), ecr.home());
        ecr.sign(&mut command);
        command
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_EVENT_NAME", "pull_request")
            .env("GITHUB_API_URL", &github.api)
            .env("GITHUB_REPOSITORY", "octocat/hello")
            .env("GITHUB_TOKEN", TOKEN)
            .env("GITHUB_EVENT_PATH", file("event.json"))
            .env("GITHUB_OUTPUT", file("outputs"))
            .env("GITHUB_STEP_SUMMARY", file("summary"))
            .env("INPUT_MODE", "destroy")
            .env("INPUT_REPOSITORY", "team/app");
        for (name, value) in inputs {
            command.env(format!("INPUT_{}", name.to_uppercase()), value);
        }
        let ran = run(&mut command);
        let read = |name| std::fs::read_to_string(file(name)).unwrap();
        (ran, read("outputs"), read("summary"))
    };
    let event = |action: &str| {
        let side = json!({ "sha": "0f", "repo": { "full_name": "octocat/hello" } });
        let pull = json!({ "number": 7, "head": side, "base": side });
        json!({ "action": action, "pull_request": pull }).to_string()
    };
    let sure = ("confirm", "team/app");
    // As long as the pull request is open, a run only looks.
    let (open, outputs, _) = job(&event("opened"), &[sure]);
    assert_eq!(open.code, Some(0), "{}", open.stdout);
    assert!(outputs.contains("changed<<") && outputs.contains("\nfalse\n"));
    assert!(is_there(&ecr, "team/app"));
    let (unsure, ..) = job(&event("closed"), &[("push-to", "eu-west-1")]);
    let alone = "::warning title=input push-to::this mode looks at the main registry alone";
    assert!(unsure.stdout.contains(alone), "{}", unsure.stdout);
    assert_eq!(unsure.code, Some(2), "{}", unsure.stdout);
    assert!(is_there(&ecr, "team/app"));
    // It was closed when the event was made, and is open again.
    github.state().pulls = [(7, "open")].into();
    let (open, outputs, _) = job(&event("closed"), &[sure]);
    assert_eq!(open.code, Some(0), "{}", open.stdout);
    let again = "::warning::#7 is open again: nothing is deleted";
    assert!(open.stdout.contains(again), "{}", open.stdout);
    assert!(outputs.contains("\nfalse\n"), "{outputs}");
    assert!(is_there(&ecr, "team/app"));
    github.state().pulls = [(7, "closed")].into();
    let (closed, outputs, summary) = job(&event("closed"), &[sure]);
    assert_eq!(closed.code, Some(0), "{}", closed.stdout);
    assert!(outputs.contains("\ntrue\n"), "{outputs}");
    insta::assert_snapshot!(summary, @"
    ### ecrane, `team/app`: result

    ```text
     -  repository   team/app   3 images, 3 tags, at most 28.6 MiB
    ```

    `- 1 deleted`
    ");
    assert!(!is_there(&ecr, "team/app"));
}

//! The tags of closed pull requests go, and nothing else does.

use super::github::{Fault as Refusal, GitHub, Instead, forbidden};
use super::{COMMIT, TOKEN};
use crate::act::{act, lay_checkout};
use crate::docs::assert_allowed;
use crate::harness::{LocalEcr, Ran, binary, clean, run, writes};
use crate::http;
use crate::proxy::{self, Fault, Spoil};
use serde_json::{Value, json};
use std::process::Command;

/// A repository with images of pull requests 1, 7, 12 and 99, of which 1 and 12
/// are closed and 7 is open. GitHub knows nothing of 99.
struct World {
    ecr: LocalEcr,
    github: GitHub,
}

impl World {
    fn new() -> Self {
        Self::of(&json!([
            { "tags": ["pr-1", "pr-1-0f3c2d"], "pushed": "9d" },
            { "tags": ["pr-12", "v1", "latest"], "pushed": "8d" },
            { "tags": ["pr-7"], "pushed": "7d" },
            { "tags": ["pr-99"], "pushed": "6d" },
            { "tags": ["pr-1.2", "main"], "pushed": "5d" },
            { "name": "amd64", "tags": ["pr-12-amd64"], "pushed": "4d" },
            { "tags": ["v2"], "pushed": "4d", "children": ["amd64"] },
        ]))
    }

    fn of(images: &Value) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let seed = folder.path().join("seed.json");
        let text = json!({ "repositories": [{ "name": "team/app", "images": images }] });
        std::fs::write(&seed, text.to_string()).unwrap();
        let ecr = LocalEcr::start_with(&["--seed", seed.to_str().unwrap()]);
        let github = GitHub::start(ecr.home());
        github.state().pulls = [(1, "closed"), (7, "open"), (12, "closed")].into();
        Self { ecr, github }
    }

    /// The command, where GitHub is the one of the test.
    fn command(&self, words: &[&str]) -> Command {
        let mut command = self.ecr.ecrane(&["cleanup", "--repository", "team/app"]);
        command
            .args(words)
            .env("GITHUB_API_URL", &self.github.api)
            .env("GITHUB_REPOSITORY", "octocat/hello")
            .env("GITHUB_TOKEN", TOKEN);
        command
    }

    /// Through a proxy with this fault, and how often tags were asked to go.
    fn spoiled(&self, faults: impl IntoIterator<Item = Fault>) -> (Ran, usize) {
        let proxy = proxy::before(&self.ecr.address, faults);
        let mut command = self.command(&[]);
        command.env("AWS_MAX_ATTEMPTS", "2");
        command.env("AWS_ENDPOINT_URL_ECR", format!("http://{}", proxy.address));
        (run(&mut command), proxy.asked("BatchDeleteImage"))
    }

    /// The event of a run for pull request 12, from this repository.
    fn event(&self, action: &str, head: &str) {
        let event = json!({ "action": action, "number": 12, "pull_request": {
            "number": 12,
            "head": { "sha": COMMIT, "repo": { "full_name": head } },
            "base": { "sha": COMMIT, "repo": { "full_name": "octocat/hello" } },
        }});
        std::fs::write(self.ecr.home().join("event.json"), event.to_string()).unwrap();
    }

    /// The tags that are there.
    fn tags(&self) -> Vec<String> {
        let listed = self
            .ecr
            .aws(&["list-images", "--repository-name", "team/app"]);
        let ids = listed["imageIds"].as_array().unwrap().iter();
        let tags = ids.filter_map(|id| id["imageTag"].as_str());
        let mut tags: Vec<String> = tags.map(str::to_owned).collect();
        tags.sort();
        tags
    }
}

fn told(ran: &Ran) -> String {
    format!("exit {:?}\n{}{}", ran.code, ran.stdout, ran.stderr)
}

#[test]
fn tags_of_closed_pull_requests_go_by_their_names() {
    let world = World::new();
    let (all, seen) = (world.tags(), world.ecr.requests());
    let dry = run(&mut world.command(&["--dry-run"]));
    insta::assert_snapshot!(told(&dry), @"
    exit Some(0)
    Plan
     =  repository   team/app
     -  ├─ tag       team/app:pr-1          #1 is closed; with its image, at most 9.54 MiB
     -  ├─ tag       team/app:pr-1-0f3c2d   #1 is closed; with its image, at most 9.54 MiB
     -  ├─ tag       team/app:pr-12         #12 is closed; the image has other tags
     =  ├─ tag       team/app:pr-7          #7 is open
     =  ├─ tag       team/app:pr-12-amd64   #12 is closed, and the index sha256:7987150375c7 holds the image
     =  └─ tag       team/app:pr-99         #99 is not known to GitHub

    1 image goes, at most 9.54 MiB
    ");
    assert_eq!(writes(&world.ecr.log_since(seen)).len(), 0);

    let capped = run(&mut world.command(&["--max-remove", "2"]));
    assert_eq!(capped.code, Some(3));
    insta::assert_snapshot!(capped.stderr, @"error: 3 tags would go, and `max-remove` is 2: allow as many with `max-remove: 3`; nothing was done");
    assert_eq!(world.tags(), all);

    let seen = world.ecr.requests();
    let done = run(&mut world.command(&["--json"]));
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert_allowed(
        "To clean up after pull requests",
        &world.ecr.log_since(seen),
    );
    let done: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(done["changed"], true);
    assert_eq!(done["tags"]["removed"][0]["imageGoes"], true);
    let left = [
        "latest",
        "main",
        "pr-1.2",
        "pr-12-amd64",
        "pr-7",
        "pr-99",
        "v1",
        "v2",
    ];
    assert_eq!(world.tags(), left);

    let seen = world.ecr.requests();
    let again = run(&mut world.command(&[]));
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    assert_eq!(writes(&world.ecr.log_since(seen)).len(), 0);
}

#[test]
fn indexes_are_read_only_where_what_they_hold_decides() {
    let read = |tags: &[&str]| {
        let world = World::of(&json!([
            { "tags": tags, "pushed": "9d" },
            { "name": "amd64", "pushed": "4d" },
            { "tags": ["v2"], "pushed": "4d", "children": ["amd64"] },
        ]));
        let seen = world.ecr.requests();
        let ran = run(&mut world.command(&[]));
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert!(!world.tags().contains(&tags[0].to_owned()));
        let requests = world.ecr.log_since(seen);
        let read = requests
            .iter()
            .filter(|request| request["operation"] == "BatchGetImage");
        read.count()
    };
    assert_eq!(read(&["pr-1", "main"]), 0);
    assert_eq!(read(&["pr-1"]), 1);
}

#[test]
fn what_github_does_not_say_is_not_closed() {
    let world = World::new();
    let all = world.tags();
    let refuse = |instead| {
        world.github.state().faults.push(Refusal {
            method: "GET",
            path: "/pulls/12",
            times: 1,
            instead,
        });
    };
    refuse(Instead::Answer(forbidden()));
    let ran = run(&mut world.command(&[]));
    assert_eq!((ran.code, world.tags()), (Some(1), all.clone()));
    insta::assert_snapshot!(ran.stderr, @"error: GitHub refuses the state of a pull request (Resource not accessible by integration): the token lacks `pull-requests: read`, which the job's `permissions` can grant; nothing was done");
    // It heals.
    refuse(Instead::Silence);
    let ran = run(&mut world.command(&["--dry-run"]));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    // Nobody could be asked.
    let seen = world.ecr.requests();
    let mut command = world.command(&["--cleanup-tags", "{number},pr-*"]);
    command
        .env_remove("GITHUB_TOKEN")
        .env("GITHUB_REPOSITORY", "hello");
    let ran = run(&mut command);
    insta::assert_snapshot!(told(&ran), @"
    exit Some(2)
    error[input]: `{number}` does not say how tags name a pull request: versions and dates begin with a number too
     --> cleanup-tags:1:1
      |
    1 | {number}
      | ^^^^^^^^
      |
      = help: write it as `pr-{number}`

    error[input]: `pr-*` does not say how tags name a pull request: the number of the pull request stands in it once
     --> cleanup-tags:1:1
      |
    1 | pr-*
      | ^^^^
      |
      = help: write it as `pr-{number}`

    error[input]: whether a pull request is closed is asked of GitHub, which needs a token
    --> github-token
     = help: give `github-token`, or the variable GITHUB_TOKEN, with the right `pull-requests: read`

    error[input]: a repository on GitHub is named `OWNER/NAME`
     --> GITHUB_REPOSITORY:1:1
      |
    1 | hello
      | ^^^^^
      |
      = help: the variable says whose pull requests these are; a workflow has it

    error: 4 inputs are faulty; nothing was called
    ");
    assert_eq!(world.ecr.requests(), seen);
    assert_eq!(world.tags(), all);
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
fn nothing_goes_that_was_not_read_whole() {
    let world = World::new();
    let all = world.tags();
    let denied = || Spoil::refuse("AccessDeniedException");
    let faults = [
        (fault("DescribeImages", 1, denied()), 1),
        (fault("DescribeImages", 1, Spoil::Cut), 1),
        (fault("BatchGetImage", 1, denied()), 1),
        (fault("DescribeImages", 2, denied()), 1),
        (fault("DescribeImages", 2, Spoil::Change(one_less)), 3),
    ];
    for (fault, code) in faults {
        let what = format!("{} from {}", fault.operation, fault.calls.start());
        let (ran, asked) = world.spoiled([fault]);
        assert_eq!((ran.code, asked), (Some(code), 0), "{what}\n{}", ran.stderr);
    }
    assert_eq!(world.tags(), all);
}

/// The codes of the service model.
const CODES: [&str; 11] = [
    "InvalidImageDigest",
    "InvalidImageTag",
    "ImageTagDoesNotMatchDigest",
    "ImageNotFound",
    "MissingDigestAndTag",
    "ImageReferencedByManifestList",
    "KmsError",
    "UpstreamAccessDenied",
    "UpstreamTooManyRequests",
    "UpstreamUnavailable",
    "ImageInaccessible",
];

#[test]
fn a_tag_that_cannot_go_is_told_of_by_itself() {
    let world = World::new();
    for code in CODES {
        let failure = json!({
            "imageId": { "imageTag": "pr-1" },
            "failureCode": code,
            "failureReason": "so it is",
        });
        let body = http::json(&json!({ "imageIds": [], "failures": [failure] }));
        let (ran, asked) = world.spoiled([fault("BatchDeleteImage", 1, Spoil::Answer(body))]);
        let (exit, said) = match code {
            "ImageNotFound" => (0, ""),
            "ImageReferencedByManifestList" => (0, "`pr-1` stays: an index holds"),
            _ => (1, "2 of 3 tags are removed"),
        };
        assert_eq!((ran.code, asked), (Some(exit), 1), "{code}\n{}", ran.stderr);
        let removed = if code == "ImageReferencedByManifestList" {
            2
        } else {
            3
        };
        let result = format!("Resources: - {removed} deleted");
        assert_eq!(exit == 0, ran.stdout.contains(&result), "{}", ran.stdout);
        let all = format!("{}{}", ran.stdout, ran.stderr);
        assert!(all.contains(said), "{code}\n{all}");
        assert_eq!(exit == 1, all.contains(&format!("({code})")), "{all}");
    }
}

#[test]
fn a_token_with_a_line_end_is_told_and_not_shown() {
    let world = World::new();
    let all = world.tags();
    let mut command = world.command(&[]);
    let ran = run(command.env("GITHUB_TOKEN", format!("{TOKEN}\n")));
    assert_eq!(ran.code, Some(1), "{}", told(&ran));
    insta::assert_snapshot!(ran.stderr, @"error: the token for GitHub has a line end or another control character in it; take it away where the token is kept; nothing was done");
    assert_eq!(world.tags(), all);
}

#[test]
fn an_answer_that_is_lost_takes_nothing_back() {
    let world = World::new();
    let lost = Fault {
        calls: 1..=1,
        ..fault("BatchDeleteImage", 1, Spoil::Lost)
    };
    let (ran, asked) = world.spoiled([lost]);
    assert_eq!((ran.code, asked), (Some(0), 1), "{}", ran.stderr);
    let kept = [
        "latest",
        "main",
        "pr-1.2",
        "pr-12-amd64",
        "pr-7",
        "pr-99",
        "v1",
        "v2",
    ];
    assert_eq!(world.tags(), kept);
}

/// The tag `pr-1` names another image by then.
fn pushed_again(page: &mut Value) {
    let images = page["imageDetails"].as_array_mut().unwrap();
    let tagged = |image: &&mut Value| {
        let tags = image["imageTags"].as_array();
        tags.is_some_and(|tags| tags.contains(&json!("pr-1")))
    };
    let before = images.iter_mut().find(tagged).unwrap();
    let mut after = before.clone();
    before["imageTags"] = json!(["pr-1-0f3c2d"]);
    after["imageTags"] = json!(["pr-1"]);
    after["imageDigest"] = json!(format!("sha256:{}", "5".repeat(64)));
    images.push(after);
}

#[test]
fn a_tag_that_was_pushed_again_before_another_attempt_stays() {
    let world = World::new();
    let fault = |operation: &str, call: usize, spoil| Fault {
        operation: operation.to_owned(),
        calls: call..=call,
        spoil,
    };
    let unsaid = Spoil::Refuse("500 Internal Server Error", "ServerException".to_owned());
    // The first look finds the images, the second that they are still there.
    let faults = [
        fault("BatchDeleteImage", 1, unsaid),
        fault("DescribeImages", 3, Spoil::Change(pushed_again)),
    ];
    let (ran, asked) = world.spoiled(faults);
    assert_eq!((ran.code, asked), (Some(0), 2), "{}", told(&ran));
    let why = "`pr-1` stays: it was pushed again meanwhile; the next run looks again";
    assert!(told(&ran).contains(why), "{}", told(&ran));
    let tags = world.tags();
    let of_one = tags.iter().filter(|tag| tag.starts_with("pr-1"));
    assert_eq!(
        of_one.collect::<Vec<_>>(),
        ["pr-1", "pr-1.2", "pr-12-amd64"]
    );
}

#[test]
fn the_end_of_a_pull_request_takes_its_own_tags() {
    let world = World::new();
    let home = world.ecr.home();
    let job = |action: &str, head: &str, keys: bool| {
        world.event(action, head);
        let mut command = clean(binary(), home);
        if keys {
            world.ecr.sign(&mut command);
        }
        command
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_API_URL", &world.github.api)
            .env("GITHUB_EVENT_NAME", "pull_request")
            .env("GITHUB_EVENT_PATH", home.join("event.json"))
            .env("GITHUB_OUTPUT", home.join("outputs"))
            .env("GITHUB_REPOSITORY", "octocat/hello")
            .env("GITHUB_STEP_SUMMARY", home.join("summary"))
            .env("INPUT_AWS-REGION", "us-east-1")
            .env("INPUT_GITHUB-TOKEN", TOKEN)
            .env("INPUT_MODE", "cleanup")
            .env("INPUT_REPOSITORY", "team/app");
        run(&mut command)
    };
    let all = world.tags();
    // As long as it is open, a run only looks; a fork's has nothing to clean up.
    let open = job("synchronize", "octocat/hello", true);
    assert_eq!(
        (open.code, world.tags()),
        (Some(0), all.clone()),
        "{}",
        open.stdout
    );
    let fork = job("closed", "hubot/hello", false);
    assert_eq!((fork.code, world.tags()), (Some(0), all), "{}", fork.stdout);
    let closed = job("closed", "octocat/hello", true);
    assert_eq!(closed.code, Some(0), "{}", closed.stdout);
    assert!(world.tags().contains(&"pr-1".to_owned()));
    assert!(!world.tags().contains(&"pr-12".to_owned()));
    let outputs = std::fs::read_to_string(home.join("outputs")).unwrap();
    let (_, plan) = outputs.rsplit_once("\nplan<<").unwrap();
    let plan = std::fs::read_to_string(plan.lines().nth(1).unwrap()).unwrap();
    let plan: Value = serde_json::from_str(&plan).unwrap();
    assert_eq!(plan["tags"]["removed"][0]["tag"], "pr-12");
    let summary = std::fs::read_to_string(home.join("summary")).unwrap();
    let (_, last) = summary.rsplit_once("### ").unwrap();
    insta::assert_snapshot!(last, @"
    ecrane, `team/app`: result

    ```text
     =  repository   team/app
     -  ├─ tag       team/app:pr-12         #12 is closed; the image has other tags
     =  └─ tag       team/app:pr-12-amd64   #12 is closed, and the index sha256:7987150375c7 holds the image
    ```

    `- 1 deleted, = 2 unchanged`
    ");
}

#[test]
fn a_workflow_at_the_end_of_a_pull_request_takes_its_tags() {
    let world = World::new();
    world.event("closed", "octocat/hello");
    let checkout = world.ecr.home().join("checkout");
    lay_checkout(&checkout, "cleanup.yml");
    let mut workflow = act("pull_request", &checkout, &world.ecr.address);
    workflow
        .arg("--eventpath")
        .arg(world.ecr.home().join("event.json"))
        .args(["--env", &format!("GITHUB_API_URL={}", world.github.api)])
        .args(["--env", "GITHUB_REPOSITORY=octocat/hello"])
        .args(["--secret", &format!("GITHUB_TOKEN={TOKEN}")])
        .args(["--secret", "KEY_ID=local", "--secret", "KEY=local"]);
    let ran = run(&mut workflow);
    let log = format!("{}\n{}", ran.stdout, ran.stderr);
    assert_eq!(ran.code, Some(0), "{log}");
    let left = [
        "latest",
        "main",
        "pr-1",
        "pr-1-0f3c2d",
        "pr-1.2",
        "pr-12-amd64",
        "pr-7",
        "pr-99",
        "v1",
        "v2",
    ];
    assert_eq!(world.tags(), left);
}

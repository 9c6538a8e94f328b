//! What a pull request is told of a run, on a GitHub that is held to its own
//! description.

mod cleanup;
pub(crate) mod github;
mod http;
mod prism;

use crate::act::{act, lay_checkout};
use crate::harness::{LocalEcr, Ran, binary, clean, root, run};
use github::{Fault, GitHub, Instead, forbidden};
use http::Answer;
use serde_json::{Value, json};
use std::path::PathBuf;

pub(crate) const TOKEN: &str = "ghs_canaryOfTheJob77aa";
const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
const NOW: &str = "2026-09-01T12:00:00Z";

/// A job for pull request 7 of `octocat/hello`.
struct Job {
    ecr: LocalEcr,
    github: GitHub,
}

impl Job {
    /// With a repository `team/app` of six images, a day between two of them.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let seed = folder.path().join("seed.json");
        let text = json!({ "repositories": [{ "name": "team/app", "images": [
            { "count": 6, "tags": ["v{n}"], "pushed": "6d", "every": "1d" },
        ]}]});
        std::fs::write(&seed, text.to_string()).unwrap();
        let ecr = LocalEcr::start_with(&["--seed", seed.to_str().unwrap(), "--now", NOW]);
        let github = GitHub::start(ecr.home());
        let job = Self { ecr, github };
        job.event("octocat/hello");
        job
    }

    /// The pull request is from this repository.
    fn event(&self, head: &str) {
        let event = json!({ "number": 7, "pull_request": {
            "number": 7,
            "head": { "sha": COMMIT, "repo": { "full_name": head } },
            "base": { "sha": COMMIT, "repo": { "full_name": "octocat/hello" } },
        }});
        std::fs::write(self.ecr.home().join("event.json"), event.to_string()).unwrap();
    }

    fn file(&self, name: &str) -> PathBuf {
        self.ecr.home().join(name)
    }

    /// The policy of the checkout.
    fn policy(&self, text: &str) {
        std::fs::write(self.file("lifecycle.json"), text).unwrap();
    }

    /// The action, with credentials.
    fn run(&self, inputs: &[(&str, &str)]) -> Ran {
        let signed = [("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b")];
        self.run_with(&signed, inputs)
    }

    fn run_with(&self, variables: &[(&str, &str)], inputs: &[(&str, &str)]) -> Ran {
        let home = self.ecr.home();
        let _ = std::fs::remove_file(self.file("summary"));
        let _ = std::fs::remove_file(self.file("outputs"));
        let mut command = clean(binary(), home);
        command
            .current_dir(home)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_API_URL", &self.github.api)
            .env("GITHUB_EVENT_NAME", "pull_request")
            .env("GITHUB_EVENT_PATH", self.file("event.json"))
            .env("GITHUB_OUTPUT", self.file("outputs"))
            .env("GITHUB_REPOSITORY", "octocat/hello")
            .env("GITHUB_STEP_SUMMARY", self.file("summary"))
            .env("RUNNER_TEMP", home)
            .env("INPUT_AWS-REGION", "us-east-1")
            .env("INPUT_ENDPOINT-URL", &self.ecr.url)
            .env("INPUT_GITHUB-TOKEN", TOKEN)
            .env("INPUT_IMAGE", root().join("examples/hello/layout"))
            .env("INPUT_LIFECYCLE-POLICY", "lifecycle.json")
            .env("INPUT_REPOSITORY", "team/app")
            .env("INPUT_TAGS", "new")
            .envs(variables.iter().copied());
        for (name, value) in inputs {
            command.env(format!("INPUT_{}", name.to_uppercase()), value);
        }
        let ran = run(&mut command);
        let masked = ran.stdout.replace(&format!("::add-mask::{TOKEN}\n"), "");
        let told = [
            masked,
            ran.stderr.clone(),
            self.read("summary"),
            self.read("outputs"),
        ];
        assert!(
            told.iter().all(|text| !text.contains(TOKEN)),
            "the token shows"
        );
        ran
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.file(name)).unwrap_or_default()
    }

    /// The value of an output of one line.
    fn output(&self, name: &str) -> String {
        let outputs = self.read("outputs");
        let mut lines = outputs.lines();
        lines.find(|line| line.starts_with(&format!("{name}<<")));
        lines.next().unwrap().to_owned()
    }
}

fn keep(newest: usize) -> String {
    format!(
        r#"{{"rules": [{{
  "rulePriority": 1,
  "selection": {{"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": {newest}}},
  "action": {{"type": "expire"}}
}}]}}"#
    )
}

/// The lines of the log that speak of the pull request.
fn spoken(ran: &Ran) -> String {
    let lines = ran.stdout.lines();
    let lines = lines.filter(|line| {
        let line = line.to_lowercase();
        line.contains("pull request #") || line.contains("github")
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn one_comment_is_kept_and_says_what_would_go() {
    let job = Job::new();
    job.policy(&keep(4));
    let refused = job.run(&[]);
    assert_eq!(refused.code, Some(3), "{}", refused.stdout);
    assert_eq!(spoken(&refused), "Pull request #7 has a new comment");
    let [text] = job.github.texts().try_into().unwrap();
    // The mark has the port of this test in it.
    let (mark, told) = text.split_once("\n\n").unwrap();
    assert!(mark.starts_with("<!-- ecrane "), "{mark}");
    insta::assert_snapshot!(told, @"
    ### ecrane, `team/app`: refused

    ```text
    the policy would remove 2 of 6 images that are kept today, and `max-remove` is 0; allow as many with `max-remove: 2`, or mend the policy; nothing was done
    ```

    ```text
     ~  repository            team/app       tags ecrane:lifecycle
     +  ├─ lifecycle policy   team/app       1 rule
     ?  └─ image              team/app:new   push what differs
    ```

    <details>
    <summary>The lifecycle policy would remove 2 of 6 images that are kept today, at most 19.1 MiB</summary>

    ```text
    v2  9.54 MiB  expires by rule 1 (any): newest 5 of 6, and it keeps 4
    v1  9.54 MiB  expires by rule 1 (any): newest 6 of 6, and it keeps 4
    ```

    </details>
    ");
    // The summary of a run that was refused says the same, and programs get it too.
    assert!(
        job.read("summary").starts_with(told.trim_end()),
        "{}",
        job.read("summary")
    );
    assert_eq!(job.output("expiring"), "2");
    let report = std::fs::read_to_string(job.output("lifecycle-report")).unwrap();
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["costs"][0]["losses"][0]["tags"], json!(["v2"]));
    let plan = std::fs::read_to_string(job.output("plan")).unwrap();
    let plan: Value = serde_json::from_str(&plan).unwrap();
    assert_eq!(plan["error"]["exit"], 3);

    let again = job.run(&[]);
    assert_eq!(spoken(&again), "Pull request #7: comment unchanged");
    job.policy(&keep(40));
    let mended = job.run(&[]);
    assert_eq!(mended.code, Some(0), "{}", mended.stdout);
    assert_eq!(spoken(&mended), "Pull request #7: comment updated");
    assert_eq!(job.github.texts().len(), 1);

    // Another repository and another policy are told of beside it.
    job.run(&[("repository", "team/other")]);
    job.run(&[("lifecycle-policy", "default")]);
    assert_eq!(job.github.texts().len(), 3);
    // No word is wanted, or nobody is to be told.
    job.run(&[("comment", "false"), ("repository", "team/third")]);
    job.run(&[("github-token", ""), ("repository", "team/fourth")]);
    assert_eq!(job.github.texts().len(), 3);
}

#[test]
fn a_comment_is_found_on_any_page_and_only_if_its_owner_wrote_it() {
    let job = Job::new();
    job.policy(&keep(40));
    job.run(&[]);
    let ours = job.github.state().comments.pop().unwrap();
    let text = ours["body"].as_str().unwrap().to_owned();
    job.github
        .says("mallory", "User", &text.replace("plan", "nothing to see"));
    for n in 0..120 {
        job.github.says("octocat", "User", &format!("comment {n}"));
    }
    job.github.state().comments.push(ours);
    let found = job.run(&[]);
    assert_eq!(spoken(&found), "Pull request #7: comment unchanged");

    // A user's token writes as that user.
    job.github.state().user = Some("mona");
    let user = [("github-token", "ghp_ofAUser")];
    assert_eq!(spoken(&job.run(&user)), "Pull request #7 has a new comment");
    assert_eq!(
        spoken(&job.run(&user)),
        "Pull request #7: comment unchanged"
    );
    // An app's token of another kind is no user.
    job.github.state().user = None;
    assert_eq!(
        spoken(&job.run(&user)),
        "Pull request #7: comment unchanged"
    );
}

#[test]
fn findings_are_shown_at_their_lines_fifty_at_once() {
    let job = Job::new();
    let rule = |n: usize| {
        json!({
            "rulePriority": n,
            "selection": {"tagStatus": "Untagged", "countType": "imageCountMoreThan", "countNumber": 0},
            "action": {"type": "expire"},
        })
    };
    let rules: Vec<Value> = (1..=40).map(rule).collect();
    job.policy(&format!("{:#}", json!({ "rules": rules })));
    let faulty = job.run(&[]);
    assert_eq!(faulty.code, Some(2), "{}", faulty.stdout);
    let [check] = std::mem::take(&mut job.github.state().checks)
        .try_into()
        .unwrap();
    let found = check["annotations"].as_array().unwrap();
    assert!(found.len() > 50, "{}", found.len());
    assert_eq!(check["conclusion"], "failure");
    assert_eq!(check["head_sha"], COMMIT);
    insta::assert_snapshot!(format!("{:#}", found[0]), @r#"
    {
      "annotation_level": "failure",
      "end_column": 25,
      "end_line": 9,
      "message": "`countNumber` must be 1 or more, not `0`",
      "path": "lifecycle.json",
      "start_column": 24,
      "start_line": 9,
      "title": "count-number"
    }
    "#);
    // Not twice.
    assert!(
        !faulty.stdout.contains("::error file="),
        "{}",
        faulty.stdout
    );
    assert!(job.github.texts()[0].contains("### ecrane: failed"));
}

/// A policy in which something is found that stops nothing.
fn doubtful() -> String {
    keep(40).replace(
        r#""tagStatus": "any""#,
        r#""tagStatus": "tagged", "tagPatternList": ["v*", "rc-*"]"#,
    )
}

#[test]
fn what_the_token_may_not_do_is_named_and_the_run_is_green() {
    let job = Job::new();
    job.policy(&doubtful());
    let refuse = |path, permission: &str| Fault {
        method: "POST",
        path,
        times: 1,
        instead: Instead::Answer(forbidden().with("x-accepted-github-permissions", permission)),
    };
    job.github.state().faults = vec![
        refuse("/comments", "issues=write; pull_requests=write"),
        refuse("/check-runs", "checks=write"),
    ];
    let ran = job.run(&[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
    insta::assert_snapshot!(spoken(&ran), @"
    The findings are shown by the runner, not by a check: GitHub refuses a check run (Resource not accessible by integration): the token lacks `checks: write`, which the job's `permissions` can grant
    ::warning::pull request #7 has no comment of this run: GitHub refuses a comment on the pull request (Resource not accessible by integration): the token lacks `pull-requests: write`, which the job's `permissions` can grant
    ");
    assert!(
        ran.stdout.contains("::warning file=lifecycle.json,line="),
        "{}",
        ran.stdout
    );

    // Not every refusal is for a lack of permissions.
    let locked =
        json!({ "message": "Unable to create comment because issue is locked.", "status": "403" });
    job.github.state().faults = vec![Fault {
        method: "POST",
        path: "/comments",
        times: 1,
        instead: Instead::Answer(Answer::json(403, &locked)),
    }];
    insta::assert_snapshot!(spoken(&job.run(&[])), @"::warning::pull request #7 has no comment of this run: GitHub refuses a comment on the pull request with status 403: Unable to create comment because issue is locked.");
}

#[test]
fn a_limit_is_waited_for_and_a_lost_answer_makes_no_second_comment() {
    let job = Job::new();
    job.policy(&keep(40));
    let fault = |instead| Fault {
        method: "POST",
        path: "/comments",
        times: 1,
        instead,
    };
    let limited = Instead::Answer(forbidden().with("retry-after", "1"));
    job.github.state().faults = vec![fault(limited), fault(Instead::Silence)];
    let ran = job.run(&[]);
    assert_eq!(
        spoken(&ran),
        "Pull request #7: comment unchanged",
        "{}",
        ran.stdout
    );
    assert_eq!(job.github.texts().len(), 1);

    let later = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let later = (later.unwrap().as_secs() + 3_000).to_string();
    let limited = forbidden()
        .with("x-ratelimit-remaining", "0")
        .with("x-ratelimit-reset", &later);
    job.github.state().faults = vec![Fault {
        method: "GET",
        path: "/comments",
        times: 1,
        instead: Instead::Answer(limited),
    }];
    let ran = job.run(&[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
    let said = "has no comment of this run: GitHub's rate limit refuses a comment on the pull request: it asks to wait ";
    assert!(spoken(&ran).contains(said), "{}", spoken(&ran));
}

#[test]
fn a_fork_gets_its_policy_checked_and_needs_no_credentials() {
    let job = Job::new();
    let refuse = |path| Fault {
        method: "POST",
        path,
        times: usize::MAX,
        instead: Instead::Answer(forbidden()),
    };
    job.github.state().faults = vec![refuse("/comments"), refuse("/check-runs")];
    job.policy(&doubtful());
    // Without credentials that is a mistake in a pull request of the repository itself.
    assert_eq!(job.run_with(&[], &[]).code, Some(1));

    job.event("hubot/hello");
    // It gets no role either.
    let role = ("role-to-assume", "arn:aws:iam::123456789012:role/look");
    let account = ("allowed-account-ids", "123456789012");
    for inputs in [vec![role], vec![account], vec![role, account]] {
        let ran = job.run_with(&[], &inputs);
        assert_eq!(ran.code, Some(0), "{}", ran.stdout);
    }
    let good = job.run_with(&[], &[]);
    assert_eq!(good.code, Some(0), "{}", good.stdout);
    assert!(
        good.stdout.contains("::warning file=lifecycle.json,line="),
        "{}",
        good.stdout
    );
    insta::assert_snapshot!(spoken(&good), @"Pull request #7 has no comment of this run: a run for the changes of a fork or of Dependabot gets a token that only reads; the job's summary says the same");
    let summary = job.read("summary");
    insta::assert_snapshot!(summary.split("\nin all").next().unwrap(), @r#"
    ### ecrane, `team/app`: policy checked, no plan

    ```text
    The plan needs AWS credentials, and a run for the changes of a fork or of Dependabot gets none. The inputs and the policy are good.
    ```

    <details>
    <summary>What was found in the policy and the inputs</summary>

    ```text
    warning[list-is-and]: a list is an AND, so an image tagged `v` is not selected: every entry must be matched by some tag of the image
     --> lifecycle.json:3:40
      |
    3 |   "selection": {"tagStatus": "tagged", "tagPatternList": ["v*", "rc-*"], "countType": "imageCountMoreThan", "countNumber": 40},
      |                                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: for an OR write one rule per entry, each with a count of its own
    ```

    </details>
    "#);

    // Nor does it get the token by which a role is taken.
    let role = ("role-to-assume", "arn:aws:iam::000000000000:role/push");
    assert_eq!(job.run_with(&[], &[role]).code, Some(0));

    job.policy(&keep(0));
    let faulty = job.run_with(&[], &[]);
    assert_eq!(faulty.code, Some(2), "{}", faulty.stdout);
    assert!(
        faulty.stdout.contains("::error file=lifecycle.json,line="),
        "{}",
        faulty.stdout
    );
}

/// A workflow on the pull request, run by `act` with these secrets.
fn in_workflow(job: &Job, secrets: &[&str]) -> String {
    let checkout = job.file("checkout");
    let mut command = act("pull_request", &checkout, &job.ecr.address);
    command.arg("--eventpath").arg(job.file("event.json"));
    command.args(["--env", &format!("GITHUB_API_URL={}", job.github.api)]);
    command.args(["--env", "GITHUB_REPOSITORY=octocat/hello"]);
    for secret in secrets {
        command.args(["--secret", secret]);
    }
    let ran = run(&mut command);
    let log = format!("{}\n{}", ran.stdout, ran.stderr);
    assert_eq!(ran.code, Some(0), "{log}");
    log
}

#[test]
fn a_workflow_tells_the_pull_request_and_one_of_a_fork_is_green() {
    let job = Job::new();
    lay_checkout(&job.file("checkout"), "pull-request.yml");
    let token = format!("GITHUB_TOKEN={TOKEN}");
    let keys = ["KEY_ID=canary-id", "KEY=canary-key"];
    let log = in_workflow(&job, &[keys[0], keys[1], &token]);
    assert!(log.contains("Pull request #7 has a new comment"), "{log}");
    assert!(
        job.github.texts()[0].contains("### ecrane, `team/app`: plan"),
        "{log}"
    );

    job.event("hubot/hello");
    let log = in_workflow(&job, &[&token]);
    assert!(log.contains("The plan needs AWS credentials"), "{log}");
}

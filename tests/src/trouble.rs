//! Every fault that the AWS API is known for, one at a time, through a proxy
//! before a local ECR: each is answered as the folder of facts says.

mod common;
mod held;

use crate::harness::{LocalEcr, Ran, root, run};
use crate::http::{self, Server};
use crate::proxy::{self, Fault, Spoil};
use serde_json::{Value, json};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Runs under way at once. Most of their time they wait.
const AT_ONCE: usize = 12;
const ALWAYS: std::ops::RangeInclusive<usize> = 1..=usize::MAX;

/// What becomes of a run whose call meets a fault.
enum Expected {
    /// It ends well, after this call was made so often at least.
    Heals(usize),
    /// It ends well, and this call was made so often.
    Done(usize),
    /// It fails, this call was made once, and this is said.
    Fails(&'static [&'static str]),
    /// The same for something else than a refusal: no code, no request.
    Breaks(usize, &'static [&'static str]),
}

/// A fault at the calls of an operation, in a run that makes them.
struct Case {
    id: String,
    operation: &'static str,
    words: Vec<String>,
    faults: Vec<Fault>,
    expected: Expected,
}

impl Case {
    /// The operation meets the fault at these calls, on a repository of its own.
    fn new(
        (id, number): (&str, usize),
        operation: &'static str,
        calls: std::ops::RangeInclusive<usize>,
        spoil: Spoil,
        expected: Expected,
    ) -> Self {
        let fault = Fault {
            operation: operation.to_owned(),
            calls,
            spoil,
        };
        Self {
            id: id.to_owned(),
            operation,
            words: scene(operation, number).expect(operation),
            faults: vec![fault],
            expected,
        }
    }

    fn words(mut self, words: &[&str]) -> Self {
        self.words = words.iter().map(|it| (*it).to_owned()).collect();
        self
    }
}

fn policy(newest: usize) -> String {
    json!({ "rules": [{
        "rulePriority": 1,
        "selection": { "tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": newest },
        "action": { "type": "expire" },
    }]})
    .to_string()
}

/// Who may pull.
const PULL: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "ecr:BatchGetImage"}]}"#;

/// A command that makes a call of this operation, on a repository of its own;
/// `None` if ecrane never makes one.
fn scene(operation: &str, number: usize) -> Option<Vec<String>> {
    let (fresh, standing) = (format!("fresh/n{number}"), format!("standing/n{number}"));
    let up = |repository: &str, more: &[&str]| {
        let words = ["up", "--repository", repository, "--tags", "new"];
        let image = ["--image", "examples/hello/layout"];
        let words = [&words[..], &image, more].concat();
        words.into_iter().map(str::to_owned).collect()
    };
    let policy = policy(900);
    let with_policy = ["--lifecycle-policy", policy.as_str(), "--lifecycle-preview"];
    Some(match operation {
        "CreateRepository" | "DescribeRepositories" | "GetAuthorizationToken" => up(&fresh, &[]),
        "PutLifecyclePolicy" => up(&fresh, &[&with_policy[..], &["local"]].concat()),
        "GetLifecyclePolicy" => up(&standing, &[&with_policy[..], &["local"]].concat()),
        "StartLifecyclePolicyPreview" | "GetLifecyclePolicyPreview" => {
            up(&standing, &[&with_policy[..], &["aws"]].concat())
        }
        "GetRepositoryPolicy" => up(&standing, &["--repository-policy", PULL]),
        "SetRepositoryPolicy" => up(&fresh, &["--repository-policy", PULL]),
        "PutImageTagMutability" => up(&standing, &["--image-tag-mutability", "IMMUTABLE"]),
        "PutImageScanningConfiguration" => up(&standing, &["--scan-on-push", "true"]),
        "TagResource" | "ListTagsForResource" => up(&standing, &["--repository-tags", "team=app"]),
        "DescribeImages" | "BatchGetImage" => {
            vec!["images".into(), "--repository".into(), standing]
        }
        "DeleteLifecyclePolicy" => {
            let (name, report) = (
                format!("put/n{number}"),
                format!("{HOME}/put-n{number}.json"),
            );
            let words = ["lifecycle", "rollback", "--repository", &name];
            let words = [&words[..], &["--report", &report]].concat();
            words.into_iter().map(str::to_owned).collect()
        }
        "BatchDeleteImage" => {
            let words = ["cleanup", "--repository", &format!("pulls/n{number}")];
            words.into_iter().map(str::to_owned).collect()
        }
        _ => return None,
    })
}

/// Stands for the folder of the local ECR in the words of a command.
const HOME: &str = "{home}";

/// A local ECR with repositories that have an image and an index each, others
/// with a policy that a run put or an image of a pull request, and one with seven pages of images.
fn ecr(standing: usize) -> LocalEcr {
    let folder = tempfile::tempdir().unwrap();
    let seed = folder.path().join("seed.json");
    let images = json!([
        { "name": "amd64", "pushed": "9d" },
        { "tags": ["multi"], "pushed": "9d", "children": ["amd64"] },
    ]);
    let repositories =
        (0..standing).map(|n| json!({ "name": format!("standing/n{n}"), "images": images }));
    let put = (0..standing)
        .map(|n| json!({ "name": format!("put/n{n}"), "lifecycle-policy": policy(900) }));
    let pulls = (0..standing).map(|n| {
        json!({ "name": format!("pulls/n{n}"), "images": [{ "tags": ["pr-1"], "pushed": "9d" }] })
    });
    let pages = json!({ "name": "pages", "images": [{ "count": 6_050, "tags": ["v{n}"], "pushed": "9d" }] });
    let repositories: Vec<Value> = repositories
        .chain(put)
        .chain(pulls)
        .chain([pages])
        .collect();
    std::fs::write(&seed, json!({ "repositories": repositories }).to_string()).unwrap();
    let ecr = LocalEcr::start_with(&["--seed", seed.to_str().unwrap()]);
    for n in 0..standing {
        let (name, file) = (format!("put/n{n}"), format!("put-n{n}.json"));
        let put = json!({ "repositoryUri": format!("{}/{name}", ecr.address) });
        let report = json!({ "repository": name, "policy": policy(900), "puts": [put] });
        std::fs::write(ecr.home().join(file), report.to_string()).unwrap();
    }
    ecr
}

/// Runs it beside a GitHub where every pull request is closed; what is not as it
/// should be.
fn tried((ecr, github): (&LocalEcr, &Server), case: &Case) -> Result<(), String> {
    let proxy = proxy::before(&ecr.address, case.faults.clone());
    let home = ecr.home().to_str().unwrap();
    let words: Vec<String> = case.words.iter().map(|it| it.replace(HOME, home)).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut command = ecr.ecrane(&words);
    command
        .env("AWS_ENDPOINT_URL_ECR", format!("http://{}", proxy.address))
        .env("GITHUB_API_URL", github.url(""))
        .env("GITHUB_REPOSITORY", "octocat/hello")
        .env("GITHUB_TOKEN", "of-the-job");
    judged(case, &run(&mut command), proxy.asked(case.operation))
}

fn judged(case: &Case, ran: &Ran, asked: usize) -> Result<(), String> {
    let told = format!("asked {asked} times, {:?}\n{}", ran.code, ran.stderr);
    let (ends, asks, said): (bool, bool, &[&str]) = match &case.expected {
        Expected::Heals(least) => (ran.code == Some(0), asked >= *least, &[]),
        Expected::Done(times) => (ran.code == Some(0), asked == *times, &[]),
        Expected::Fails(said) => (matches!(ran.code, Some(1 | 3)), asked == 1, said),
        Expected::Breaks(most, said) => (ran.code == Some(1), asked <= *most, said),
    };
    let missing: Vec<&&str> = said
        .iter()
        .filter(|it| !ran.stderr.contains(**it))
        .collect();
    let refusal = matches!(case.expected, Expected::Fails(_));
    let named = !refusal
        || [case.operation, "so it is", "(request r-"]
            .iter()
            .all(|it| ran.stderr.contains(it));
    let errors = ran.stderr.matches("error:").count();
    let one = errors == usize::from(ran.code != Some(0));
    match ends && asks && named && one && missing.is_empty() {
        true => Ok(()),
        false => Err(format!("{}: {told}{missing:?}", case.id)),
    }
}

/// The faults of these areas, each with what the file expects.
fn facts() -> Vec<(String, String)> {
    let Ok(folder) = std::env::var("ECRANE_FACTS") else {
        eprintln!("ECRANE_FACTS is not set: passing over the recorded faults");
        return Vec::new();
    };
    let text = std::fs::read(root().join(folder).join("trust/faults.json")).unwrap();
    let facts: Value = serde_json::from_slice(&text).unwrap();
    let facts = facts["faults"].as_array().unwrap().iter();
    let ours = facts.filter(|it| it["area"] == "ecr-api" || it["area"] == "ecr-api-common");
    let text = |fact: &Value, name: &str| fact[name].as_str().unwrap().to_owned();
    ours.map(|it| (text(it, "id"), text(it, "expect")))
        .collect()
}

/// The operations that ecrane calls, as they are called here.
const CALLED: [&str; 17] = [
    "CreateRepository",
    "DescribeRepositories",
    "GetAuthorizationToken",
    "PutLifecyclePolicy",
    "GetLifecyclePolicy",
    "DeleteLifecyclePolicy",
    "SetRepositoryPolicy",
    "GetRepositoryPolicy",
    "StartLifecyclePolicyPreview",
    "GetLifecyclePolicyPreview",
    "PutImageTagMutability",
    "PutImageScanningConfiguration",
    "TagResource",
    "ListTagsForResource",
    "DescribeImages",
    "BatchGetImage",
    "BatchDeleteImage",
];

/// A documented error of an operation, `api/OPERATION/CODE`.
fn documented(id: &str, number: usize, expect: &str) -> Option<Case> {
    let (operation, code) = id.strip_prefix("api/")?.split_once('/')?;
    let operation = CALLED.into_iter().find(|it| *it == operation)?;
    let case = |calls, spoil, expected| Case::new((id, number), operation, calls, spoil, expected);
    let refuse = || Spoil::refuse(code);
    Some(match (operation, code) {
        (_, "ServerException") => case(
            1..=4,
            Spoil::Refuse("500 Internal Server Error", code.to_owned()),
            Expected::Heals(5),
        ),
        // Another run made it in the same moment: it is looked at again.
        ("CreateRepository", "RepositoryAlreadyExistsException") => case(
            1..=1,
            Spoil::DoneThenRefuse(code.to_owned()),
            Expected::Done(1),
        ),
        (_, "LimitExceededException") => case(ALWAYS, refuse(), Expected::Fails(&["quota"])),
        (_, "KmsException") => case(ALWAYS, refuse(), Expected::Fails(&["key policy"])),
        (_, "InvalidTagParameterException") => {
            case(ALWAYS, refuse(), Expected::Fails(&["128", "256"]))
        }
        (_, "TooManyTagsException") => case(ALWAYS, refuse(), Expected::Fails(&["50 tags"])),
        (_, "UnableToGetUpstreamImageException") => {
            case(ALWAYS, refuse(), Expected::Fails(&["pull-through cache"]))
        }
        // It is made.
        ("DescribeRepositories", "RepositoryNotFoundException") => {
            case(1..=1, refuse(), Expected::Done(1))
        }
        // It was made a moment ago.
        ("PutLifecyclePolicy" | "SetRepositoryPolicy", "RepositoryNotFoundException") => {
            case(1..=3, refuse(), Expected::Heals(4))
        }
        // The description of the same moment has it.
        ("GetLifecyclePolicy" | "GetRepositoryPolicy", "RepositoryNotFoundException") => {
            case(1..=1, refuse(), Expected::Heals(2))
        }
        (_, "RepositoryNotFoundException") => case(
            ALWAYS,
            refuse(),
            Expected::Fails(&["Region, account and name"]),
        ),
        ("GetLifecyclePolicy", "LifecyclePolicyNotFoundException")
        | ("GetRepositoryPolicy", "RepositoryPolicyNotFoundException") => {
            case(ALWAYS, refuse(), Expected::Heals(1))
        }
        // That it is gone is what was wanted.
        ("DeleteLifecyclePolicy", "LifecyclePolicyNotFoundException") => {
            case(ALWAYS, refuse(), Expected::Done(1))
        }
        // One of another run is waited for; one that is not known yet, too.
        (_, "LifecyclePolicyPreviewInProgressException")
        | (_, "LifecyclePolicyPreviewNotFoundException") => {
            case(1..=2, refuse(), Expected::Heals(3))
        }
        // A tag that is not there keeps nothing from being pushed.
        ("DescribeImages", "ImageNotFoundException") => {
            let words = scene("GetAuthorizationToken", number)?;
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let words = [&words[..], &["--skip-if-exists"]].concat();
            case(ALWAYS, refuse(), Expected::Done(1)).words(&words)
        }
        _ if expect == "fail" || operation == "StartLifecyclePolicyPreview" => {
            case(ALWAYS, refuse(), Expected::Fails(&[]))
        }
        _ => return None,
    })
}

#[test]
fn every_known_fault_of_the_api_is_answered_as_it_should_be() {
    let facts = facts();
    // The last are the slowest: they go first.
    let numbered = facts.iter().enumerate().rev();
    let cases: Vec<Case> = numbered
        .filter_map(|(n, (id, expect))| documented(id, n, expect).or_else(|| common::case(id, n)))
        .collect();
    let met = |id: &str| cases.iter().any(|case| case.id == id) || held::elsewhere(id);
    let missing: Vec<&str> = facts
        .iter()
        .map(|(id, _)| id.as_str())
        .filter(|id| !met(id))
        .collect();
    assert!(missing.is_empty(), "nothing meets {missing:?}");

    let ecr = ecr(facts.len());
    let github = Server::start(|_, _| http::json(&json!({ "state": "closed" })));
    let (next, failed) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(why) = tried((&ecr, &github), case) {
                        failed.lock().unwrap().push(why);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    let all = facts.len();
    println!(
        "faults of the AWS API: {} of {all}, {} of them by runs here",
        all - failed.len(),
        cases.len()
    );
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// `ecrane` at an address where nobody listens yet.
fn towards(ecr: &LocalEcr, address: &str) -> Command {
    let mut command = ecr.ecrane(&["up", "--repository", "late", "--dry-run", "--tags", "v1"]);
    command
        .args(["--image", "examples/hello/layout"])
        .env("AWS_ENDPOINT_URL_ECR", format!("http://{address}"));
    command
}

#[test]
fn a_service_that_is_not_there_yet_is_waited_for() {
    let ecr = LocalEcr::start();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap().to_string();
    drop(free);
    let mut child = towards(&ecr, &address);
    let child = child.stdout(std::process::Stdio::piped()).spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(500));
    let _proxy = proxy::before_at(&address, &ecr.address);
    let ended = child.wait_with_output().unwrap();
    assert!(ended.status.success());
}

#[test]
fn an_answer_that_is_not_of_aws_is_told_as_such() {
    let ecr = LocalEcr::start();
    let page = |_: usize, _: &http::Request| {
        let page = b"<html>sign in to the proxy</html>";
        http::answer("407 Proxy Authentication Required", "text/html", page)
    };
    let wall = Server::start(page);
    let ran = run(&mut towards(&ecr, &wall.address));
    assert_eq!(ran.code, Some(1));
    insta::assert_snapshot!(ran.stderr, @"error: DescribeRepositories was refused: HTTP status 407: a proxy, a firewall or another server may have answered, and not AWS");
}

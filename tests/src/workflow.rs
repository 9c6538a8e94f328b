//! A run as a workflow has it: the event decides what the image is called, and
//! what it says of itself.

use crate::harness::{LocalEcr, clean, succeed};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A checkout of the tag `git_tag`, and the event of its push.
struct Push {
    checkout: PathBuf,
    commit: String,
    git_tag: &'static str,
}

impl Push {
    fn of(git_tag: &'static str, home: &Path) -> Self {
        let checkout = home.join("checkout");
        std::fs::create_dir(&checkout).unwrap();
        let dockerfile = "FROM scratch\nLABEL team=a\nCOPY page.txt /\n";
        std::fs::write(checkout.join("Dockerfile"), dockerfile).unwrap();
        // No other test builds this.
        std::fs::write(checkout.join("page.txt"), home.to_str().unwrap()).unwrap();
        let git = |words: &[&str]| {
            let mut git = clean("git", home);
            git.args(["-c", "user.name=a", "-c", "user.email=a@example.com"]);
            git.env("GIT_COMMITTER_DATE", "2024-02-29T12:00:00+01:00");
            succeed(git.args(words).current_dir(&checkout)).stdout
        };
        git(&["init", "--quiet"]);
        git(&["add", "--all"]);
        git(&["commit", "--quiet", "--message", "All"]);
        git(&["tag", git_tag]);
        let commit = git(&["rev-parse", "HEAD"]).trim().to_owned();
        let event = json!({
            "base_ref": "refs/heads/main",
            "repository": {
                "name": "hello",
                "description": "Says \"hello\", and nothing else",
                "default_branch": "main",
                "html_url": "https://github.com/octocat/hello",
                "license": {"spdx_id": "MIT"},
            },
        });
        std::fs::write(home.join("event.json"), event.to_string()).unwrap();
        Self {
            checkout,
            commit,
            git_tag,
        }
    }

    /// Puts a command into the workflow.
    fn run<'c>(&self, command: &'c mut Command, home: &Path) -> &'c mut Command {
        command
            .current_dir(&self.checkout)
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_EVENT_NAME", "push")
            .env("GITHUB_EVENT_PATH", home.join("event.json"))
            .env("GITHUB_REF", format!("refs/tags/{}", self.git_tag))
            .env("GITHUB_REPOSITORY", "octocat/hello")
            .env("GITHUB_SERVER_URL", "https://github.com")
            .env("GITHUB_SHA", &self.commit)
    }
}

#[test]
fn a_pushed_tag_names_the_image_and_a_second_run_changes_nothing() {
    let ecr = LocalEcr::start();
    let push = Push::of("v1.2.3", ecr.home());
    let rules = "type=semver,pattern={{version}}\ntype=semver,pattern={{major}}.{{minor}}\n\
        type=raw,value=built-{{commit_date 'YYYYMMDD' tz='Asia/Tokyo'}}";
    let words = ["--repository", "team/app", "--tags", rules, "--json"];
    let up = || {
        let ran = succeed(push.run(&mut ecr.up(&words), ecr.home()));
        serde_json::from_str::<Value>(&ran.stdout).unwrap()
    };
    let first = up();
    let uri = format!("{}/team/app", ecr.address);
    let tags: Vec<String> = ["1.2.3", "1.2", "built-20240229", "latest"]
        .iter()
        .map(|tag| format!("{uri}:{tag}"))
        .collect();
    assert_eq!(first["outputs"]["tags"], tags.join("\n"));

    // Another client reads what the image says of itself.
    let mut inspect = clean("skopeo", ecr.home());
    inspect.args(["inspect", "--config", "--tls-verify=false"]);
    inspect.arg(format!("--creds=AWS:{}", ecr.password()));
    let config = succeed(inspect.arg(format!("docker://{uri}:1.2"))).stdout;
    let config: Value = serde_json::from_str(&config).unwrap();
    assert_eq!(
        config["config"]["Labels"],
        json!({
            "team": "a",
            "org.opencontainers.image.created": "2024-02-29T12:00:00+01:00",
            "org.opencontainers.image.description": "Says \"hello\", and nothing else",
            "org.opencontainers.image.licenses": "MIT",
            "org.opencontainers.image.revision": push.commit,
            "org.opencontainers.image.source": "https://github.com/octocat/hello",
            "org.opencontainers.image.title": "hello",
            "org.opencontainers.image.url": "https://github.com/octocat/hello",
            "org.opencontainers.image.version": "1.2.3",
        })
    );

    let second = up();
    assert_eq!(second["outputs"]["changed"], "false");
    assert_eq!(second["outputs"]["digest"], first["outputs"]["digest"]);
}

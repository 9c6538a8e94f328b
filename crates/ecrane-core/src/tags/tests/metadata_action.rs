//! The cases of docker/metadata-action's own tests.

use super::*;

const CASES: &str = include_str!("metadata-action.txt");

/// What the action takes where no rules are given.
const DEFAULT: &[&str] = &[
    "type=schedule",
    "type=ref,event=branch",
    "type=ref,event=tag",
    "type=ref,event=pr",
];

/// The events of its fixtures.
fn event(name: &str) -> Event {
    const DEV: &str = "860c1904a1ce19322e91ac35af1ab07466440c37";
    const MASTER: &str = "266574110acf203503badf966df2ea24b5d732d7";
    const REPOSITORY: &str = r#"{"repository": {"default_branch": "master"}}"#;
    const PULL: &str = r#"{"number": 15, "pull_request": {"base": {"ref": "master"}},
        "repository": {"default_branch": "master"}}"#;
    const TAG: &str =
        r#"{"base_ref": "refs/heads/master", "repository": {"default_branch": "master"}}"#;
    let (kind, git_ref, sha, payload) = match name {
        "empty" => ("", "", "", "{}"),
        "push_dev" => ("push", "refs/heads/dev", DEV, REPOSITORY),
        "push_master" => ("push", "refs/heads/master", MASTER, REPOSITORY),
        "push_invalidchars" => (
            "push",
            "refs/heads/my/feature#1245",
            "983315b5e8d46e46fc4c49869e85e7ee5fb289ba",
            REPOSITORY,
        ),
        "workflow_dispatch" => ("workflow_dispatch", "refs/heads/master", DEV, REPOSITORY),
        "schedule" => ("schedule", "refs/heads/master", DEV, "{}"),
        "release_created" => ("release", "refs/tags/v1.1.1", DEV, "{}"),
        "pull_request" => (
            "pull_request",
            "refs/pull/15/merge",
            "a9c8c5828b91be19d9728548b24759e352367ef1",
            PULL,
        ),
        "pull_request_target" => ("pull_request_target", "refs/heads/master", MASTER, PULL),
        "tag_p1-v1.0.0" => ("push", "refs/tags/p1/v1.0.0", DEV, TAG),
        tag => {
            let tag = tag.strip_prefix("tag_").expect("an event of the fixtures");
            let variable = |name: &str| match name {
                "GITHUB_REF" => Some(format!("refs/tags/{tag}")),
                "GITHUB_SHA" => Some(DEV.to_owned()),
                _ => None,
            };
            return Event::of_workflow(variable, &Payload::parse(TAG).unwrap(), NOW);
        }
    };
    let variable = |name: &str| match name {
        "GITHUB_EVENT_NAME" => Some(kind.to_owned()),
        "GITHUB_REF" => Some(git_ref.to_owned()),
        "GITHUB_SHA" => Some(sha.to_owned()),
        _ => None,
    };
    Event {
        // The action asks GitHub where the event does not say it.
        commit_time: Some(NOW),
        ..Event::of_workflow(variable, &Payload::parse(payload).unwrap(), NOW)
    }
}

#[test]
fn the_tags_are_those_that_docker_metadata_action_gives() {
    let cases = CASES
        .split_inclusive('\n')
        .filter(|line| !line.starts_with('#'));
    let text: String = cases.collect();
    let mut count = 0;
    for case in text
        .split("\n")
        .collect::<Vec<_>>()
        .chunk_by(|_, next| next.starts_with(' '))
    {
        let [head, body @ ..] = case else { continue };
        let Some((name, expected)) = head.split_once(" -> ") else {
            continue;
        };
        let (common, lines): (Vec<&str>, Vec<&str>) = body
            .iter()
            .map(|line| line.trim())
            .partition(|line| line.starts_with("flavor "));
        let common: Vec<&str> = common
            .iter()
            .filter_map(|line| line.strip_prefix("flavor "))
            .collect();
        let lines = if lines.is_empty() { DEFAULT } else { &lines };
        let expected = if expected == "nothing" { "" } else { expected };
        check(&event(name), lines, &common, expected);
        count += 1;
    }
    assert!(count > 80, "{count} cases");
}

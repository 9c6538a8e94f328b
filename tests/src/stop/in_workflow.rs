//! A workflow that is cancelled. The runner signals what it started; `act` would
//! leave that running, so here the test signals it as the runner does.

use super::{SOON, no_container, nothing_runs, runs};
use crate::act::{act, lay_checkout};
use crate::harness::{LocalEcr, clean, succeed};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

/// What the long step of the build says, by `tests/act/slow`.
const MARK: &str = "stopped-in-a-workflow";

/// The container of the action's step, by the workflow's name.
fn step(home: &Path) -> String {
    let mut list = clean("docker", home);
    list.args(["ps", "--filter", "name=act-Cancel-image"]);
    list.args(["--format", "{{.ID}} {{.Command}}"]);
    let listed = succeed(&mut list).stdout;
    let mut steps = listed.lines().filter(|it| it.contains("/usr/bin/ecrane"));
    let step = steps.next().and_then(|it| it.split(' ').next());
    step.unwrap_or_else(|| panic!("no step: {listed}"))
        .to_owned()
}

#[test]
fn a_cancelled_workflow_pushes_nothing_and_the_next_run_is_whole() {
    let ecr = LocalEcr::start();
    let checkout = ecr.home().join("checkout");
    lay_checkout(&checkout, "cancel.yml");
    let mut workflow = act("push", &checkout, &ecr.address);
    let mut workflow = workflow.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(workflow.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap);
    let seen: Vec<String> = lines
        .by_ref()
        .take_while(|line| !line.trim_end().ends_with(MARK))
        .collect();
    assert!(runs(MARK), "no long step\n{}", seen.join("\n"));

    let mut kill = clean("docker", ecr.home());
    succeed(kill.args(["kill", "--signal", "INT", &step(ecr.home())]));
    let begin = Instant::now();
    nothing_runs(MARK);
    no_container(MARK);
    let log = lines.collect::<Vec<String>>().join("\n");
    assert!(!workflow.wait().unwrap().success(), "{log}");
    assert!(begin.elapsed() < 2 * SOON, "it took {:?}", begin.elapsed());
    assert!(log.contains("exit with `FAILURE`: 130"), "{log}");

    // The repository was made before the build; it has no image, and stays.
    let tags = || {
        let images = ecr.aws(&["list-images", "--repository-name", "team/app"]);
        images["imageIds"].clone()
    };
    assert_eq!(tags(), serde_json::json!([]), "{log}");
    let mut next = ecr.up(&["--repository", "team/app", "--tags", "v1", "--context"]);
    succeed(next.arg(checkout.join("app")));
    assert_eq!(tags()[0]["imageTag"], "v1");
}

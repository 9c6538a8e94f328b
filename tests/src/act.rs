//! The action as a workflow runs it: `act` builds its image from the Dockerfile and the binary that ships, and runs
//! it in a job.

use crate::harness::{LocalEcr, clean, root, run, succeed, writes};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The static binary, which `cargo xtask test` builds before it starts this suite.
pub(crate) fn dist() -> PathBuf {
    let binary = std::env::var_os("ECRANE_DIST").map_or(root().join("dist/ecrane"), PathBuf::from);
    assert!(
        binary.is_file(),
        "no {}: `cargo xtask dist` makes it",
        binary.display()
    );
    binary
}

/// Lays a checkout: the action's own files and the workflow with its app. `act` leaves out what the repository's
/// `.gitignore` names, the binary among it, so this is not the repository itself.
pub(crate) fn lay_checkout(checkout: &Path, workflow: &str) {
    let text = fs::read_to_string(root().join("tests/act").join(workflow)).unwrap();
    lay_checkout_with(checkout, &text);
}

/// The same for a workflow that is no fixture.
fn lay_checkout_with(checkout: &Path, workflow: &str) {
    let copy = |from: &Path, to: &str| {
        let to = checkout.join(to);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, &to).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
    };
    for file in ["action.yml", "Dockerfile", ".dockerignore"] {
        copy(&root().join(file), file);
    }
    copy(&dist(), "dist/ecrane");
    let fixtures = root().join("tests/act");
    let workflows = checkout.join(".github/workflows");
    fs::create_dir_all(&workflows).unwrap();
    fs::write(workflows.join("job.yml"), workflow).unwrap();
    for context in [
        "app/Dockerfile",
        "app/page.txt",
        "hostile/Dockerfile",
        "hostile/lines",
        "slow/Dockerfile",
    ] {
        copy(&fixtures.join(context), context);
    }
    for words in [
        &["init", "--quiet"][..],
        &["add", "--all"],
        &["commit", "--quiet", "--message", "All"],
    ] {
        let mut git = clean("git", checkout);
        git.args(["-c", "user.name=a", "-c", "user.email=a@example.com"])
            .args(words)
            .current_dir(checkout);
        succeed(&mut git);
    }
}

/// `act`, for this event.
pub(crate) fn act(event: &str, checkout: &Path, registry: &str) -> Command {
    let socket =
        std::env::var("DOCKER_HOST").unwrap_or_else(|_| "unix:///var/run/docker.sock".to_owned());
    let mut command = clean("act", checkout);
    command.args([event, "--rm", "--no-cache-server", "--pull=false"]);
    command.args(["--platform", "ubuntu-latest=debian:trixie-slim"]);
    command.args(["--container-daemon-socket", &socket]);
    command.args(["--var", &format!("REGISTRY={registry}")]);
    command.current_dir(checkout);
    command
}

#[test]
fn a_workflow_builds_and_pushes_and_its_next_steps_use_the_outputs() {
    let ecr = LocalEcr::start();
    let checkout = ecr.home().join("checkout");
    lay_checkout(&checkout, "main-job.yml");

    let ran = run(&mut act("push", &checkout, &ecr.address));
    let log = format!("{}\n{}", ran.stdout, ran.stderr);
    assert_eq!(ran.code, Some(0), "{log}");

    // What its build printed is in the log, and `act` took none of it.
    assert!(log.contains("## [error]taken"), "{log}");
    assert!(!log.contains("***"), "a mask was set: {log}");

    // What the next step deployed is what the registry has.
    let images = ecr.aws(&["describe-images", "--repository-name", "team/app"]);
    let digest = images["imageDetails"][0]["imageDigest"].as_str().unwrap();
    assert!(
        log.contains(&format!("deploying {}/team/app@{digest}", ecr.address)),
        "{log}"
    );

    // The second use wrote nothing, and the faulty one asked for nothing: one repository, made once.
    let requests = ecr.log_since(0);
    let created = writes(&requests)
        .into_iter()
        .filter(|request| request["operation"] == "CreateRepository");
    assert_eq!(created.count(), 1);
    let repositories = ecr.aws(&["describe-repositories"]);
    assert_eq!(repositories["repositories"].as_array().unwrap().len(), 1);
}

#[test]
fn one_step_does_what_six_did_and_refuses_what_is_faulty() {
    let (ecr, second) = (LocalEcr::start(), LocalEcr::start());
    let checkout = ecr.home().join("checkout");
    lay_checkout(&checkout, "six-steps.yml");
    let mut command = act("push", &checkout, &ecr.address);
    command.args(["--var", &format!("SECOND={}", second.address)]);
    let ran = run(&mut command);
    let log = format!("{}\n{}", ran.stdout, ran.stderr);
    assert_eq!(ran.code, Some(0), "{log}");
    let images = |ecr: &LocalEcr| {
        let images = ecr.aws(&["describe-images", "--repository-name", "team/app"]);
        images["imageDetails"].clone()
    };
    // What was refused came after, and changed nothing.
    let (main, other) = (images(&ecr), images(&second));
    assert_eq!(main.as_array().unwrap().len(), 1);
    assert_eq!(main[0]["imageTags"].as_array().unwrap().len(), 2);
    assert_eq!(main[0]["imageDigest"], other[0]["imageDigest"]);
    let digest = main[0]["imageDigest"].as_str().unwrap();
    assert!(log.contains(&format!("deploying {digest}")), "{log}");
}

#[test]
fn the_page_about_act_shows_what_works() {
    let page = fs::read_to_string(root().join("docs/act.md")).unwrap();
    let after = |mark: &str| page.split_once(mark).unwrap().1;
    let (workflow, _) = after("\n```yaml\n").split_once("\n```").unwrap();
    let workflow = workflow.replace("OWNER/ecrane@COMMIT # v1.2.0", "./");
    let region = ["--region", "eu-central-1"];
    let ecr = LocalEcr::start_with(&region);
    let checkout = ecr.home().join("checkout");
    lay_checkout_with(&checkout, &workflow);

    let mut command = act("push", &checkout, &ecr.address);
    let (options, _) = after("\nact push ").split_once('\n').unwrap();
    let options = options.replace("127.0.0.1:5100", &ecr.address);
    command.args(options.split_whitespace());
    let ran = run(&mut command);
    let log = format!("{}\n{}", ran.stdout, ran.stderr);
    assert_eq!(ran.code, Some(0), "{log}");
    let images = ecr.aws(
        &[
            &["describe-images", "--repository-name", "team/app"],
            &region[..],
        ]
        .concat(),
    );
    let digest = images["imageDetails"][0]["imageDigest"].as_str().unwrap();
    let image = format!("{}/team/app@{digest}", ecr.address);
    assert!(log.contains(&image), "{log}");
}

/// How many bytes `gzip` makes of what the command prints.
fn compressed(command: &mut Command, home: &Path) -> usize {
    let mut printing = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut gzip = clean("gzip", home);
    gzip.stdin(printing.stdout.take().unwrap());
    let size = gzip.output().unwrap().stdout.len();
    assert!(printing.wait().unwrap().success(), "{command:?}");
    size
}

#[test]
fn what_a_workflow_downloads_is_small() {
    let home = tempfile::tempdir().unwrap();
    let binary = compressed(clean("cat", home.path()).arg(dist()), home.path());
    assert!(binary < 8_000_000, "the binary: {binary} bytes");

    let checkout = home.path().join("checkout");
    lay_checkout(&checkout, "main-job.yml");
    let docker = |words: &[&str]| {
        let mut command = clean("docker", home.path());
        command.args(words).current_dir(&checkout);
        command
    };
    succeed(&mut docker(&["build", "--tag", "ecrane-act-size", "."]));
    let image = compressed(&mut docker(&["save", "ecrane-act-size"]), home.path());
    assert!(image < 45_000_000, "the image: {image} bytes");
    succeed(&mut docker(&["image", "rm", "ecrane-act-size"]));
}

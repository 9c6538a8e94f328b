//! `cargo xtask demo`: the main job on `examples/hello`, twice, and the image pulled back by another client.

use std::fs;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::process::Command;

use crate::client;
use crate::command::{self, Failure};
use crate::dist;
use crate::need::{self, Consent, Need};
use crate::packages::{CERTIFICATES, SKOPEO};
use crate::workspace::Workspace;

/// To compile ecrane, from the crates registry.
const COMPILE: &[Need] = &[Need::Packages(&[CERTIFICATES])];
/// To build an image of the example.
const BUILD: &[Need] = &[Need::RustTarget(dist::TARGET), Need::Engine];

/// What becomes the image.
enum Source {
    /// `examples/hello`, built by the engine.
    Context,
    /// The OCI layout that comes with the example: no engine is needed to push it.
    Layout,
}

/// The local ECR of the demo, in a folder of its own. It is kept: another demo finds everything unchanged.
struct Stage<'a> {
    workspace: &'a Workspace,
    data: PathBuf,
}

/// Runs the demo.
pub(crate) fn run(workspace: &Workspace, consent: Consent) -> Result<(), Failure> {
    need::require(workspace, COMPILE, consent)?;
    let source = match need::require(workspace, BUILD, consent) {
        Ok(()) => Source::Context,
        Err(failure) => {
            println!("demo: {failure}");
            println!(
                "demo: going on without an engine, with the OCI layout in examples/hello/layout"
            );
            Source::Layout
        }
    };
    if matches!(source, Source::Context) {
        build_hello(workspace)?;
    }
    build_ecrane(workspace)?;

    let stage = Stage {
        workspace,
        data: workspace.target.join("demo"),
    };
    let shown = stage.show(&source, consent);
    // It ends with the demo, whatever became of that.
    command::run(stage.ecrane(&["local", "stop", "--data"]).arg(&stage.data))?;
    shown?;
    println!(
        "demo: done; its repository is kept in {}",
        stage.data.display()
    );
    Ok(())
}

fn build_ecrane(workspace: &Workspace) -> Result<(), Failure> {
    println!("demo: compiling ecrane, which takes some minutes the first time");
    let mut build = workspace.cargo("build --package ecrane");
    // A log would get a line for each of the hundreds of crates, a terminal gets a progress bar.
    if !io::stderr().is_terminal() {
        build.arg("--quiet");
    }
    command::run(&mut build)
}

/// Compiles the example's server and puts it beside its Dockerfile.
fn build_hello(workspace: &Workspace) -> Result<(), Failure> {
    println!("demo: compiling examples/hello");
    let folder = workspace.root.join("examples/hello");
    let mut build = workspace.cargo("build --quiet --release --target");
    let target = workspace.target.join("hello");
    command::run(
        build
            .args([dist::TARGET, "--target-dir"])
            .arg(&target)
            .current_dir(&folder),
    )?;
    dist::place(
        &target.join(dist::TARGET).join("release/hello"),
        &folder.join("hello"),
    )
    .map(drop)
    .map_err(|error| {
        Failure::new(format!(
            "the compiled server could not be copied to `{}`: {error}",
            folder.display()
        ))
    })
}

impl Stage<'_> {
    fn show(&self, source: &Source, consent: Consent) -> Result<(), Failure> {
        self.up(source)?;
        let requests = self.requests().len();
        let second = self.up(source)?;
        let since = self.requests().split_off(requests);
        let writes = since
            .iter()
            .filter(|request| request.contains(r#""access":"write""#))
            .count();
        println!(
            "\ndemo: the second run asked the local ECR {} times; {writes} of these were writes",
            since.len()
        );
        if !second.contains("no changes") || writes > 0 {
            return Err(Failure::new("the second run was to change nothing"));
        }
        let image = second
            .split_whitespace()
            .find(|word| word.contains("/hello@sha256:"));
        let image = image.ok_or_else(|| Failure::new("the second run names no image"))?;
        match source {
            Source::Context => client::pull_and_visit(&self.data, image),
            Source::Layout => self.pull_without_engine(image, consent),
        }
    }

    /// One run of the main job. Returns what it printed.
    fn up(&self, source: &Source) -> Result<String, Failure> {
        let mut command = self.ecrane(&["up", "--local", "--repository", "hello", "--tags", "v1"]);
        match source {
            Source::Context => command.args(["--context", "examples/hello"]),
            Source::Layout => command.args(["--image", "examples/hello/layout"]),
        };
        println!("\n$ {}", command::line(&command));
        command::show(command.arg("--data").arg(&self.data))
    }

    fn pull_without_engine(&self, image: &str, consent: Consent) -> Result<(), Failure> {
        match need::require(self.workspace, &[Need::Packages(&[SKOPEO])], consent) {
            Ok(()) => client::copy(&self.data, image),
            Err(failure) => {
                println!("demo: the image is not pulled back by another client: {failure}");
                Ok(())
            }
        }
    }

    fn ecrane(&self, words: &[&str]) -> Command {
        let mut command = Command::new(self.workspace.ecrane());
        command.args(words).current_dir(&self.workspace.root);
        command
    }

    /// The lines of the local ECR's request log.
    fn requests(&self) -> Vec<String> {
        let log = fs::read_to_string(self.data.join("requests.jsonl")).unwrap_or_default();
        log.lines().map(str::to_owned).collect()
    }
}

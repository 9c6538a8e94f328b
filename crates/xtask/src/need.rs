//! What a task needs of the machine: how to see that it is there, and the commands that bring it.

use std::fs;
use std::process::Command;
use std::time::Instant;

use crate::command::{self, Failure};
use crate::engine::{self, modern};
use crate::github;
use crate::machine;
use crate::packages::{self, Package};
use crate::workspace::Workspace;

/// Whether a task may change the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Consent {
    /// Install what is missing.
    Install,
    /// Only name what is missing.
    NameOnly,
}

/// One thing that a task needs.
pub(crate) enum Need {
    /// Debian packages, or the same from elsewhere.
    Packages(&'static [Package]),
    /// A target of the Rust toolchain.
    RustTarget(&'static str),
    /// The tools of `tests/requirements.txt`, in a virtual environment below the target folder.
    PythonTools,
    /// A Docker engine that answers.
    Engine,
    /// [`engine::BASE_IMAGE`] in that engine.
    BaseImage,
    /// A second engine, with what later releases can do.
    ModernEngine,
    /// GitHub's description of its API, and what holds to it.
    GitHub,
}

/// Sees to it that everything is there. Without consent to install, names all that is missing and fails.
pub(crate) fn require(
    workspace: &Workspace,
    needs: &[Need],
    consent: Consent,
) -> Result<(), Failure> {
    if consent == Consent::NameOnly {
        return name_missing(workspace, needs);
    }
    for need in needs {
        let name = need.name(workspace);
        if need.is_met(workspace) {
            println!("setup: {name}: there");
            continue;
        }
        let start = Instant::now();
        need.meet(workspace)
            .map_err(|failure| Failure::new(format!("no {name}: {failure}")))?;
        println!(
            "setup: {name}: made in {:.0} s",
            start.elapsed().as_secs_f32()
        );
    }
    Ok(())
}

fn name_missing(workspace: &Workspace, needs: &[Need]) -> Result<(), Failure> {
    let missing: Vec<&Need> = needs
        .iter()
        .filter(|need| !need.is_met(workspace))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let mut message = "this machine lacks what the task needs:".to_owned();
    for need in missing {
        message.push_str(&format!("\n  {}", need.name(workspace)));
        for command in need.commands(workspace) {
            message.push_str(&format!("\n    {}", command::line(&command)));
        }
    }
    message
        .push_str("\nrun these commands, or the same task with `--install`, which does all of it");
    Err(Failure::new(message))
}

impl Need {
    fn name(&self, workspace: &Workspace) -> String {
        match self {
            Self::Packages(all) => {
                let needed = packages::needed(all);
                let all = all.iter().map(|package| package.name).collect();
                format!(
                    "packages {}",
                    if needed.is_empty() { all } else { needed }.join(", ")
                )
            }
            Self::RustTarget(target) => format!("Rust target {target}"),
            Self::PythonTools => format!("Python tools in {}", workspace.tools().display()),
            Self::Engine => "Docker engine".to_owned(),
            Self::ModernEngine => "Docker engine with the containerd store".to_owned(),
            Self::BaseImage => format!("base image {}", engine::BASE_IMAGE),
            Self::GitHub => "GitHub's description of its API".to_owned(),
        }
    }

    fn is_met(&self, workspace: &Workspace) -> bool {
        match self {
            Self::Packages(all) => packages::needed(all).is_empty(),
            Self::RustTarget(target) => machine::has_rust_target(target),
            Self::PythonTools => has_python_tools(workspace),
            Self::Engine => engine::answers(),
            Self::ModernEngine => modern::is_here(workspace),
            Self::BaseImage => engine::has_base_image(),
            Self::GitHub => github::is_here(workspace),
        }
    }

    fn commands(&self, workspace: &Workspace) -> Vec<Command> {
        match self {
            Self::Packages(all) => packages::commands(&packages::needed(all)).into(),
            Self::RustTarget(target) => vec![rustup(target)],
            Self::PythonTools => python_tools(workspace).into(),
            Self::Engine => engine::commands(),
            Self::ModernEngine => modern::commands(workspace),
            Self::BaseImage => engine::base_image_commands(workspace).into(),
            Self::GitHub => github::commands(workspace),
        }
    }

    fn meet(&self, workspace: &Workspace) -> Result<(), Failure> {
        match self {
            Self::Packages(all) => packages::install(&packages::needed(all)),
            Self::RustTarget(target) => command::quietly(&mut rustup(target)),
            Self::PythonTools => install_python_tools(workspace),
            Self::Engine => engine::install_and_start(workspace),
            Self::ModernEngine => modern::install_and_start(workspace),
            Self::BaseImage => engine::import_base_image(workspace),
            Self::GitHub => github::install(workspace),
        }
    }
}

fn rustup(target: &str) -> Command {
    let mut command = Command::new("rustup");
    command.args(["target", "add", target]);
    command
}

fn python_tools(workspace: &Workspace) -> [Command; 2] {
    let mut create = Command::new("python3");
    create
        .args(["-m", "venv", "--clear"])
        .arg(workspace.tools());
    let mut fill = Command::new(workspace.tools().join("bin/pip"));
    fill.args([
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--requirement",
    ]);
    fill.arg(workspace.root.join("tests/requirements.txt"));
    [create, fill]
}

/// The list that the environment was made from stays in it: another list makes it anew.
fn has_python_tools(workspace: &Workspace) -> bool {
    let wanted = fs::read(workspace.root.join("tests/requirements.txt"));
    let made = fs::read(workspace.tools().join("requirements.txt"));
    let python = workspace.tools().join("bin/python").exists();
    matches!((wanted, made), (Ok(wanted), Ok(made)) if wanted == made && python)
}

fn install_python_tools(workspace: &Workspace) -> Result<(), Failure> {
    python_tools(workspace)
        .iter_mut()
        .try_for_each(command::quietly)?;
    let made = workspace.tools().join("requirements.txt");
    fs::copy(workspace.root.join("tests/requirements.txt"), &made)
        .map(drop)
        .map_err(|error| {
            Failure::new(format!(
                "`{}` could not be written: {error}",
                made.display()
            ))
        })
}

//! `cargo xtask fuzz`: every target of `fuzz/targets` for a while, with the coverage of what it reached as its guide.
//!
//! The compiler's flags are those of `cargo fuzz` without a sanitizer: they work on the pinned toolchain. There is no
//! unsafe code in what is fuzzed for a sanitizer to watch.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{self, Failure};
use crate::machine;
use crate::need::Need;
use crate::packages::CXX;
use crate::workspace::Workspace;

/// libFuzzer is C++.
pub(crate) const NEEDS: &[Need] = &[Need::Packages(&[CXX])];

/// All targets together; the long figure is for each of them.
const SECONDS_IN_ALL: usize = 60;
const LONG_SECONDS_EACH: usize = 600;

const FLAGS: &str = "\
    --cfg fuzzing -Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";

/// Runs all targets one after the other; the first that finds something ends the task.
pub(crate) fn run(workspace: &Workspace, long: bool) -> Result<(), Failure> {
    let home = workspace.target.join("fuzz");
    let triple = machine::rust_target()?;
    let mut build = workspace.cargo("build --locked --release --manifest-path fuzz/Cargo.toml");
    build
        .args(["--target", &triple])
        .arg("--target-dir")
        .arg(&home);
    command::run(build.env("RUSTFLAGS", FLAGS))?;

    let programs = home.join(&triple).join("release");
    let targets = targets(&workspace.root.join("fuzz/targets"))?;
    let count = targets.len();
    let seconds = if long {
        LONG_SECONDS_EACH
    } else {
        SECONDS_IN_ALL / count.max(1)
    };
    for target in &targets {
        println!("fuzz: {target} for {seconds} s");
        let seeds = workspace.root.join("fuzz/seeds").join(target);
        fuzz(
            &programs.join(target),
            &made(home.join("corpus").join(target))?,
            &seeds,
            seconds,
        )?;
    }
    println!("fuzz: {count} of {count} targets found nothing in {seconds} s each");
    Ok(())
}

/// What is learnt stays in the corpus for the next time; an input that fails is kept beside it.
fn fuzz(program: &Path, corpus: &Path, seeds: &Path, seconds: usize) -> Result<(), Failure> {
    let mut fuzz = Command::new(program);
    fuzz.arg(format!("-max_total_time={seconds}"))
        .arg(format!("-artifact_prefix={}-", corpus.display()))
        .args(["-timeout=10", "-verbosity=0"])
        .arg(corpus);
    if seeds.exists() {
        fuzz.arg(seeds);
    }
    command::quietly(&mut fuzz)
}

fn made(folder: PathBuf) -> Result<PathBuf, Failure> {
    fs::create_dir_all(&folder)
        .map_err(|error| Failure::new(format!("`{}`: {error}", folder.display())))?;
    Ok(folder)
}

/// The names of the targets, which are those of their files.
fn targets(folder: &Path) -> Result<Vec<String>, Failure> {
    let unreadable = |error| Failure::new(format!("`{}`: {error}", folder.display()));
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        names.extend(
            path.file_stem()
                .map(|name| name.to_string_lossy().into_owned()),
        );
    }
    names.sort();
    Ok(names)
}

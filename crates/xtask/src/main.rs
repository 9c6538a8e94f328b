//! Build tasks of the workspace: `cargo xtask setup`, `demo`, `test`, `dist`, `wasm`, `web`,
//! `fuzz`, `bench`.
//!
//! Standard library only, so that the first `cargo xtask` on a new machine starts at once.

mod bench;
mod client;
mod command;
mod demo;
mod dist;
mod engine;
mod fuzz;
mod github;
mod http;
mod machine;
mod need;
mod node;
mod packages;
mod suite;
mod wasm;
mod web;
mod workspace;

use std::env;
use std::process::ExitCode;

use command::Failure;
use need::Consent;
use workspace::Workspace;

const HELP: &str = "\
Build tasks of ecrane

Usage: cargo xtask <TASK> [OPTIONS]

Tasks:
  setup  Install what the tests need: packages, Rust targets, Python tools, two engines, a base image,
         GitHub's description of its API
  demo   Run the main job twice on examples/hello against a local ECR, and pull the image back
  test   Check and test everything
  dist   Build the page, and the static binary that ships with it, into dist/ecrane
  wasm   Build the module that a page loads, into target/page
  web    Build the page, into target/web
  fuzz   Run the fuzz targets, a minute in all
  bench  Measure what depends on the machine, beside what others take on it

Options:
  --install  (all but setup) Install what is missing first. Without it nothing on the system
             is touched: what is missing is named with the command that brings it
  --long     (test, fuzz) Run the long figures too
  --serve    (web) Show the page on loopback
  -h, --help Print this

Example: cargo xtask demo --install
";

#[derive(Debug, PartialEq, Eq)]
enum Task {
    Help,
    Setup,
    Demo(Consent),
    Test { consent: Consent, long: bool },
    Dist(Consent),
    Wasm(Consent),
    Web { consent: Consent, serve: bool },
    Fuzz { consent: Consent, long: bool },
    Bench(Consent),
}

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let task = match parse(&words) {
        Ok(task) => task,
        Err(fault) => {
            eprintln!("error: {fault}\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    match run(&task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn parse(words: &[&str]) -> Result<Task, String> {
    let Some((task, options)) = words.split_first() else {
        return Ok(Task::Help);
    };
    if words.iter().any(|word| matches!(*word, "-h" | "--help")) {
        return Ok(Task::Help);
    }
    let allowed: &[&str] = match *task {
        "setup" => &[],
        "demo" | "dist" | "wasm" | "bench" => &["--install"],
        "test" | "fuzz" => &["--install", "--long"],
        "web" => &["--install", "--serve"],
        unknown => return Err(format!("there is no task `{unknown}`")),
    };
    if let Some(unknown) = options.iter().find(|option| !allowed.contains(option)) {
        return Err(format!("`{task}` has no option `{unknown}`"));
    }
    let consent = if options.contains(&"--install") {
        Consent::Install
    } else {
        Consent::NameOnly
    };
    let long = options.contains(&"--long");
    Ok(match *task {
        "setup" => Task::Setup,
        "demo" => Task::Demo(consent),
        "dist" => Task::Dist(consent),
        "wasm" => Task::Wasm(consent),
        "web" => Task::Web {
            consent,
            serve: options.contains(&"--serve"),
        },
        "fuzz" => Task::Fuzz { consent, long },
        "bench" => Task::Bench(consent),
        _ => Task::Test { consent, long },
    })
}

fn run(task: &Task) -> Result<(), Failure> {
    let workspace = Workspace::find()?;
    match task {
        Task::Help => {
            print!("{HELP}");
            Ok(())
        }
        Task::Setup => need::require(&workspace, suite::NEEDS, Consent::Install),
        Task::Demo(consent) => demo::run(&workspace, *consent),
        Task::Test { consent, long } => suite::run(&workspace, *consent, *long),
        Task::Dist(consent) => {
            need::require(&workspace, dist::NEEDS, *consent)?;
            dist::run(&workspace)
        }
        Task::Wasm(consent) => {
            need::require(&workspace, wasm::NEEDS, *consent)?;
            wasm::run(&workspace)
        }
        Task::Web { consent, serve } => {
            need::require(&workspace, web::NEEDS, *consent)?;
            web::run(&workspace)?;
            if *serve {
                web::serve(&workspace)?;
            }
            Ok(())
        }
        Task::Fuzz { consent, long } => {
            need::require(&workspace, fuzz::NEEDS, *consent)?;
            fuzz::run(&workspace, *long)
        }
        Task::Bench(consent) => {
            need::require(&workspace, bench::NEEDS, *consent)?;
            bench::run(&workspace)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Result<Task, &str>) {
        let words: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(parse(&words), expected.map_err(str::to_owned), "{line}");
    }

    #[test]
    fn a_task_takes_its_own_options_and_no_others() {
        check("", Ok(Task::Help));
        check("demo --help", Ok(Task::Help));
        check("setup", Ok(Task::Setup));
        check("demo", Ok(Task::Demo(Consent::NameOnly)));
        check("demo --install", Ok(Task::Demo(Consent::Install)));
        check("wasm", Ok(Task::Wasm(Consent::NameOnly)));
        check("bench", Ok(Task::Bench(Consent::NameOnly)));
        check(
            "web --serve",
            Ok(Task::Web {
                consent: Consent::NameOnly,
                serve: true,
            }),
        );
        check(
            "test --long --install",
            Ok(Task::Test {
                consent: Consent::Install,
                long: true,
            }),
        );
        check(
            "fuzz --long",
            Ok(Task::Fuzz {
                consent: Consent::NameOnly,
                long: true,
            }),
        );
        check("demo --long", Err("`demo` has no option `--long`"));
        check("deploy", Err("there is no task `deploy`"));
    }
}

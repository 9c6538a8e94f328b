//! From a Dockerfile to a governed image in Amazon ECR: the command line, and
//! the entry point of the GitHub Action.

mod cleanup;
mod cli;
mod config;
mod credentials;
mod destroy;
mod errand;
mod exit;
mod files;
mod gate;
mod git;
mod images;
mod inputs;
mod lifecycle;
mod local;
mod outputs;
mod playground;
mod project;
mod pull_request;
mod runner;
mod scrub;
mod service;
mod show;
mod story;
mod up;

use clap::{CommandFactory as _, Parser as _};
use cli::{Cli, Command};
use config::Service;
use ecrane_core::report::drifts;
use ecrane_engine::builder;
use exit::{Exit, Failure};
use show::{Log, Place, Stream};
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use story::Story;

/// Lists of 100,000 images are read and dropped as fast as they come.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let place = if runner::is_here(|name| std::env::var(name).ok()) {
        Place::Workflow
    } else {
        Place::Terminal
    };
    // In a workflow, the bare program is the action.
    let action = place == Place::Workflow && std::env::args_os().len() == 1 && !is_helper();
    let command = (!action).then(|| Cli::parse_from(words()).command);
    let stream = match &command {
        Some(Command::Up(up)) if up.json => Stream::Error,
        Some(Command::Plan(plan)) if plan.up.json => Stream::Error,
        Some(Command::Destroy(destroy)) if destroy.is_for_program() => Stream::Error,
        Some(Command::Cleanup(cleanup)) if cleanup.is_for_program() => Stream::Error,
        _ => Stream::Output,
    };
    let log = Log::new(place, stream);
    // A defect ends with its own code, so that nobody takes it for a refusal.
    std::panic::set_hook(Box::new(move |panic| {
        log.failure(&format!("a defect of ecrane, please report it: {panic}"));
        std::process::exit(Exit::Defect.code());
    }));
    std::process::exit(run(command, log).code());
}

/// Whether a Docker client calls this program as its credential helper.
fn is_helper() -> bool {
    let name = std::env::args_os().next().map(PathBuf::from);
    name.is_some_and(|path| path.file_name() == Some(builder::program().as_ref()))
}

/// The words of the command line, under the program's own name.
fn words() -> Vec<OsString> {
    let mut own = vec!["ecrane".into()];
    if is_helper() {
        own.push("credential-helper".into());
    }
    own.extend(std::env::args_os().skip(1));
    own
}

fn run(command: Option<Command>, log: Log) -> Exit {
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            log.failure(&format!("the runtime does not start: {error}"));
            return Exit::Refused;
        }
    };
    let result = runtime.block_on(async {
        match command {
            None => action_run(log).await,
            Some(Command::Up(up)) => command_run(*up, Drift::Done, log).await,
            Some(Command::Plan(plan)) => plan_run(*plan, log).await,
            Some(Command::Destroy(destroy)) => {
                let recipient = Recipient::of_command(destroy.is_for_program());
                errand(destroy.order(), recipient, log).await
            }
            Some(Command::Cleanup(cleanup)) => {
                let recipient = Recipient::of_command(cleanup.is_for_program());
                errand(cleanup.order(), recipient, log).await
            }
            Some(Command::Local(local)) => match local.command {
                Some(command) => exit::stoppable(local::look_after(command)).await,
                None => local::serve(local.serve).await,
            },
            Some(Command::Lifecycle(command)) => lifecycle::run(command, log).await,
            Some(Command::Playground(options)) => playground::run(options, log).await,
            Some(Command::Images(options)) => exit::stoppable(images::run(&options, log)).await,
            Some(Command::Login(options)) => {
                exit::stoppable(credentials::login(options, log)).await
            }
            Some(Command::Logout(options)) => credentials::logout(&options, log),
            Some(Command::CredentialHelper(action)) => credentials::helper(action).await,
            Some(Command::Completions { shell }) => completions(shell),
        }
    });
    // Blocking work that is still under way must not hold up the end.
    runtime.shutdown_background();
    end(result, log)
}

/// To whom a run hands over what came of it.
enum Recipient {
    /// The steps that follow.
    Step(runner::StepFiles),
    /// A program, as JSON.
    Program,
    /// Nobody: the log says it.
    Person,
}

impl Recipient {
    /// Of a command, which may have been asked for JSON.
    const fn of_command(is_for_program: bool) -> Self {
        match is_for_program {
            true => Self::Program,
            false => Self::Person,
        }
    }
}

async fn action_run(log: Log) -> Result<Exit, Failure> {
    let files = runner::StepFiles::from_environment();
    let (inputs, notices) = match inputs::from_environment(std::env::vars_os()) {
        Ok(read) => read,
        Err(error) => {
            let failure = Failure::faulty(error.to_string());
            let seen = up::Seen::nothing();
            let story = Story::new(Err(&failure), &seen, Duration::ZERO);
            // Why the run failed matters more than that nobody could be told.
            let _ = outputs::hand_over(&story, &files, log);
            return Err(failure);
        }
    };
    for notice in &notices {
        log.warning(&notice.to_string());
    }
    let order = up::Order {
        inputs,
        service: Service::Aws,
        data: None,
    };
    job(order, Recipient::Step(files), Drift::Done, log).await
}

async fn plan_run(plan: cli::Plan, log: Log) -> Result<Exit, Failure> {
    let mut up = plan.up;
    if let Some(other) = up.inputs.mode.replace("plan".to_owned())
        && other != "plan"
    {
        return Err(Failure::faulty(format!(
            "`ecrane plan` has no other mode, such as `{}`: that is for `ecrane up`",
            other.escape_debug()
        )));
    }
    let drift = match plan.detailed_exitcode {
        true => Drift::Told,
        false => Drift::Done,
    };
    command_run(up, drift, log).await
}

/// How a plan ends that has something to change.
#[derive(Debug, Clone, Copy)]
enum Drift {
    /// As one that has not.
    Done,
    /// With a code of its own.
    Told,
}

impl Drift {
    fn exit(self, story: &Story<'_>) -> Result<Exit, Failure> {
        match (self, story.seen.unplanned) {
            (Self::Done, _) => Ok(Exit::Done),
            // That nothing drifts cannot be said.
            (Self::Told, Some(why)) => Err(Failure::refused(why)),
            (Self::Told, None) if drifts(story.rows()) => Ok(Exit::Gate),
            (Self::Told, None) => Ok(Exit::Done),
        }
    }
}

async fn command_run(up: cli::Up, drift: Drift, log: Log) -> Result<Exit, Failure> {
    let recipient = Recipient::of_command(up.json);
    let order = up::Order {
        inputs: up.inputs,
        service: if up.local {
            Service::Local
        } else {
            Service::Aws
        },
        data: up.data,
    };
    job(order, recipient, drift, log).await
}

/// A run that is not the main job, handed over however it ends.
async fn errand(order: up::Order, recipient: Recipient, log: Log) -> Result<Exit, Failure> {
    let mut errand = errand::Errand::default();
    let result = exit::stoppable(errand::run(&order, &mut errand, log)).await;
    match recipient {
        Recipient::Program => errand.to_program(result),
        Recipient::Person => result.map(|()| Exit::Done),
        Recipient::Step(files) => {
            let told = errand.to_step(result.as_ref().copied(), &files, log);
            // Why the run failed matters more than that nobody could be told.
            result.and(told).map(|()| Exit::Done)
        }
    }
}

/// The main job, told to everybody who is to know of it, however it ends.
async fn job(
    order: up::Order,
    recipient: Recipient,
    drift: Drift,
    log: Log,
) -> Result<Exit, Failure> {
    if config::is_errand(&order.inputs) {
        return errand(order, recipient, log).await;
    }
    let begin = Instant::now();
    let talk = config::conversation(&order.inputs, |name| std::env::var(name).ok());
    let log = match &talk {
        Some(talk) => {
            pull_request::mask(talk, log);
            log.annotated_later()
        }
        None => log,
    };
    let record = up::Record::new();
    let result = up::up(order, &record, log).await;
    let seen = record.so_far();
    let story = Story::new(result.as_ref(), &seen, begin.elapsed());
    let failed = story.result.err().map(|failure| say(failure, log));
    // First those who need it: GitHub may ask for minutes.
    let handed_over = match recipient {
        Recipient::Step(files) => outputs::hand_over(&story, &files, log),
        Recipient::Program => show::data(&outputs::json(&story)),
        Recipient::Person => Ok(()),
    };
    if let Some(talk) = talk.filter(|_| !failed.is_some_and(Exit::is_stop)) {
        let told = async {
            pull_request::tell(&talk, &story, log).await;
            Ok(())
        };
        exit::stoppable(told).await?;
    }
    match failed {
        // Why the run failed matters more than that nobody could be told.
        Some(exit) => Ok(exit),
        None => handed_over.and_then(|()| drift.exit(&story)),
    }
}

fn completions(shell: clap_complete::Shell) -> Result<Exit, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "ecrane", &mut text);
    show::data(String::from_utf8_lossy(&text).trim_end())?;
    Ok(Exit::Done)
}

fn end(result: Result<Exit, Failure>, log: Log) -> Exit {
    result.unwrap_or_else(|failure| say(&failure, log))
}

/// Says why a run ends.
fn say(failure: &Failure, log: Log) -> Exit {
    if let Failure::Inputs(faults) = failure {
        faults.iter().for_each(|fault| log.faulty(fault));
    }
    log.failure(&failure.message());
    failure.exit()
}

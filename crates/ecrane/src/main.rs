//! From a Dockerfile to a governed image in Amazon ECR: the command line, and
//! the entry point of the GitHub Action.

mod cli;
mod config;
mod exit;
mod git;
mod inputs;
mod lifecycle;
mod local;
mod outputs;
mod runner;
mod show;
mod up;

use clap::{CommandFactory as _, Parser as _};
use cli::{Cli, Command};
use config::Service;
use exit::{Exit, Failure};
use show::{Log, Place, Stream};

fn main() {
    let place = if std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true") {
        Place::Workflow
    } else {
        Place::Terminal
    };
    // A defect ends with its own code, so that nobody takes it for a refusal.
    std::panic::set_hook(Box::new(move |panic| {
        let message = format!("a defect of ecrane, please report it: {panic}");
        show::failure(place, &message);
        std::process::exit(Exit::Defect.code());
    }));
    std::process::exit(run(place).code());
}

fn run(place: Place) -> Exit {
    // In a workflow, the bare program is the action.
    let action = place == Place::Workflow && std::env::args_os().len() == 1;
    let command = if action {
        None
    } else {
        Some(Cli::parse().command)
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            show::failure(place, &format!("the runtime does not start: {error}"));
            return Exit::Refused;
        }
    };
    let result = runtime.block_on(async {
        match command {
            None => stoppable(action_run()).await,
            Some(Command::Up(up)) => stoppable(command_run(*up, place)).await,
            Some(Command::Local(local)) => match local.command {
                Some(command) => local::look_after(command),
                None => local::serve(local.serve).await,
            },
            Some(Command::Lifecycle(command)) => lifecycle::run(command, place),
            Some(Command::Completions { shell }) => {
                let mut text = Vec::new();
                clap_complete::generate(shell, &mut Cli::command(), "ecrane", &mut text);
                anstream::print!("{}", String::from_utf8_lossy(&text));
                Ok(Exit::Done)
            }
        }
    });
    // Blocking work that is still under way must not hold up the end.
    runtime.shutdown_background();
    end(result, place)
}

/// Runs until it is done or the process is asked to end: then everything under
/// way is dropped, which stops the builder and removes what was unpacked.
async fn stoppable(run: impl Future<Output = Result<Exit, Failure>>) -> Result<Exit, Failure> {
    tokio::select! {
        result = run => result,
        exit = exit::stopped() => Err(Failure::Because(exit, "stopped".into())),
    }
}

async fn action_run() -> Result<Exit, Failure> {
    let log = Log::new(Place::Workflow, Stream::Output);
    let (inputs, notices) = inputs::from_environment(std::env::vars_os())
        .map_err(|error| Failure::faulty(error.to_string()))?;
    for notice in &notices {
        log.warning(&notice.to_string());
    }
    let order = up::Order {
        inputs,
        service: Service::Aws,
        data: None,
    };
    let result = up::up(order, log).await?;
    let files = runner::StepFiles::from_environment();
    outputs::hand_over(&result, &files)?;
    Ok(Exit::Done)
}

async fn command_run(up: cli::Up, place: Place) -> Result<Exit, Failure> {
    let stream = if up.json {
        Stream::Error
    } else {
        Stream::Output
    };
    let order = up::Order {
        inputs: up.inputs,
        service: if up.local {
            Service::Local
        } else {
            Service::Aws
        },
        data: up.data,
    };
    let result = up::up(order, Log::new(place, stream)).await?;
    if up.json {
        anstream::println!("{}", outputs::json(&result));
    }
    Ok(Exit::Done)
}

fn end(result: Result<Exit, Failure>, place: Place) -> Exit {
    match result {
        Ok(exit) => exit,
        Err(Failure::Because(exit, message)) => {
            show::failure(place, &message);
            exit
        }
        Err(Failure::Inputs(faults)) => {
            let stream = match place {
                Place::Terminal => Stream::Error,
                Place::Workflow => Stream::Output,
            };
            for fault in &faults {
                Log::new(place, stream).fault(fault);
            }
            show::failure(
                place,
                &format!("{}; nothing was called", count(faults.len())),
            );
            Exit::Faulty
        }
    }
}

fn count(faults: usize) -> String {
    match faults {
        1 => "1 input is faulty".to_owned(),
        n => format!("{n} inputs are faulty"),
    }
}

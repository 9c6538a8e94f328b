//! `ecrane lifecycle …`: policies looked at before anything happens. A module is
//! a command with its options.

mod check;
mod code;
mod compile;
mod diff;
mod explain;
mod file;
mod preview;
mod rollback;
mod when;

pub(crate) use when::{When, now};

use crate::exit::{self, Exit, Failure};
use crate::show::{self, Log};

/// `ecrane lifecycle …`.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Check policies: every fault at once, with its place
    Check(check::Check),
    /// Say what a finding is about, at length
    Code(code::Code),
    /// Print a policy as the JSON that ECR takes
    Compile(compile::Compile),
    /// Say what changes from one policy to another
    Diff(diff::Diff),
    /// Say what a policy does, in plain sentences
    Explain(explain::Explain),
    /// Say what a policy does to images, before anything happens
    Preview(preview::Preview),
    /// Put back the policy that a run took the place of
    Rollback(rollback::Rollback),
}

/// Does what the command says.
pub(crate) async fn run(command: Command, log: Log) -> Result<Exit, Failure> {
    let exit = match command {
        Command::Check(options) => check::run(&options, log),
        Command::Code(options) => code::run(&options),
        Command::Compile(options) => compile::run(&options, log),
        Command::Diff(options) => diff::run(&options, log),
        Command::Explain(options) => explain::run(&options, log),
        Command::Preview(options) => exit::stoppable(preview::run(&options, log)).await,
        Command::Rollback(options) => rollback::run(options, log).await,
    }?;
    show::all_written()?;
    Ok(exit)
}

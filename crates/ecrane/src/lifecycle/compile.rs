//! `ecrane lifecycle compile`: any dialect to ECR's JSON.

use super::file;
use crate::exit::{Exit, Failure};
use crate::show::{self, Log};
use clap::ValueHint;
use ecrane_core::lifecycle::Dialect;
use std::path::PathBuf;

/// The options.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  ecrane lifecycle compile rules.yaml > lifecycle.json\n  ecrane lifecycle compile --dialect cloudformation template.yaml"
)]
pub(crate) struct Compile {
    /// The file; - is standard input
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: PathBuf,
    /// ecr, awsx, ecrane, cloudformation or terraform-plan [default: recognised]
    #[arg(long)]
    dialect: Option<Dialect>,
}

/// ECR's JSON on standard output, or every fault; nothing for a document that
/// says `skip`.
pub(super) fn run(options: &Compile, log: Log) -> Result<Exit, Failure> {
    if let Some(policy) = file::good(&options.file, options.dialect, log)? {
        show::data(&policy.to_json())?;
    }
    Ok(Exit::Done)
}

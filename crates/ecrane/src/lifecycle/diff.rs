//! `ecrane lifecycle diff`: what changes from one policy to another.

use super::file;
use crate::exit::{Exit, Failure};
use crate::show::{self, Log};
use clap::ValueHint;
use ecrane_core::lifecycle::explain::RuleInWords;
use ecrane_core::lifecycle::{Change, Dialect, Policy, diff};
use serde::Serialize;
use std::path::PathBuf;

/// The options.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  ecrane lifecycle diff old.json new.json\n  aws ecr get-lifecycle-policy --repository-name app --query lifecyclePolicyText --output text | ecrane lifecycle diff --exit-code - lifecycle.json"
)]
pub(crate) struct Diff {
    /// The policy as it is; - is standard input
    #[arg(value_name = "OLD", value_hint = ValueHint::FilePath)]
    old: PathBuf,
    /// The policy as it is to be
    #[arg(value_name = "NEW", value_hint = ValueHint::FilePath)]
    new: PathBuf,
    /// Exit with 3 if they differ
    #[arg(long)]
    exit_code: bool,
    /// ecr or awsx, for both [default: recognised]
    #[arg(long)]
    dialect: Option<Dialect>,
    /// Print it as JSON
    #[arg(long)]
    json: bool,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Difference {
    same: bool,
    changes: Vec<Change>,
}

/// Does what the command says.
pub(super) fn run(options: &Diff, log: Log) -> Result<Exit, Failure> {
    if file::is_stdin(&options.old) && file::is_stdin(&options.new) {
        return Err(Failure::faulty(
            "standard input is one file: give one of the policies by name",
        ));
    }
    let read = |path| -> Result<Policy, Failure> {
        file::good(path, options.dialect, log)?
            .ok_or_else(|| Failure::faulty("a document that says `skip` has no policy to compare"))
    };
    let changes = diff(&read(&options.old)?, &read(&options.new)?);
    let same = changes.is_empty();
    if options.json {
        let difference = Difference { same, changes };
        show::data(&serde_json::to_string_pretty(&difference).map_err(Failure::refused)?)?;
    } else if same {
        log.line("the two policies do the same");
    } else {
        changes.iter().for_each(|change| tell(change, log));
    }
    Ok(if options.exit_code && !same {
        Exit::Gate
    } else {
        Exit::Done
    })
}

fn tell(change: &Change, log: Log) {
    match change {
        Change::Added { new } => log.line(&format!("+ {}", file::rule_line(new))),
        Change::Removed { old } => log.line(&format!("- {}", file::rule_line(old))),
        Change::Changed { old, new } => {
            log.line(&format!(
                "~ {}{}",
                file::rule_line(new),
                was_called(old, new)
            ));
            log.line(&format!("  before: {}", old.outcome));
        }
        Change::Moved { old, new } => {
            log.line(&format!(
                "> {}{}",
                file::rule_line(new),
                was_called(old, new)
            ));
            log.line("  is applied at another place among the rules");
        }
    }
}

fn was_called(old: &RuleInWords, new: &RuleInWords) -> String {
    if old.rule_priority == new.rule_priority {
        String::new()
    } else {
        format!(" (was rule {})", old.rule_priority)
    }
}

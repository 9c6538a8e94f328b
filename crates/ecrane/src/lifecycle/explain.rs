//! `ecrane lifecycle explain`: a policy in plain sentences.

use super::file;
use crate::exit::{Exit, Failure};
use crate::show::{self, Log};
use clap::ValueHint;
use ecrane_core::lifecycle::explain::{Fate, RuleInWords, explain, fate};
use ecrane_core::lifecycle::{Dialect, Policy};
use ecrane_core::name::Tag;
use ecrane_core::report::fate_sentence;
use serde::Serialize;
use std::path::PathBuf;

/// The options.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  ecrane lifecycle explain lifecycle.json\n  ecrane lifecycle explain lifecycle.json --tag v1.2.0 --tag latest\n  ecrane lifecycle explain lifecycle.json --untagged"
)]
pub(crate) struct Explain {
    /// The file; - is standard input
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: PathBuf,
    /// A tag of an image: which rule gets the image, and when it goes
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<Tag>,
    /// The same for an image without a tag
    #[arg(long, conflicts_with = "tags")]
    untagged: bool,
    /// ecr, awsx, ecrane, cloudformation or terraform-plan [default: recognised]
    #[arg(long)]
    dialect: Option<Dialect>,
    /// Print it as JSON
    #[arg(long)]
    json: bool,
}

/// What `--json` prints.
#[derive(Default, Serialize)]
struct Explanation {
    rules: Vec<RuleInWords>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<Fate>,
}

/// Does what the command says.
pub(super) fn run(options: &Explain, log: Log) -> Result<Exit, Failure> {
    let Some(policy) = file::good(&options.file, options.dialect, log)? else {
        let skipped = "the document says `skip` and asks for no policy";
        if options.json {
            log.beside_data().line(skipped);
            // No rules: what would happen is nothing.
            show::json(&Explanation::default())?;
        } else {
            log.line(skipped);
        }
        return Ok(Exit::Done);
    };
    let wanted = options.untagged || !options.tags.is_empty();
    let explanation = Explanation {
        rules: explain(&policy),
        image: wanted.then(|| fate(&policy, &options.tags)),
    };
    if options.json {
        show::data(&serde_json::to_string_pretty(&explanation).map_err(Failure::refused)?)?;
    } else {
        tell(&explanation, &policy, log);
    }
    Ok(Exit::Done)
}

fn tell(explanation: &Explanation, policy: &Policy, log: Log) {
    for rule in &explanation.rules {
        log.line(&file::rule_line(rule));
    }
    if policy.rules().len() > 1 {
        log.line("An image belongs to the first rule that selects it. Later rules count it, and never remove it.");
    }
    log.line("What no rule selects stays.");
    if let Some(image) = &explanation.image {
        log.line("");
        tell_fate(image, log);
    }
}

fn tell_fate(image: &Fate, log: Log) {
    log.line(&fate_sentence(image));
    if image.archive.claimed_by.is_some() {
        log.line(&format!("in the archive it {}", image.archive));
    }
}

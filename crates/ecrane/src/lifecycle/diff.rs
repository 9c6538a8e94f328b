//! `ecrane lifecycle diff`: what changes from one policy to another.

use super::file;
use super::when::{self, When};
use crate::exit::{Exit, Failure};
use crate::show::{self, Log};
use clap::ValueHint;
use ecrane_core::lifecycle::explain::RuleInWords;
use ecrane_core::lifecycle::{
    Change, Dialect, Hands, ImageChange, ImageName, Policy, diff, diff_images, evaluate,
};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// The options.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  ecrane lifecycle diff old.json new.json\n  ecrane lifecycle diff old.json new.json --images images.json\n  aws ecr get-lifecycle-policy --repository-name app --query lifecyclePolicyText --output text | ecrane lifecycle diff --exit-code - lifecycle.json"
)]
pub(crate) struct Diff {
    /// The policy as it is; - is standard input
    #[arg(value_name = "OLD", value_hint = ValueHint::FilePath)]
    old: PathBuf,
    /// The policy as it is to be
    #[arg(value_name = "NEW", value_hint = ValueHint::FilePath)]
    new: PathBuf,
    /// What `aws ecr describe-images` printed: which images change hands
    #[arg(long, value_name = "IMAGES", value_hint = ValueHint::FilePath)]
    images: Option<PathBuf>,
    /// Judge the images as of this time: 2026-09-01T12:00:00Z, seconds since
    /// 1970, +30d or -30d [default: now]
    #[arg(
        long,
        value_name = "TIME",
        requires = "images",
        allow_hyphen_values = true
    )]
    now: Option<When>,
    /// Exit with 3 if they differ
    #[arg(long)]
    exit_code: bool,
    /// ecr, awsx, ecrane, cloudformation or terraform-plan, for both [default: recognised]
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
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    on_images: Option<OnImages>,
}

/// What changes on given images.
#[derive(Serialize)]
struct OnImages {
    images: Vec<ImageChange>,
    /// What is to be known of the verdicts under both policies.
    warnings: Vec<String>,
}

/// Does what the command says.
pub(super) fn run(options: &Diff, log: Log) -> Result<Exit, Failure> {
    if file::is_stdin(&options.old) && file::is_stdin(&options.new) {
        return Err(Failure::faulty(
            "standard input is one file: give one of the policies by name",
        ));
    }
    let images = options.images.as_deref();
    let policies = [&options.old, &options.new];
    if images.is_some_and(file::is_stdin) && policies.iter().any(|path| file::is_stdin(path)) {
        return Err(Failure::faulty(
            "standard input is one file: give the policy or the images by name",
        ));
    }
    let read = |path| -> Result<Policy, Failure> {
        file::good(path, options.dialect, log)?
            .ok_or_else(|| Failure::faulty("a document that says `skip` has no policy to compare"))
    };
    let (old, new) = (read(&options.old)?, read(&options.new)?);
    let changes = diff(&old, &new);
    let images = images.map(|path| image_changes(path, &old, &new, options.now, log));
    let difference = Difference {
        same: changes.is_empty(),
        changes,
        on_images: images.transpose()?,
    };
    if options.json {
        show::json(&difference)?;
    } else {
        tell_all(&difference, log);
    }
    Ok(if options.exit_code && !difference.same {
        Exit::Gate
    } else {
        Exit::Done
    })
}

fn image_changes(
    path: &Path,
    old: &Policy,
    new: &Policy,
    now: Option<When>,
    log: Log,
) -> Result<OnImages, Failure> {
    let file::ImagesFile { images, remarks } =
        file::images(path)?.map_err(|fault| Failure::Inputs(vec![fault]))?;
    for remark in &remarks {
        log.beside_data().warning(&remark.message);
    }
    let now = now.map_or_else(when::now, When::moment);
    let (old, new) = (evaluate(old, &images, now), evaluate(new, &images, now));
    let mut warnings = old.warnings();
    for warning in new.warnings() {
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }
    Ok(OnImages {
        images: diff_images(&old, &new),
        warnings,
    })
}

fn tell_all(difference: &Difference, log: Log) {
    if difference.same {
        log.line("the two policies do the same");
    }
    for change in &difference.changes {
        tell(change, log);
    }
    let Some(OnImages { images, warnings }) = &difference.on_images else {
        return;
    };
    log.line(&match images.len() {
        0 => "no image changes hands".to_owned(),
        1 => "1 image changes hands:".to_owned(),
        n => format!("{n} images change hands:"),
    });
    for ImageChange { image, old, new } in images {
        log.line(&format!(
            "  {}: {} → {}",
            name(image),
            words(old),
            words(new)
        ));
    }
    for warning in warnings {
        log.warning(warning);
    }
}

fn name(image: &ImageName) -> String {
    match image.tags.as_slice() {
        [] => image.digest.clone(),
        tags => tags.join(", "),
    }
}

fn words(hands: &Hands) -> String {
    let action = match (hands.action, hands.certainty) {
        ("none", "may") => "may go",
        ("expire", "may") => "may expire",
        ("transition", "may") => "may be archived",
        ("expire", _) => "expires",
        ("transition", _) => "is archived",
        _ => "stays",
    };
    match hands.claimed_by {
        Some(rule) => format!("{action} (rule {rule})"),
        None => format!("{action} (no rule)"),
    }
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

//! `ecrane lifecycle preview`: what a policy does to the images of a
//! repository, before anything happens.

mod table;

use super::file::{self, ImagesFile};
use super::when::{self, When};
use crate::exit::{Exit, Failure};
use crate::service::{self, Asked};
use crate::show::{self, Log};
use clap::ValueHint;
use ecrane_core::lifecycle::image::Moment;
use ecrane_core::lifecycle::{Dialect, Policy, evaluate, preview};
use ecrane_core::name::RepositoryName;
use std::path::PathBuf;
use table::Listed;

/// The options.
#[derive(Debug, clap::Args)]
#[command(
    group = clap::ArgGroup::new("source").required(true).args(["images", "repository"]),
    after_help = "Examples:\n  ecrane lifecycle preview lifecycle.json --repository team/app\n  ecrane images --repository team/app > images.json\n  ecrane lifecycle preview lifecycle.json --images images.json\n  ecrane lifecycle preview lifecycle.json --images images.json --now +30d\n  ecrane lifecycle preview lifecycle.json --images - --json < images.json"
)]
pub(crate) struct Preview {
    /// The policy; - is standard input
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: PathBuf,
    /// What `ecrane images` or `aws ecr describe-images` printed, or the array
    /// of its imageDetails; - is standard input
    #[arg(long, value_name = "IMAGES", value_hint = ValueHint::FilePath)]
    images: Option<PathBuf>,
    /// Ask ECR for the images of this repository
    #[arg(long, value_name = "NAME")]
    repository: Option<RepositoryName>,
    /// As of this time: 2026-09-01T12:00:00Z, seconds since 1970, +30d or -30d
    /// [default: now, by the clock of the ECR where that is a local one]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    now: Option<When>,
    /// ecr, awsx, ecrane, cloudformation or terraform-plan [default: recognised]
    #[arg(long)]
    dialect: Option<Dialect>,
    /// List every image, however many
    #[arg(long, conflicts_with = "json")]
    all: bool,
    /// Print it as JSON
    #[arg(long)]
    json: bool,
    /// Where the repository is
    #[command(flatten)]
    service: Asked,
}

/// Does what the command says.
pub(super) async fn run(options: &Preview, log: Log) -> Result<Exit, Failure> {
    let (policy, images) = read(options, log).await?;
    // The images of a local ECR are as old as its clock says.
    let clock = options.service.clock().await?.unwrap_or_else(when::now);
    let now = options.now.map_or(clock, |when| when.counted_from(clock));
    let verdicts = evaluate(&policy, &images.images, now);
    let preview = preview::Preview::new(&verdicts, &images.remarks);
    if options.json {
        show::json(&preview)?;
    } else {
        let listed = if options.all {
            Listed::All
        } else {
            Listed::First
        };
        tell(&preview, listed, now, log);
    }
    Ok(Exit::Done)
}

/// The policy and the images, or the faults of both. A faulty policy asks ECR
/// for nothing.
async fn read(options: &Preview, log: Log) -> Result<(Policy, ImagesFile), Failure> {
    let from_stdin = options.images.as_deref().is_some_and(file::is_stdin);
    if file::is_stdin(&options.file) && from_stdin {
        return Err(Failure::faulty(
            "standard input is one file: give the policy or the images by name",
        ));
    }
    let policy = file::one_policy(&options.file, options.dialect)?;
    let images = match (&options.images, &options.repository) {
        (Some(path), _) => file::images(path)?,
        (None, Some(repository)) if policy.is_valid() => {
            let connection = options.service.connection()?;
            let listing = service::images(&connection, repository, log).await?;
            file::listed(repository, &listing)?
        }
        _ => return Err(Failure::Inputs(vec![policy.text])),
    };
    let images = match images {
        Ok(images) if policy.is_valid() => images,
        images => {
            let policy = Some(policy.text).filter(|text| !text.diagnostics.is_empty());
            return Err(Failure::Inputs(
                policy.into_iter().chain(images.err()).collect(),
            ));
        }
    };
    if !policy.text.diagnostics.is_empty() {
        log.faulty(&policy.text);
    }
    match policy.checked.and_then(|checked| checked.policy) {
        Some(policy) => Ok((policy, images)),
        None => Err(Failure::faulty(
            "the document says `skip` and asks for no policy: nothing goes",
        )),
    }
}

fn tell(preview: &preview::Preview<'_>, listed: Listed, now: Moment, log: Log) {
    let table = table::table(preview.verdicts(), listed);
    if !table.is_empty() {
        log.line(&table);
    }
    let extent = preview.verdicts().images().extent();
    let summary = table::summary(&preview.summary(), extent);
    log.line(&format!("as of {now}: {summary}"));
    for warning in preview.warnings() {
        log.warning(warning);
    }
}

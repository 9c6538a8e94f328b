//! `ecrane images`: a repository as a file, whole.

use crate::exit::{Exit, Failure};
use crate::service::{self, Asked};
use crate::show::{self, Log};
use ecrane_core::name::RepositoryName;

/// The options.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  ecrane images --repository team/app > images.json\n  ecrane images --repository hello --local\n  ecrane images --repository team/app | ecrane lifecycle preview lifecycle.json --images -"
)]
pub(crate) struct Images {
    /// The repository
    #[arg(long, value_name = "NAME")]
    repository: RepositoryName,
    /// Where it is
    #[command(flatten)]
    service: Asked,
}

/// Does what the command says.
pub(crate) async fn run(options: &Images, log: Log) -> Result<Exit, Failure> {
    let connection = options.service.connection()?;
    let listing = service::images(&connection, &options.repository, log).await?;
    show::json(&listing)?;
    Ok(Exit::Done)
}

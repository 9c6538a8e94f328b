//! Which ECR a reading command asks: AWS, an endpoint, or the local one.

use crate::config;
use crate::exit::Failure;
use crate::inputs::Inputs;
use crate::local;
use crate::show::Log;
use clap::ValueHint;
use ecrane_core::name::RepositoryName;
use ecrane_engine::aws::{self, Connection, Ecr, EndpointUrl, Identity, Listing};
use std::path::PathBuf;

/// A command with these has an option `--repository` too.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Service")]
pub(crate) struct Asked {
    /// The Region [default: AWS_REGION or AWS_DEFAULT_REGION]
    #[arg(long, value_name = "REGION", requires = "repository")]
    aws_region: Option<String>,
    /// Another endpoint than AWS's own: https://host, or http://host:port
    #[arg(long, value_name = "URL", requires = "repository", value_hint = ValueHint::Url)]
    endpoint_url: Option<String>,
    /// Ask the local ECR that runs
    #[arg(long, requires = "repository", conflicts_with_all = ["endpoint_url", "aws_region"])]
    local: bool,
    /// The local ECR's folder [default: $XDG_DATA_HOME/ecrane]
    #[arg(long, value_name = "DIR", requires = "local", value_hint = ValueHint::DirPath)]
    data: Option<PathBuf>,
}

impl Asked {
    /// Where it is. Nothing is called yet.
    ///
    /// # Errors
    /// Faulty options, or no local ECR runs.
    pub(crate) fn connection(&self) -> Result<Connection, Failure> {
        if self.local {
            return running_locally(self.data.clone());
        }
        let inputs = Inputs {
            aws_region: self.aws_region.clone(),
            endpoint_url: self.endpoint_url.clone(),
            ..Inputs::default()
        };
        let variable = |name: &str| std::env::var(name).ok();
        config::place(&inputs, variable)
            .map(|(region, endpoint)| Connection {
                region,
                endpoint,
                identity: Identity::DefaultChain,
            })
            .map_err(Failure::Inputs)
    }
}

fn running_locally(data: Option<PathBuf>) -> Result<Connection, Failure> {
    let data = local::data_folder(data)?;
    let Some(running) = local::owner(&data)? else {
        return Err(Failure::refused(format!(
            "no local ECR owns {}: `ecrane local` starts one",
            data.display()
        )));
    };
    let url = running.url();
    Ok(Connection {
        region: running.region,
        endpoint: Some(EndpointUrl::parse(&url).map_err(Failure::refused)?),
        identity: Identity::LocalEcr,
    })
}

/// Everything that a repository holds.
///
/// # Errors
/// A call failed: half a listing is none.
pub(crate) async fn images(
    connection: &Connection,
    repository: &RepositoryName,
    log: Log,
) -> Result<Listing, Failure> {
    let ecr: Ecr = aws::connect(connection).await.map_err(Failure::refused)?;
    let told = std::cell::Cell::new(0);
    let tell = |read: usize| {
        // A page has a thousand: small repositories need no word.
        if read >= told.get() + 10_000 {
            log.beside_data().line(&format!("{read} images read"));
            told.set(read);
        }
    };
    aws::list(&ecr, repository, tell)
        .await
        .map_err(Failure::refused)
}

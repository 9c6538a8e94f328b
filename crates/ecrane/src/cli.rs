//! The command line.

use crate::config::Service;
use crate::credentials::{Action, Login, Logout};
use crate::inputs::Inputs;
use crate::lifecycle::When;
use crate::local::{Schedule, Span};
use crate::up::Order;
use clap::{Args, Parser, Subcommand, ValueHint};
use ecrane_core::lifecycle::image::Moment;
use ecrane_core::name::RepositoryName;
use std::net::IpAddr;
use std::path::PathBuf;

/// From a Dockerfile to a governed image in Amazon ECR.
#[derive(Debug, Parser)]
#[command(
    name = "ecrane",
    version,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Try it without an AWS account, in a checkout of ecrane:\n  ecrane up --local --repository hello --tags v1 --image examples/hello/layout"
)]
pub(crate) struct Cli {
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Provision the repository, build the image and push it
    Up(Box<Up>),
    /// Show what `up` would do, and do nothing
    Plan(Box<Plan>),
    /// Remove the tags of closed pull requests
    Cleanup(Box<crate::cleanup::Cleanup>),
    /// Delete a repository with all of its images
    Destroy(Box<crate::destroy::Destroy>),
    /// Run an Amazon ECR on this machine
    Local(Local),
    /// Have Docker ask ecrane for the credentials of registries
    Login(Login),
    /// Take back what `login` did
    Logout(Logout),
    /// Answer a Docker client as its credential helper
    #[command(
        subcommand,
        after_help = "Example:\n  echo 123456789012.dkr.ecr.eu-central-1.amazonaws.com | ecrane credential-helper get\n\nCalled by the name docker-credential-ecrane, the program is this command."
    )]
    CredentialHelper(Action),
    /// Print everything that a repository holds, as `lifecycle preview` reads it
    Images(crate::images::Images),
    /// Look at lifecycle policies, before anything happens
    #[command(subcommand)]
    Lifecycle(crate::lifecycle::Command),
    /// Show the playground for lifecycle policies, on this machine
    Playground(crate::playground::Playground),
    /// Print the completion script of a shell
    #[command(
        after_help = "Example:\n  ecrane completions bash > ~/.local/share/bash-completion/completions/ecrane"
    )]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// `ecrane up`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ecrane up --repository team/app --tags v1.2.0,latest --lifecycle-policy policy.json\n  ecrane up --local --repository hello --tags v1 --image examples/hello/layout\n  ecrane up --repository team/app --dry-run"
)]
pub(crate) struct Up {
    /// What is wanted
    #[command(flatten)]
    pub inputs: Inputs,
    /// Use the local ECR: the one that runs, or one started in the background
    #[arg(long, help_heading = "Local", conflicts_with = "endpoint_url")]
    pub local: bool,
    /// The local ECR's folder [default: $XDG_DATA_HOME/ecrane]
    #[arg(long, value_name = "DIR", help_heading = "Local", value_hint = ValueHint::DirPath)]
    pub data: Option<PathBuf>,
    /// Print the result as JSON on standard output, the log on standard error
    #[arg(long, help_heading = "Flow")]
    pub json: bool,
}

/// `ecrane plan`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ecrane plan --repository team/app --lifecycle-policy policy.json\n  ecrane plan --repository team/app --scan-on-push true --detailed-exitcode"
)]
pub(crate) struct Plan {
    /// What is wanted
    #[command(flatten)]
    pub up: Up,
    /// End with 3 if the repository or its policy is not as it is wanted
    #[arg(long, help_heading = "Flow")]
    pub detailed_exitcode: bool,
}

/// Options of a command on a repository that is there.
#[derive(Debug, Args)]
pub(crate) struct Standing {
    /// The repository
    #[arg(long, value_name = "NAME")]
    pub repository: String,
    /// Show what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print the result as JSON on standard output, the log on standard error
    #[arg(long)]
    pub json: bool,
    /// The Region [default: AWS_REGION or AWS_DEFAULT_REGION]
    #[arg(long, value_name = "REGION", help_heading = "Service")]
    pub aws_region: Option<String>,
    /// Another endpoint than AWS's own: https://host, or http://host:port
    #[arg(long, value_name = "URL", help_heading = "Service", value_hint = ValueHint::Url)]
    pub endpoint_url: Option<String>,
    /// The role to take, as an ARN
    #[arg(long, value_name = "ARN", help_heading = "Service")]
    pub role_to_assume: Option<String>,
    /// Account ids that the credentials may be of, by comma
    #[arg(long, value_name = "ACCOUNTS", help_heading = "Service")]
    pub allowed_account_ids: Option<String>,
    /// On the local ECR that runs
    #[arg(long, help_heading = "Service", conflicts_with_all = ["endpoint_url", "aws_region"])]
    pub local: bool,
    /// The local ECR's folder [default: $XDG_DATA_HOME/ecrane]
    #[arg(long, value_name = "DIR", help_heading = "Service", requires = "local", value_hint = ValueHint::DirPath)]
    pub data: Option<PathBuf>,
}

impl Standing {
    /// What was asked for, by the inputs' names: these options and what the
    /// command says.
    pub(crate) fn order(self, inputs: Inputs) -> Order {
        Order {
            inputs: Inputs {
                repository: Some(self.repository),
                dry_run: self.dry_run.then(|| true.to_string()),
                aws_region: self.aws_region,
                endpoint_url: self.endpoint_url,
                role_to_assume: self.role_to_assume,
                allowed_account_ids: self.allowed_account_ids.into_iter().collect(),
                ..inputs
            },
            service: match self.local {
                true => Service::Local,
                false => Service::Aws,
            },
            data: self.data,
        }
    }
}

/// `ecrane local`.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  ecrane local\n  ecrane local --port 0 --data /tmp/ecr\n  ecrane local --seed examples/seed.yaml --now 2026-09-01T00:00:00Z\n  ecrane local clock --advance 30d\n  ecrane local status\n  ecrane local stop"
)]
pub(crate) struct Local {
    /// Look after one that runs
    #[command(subcommand)]
    pub command: Option<LocalCommand>,
    /// How it is served
    #[command(flatten)]
    pub serve: Serve,
}

/// How a local ECR is served.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// The port; 0 takes a free one
    #[arg(long, default_value_t = crate::local::PORT)]
    pub port: u16,
    /// The address; others than loopback let the network in
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1")]
    pub listen: IpAddr,
    /// A certificate in PEM: clients speak HTTPS to it then
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// The certificate's private key in PEM
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// Where it keeps everything [default: $XDG_DATA_HOME/ecrane]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub data: Option<PathBuf>,
    /// The account that it plays
    #[arg(long, value_name = "ID", default_value = "000000000000")]
    pub account: String,
    /// The Region that it plays
    #[arg(long, value_name = "REGION", default_value = "us-east-1")]
    pub region: String,
    /// What time it is: 2026-09-01T12:00:00Z, seconds since 1970, or +30d
    /// [default: where the clock was left]
    #[arg(long, value_name = "TIME")]
    pub now: Option<When>,
    /// Make the repositories and images that this YAML file describes
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub seed: Option<PathBuf>,
    /// When lifecycle policies act: daily, as ECR's do, or on-demand
    #[arg(long, value_name = "WHEN", default_value = "daily")]
    pub lifecycle: Schedule,
}

/// `ecrane local …`.
#[derive(Debug, Subcommand)]
pub(crate) enum LocalCommand {
    /// Say whether one runs, and where
    #[command(after_help = "Example:\n  ecrane local status --json")]
    Status {
        /// Its folder [default: $XDG_DATA_HOME/ecrane]
        #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
        data: Option<PathBuf>,
        /// Print it as JSON
        #[arg(long)]
        json: bool,
    },
    /// Look at its clock, or move it: policies act on the way
    Clock(Clock),
    /// Carry out lifecycle policies now
    #[command(after_help = "Example:\n  ecrane local expire --repository team/app")]
    Expire {
        /// Its folder [default: $XDG_DATA_HOME/ecrane]
        #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
        data: Option<PathBuf>,
        /// Of this repository only
        #[arg(long, value_name = "NAME")]
        repository: Option<RepositoryName>,
        /// Print it as JSON
        #[arg(long)]
        json: bool,
    },
    /// Stop the one that runs
    #[command(after_help = "Example:\n  ecrane local stop --data /tmp/ecr")]
    Stop {
        /// Its folder [default: $XDG_DATA_HOME/ecrane]
        #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
        data: Option<PathBuf>,
    },
}

/// `ecrane local clock`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ecrane local clock\n  ecrane local clock --advance 30d\n  ecrane local clock --set 2026-09-01T12:00:00Z"
)]
pub(crate) struct Clock {
    /// Its folder [default: $XDG_DATA_HOME/ecrane]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub data: Option<PathBuf>,
    /// Set it: 2026-09-01T12:00:00Z, or seconds since 1970
    #[arg(long, value_name = "TIME", group = "change")]
    pub set: Option<Moment>,
    /// Move it on: 30d, 12h or 90m
    #[arg(long, value_name = "TIME", group = "change")]
    pub advance: Option<Span>,
    /// Set it to the machine's own time
    #[arg(long, group = "change")]
    pub reset: bool,
    /// Stop it: it stands still until it is moved
    #[arg(long, group = "change")]
    pub hold: bool,
    /// Let it go on from the time that it shows
    #[arg(long, group = "change")]
    pub run: bool,
    /// Print it as JSON
    #[arg(long)]
    pub json: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_other_names_of_an_input_are_options_too() {
        let command = Cli::command();
        let up = command.find_subcommand("up").unwrap();
        for (alias, name) in crate::inputs::ALIASES {
            let option = up
                .get_arguments()
                .find(|option| option.get_long() == Some(*name));
            let aliases = option.unwrap().get_all_aliases().unwrap_or_default();
            assert!(aliases.contains(alias), "--{alias} for --{name}");
        }
    }

    #[test]
    fn every_input_of_the_action_is_an_option_of_up_and_no_other_is() {
        let command = Cli::command();
        let up = command.find_subcommand("up").unwrap();
        let own = ["local", "data", "json", "help"];
        let mut options: Vec<&str> = up
            .get_arguments()
            .filter_map(clap::Arg::get_long)
            .filter(|name| !own.contains(name))
            .collect();
        let mut inputs = crate::inputs::NAMES.to_vec();
        options.sort_unstable();
        inputs.sort_unstable();
        assert_eq!(options, inputs);
    }
}

//! `ecrane playground`: the page, from the program, with files loaded.

mod given;
mod page;
mod server;

use crate::exit::{self, Exit, Failure};
use crate::show::{self, Log};
use anyhow::Context as _;
use clap::ValueHint;
use given::Given;
use page::Page;
use server::{Files, Server};
use std::io::ErrorKind;
use std::path::PathBuf;

const WITHOUT_PAGE: &str = "this `ecrane` was built without the page; in a checkout `cargo xtask dist --install` builds one that has it, \
     as releases do, and `cargo xtask web --install --serve` shows the page alone";

/// The options.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  ecrane playground lifecycle.json --open\n  ecrane playground lifecycle.json --images images.json\n  ecrane images --repository team/app | ecrane playground lifecycle.json --images -"
)]
pub(crate) struct Playground {
    /// The policy to begin with, in any dialect; - is standard input
    #[arg(value_hint = ValueHint::FilePath)]
    file: Option<PathBuf>,
    /// The images to play it through on: what `ecrane images` or `aws ecr
    /// describe-images` printed [default: some that fit the policy]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    images: Option<PathBuf>,
    /// The port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Open it in the browser
    #[arg(long)]
    open: bool,
}

/// Serves the page until it is stopped.
pub(crate) async fn run(options: Playground, log: Log) -> Result<Exit, Failure> {
    let page = Page::built_in().ok_or_else(|| Failure::refused(WITHOUT_PAGE))?;
    let files = files(options.file, options.images)?;
    let bound = Server::bind(options.port).await;
    let server = bound.map_err(|error| not_started(options.port, &error))?;
    let url = server.url();
    show::data(&format!(
        "the playground is on {url}\nReload it to read the files again. Stop it with Ctrl-C."
    ))?;
    if options.open
        && let Err(error) = open::that_detached(&url)
    {
        log.warning(&format!("no browser opened: {error}"));
    }
    tokio::select! {
        served = server.serve(page, files) => served.context("the playground stopped")?,
        () = exit::signal() => {}
    }
    Ok(Exit::Done)
}

fn files(policy: Option<PathBuf>, images: Option<PathBuf>) -> Result<Files, Failure> {
    let from_input = |path: &Option<PathBuf>| path.as_deref().is_some_and(given::is_input);
    if from_input(&policy) && from_input(&images) {
        return Err(Failure::faulty(
            "standard input is either the policy or the images",
        ));
    }
    Ok(Files {
        policy: policy.map(Given::open).transpose()?,
        images: images.map(Given::open).transpose()?,
    })
}

fn not_started(port: u16, error: &std::io::Error) -> Failure {
    let help = match error.kind() {
        ErrorKind::AddrInUse => "; without `--port` it takes a free one",
        _ => "",
    };
    Failure::refused(format!("cannot listen on 127.0.0.1:{port}: {error}{help}"))
}

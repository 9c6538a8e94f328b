//! The clock of a local ECR, and its lifecycle policies at work.

use super::{data_folder, owner};
use crate::cli::Clock;
use crate::exit::{Exit, Failure};
use crate::show;
use anyhow::Context as _;
use ecrane_core::lifecycle::image::Moment;
use ecrane_core::name::RepositoryName;
use ecrane_local::admin::{ClockChange, ClockState, Executed, Gone, Which};
use reqwest::{Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::Path;

/// How many images of one deed are named.
const NAMED: usize = 20;

/// How much of a digest tells an image from another.
const SHORT: usize = "sha256:".len() + 12;

/// `ecrane local clock`.
pub(super) async fn clock(options: Clock) -> Result<Exit, Failure> {
    let change = match (options.set, options.advance) {
        (Some(time), _) => Some(ClockChange::Set(time.to_string())),
        (None, Some(span)) => Some(ClockChange::Advance(span.seconds())),
        (None, None) if options.reset => Some(ClockChange::Reset),
        (None, None) if options.hold => Some(ClockChange::Hold),
        (None, None) if options.run => Some(ClockChange::Run),
        (None, None) => None,
    };
    let method = match change {
        Some(_) => Method::PUT,
        None => Method::GET,
    };
    let data = data_folder(options.data)?;
    let state: ClockState = ask(&data, method, "clock", change.as_ref()).await?;
    if options.json {
        show::json(&state)?;
        return Ok(Exit::Done);
    }
    let acted = state.executions.iter().filter(|done| has_acted(done));
    let deeds: Vec<String> = acted.map(deed).collect();
    show::data(
        &[&deeds[..], &[format!("it is {}", state.now)]]
            .concat()
            .join("\n"),
    )?;
    Ok(Exit::Done)
}

/// The time that the local ECR's clock shows.
pub(crate) async fn now(data: &Path) -> Result<Moment, Failure> {
    let state: ClockState = ask(data, Method::GET, "clock", None::<&ClockChange>).await?;
    let now = state.now.parse();
    Ok(now.context("reading the clock of the local ECR")?)
}

/// `ecrane local expire`.
pub(super) async fn expire(
    data: &Path,
    repository: Option<RepositoryName>,
    json: bool,
) -> Result<Exit, Failure> {
    let missing = repository
        .as_ref()
        .map(|name| format!("there is no repository `{name}` with a lifecycle policy"));
    let which = Which {
        repository_name: repository,
        ..Which::default()
    };
    let done: Vec<Executed> = ask(data, Method::POST, "lifecycle", Some(&which)).await?;
    if let (true, Some(missing)) = (done.is_empty(), missing) {
        return Err(Failure::refused(missing));
    }
    if json {
        show::json(&done)?;
        return Ok(Exit::Done);
    }
    let deeds: Vec<String> = done.iter().map(deed).collect();
    show::data(&if deeds.is_empty() {
        "no repository has a lifecycle policy".to_owned()
    } else {
        deeds.join("\n")
    })?;
    Ok(Exit::Done)
}

fn has_acted(executed: &Executed) -> bool {
    !(executed.expired.is_empty() && executed.archived.is_empty())
}

fn deed(executed: &Executed) -> String {
    let mut text = format!(
        "{}  {}: {} expired, {} archived",
        executed.evaluated_at,
        executed.repository_name,
        executed.expired.len(),
        executed.archived.len()
    );
    for (word, gone) in [
        ("expired ", &executed.expired),
        ("archived", &executed.archived),
    ] {
        for one in gone.iter().take(NAMED) {
            text.push_str(&line(word, one));
        }
        if gone.len() > NAMED {
            text.push_str(&format!("\n  … and {} more", gone.len() - NAMED));
        }
    }
    text
}

fn line(word: &str, gone: &Gone) -> String {
    let digest = gone.image_digest.as_str();
    let digest = digest.get(..SHORT).unwrap_or(digest);
    let tags = match gone.image_tags.as_slice() {
        [] => "untagged".to_owned(),
        tags => tags.join(", "),
    };
    format!(
        "\n  {word}  {digest}  {tags}  by rule {}",
        gone.rule_priority
    )
}

/// Asks the one that owns the folder.
async fn ask<T: DeserializeOwned>(
    data: &Path,
    method: Method,
    what: &str,
    body: Option<&impl Serialize>,
) -> Result<T, Failure> {
    let Some(running) = owner(data)? else {
        let message = format!(
            "no local ECR owns {}; `ecrane local` starts one",
            data.display()
        );
        return Err(Failure::refused(message));
    };
    let url = format!("{}/_ecrane/{what}", running.url());
    let client = reqwest::Client::builder()
        .no_proxy()
        // It is known by its folder, which is this user's: nobody has to vouch
        // for its certificate.
        .tls_danger_accept_invalid_certs(true)
        .build();
    let mut request = client.context("making a client")?.request(method, url);
    if let Some(body) = body {
        let body = serde_json::to_string(body).context("writing the request")?;
        request = request
            .header("content-type", "application/json")
            .body(body);
    }
    let failed = || format!("asking the local ECR on {}", running.url());
    let response = request.send().await.with_context(failed)?;
    let status = response.status();
    let bytes = response.bytes().await.with_context(failed)?;
    if status != StatusCode::OK {
        let text = String::from_utf8_lossy(&bytes);
        return Err(Failure::refused(format!(
            "the local ECR refuses: {}",
            text.trim()
        )));
    }
    Ok(serde_json::from_slice(&bytes).context("reading the answer of the local ECR")?)
}
